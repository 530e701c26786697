package compile

import (
	"fmt"
	"maps"
	"math/big"
	"slices"

	"yumen/enclave/disclosure"
)

// missing is a count that no statement gave: it withholds.
const missing = -1

// table puts the evidence in its final form: rows sorted by key, one group a set, one cell a column.
func (e *gathering) table() (*disclosure.Table, error) {
	l := e.layout
	t := &disclosure.Table{Public: len(l.plan.Base.Entities) == 0}
	for _, r := range l.plan.Base.Entities {
		t.References = append(t.References, fmt.Sprintf("%s#%s", r.Path, r.Type))
	}
	for i, c := range l.plan.Cells {
		t.Columns = append(t.Columns, disclosure.Column{Name: fmt.Sprintf("c%d", i), Set: c.Set, Kind: c.Measure.kind(), Beside: l.beside[i]})
	}
	keys := map[string][]*string{}
	for _, set := range e.groups {
		for label, g := range set {
			keys[label] = g.key
		}
	}
	labels := slices.SortedFunc(maps.Keys(keys), func(a, b string) int { return compareKeys(keys[a], keys[b]) })
	rows := map[string]int{}
	for i, label := range labels {
		row, err := e.row(label, keys[label])
		if err != nil {
			return nil, err
		}
		rows[label], t.Rows = i, append(t.Rows, row)
	}
	for _, at := range e.order {
		e.differences(t, rows, at)
	}
	for _, r := range t.Rows {
		for _, c := range r.Cells {
			slices.SortStableFunc(c.Before, func(a, b disclosure.Before) int { return a.Answer - b.Answer })
		}
	}
	e.linear(t, rows)
	e.marks(t, rows)
	return t, nil
}

func (e *gathering) row(label string, key []*string) (disclosure.Row, error) {
	l := e.layout
	row := disclosure.Row{Key: key, Groups: make([]disclosure.Group, len(l.sets)), Cells: make([]disclosure.Cell, len(l.plan.Cells))}
	for set := range l.sets {
		canon, err := l.canon(set, key)
		if err != nil {
			return row, err
		}
		group := disclosure.Group{Canon: canon, Entities: make([]int64, len(l.plan.Base.Entities)), Unknown: e.unknown[set]}
		if g := e.groups[set][label]; g != nil {
			for i, rep := range l.repOf[set] {
				group.Entities[i] = g.entities[rep]
			}
			for n := range l.nest[set] {
				d, shares := e.nested(set, n, g)
				group.Differences = append(group.Differences, d)
				group.Shares = append(group.Shares, shares...)
			}
			for _, c := range l.columns(set) {
				row.Cells[c] = l.cell(set, c, g)
			}
		}
		row.Groups[set] = group
	}
	return row, nil
}

// cell is the evidence of one column in one group.
func (l *layout) cell(set, column int, g *group) disclosure.Cell {
	out := disclosure.Cell{Value: g.values[column]}
	amount := l.plan.Cells[column].Measure.kind() == disclosure.Amount
	for i, rep := range l.repOf[set] {
		s := g.totals[totalAt{column, rep}]
		if s == nil {
			if amount {
				out.Totals = append(out.Totals, disclosure.Concentration{})
			}
			continue
		}
		c := disclosure.Concentration{Top1: s.parts[1], Top2: s.parts[2], Total: s.parts[3], Entities: wholeOf(s.parts[0])}
		out.Totals = append(out.Totals, c)
		if l.plan.Cells[column].Measure.Kind == MeasureProducts {
			out.Contributors = append(out.Contributors, wholeOf(s.parts[4]))
		}
		if l.repOf[set][i] != rep || !amount {
			continue
		}
		l.plan.Cells[column].Measure.sensitive(column, func(v int, _, _, _ string) {
			if n, ok := g.shares[shareAt{column, rep, v}]; ok {
				out.Shares = append(out.Shares, disclosure.Share{Holders: n, Entities: c.Entities})
			}
		})
	}
	return out
}

// wholeOf is a count that was read, or missing.
func wholeOf(x *big.Rat) int64 {
	if x == nil || !x.IsInt() || !x.Num().IsInt64() {
		return missing
	}
	return x.Num().Int64()
}

// nested is the difference of a comparator to a cell, and the shares of sensitive values in the comparator.
func (e *gathering) nested(set, n int, g *group) (disclosure.Difference, []disclosure.Share) {
	c := e.layout.nest[set][n]
	var kept []*string
	for _, i := range c.kept {
		kept = append(kept, g.key[i])
	}
	d := disclosure.Difference{Against: c.against, Outward: true}
	if d.Empty = c.cohort.at(kept).inside(e.layout.sets[set].at(g.key)); d.Empty {
		return d, nil
	}
	s := e.sizes[set][n][labelOf(kept)]
	var shares []disclosure.Share
	for position, rep := range c.judged {
		left := e.left(set, n, position, rep, s, g)
		if c.present[position] && left == 0 {
			continue
		}
		d.Entities = append(d.Entities, left)
		for v := range c.shares {
			share := disclosure.Share{Holders: 1, Entities: 1} // not counted: all of them, for all we know
			if s != nil {
				share = disclosure.Share{Holders: s.holders[[2]int{position, v}], Entities: s.entities[position]}
			}
			shares = append(shares, share)
		}
	}
	return d, shares
}

// left counts the entities of the comparator that have a row outside the cell.
func (e *gathering) left(set, n, position, rep int, s *size, g *group) int64 {
	l := e.layout
	if l.sets[set].oneRow(l.reps[set][rep]) {
		whole, known := int64(0), false
		if s != nil {
			whole, known = s.entities[position], true
		}
		if !known {
			return missing
		}
		return max(missing, whole-g.entities[rep])
	}
	if b, known := g.beyond[beyondAt{n, position}]; known {
		return b
	}
	return missing
}
