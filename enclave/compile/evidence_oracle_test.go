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

// The oracle recomputes every rule from raw rows, with row sets and maps instead of SQL, and proves emptiness by trying every
// value that a row could have instead of by algebra.

// baseRow is one row of a question's base: values by column, entities by reference ("visits#0").
type baseRow struct {
	id       int
	values   map[string]string // "" is NULL
	entities map[string]string // absent when the table does not match
	matched  bool
}

// rows are the governed rows of a question: under its row scope, with the entities of its references.
func (w tiny) rows(q inquiry) []baseRow {
	var out []baseRow
	if q.root == "people" {
		for i, p := range w.people {
			r := baseRow{id: i, matched: true, values: map[string]string{"town": p.town, "wealth": fmt.Sprint(p.wealth)},
				entities: map[string]string{"people#0": fmt.Sprint("p", p.pid), "people#1": fmt.Sprint("h", p.hid)}}
			if p.hid >= 0 && within(q.scope, r.values, "town") {
				out = append(out, r)
			}
		}
		return out
	}
	for i, v := range w.visits {
		r := baseRow{id: i, values: map[string]string{"area": v.area, "kind": v.kind, "result": v.result, "cost": v.cost},
			entities: map[string]string{"visits#0": fmt.Sprint("p", v.pid), "visits#1": fmt.Sprint("c", v.cid)}}
		if v.cid < 0 || !within(q.scope, r.values, "area", "kind", "result") {
			continue
		}
		for _, p := range w.people {
			if q.joined && p.pid == v.pid && within(q.scope, map[string]string{"town": p.town}, "town") {
				r.matched = true
				r.values["town"], r.values["wealth"] = p.town, fmt.Sprint(p.wealth)
				r.entities["people#0"] = fmt.Sprint("p", p.pid)
				if p.hid >= 0 {
					r.entities["people#1"] = fmt.Sprint("h", p.hid)
				}
			}
		}
		out = append(out, r)
	}
	q.countVisits(out)
	return out
}

// countVisits is the roll-up: the number of a person's rows that the question asks for, in every row of the person.
func (q inquiry) countVisits(rows []baseRow) {
	if !slices.Contains(q.keys, visitsKey) {
		return
	}
	visits := map[string]int{}
	for _, r := range rows {
		if q.holds(r, q.boxes[0]) {
			visits[r.entities["visits#0"]]++
		}
	}
	for _, r := range rows {
		if n := visits[r.entities["visits#0"]]; n > 0 {
			r.values[q.column(visitsKey)] = fmt.Sprint(n)
		}
	}
}

func within(box map[string][]string, values map[string]string, columns ...string) bool {
	for _, c := range columns {
		if in, restricted := box[c]; restricted && !slices.Contains(in, values[c]) {
			return false
		}
	}
	return true
}

func (q inquiry) refs() []string {
	if q.root == "people" {
		return []string{"people#0", "people#1"}
	}
	if q.joined {
		return []string{"visits#0", "visits#1", "people#0", "people#1"}
	}
	return []string{"visits#0", "visits#1"}
}

func (q inquiry) rootRefs() []string { return q.refs()[:2] }

// single reports whether an entity of the reference has one row in the base.
func (q inquiry) single(ref string) bool { return q.root == "people" && ref == "people#0" }

var typeOf = map[string]string{"visits#0": "person", "visits#1": "clinic", "people#0": "person", "people#1": "household"}

// origin is the reference that has the same entity wherever both have one and the match is required.
func (q inquiry) origin(ref string) string {
	if ref == "people#0" && q.root == "visits" && q.inner {
		return "visits#0"
	}
	return ref
}

// holds reports whether a row lies in a box.
func (q inquiry) holds(r baseRow, box map[string][]string) bool {
	if q.inner && !r.matched {
		return false
	}
	return within(box, r.values, slices.Collect(maps.Keys(box))...)
}

// cellBox is a box with one value for each key.
func (q inquiry) cellBox(box map[string][]string, key []string) map[string][]string {
	out := maps.Clone(box)
	for i, k := range q.keys {
		q.narrow(out, k, key[i])
	}
	return out
}

// narrow restricts a box to what a value of a key stands for.
func (q inquiry) narrow(box map[string][]string, key, value string) {
	c, means := q.column(key), q.meant(key, value)
	if in, restricted := box[c]; restricted {
		means = slices.DeleteFunc(slices.Clone(means), func(v string) bool { return !slices.Contains(in, v) })
	}
	box[c] = means
}

func (q inquiry) keyOf(r baseRow) []string {
	out := make([]string, len(q.keys))
	for i, k := range q.keys {
		out[i] = q.shown(k, r.values[q.column(k)])
	}
	return out
}

func count(rows []baseRow, ref string) int {
	seen := map[string]bool{}
	for _, r := range rows {
		if e, there := r.entities[ref]; there {
			seen[e] = true
		}
	}
	return len(seen)
}

func minus(a, b []baseRow) []baseRow {
	in := map[int]bool{}
	for _, r := range b {
		in[r.id] = true
	}
	var out []baseRow
	for _, r := range a {
		if !in[r.id] {
			out = append(out, r)
		}
	}
	return out
}

