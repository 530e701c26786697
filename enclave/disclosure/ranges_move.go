package disclosure

import "math/big"

// tries bounds the directions that are tried for one vector before the exact search.
const tries = 16

// entry is a coefficient of a row of the space.
type entry struct {
	row   int
	times int64
}

// moves reports whether the atoms can lie elsewhere, with every released cell as it is and all bounds kept, so that the i-th protected vector
// is as far from its value as it must be. One direction after the other is followed as far as it goes: a free atom, with the pivots that
// balance it. What is found so is proven; what is not may still be there.
func (g *ground) moves(i int, need *big.Rat) bool {
	if g.columns == nil {
		g.index()
	}
	up, down := g.reach(i, 1, need), g.reach(i, -1, need)
	if need.Sign() == 0 {
		return up || down
	}
	return up && down
}

// index notes the rows at the free coordinates that directions may be asked for.
func (g *ground) index() {
	g.columns = map[int][]entry{}
	for _, kept := range g.view.space.kept {
		for _, t := range kept[:min(len(kept), tries)] {
			g.columns[t.at] = nil
		}
	}
	for i, row := range g.view.space.rows {
		for _, t := range row {
			if list, wanted := g.columns[t.at]; wanted {
				times, _ := integer(t.value) // zero, where it is a fraction: never balanced
				g.columns[t.at] = append(list, entry{i, times})
			}
		}
	}
}

// integer reads a coefficient of the prime field that is a small whole number.
func integer(x uint64) (int64, bool) {
	const small = 1 << 16
	switch {
	case x <= small:
		return int64(x), true
	case prime-x <= small:
		return -int64(prime - x), true
	}
	return 0, false
}

// reach moves the i-th protected vector in one direction, and reports whether it comes far enough; any distance is, where none is needed.
func (g *ground) reach(i, sign int, need *big.Rat) bool {
	gained, moved := new(big.Rat), map[int]*big.Rat{}
	kept := g.view.space.kept[i]
	for _, t := range kept[:min(len(kept), tries)] {
		by, ok := integer(t.value)
		if !ok {
			continue
		}
		way := int64(sign)
		if by < 0 {
			way, by = -way, -by
		}
		steps, bounded := g.room(t.at, way, moved)
		if !bounded {
			return true
		}
		if steps.Sign() <= 0 {
			continue
		}
		g.move(t.at, way, steps, moved)
		gained.Add(gained, new(big.Rat).Mul(steps, new(big.Rat).SetInt64(by)))
		if gained.Cmp(need) >= 0 {
			return true
		}
	}
	return false
}

// room is how many steps a free coordinate can go with its pivots; false where there is no end. A coefficient that is no small whole number
// gives none.
func (g *ground) room(free int, way int64, moved map[int]*big.Rat) (steps *big.Rat, bounded bool) {
	least := g.left(free, way, moved)
	for _, e := range g.columns[free] {
		if e.times == 0 {
			return new(big.Rat), true
		}
		pivot := g.view.space.rows[e.row][0].at
		if left := g.left(pivot, -way*e.times, moved); left != nil && (least == nil || left.Cmp(least) < 0) {
			least = left
		}
	}
	if least != nil && g.whole {
		least = new(big.Rat).SetInt(new(big.Int).Div(least.Num(), least.Denom()))
	}
	return least, least != nil
}

// left is how many steps of a size a coordinate can go before it meets its bound; nil without bound.
func (g *ground) left(coordinate int, size int64, moved map[int]*big.Rat) *big.Rat {
	atom := g.view.atom[coordinate]
	end := g.high[atom]
	if size < 0 {
		end = g.low[atom]
	}
	if end == nil {
		return nil
	}
	out := new(big.Rat).Sub(end, g.value[atom])
	if by := moved[coordinate]; by != nil {
		out.Sub(out, by)
	}
	return out.Quo(out, new(big.Rat).SetInt64(size))
}

func (g *ground) move(free int, way int64, steps *big.Rat, moved map[int]*big.Rat) {
	add := func(coordinate int, size int64) {
		by := new(big.Rat).Mul(steps, new(big.Rat).SetInt64(size))
		if moved[coordinate] != nil {
			by.Add(by, moved[coordinate])
		}
		moved[coordinate] = by
	}
	add(free, way)
	for _, e := range g.columns[free] {
		add(g.view.space.rows[e.row][0].at, -way*e.times)
	}
}
