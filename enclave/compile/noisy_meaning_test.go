package compile_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
	"yumen/enclave/noise"
)

// asking is a question with what stands around it: a row scope, another snapshot, other declarations.
type asking struct {
	text   string
	change func(*compile.NoisyInputs)
}

// visitsScope is the row scope of a grant on visits.
func visitsScope(values ...string) func(*compile.NoisyInputs) {
	return func(in *compile.NoisyInputs) {
		in.Scope = compile.Scope{"visits": {{Column: compile.ColumnRef{Path: "visits", Column: "area"}, Type: "VARCHAR", Set: compile.Set{Values: values}}}}
	}
}

// firstCell is the canonical cell of the first figure that an asking shows.
func (e *engine) firstCell(a asking) string {
	e.t.Helper()
	view := viewtest.View(e.t, wideWorld)
	plan, err := e.plan(a.text, view, compile.Facts{})
	require.NoError(e.t, err, a.text)
	in := wideInputs(view)
	if a.change != nil {
		a.change(&in)
	}
	n, err := compile.GenerateNoisy(plan, in)
	require.NoError(e.t, err, a.text)
	for s, statistic := range n.Statistics {
		if statistic.Column == 0 {
			cell, err := n.Cell(s, 0)
			require.NoError(e.t, err)
			return fmt.Sprintf("%s %v", cell, statistic.Sensitivity)
		}
	}
	require.Fail(e.t, "no figure", a.text)
	return ""
}

// oneMeaning are askings of one meaning: each group is one cell with noise of one width.
var oneMeaning = map[string][]asking{
	"what is joined and not used": {
		{"SELECT count(*) AS n FROM visits WHERE area = 'a'", nil},
		{"SELECT count(*) AS n FROM visits v LEFT JOIN clients p ON v.pid = p.pid WHERE v.area = 'a'", nil},
		{"SELECT count(*) AS n, count(*) FILTER (WHERE p.town = 'n') AS m FROM visits v LEFT JOIN clients p ON v.pid = p.pid WHERE v.area = 'a'", nil},
		{"SELECT count(v.pid) AS n, sum(c.beds) AS m FROM visits v LEFT JOIN clinics c ON v.cid = c.cid WHERE v.area IN ('a')", nil},
	},
	"what is rolled up and not used": {
		{"SELECT count(DISTINCT pid) AS n FROM visits", nil},
		{"SELECT count(*) AS n FROM (SELECT pid, count(*) AS n FROM visits GROUP BY pid) r", nil},
		{"SELECT count(*) AS n, count(*) FILTER (WHERE r.n >= 2) AS m FROM (SELECT pid, count(*) AS n FROM visits GROUP BY pid) r", nil},
		{"SELECT count(*) AS n FROM (SELECT pid, count(*) AS n, sum(cost) AS s FROM visits GROUP BY pid) r WHERE r.n < 5", nil},
		{"SELECT count(*) AS n FROM (SELECT pid, count(*) AS n FROM visits GROUP BY pid) r WHERE r.n >= 1 AND r.n < 500", nil},
	},
	"one result of a roll-up": {
		{"SELECT count(*) AS n FROM (SELECT pid, count(*) AS n FROM visits GROUP BY pid) r WHERE r.n >= 2", nil},
		{"SELECT count(*) AS n FROM (SELECT pid, count(*) AS n, sum(cost) AS s FROM visits GROUP BY pid) r WHERE r.n >= 2 AND r.n < 100", nil},
		{"SELECT count(*) FILTER (WHERE r.n >= 2) AS n, count(*) FILTER (WHERE r.s >= 50) AS m FROM (SELECT pid, count(*) AS n, sum(cost) AS s FROM visits GROUP BY pid) r", nil},
	},
	"entities before and behind a join": {
		{"SELECT count(DISTINCT v.pid) AS n FROM visits v JOIN clients p ON v.pid = p.pid", nil},
		{"SELECT count(DISTINCT p.pid) AS n FROM visits v JOIN clients p ON v.pid = p.pid", nil},
	},
	"a row scope is a condition": {
		{"SELECT count(*) AS n FROM visits WHERE area = 'a'", nil},
		{"SELECT count(*) AS n FROM visits", visitsScope("a")},
		{"SELECT count(*) AS n FROM visits WHERE area <> 'b'", visitsScope("a", "b")},
	},
	"all values but one are the others": {
		{"SELECT count(*) AS n FROM visits WHERE area <> 'b'", nil},
		{"SELECT count(*) AS n FROM visits WHERE area IN ('a', 'c')", nil},
	},
	"rows that are entities": {
		{"SELECT count(*) AS n FROM clients WHERE town = 'n'", nil},
		{"SELECT count(DISTINCT pid) AS n FROM clients WHERE town = 'n'", nil},
		{"SELECT sum(1) AS n FROM clients WHERE town IN ('n', 'n')", nil},
		{"SELECT 3 * count(pid) / 3 AS n FROM clients c WHERE NOT (town <> 'n')", nil},
		{"SELECT sum(CASE WHEN town = 'n' THEN 1 ELSE 0 END) AS n FROM clients", nil},
	},
}

