package compile_test

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"sort"
	"strings"

	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
)

// The oracle over several loads: what two cells of different loads differ in is found entity by entity.

func newOracle(w tiny, rules disclosure.Rules) *oracle {
	o := &oracle{rules: rules, pins: map[string]string{}, loads: map[string]tiny{}}
	o.load(w, "visits", "people")
	return o
}

// load makes a world's tables the current ones.
func (o *oracle) load(w tiny, datasets ...string) {
	o.world = w
	for _, d := range datasets {
		o.pins[d] = fmt.Sprintf("snap_%s_%d", d, len(o.loads))
		o.loads[o.pins[d]] = w
	}
}

func (q inquiry) datasets() []string {
	if q.joined {
		return []string{"people", "visits"}
	}
	return []string{q.root}
}

// pinsOf are the current loads of what a question reads.
func (o *oracle) pinsOf(q inquiry) map[string]string {
	out := map[string]string{}
	for _, d := range q.datasets() {
		out[d] = o.pins[d]
	}
	return out
}

// of is the world of some loads.
func (o *oracle) of(pins map[string]string) tiny {
	return tiny{people: o.loads[pins["people"]].people, visits: o.loads[pins["visits"]].visits}
}

// differs reports whether two questions read other loads of a common dataset.
func differs(a, b map[string]string) bool {
	for d, pin := range a {
		if other, shared := b[d]; shared && other != pin {
			return true
		}
	}
	return false
}

func (o *oracle) across(q inquiry, p past) bool { return differs(o.pinsOf(q), p.pins) }

// remember adds a released cell; one that kept its value says what it said then.
func (o *oracle) remember(q inquiry, column int, key []string, at, value string) {
	p := past{q: q, cell: q.cells[column], key: key, world: o.world, pins: o.pinsOf(q), value: value}
	if old, keeps := o.kept[at]; keeps {
		p.pins, p.again = overlay(p.pins, old.pins), true
		p.world = o.of(p.pins)
	}
	o.earlier = append(o.earlier, p)
}

// overlay replaces pins by those of the same datasets in another list.
func overlay(pins, by map[string]string) map[string]string {
	out := maps.Clone(pins)
	for d := range out {
		if pin, there := by[d]; there {
			out[d] = pin
		}
	}
	return out
}

// part is what an entity contributes to a cell.
type contributed struct {
	rows int
	sum  *big.Rat
	set  map[string]bool
}

func contributions(q inquiry, c ask1, ref string, rows []baseRow) map[string]contributed {
	out := map[string]contributed{}
	for _, r := range rows {
		e, there := r.entities[ref]
		x := contributed{sum: new(big.Rat), set: map[string]bool{}}
		if have, again := out[e]; again {
			x = have
		}
		switch c.kind {
		case compile.MeasureEntities:
			other, is := r.entities[c.column]
			there = there && is
			x.set[other] = true
		case compile.MeasureSum, compile.MeasureSquares, compile.MeasureProducts:
			v, _ := c.amount(r)
			x.sum.Add(x.sum, v)
		}
		x.rows++
		if there {
			out[e] = x
		}
	}
	return out
}

func (a contributed) equal(b contributed, kind compile.MeasureKind) bool {
	if kind == compile.MeasureEntities {
		return maps.Equal(a.set, b.set)
	}
	return a.rows == b.rows && a.sum.Cmp(b.sum) == 0
}

// changed lists how much each entity contributes more or less to one cell than to the other, largest first, where it is not the same.
func changed(q inquiry, c ask1, ref string, a, b []baseRow) []*big.Rat {
	in, of := contributions(q, c, ref, a), contributions(q, c, ref, b)
	var out []*big.Rat
	for _, e := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(slices.Collect(maps.Keys(in)), slices.Collect(maps.Keys(of)))))) {
		x, y := in[e], of[e]
		if x.sum == nil {
			x = contributed{sum: new(big.Rat)}
		}
		if y.sum == nil {
			y = contributed{sum: new(big.Rat)}
		}
		if x.equal(y, c.kind) {
			continue
		}
		d := new(big.Rat).Sub(x.sum, y.sum)
		if c.kind == compile.MeasureRows {
			d.SetInt64(int64(x.rows - y.rows))
		}
		out = append(out, d.Abs(d))
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Cmp(out[j]) > 0 })
	return out
}

// reps are the references that are judged: those that are the same entity by the joins count once.
func (q inquiry) reps() []string {
	return slices.DeleteFunc(q.refs(), func(r string) bool { return q.origin(r) != r })
}

// drifted judges what changed between two cells, by the references of both; nothing where they share nobody.
func (o *oracle) drifted(q inquiry, c ask1, refs []string, a, b []baseRow) (small, heavy bool) {
	amount := c.adds()
	for _, ref := range refs {
		in, of := contributions(q, c, ref, a), contributions(q, c, ref, b)
		if !slices.ContainsFunc(slices.Collect(maps.Keys(in)), func(e string) bool { _, both := of[e]; return both }) {
			continue
		}
		d := changed(q, c, ref, a, b)
		small = small || len(d) < int(o.rules.K)
		if amount || c.kind == compile.MeasureRows && !q.single(ref) {
			heavy = heavy || concentrated(d, amount, o.rules)
			heavy = heavy || amount && o.rules.Homogeneity && len(d) == 0
		}
	}
	return small, heavy
}

