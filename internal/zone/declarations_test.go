package zone_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/zone"
)

// requireDeclared checks every row of a table against its declaration, as the loader would. Failures name row and column only.
func requireDeclared(t *testing.T, spec *catalog.DatasetSpec, header []string, rows [][]string) {
	t.Helper()
	require.Len(t, header, len(spec.Columns))
	for i, name := range header {
		col := spec.Column(name)
		require.NotNil(t, col, name)
		typ, err := catalog.ParseType(col.Type)
		require.NoError(t, err)
		domain := map[string]bool{}
		for _, v := range col.Domain {
			domain[string(v)] = true
		}
		for n, row := range rows {
			if row[i] == "" {
				if col.Nullable != nil && !*col.Nullable {
					t.Fatalf("row %d: %s is empty", n, name)
				}
				continue
			}
			v, err := typ.Canonical(row[i])
			if err != nil {
				t.Fatalf("row %d: %s is not of its type", n, name)
			}
			if len(domain) > 0 && !domain[v] {
				t.Fatalf("row %d: %s is outside its domain", n, name)
			}
			for k, bound := range col.Bounds {
				if c, err := typ.Compare(v, string(bound)); err != nil || k == 0 && c < 0 || k == 1 && c > 0 {
					t.Fatalf("row %d: %s is outside its bounds", n, name)
				}
			}
		}
	}
	for _, e := range spec.Entities {
		if !e.Unique {
			continue
		}
		seen := map[string]bool{}
		for n, row := range rows {
			key := ""
			for _, part := range e.Key {
				key += "\x00" + row[column(header, part)]
			}
			if seen[key] {
				t.Fatalf("row %d: the key of a unique entity comes twice", n)
			}
			seen[key] = true
		}
	}
}

func TestDeclarationsHoldForTheZone(t *testing.T) {
	documents, err := zone.Documents()
	require.NoError(t, err)
	datasets := map[string]*catalog.Dataset{}
	for _, d := range documents {
		if dataset, ok := d.Body.(*catalog.Dataset); ok {
			datasets[d.Name] = dataset
		}
	}
	require.Len(t, datasets, len(zone.Tables()))
	for _, name := range zone.Tables() {
		require.Contains(t, datasets, name)
		header, rows := read(t, name, zone.Small)
		requireDeclared(t, &datasets[name].Spec, header, rows)
	}
	if testing.Short() {
		return
	}
	for _, name := range []string{"persons", "enterprises", "tax"} {
		header, rows := read(t, name, zone.Medium)
		requireDeclared(t, &datasets[name].Spec, header, rows)
	}
}

func TestZoneIsConsistent(t *testing.T) {
	documents, err := zone.Documents()
	require.NoError(t, err)
	requireConsistent(t, documents)
	roles := map[catalog.AccountRole]bool{}
	groups := map[string]bool{}
	grades := map[catalog.Grade]bool{}
	for _, d := range documents {
		switch body := d.Body.(type) {
		case *catalog.Account:
			roles[body.Spec.Role] = true
		case *catalog.Organization:
			if body.Spec.Type == catalog.OrganizationInstitution {
				groups[body.Group()] = true
			}
		case *catalog.Dataset:
			for _, c := range body.Spec.Columns {
				grades[c.Grade] = true
				require.NotNil(t, c.Title, c.Name)
			}
		}
	}
	require.Len(t, roles, 8, "each role has a person")
	require.GreaterOrEqual(t, len(groups), 2, "two banks of different groups")
	require.Len(t, grades, 4)
}

// requireConsistent checks documents against each other.
func requireConsistent(t *testing.T, documents []catalog.Document) {
	t.Helper()
	var datasets []*catalog.Dataset
	providers := map[string]bool{}
	for _, d := range documents {
		switch body := d.Body.(type) {
		case *catalog.Dataset:
			datasets = append(datasets, body)
		case *catalog.Organization:
			providers[d.Name] = body.Spec.Type == catalog.OrganizationProvider
		}
	}
	require.NoError(t, catalog.CheckJoins(datasets))
	for _, d := range datasets {
		require.True(t, providers[d.Spec.Provider], d.Metadata.Name)
	}
}

// The highest grade of what a query on each table must touch decides the route of its answer.
func TestGradesGiveEveryRoute(t *testing.T) {
	documents, err := zone.Documents()
	require.NoError(t, err)
	lowest := map[string]catalog.Grade{"enterprises": 1, "tax": 2, "social_insurance": 3, "persons": 3, "loans": 4}
	for _, d := range documents {
		dataset, ok := d.Body.(*catalog.Dataset)
		if !ok {
			continue
		}
		want, listed := lowest[d.Name]
		for i := range dataset.Spec.Columns {
			col := &dataset.Spec.Columns[i]
			if listed && (col.Has(catalog.RoleDimension) || col.Has(catalog.RoleMeasure)) {
				require.GreaterOrEqual(t, col.Grade, want, "%s.%s", d.Name, col.Name)
			}
			if d.Name == "enterprises" {
				require.LessOrEqual(t, col.Grade, catalog.Grade(2), col.Name)
			}
		}
	}
}

// The two real data sets: declaration in testdata/zone, rows in testdata/data.
var (
	testdata  = filepath.Join("..", "..", "testdata")
	realFiles = map[string]string{"credit": "uci-credit-card-default.csv", "census": "adult-census.csv"}
)

func TestDeclarationsHoldForTheRealFiles(t *testing.T) {
	var all []catalog.Document
	for _, name := range []string{"organizations.yaml", "credit.yaml", "census.yaml"} {
		text, err := os.ReadFile(filepath.Join(testdata, "zone", name))
		require.NoError(t, err)
		documents, err := catalog.DecodeDocuments(bytes.NewReader(text))
		require.NoError(t, err, name)
		all = append(all, documents...)
	}
	requireConsistent(t, all)
	checked := 0
	for _, d := range all {
		dataset, ok := d.Body.(*catalog.Dataset)
		if !ok {
			continue
		}
		text, err := os.ReadFile(filepath.Join(testdata, "data", realFiles[d.Name]))
		require.NoError(t, err)
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		require.NoError(t, err)
		require.Greater(t, len(rows), 30_000)
		requireDeclared(t, &dataset.Spec, rows[0], rows[1:])
		checked++
	}
	require.Equal(t, len(realFiles), checked)
}
