package compile

import "slices"

// conjunction adds conditions to a box, one after the other: one set a column where a set can say it; otherwise both conditions
// stand, and a row must satisfy both.
func conjunction(b Box, conditions []Condition) Box {
	for _, c := range conditions {
		both, ok := b.Intersect(Box{Conditions: []Condition{c}})
		if !ok {
			both = b
			both.Conditions = append(slices.Clone(b.Conditions), c)
		}
		b = both
	}
	return b
}
