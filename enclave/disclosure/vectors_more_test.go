package disclosure_test

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/disclosure"
)

// refined asks for the cells that a sensitive column splits a group into: classes of the given sizes.
func refined(r disclosure.Rules, classes []int64) []disclosure.Verdict {
	var all, largest int64
	for _, n := range classes {
		all, largest = all+n, max(largest, n)
	}
	table := &disclosure.Table{References: []string{"r"}, Columns: []disclosure.Column{{Kind: disclosure.Count}}}
	for _, n := range classes {
		table.Rows = append(table.Rows, disclosure.Row{
			Groups: []disclosure.Group{{
				Entities:    []int64{n},
				Differences: []disclosure.Difference{{Against: disclosure.AgainstSensitive, Outward: true, Entities: []int64{all - n}}},
				Shares:      []disclosure.Share{{Holders: largest, Entities: all}},
			}},
			Cells: []disclosure.Cell{{Value: strconv.FormatInt(n, 10)}},
		})
	}
	var out []disclosure.Verdict
	for _, row := range disclosure.Judge(table, r).Cells {
		out = append(out, row[0])
	}
	return out
}

func released(verdicts []disclosure.Verdict) bool {
	return !slices.ContainsFunc(verdicts, func(v disclosure.Verdict) bool { return !v.Released })
}

func runWithinGroup(t *testing.T, v vector) {
	want := decode[struct{ Decision, Kind string }](t, v.Expected)
	classes := decode[[]int64](t, v.Input)
	verdicts := refined(disclosure.Rules{K: 2}, classes)
	decision(t, want.Decision, released(verdicts))
	if want.Kind == "all_but_one" {
		require.Equal(t, int64(1), slices.Min(classes))
		require.Contains(t, verdicts[slices.Index(classes, slices.Max(classes))].Reasons, disclosure.ReasonSensitive,
			"the large class is known to the one outside it")
	}
}

func runGroupDisclosure(t *testing.T, v vector) {
	p := decode[struct {
		Pct json.Number `json:"pct"`
	}](t, v.Params)
	share := rats(t, []json.Number{p.Pct})[0]
	share.Mul(share, big.NewRat(100, 1))
	require.True(t, share.IsInt(), "shares are whole percentages")
	rules := disclosure.Rules{K: 1, Homogeneity: true, HomogeneityShare: share.Num().Int64()}
	decision(t, decode[struct{ Decision string }](t, v.Expected).Decision,
		released(refined(rules, decode[[]int64](t, v.Input))))
}

func runAllSame(t *testing.T, v vector) {
	c := concentrate(rats(t, decode[[]json.Number](t, v.Input)))
	got := amount(c, disclosure.Rules{K: 1, Homogeneity: true, HomogeneityShare: 90})
	decision(t, decode[struct{ Decision string }](t, v.Expected).Decision, got.Released)
}

// runZeros: an empty cell is never shown, so zeros are always treated as disclosive; the variant that shows them is not offered.
func runZeros(t *testing.T, v vector) {
	var fail [][]int
	for i, row := range decode[[][]int64](t, v.Input) {
		for j, n := range row {
			if !verdict(1, n).Released {
				fail = append(fail, []int{i, j})
			}
		}
	}
	want := decode[map[string]json.RawMessage](t, v.Expected)
	require.Equal(t, decode[map[string][][]int](t, want["true"])["fail_cells"], fail)
	t.Log("zeros_are_disclosive=false: not offered: withheld and empty look alike")
}

// runMoments: two entities never reach the least k of any grade, whatever moments are asked for.
func runMoments(t *testing.T, v vector) {
	in := decode[struct {
		N    int64       `json:"n"`
		Mean json.Number `json:"mean"`
		SD   json.Number `json:"sample_sd"`
	}](t, v.Input)
	want := decode[struct {
		Recovered []json.Number
		Decision  string
	}](t, v.Expected)
	decision(t, want.Decision, verdict(3, in.N).Released)
}

