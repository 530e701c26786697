package compile

import "yumen/enclave/disclosure"

// readChange takes one difference across snapshots, by one reference.
func readChange(to map[int]*change, column int, row []*string) error {
	n, err := readCount(row[0])
	if err != nil {
		return err
	}
	c := to[column]
	if c == nil {
		c = &change{}
		to[column] = c
	}
	c.entities = append(c.entities, n)
	if len(row) == 1 {
		return nil
	}
	if n, err = readCount(row[1]); err != nil {
		return err
	}
	total, err := readConcentration(n, row[2:])
	c.totals = append(c.totals, total)
	return err
}

// difference is a change as disclosure control judges it. No change is no evidence.
func (c *change) difference() disclosure.Difference {
	d := disclosure.Difference{Against: disclosure.AgainstEarlier}
	if c != nil {
		d.Entities, d.Totals = c.entities, c.totals
	}
	return d
}

// moves adds the differences of a pair across snapshots to the cells concerned. The earlier value of the very same cell is one that it
// may keep.
func (e *gathering) moves(t *disclosure.Table, rows map[string]int, at pairAt) {
	p, v := e.pairs[at], e.layout.rivals[at.rival]
	cellA, cellB := e.layout.sets[at.set].at(p.a), v.cohort.at(p.b)
	within, beyond := cellA.inside(cellB), cellB.inside(cellA)
	apart := cellA.box.Disjoint(cellB.box)
	if v.crowds != nil {
		a, b := v.crowds[0], v.crowds[1]
		within, beyond = a.within(cellA, b, cellB), b.within(cellB, a, cellA)
		apart = apart && a.cohort.base.Root.Dataset == b.cohort.base.Root.Dataset
	}
	for _, q := range v.pairings {
		found := p.moved[q.column]
		if found == nil || !q.counts(p.b) {
			continue
		}
		cell := &t.Rows[rows[at.a]].Cells[q.column]
		if within && beyond && e.layout.measure(q.column).same(q.measure) && e.layout.sameRoot(v) {
			cell.Before = append(cell.Before, disclosure.Before{Value: q.released[at.b], Answer: q.answer, Changed: found.difference()})
			continue
		}
		cell.Differences = append(cell.Differences, found.difference())
		if apart {
			continue
		}
		if own := e.drifts[driftAt{v.across.mine, at.a}][q.column]; own != nil {
			cell.Differences = append(cell.Differences, own.difference())
		}
		if theirs := e.drifts[driftAt{v.across.theirs, at.b}][q.column]; theirs != nil && within {
			cell.Differences = append(cell.Differences, theirs.difference())
		}
	}
}

// sameRoot reports whether a rival adds up rows of the plan's own root.
func (l *layout) sameRoot(v rival) bool {
	return v.cohort.base.Root.Dataset == l.plan.Base.Root.Dataset
}
