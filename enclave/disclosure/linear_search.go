package disclosure

import (
	"encoding/binary"
	"slices"
)

// most bounds the sets of atoms that are tried; more is a search cut short.
const most = 5_000

// reachable reports whether the space has a vector that is not zero on atoms with 1 to K−1 entities together, and zero on all others
// that have any. A search that is cut short says yes.
func (a *audit) reachable(w *view) bool {
	rows := w.space.between(w.large, w.large+w.small)
	for len(rows) > 0 {
		groups := bundles(rows)
		heavy := -1
		for i, g := range groups {
			n, known := a.entities(w, g)
			if !known {
				return true
			}
			if n >= a.rules.K {
				heavy = i
				break
			}
		}
		if heavy < 0 {
			return !a.spread(w, rows, groups) && a.enumerate(w, rows, groups)
		}
		rows = without(rows, groups[heavy][0])
	}
	return false
}

// bundles are the coordinates that are zero together in every combination of the rows: their columns are multiples of each other.
func bundles(rows []vector) [][]int {
	type entry struct {
		row   int
		value uint64
	}
	columns := map[int][]entry{}
	var order []int
	for i, row := range rows {
		for _, t := range row {
			if columns[t.at] == nil {
				order = append(order, t.at)
			}
			columns[t.at] = append(columns[t.at], entry{i, t.value})
		}
	}
	slices.Sort(order)
	index := map[string]int{}
	var out [][]int
	for _, at := range order {
		var key []byte
		scale := inverse(columns[at][0].value)
		for _, e := range columns[at] {
			key = binary.BigEndian.AppendUint64(key, uint64(e.row))
			key = binary.BigEndian.AppendUint64(key, times(scale, e.value))
		}
		i, have := index[string(key)]
		if !have {
			i, out = len(out), append(out, nil)
			index[string(key)] = i
		}
		out[i] = append(out[i], at)
	}
	return out
}

// without is a basis of the combinations of the rows that are zero at a coordinate.
func without(rows []vector, at int) []vector {
	i := slices.IndexFunc(rows, func(v vector) bool { return v.value(at) != 0 })
	if i < 0 {
		return rows
	}
	scale := minus(inverse(rows[i].value(at)))
	var out []vector
	for j, row := range rows {
		if j == i {
			continue
		}
		if c := row.value(at); c != 0 {
			row = row.combine(times(scale, c), rows[i])
		}
		out = append(out, row)
	}
	return out
}

// spread reports whether there are K bases of the columns that share no entity: whatever K−1 entities are left out, one basis is whole and
// no combination vanishes. What is large in general is proven so without a search.
func (a *audit) spread(w *view, rows []vector, groups [][]int) bool {
	if !a.class.Single[w.ref] {
		return false
	}
	columns, left := make([]vector, len(groups)), make([]int64, len(groups))
	for i, g := range groups {
		for j, row := range rows {
			if c := row.value(g[0]); c != 0 {
				columns[i] = append(columns[i], term{j, c})
			}
		}
		left[i], _ = a.entities(w, g)
	}
	for range a.rules.K {
		var whole basis
		for i := range groups {
			if left[i] > 0 && whole.add(columns[i]) {
				left[i]--
			}
			if whole.cut() || len(whole.rows) == len(rows) {
				break
			}
		}
		if len(whole.rows) < len(rows) {
			return false
		}
	}
	return true
}

// enumerate tries the unions of bundles with fewer than K entities.
func (a *audit) enumerate(w *view, rows []vector, groups [][]int) bool {
	tried := 0
	var try func(from int, chosen []int) bool
	try = func(from int, chosen []int) bool {
		for i := from; i < len(groups); i++ {
			next := slices.Concat(chosen, groups[i])
			if n, known := a.entities(w, next); !known {
				return true
			} else if n >= a.rules.K {
				continue
			}
			if tried++; tried > most {
				return true
			}
			if supported(rows, next) || try(i+1, next) {
				return true
			}
		}
		return false
	}
	return try(0, nil)
}

// supported reports whether a combination of independent rows is zero outside the coordinates and not zero: whether the rank drops
// without them.
func supported(rows []vector, coordinates []int) bool {
	var b basis
	for _, row := range rows {
		rest := slices.DeleteFunc(slices.Clone(row), func(t term) bool { return slices.Contains(coordinates, t.at) })
		if !b.add(rest) {
			return true
		}
	}
	return false
}

// entities counts the distinct entities of a union of small atoms.
func (a *audit) entities(w *view, coordinates []int) (n int64, known bool) {
	if a.class.Single[w.ref] {
		for _, at := range coordinates {
			n += a.class.Atoms[w.atom[at]].Entities[w.ref]
		}
		return n, true
	}
	seen := map[int64]bool{}
	for _, at := range coordinates {
		atom := a.class.Atoms[w.atom[at]]
		if w.ref >= len(atom.Members) || int64(len(atom.Members[w.ref])) != atom.Entities[w.ref] {
			return 0, false
		}
		for _, m := range atom.Members[w.ref] {
			seen[m] = true
		}
	}
	return int64(len(seen)), true
}
