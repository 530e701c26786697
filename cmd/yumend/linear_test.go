//go:build !race

package main

import (
	"database/sql"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/api"
)

// TestLinearAudit asks, through the whole gateway, what no two answers tell and all of them together do: each sequence by an institution
// of its own. What is large in all of its parts is answered.
func TestLinearAudit(t *testing.T) {
	const dir = "../../testdata/corpus"
	raw := rawTables(t, dir)
	z := newTestZone(t)
	tables := z.loadCorpus(t, dir, raw)
	sum := func(where string) string { return "SELECT sum(registered_capital) FROM enterprises WHERE " + where }
	count := func(where string) string { return "SELECT count(*) FROM enterprises WHERE " + where }
	const byIndustry = "SELECT industry, sum(registered_capital) FROM enterprises WHERE district = 'D2' GROUP BY industry"
	tests := []struct {
		name string
		asks []string
		want []int // rows of each answer
	}{
		{"parts and total", []string{byIndustry, sum("district = 'D2'")}, []int{5, 0}},
		{"total and parts", []string{sum("district = 'D2'"), byIndustry}, []int{1, 4}},
		{"parts by filters", []string{count("industry = 'I0'"), count("industry IN ('I1', 'I2')"), count("industry IN ('I3', 'I4')"), "SELECT count(*) FROM enterprises"}, []int{1, 1, 1, 0}},
		{"a triangle around one firm", []string{count("industry IN ('I0', 'rocket')"), count("industry IN ('I1', 'rocket')"), count("industry IN ('I0', 'I1')")}, []int{1, 1, 0}},
		{"a chain to one firm", []string{count("industry IN ('I0', 'I1', 'rocket')"), count("industry IN ('I0', 'I2')"), count("industry = 'I2'"), count("industry IN ('I1', 'I3')"), count("industry = 'I3'")},
			[]int{1, 1, 1, 1, 0}},
		{"the total through a join", []string{byIndustry, "SELECT sum(e.registered_capital) FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE e.district = 'D2' AND t.year = 2023"}, []int{5, 0}},
		{"twice the total through a join", []string{byIndustry, "SELECT sum(e.registered_capital) FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE e.district = 'D2'"}, []int{5, 0}},
		{"a total and its large parts", []string{"SELECT district, count(*), sum(registered_capital) FROM enterprises GROUP BY district", "SELECT count(*), sum(registered_capital) FROM enterprises"}, []int{8, 1}},
		{"parts that share all of their firms", []string{"SELECT year, count(*), sum(tax_paid) FROM tax GROUP BY year", "SELECT count(*), sum(tax_paid) FROM tax"}, []int{2, 1}},
	}
	z.institutions(t, len(tests))
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asks := z.asInstitution(t, i, tables)
			var got []int
			for _, text := range tt.asks {
				run := asks(text)
				require.Equal(t, "released", run.State, "%+v", run.Refusal)
				requireTrue(t, run, text, raw)
				got = append(got, len(run.Rows))
			}
			require.Equal(t, tt.want, got)
		})
	}
}

// simpleQuestion is the form of question that the attacker below understands: one cell, or one for each value of a column.
var simpleQuestion = regexp.MustCompile(`^SELECT (?:(\w+), )?(count\(\*\)|sum\(\w+\)) FROM (\w+)(?: WHERE (.*?))?(?: GROUP BY \w+)?$`)

// smallest is the number of entities that are not few at grade 2; of a sum, two of them must not hold the share of dominant.
const (
	smallest = 5
	dominant = 0.9
)

// requireRule lets an attacker who knows everybody's attributes solve the answers to a pattern as one linear system. No combination may be
// of 1 to k−1 firms, and no cell may be missing without a reason.
func requireRule(t testing.TB, p pattern, runs []api.Run, raw *sql.DB) {
	var told [][]string
	var missing []part
	for i, text := range p.SQL {
		require.Equal(t, "released", runs[i].State, "%+v", runs[i].Refusal)
		said := map[string]bool{}
		for _, row := range cells(t, runs[i]) {
			said[fmt.Sprint(row[:len(row)-1])] = row[len(row)-1] != nil
		}
		for key, x := range partsOf(t, text, raw) {
			if said[key] {
				require.False(t, x.dominated(), "a sum that is nearly one firm's")
				told = append(told, x.firms)
			} else {
				missing = append(missing, x)
			}
		}
	}
	require.NotEmpty(t, told, "an answer that says nothing")
	require.False(t, solvable(told), "a few firms are found")
	for _, x := range missing {
		require.True(t, len(x.firms) < smallest || x.dominated() || solvable(append(slices.Clone(told), x.firms)), "a cell of %d firms is withheld for nothing", len(x.firms))
	}
}

