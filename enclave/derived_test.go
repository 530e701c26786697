package enclave_test

import (
	"fmt"
	"math/big"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/compile"
	"yumen/enclave/noise"
	"yumen/enclave/noisy"
	"yumen/internal/api"
)

// A column that is computed from figures carries an interval of its own once it is answered, and what is computed from nothing but one figure has
// the figure's.
func TestDerivedColumnsCarryAnInterval(t *testing.T) {
	z := noisyZone(t)
	p, grant := z.Bank(t)
	text := `SELECT city, count(*) AS n, count(*) FILTER (WHERE segment IN ('a', 'b')) AS a, 100.0 * count(*) FILTER (WHERE segment IN ('a', 'b')) / count(*) AS share,
		round(1.0 * count(*) / 3, 1) AS third, CASE WHEN count(*) > 90 THEN 1 ELSE 0 END AS many FROM clients GROUP BY city ORDER BY city`
	check, err := z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: text})
	require.NoError(t, err)
	require.Empty(t, intervals(check.Noise), "nothing is known of values before they are there")
	run := z.Ask(t, p, grant, text)
	got := intervals(run.Noise)
	require.Len(t, got, 2, "%v", got)
	third := got["third"]
	require.InDelta(t, 20.0/3+.05, third, .01, "a third of a count's interval, and the rounding")
	worst := 0.0
	for _, row := range rowsOf(t, run) {
		n, a := row[1].(float64), 0.0
		if row[2] != nil {
			a = row[2].(float64)
			worst = max(worst, 100*((a+22)/(n-22)-a/n)) // 22 is the level that two intervals share
		}
	}
	require.InDelta(t, worst, got["share"], .5)
	z.Check(t)
}

func intervals(all []api.Noise) map[string]float64 {
	out := map[string]float64{}
	for _, n := range all {
		if n.Interval != "" {
			x, err := strconv.ParseFloat(n.Interval, 64)
			if err != nil {
				panic(err)
			}
			out[n.Column] = x
		}
	}
	return out
}

// Over many secrets, what is told of an average, a ratio, a variance and a deviation holds the truth as often as it says.
func TestDerivedIntervalsHoldTheTruth(t *testing.T) {
	sure, err := noisy.NewConfidence(big.NewRat(95, 100))
	require.NoError(t, err)
	for name, c := range formulas() {
		held := 0
		for i := range trials {
			off, point := drawn(t, c, sure, fmt.Sprint(name, i))
			if new(big.Rat).Abs(new(big.Rat).Sub(point, c.truth)).Cmp(off) <= 0 {
				held++
			}
		}
		require.GreaterOrEqual(t, held, trials*94/100, name)
	}
}

type derivedCase struct {
	formula *compile.Formula
	exact   map[int]int64
	scales  map[int]int64 // sensitivities
	truth   *big.Rat
}

func formulas() map[string]derivedCase {
	cell := func(i int) *compile.Formula { return &compile.Formula{Op: compile.FormulaCell, Cell: i} }
	of := func(op compile.FormulaOp, args ...*compile.Formula) *compile.Formula {
		return &compile.Formula{Op: op, Args: args}
	}
	one := &compile.Formula{Op: compile.FormulaNumber, Number: big.NewRat(1, 1)}
	average := of(compile.FormulaOver, cell(0), cell(1))
	spread := of(compile.FormulaPositive, of(compile.FormulaMinus, cell(2), of(compile.FormulaOver, of(compile.FormulaTimes, cell(0), cell(0)), cell(1))))
	variance := of(compile.FormulaOver, spread, of(compile.FormulaMinus, cell(1), one))
	exact, scales := map[int]int64{0: 16_000, 1: 800, 2: 400_000, 3: 300}, map[int]int64{0: 50, 1: 1, 2: 2_500, 3: 1}
	return map[string]derivedCase{
		"average":  {average, exact, scales, big.NewRat(20, 1)},
		"ratio":    {of(compile.FormulaOver, cell(3), cell(1)), exact, scales, big.NewRat(3, 8)},
		"variance": {variance, exact, scales, big.NewRat(80_000, 799)}, // (400,000 − 16,000²/800) / 799
		"squared":  {of(compile.FormulaTimes, cell(1), cell(1)), exact, scales, big.NewRat(640_000, 1)},
	}
}

// drawn covers the cells of a formula under a secret, and evaluates it.
func drawn(t *testing.T, c derivedCase, sure *noisy.Confidence, secret string) (off, point *big.Rat) {
	t.Helper()
	f := c.formula
	var key noise.Secret
	copy(key[:], secret)
	source, err := noise.New(key, nil)
	require.NoError(t, err)
	var estimates []noisy.Estimate
	for _, cell := range f.Cells() {
		scale, err := noise.NewScale(big.NewRat(10, 1), c.scales[cell])
		require.NoError(t, err)
		v, err := source.Cover(scale, []byte(fmt.Sprint(cell)), noise.Seal(big.NewInt(c.exact[cell])))
		require.NoError(t, err)
		e, err := noisy.Of(v)
		require.NoError(t, err)
		estimates = append(estimates, e)
	}
	bounded, err := sure.Together(estimates...)
	require.NoError(t, err)
	cells := map[int]noisy.Bounded{}
	for i, cell := range f.Cells() {
		cells[cell] = bounded[i]
	}
	x, err := enclave.Evaluate(f, cells)
	require.NoError(t, err)
	return x.Off(), x.Point
}