// TestOneMeaningIsOneCell: what is asked in other words, or beside other figures, or under a row scope that says what a condition would, is one cell.
func TestOneMeaningIsOneCell(t *testing.T) {
	e := newEngine(t)
	for name, askings := range oneMeaning {
		first := e.firstCell(askings[0])
		for _, a := range askings[1:] {
			require.Equal(t, first, e.firstCell(a), "%s: %s", name, a.text)
		}
	}
}

// otherMeanings are questions of which no two mean the same, over a world in which most of them select the same rows: everybody has one visit in area a
// of cost 30 and of fee 3.
var otherMeanings = []asking{
	{"SELECT count(*) AS n FROM visits", nil},
	{"SELECT count(*) AS n FROM visits WHERE area = 'a'", nil},
	{"SELECT count(*) AS n FROM visits WHERE area <> 'b'", nil},
	{"SELECT count(*) AS n FROM visits WHERE area IS NOT NULL", nil},
	{"SELECT count(*) AS n FROM visits WHERE cost >= 10", nil},
	{"SELECT count(*) AS n FROM visits WHERE cost >= 20", nil},
	{"SELECT count(cost) AS n FROM visits", nil},
	{"SELECT count(fee) AS n FROM visits", nil},
	{"SELECT count(*) AS n FROM visits WHERE day >= '2024-01-01' AND day < '2025-01-01'", nil},
	{"SELECT count(*) AS n FROM visits WHERE day >= '2024-01-01' AND day < '2024-07-01'", nil},
	{"SELECT count(DISTINCT pid) AS n FROM visits", nil},
	{"SELECT count(DISTINCT cid) AS n FROM visits", nil},
	{"SELECT count(*) AS n FROM visits v JOIN clients p ON v.pid = p.pid", nil},
	{"SELECT count(*) AS n FROM visits v JOIN clinics p ON v.cid = p.cid", nil},
	{"SELECT count(*) AS n FROM visits v JOIN clients p ON v.pid = p.pid WHERE p.town = 'n'", nil},
	{"SELECT count(*) AS n FROM clients", nil},
	{"SELECT count(*) AS n FROM clients WHERE town = 'n'", nil},
	{"SELECT count(*) AS n FROM clients WHERE town = 's'", nil},
	{"SELECT count(*) AS n FROM clients WHERE ill", nil},
	{"SELECT count(*) AS n FROM clients WHERE NOT ill", nil},
	{"SELECT count(*) AS n FROM clients WHERE ill IS NOT true", nil},
	{"SELECT count(*) AS n FROM clinics", nil},
	{"SELECT count(*) AS n FROM (SELECT pid, count(*) AS n FROM visits GROUP BY pid) r WHERE r.n < 2", nil},
	{"SELECT sum(cost) AS n FROM visits", nil},
	{"SELECT sum(fee) AS n FROM visits", nil},
	{"SELECT sum(saved) AS n FROM visits", nil},
	{"SELECT sum(cost * cost) AS n FROM visits", nil},
	{"SELECT sum(cost * fee) AS n FROM visits", nil},
	{"SELECT sum(cost) AS n FROM visits", func(in *compile.NoisyInputs) {
		other := *in.Specs["visits"]
		other.Columns = append(other.Columns[:0:0], other.Columns...)
		other.Column("cost").Clip = "29"
		in.Specs["visits"] = &other
	}},
	{"SELECT count(*) AS n FROM visits", func(in *compile.NoisyInputs) { in.Snapshots["visits"] = "another load" }},
	{"SELECT count(*) AS n FROM clients", func(in *compile.NoisyInputs) { in.Snapshots["clients"] = "another load" }},
	{"SELECT sum(cost) AS n FROM visits", func(in *compile.NoisyInputs) { in.Snapshots["visits"] = "another load" }},
}

