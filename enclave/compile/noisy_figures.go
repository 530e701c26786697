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
		if err := n.read(out, at, step, rows[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// read reads the rows of one pass.
func (n *NoisyProgram) read(out [][]*big.Int, at map[string]int, step noisyStep, rows [][]*string) error {
	keys := 0
	if step.keyed {
		keys = len(n.plan.Keys)
	}
	if keys == 0 && len(rows) != 1 {
		return fmt.Errorf("%w: %d rows without keys", ErrEvidence, len(rows))
	}
	universe := make([]*big.Int, len(n.Statistics))
	for i := range universe {
		universe[i] = new(big.Int)
	}
	for _, row := range rows {
		if len(row) != keys+n.columns(step) {
			return fmt.Errorf("%w: a row of %d columns", ErrEvidence, len(row))
		}
		cells, next := n.cells(out, at, step, row[:keys]), keys
		for _, s := range step.statistics {
			into := cells
			if n.Statistics[s].Set == universal {
				into = [][]*big.Int{universe}
			}
			for _, cell := range into {
				if cell != nil {
					if err := addFigure(cell[s], row[next], n.Statistics[s].Places); err != nil {
						return err
					}
				}
				next++
			}
		}
	}
	for _, s := range step.statistics {
		for cell := range out {
			if n.Statistics[s].Set == universal {
				out[cell][s].Set(universe[s]) // it stands beside every cell
			}
		}
	}
	return nil
}

// columns is how many figures a row of a pass has.
func (n *NoisyProgram) columns(step noisyStep) int {
	count := len(step.statistics)
	for _, s := range step.statistics {
		if step.marked && n.Statistics[s].Set != universal {
			count += len(n.Keys) - 1
		}
	}
	return count
}

// cells are those that a row of a pass has the figures of, each in a column of its own. One is nil for a key that no declaration has: it says nothing.
func (n *NoisyProgram) cells(out [][]*big.Int, at map[string]int, step noisyStep, key []*string) [][]*big.Int {
	if step.marked {
		return out
	}
	cell, there := at[labelOf(n.plan.canonical(key))]
	if !there {
		return [][]*big.Int{nil}
	}
	return out[cell : cell+1]
}

// addFigure adds a number with at most so many places; none is nothing.
func addFigure(into *big.Int, text *string, places int) error {
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
	into.Add(into, amount.Num())
	return nil
}

func power(places int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
}