// reloaded judges a cell beside one that was released of other loads, or finds that it keeps that value.
func (o *oracle) reloaded(q inquiry, column int, box map[string][]string, a []baseRow, key []string, p past) (shared, own bool) {
	c, b := q.cells[column], p.q.in(p.world.rows(p.q), p.box())
	within, beyond := implied(q, box, p.q, p.box()), implied(p.q, p.box(), q, box)
	before := q.in(o.of(overlay(o.pinsOf(q), p.pins)).rows(q), box)
	now := p.q.in(o.of(overlay(p.pins, o.pinsOf(q))).rows(p.q), p.box())
	sameMeasure := q.root == p.q.root && c.kind == p.cell.kind && c.column == p.cell.column
	samePath := !strings.HasSuffix(c.column, "wealth") || q.root == "people" || fmt.Sprint(q.scope["town"]) == fmt.Sprint(p.q.scope["town"])
	keep := func(small, heavy bool) {
		if small || heavy {
			o.kept[label(key, column)] = p
		}
	}
	add := func(small, heavy bool) { shared, own = shared || small, own || heavy }
	if sameMeasure {
		refs := slices.DeleteFunc(q.reps(), func(r string) bool { return !o.common(q, p.q, r) })
		small, heavy := o.drifted(q, c, refs, a, b)
		switch {
		case !meets(q, c, refs, a, b):
		case within && beyond && samePath:
			keep(small, heavy)
		default:
			add(small, heavy)
			if !apart(q, box, p.q, p.box()) {
				add(o.drifted(q, c, q.reps(), a, before))
				if within {
					add(o.drifted(p.q, p.cell, p.q.reps(), now, b))
				}
			}
		}
	}
	add(o.quantities(q, c, box, a, p.q, p.cell, p.box(), b, true))
	s, k := o.crowds(q, c, box, [3][]baseRow{a, before, nil}, p, [3][]baseRow{b, now, nil}, within && beyond && sameMeasure)
	if k {
		o.kept[label(key, column)] = p
	}
	return shared || s, own
}

// common reports whether a reference is the same one in two questions of the same root.
func (o *oracle) common(q, p inquiry, ref string) bool {
	if slices.Contains(q.rootRefs(), ref) {
		return true
	}
	return slices.Contains(p.reps(), ref) && fmt.Sprint(q.scope["town"]) == fmt.Sprint(p.scope["town"])
}

// meets reports whether two cells share an entity at all.
func meets(q inquiry, c ask1, refs []string, a, b []baseRow) bool {
	return slices.ContainsFunc(refs, func(ref string) bool {
		of := contributions(q, c, ref, b)
		return slices.ContainsFunc(slices.Collect(maps.Keys(contributions(q, c, ref, a))), func(e string) bool { _, both := of[e]; return both })
	})
}

// apart reports whether no value of some column lies in both boxes of one root.
func apart(qa inquiry, a map[string][]string, qb inquiry, b map[string][]string) bool {
	if qa.root != qb.root {
		return false
	}
	full := func(q inquiry, box map[string][]string) map[string][]string {
		out := maps.Clone(box)
		for c, in := range q.scope {
			if c == "town" && q.root == "visits" {
				continue
			}
			if have, restricted := out[c]; restricted {
				in = slices.DeleteFunc(slices.Clone(in), func(v string) bool { return !slices.Contains(have, v) })
			}
			out[c] = in
		}
		return out
	}
	fa, fb := full(qa, a), full(qb, b)
	for _, box := range []map[string][]string{fa, fb} {
		for _, in := range box {
			if len(in) == 0 {
				return true
			}
		}
	}
	for c, in := range fa {
		other, restricted := fb[c]
		if c == "town" && qa.root == "visits" && fmt.Sprint(qa.scope["town"]) != fmt.Sprint(qb.scope["town"]) {
			continue
		}
		if restricted && !slices.ContainsFunc(in, func(v string) bool { return slices.Contains(other, v) }) {
			return true
		}
	}
	return false
}

// crowds judges counts of entities of one type, whatever the tables: rows are the cell of now and of then, and those of the earlier
// cell then and now.
func (o *oracle) crowds(q inquiry, c ask1, box map[string][]string, mine [3][]baseRow, p past, theirs [3][]baseRow, same bool) (small, keep bool) {
	refA, refB := q.counted(c), p.q.counted(p.cell)
	if refA == "" || refB == "" || typeOf[refA] != typeOf[refB] || q.single(refA) && p.q.single(refB) {
		return false, false
	}
	distance := func(a, b []baseRow, x, y string) (n int, met bool) {
		ea, eb := entitiesOf(a, x), entitiesOf(b, y)
		both := len(common(ea, eb))
		return len(ea) + len(eb) - 2*both, both > 0
	}
	k := int(o.rules.K)
	n, met := distance(mine[0], theirs[0], refA, refB)
	if !met {
		return false, false
	}
	if same && refA == refB {
		return false, n < k
	}
	small = n < k
	if apart(q, box, p.q, p.box()) {
		return small, false
	}
	if n, met := distance(mine[0], mine[1], refA, refA); met && n < k {
		small = true
	}
	if n, met := distance(theirs[1], theirs[0], refB, refB); met && n < k && contained(q, refA, box, p.q, refB, p.box()) {
		small = true
	}
	return small, false
}
