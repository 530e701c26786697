package enclave

import (
	"slices"

	"yumen/enclave/disclosure"
)

// cellCount is how many cells of a family are answered and how many are withheld.
type cellCount struct{ shown, withheld int }

// countCells counts one column of an answer. Of a replayed one only what was released is known.
func countCells(ans *answered, column int) cellCount {
	out := cellCount{shown: len(ans.outcomes[column].Rows)}
	if ans.verdicts == nil {
		return out
	}
	for _, row := range ans.verdicts.Cells {
		v := row[column]
		if !v.Released && v.Kept == 0 && !slices.Contains(v.Reasons, disclosure.ReasonEmpty) {
			out.withheld++
		}
	}
	return out
}

// nearness is how near two cells come: the class of the smallest difference that is not empty by its boxes.
type nearness int

// The classes, from far to near.
const (
	nearNone  nearness = iota
	nearFar            // more than 2k entities
	nearSome           // k to 2k
	nearSmall          // fewer than k
)

// String is the class as the report names it.
func (n nearness) String() string { return [...]string{"none", ">2k", "k..2k", "<k"}[n] }

// look takes in the differences of one answer.
func (n *nearness) look(t *disclosure.Table, k int64) {
	if t == nil {
		return
	}
	for _, row := range t.Rows {
		for _, cell := range row.Cells {
			for _, d := range cell.Differences {
				if d.Empty || d.Against != disclosure.AgainstEarlier && d.Against != disclosure.AgainstResponse || len(d.Entities) == 0 {
					continue
				}
				switch least := slices.Min(d.Entities); {
				case least < k:
					*n = max(*n, nearSmall)
				case least <= 2*k:
					*n = max(*n, nearSome)
				default:
					*n = max(*n, nearFar)
				}
			}
		}
	}
}
