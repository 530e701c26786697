package twin_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/ident"
	"yumen/internal/twin"
	"yumen/internal/zone"
)

// made is a twin as rows by column.
func made(t testing.TB, d *catalog.Dataset, beside []*catalog.Dataset, o twin.Options) (text []byte, columns map[string][]string) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, twin.Write(&b, d, beside, o))
	records, err := csv.NewReader(bytes.NewReader(b.Bytes())).ReadAll()
	require.NoError(t, err)
	require.Len(t, records, o.Rows+1)
	columns = map[string][]string{}
	for i, name := range records[0] {
		require.Equal(t, d.Spec.Columns[i].Name, name)
		for _, r := range records[1:] {
			columns[name] = append(columns[name], r[i])
		}
	}
	return b.Bytes(), columns
}

// requireDeclared holds a twin to its declaration, as a load does.
func requireDeclared(t testing.TB, d *catalog.Dataset, columns map[string][]string) {
	t.Helper()
	for i := range d.Spec.Columns {
		c := &d.Spec.Columns[i]
		typ, err := catalog.ParseType(c.Type)
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, v := range columns[c.Name] {
			if seen[v] = v != ""; c.MaxValues > 0 {
				require.LessOrEqual(t, len(seen), int(c.MaxValues)+1, c.Name) // and none
			}
			if v == "" {
				require.True(t, c.Nullable == nil || *c.Nullable, "%s is not nullable", c.Name)
				require.False(t, c.Has(catalog.RoleEntityKey))
				continue
			}
			canonical, err := typ.Canonical(v)
			require.NoError(t, err, "%s %s", c.Name, v)
			if len(c.Domain) > 0 {
				require.Contains(t, c.Domain, catalog.Scalar(canonical), c.Name)
			}
			if len(c.Bounds) == 2 {
				low, err := typ.Compare(canonical, string(c.Bounds[0]))
				require.NoError(t, err)
				high, err := typ.Compare(canonical, string(c.Bounds[1]))
				require.NoError(t, err)
				require.True(t, low >= 0 && high <= 0, "%s: %s", c.Name, v)
			}
		}
	}
	for _, e := range d.Spec.Entities {
		requireEntity(t, d, e, columns)
	}
}

// requireEntity requires what is declared of an entity: one row, one value, one group.
func requireEntity(t testing.TB, d *catalog.Dataset, e catalog.Entity, columns map[string][]string) {
	t.Helper()
	if len(e.Key) == 0 {
		return
	}
	of := func(names []string, row int) string {
		var parts []string
		for _, n := range names {
			parts = append(parts, columns[n][row])
		}
		return strings.Join(parts, "\x00")
	}
	rows, groups, keys := map[string]int{}, map[string]string{}, map[string]bool{}
	constant := map[string]map[string]string{}
	for row := range columns[e.Key[0]] {
		key := of(e.Key, row)
		keys[key] = true
		rows[key]++
		require.True(t, !e.Unique || rows[key] == 1, "one row each")
		if len(e.Group) > 0 {
			if old, there := groups[key]; there {
				require.Equal(t, old, of(e.Group, row))
			}
			groups[key] = of(e.Group, row)
		}
		for i := range d.Spec.Columns {
			c := &d.Spec.Columns[i]
			if c.ConstantPer != e.Type {
				continue
			}
			if constant[c.Name] == nil {
				constant[c.Name] = map[string]string{}
			}
			if old, there := constant[c.Name][key]; there {
				require.Equal(t, old, columns[c.Name][row], "%s is constant", c.Name)
			}
			constant[c.Name][key] = columns[c.Name][row]
		}
	}
	for _, g := range groups {
		require.False(t, keys[g], "no group is an entity")
	}
}

// The tables of the sample zone: each twin is what its declaration says, the same for the same seed, and joins find their keys.
func TestTwinsOfTheSampleZone(t *testing.T) {
	documents, err := zone.Documents()
	require.NoError(t, err)
	var all []*catalog.Dataset
	for _, d := range documents {
		if ds, ok := d.Body.(*catalog.Dataset); ok {
			all = append(all, ds)
		}
	}
	require.NotEmpty(t, all)
	columns := map[string]map[string][]string{}
	for _, d := range all {
		t.Run("SJZ-13a: "+d.Metadata.Name, func(t *testing.T) {
			first, seen := made(t, d, all, twin.Options{Rows: 300, Seed: 7})
			requireDeclared(t, d, seen)
			columns[d.Metadata.Name] = seen
			again, _ := made(t, d, all, twin.Options{Rows: 300, Seed: 7})
			require.Equal(t, first, again, "deterministic")
			other, _ := made(t, d, all, twin.Options{Rows: 300, Seed: 8})
			require.NotEqual(t, first, other)
		})
	}
	t.Run("SJZ-13a: keys of joined datasets match", func(t *testing.T) {
		joins := 0
		for _, d := range all {
			for _, j := range d.Spec.Joins {
				far := map[string]bool{}
				for _, v := range columns[j.To.Dataset][j.To.Columns[0]] {
					far[v] = true
				}
				for _, v := range columns[d.Metadata.Name][j.Columns[0]] {
					if v != "" {
						require.True(t, far[v], "%s joins %s", d.Metadata.Name, j.To.Dataset)
					}
				}
				joins++
			}
		}
		require.Positive(t, joins)
	})
}