// spread is the entities' absolute totals of a measure, largest first. An entity without a value has none.
func (q inquiry) spread(rows []baseRow, c ask1, ref string) []*big.Rat {
	totals, distinct := map[string]*big.Rat{}, map[string]map[string]bool{}
	for _, r := range rows {
		e, there := r.entities[ref]
		if !there {
			continue
		}
		x := new(big.Rat)
		switch c.kind {
		case compile.MeasureRows:
			x.SetInt64(1)
		case compile.MeasureEntities:
			other, is := r.entities[c.column]
			if distinct[e] == nil {
				distinct[e] = map[string]bool{}
			}
			if !is || distinct[e][other] {
				continue
			}
			distinct[e][other] = true
			x.SetInt64(1)
		default:
			var there bool
			if x, there = c.amount(r); !there {
				continue
			}
		}
		if totals[e] == nil {
			totals[e] = new(big.Rat)
		}
		totals[e].Add(totals[e], x)
	}
	var out []*big.Rat
	for _, x := range totals {
		out = append(out, x.Abs(x))
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Cmp(out[j]) > 0 })
	return out
}

// adds reports whether a cell adds amounts up.
func (c ask1) adds() bool {
	return c.kind == compile.MeasureSum || c.kind == compile.MeasureSquares || c.kind == compile.MeasureProducts
}

// amount is what a row adds to a sum, and whether it has a value; a product's column is "a*b".
func (c ask1) amount(r baseRow) (*big.Rat, bool) {
	names := strings.Split(c.column, "*")
	if c.kind == compile.MeasureSquares {
		names = append(names, c.column)
	}
	out := big.NewRat(1, 1)
	for _, n := range names {
		x, ok := new(big.Rat).SetString(r.values[n])
		if !ok {
			return new(big.Rat), false
		}
		out.Mul(out, x)
	}
	return out, true
}

// beside is the number of further sums over rows that a cell may share, linear in a column of its own, that are known by now.
func (o *oracle) beside(q inquiry, c ask1) int {
	linear := func(a ask1, column string) (by string, ok bool) {
		names := strings.Split(a.column, "*")
		if a.kind != compile.MeasureSum && a.kind != compile.MeasureProducts || !slices.Contains(names, column) {
			return "", false
		}
		return strings.Join(slices.DeleteFunc(names, func(n string) bool { return n == column }), ""), true
	}
	most := 0
	for _, column := range strings.Split(c.column, "*") {
		known := map[string]bool{}
		if by, ok := linear(c, column); ok {
			known[by] = true
		}
		add := func(p inquiry, a ask1) {
			by, ok := linear(a, column)
			if ok && len(known) > 0 && p.root == q.root && !parted(p.boxes[a.set], q.boxes[c.set]) {
				known[by] = true
			}
		}
		for _, other := range q.cells {
			add(q, other)
		}
		for _, p := range o.earlier {
			add(p.q, p.cell)
		}
		most = max(most, len(known)-1)
	}
	return most
}

// parted reports whether no row can lie in both boxes.
func parted(a, b map[string][]string) bool {
	for column, in := range a {
		if other, both := b[column]; both && !slices.ContainsFunc(in, func(v string) bool { return slices.Contains(other, v) }) {
			return true
		}
	}
	return false
}

// concentrated applies (n,k), p% and, to amounts, "all alike" by their definitions.
func concentrated(totals []*big.Rat, amount bool, r disclosure.Rules) bool {
	if len(totals) == 0 {
		return false
	}
	all, alike := new(big.Rat), true
	for _, x := range totals {
		all.Add(all, x)
		alike = alike && x.Cmp(totals[0]) == 0
	}
	if amount && r.Homogeneity && alike {
		return true
	}
	share := func(n int) *big.Rat {
		sum := new(big.Rat)
		for i := range min(n, len(totals)) {
			sum.Add(sum, totals[i])
		}
		return sum
	}
	for _, d := range r.Dominance {
		if all.Sign() > 0 && share(d.N).Cmp(new(big.Rat).Mul(all, big.NewRat(d.Percent, 100))) >= 0 {
			return true
		}
	}
	rest := new(big.Rat).Sub(all, share(2))
	return rest.Cmp(new(big.Rat).Mul(totals[0], big.NewRat(r.P, 100))) < 0
}

// past is one cell that was released before: what was asked, and of which loads.
type past struct {
	q     inquiry
	cell  ask1
	key   []string
	world tiny
	pins  map[string]string // of the datasets of the question
	value string
	again bool // it kept the value of an earlier load
}

// box is the cell's own box.
func (p past) box() map[string][]string { return p.q.cellBox(p.q.boxes[p.cell.set], p.key) }

// oracle is the exact mode, recomputed.
type oracle struct {
	world   tiny
	pins    map[string]string
	loads   map[string]tiny // by pin: what it holds
	rules   disclosure.Rules
	earlier []past
	kept    map[string]past // of the answer at work: cells that keep an earlier value, by label
}

