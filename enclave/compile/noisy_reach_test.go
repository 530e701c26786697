package compile_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint"
	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
)

// covered is a question of the wide world with its program.
type covered struct {
	text    string
	plan    *compile.Plan
	program *compile.NoisyProgram
}

// wideQuestions are so many random questions over each base that the grammar takes and noise can cover.
func (e *engine) wideQuestions(r *rand.Rand, view footprint.View, each int) []covered {
	e.t.Helper()
	var out []covered
	for _, b := range wideBases {
		taken := 0
		for range 12 * each {
			text := wideQuestion(r, b)
			plan, err := e.plan(text, view, compile.Facts{})
			if err != nil || len(plan.More) > 0 {
				continue
			}
			program, err := compile.GenerateNoisy(plan, wideInputs(view))
			if err != nil {
				continue
			}
			out = append(out, covered{text, plan, program})
			if taken++; taken == each {
				break
			}
		}
		require.Equal(e.t, each, taken, b.from)
	}
	return out
}

// TestOracleOfReach plays random questions of every shape of the grammar against random worlds and neighbours: an entity of any type that is in the question goes,
// or has other facts. No figure moves by more than its sensitivity, the cells of a column together by no more than what is charged, and by no more than twice
// that when the values of keys that are not sensitive change; and no more cells change than are said to.
func TestOracleOfReach(t *testing.T) {
	view := viewtest.View(t, wideWorld)
	e := newEngine(t)
	r := rand.New(rand.NewPCG(41, 42))
	questions := e.wideQuestions(r, view, min(trials(t, 2), 12))
	for seed := range min(trials(t, 1), 12) {
		w := randomWide(rand.New(rand.NewPCG(uint64(seed), 43)))
		w.load(e, view)
		var before [][][]*big.Int
		for _, q := range questions {
			before = append(before, e.figures(q.program))
		}
		for typ, ids := range map[string]int{"person": 9, "household": 3, "clinic": 6, "clinic:group": 3, "deal": 4} {
			for id := range ids {
				gone := r.IntN(2) == 0
				w.changed(r, typ, fmt.Sprint(id), gone).load(e, view)
				for i, q := range questions {
					if !slices.ContainsFunc(q.plan.Base.Entities, func(x compile.EntityRef) bool { return x.Type == typ }) {
						continue
					}
					e.within(q, before[i], e.figures(q.program), !gone, fmt.Sprintf("%s\nseed %d, %s %d, gone %v", q.text, seed, typ, id, gone))
				}
			}
		}
	}
}

// within demands that the figures of a question moved by no more than was charged; by twice that where facts changed, which may be the value of a key.
func (e *engine) within(q covered, before, after [][]*big.Int, facts bool, what string) {
	e.t.Helper()
	for s, statistic := range q.program.Statistics {
		squares, cells := new(big.Int), int64(0)
		for cell := range before {
			if statistic.Set < 0 && cell > 0 {
				break
			}
			d := new(big.Int).Sub(before[cell][s], after[cell][s])
			if d.CmpAbs(statistic.Sensitivity) > 0 {
				require.Failf(e.t, "one cell", "%s: statistic %d (%+v) moves by %s, more than %s", what, s, statistic.Measure, d, statistic.Sensitivity)
			}
			if d.Sign() != 0 {
				cells++
			}
			squares.Add(squares, d.Mul(d, d))
		}
		most := new(big.Int).Mul(statistic.Sensitivity, statistic.Sensitivity)
		most.Mul(most, big.NewInt(statistic.Units))
		if facts && statistic.Set >= 0 && !slices.ContainsFunc(q.plan.Keys, func(k compile.Key) bool { return k.Sensitive }) {
			most.Lsh(most, 1)
		}
		if squares.Cmp(most) > 0 {
			require.Failf(e.t, "together", "%s: the cells of statistic %d (%+v) move by %s together, more than %s (%d units)", what, s, statistic.Measure, squares, most, statistic.Units)
		}
		if cells > statistic.Touched {
			require.Failf(e.t, "touched", "%s: %d cells of statistic %d (%+v) change, more than %d", what, cells, s, statistic.Measure, statistic.Touched)
		}
	}
}
