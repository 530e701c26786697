package disclosure

import (
	"encoding/binary"
	"math/big"
	"slices"
)

func (v Vector) has(ref int) bool { return slices.Contains(v.References, ref) }

// keyOf identifies a set of atoms.
func keyOf(atoms []int) string {
	var key []byte
	for _, i := range atoms {
		key = binary.BigEndian.AppendUint64(key, uint64(i))
	}
	return string(key)
}

// know notes a cell that was judged as a whole.
func (a *audit) know(v Vector) {
	if !slices.ContainsFunc(v.Times, func(n int64) bool { return n != 1 }) {
		a.known[keyOf(v.Atoms)] = true
	}
}

// vector is a cell in the coordinates of the view.
func (w *view) vector(v Vector) vector {
	out := make(vector, len(v.Atoms))
	for i, atom := range v.Atoms {
		out[i] = term{w.place[atom], v.times(i)}
	}
	slices.SortFunc(out, func(a, b term) int { return a.at - b.at })
	return out
}

// times is how often the i-th atom is added.
func (v Vector) times(i int) uint64 {
	if len(v.Times) == 0 {
		return 1
	}
	return uint64(v.Times[i])
}

// indicator is the set of atoms of a row that is 0/1.
func (w *view) indicator(row vector) ([]int, bool) {
	var out []int
	for _, t := range row {
		if t.value != 1 {
			return nil, false
		}
		out = append(out, w.atom[t.at])
	}
	slices.Sort(out)
	return out, true
}

// part judges a set of atoms whose total is determined; a cell was judged already, on exact evidence.
func (a *audit) part(ref int, atoms []int) fault {
	if a.known[keyOf(atoms)] {
		return faultNone
	}
	return a.breaks(ref, atoms)
}

// breaks judges a set of atoms by threshold, and by concentration where there are totals.
func (a *audit) breaks(ref int, atoms []int) fault {
	n, single, sum := int64(0), a.class.Single[ref], false
	for _, i := range atoms {
		atom := a.class.Atoms[i]
		sum = sum || len(atom.Totals) > 0
		if single {
			n += atom.Entities[ref]
			continue
		}
		n = max(n, atom.Entities[ref])
	}
	if single && n > 0 && n < a.rules.K {
		return faultGroup
	}
	if !sum || n == 0 {
		return faultNone
	}
	c, ok := a.concentration(ref, atoms)
	if !ok || a.rules.dominated(c) {
		return faultAlone
	}
	exact := single || len(atoms) == 1
	if exact && a.class.Kind == Amount && a.rules.Homogeneity && c.Alike() {
		return faultAlone
	}
	return faultNone
}

// concentration is that of a union of atoms. Where an entity is in several of them it is a bound: the largest are no larger, and the
// total is no smaller than the magnitude of the signed one.
func (a *audit) concentration(ref int, atoms []int) (Concentration, bool) {
	out := Concentration{Top1: new(big.Rat), Top2: new(big.Rat), Total: new(big.Rat)}
	var tops []*big.Rat
	signed := new(big.Rat)
	for _, i := range atoms {
		atom := a.class.Atoms[i]
		if atom.Entities[ref] == 0 {
			continue
		}
		if ref >= len(atom.Totals) || !atom.Totals[ref].Consistent() || ref >= len(atom.Sums) || atom.Sums[ref] == nil {
			return out, false
		}
		c := atom.Totals[ref]
		out.Entities += c.Entities
		out.Total.Add(out.Total, c.Total)
		signed.Add(signed, atom.Sums[ref])
		tops = append(tops, c.Top1, c.Top2)
		if !a.class.Single[ref] {
			out.Top1.Add(out.Top1, c.Top1)
			out.Top2.Add(out.Top2, c.Top2)
		}
	}
	if a.class.Single[ref] {
		slices.SortFunc(tops, func(x, y *big.Rat) int { return y.Cmp(x) })
		out.Top1, out.Top2 = tops[0], tops[1]
	} else if len(atoms) > 1 {
		out.Total = signed.Abs(signed)
	}
	return out, true
}