// verdict maps "row key|column" to the released value.
func (o *oracle) answer(q inquiry) map[string]string {
	rows := o.world.rows(q)
	keys := map[string][]string{}
	for set, box := range q.boxes {
		if !slices.ContainsFunc(q.cells, func(c ask1) bool { return c.set == set }) {
			continue
		}
		if len(q.keys) == 0 {
			keys[""] = []string{}
		}
		for _, r := range rows {
			if q.holds(r, box) {
				keys[strings.Join(q.keyOf(r), "|")] = q.keyOf(r)
			}
		}
	}
	order := slices.Sorted(maps.Keys(keys))
	slices.SortFunc(order, func(a, b string) int { return slices.Compare(keys[a], keys[b]) })
	out := map[string]string{}
	o.kept = map[string]past{}
	for set := range q.boxes {
		for _, k := range order {
			o.group(q, rows, set, keys[k], out, order, keys)
		}
	}
	for label := range out {
		k, column, _ := strings.Cut(label, "#")
		var i int
		fmt.Sscan(column, &i)
		o.remember(q, i, keys[k], label, out[label])
	}
	return out
}

func label(key []string, column int) string {
	return fmt.Sprintf("%s#%d", strings.Join(key, "|"), column)
}

func (q inquiry) in(rows []baseRow, box map[string][]string) []baseRow {
	var out []baseRow
	for _, r := range rows {
		if q.holds(r, box) {
			out = append(out, r)
		}
	}
	return out
}

func (o *oracle) group(q inquiry, rows []baseRow, set int, key []string, out map[string]string, order []string, keys map[string][]string) {
	box := q.cellBox(q.boxes[set], key)
	cell := q.in(rows, box)
	bad := false
	for _, ref := range q.refs() {
		bad = bad || count(cell, ref) < int(o.rules.K)
	}
	bad = bad || o.nearUniverse(q, rows, box, cell) || o.nearSensitive(q, rows, set, key, box, cell)
	alone := map[int]bool{}
	for i, c := range q.cells {
		if c.set != set {
			continue
		}
		shared, own := o.cell(q, c, cell)
		bad, alone[i] = bad || shared || o.otherUniverse(q, c, cell), own
		for _, p := range o.earlier {
			var shared, own bool
			if o.across(q, p) {
				shared, own = o.reloaded(q, i, box, cell, key, p)
			} else {
				shared, own = o.pair(q, c, box, cell, p.world, p.q, p.cell, p.box())
			}
			bad, alone[i] = bad || shared, alone[i] || own
		}
		for _, k := range order {
			for j, other := range q.cells {
				before := other.set < set || other.set == set && slices.Index(order, k) < slices.Index(order, strings.Join(key, "|"))
				_, released := out[label(keys[k], j)]
				if _, old := o.kept[label(keys[k], j)]; !(before && released && !old) && !(other.set == set && j < i && slices.Equal(keys[k], key)) {
					continue
				}
				shared, own := o.pair(q, c, box, cell, o.world, q, other, q.cellBox(q.boxes[other.set], keys[k]))
				bad, alone[i] = bad || shared, alone[i] || own
			}
		}
	}
	for i, c := range q.cells {
		if old, keeps := o.kept[label(key, i)]; keeps {
			out[label(key, i)] = old.value
		} else if c.set == set && !bad && !alone[i] {
			out[label(key, i)] = q.value(cell, c)
		}
	}
}

func (q inquiry) value(rows []baseRow, c ask1) string {
	switch c.kind {
	case compile.MeasureRows:
		return fmt.Sprint(len(rows))
	case compile.MeasureEntities:
		return fmt.Sprint(count(rows, c.column))
	}
	sum := new(big.Rat)
	for _, r := range rows {
		x, _ := c.amount(r)
		sum.Add(sum, x)
	}
	return sum.RatString()
}

// cell judges one measure by itself.
func (o *oracle) cell(q inquiry, c ask1, rows []baseRow) (shared, own bool) {
	amount := c.adds()
	for _, ref := range q.refs() {
		if !amount && (q.single(ref) || c.kind == compile.MeasureEntities && q.origin(c.column) == q.origin(ref)) {
			continue
		}
		totals := q.spread(rows, c, ref)
		shared = shared || len(totals) < int(o.rules.K)
		own = own || concentrated(totals, amount, o.rules)
		if n := o.beside(q, c); amount && n > 0 {
			own = own || len(totals) < int(o.rules.K)+n
		}
		if c.kind == compile.MeasureProducts {
			zero := slices.IndexFunc(totals, func(x *big.Rat) bool { return x.Sign() == 0 })
			own = own || zero >= 0 && zero < int(o.rules.K)+o.beside(q, c)
		}
		if c.adds() && strings.HasPrefix(c.column, "cost") {
			zero := slices.DeleteFunc(slices.Clone(rows), func(r baseRow) bool { return r.values["cost"] != "0" })
			own = own || o.rules.Homogeneity && count(zero, ref)*100 >= int(o.rules.HomogeneityShare)*len(totals)
		}
	}
	return shared, own
}