// noises are the noises, in deviations, of an answer's first figure under so many secrets, and the noisy figures themselves: the answer less the exact figure.
func (e *engine) noises(a asking, secrets int) (deviations []float64, answers []int64) {
	e.t.Helper()
	view := viewtest.View(e.t, wideWorld)
	plan, err := e.plan(a.text, view, compile.Facts{})
	require.NoError(e.t, err, a.text)
	in := wideInputs(view)
	if a.change != nil {
		a.change(&in)
	}
	n, err := compile.GenerateNoisy(plan, in)
	require.NoError(e.t, err, a.text)
	figures := e.figures(n)
	for s, statistic := range n.Statistics {
		if statistic.Column != 0 {
			continue
		}
		cell, err := n.Cell(s, 0)
		require.NoError(e.t, err)
		scale, err := noise.NewScale(big.NewRat(10, 1), statistic.Sensitivity.Int64())
		require.NoError(e.t, err)
		width, _ := scale.Deviation().Float64()
		for i := range secrets {
			source, err := noise.New(noise.Secret{byte(i), byte(i >> 8), 7}, nil)
			require.NoError(e.t, err)
			v, err := source.Cover(scale, cell, noise.Seal(figures[0][s]))
			require.NoError(e.t, err)
			answers = append(answers, v.Amount().Int64())
			deviations = append(deviations, float64(new(big.Int).Sub(v.Amount(), figures[0][s]).Int64())/width)
		}
		return deviations, answers
	}
	require.Fail(e.t, "no figure", a.text)
	return nil, nil
}

// TestDifferentMeaningsShareNoNoise takes whole answers, from the text to the covered figure, to questions of different meaning over the same rows. Their noises are not
// correlated, and counts of one width are equal as often as independent ones are; both would fail by chance once in a million times. Equal meanings
// have equal answers.
func TestDifferentMeaningsShareNoNoise(t *testing.T) {
	e := newEngine(t)
	view := viewtest.View(t, wideWorld)
	w := wideRows{}
	for i := range 12 {
		id := fmt.Sprint(i)
		w["clients"] = append(w["clients"], map[string]string{"pid": id, "hid": id, "mid": "NULL", "town": "'n'", "ill": "true", "wealth": "20"})
		w["clinics"] = append(w["clinics"], map[string]string{"cid": id, "gid": id, "pid": id, "kind": "'x'", "beds": "3"})
		w["visits"] = append(w["visits"], map[string]string{"pid": id, "cid": id, "area": "'a'", "home": "'u'", "day": "DATE '2024-03-15'", "cost": "30", "fee": "3", "saved": "30"})
	}
	w.load(e, view)
	const secrets = 500
	var all [][]float64
	var answers [][]int64
	for _, a := range otherMeanings {
		d, n := e.noises(a, secrets)
		all, answers = append(all, d), append(answers, n)
	}
	var statistic float64
	pairs, equal, alike := 0, 0, 0
	for i := range all {
		for j := range i {
			var product float64
			for k := range secrets {
				product += all[i][k] * all[j][k]
				if all[i][k] == all[j][k] {
					equal++
				}
			}
			require.NotEqual(t, answers[i], answers[j], "%s\n%s", otherMeanings[i].text, otherMeanings[j].text)
			statistic += product * product / secrets
			pairs, alike = pairs+1, alike+secrets
		}
	}
	var squares float64
	for i := range all {
		for _, d := range all[i] {
			squares += d * d
		}
	}
	n := float64(len(all) * secrets)
	require.InDelta(t, 0.999, squares/n, 4.9*math.Sqrt(2/n)+0.001, "noise of another width than it is said to have")
	free := float64(pairs)
	require.Less(t, math.Abs(statistic-free)/math.Sqrt(2*free), 4.9, "correlated")
	// Two discrete Gaussians of deviation 10 are equal with a probability of 1/(20√π); of other widths, less often.
	p := 1 / (20 * math.Sqrt(math.Pi))
	require.Less(t, float64(equal), p*float64(alike)+4.9*math.Sqrt(p*float64(alike)), "equal too often")

	for name, askings := range oneMeaning {
		_, first := e.noises(askings[0], 40)
		for _, a := range askings[1:] {
			_, other := e.noises(a, 40)
			require.Equal(t, first, other, "%s: %s", name, a.text)
		}
	}
}
