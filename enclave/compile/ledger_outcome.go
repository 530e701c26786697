package compile

import (
	"fmt"
	"slices"

	"yumen/enclave/disclosure"
)

// Outcome is what was released of one family: the ledger stores it, and an equal question gets it again.
type Outcome struct {
	Rows []OutcomeRow `json:"rows,omitempty"` // sorted by key; what is not here was withheld or does not exist
}

// OutcomeRow is one released cell.
type OutcomeRow struct {
	Key   []*string `json:"key"` // canonical texts, null for NULL
	Value string    `json:"value"`
}

// Outcomes splits the released rows of a response into one outcome for each of its columns.
func Outcomes(columns int, rows []disclosure.Released) ([]Outcome, error) {
	out := make([]Outcome, columns)
	for _, r := range rows {
		if len(r.Values) != columns {
			return nil, fmt.Errorf("%w: a row of %d values", ErrEvidence, len(r.Values))
		}
		for i, v := range r.Values {
			if v != nil {
				out[i].Rows = append(out[i].Rows, OutcomeRow{Key: r.Key, Value: *v})
			}
		}
	}
	return out, nil
}

// Replay puts outcomes of families together again: one column each, a row for every key that at least one of them released.
// Stored outcomes and those of a fresh run may be mixed.
func Replay(outcomes []Outcome) []disclosure.Released {
	index := map[string]int{}
	var out []disclosure.Released
	for column, o := range outcomes {
		for _, r := range o.Rows {
			label := labelOf(r.Key)
			i, have := index[label]
			if !have {
				i = len(out)
				index[label] = i
				out = append(out, disclosure.Released{Key: r.Key, Values: make([]*string, len(outcomes))})
			}
			value := r.Value
			out[i].Values[column] = &value
		}
	}
	slices.SortFunc(out, func(a, b disclosure.Released) int { return compareKeys(a.Key, b.Key) })
	return out
}

// Earlier is a family that the legal group was answered before, with the keys of its released cells.
type Earlier struct {
	Family   Family
	Released [][]*string
}

// Earlier returns the comparator that a stored outcome makes.
func (o Outcome) Earlier(f Family) Earlier {
	e := Earlier{Family: f}
	for _, r := range o.Rows {
		e.Released = append(e.Released, r.Key)
	}
	return e
}

// compareKeys orders keys by their texts; NULL stands first.
func compareKeys(a, b []*string) int {
	return slices.CompareFunc(a, b, func(x, y *string) int {
		switch {
		case x == nil && y == nil:
			return 0
		case x == nil:
			return -1
		case y == nil:
			return 1
		case *x < *y:
			return -1
		case *x > *y:
			return 1
		}
		return 0
	})
}

// labelOf is an injective text of a key.
func labelOf(key []*string) string {
	var b []byte
	for _, k := range key {
		if k == nil {
			b = append(b, '-')
			continue
		}
		b = fmt.Appendf(b, "%d:%s", len(*k), *k)
	}
	return string(b)
}
