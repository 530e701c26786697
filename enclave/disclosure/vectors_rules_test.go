package disclosure_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/disclosure"
)

// verdict asks the product for one count cell of n entities, with differences of the given sizes to earlier releases.
func verdict(k, n int64, differences ...int64) disclosure.Verdict {
	cell := disclosure.Cell{Value: strconv.FormatInt(n, 10)}
	for _, d := range differences {
		cell.Differences = append(cell.Differences,
			disclosure.Difference{Against: disclosure.AgainstEarlier, Entities: []int64{d}})
	}
	table := &disclosure.Table{
		References: []string{"r"},
		Columns:    []disclosure.Column{{Kind: disclosure.Count}},
		Rows: []disclosure.Row{{
			Groups: []disclosure.Group{{Entities: []int64{n}}},
			Cells:  []disclosure.Cell{cell},
		}},
	}
	return disclosure.Judge(table, disclosure.Rules{K: k}).Cells[0][0]
}

// decision compares the product's verdict with a source's word for it.
func decision(t *testing.T, want string, released bool) {
	switch want {
	case "pass", "allow":
		require.True(t, released)
	case "fail", "refuse", "review": // checks that depend on data only withhold
		require.False(t, released)
	default:
		require.Failf(t, "unknown decision", "%q", want)
	}
}

type thresholdParams struct {
	T         int64 `json:"T"`
	NullAware bool  `json:"null_aware"`
}

func runThreshold(t *testing.T, v vector) {
	p := decode[thresholdParams](t, v.Params)
	if v.Input[0] == '[' {
		var n int64
		for _, x := range decode[[]*json.Number](t, v.Input) {
			if x != nil || !p.NullAware {
				n++
			}
		}
		decision(t, decode[struct{ Decision string }](t, v.Expected).Decision, verdict(p.T, n).Released)
		return
	}
	var fail []string
	cells := decode[map[string]int64](t, v.Input)
	for _, name := range slices.Sorted(maps.Keys(cells)) {
		if !verdict(p.T, cells[name]).Released {
			fail = append(fail, name)
		}
	}
	require.Equal(t, decode[struct{ Fail []string }](t, v.Expected).Fail, fail)
}

func runEntities(t *testing.T, v vector) {
	p := decode[thresholdParams](t, v.Params)
	in := decode[struct {
		SQL      string `json:"sql"`
		Rows     int64  `json:"rows"`
		Entities int64  `json:"distinct_entities"`
	}](t, v.Input)
	decision(t, decode[struct{ Decision string }](t, v.Expected).Decision, verdict(p.T, in.Entities).Released)
}

func runLevel(t *testing.T, v vector) {
	p := decode[struct {
		Min int64 `json:"min_ids"`
	}](t, v.Params)
	in := decode[struct {
		N     int64    `json:"n"`
		Level string   `json:"level"`
		Obs   int64    `json:"obs"`
		IDs   []string `json:"ids"`
	}](t, v.Input)
	slices.Sort(in.IDs)
	n := int64(len(slices.Compact(in.IDs)))
	decision(t, decode[struct{ Decision string }](t, v.Expected).Decision, verdict(p.Min, n).Released)
}

// concentrate makes the evidence that a query would make from the entities' totals.
func concentrate(totals []*big.Rat) disclosure.Concentration {
	c := disclosure.Concentration{Entities: int64(len(totals)), Top1: new(big.Rat), Top2: new(big.Rat), Total: new(big.Rat)}
	sorted := make([]*big.Rat, len(totals))
	for i, x := range totals {
		sorted[i] = new(big.Rat).Abs(x)
		c.Total.Add(c.Total, sorted[i])
	}
	slices.SortFunc(sorted, func(a, b *big.Rat) int { return b.Cmp(a) })
	if len(sorted) > 0 {
		c.Top1 = sorted[0]
	}
	if len(sorted) > 1 {
		c.Top2 = sorted[1]
	}
	return c
}

func rats(t *testing.T, numbers []json.Number) []*big.Rat {
	var out []*big.Rat
	for _, n := range numbers {
		r, ok := new(big.Rat).SetString(n.String())
		require.True(t, ok)
		out = append(out, r)
	}
	return out
}

