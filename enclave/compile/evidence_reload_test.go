package compile_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
)

// reload is a next load of a world: a few people are gone, came, moved or have other values; sometimes many, sometimes none. It says
// which tables were loaded.
func reload(rng *rand.Rand, w tiny) (tiny, []string) {
	out := tiny{people: slices.Clone(w.people), visits: slices.Clone(w.visits)}
	for range []int{0, 1, 1, 2, 3, 6, 12}[rng.IntN(7)] {
		pid := rng.IntN(13)
		switch rng.IntN(5) {
		case 0: // gone
			out.people = slices.DeleteFunc(out.people, func(p person) bool { return p.pid == pid })
			out.visits = slices.DeleteFunc(out.visits, func(v visit) bool { return v.pid == pid })
		case 1: // came, or came again
			fresh := randomWorld(rng)
			if len(fresh.visits) > 0 {
				v := fresh.visits[0]
				v.pid = pid
				out.visits = append(out.visits, v)
			}
			if !slices.ContainsFunc(out.people, func(p person) bool { return p.pid == pid }) {
				out.people = append(out.people, person{pid, rng.IntN(9), "n", rng.IntN(9)})
			}
		case 2: // moved
			for i := range out.people {
				if out.people[i].pid == pid {
					out.people[i].town = []string{"n", "s", ""}[rng.IntN(3)]
				}
			}
			for i := range out.visits {
				if out.visits[i].pid == pid {
					out.visits[i].area = []string{"a", "b"}[rng.IntN(2)]
				}
			}
		case 3: // other values
			for i := range out.people {
				if out.people[i].pid == pid {
					out.people[i].wealth++
				}
			}
			for i := range out.visits {
				if out.visits[i].pid == pid {
					out.visits[i].cost = []string{"0", "1", "2", "9"}[rng.IntN(4)]
				}
			}
		default: // elsewhere
			for i := range out.visits {
				if out.visits[i].pid == pid {
					out.visits[i].cid = rng.IntN(6)
				}
			}
		}
	}
	rng.Shuffle(len(out.visits), func(i, j int) { out.visits[i], out.visits[j] = out.visits[j], out.visits[i] })
	switch rng.IntN(4) {
	case 0:
		return tiny{people: out.people, visits: w.visits}, []string{"people"}
	case 1:
		return tiny{people: w.people, visits: out.visits}, []string{"visits"}
	}
	return out, []string{"visits", "people"}
}

// TestOracleOfLoads asks sequences of questions before and after loads, and lets an attacker subtract everything that was released.
func TestOracleOfLoads(t *testing.T) {
	specs := tinySpecs(t)
	e := newEngine(t)
	released, kept, fresh := 0, 0, 0
	for seed := range trials(t, 16) {
		rng := rand.New(rand.NewPCG(uint64(seed), 11))
		rules := disclosure.Rules{K: 1 + rng.Int64N(3), P: 10 * rng.Int64N(2), Homogeneity: rng.IntN(2) > 0, HomogeneityShare: 90}
		if rng.IntN(2) == 0 {
			rules.Dominance = []disclosure.Dominance{{N: 1 + rng.IntN(2), Percent: 60 + rng.Int64N(35)}}
		}
		o := newOracle(randomWorld(rng), rules)
		o.world.load(e, specs)
		e.keep(o.pins)
		in := compile.Inputs{}
		asked := []inquiry{randomInquiry(rng).split(rng).withCost(rng)}
		for step := range 6 {
			q := asked[rng.IntN(len(asked))]
			switch {
			case step > 0 && rng.IntN(3) == 0:
				w, datasets := reload(rng, o.world)
				o.load(w, datasets...)
				w.load(e, specs)
				e.keep(o.pins)
			case rng.IntN(3) == 0:
				q = randomInquiry(rng).split(rng).withCost(rng)
			case rng.IntN(2) == 0:
				q = q.nearby(rng)
			}
			asked = append(asked, q)
			got := product(e, specs, q, o, &in)
			want := o.answer(q)
			require.Equal(t, want, got, fmt.Sprintf("world %d, question %d: %+v\nrules %+v\n%+v\nkept %v\nearlier %+v", seed, step, q, rules, o.world, o.kept, o.earlier))
			released, kept = released+len(got), kept+len(o.kept)
			if len(o.loads) > 2 {
				fresh += len(got) - len(o.kept)
			}
		}
		attack(t, o)
		attackSums(t, o)
	}
	t.Logf("%d cells released, %d of them kept, %d new after a load", released, kept, fresh)
	require.NotZero(t, kept)
	require.NotZero(t, fresh)
}

// attackSums adds up the cells of one question that make the cell of another, over different loads: the sums may not differ in 1 to
// k−1 people or clinics either.
func attackSums(t *testing.T, o *oracle) {
	for _, whole := range o.earlier {
		for _, one := range o.earlier {
			if whole.q.root != one.q.root || whole.cell.kind != one.cell.kind || whole.cell.column != one.cell.column ||
				whole.cell.kind == compile.MeasureEntities || !differs(whole.pins, one.pins) {
				continue
			}
			var parts []baseRow
			mixed := overlay(whole.pins, one.pins)
			there := whole.q.in(o.of(mixed).rows(whole.q), whole.box())
			for _, x := range o.earlier {
				same := fmt.Sprintf("%+v", x.q) == fmt.Sprintf("%+v", one.q) && x.cell == one.cell && fmt.Sprint(x.pins) == fmt.Sprint(one.pins)
				if same && implied(x.q, x.box(), whole.q, whole.box()) {
					parts = append(parts, minus(x.q.in(x.world.rows(x.q), x.box()), parts)...)
				}
			}
			if len(parts) == 0 || len(minus(there, parts)) > 0 || len(minus(parts, there)) > 0 {
				continue // they do not make it
			}
			of := whole.q.in(whole.world.rows(whole.q), whole.box())
			for _, ref := range whole.q.rootRefs() {
				n := len(changed(whole.q, whole.cell, ref, parts, of))
				require.False(t, n > 0 && n < int(o.rules.K), "a sum that differs in %d", n)
			}
		}
	}
}
