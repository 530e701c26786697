package disclosure

// basis tells which of some vectors are independent. It is an echelon form that is not reduced.
type basis struct {
	rows  []vector
	pivot map[int]int // coordinate -> row
	steps int
}

// add reports whether a vector is independent of those before it, and takes it over then. One that there is no budget for is not.
func (b *basis) add(v vector) bool {
	for len(v) > 0 && !b.cut() {
		i, have := b.pivot[v[0].at]
		if !have {
			if b.pivot == nil {
				b.pivot = map[int]int{}
			}
			b.pivot[v[0].at] = len(b.rows)
			b.rows = append(b.rows, v.scaled(inverse(v[0].value)))
			return true
		}
		b.steps += len(v) + len(b.rows[i])
		v = v.combine(minus(v[0].value), b.rows[i])
	}
	return false
}

// cut reports whether the budget is used up.
func (b *basis) cut() bool { return b.steps > budget }
