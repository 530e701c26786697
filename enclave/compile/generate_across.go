package compile

import (
	"slices"

	"yumen/enclave/disclosure"
)

// Across snapshots rows have no identity: what two cells differ in are the entities that contribute something else to the one than to
// the other. Three differences are asked for, because the same value is found in more ways than one:
//
//   - cell of now minus earlier cell;
//   - cell of now minus the same cell on the earlier snapshots, which earlier answers may add up to;
//   - earlier cell on the snapshots of now minus itself, which the cells of now that lie in it may add up to.

// across is what is known of a rival that was answered from other snapshots.
type across struct {
	reading reading
	mine    int // the drift of the set's cells
	theirs  int // the drift of the rival's cells
}

// drift compares the cells of one cohort on two loads of its data: now, and as an earlier answer read them.
type drift struct {
	set         int // whose cells of now they are, or -1
	now, before cohort
	columns     []int
}

// change is a difference across snapshots, while it is read: the number of entities by reference, and the concentration of what changed.
type change struct {
	entities []int64
	totals   []disclosure.Concentration
}

// part is one side of a comparison by entities.
type part struct {
	cohort  cohort
	measure Measure
	ref     EntityRef
	prefix  string
}

// compareAcross writes the statements for one rival: for every entity reference that both have, and every measure.
func (g *generator) compareAcross(set int, v rival) error {
	refs := v.cohort.shared(g.sets[set])
	if len(refs) == 0 {
		g.lost[set] = true // the entities of then are others: nothing can be said
		return nil
	}
	var columns []int
	for _, q := range v.pairings {
		if !slices.Contains(columns, q.column) {
			columns = append(columns, q.column)
		}
	}
	var err error
	if v.across.mine, err = g.driftOfSet(set, columns, v.across.reading); err != nil {
		return err
	}
	if v.across.theirs, err = g.driftOfRival(set, columns, v); err != nil {
		return err
	}
	g.rivals = append(g.rivals, v)
	index := len(g.rivals) - 1
	for _, column := range columns {
		q := v.pairings[slices.IndexFunc(v.pairings, func(q pairing) bool { return q.column == column })]
		for _, e := range refs {
			a := part{g.sets[set], g.measure(column), e, "a"}
			b := part{v.cohort, q.measure, e, "b"}
			if err := g.pairAcross(set, index, column, a, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// shared lists the representatives of two cohorts that are the same reference; those of the root are always among them.
func (c cohort) shared(o cohort) []EntityRef {
	mine, _ := c.representatives()
	theirs, _ := o.representatives()
	own := func(all []EntityRef, path string) (out []EntityRef) {
		for _, e := range all {
			if e.Path == path {
				out = append(out, e)
			}
		}
		return out
	}
	if !slices.EqualFunc(own(mine, c.base.Root.Path), own(theirs, o.base.Root.Path), EntityRef.equal) {
		return nil
	}
	return slices.DeleteFunc(mine, func(e EntityRef) bool { return !slices.ContainsFunc(theirs, e.equal) })
}

// driftOfSet compares a set's cells with themselves on earlier snapshots, once for all rivals that read these.
func (g *generator) driftOfSet(set int, columns []int, on reading) (int, error) {
	d := drift{set: set, now: g.sets[set], before: g.sets[set].on(on.before(g.plan.Base))}
	index := slices.IndexFunc(g.drifts, func(x drift) bool {
		return x.set == set && slices.Equal(g.attachmentsOf([]cohort{x.before}), g.attachmentsOf([]cohort{d.before}))
	})
	if index < 0 {
		index, g.drifts = len(g.drifts), append(g.drifts, d)
	}
	for _, column := range columns {
		if slices.Contains(g.drifts[index].columns, column) {
			continue
		}
		g.drifts[index].columns = append(g.drifts[index].columns, column)
		for _, e := range g.reps[set] {
			a := part{d.now, g.measure(column), e, "a"}
			b := part{d.before, g.measure(column), e, "b"}
			if err := g.drift(set, index, column, a, b); err != nil {
				return 0, err
			}
		}
	}
	return index, nil
}

// driftOfRival compares an earlier family's cells with themselves on the snapshots of now.
func (g *generator) driftOfRival(set int, columns []int, v rival) (int, error) {
	d := drift{set: -1, now: v.cohort.on(v.across.reading.now(g.in.Snapshots)), before: v.cohort, columns: columns}
	index := len(g.drifts)
	g.drifts = append(g.drifts, d)
	reps, _ := v.cohort.representatives()
	for _, column := range columns {
		q := v.pairings[slices.IndexFunc(v.pairings, func(q pairing) bool { return q.column == column })]
		for _, e := range reps {
			a, b := part{d.now, q.measure, e, "a"}, part{d.before, q.measure, e, "b"}
			if err := g.drift(set, index, column, a, b); err != nil {
				return 0, err
			}
		}
	}
	return index, nil
}

// crowdAcross compares counts of entities across snapshots, whatever tables they come from.
func (g *generator) crowdAcross(set int, mine, theirs crowd, on reading, by pairing) error {
	side := func(c crowd, prefix string, reads map[string]Attachment) part {
		return part{c.cohort.on(reads), Measure{}, c.ref, prefix}
	}
	v := rival{against: disclosure.AgainstEarlier, cohort: theirs.cohort, pairings: []pairing{by}, crowds: &[2]crowd{mine, theirs},
		across: &across{reading: on, mine: len(g.drifts), theirs: len(g.drifts) + 1}}
	g.drifts = append(g.drifts, drift{set: -1, now: mine.cohort, before: mine.cohort.on(on.before(mine.cohort.base))},
		drift{set: -1, now: theirs.cohort.on(on.now(g.in.Snapshots)), before: theirs.cohort})
	g.rivals = append(g.rivals, v)
	err := g.drift(set, v.across.mine, by.column, side(mine, "a", nil), side(mine, "b", on.before(mine.cohort.base)))
	if err == nil {
		err = g.drift(set, v.across.theirs, by.column, side(theirs, "a", on.now(g.in.Snapshots)), side(theirs, "b", on.theirs))
	}
	if err == nil {
		err = g.pairAcross(set, len(g.rivals)-1, by.column, side(mine, "a", nil), side(theirs, "b", on.theirs))
	}
	return err
}
