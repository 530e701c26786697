package compile

import (
	"fmt"
	"math/big"
)

// Batches cuts the statements as Program.Batches does.
func (n *NoisyProgram) Batches(bytes int) []Batch {
	return (&Program{Statements: n.Statements, reads: n.reads}).Batches(bytes)
}

// Figures are what the statistics come to, by cell (as Keys) and statistic: whole numbers of the last place. They are exact, and for the
// noise step alone.
func (n *NoisyProgram) Figures(rows [][][]*string) ([][]*big.Int, error) {
	if len(rows) != len(n.steps) {
		return nil, fmt.Errorf("%w: %d answers to %d statements", ErrEvidence, len(rows), len(n.steps))
	}
	at := map[string]int{}
	out := make([][]*big.Int, len(n.Keys))
	for i, key := range n.Keys {
		at[labelOf(key)] = i
		out[i] = make([]*big.Int, len(n.Statistics))
		for j := range out[i] {
			out[i][j] = new(big.Int) // nobody is in a cell that is not there
		}
	}
	for i, step := range n.steps {
		if n.Statistics[step.statistics[0]].Set == universal {
			if err := n.everywhere(out, step, rows[i]); err != nil {
				return nil, err
			}
			continue
		}
		for _, row := range rows[i] {
			if len(row) != len(n.plan.Keys)+len(step.statistics) {
				return nil, fmt.Errorf("%w: a row of %d columns", ErrEvidence, len(row))
			}
			cell, there := at[labelOf(n.plan.canonical(row[:len(n.plan.Keys)]))]
			if !there {
				continue // no value that the declaration has: it is in no cell, and says nothing
			}
			for j, s := range step.statistics {
				if err := readFigure(out[cell][s], row[len(n.plan.Keys)+j], n.Statistics[s].Places); err != nil {
					return nil, err
				}
			}
		}
	}
	return out, nil
}

// everywhere reads the figures of the universe, which stand beside every cell.
func (n *NoisyProgram) everywhere(out [][]*big.Int, step noisyStep, rows [][]*string) error {
	if len(rows) != 1 || len(rows[0]) != len(step.statistics) {
		return fmt.Errorf("%w: a universe of %d rows", ErrEvidence, len(rows))
	}
	for j, s := range step.statistics {
		for cell := range out {
			if err := readFigure(out[cell][s], rows[0][j], n.Statistics[s].Places); err != nil {
				return err
			}
		}
	}
	return nil
}

// readFigure reads a number with at most so many places; none is nothing.
func readFigure(into *big.Int, text *string, places int) error {
	if text == nil {
		return nil
	}
	amount, err := readAmount(text)
	if err != nil {
		return err
	}
	amount.Mul(amount, new(big.Rat).SetInt(power(places)))
	if !amount.IsInt() {
		return fmt.Errorf("%w: a figure", ErrEvidence)
	}
	into.Set(amount.Num())
	return nil
}

func power(places int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
}
