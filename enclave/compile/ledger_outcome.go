package compile

import (
	"fmt"
	"slices"

	"yumen/catalog"
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
	// Snapshots are those that the value was computed on, where they are not the family's: too little changed since, and the cell kept
	// what it was answered with before.
	Snapshots []Pin `json:"snapshots,omitempty"`
	// Same says that nobody at all changed since, so that the value is that of the family's snapshots too.
	Same bool `json:"same,omitempty"`
}

// Outcomes splits the released rows of a response into one outcome for each of its families. Values that were kept name their snapshots,
// which are those of an earlier family.
func Outcomes(families []Family, rows []disclosure.Released, earlier []Earlier) ([]Outcome, error) {
	columns := len(families)
	out := make([]Outcome, columns)
	for _, r := range rows {
		if len(r.Values) != columns {
			return nil, fmt.Errorf("%w: a row of %d values", ErrEvidence, len(r.Values))
		}
		for i, v := range r.Values {
			if v == nil {
				continue
			}
			row := OutcomeRow{Key: r.Key, Value: *v}
			if i < len(r.Kept) && r.Kept[i] > 0 {
				if r.Kept[i] > len(earlier) {
					return nil, fmt.Errorf("%w: a value of no answer", ErrEvidence)
				}
				row.Snapshots = families[i].as(earlier[r.Kept[i]-1].Family).Snapshots
				row.Same = i < len(r.Same) && r.Same[i]
			}
			out[i].Rows = append(out[i].Rows, row)
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
	Values   []string // of the released cells, in their order
	// Kept are the keys of the cells that were given the value of an earlier load, and whether it is the one of this load as well.
	Kept []KeptCell
}

// KeptCell is one cell that was given the value of an earlier load.
type KeptCell struct {
	Key  []*string
	Same bool
}

// Earlier returns the comparators that a stored outcome makes: one for the family, which knows what it kept, and one for each earlier
// load of which it kept values.
func (o Outcome) Earlier(f Family) []Earlier {
	var out []Earlier
	var kept []KeptCell
	for _, r := range o.Rows {
		of := f
		if len(r.Snapshots) > 0 {
			of.Snapshots = r.Snapshots
			kept = append(kept, KeptCell{r.Key, r.Same})
		}
		i := slices.IndexFunc(out, func(e Earlier) bool { return slices.Equal(e.Family.Snapshots, of.Snapshots) })
		if i < 0 {
			i, out = len(out), append(out, Earlier{Family: of})
		}
		out[i].Released, out[i].Values = append(out[i].Released, r.Key), append(out[i].Values, r.Value)
	}
	if len(kept) == 0 {
		return out
	}
	i := slices.IndexFunc(out, func(e Earlier) bool { return slices.Equal(e.Family.Snapshots, f.Snapshots) })
	if i < 0 {
		return append(out, Earlier{Family: f, Kept: kept})
	}
	out[i].Kept = kept
	return out
}

// as is the family on the snapshots of another that was answered before.
func (f Family) as(before Family) Family {
	f.Snapshots = slices.Clone(f.Snapshots)
	for i, p := range f.Snapshots {
		if id := before.snapshot(p.Dataset); id != "" {
			f.Snapshots[i].Snapshot = id
		}
	}
	return f
}

// Merge puts comparators of equal families together, in the order in which they come.
func Merge(in []Earlier) ([]Earlier, error) {
	var out []Earlier
	index, seen := map[catalog.Digest]int{}, map[string]bool{}
	for _, e := range in {
		d, err := e.Family.Digest()
		if err != nil {
			return nil, err
		}
		i, have := index[d]
		if !have {
			i, out = len(out), append(out, Earlier{Family: e.Family})
			index[d] = i
		}
		out[i].Kept = append(out[i].Kept, e.Kept...)
		for n, key := range e.Released {
			at := string(d) + labelOf(key)
			if seen[at] {
				continue
			}
			seen[at] = true
			out[i].Released = append(out[i].Released, key)
			if len(e.Values) > n {
				out[i].Values = append(out[i].Values, e.Values[n])
			}
		}
	}
	return out, nil
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
