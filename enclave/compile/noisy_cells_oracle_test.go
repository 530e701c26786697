package compile_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint/viewtest"
)

// meaning is one canonical cell: what it came to in every world, how wide its noise is, and who asked for it.
type meaning struct {
	values      []string
	sensitivity string
	text        string
}

// TestOracleOfCells asks random questions of random worlds. Cells that are one have one value in every world, whoever asked for them and how, and noise of one
// width. Nearly all cells that have one value in every world are one; two draws of one meaning are charged, but could be averaged.
func TestOracleOfCells(t *testing.T) {
	view := viewtest.View(t, wideWorld)
	e := newEngine(t)
	questions := e.wideQuestions(rand.New(rand.NewPCG(51, 52)), view, min(trials(t, 3), 24))
	worlds := min(trials(t, 12), 24)
	cells := map[string]*meaning{}
	for seed := range worlds {
		randomWide(rand.New(rand.NewPCG(uint64(seed), 53))).load(e, view)
		for _, q := range questions {
			figures := e.figures(q.program)
			seen := map[string]bool{}
			for s, statistic := range q.program.Statistics {
				for k := range q.program.Keys {
					if statistic.Set < 0 && k > 0 {
						break
					}
					cell, err := q.program.Cell(s, k)
					require.NoError(t, err)
					name, value := string(cell), figures[k][s].String()
					m := cells[name]
					if m == nil {
						m = &meaning{sensitivity: fmt.Sprint(statistic.Sensitivity, "/", statistic.Places), text: fmt.Sprintf("%s, statistic %d, key %d", q.text, s, k)}
						cells[name] = m
					}
					require.Equal(t, m.sensitivity, fmt.Sprint(statistic.Sensitivity, "/", statistic.Places), "%s\n%s\nare one cell with noise of two widths", q.text, m.text)
					if len(m.values) == seed {
						m.values = append(m.values, value)
					}
					require.Equal(t, m.values[seed], value, "%s\n%s\nare one cell with two meanings: %s", q.text, m.text, name)
					seen[name] = true
				}
			}
		}
	}
	alike := map[string][]string{}
	for name, m := range cells {
		values := strings.Join(m.values, " ")
		different := map[string]bool{}
		for _, v := range m.values {
			different[v] = true
		}
		if len(different) > 5 {
			alike[values] = append(alike[values], name)
		}
	}
	twice := 0
	for values, names := range alike {
		if len(names) < 2 {
			continue
		}
		twice++
		for _, n := range names {
			t.Logf("%s\n%s\n%s", values, cells[n].text, n)
		}
		t.Log("--------")
	}
	t.Logf("%d questions, %d cells, %d values of which %d have several", len(questions), len(cells), len(alike), twice)
	require.Greater(t, len(alike), 20, "the test is about cells that have values")
	require.Less(t, 8*twice, len(alike), "what worlds as small as these cannot tell apart is some of them at most")
}