// part is one cell as the engine itself knows it: firms, and what each adds to a sum.
type part struct {
	firms   []string
	amounts []float64
}

func (x part) dominated() bool {
	sorted, total := slices.Sorted(slices.Values(x.amounts)), 0.0
	for _, a := range sorted {
		total += a
	}
	n := len(sorted)
	return n > 1 && total > 0 && sorted[n-1]+sorted[n-2] >= dominant*total
}

// partsOf are the cells of a question, by key. A table of the attacker's has one row a firm.
func partsOf(t testing.TB, text string, raw *sql.DB) map[string]part {
	m := simpleQuestion.FindStringSubmatch(text)
	require.NotNil(t, m, "the attacker does not understand %s", text)
	amount, where := "1", m[4]
	if inner, found := strings.CutPrefix(m[2], "sum("); found {
		amount = strings.TrimSuffix(inner, ")")
	}
	if where == "" {
		where = "true"
	}
	columns := fmt.Sprintf("uscc, CAST(%s AS DOUBLE)", amount)
	if m[1] != "" {
		columns += ", " + m[1]
	}
	out := map[string]part{}
	for _, row := range rawAnswer(t, fmt.Sprintf("SELECT %s FROM %s WHERE %s", columns, m[3], where), raw) {
		x := out[fmt.Sprint(row[2:])]
		x.firms = append(x.firms, fmt.Sprint(row[0]))
		if amount != "1" {
			x.amounts = append(x.amounts, row[1].(float64))
		}
		out[fmt.Sprint(row[2:])] = x
	}
	return out
}

// solvable reports whether a combination of cells is zero but for 1 to k−1 firms. Firms that are in the same cells are found together or
// not at all.
func solvable(cells [][]string) bool {
	in := map[string]string{}
	for i, firms := range cells {
		for _, f := range firms {
			in[f] += fmt.Sprintf("%d,", i)
		}
	}
	size := map[string]int{}
	for _, label := range in {
		size[label]++
	}
	var atoms []string
	for label := range size {
		atoms = append(atoms, label)
	}
	slices.Sort(atoms)
	rank := func(out map[string]bool) int {
		var m [][]*big.Rat
		for i := range cells {
			var row []*big.Rat
			for _, a := range atoms {
				if !out[a] {
					row = append(row, big.NewRat(int64(strings.Count(","+a, fmt.Sprintf(",%d,", i))), 1))
				}
			}
			m = append(m, row)
		}
		return rankOf(m)
	}
	full := rank(nil)
	var try func(from, firms int, out map[string]bool) bool
	try = func(from, firms int, out map[string]bool) bool {
		for i := from; i < len(atoms); i++ {
			if firms+size[atoms[i]] >= smallest {
				continue
			}
			out[atoms[i]] = true
			if rank(out) < full || try(i+1, firms+size[atoms[i]], out) {
				return true
			}
			delete(out, atoms[i])
		}
		return false
	}
	return try(0, 0, map[string]bool{})
}

func rankOf(m [][]*big.Rat) int {
	n := 0
	for c := 0; len(m) > 0 && c < len(m[0]) && n < len(m); c++ {
		p := n
		for p < len(m) && m[p][c].Sign() == 0 {
			p++
		}
		if p == len(m) {
			continue
		}
		m[n], m[p] = m[p], m[n]
		for i := n + 1; i < len(m); i++ {
			f := new(big.Rat).Quo(m[i][c], m[n][c])
			for j := c; j < len(m[i]); j++ {
				m[i][j] = new(big.Rat).Sub(m[i][j], new(big.Rat).Mul(f, m[n][j]))
			}
		}
		n++
	}
	return n
}

// TestSolvable: the attacker finds what is there to be found.
func TestSolvable(t *testing.T) {
	firms := func(from, to int) (out []string) {
		for i := from; i < to; i++ {
			out = append(out, fmt.Sprint(i))
		}
		return out
	}
	require.True(t, solvable([][]string{firms(0, 10), firms(10, 20), firms(0, 21)}))
	require.True(t, solvable([][]string{firms(0, 10), firms(4, 14), slices.Concat(firms(0, 4), firms(10, 14))}), "a triangle of four firms each")
	require.False(t, solvable([][]string{firms(0, 15), firms(5, 20), slices.Concat(firms(0, 5), firms(15, 20))}), "a triangle of five or more")
	require.False(t, solvable([][]string{firms(0, 10), firms(10, 20), firms(0, 20)}))
}