// Identifiers have check digits that are right, and are nobody's: the detectors, which know what is given out, know none of them.
func TestNobody(t *testing.T) {
	r := ident.NewReader(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	for _, kind := range []ident.Kind{"resident_id", "residence_permit", "foreigner_id", "passport", "travel_permit", "mobile", "landline", "plate", "bank_card", "uscc"} {
		t.Run("SJZ-13a: "+string(kind), func(t *testing.T) {
			seen := map[string]bool{}
			for n := range uint64(20_000) {
				v := twin.Nobody(kind, n)
				require.False(t, seen[v], "no two have the same")
				seen[v] = true
				real := map[ident.Kind]func(string) bool{"resident_id": r.ResidentID, "residence_permit": r.ResidencePermit, "foreigner_id": r.ForeignerID, "passport": ident.Passport, "travel_permit": ident.TravelPermit,
					"mobile": ident.Mobile, "landline": ident.Landline, "plate": ident.Plate, "bank_card": ident.BankCard, "uscc": ident.USCC}[kind]
				require.False(t, real(v), "%s could be somebody's", v)
				require.False(t, r.ResidentID(v) || r.ForeignerID(v) || r.ResidencePermit(v))
			}
		})
	}
	t.Run("SJZ-13a: check digits", func(t *testing.T) {
		require.True(t, ident.OrgCode(twin.Nobody("org_code", 41)))
		require.True(t, ident.LEI(twin.Nobody("lei", 41)))
		// The same digits with a region that is given out would be numbers.
		id := twin.Nobody("resident_id", 41)
		require.Len(t, id, 18)
		require.Equal(t, byte("10X98765432"[weighted(id)]), id[17])
	})
}

func weighted(s string) int {
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return sum % 11
}

// Whatever a declaration declares, its twin keeps.
func TestTwinsOfRandomDeclarations(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 13))
	valid := 0
	for range 400 {
		d := declaration(r)
		if d.Validate() != nil {
			continue
		}
		valid++
		_, columns := made(t, d, nil, twin.Options{Rows: 1 + r.IntN(60), Seed: r.Uint64()})
		requireDeclared(t, d, columns)
	}
	require.Greater(t, valid, 200)
}

func declaration(r *rand.Rand) *catalog.Dataset {
	d := &catalog.Dataset{APIVersion: catalog.APIVersion, Kind: catalog.KindDataset, Metadata: catalog.Metadata{Name: "random"}}
	d.Spec.Title = catalog.Text{Zh: "随机", En: "Random"}
	no := false
	add := func(c catalog.Column) string {
		c.Name, c.Grade = fmt.Sprintf("c%d", len(d.Spec.Columns)), 3
		d.Spec.Columns = append(d.Spec.Columns, c)
		return c.Name
	}
	keyed := []string{"VARCHAR", "INTEGER", "BIGINT"}[r.IntN(3)]
	e := catalog.Entity{Type: "person", Unique: r.IntN(2) == 0, Key: []string{add(catalog.Column{Type: keyed, Roles: []catalog.Role{catalog.RoleEntityKey}, Nullable: &no})}}
	if r.IntN(3) == 0 {
		e.Group = []string{add(catalog.Column{Type: keyed, Roles: []catalog.Role{catalog.RoleEntityKey}})}
	}
	d.Spec.Entities = []catalog.Entity{e}
	for range 1 + r.IntN(6) {
		c := catalog.Column{Roles: []catalog.Role{catalog.RoleDimension}}
		if r.IntN(3) == 0 {
			c.Nullable = &no
		}
		if r.IntN(3) == 0 {
			c.ConstantPer = "person"
		}
		low := int64(r.IntN(2000) - 1000)
		bounds := []catalog.Bound{catalog.Bound(fmt.Sprint(low)), catalog.Bound(fmt.Sprint(low + int64(r.IntN(1_000_000))))}
		switch r.IntN(7) {
		case 0:
			c.Type, c.Domain = "VARCHAR", []catalog.Scalar{"a", "b", "其他"}
		case 1:
			c.Type, c.Generalise = "VARCHAR", []string{"prefix(3)"}
		case 2:
			c.Type = "BOOLEAN"
		case 3:
			c.Type, c.Bounds = "DATE", []catalog.Bound{"2020-02-29", "2021-01-01"}
		case 4:
			c.Type, c.Bounds, c.Grid = "INTEGER", bounds, "1-2-5"
		case 5:
			c.Type, c.Bounds = "DECIMAL(12,2)", []catalog.Bound{bounds[0] + ".00", bounds[1] + ".00"}
		case 6:
			c.Type, c.MaxValues = "VARCHAR", int64(r.IntN(20))
			if r.IntN(2) == 0 {
				c.Generalise = []string{"prefix(2)"}
			}
		}
		add(c)
	}
	return d
}

func TestTwinsHaveRows(t *testing.T) {
	d := declaration(rand.New(rand.NewPCG(1, 1)))
	require.Error(t, twin.Write(&bytes.Buffer{}, d, nil, twin.Options{}))
	require.Error(t, twin.Write(&bytes.Buffer{}, d, nil, twin.Options{Rows: twin.MaxRows + 1}))
}
