package disclosure

import "slices"

// marks is what a view has beside its space where marks are judged. Of counts, the space holds the sizes of all public parts, for everybody knows
// them; sums are not known. An atom that nobody is in is as telling as one with few.
type marks struct {
	parts map[int][]int // by public part: its coordinates
	slim  map[int]bool  // public parts without an atom of K entities: the space knows the size of their small atoms from the beginning
}

// marks is the view of one reference where marks are judged. Atoms with fewer than K entities, nobody included, are small.
func (a *audit) marks(ref int, vectors []Vector) *view {
	w := a.ordered(ref)
	w.small = len(w.atom) - w.large
	w.marks, w.space = &marks{parts: map[int][]int{}, slim: map[int]bool{}}, newSpace(nil)
	var order []int
	for at, i := range w.atom {
		part := a.class.Parts[i]
		if w.marks.parts[part] == nil {
			order = append(order, part)
		}
		w.marks.parts[part] = append(w.marks.parts[part], at)
	}
	for _, part := range order {
		if a.class.Kind == Amount {
			break
		}
		size := sizeOf(w.marks.parts[part])
		if w.space.add(size); size[0].at >= w.large {
			w.marks.slim[part] = true
		}
	}
	var told []vector
	for _, v := range vectors {
		if (v.Role == RoleEarlier || v.Role == RoleKept) && v.has(ref) {
			told = append(told, w.vector(v))
		}
	}
	w.space.extend(told)
	return w
}

// sizeOf is the size of a sorted set of coordinates.
func sizeOf(coordinates []int) vector {
	out := make(vector, len(coordinates))
	for i, at := range coordinates {
		out[i] = term{at, 1}
	}
	return out
}

// marked decides what follows of the marks from one more vector: that all but a few of some people are in certain atoms, or that too large a
// share of them has a sensitive value.
func (a *audit) marked(w *view, s step) fault {
	if s.pivot >= w.large && a.exposed(w, s.pivot) {
		return faultGroup
	}
	for _, i := range s.changed {
		if atoms, is := w.indicator(w.space.rows[i]); is && a.homogeneous(w, atoms) {
			return faultGroup
		}
	}
	return faultNone
}

// exposed reports whether the space has a vector that is zero on all atoms but some with fewer than K entities together, and says more than
// the sizes of public parts: then nearly everybody in those parts is known to be elsewhere. Only what the row of a new pivot has to do with is
// looked at. A search that is cut short says yes.
func (a *audit) exposed(w *view, pivot int) bool {
	rows := w.space.linked(pivot, w.large, w.large+w.small)
	rows, slim := a.told(w, rows)
	for {
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
			return len(rows) > len(slim) && a.choose(w, rows, groups, slim)
		}
		at := groups[heavy][0]
		rows = without(rows, at)
		slim = slices.DeleteFunc(slim, func(part []int) bool { return slices.Contains(part, at) })
	}
}

// told leaves out the sizes of the public parts that nothing else speaks of, and with them their atoms. The others come as sets of
// coordinates.
func (a *audit) told(w *view, rows []vector) (out []vector, slim [][]int) {
	sizes := map[int]vector{} // by their pivots; no two share a coordinate
	near := a.partsOf(w, rows)
	for _, part := range near {
		if w.marks.slim[part] {
			at := w.marks.parts[part]
			sizes[at[0]] = sizeOf(at)
		}
	}
	var rest basis
	for _, row := range rows {
		left := row
		for _, t := range row {
			if size := sizes[t.at]; size != nil {
				left = left.combine(minus(t.value), size)
			}
		}
		rest.add(left)
	}
	out = rest.rows
	for _, part := range a.partsOf(w, rest.rows) {
		if w.marks.slim[part] {
			out, slim = append(out, sizeOf(w.marks.parts[part])), append(slim, w.marks.parts[part])
		}
	}
	return out, slim
}

// partsOf are the public parts that some rows speak of, in order.
func (a *audit) partsOf(w *view, rows []vector) []int {
	var out []int
	for _, row := range rows {
		for _, t := range row {
			out = append(out, a.class.Parts[w.atom[t.at]])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// choose tries the unions of bundles with fewer than K entities, together with all atoms that nobody is in. It is cut short by its work: unions
// times rows.
func (a *audit) choose(w *view, rows []vector, groups, slim [][]int) bool {
	var nobody []int
	var some [][]int
	for _, g := range groups {
		if n, _ := a.entities(w, g); n == 0 {
			nobody = append(nobody, g...)
		} else {
			some = append(some, g)
		}
	}
	tried := 0
	var try func(from int, chosen []int) bool
	try = func(from int, chosen []int) bool {
		if tried += len(rows); tried > 100*most || tells(rows, chosen, slim) {
			return true
		}
		for i := from; i < len(some); i++ {
			next := slices.Concat(chosen, some[i])
			if n, known := a.entities(w, next); !known || n < a.rules.K && try(i+1, next) {
				return true
			}
		}
		return false
	}
	return try(0, nobody)
}

// tells reports whether a combination of independent rows is zero outside the coordinates and more than sizes of parts that lie in them.
func tells(rows []vector, coordinates []int, slim [][]int) bool {
	inside := map[int]bool{}
	for _, at := range coordinates {
		inside[at] = true
	}
	var b basis
	found := 0
	for _, row := range rows {
		rest := slices.DeleteFunc(slices.Clone(row), func(t term) bool { return inside[t.at] })
		if !b.add(rest) {
			found++
		}
	}
	for _, part := range slim {
		if !slices.ContainsFunc(part, func(at int) bool { return !inside[at] }) {
			found--
		}
	}
	return found > 0
}

// homogeneous judges a set of atoms whose size is determined: the share of every declared sensitive value in the public parts that it is in.
func (a *audit) homogeneous(w *view, atoms []int) bool {
	all := map[int]bool{}
	for _, i := range atoms {
		all[a.class.Parts[i]] = true
	}
	var held []int64
	entities, whole := int64(0), 0
	for part := range all {
		whole += len(w.marks.parts[part])
		for _, at := range w.marks.parts[part] {
			atom := a.class.Atoms[w.atom[at]]
			entities += atom.Entities[w.ref]
			if w.ref >= len(atom.Holders) {
				continue
			}
			for v, n := range atom.Holders[w.ref] {
				if v == len(held) {
					held = append(held, 0)
				}
				held[v] += n
			}
		}
	}
	return whole > len(atoms) && entities > 0 && slices.ContainsFunc(held, func(n int64) bool { return a.rules.homogeneous(Share{n, entities}) })
}
