package zone_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/zone"
)

// joined returns the rows of a table as maps, with the columns of enterprises added through the credit code.
func joined(t *testing.T, name string) []map[string]string {
	t.Helper()
	maps := func(name string) []map[string]string {
		header, rows := read(t, name, zone.Small)
		out := make([]map[string]string, len(rows))
		for i, r := range rows {
			out[i] = map[string]string{}
			for k, h := range header {
				out[i][h] = r[k]
			}
		}
		return out
	}
	firms := map[string]map[string]string{}
	for _, e := range maps("enterprises") {
		firms[e["uscc"]] = e
	}
	rows := maps(name)
	for _, r := range rows {
		for _, key := range []string{"uscc", "party_uscc"} {
			for column, value := range firms[r[key]] {
				if _, own := r[column]; !own {
					r[column] = value
				}
			}
		}
	}
	return rows
}

func entity(r map[string]string) string {
	for _, key := range []string{"uscc", "party_uscc", "person_id"} {
		if r[key] != "" {
			return r[key]
		}
	}
	return ""
}

// matching returns the rows of a cohort and its entities.
func matching(rows []map[string]string, box zone.Box) (in []map[string]string, entities map[string]bool) {
	entities = map[string]bool{}
	for _, r := range rows {
		ok := true
		for column, values := range box {
			ok = ok && slices.Contains(values, r[column])
		}
		if ok {
			in = append(in, r)
			entities[entity(r)] = true
		}
	}
	return in, entities
}

func TestTruthHolds(t *testing.T) {
	truth := zone.Plant(zone.Small, seed)
	require.NotEmpty(t, truth.Dominant)
	for _, d := range truth.Dominant {
		rows, entities := matching(joined(t, d.Table), d.Where)
		require.Len(t, entities, d.Entities)
		require.GreaterOrEqual(t, d.Entities, 5, "large enough that only dominance withholds it")
		sum, largest := new(big.Rat), new(big.Rat)
		for _, r := range rows {
			x, ok := new(big.Rat).SetString(r[d.Measure])
			require.True(t, ok)
			sum.Add(sum, x)
			if entity(r) == d.Largest {
				largest.Add(largest, x)
			}
		}
		share := new(big.Rat).Quo(largest.Mul(largest, big.NewRat(100, 1)), sum)
		require.Equal(t, int64(d.SharePercent), new(big.Int).Quo(share.Num(), share.Denom()).Int64())
		require.GreaterOrEqual(t, d.SharePercent, 90)
	}
	require.NotEmpty(t, truth.Small)
	for _, g := range truth.Small {
		_, entities := matching(joined(t, g.Table), g.Where)
		require.Len(t, entities, g.Entities, g.Where.SQL())
		require.Less(t, g.Entities, 5)
		require.Positive(t, g.Entities)
	}
	require.NotEmpty(t, truth.Pairs)
	for _, p := range truth.Pairs {
		_, wide := matching(joined(t, p.Table), p.Wide)
		_, narrow := matching(joined(t, p.Table), p.Narrow)
		require.Len(t, wide, p.Entities)
		require.Len(t, narrow, p.Entities-p.DifferEntities)
		require.GreaterOrEqual(t, len(narrow), 30)
		for e := range narrow {
			require.True(t, wide[e])
		}
	}
	require.NotEmpty(t, truth.Homogeneous)
	for _, h := range truth.Homogeneous {
		rows, entities := matching(joined(t, h.Table), h.Where)
		require.Len(t, rows, h.Rows)
		require.Len(t, entities, h.Entities)
		require.GreaterOrEqual(t, h.Entities, 10)
		for _, r := range rows {
			require.Equal(t, h.Value, r[h.Column])
		}
	}
}

// Planted cells stand out at every size.
func TestTruthAtOtherSizes(t *testing.T) {
	if testing.Short() {
		t.Skip("large tables")
	}
	for _, size := range []zone.Size{zone.Medium, zone.Large} {
		truth := zone.Plant(size, seed)
		require.GreaterOrEqual(t, truth.Dominant[0].SharePercent, 90, size)
		require.Greater(t, truth.Pairs[0].Entities, 100, size)
	}
}

func TestBoxSQL(t *testing.T) {
	require.Equal(t, "a = 'x''y' AND b IN ('1', '2')", zone.Box{"b": {"1", "2"}, "a": {"x'y"}}.SQL())
}
