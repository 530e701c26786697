package compile_test

import (
	"fmt"
	"maps"
	"slices"

	"yumen/enclave/compile"
)

// nearUniverse: the rows outside the cell are too few, unless there can be none.
func (o *oracle) nearUniverse(q inquiry, rows []baseRow, box map[string][]string, cell []baseRow) bool {
	if !q.inner && implied(q, map[string][]string{}, q, box) {
		return false
	}
	outside := minus(rows, cell)
	for _, ref := range q.rootRefs() {
		if count(outside, ref) < int(o.rules.K) {
			return true
		}
	}
	if q.root == "visits" && q.joined {
		n := count(outside, "people#1")
		return n > 0 && n < int(o.rules.K)
	}
	return false
}

// nearSensitive tries every subset of the sensitive conditions and keys.
func (o *oracle) nearSensitive(q inquiry, rows []baseRow, set int, key []string, box map[string][]string, cell []baseRow) bool {
	var parts []string // "box result", "key result", "box cost"
	for _, c := range []string{"result", "cost"} {
		if _, restricted := q.boxes[set][c]; restricted {
			parts = append(parts, "box "+c)
		}
		if slices.Contains(q.keys, c) {
			parts = append(parts, "key "+c)
		}
	}
	for subset := 1; subset < 1<<len(parts); subset++ {
		drop := func(what string) bool {
			i := slices.Index(parts, what)
			return i >= 0 && subset&(1<<i) != 0
		}
		wider := map[string][]string{}
		for c, in := range q.boxes[set] {
			if !drop("box " + c) {
				wider[c] = in
			}
		}
		for i, k := range q.keys {
			if drop("key " + k) {
				continue
			}
			q.narrow(wider, k, key[i])
		}
		if implied(q, wider, q, box) {
			continue
		}
		all := q.in(rows, wider)
		beyond := minus(all, cell)
		for _, ref := range q.refs() {
			if count(beyond, ref) < int(o.rules.K) {
				return true
			}
			for c, v := range map[string]string{"result": "bad", "cost": "0"} {
				if !drop("box "+c) && !drop("key "+c) {
					continue
				}
				holders := slices.DeleteFunc(slices.Clone(all), func(r baseRow) bool { return r.values[c] != v })
				if o.rules.Homogeneity && count(holders, ref)*100 >= int(o.rules.HomogeneityShare)*count(all, ref) {
					return true
				}
			}
		}
	}
	return false
}

// pair judges the differences between two cells that can be compared.
func (o *oracle) pair(q inquiry, c ask1, boxA map[string][]string, a []baseRow, of tiny, p inquiry, d ask1, boxB map[string][]string) (shared, own bool) {
	b := p.in(of.rows(p), boxB)
	if q.root == p.root && c.kind == d.kind && c.column == d.column {
		for _, side := range []struct {
			of      inquiry
			rows    []baseRow
			implied bool
		}{{q, minus(a, b), implied(q, boxA, p, boxB)}, {p, minus(b, a), implied(p, boxB, q, boxA)}} {
			if side.implied {
				continue
			}
			s, w := o.difference(side.of, c, side.rows)
			shared, own = shared || s, own || w
		}
	}
	s, w := o.quantities(q, c, boxA, a, p, d, boxB, b, false)
	return shared || s, own || w
}

// difference judges the rows of one direction.
func (o *oracle) difference(q inquiry, c ask1, rows []baseRow) (shared, own bool) {
	amount := c.adds()
	for _, ref := range q.refs() {
		shared = shared || count(rows, ref) < int(o.rules.K)
		if amount || c.kind == compile.MeasureRows && !q.single(ref) {
			own = own || concentrated(q.spread(rows, c, ref), amount, o.rules)
		}
	}
	return shared, own
}

// counted is the reference whose entities a measure counts.
func (q inquiry) counted(c ask1) string {
	switch {
	case c.kind == compile.MeasureEntities:
		return c.column
	case c.kind == compile.MeasureRows && q.root == "people":
		return "people#0"
	}
	return ""
}

func entitiesOf(rows []baseRow, ref string) map[string]bool {
	out := map[string]bool{}
	for _, r := range rows {
		if e, there := r.entities[ref]; there {
			out[e] = true
		}
	}
	return out
}

func common(a, b map[string]bool) []string {
	var out []string
	for e := range maps.Keys(a) {
		if b[e] {
			out = append(out, e)
		}
	}
	return out
}

// contained reports whether the boxes prove that every entity of a is one of b. Visits of people prove nothing of people: a person without a
// household is not counted there.
func contained(q inquiry, refA string, boxA map[string][]string, p inquiry, refB string, boxB map[string][]string) bool {
	sameTown := func() bool { return slices.Equal(q.scope["town"], p.scope["town"]) || q.root == "people" }
	return q.root == p.root && q.origin(refA) == p.origin(refB) && (refA != "people#1" && refA != "people#0" || q.origin(refA) != refA || sameTown()) &&
		implied(q, boxA, p, boxB)
}

// otherUniverse: nearly all people, or nearly all households, of the joined table are counted.
func (o *oracle) otherUniverse(q inquiry, c ask1, cell []baseRow) bool {
	if !q.inner && !(q.joined && slices.Contains(q.keys, "town")) || c.kind != compile.MeasureEntities {
		return false
	}
	for _, ref := range []string{"people#0", "people#1"} {
		if typeOf[ref] != typeOf[c.column] {
			continue
		}
		everybody, counted := map[string]bool{}, entitiesOf(cell, c.column)
		for _, p := range o.world.people {
			switch town := map[string]string{"town": p.town}; {
			case !within(q.scope, town, "town"):
			case ref == "people#0":
				everybody[fmt.Sprint("p", p.pid)] = true
			case p.hid >= 0:
				everybody[fmt.Sprint("h", p.hid)] = true
			}
		}
		n := len(common(everybody, counted))
		if n > 0 && len(everybody)-n < int(o.rules.K) {
			return true
		}
	}
	return false
}

// implied reports whether every row that could exist and lies in box a of one question lies in box b of another: all values are tried.
// Columns of a joined table under different scopes are different columns.
func implied(qa inquiry, a map[string][]string, qb inquiry, b map[string][]string) bool {
	scopeTown := func(q inquiry) string {
		if q.root == "visits" && q.joined {
			return fmt.Sprint(q.scope["town"])
		}
		return ""
	}
	sameTown := qa.root != "visits" || scopeTown(qa) == scopeTown(qb)
	in, restricted := a["town"]
	matched := qa.inner || restricted && !slices.Contains(in, "") // a value is that of a row that matched
	if qb.inner && !(matched && sameTown) && !slices.ContainsFunc(slices.Collect(maps.Values(a)), func(in []string) bool { return len(in) == 0 }) {
		return false
	}
	full := func(q inquiry, box map[string][]string) map[string][]string {
		out := maps.Clone(box)
		for c, in := range q.scope {
			if c == "town" && q.root == "visits" {
				continue // part of what is joined, not of the box
			}
			if have, restricted := out[c]; restricted {
				in = slices.DeleteFunc(slices.Clone(in), func(v string) bool { return !slices.Contains(have, v) })
			}
			out[c] = in
		}
		return out
	}
	fa, fb := full(qa, a), full(qb, b)
	for _, in := range fa {
		if len(in) == 0 {
			return true // no such row
		}
	}
	for c, in := range fb {
		have, restricted := fa[c]
		if c == "town" && qa.root == "visits" && !sameTown {
			return false
		}
		if !restricted {
			have = valuesOf(c)
		}
		for _, v := range have {
			if !slices.Contains(in, v) {
				return false
			}
		}
	}
	return true
}
