package compile

import (
	"fmt"
	"math/big"
	"slices"

	"yumen/enclave/disclosure"
)

// pairFound is what is known of two overlapping cells.
type pairFound struct {
	a, b   []*string
	counts map[side][]int64                            // entities of each direction, one for each reference
	totals map[side]map[int][]disclosure.Concentration // by column
	moved  map[int]*change                             // by column, across snapshots
	apart  int64                                       // common entities that do not cancel, of two crowds
}

// pair finds the evidence of two cells, or starts it. The set's cell must be known; a rival's cell that was never released is
// left out (nil).
func (e *gathering) pair(set, rival int, a, b []*string) (*pairFound, error) {
	if _, known := e.groups[set][labelOf(a)]; !known {
		return nil, fmt.Errorf("%w: a pair of no group", ErrEvidence)
	}
	if !slices.ContainsFunc(e.layout.rivals[rival].pairings, func(p pairing) bool { return p.counts(b) }) {
		return nil, nil
	}
	at := pairAt{set, rival, labelOf(a), labelOf(b)}
	p := e.pairs[at]
	if p == nil {
		p = &pairFound{a: slices.Clone(a), b: slices.Clone(b), counts: map[side][]int64{}, totals: map[side]map[int][]disclosure.Concentration{},
			moved: map[int]*change{}}
		e.pairs[at] = p
		e.order = append(e.order, at)
	}
	return p, nil
}

// read takes one direction of a pair statement: the number of entities and, with a column, the parts of its concentration.
func (p *pairFound) read(s side, first bool, column int, row []*string) error {
	n, err := readCount(row[0])
	if err != nil {
		return err
	}
	if first {
		p.counts[s] = append(p.counts[s], n)
	}
	if column < 0 {
		return nil
	}
	c, err := readConcentration(n, row[1:])
	if err != nil {
		return err
	}
	if p.totals[s] == nil {
		p.totals[s] = map[int][]disclosure.Concentration{}
	}
	p.totals[s][column] = append(p.totals[s][column], c)
	return nil
}

// readConcentration reads a total and candidates for its two largest parts.
func readConcentration(entities int64, row []*string) (disclosure.Concentration, error) {
	c := disclosure.Concentration{Entities: entities}
	var err error
	if c.Total, err = readAmount(row[0]); err != nil {
		return c, err
	}
	var tops []*big.Rat
	for _, text := range row[1:] {
		top, err := readAmount(text)
		if err != nil {
			return c, err
		}
		tops = append(tops, top)
	}
	slices.SortFunc(tops, func(a, b *big.Rat) int { return b.Cmp(a) })
	c.Top1, c.Top2 = tops[0], tops[1]
	return c, nil
}

// differences adds both directions of a pair to the cells concerned.
func (e *gathering) differences(t *disclosure.Table, rows map[string]int, at pairAt) {
	p, v := e.pairs[at], e.layout.rivals[at.rival]
	if v.across != nil {
		e.moves(t, rows, at)
		return
	}
	mine := e.layout.sets[at.set]
	cellA, cellB := mine.at(p.a), v.cohort.at(p.b)
	emptyA, emptyB, tolerated := cellA.inside(cellB), cellB.inside(cellA), false
	if v.crowds != nil && v.pairings[0].loads {
		emptyA, emptyB = false, false
	} else if v.crowds != nil {
		mine, theirs := v.crowds[0], v.crowds[1]
		emptyA, emptyB = mine.within(cellA, theirs, cellB), theirs.within(cellB, mine, cellA)
		tolerated = mine.tolerates(cellA, theirs, cellB) && (p.apart == 0 || mine.measure.kind() != disclosure.Amount)
	}
	for _, q := range v.pairings {
		if !q.counts(p.b) {
			continue
		}
		cell := &t.Rows[rows[at.a]].Cells[q.column]
		other := disclosure.Place{}
		if v.against == disclosure.AgainstResponse {
			row, there := rows[at.b]
			other = disclosure.Place{Row: row, Column: q.other}
			if !there || e.layout.later(other, disclosure.Place{Row: rows[at.a], Column: q.column}) {
				continue
			}
		}
		for _, d := range []struct {
			s     side
			out   bool
			empty bool
		}{{sideCell, false, emptyA}, {sideRival, true, emptyB}} {
			if v.against == disclosure.AgainstUniverse && !d.out {
				continue
			}
			cell.Differences = append(cell.Differences, disclosure.Difference{Against: v.against, Outward: d.out, Empty: d.empty,
				Entities: p.counts[d.s], Totals: p.totals[d.s][q.column], Other: other, Apart: p.apart, Tolerated: tolerated,
				Opposite: p.opposite(v, d.s)})
		}
	}
}

// opposite counts the entities of the other direction of two crowds, unless entities themselves are counted on both sides: there, nobody
// is a fact about persons whoever else there is.
func (p *pairFound) opposite(v rival, s side) int64 {
	if v.crowds == nil || v.crowds[0].counts() && v.crowds[1].counts() {
		return 0
	}
	if s == sideCell {
		return p.counts[sideRival][0]
	}
	return p.counts[sideCell][0]
}

// later reports whether a's group is decided after b's: then the difference belongs to a, where it stands as well.
func (l *layout) later(a, b disclosure.Place) bool {
	setA, setB := l.plan.Cells[a.Column].Set, l.plan.Cells[b.Column].Set
	return setA > setB || setA == setB && a.Row > b.Row
}
