package noisy

import "math/big"

// Rules are what the policy asks of a group.
type Rules struct {
	// K is the least number of entities in a shown group, and of those outside it.
	K int64
}

// Judge says which groups are shown. A group is shown iff each of its noisy counts is at least k and the farthest that noise reaches (k + 4σ), and what its
// universe has beyond it, by noisy counts too, at least k and the farthest that both reach. As noise is cut there, a shown group has k
// entities for certain, and k are outside. Nothing else decides: a group without counts, or with one that has no noise, is withheld.
func Judge(rules Rules, groups []Group[Estimate]) []bool {
	shown := make([]bool, len(groups))
	for i, g := range groups {
		shown[i] = rules.shows(g)
	}
	return shown
}

func (r Rules) shows(g Group[Estimate]) bool {
	if r.K < 1 || len(g.Counts) == 0 || len(g.Universes) != 0 && len(g.Universes) != len(g.Counts) {
		return false
	}
	for i, count := range g.Counts {
		if !r.enough(count) {
			return false
		}
		if len(g.Universes) > 0 && !r.enough(g.Universes[i], count) {
			return false
		}
	}
	for _, v := range g.Values {
		if v.amount == nil {
			return false
		}
	}
	return true
}

// enough reports whether a number, less others, is at least K whatever the noise of all of them was.
func (r Rules) enough(number Estimate, less ...Estimate) bool {
	if number.amount == nil {
		return false
	}
	rest := new(big.Int).Sub(number.amount, number.cut)
	for _, e := range less {
		rest.Sub(rest, e.amount).Sub(rest, e.cut)
	}
	return rest.Cmp(big.NewInt(r.K)) >= 0
}

// Other merges the groups that are withheld into one, which is judged as any other: its noise is that of all of them together, so it is shown
// when the merged ones are many. It costs nothing, for it is computed from covered values. Groups differ by their keys only and share a universe.
func Other(rules Rules, groups []Group[Estimate], shown []bool) (Group[Estimate], bool) {
	var rest []Group[Estimate]
	for i, g := range groups {
		if i < len(shown) && !shown[i] {
			rest = append(rest, g)
		}
	}
	if len(rest) < 2 || len(shown) != len(groups) {
		return Group[Estimate]{}, false
	}
	merged := Group[Estimate]{Universes: rest[0].Universes}
	var ok bool
	if merged.Counts, ok = columns(rest, func(g Group[Estimate]) []Estimate { return g.Counts }); !ok {
		return Group[Estimate]{}, false
	}
	if merged.Values, ok = columns(rest, func(g Group[Estimate]) []Estimate { return g.Values }); !ok {
		return Group[Estimate]{}, false
	}
	return merged, rules.shows(merged)
}

// columns adds up the groups, place by place.
func columns(groups []Group[Estimate], part func(Group[Estimate]) []Estimate) ([]Estimate, bool) {
	out := make([]Estimate, 0, len(part(groups[0])))
	for i := range part(groups[0]) {
		var column []Estimate
		for _, g := range groups {
			if len(part(g)) != len(part(groups[0])) {
				return nil, false
			}
			column = append(column, part(g)[i])
		}
		sum, err := Sum(column...)
		if err != nil {
			return nil, false
		}
		out = append(out, sum)
	}
	return out, true
}
