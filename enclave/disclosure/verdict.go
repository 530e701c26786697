package disclosure

import "math/big"

// Reason says why a cell is withheld. Reasons are for the risk report and the log, never for a requester.
type Reason string

// The reasons.
const (
	ReasonEmpty        Reason = "empty"        // no entity at all
	ReasonThreshold    Reason = "threshold"    // fewer than k entities
	ReasonComplement   Reason = "complement"   // the universe minus the cell is small
	ReasonSensitive    Reason = "sensitive"    // the cell without sensitive conditions minus the cell is small
	ReasonDifferencing Reason = "differencing" // too close to another release
	ReasonLinear       Reason = "linear"       // with other answers it determines what must not be known
	ReasonDominance    Reason = "dominance"    // one or two entities hold nearly all
	ReasonHomogeneity  Reason = "homogeneity"  // the entities are alike
	ReasonEvidence     Reason = "evidence"     // evidence missing, inconsistent or cut short
)

// reasonOrder is the order in which reasons are listed.
var reasonOrder = [...]Reason{
	ReasonEmpty, ReasonThreshold, ReasonComplement, ReasonSensitive, ReasonDifferencing, ReasonLinear, ReasonDominance, ReasonHomogeneity,
	ReasonEvidence,
}

// Verdict says whether a cell may leave; Reasons is empty exactly when its own or an earlier value may.
type Verdict struct {
	Released bool // its own value
	// Kept, from 1, is the place in Cell.Before of the earlier value that leaves in its stead; 0 when none does.
	Kept    int
	Reasons []Reason
}

// Verdicts holds a verdict for every cell of a table, by row and column.
type Verdicts struct {
	Cells [][]Verdict
	round int64
}

// Released is one row that leaves: at least one of its values is not nil.
type Released struct {
	Key    []*string
	Values []*string // by column; nil is withheld or empty, which look alike
	// Kept tells, by column, of which earlier answer a value is: Before.Answer + 1, or 0 for a new one. Nobody outside is told.
	Kept []int
	// Same tells, by column, that a kept value is that of now as well: nobody changed. Nobody outside is told.
	Same []bool
}

// Released returns the rows that leave, in the table's order. A row whose cells are all withheld is absent.
func (v *Verdicts) Released(t *Table) []Released {
	var out []Released
	for i, row := range t.Rows {
		values, kept, same, some := make([]*string, len(row.Cells)), make([]int, len(row.Cells)), make([]bool, len(row.Cells)), false
		for j, cell := range row.Cells {
			if i >= len(v.Cells) || j >= len(v.Cells[i]) {
				continue
			}
			if n := v.Cells[i][j].Kept; n > 0 && n <= len(cell.Before) {
				b := cell.Before[n-1]
				values[j], kept[j], same[j], some = &b.Value, b.Answer+1, b.Same(), true
				continue
			}
			if !v.Cells[i][j].Released {
				continue
			}
			text := cell.Value
			if t.Columns[j].Kind == Count {
				text = RoundCount(text, v.round)
			}
			values[j], some = &text, true
		}
		if some {
			out = append(out, Released{Key: row.Key, Values: values, Kept: kept, Same: same})
		}
	}
	return out
}

// Tally counts cells by reason; a cell with several reasons counts under each.
func (v *Verdicts) Tally() map[Reason]int {
	out := map[Reason]int{}
	for _, row := range v.Cells {
		for _, cell := range row {
			for _, r := range cell.Reasons {
				out[r]++
			}
		}
	}
	return out
}

// RoundCount rounds a whole number to the nearest multiple of base, halves up; base 0 and 1 leave it as it is. A text that is
// no whole number comes back empty.
func RoundCount(text string, base int64) string {
	if base <= 1 {
		return text
	}
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return ""
	}
	b := big.NewInt(base)
	n.Lsh(n, 1).Add(n, b)
	n.Div(n, new(big.Int).Lsh(b, 1)) // Euclidean: rounds towards minus infinity, so halves go up
	return n.Mul(n, b).String()
}
