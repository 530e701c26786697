package compile_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"yumen/enclave/compile"
)

// quantities judges two cells that add up the same quantity by their entities, for every two references of one type: whatever multiple of one is
// subtracted from the other, what is left is of nobody, by the boxes, or of enough entities.
// Of different loads no box proves anything, and what is compared entity by entity anyway is left out.
func (o *oracle) quantities(q inquiry, c ask1, boxA map[string][]string, a []baseRow, p inquiry, d ask1, boxB map[string][]string, b []baseRow, loads bool) (shared, own bool) {
	if loads && q.root == p.root && c.kind != compile.MeasureEntities && c.kind == d.kind && c.column == d.column {
		return false, false
	}
	for _, refA := range q.through(c) {
		for _, refB := range p.through(d) {
			if !comparable2(q, c, refA, p, d, refB) || loads && q.counts(c, refA) && p.counts(d, refB) {
				continue
			}
			s, w := o.crowd(q, c, refA, boxA, a, p, d, refB, boxB, b, loads)
			shared, own = shared || s, own || w
		}
	}
	return shared, own
}

// through lists the references by which a cell is compared: what it counts, or one of each entity of the base.
func (q inquiry) through(c ask1) []string {
	if c.kind == compile.MeasureEntities {
		return []string{c.column}
	}
	return slices.DeleteFunc(slices.Clone(q.refs()), func(ref string) bool { return q.origin(ref) != ref })
}

func (c ask1) isCount() bool {
	return c.kind == compile.MeasureRows || c.kind == compile.MeasureEntities
}

// counts reports whether entities themselves are counted.
func (q inquiry) counts(c ask1, ref string) bool {
	return c.kind == compile.MeasureEntities || c.kind == compile.MeasureRows && q.root == "people" && ref == "people#0"
}

func comparable2(q inquiry, c ask1, refA string, p inquiry, d ask1, refB string) bool {
	same := c.kind == d.kind && c.column == d.column
	if typeOf[refA] != typeOf[refB] || c.isCount() != d.isCount() || !c.isCount() && !same {
		return false
	}
	if q.root != p.root {
		return true
	}
	if c.kind != compile.MeasureEntities && d.kind != compile.MeasureEntities && refA != refB &&
		(slices.Contains(p.through(ask1{}), refA) || slices.Contains(q.through(ask1{}), refB)) {
		return false
	}
	if !same {
		return true
	}
	if refA == refB && q.single(refA) && p.single(refB) {
		return false
	}
	ofRows := c.kind == compile.MeasureRows || strings.HasPrefix(c.column, "cost") || q.root == "people" && c.column == "wealth"
	return !ofRows || !samePartition(q, c, p, d)
}

// samePartition: the same rows split in the same way.
func samePartition(q inquiry, c ask1, p inquiry, d ask1) bool {
	splits := func(q inquiry) (out []string) {
		for _, k := range q.keys {
			out = append(out, fmt.Sprint(q.column(k), q.bins[k]))
		}
		return slices.Sorted(slices.Values(out))
	}
	x, y := splits(q), splits(p)
	if q.joined && p.joined && !slices.Equal(q.scope["town"], p.scope["town"]) && slices.Contains(q.keys, "town") {
		return false // the town of another table
	}
	return slices.Equal(x, y) && implied(q, q.boxes[c.set], p, p.boxes[d.set]) && implied(p, p.boxes[d.set], q, q.boxes[c.set])
}

// weights are what each entity contributes.
func (q inquiry) weights(rows []baseRow, c ask1, ref string) map[string]*big.Rat {
	out := map[string]*big.Rat{}
	for _, r := range rows {
		e, there := r.entities[ref]
		if !there {
			continue
		}
		if out[e] == nil {
			out[e] = new(big.Rat)
		}
		x := big.NewRat(1, 1)
		switch c.kind {
		case compile.MeasureEntities:
			out[e].SetInt64(0)
		case compile.MeasureSum, compile.MeasureSquares, compile.MeasureProducts:
			x, _ = c.amount(r)
		}
		out[e].Add(out[e], x)
	}
	return out
}

// left are the entities that remain, at the least, whatever multiple of y is subtracted from x; of those in both.
func left(x, y map[string]*big.Rat) (common, apart int) {
	ratios, most, zero := map[string]int{}, 0, 0
	for e, v := range x {
		u, both := y[e]
		if !both {
			continue
		}
		common++
		switch {
		case u.Sign() == 0 && v.Sign() == 0:
			zero++
		case u.Sign() != 0 && v.Sign() != 0:
			r := new(big.Rat).Quo(v, u).RatString()
			ratios[r]++
			most = max(most, ratios[r])
		}
	}
	return common, common - zero - most
}

func (o *oracle) crowd(q inquiry, c ask1, refA string, boxA map[string][]string, a []baseRow, p inquiry, d ask1, refB string, boxB map[string][]string, b []baseRow, loads bool) (shared, own bool) {
	x, y := q.weights(a, c, refA), p.weights(b, d, refB)
	common, off := left(x, y)
	if common == 0 || off >= int(o.rules.K) {
		return false, false
	}
	tolerated := !loads && q.root == p.root && !(c.kind == compile.MeasureEntities && d.kind == compile.MeasureEntities) && (off == 0 || c.isCount()) &&
		(c.kind == d.kind && c.column == d.column || apart(q, boxA, p, boxB))
	hidden := !(q.counts(c, refA) && p.counts(d, refB))
	for _, side := range []struct {
		x, y  map[string]*big.Rat
		empty bool
	}{{x, y, contained(q, refA, boxA, p, refB, boxB)}, {y, x, contained(p, refB, boxB, q, refA, boxA)}} {
		n := len(side.x) - common
		if side.empty && !loads || n == 0 && (tolerated || hidden && len(side.y)-common >= int(o.rules.K)) {
			continue
		}
		shared = shared || n < int(o.rules.K)
		var totals []*big.Rat
		for e, v := range side.x {
			if side.y[e] == nil {
				totals = append(totals, new(big.Rat).Abs(v))
			}
		}
		slices.SortFunc(totals, func(a, b *big.Rat) int { return b.Cmp(a) })
		own = own || !c.isCount() && concentrated(totals, true, o.rules)
	}
	return shared, own
}
