package compile_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
)

func tinySpecs(t testing.TB) map[string]catalog.DatasetSpec {
	documents, err := catalog.DecodeDocuments(strings.NewReader(tinyWorld))
	require.NoError(t, err)
	out := map[string]catalog.DatasetSpec{}
	for _, d := range documents {
		out[d.Name] = d.Body.(*catalog.Dataset).Spec
	}
	return out
}

// trials is how many random worlds are tried: YUMEN_TRIALS, or a number that fits every run of the tests.
func trials(t testing.TB, fallback int) int {
	if text := os.Getenv("YUMEN_TRIALS"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		return n
	}
	return fallback
}

// TestOracle compares verdicts and values with the oracle over random worlds and sequences of questions of one institution, and
// lets an attacker subtract everything that was released.
func TestOracle(t *testing.T) {
	specs := tinySpecs(t)
	e := newEngine(t)
	released := 0
	for seed := range trials(t, 28) {
		rng := rand.New(rand.NewPCG(uint64(seed), 7))
		w := randomWorld(rng)
		w.load(e, specs)
		rules := disclosure.Rules{K: 1 + rng.Int64N(3), P: 10 * rng.Int64N(2), Homogeneity: rng.IntN(2) > 0, HomogeneityShare: 90}
		if rng.IntN(2) == 0 {
			rules.Dominance = []disclosure.Dominance{{N: 1 + rng.IntN(2), Percent: 60 + rng.Int64N(35)}}
		}
		o := newOracle(w, rules)
		e.keep(o.pins)
		in := compile.Inputs{}
		var q inquiry
		for step := range 5 {
			if step == 0 || rng.IntN(2) == 0 {
				q = randomInquiry(rng).split(rng).withCost(rng)
			} else {
				q = q.nearby(rng)
			}
			got := product(e, specs, q, o, &in)
			want := map[string]string{}
			for at, v := range o.answer(q) {
				want[at] = v
			}
			require.Equal(t, want, got, fmt.Sprintf("world %d, question %d: %+v\nrules %+v\n%+v", seed, step, q, rules, w))
			released += len(got)
		}
		attack(t, o)
	}
	t.Logf("%d cells released", released)
	require.NotZero(t, released)
}

// product answers a question and adds what it released to the ledger.
func product(e *engine, specs map[string]catalog.DatasetSpec, q inquiry, o *oracle, in *compile.Inputs) map[string]string {
	e.t.Helper()
	plan, scope := q.plan(specs)
	in.Scope, in.Snapshots = scope, o.pinsOf(q)
	table := e.evidence(plan, *in)
	table.Linear = nil // the oracle knows pairs; TestSolver knows the rest
	rows := disclosure.Judge(table, o.rules).Released(table)
	families := plan.Families(in.Snapshots, scope)
	outcomes, err := compile.Outcomes(families, rows, in.Earlier)
	require.NoError(e.t, err)
	for i, f := range families {
		in.Earlier = append(in.Earlier, outcomes[i].Earlier(f)...)
	}
	out := map[string]string{}
	for _, r := range rows {
		var key []string
		for _, k := range r.Key {
			if k == nil {
				key = append(key, "")
				continue
			}
			key = append(key, *k)
		}
		for i, v := range r.Values {
			if v != nil {
				x, ok := new(big.Rat).SetString(*v)
				require.True(e.t, ok)
				out[label(key, i)] = x.RatString()
			}
		}
	}
	return out
}

// attack subtracts every two released cells that add up the same thing: no difference may be of 1 to k−1 people, clinics or
// households.
func attack(t *testing.T, o *oracle) {
	for i, a := range o.earlier {
		rowsA := a.q.in(a.world.rows(a.q), a.box())
		for _, b := range o.earlier[:i] {
			rowsB := b.q.in(b.world.rows(b.q), b.box())
			if !a.again && !b.again { // an old value was attacked where it was released first
				attackEntities(t, o, a, rowsA, b, rowsB)
			}
			if a.q.root != b.q.root || a.cell.kind != b.cell.kind || a.cell.column != b.cell.column {
				continue
			}
			for _, ref := range a.q.rootRefs() {
				sizes := []int{count(minus(rowsA, rowsB), ref), count(minus(rowsB, rowsA), ref)}
				if differs(a.pins, b.pins) {
					sizes = []int{len(changed(a.q, a.cell, ref, rowsA, rowsB))}
				}
				for _, n := range sizes {
					require.False(t, n > 0 && n < int(o.rules.K), "a difference of %d", n)
				}
			}
		}
	}
}

// attackEntities subtracts any multiple of one released cell from another that adds up the same quantity, whatever it was asked of: counts
// of rows and of people, sums of one column. What does not cancel is never of 1 to k−1 people, clinics or households.
func attackEntities(t *testing.T, o *oracle, a past, rowsA []baseRow, b past, rowsB []baseRow) {
	for _, refA := range a.q.through(a.cell) {
		for _, refB := range b.q.through(b.cell) {
			if !comparable2(a.q, a.cell, refA, b.q, b.cell, refB) {
				continue
			}
			if differs(a.pins, b.pins) && (a.q.root == b.q.root && a.cell.kind == b.cell.kind && a.cell.column == b.cell.column ||
				a.q.counts(a.cell, refA) && b.q.counts(b.cell, refB)) {
				continue // of other loads: what changed is what counts
			}
			x, y := a.q.weights(rowsA, a.cell, refA), b.q.weights(rowsB, b.cell, refB)
			common, apart := left(x, y)
			if common == 0 || apart >= int(o.rules.K) {
				continue
			}
			for _, n := range []int{len(x) - common, len(y) - common} {
				require.False(t, n > 0 && n < int(o.rules.K), "a difference of %d", n)
			}
		}
	}
}
