package proposal_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/proposal"
	"yumen/internal/zone"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// table is a file with its hand-written declaration.
type table struct {
	name string
	file []byte
	want catalog.DatasetSpec
}

// tables are the two real files and every table of the sample zone.
func tables(t *testing.T) []table {
	t.Helper()
	var out []table
	for name, file := range map[string]string{"credit": "uci-credit-card-default.csv", "census": "adult-census.csv"} {
		b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "data", file))
		require.NoError(t, err)
		text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "zone", name+".yaml"))
		require.NoError(t, err)
		documents, err := catalog.DecodeDocuments(bytes.NewReader(text))
		require.NoError(t, err)
		out = append(out, table{name, b, documents[0].Body.(*catalog.Dataset).Spec})
	}
	documents, err := zone.Documents()
	require.NoError(t, err)
	for _, d := range documents {
		if ds, ok := d.Body.(*catalog.Dataset); ok {
			var b bytes.Buffer
			require.NoError(t, zone.Write(&b, d.Name, zone.Small, 20260101))
			out = append(out, table{d.Name, b.Bytes(), ds.Spec})
		}
	}
	slices.SortFunc(out, func(a, b table) int { return strings.Compare(a.name, b.name) })
	return out
}

// agreement counts the columns of which a proposal says what the hand-written declaration says.
type agreement struct{ columns, types, families, roles, keys, kinds, grades int }

// family is a type without its width.
func family(t string) string {
	if strings.HasPrefix(t, "DECIMAL") {
		return "DECIMAL"
	}
	return strings.ReplaceAll(t, "BIGINT", "INTEGER")
}

// use is what a column is for: it points at somebody, is measured, or is a dimension alone.
func use(c *catalog.Column) string {
	switch {
	case c.Has(catalog.RoleEntityKey):
		return "key"
	case c.Has(catalog.RoleIdentifier):
		return "identifier"
	case c.Has(catalog.RoleMeasure):
		return "measure"
	}
	return "dimension"
}

func (a *agreement) add(t *testing.T, name string, want, got *catalog.DatasetSpec) {
	entity := func(s *catalog.DatasetSpec, column string) string {
		for _, e := range s.Entities {
			if slices.Contains(e.Key, column) {
				return e.Type
			}
		}
		return ""
	}
	for i := range want.Columns {
		w := &want.Columns[i]
		g := got.Column(w.Name)
		require.NotNil(t, g, w.Name)
		a.columns++
		for _, x := range []struct {
			same  bool
			count *int
			what  string
		}{
			{w.Type == g.Type, &a.types, w.Type + " " + g.Type}, {family(w.Type) == family(g.Type), &a.families, w.Type + " " + g.Type},
			{use(w) == use(g), &a.roles, use(w) + " " + use(g)}, {entity(want, w.Name) == entity(got, g.Name), &a.keys, entity(want, w.Name) + " " + entity(got, g.Name)},
			{w.Identifier == g.Identifier, &a.kinds, w.Identifier + " " + g.Identifier}, {g.Grade >= w.Grade, &a.grades, fmt.Sprint(w.Grade, g.Grade)},
		} {
			if x.same {
				*x.count++
			} else if x.count != &a.types {
				t.Logf("%s.%s: want, got: %s", name, w.Name, x.what)
			}
		}
	}
}

// Every proposal loads the file that it was made from, and shows no rare value of it; most columns are declared as people declared
// them. The figures stand in docs/spec/declarations.md.
func TestProposalsForKnownTables(t *testing.T) {
	r := sandboxtest.Runner(t)
	var all agreement
	for _, x := range tables(t) {
		profile, err := r.Suggest(t.Context(), sandbox.SuggestSpec{Source: sandboxtest.Seal(t, x.file), Today: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)})
		require.NoError(t, err, x.name)
		made := proposal.Of(profile, proposal.Options{Name: x.name, Provider: "bureau"})
		requireValid(t, made)
		spec := made.Dataset.Spec
		requireCoarse(t, x, &spec, made.Notes)
		loaded, err := sandboxtest.Load(t, r, spec, x.file)
		require.NoError(t, err, "%s under its proposal", x.name)
		require.EqualValues(t, bytes.Count(bytes.TrimSpace(x.file), []byte("\n")), loaded.Report.Rows)
		all.add(t, x.name, &x.want, &spec)
	}
	share := func(n int) float64 { return float64(n) / float64(all.columns) }
	t.Logf("of %d columns: type %.3f, type but for its width %.3f, use %.3f, entity %.3f, identifier %.3f, grade not below %.3f", all.columns,
		share(all.types), share(all.families), share(all.roles), share(all.keys), share(all.kinds), share(all.grades))
	require.GreaterOrEqual(t, share(all.families), 0.95)
	require.GreaterOrEqual(t, share(all.roles), 0.9)
	require.GreaterOrEqual(t, share(all.keys), 0.95)
	require.GreaterOrEqual(t, share(all.kinds), 0.9)
}

// requireCoarse: whatever a declaration or a note shows is a value of fifty rows, or an edge.
func requireCoarse(t *testing.T, x table, spec *catalog.DatasetSpec, notes []proposal.Note) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(x.file)).ReadAll()
	require.NoError(t, err)
	for field, name := range rows[0] {
		counts := map[string]int{}
		for _, row := range rows[1:] {
			counts[row[field]]++
		}
		for _, v := range spec.Column(name).Domain {
			require.GreaterOrEqual(t, counts[string(v)], 50, "%s.%s shows a rare value", x.name, name)
		}
		for _, n := range notes {
			for v, count := range counts {
				if count < 50 && len(v) > 6 && n.Column == name {
					require.NotContains(t, n.Text.En+n.Text.Zh, v, "a note of %s.%s", x.name, name)
				}
			}
		}
	}
}