// near compares with a figure that a source rounded to six places.
func near(t *testing.T, want json.Number, got *big.Rat) {
	require.NotNil(t, got)
	w, ok := new(big.Rat).SetString(want.String())
	require.True(t, ok)
	diff := new(big.Rat).Abs(new(big.Rat).Sub(w, got))
	require.LessOrEqual(t, diff.Cmp(big.NewRat(1, 1_000_000)), 0, "want %s got %s", want, got.FloatString(8))
}

var (
	pVariant  = regexp.MustCompile(`^p(\d+)_unsafe$`)
	nkVariant = regexp.MustCompile(`^nk_(\d+)_(\d+)_(gt|ge)_unsafe$`)
)

func runDominance(t *testing.T, v vector) {
	c := concentrate(rats(t, decode[[]json.Number](t, v.Input)))
	for key, raw := range decode[map[string]json.RawMessage](t, v.Expected) {
		if m := pVariant.FindStringSubmatch(key); m != nil {
			p, err := strconv.ParseInt(m[1], 10, 64)
			require.NoError(t, err)
			require.Equal(t, decode[bool](t, raw), disclosure.UnsafeP(c, p), key)
			require.Equal(t, decode[bool](t, raw), dominated(c, disclosure.Rules{P: p}), key)
			continue
		}
		if m := nkVariant.FindStringSubmatch(key); m != nil {
			n, err := strconv.Atoi(m[1])
			require.NoError(t, err)
			k, err := strconv.ParseInt(m[2], 10, 64)
			require.NoError(t, err)
			rule := disclosure.Dominance{N: n, Percent: k, Above: m[3] == "gt"}
			if n > 2 {
				require.Error(t, disclosure.Rules{K: 1, Dominance: []disclosure.Dominance{rule}}.Validate(), "no rule is about more than two")
				continue
			}
			require.Equal(t, decode[bool](t, raw), rule.Unsafe(c), key)
			require.Equal(t, decode[bool](t, raw), dominated(c, disclosure.Rules{Dominance: []disclosure.Dominance{rule}}), key)
			continue
		}
		switch key {
		case "share1":
			near(t, decode[json.Number](t, raw), c.TopShare(1))
		case "share2":
			near(t, decode[json.Number](t, raw), c.TopShare(2))
		case "p_rem":
			near(t, decode[json.Number](t, raw), c.Remainder())
		default:
			require.Failf(t, "unknown figure", "%s", key)
		}
	}
}

// dominated asks the whole judgement whether a sum with this concentration is withheld for dominance.
func dominated(c disclosure.Concentration, r disclosure.Rules) bool {
	r.K = 1
	return slices.Contains(amount(c, r).Reasons, disclosure.ReasonDominance)
}

func amount(c disclosure.Concentration, r disclosure.Rules) disclosure.Verdict {
	table := &disclosure.Table{
		References: []string{"r"},
		Columns:    []disclosure.Column{{Kind: disclosure.Amount}},
		Rows: []disclosure.Row{{
			Groups: []disclosure.Group{{Entities: []int64{c.Entities}}},
			Cells:  []disclosure.Cell{{Value: c.Total.FloatString(2), Totals: []disclosure.Concentration{c}}},
		}},
	}
	return disclosure.Judge(table, r).Cells[0][0]
}

func runDominanceByEntity(t *testing.T, v vector) {
	n := decode[struct {
		N int `json:"n"`
	}](t, v.Params).N
	in := decode[struct {
		Columns []string `json:"columns"`
		Rows    [][]any  `json:"rows"`
	}](t, v.Input)
	require.Equal(t, []string{"group", "value", "entity"}, in.Columns)
	totals := map[string]map[string]*big.Rat{}
	for _, row := range in.Rows {
		group, entity := row[0].(string), row[2].(string)
		if totals[group] == nil {
			totals[group] = map[string]*big.Rat{}
		}
		if totals[group][entity] == nil {
			totals[group][entity] = new(big.Rat)
		}
		totals[group][entity].Add(totals[group][entity], rats(t, []json.Number{row[1].(json.Number)})[0])
	}
	want := decode[map[string]map[string]json.Number](t, v.Expected)[fmt.Sprintf("share%d_by_group", n)]
	require.Len(t, totals, len(want))
	for group, share := range want {
		near(t, share, concentrate(slices.Collect(maps.Values(totals[group]))).TopShare(n))
	}
}
