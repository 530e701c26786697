package noisy

import "math/big"

// Rules are what the policy asks of a group.
type Rules struct {
	// K is the least number of entities in a shown group, and of those outside it.
	K int64
}

// Judge says which groups are shown. A group is shown iff each of its noisy counts is at least k and the farthest that noise reaches (k + 4σ), and what its
// universe has beyond it, by noisy counts too, at least k and the farthest that both reach. As noise is cut there, a shown group has k
// entities for certain, and k are outside. Nothing else decides: a group without counts, or with one that has no noise, is withheld. A sum that factors cover
// is a value, and never a count.
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
	if number.amount == nil || number.factor.Valid() {
		return false
	}
	rest := new(big.Int).Sub(number.amount, number.cut)
	for _, e := range less {
		if e.amount == nil || e.factor.Valid() {
			return false
		}
		rest.Sub(rest, e.amount).Sub(rest, e.cut)
	}
	return rest.Cmp(big.NewInt(r.K)) >= 0
}
