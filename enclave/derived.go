package enclave

import (
	"errors"
	"fmt"
	"math/big"

	"yumen/enclave/compile"
	"yumen/enclave/noisy"
	"yumen/internal/api"
)

// derived says how far noise moves each column of an answer that is computed from several figures: interval arithmetic over intervals of the
// figures that hold together, by noisy values and public deviations alone. It is of the row that is worst, for answers drop and order rows as they
// like. A column that no bound is known for says nothing.
func (r relation) derived(plan *compile.Plan, spreads []api.Noise) ([]api.Noise, error) {
	sure, err := noisy.NewConfidence(confidence)
	if err != nil {
		return nil, fmt.Errorf("noise: %w", err)
	}
	p, out := r.part, append([]api.Noise{}, spreads...)
	for i, f := range plan.Post.Formulas {
		if !f.Derived() || len(f.Cells()) == 0 {
			continue
		}
		worst := new(big.Rat)
		for key := range p.program.Keys {
			off, err := p.off(f, sure, r.row(key))
			if errors.Is(err, noisy.ErrDivision) {
				worst = nil
				break
			}
			if err != nil {
				return nil, fmt.Errorf("noise: %w", err)
			}
			if off != nil && off.Cmp(worst) > 0 {
				worst = off
			}
		}
		for j := range out {
			if out[j].Column == plan.Post.Columns[i].Name && worst != nil && worst.Sign() > 0 {
				out[j].Interval = significant(worst)
			}
		}
	}
	return out, nil
}

// off is how far a formula may be from the truth in a row, or nil where one of its cells is not shown.
func (p *coveredPart) off(f *compile.Formula, sure *noisy.Confidence, row map[int]noisy.Estimate) (*big.Rat, error) {
	var figures []noisy.Estimate
	for _, cell := range f.Cells() {
		e, there := row[cell]
		if !there {
			return nil, nil
		}
		figures = append(figures, e)
	}
	bounded, err := sure.Together(figures...)
	if err != nil {
		return nil, err
	}
	cells := map[int]noisy.Bounded{}
	for i, cell := range f.Cells() {
		cells[cell] = bounded[i].By(p.unit(cell))
	}
	x, err := evaluate(f, cells)
	if err != nil {
		return nil, err
	}
	return x.Off(), nil
}

// unit is what one is worth in the last place of a cell column.
func (p *coveredPart) unit(column int) *big.Rat {
	for _, st := range p.program.Statistics {
		if st.Column == column {
			return new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(st.Places)), nil))
		}
	}
	return big.NewRat(1, 1)
}

// evaluate is a formula over bounded cells.
func evaluate(f *compile.Formula, cells map[int]noisy.Bounded) (noisy.Bounded, error) {
	var args []noisy.Bounded
	for _, a := range f.Args {
		x, err := evaluate(a, cells)
		if err != nil {
			return x, err
		}
		args = append(args, x)
	}
	switch f.Op {
	case compile.FormulaCell:
		return cells[f.Cell], nil
	case compile.FormulaNumber:
		return noisy.Certain(f.Number), nil
	case compile.FormulaPlus:
		return args[0].Plus(args[1]), nil
	case compile.FormulaMinus:
		return args[0].Minus(args[1]), nil
	case compile.FormulaTimes:
		return args[0].Times(args[1]), nil
	case compile.FormulaOver:
		return args[0].Over(args[1])
	case compile.FormulaPositive:
		return args[0].Positive(), nil
	case compile.FormulaRoot:
		return args[0].Root()
	case compile.FormulaRound:
		return args[0].Rounded(f.Number), nil
	}
	return noisy.Bounded{}, fmt.Errorf("noise: a formula of %q", f.Op)
}

// significant writes a number that is above zero to four digits, rounded up.
func significant(x *big.Rat) string {
	places := 0
	for least := big.NewRat(1000, 1); x.Cmp(least) < 0 && places < 12; places++ {
		least.Quo(least, big.NewRat(10, 1))
	}
	return roundedUp(x, places)
}
