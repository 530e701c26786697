package compile

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

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
	p.Sets = canonicalSets(own, boxes)
	cells := b.cells(p, boxes)
	if different := b.differentAggregates(cells); different > MaxAggregates {
		return nil, sqltree.Refuse(sqltree.ReasonTooManyCells, b.outer.Tree.Position(), MaxAggregates)
	}
	rollups, err := b.rollup(p.Sets)
	if err != nil {
		return nil, err
	}
	p.Base = b.writeBase(b.used(p, rollups), p.Sets[0].Matched)
	p.Base.Rollups = rollups
	for _, a := range b.aggregates {
		for i, d := range a.cells {
			a.cells[i] = cells[d]
		}
	}
	return p, b.post(p)
}

// canonicalSets lists the distinct boxes, the query's own first and the others by their text.
func canonicalSets(own Box, boxes []Box) []Box {
	text := func(b Box) string { return canonicalText(b) }
	byText := map[string]Box{}
	for _, x := range boxes {
		byText[text(x)] = x
	}
	delete(byText, text(own))
	sets := []Box{own}
	for _, t := range slices.Sorted(maps.Keys(byText)) {
		sets = append(sets, byText[t])
	}
	return sets
}

// canonicalText is a text that is equal for equal values and nothing else.
func canonicalText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("compile: encoding a plain value: %v", err)) // plans hold texts, numbers and lists alone
	}
	return string(text)
}

// cells sorts the distinct cells into the plan and returns, for each draft, the number of its cell.
func (b *builder) cells(p *Plan, boxes []Box) []int {
	all := make([]Cell, len(b.drafts))
	for i, d := range b.drafts {
		set := slices.IndexFunc(p.Sets, func(x Box) bool { return canonicalText(x) == canonicalText(boxes[i]) })
		all[i] = Cell{Set: set, Measure: d.measure}
	}
	order := func(x, y Cell) int {
		if x.Set != y.Set {
			return x.Set - y.Set
		}
		return strings.Compare(canonicalText(x.Measure), canonicalText(y.Measure))
	}
	p.Cells = slices.Clone(all)
	slices.SortFunc(p.Cells, order)
	p.Cells = slices.CompactFunc(p.Cells, func(x, y Cell) bool { return order(x, y) == 0 })
	numbers := make([]int, len(all))
	for i, c := range all {
		numbers[i] = slices.IndexFunc(p.Cells, func(x Cell) bool { return order(x, c) == 0 })
	}
	return numbers
}

func (b *builder) differentAggregates(cells []int) int {
	different := map[string]bool{}
	for _, a := range b.aggregates {
		text := a.method
		for _, d := range a.cells {
			text += fmt.Sprintf(" %d", cells[d])
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
		paths[c.Measure.Column.Path], paths[c.Measure.Entity.Path] = true, true
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
