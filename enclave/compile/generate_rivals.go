package compile

import (
	"yumen/enclave/disclosure"
	"yumen/internal/canonical"
)

// earlier compares a set with every comparable family of the ledger: the same monomial over the same root, whatever is joined to it
// and whatever snapshots it was answered from.
func (g *generator) earlier(set int) error {
	rivals, err := g.earlierRivals(set)
	if err != nil {
		return err
	}
	for _, v := range rivals {
		compare := g.compare
		if v.across != nil {
			compare = g.compareAcross
		}
		if err := compare(set, v); err != nil {
			return err
		}
	}
	return nil
}

// earlierRivals groups the ledger's families by their rows, so that a question with several measures is one rival.
func (g *generator) earlierRivals(set int) ([]rival, error) {
	var out []rival
	index := map[string]int{}
	for n, f := range g.in.Earlier {
		columns := g.sameMonomial(set, f.Family)
		if len(columns) == 0 || len(f.Released) == 0 {
			continue
		}
		on := g.read(f.Family, g.plan.Base)
		if on.gone {
			g.lost[set] = true
			continue
		}
		rows := f.Family
		rows.Measure = Measure{}
		id, err := canonical.Marshal(rows)
		if err != nil {
			return nil, err
		}
		i, have := index[string(id)]
		if !have {
			i = len(out)
			index[string(id)] = i
			v := rival{against: disclosure.AgainstEarlier,
				cohort: govern(f.Family.Base, f.Family.Keys, f.Family.Box, f.Family.scope()).on(on.theirs)}
			if on.across {
				v.across = &across{reading: on}
			}
			out = append(out, v)
		}
		released := f.labels()
		for _, c := range columns {
			out[i].pairings = append(out[i].pairings,
				pairing{column: c, measure: out[i].cohort.measure(f.Family.Measure), released: released, answer: n})
		}
	}
	return out, nil
}

// sameMonomial lists the columns of a set that add up the same thing as a family.
func (g *generator) sameMonomial(set int, f Family) []int {
	if f.Base.Root.Dataset != g.plan.Base.Root.Dataset {
		return nil
	}
	var out []int
	for _, c := range g.columns(set) {
		if g.plan.Cells[c].Measure.same(f.Measure) {
			out = append(out, c)
		}
	}
	return out
}

// labels are the released cells of an earlier family with their values, where these are known.
func (e Earlier) labels() map[string]string {
	out := map[string]string{}
	for i, key := range e.Released {
		value := ""
		if len(e.Values) == len(e.Released) {
			value = e.Values[i]
		}
		out[labelOf(key)] = value
	}
	return out
}

// response compares a set with the sets before it: FILTER clauses and nullable columns make several boxes of one question.
func (g *generator) response(set int) error {
	for before := range set {
		if !g.used[before] {
			continue
		}
		v := rival{against: disclosure.AgainstResponse, cohort: g.sets[before]}
		for _, c := range g.columns(set) {
			for _, o := range g.columns(before) {
				if g.plan.Cells[c].Measure.same(g.plan.Cells[o].Measure) {
					v.pairings = append(v.pairings, pairing{column: c, measure: g.measure(o), other: o})
				}
			}
		}
		if err := g.compare(set, v); err != nil {
			return err
		}
	}
	return nil
}