func runRedactThenRound(t *testing.T, v vector) {
	p := decode[struct {
		Redact int64 `json:"redact_le"`
		Base   int64 `json:"base"`
	}](t, v.Params)
	want := decode[map[string]json.RawMessage](t, v.Expected)
	for name, counts := range decode[map[string][]int64](t, v.Input) {
		table := &disclosure.Table{References: []string{"r"}}
		row := disclosure.Row{}
		for i, n := range counts {
			table.Columns = append(table.Columns, disclosure.Column{Set: i, Kind: disclosure.Count})
			row.Groups = append(row.Groups, disclosure.Group{Entities: []int64{n}})
			row.Cells = append(row.Cells, disclosure.Cell{Value: strconv.FormatInt(n, 10)})
		}
		table.Rows = []disclosure.Row{row}
		rows := disclosure.Judge(table, disclosure.Rules{K: p.Redact + 1, RoundCounts: p.Base}).Released(table)
		require.Len(t, rows, 1)
		var got []*int64
		var total int64
		for _, text := range rows[0].Values {
			if text == nil {
				got = append(got, nil)
				continue
			}
			n, err := strconv.ParseInt(*text, 10, 64)
			require.NoError(t, err)
			got, total = append(got, &n), total+n
		}
		require.Equal(t, decode[[]*int64](t, want[name]), got)
		require.Equal(t, decode[int64](t, want[name+"_total"]), total)
	}
}

func runDifferencing(t *testing.T, v vector) {
	k := decode[thresholdParams](t, v.Params).T
	if want := decode[map[string]json.RawMessage](t, v.Expected); want["female"] == nil {
		in := decode[struct {
			Earlier, New int64
			Subset       bool
		}](t, v.Input)
		require.True(t, in.Subset)
		require.Equal(t, decode[int64](t, want["difference"]), in.Earlier-in.New)
		decision(t, decode[string](t, want["decision"]), verdict(k, in.New, in.Earlier-in.New).Released)
		return
	}
	want := decode[struct {
		Female   map[string]int64
		Decision string
	}](t, v.Expected)
	in := decode[map[string]map[string]int64](t, v.Input)
	safe := true
	for name, all := range in["all"] {
		male := in["male"][name]
		require.Equal(t, want.Female[name], all-male)
		safe = safe && verdict(k, male, all-male).Released
	}
	decision(t, want.Decision, safe)
}

func runDifferencingMean(t *testing.T, v vector) {
	in := decode[struct {
		N1     int64 `json:"n1"`
		N2     int64 `json:"n2"`
		Subset bool  `json:"subset"`
	}](t, v.Input)
	k := decode[thresholdParams](t, v.Params).T
	decision(t, decode[struct{ Decision string }](t, v.Expected).Decision, verdict(k, in.N2, in.N1-in.N2).Released)
}

// runRecode compares the nested first classes of two recodings: their difference is a class of its own.
func runRecode(t *testing.T, v vector) {
	in := decode[struct{ Earlier, New map[string]int64 }](t, v.Input)
	want := decode[map[string]json.RawMessage](t, v.Expected)
	difference := in.New["<25"] - in.Earlier["<20"]
	require.Equal(t, decode[int64](t, want["20-24"]), difference)
	decision(t, decode[string](t, want["decision"]), verdict(decode[thresholdParams](t, v.Params).T, in.New["<25"], difference).Released)
}

func runGeo(t *testing.T, v vector) {
	in := decode[struct{ Earlier, New [][]int64 }](t, v.Input)
	want := decode[struct {
		Difference [][]int64
		Decision   string
	}](t, v.Expected)
	k, safe := decode[thresholdParams](t, v.Params).T, true
	for i := range in.New {
		for j := range in.New[i] {
			difference := in.New[i][j] - in.Earlier[i][j]
			require.Equal(t, want.Difference[i][j], difference)
			safe = safe && (difference == 0 || verdict(k, in.New[i][j], difference).Released)
		}
	}
	decision(t, want.Decision, safe)
}

// runLinking splits each margin of two linked tables by a total that a third publishes.
func runLinking(t *testing.T, v vector) {
	in := decode[struct {
		Employed int64   `json:"employed"`
		Work     int64   `json:"work_in_A"`
		Both     int64   `json:"live_and_work"`
		Males    []int64 `json:"males"`
	}](t, v.Input)
	want := decode[struct {
		Females  []int64
		Decision string
	}](t, v.Expected)
	totals := []int64{in.Both, in.Employed - in.Both, in.Work - in.Both}
	k, safe := decode[thresholdParams](t, v.Params).T, true
	var females []int64
	for i, males := range in.Males {
		females = append(females, totals[i]-males)
		safe = safe && verdict(k, males, totals[i]-males).Released
	}
	require.Equal(t, want.Females, females)
	decision(t, want.Decision, safe)
}
