package compile

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"yumen/catalog/sqltree"
)

// plan puts everything into its canonical order: set 0 is the query's own cohort, the other sets and the cells are sorted.
func (b *builder) plan() (*Plan, error) {
	p := &Plan{Keys: append([]Key{}, b.keys...), Grade: b.query.Facts.Grade}
	own, err := b.where.box(b.innerNodes(false)...)
	if err != nil {
		return nil, err
	}
	boxes := make([]Box, len(b.drafts))
	for i, d := range b.drafts {
		if boxes[i], err = d.cohort.box(b.innerNodes(false)...); err != nil {
			return nil, err
		}
	}
	var sets, cells []int
	p.Sets, sets = canonicalSets(own, boxes)
	p.Cells, cells = b.cells(sets)
	if different := b.differentAggregates(cells); different > MaxAggregates || len(p.Cells) > MaxCells {
		return nil, sqltree.Refuse(sqltree.ReasonTooManyCells, b.outer.Tree.Position(), MaxAggregates)
	}
	rollups, err := b.rollup(p.Sets, p.Keys)
	if err != nil {
		return nil, err
	}
	p.Base = b.writeBase(b.used(p, rollups), p.Sets[0].Matched)
	p.Base.Rollups = rollups
	for _, a := range b.aggregates {
		for _, f := range a.forms {
			for i := range f {
				f[i].cell = cells[f[i].cell]
			}
		}
	}
	return p, nil
}

// canonicalSets lists the distinct boxes, the query's own first and the others by their text, and returns for each box its set.
func canonicalSets(own Box, boxes []Box) (sets []Box, of []int) {
	texts := make([]string, len(boxes))
	byText := map[string]Box{}
	for i, x := range boxes {
		texts[i] = canonicalText(x)
		byText[texts[i]] = x
	}
	first := canonicalText(own)
	delete(byText, first)
	sets, number := []Box{own}, map[string]int{first: 0}
	for _, t := range slices.Sorted(maps.Keys(byText)) {
		number[t], sets = len(sets), append(sets, byText[t])
	}
	for _, t := range texts {
		of = append(of, number[t])
	}
	return sets, of
}

// canonicalText is a text that is equal for equal values and nothing else.
func canonicalText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("compile: encoding a plain value: %v", err)) // plans hold texts, numbers and lists alone
	}
	return string(text)
}

// cells lists the distinct cells in order and returns, for each draft, the number of its cell.
func (b *builder) cells(set []int) (cells []Cell, of []int) {
	name := func(i int) string { return fmt.Sprintf("%06d %s", set[i], canonicalText(b.drafts[i].measure)) }
	byName := map[string]Cell{}
	for i, d := range b.drafts {
		byName[name(i)] = Cell{Set: set[i], Measure: d.measure}
	}
	number := map[string]int{}
	for _, n := range slices.Sorted(maps.Keys(byName)) {
		number[n], cells = len(cells), append(cells, byName[n])
	}
	for i := range b.drafts {
		of = append(of, number[name(i)])
	}
	return cells, of
}

func (b *builder) differentAggregates(cells []int) int {
	different := map[string]bool{}
	for _, a := range b.aggregates {
		text := a.method
		for _, f := range a.forms {
			text += " " + f.over(cells).String()
		}
		different[text] = true
	}
	return len(different)
}

// used are the paths of the tables that the plan names anywhere, with the tables above them.
func (b *builder) used(p *Plan, rollups []Rollup) map[string]bool {
	paths := map[string]bool{}
	box := func(x Box) {
		for _, c := range x.Conditions {
			paths[c.Column.Path] = true
		}
		for _, m := range x.Matched {
			paths[m] = true
		}
	}
	for _, s := range p.Sets {
		box(s)
	}
	for _, k := range p.Keys {
		paths[k.Column.Path] = true
	}
	for _, c := range p.Cells {
		paths[c.Measure.Column.Path], paths[c.Measure.second().Path], paths[c.Measure.Entity.Path] = true, true, true
	}
	for _, r := range rollups {
		box(r.Box)
		paths[r.Entity.Path] = true
		for _, c := range r.Columns {
			paths[c.Column.Path] = true
		}
	}
	for _, n := range b.sorted() {
		if paths[n.path] {
			for up := n.parent; up != nil; up = up.parent {
				paths[up.path] = true
			}
		}
	}
	return paths
}
