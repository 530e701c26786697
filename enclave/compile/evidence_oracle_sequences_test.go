package compile_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
)

// hamlet is one random zone of at most twelve people with public attributes, a secret mark and a secret amount.
type hamlet struct {
	specs  map[string]catalog.DatasetSpec
	names  []string   // of the public attributes
	public [][]string // by person and attribute
	marked []bool
	amount []int
}

// attributes are the values of each public attribute.
var attributes = []string{"a", "b", "c"}

// most is the largest amount that anybody has; none is negative, and everybody knows that.
const most = 8

func newHamlet(t testing.TB, rng *rand.Rand) *hamlet {
	w := &hamlet{}
	spec := catalog.DatasetSpec{Entities: []catalog.Entity{{Type: "person", Key: []string{"id"}, Unique: true}},
		Columns: []catalog.Column{{Name: "id", Type: "BIGINT", Roles: []catalog.Role{catalog.RoleEntityKey}}}}
	for i := range 1 + rng.IntN(3) {
		name := fmt.Sprintf("p%d", i)
		w.names = append(w.names, name)
		spec.Columns = append(spec.Columns, catalog.Column{Name: name, Type: "VARCHAR", Roles: []catalog.Role{catalog.RoleDimension}, Domain: []catalog.Scalar{"a", "b", "c"}})
	}
	spec.Columns = append(spec.Columns,
		catalog.Column{Name: "mark", Type: "VARCHAR", Roles: []catalog.Role{catalog.RoleDimension}, Domain: []catalog.Scalar{"yes", "no"}, Sensitive: true, SensitiveValues: []string{"yes"}},
		catalog.Column{Name: "amount", Type: "DECIMAL(9,2)", Roles: []catalog.Role{catalog.RoleMeasure}})
	w.specs = map[string]catalog.DatasetSpec{"folk": spec}
	few := 2 + rng.IntN(2)
	for range 4 + rng.IntN(9) {
		var p []string
		for range w.names {
			p = append(p, attributes[rng.IntN(few)])
		}
		w.public, w.marked, w.amount = append(w.public, p), append(w.marked, rng.IntN(2) == 0), append(w.amount, rng.IntN(2)*rng.IntN(most+1))
	}
	return w
}

func (w *hamlet) load(e *engine) {
	var rows []string
	for i, p := range w.public {
		rows = append(rows, fmt.Sprintf("(%d, '%s', '%s', %d)", i, strings.Join(p, "', '"), w.mark(i), w.amount[i]))
	}
	e.exec(fmt.Sprintf("CREATE OR REPLACE TABLE memory.main.folk_source AS SELECT * FROM (VALUES %s) t(id, %s, mark, amount)", strings.Join(rows, ", "), strings.Join(w.names, ", ")))
	e.snapshot("folk", w.specs["folk"], "memory.main.folk_source")
}

func (w *hamlet) mark(i int) string {
	if w.marked[i] {
		return "yes"
	}
	return "no"
}

// probe is one question: conditions, keys, and whether amounts are added up too, or alone.
type probe struct {
	where map[string][]string
	keys  []string
	sum   bool
	alone bool // the sum without the count
}

// probe is a random question; of the mark more often where the attacker is curious.
func (w *hamlet) probe(rng *rand.Rand, curious bool) probe {
	p := probe{where: map[string][]string{}, sum: rng.IntN(2) == 0, alone: rng.IntN(2) == 0}
	for _, n := range w.names {
		switch rng.IntN(4) {
		case 0:
			p.where[n] = subset(rng, attributes)
		case 1:
			p.keys = append(p.keys, n)
		}
	}
	of := 6
	if curious {
		of = 2
	}
	switch rng.IntN(of) {
	case 0:
		p.where["mark"] = []string{[]string{"yes", "no"}[rng.IntN(2)]}
	case 1:
		p.keys = append(p.keys, "mark")
	}
	return p
}

func (p probe) question(w *hamlet) *question {
	q := ask(w.specs, "folk")
	for _, n := range append(slices.Clone(w.names), "mark") {
		if v := p.where[n]; v != nil {
			q.where(-1, "folk", n, values(v...))
		}
	}
	for _, k := range p.keys {
		q.by("folk", k, "", 0)
	}
	if !p.sum || !p.alone {
		q.rows(0)
	}
	if p.sum {
		q.sum(0, "folk", "amount")
	}
	return q
}

// fact is one released cell, as the attacker writes it down: who may be in it by the public attributes, the mark that it asks for ("" for
// any), and the value.
type fact struct {
	who   []bool
	mark  string
	sum   bool
	value int
}

// facts are what a probe released.
func (w *hamlet) facts(p probe, rows []disclosure.Released) (out []fact) {
	for _, r := range rows {
		f := fact{who: make([]bool, len(w.public))}
		if m := p.where["mark"]; len(m) == 1 {
			f.mark = m[0]
		}
		for i := range w.public {
			in := true
			for j, n := range w.names {
				v := p.where[n]
				in = in && (v == nil || slices.Contains(v, w.public[i][j]))
				if k := slices.Index(p.keys, n); k >= 0 {
					in = in && *r.Key[k] == w.public[i][j]
				}
			}
			f.who[i] = in
		}
		if k := slices.Index(p.keys, "mark"); k >= 0 {
			f.mark = *r.Key[k]
		}
		for column, v := range r.Values {
			if v == nil {
				continue
			}
			number, _, _ := strings.Cut(*v, ".")
			f.value, _ = strconv.Atoi(number)
			f.sum = column == 1 || p.sum && p.alone
			out = append(out, f)
		}
	}
	return out
}

// members are the people of a fact's cell when these are marked.
func (f fact) members(marked func(int) bool) []int {
	out := make([]int, len(f.who))
	for i, in := range f.who {
		if in && (f.mark == "" || marked(i) == (f.mark == "yes")) {
			out[i] = 1
		}
	}
	return out
}

// What the attacker may find.
const (
	findFew     = "a combination of fewer than k people"
	findAmounts = "amounts: all nothing, or all the most"
	findMark    = "a mark"
	findNothing = "a sum of nothing"
)

// finding is what the attacker determines. He knows the public attributes of everybody and, to be on the safe side, who is in a cell by his
// mark where sums are solved.
func (w *hamlet) finding(facts []fact, k int) string {
	var sums, counts [][]int
	owner := make([]string, len(w.public))
	for i := range owner {
		owner[i] = fmt.Sprint(i)
	}
	for _, f := range facts {
		in := f.members(func(i int) bool { return w.marked[i] })
		n := 0
		for _, x := range in {
			n += x
		}
		switch {
		case !f.sum:
			counts = append(counts, in)
		case f.value == 0 || f.value == most*n:
			return findAmounts
		default:
			sums = append(sums, in)
		}
	}
	if reaches(sums, owner, k) || reaches(counts, owner, k) {
		return findFew
	}
	if w.marks(facts) {
		return findMark
	}
	if w.nothing(facts) {
		return findNothing
	}
	return ""
}

// nothing reports whether a combination of sums is about nobody: it adds up what people would have with the other mark than theirs. The zero
// that it gives says so.
func (w *hamlet) nothing(facts []fact) bool {
	var matrix [][]int
	var owner []string
	for _, mark := range []string{"yes", "no"} {
		for i := range w.public {
			owner = append(owner, map[bool]string{true: "somebody", false: "nobody"}[w.mark(i) == mark])
		}
	}
	for _, f := range facts {
		if f.sum {
			matrix = append(matrix, slices.Concat(f.members(func(int) bool { return true }), f.members(func(int) bool { return false })))
		}
	}
	return rank(matrix, owner, map[string]bool{"nobody": true}) < rank(matrix, owner, nil)
}

// marks reports whether somebody has the same mark in every world that fits all counts: every assignment of marks is tried.
func (w *hamlet) marks(facts []fact) bool {
	ever, never := 0, 0
	for world := range 1 << len(w.public) {
		if w.fits(world, facts) {
			ever, never = ever|world, never|^world
		}
	}
	all := 1<<len(w.public) - 1
	return ever&never&all != all
}

// fits reports whether all counts are right when these people are marked.
func (w *hamlet) fits(world int, facts []fact) bool {
	return !slices.ContainsFunc(facts, func(f fact) bool {
		n := 0
		for _, in := range f.members(func(i int) bool { return world>>i&1 == 1 }) {
			n += in
		}
		return !f.sum && f.mark != "" && n != f.value
	})
}

// mutation switches one rule off.
type mutation struct {
	rules func(*disclosure.Rules)
	table func(*disclosure.Table)
	in    func(*compile.Inputs)
}

// TestOracleSequences lets an outsider and every single contributor ask random sequences and solve everything that was released, as one
// system. YUMEN_SEQUENCES is how many.
func TestOracleSequences(t *testing.T) {
	n, err := strconv.Atoi(cmp.Or(os.Getenv("YUMEN_SEQUENCES"), "300"))
	require.NoError(t, err)
	var released atomic.Int64
	t.Run("all", func(t *testing.T) {
		const shards = 2
		for shard := range shards {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				e := newEngine(t)
				for seed := shard; seed < n; seed += shards {
					finding, cells := sequence(t, e, seed, mutation{})
					released.Add(int64(cells))
					require.Empty(t, finding, "seed %d", seed)
				}
			})
		}
	})
	t.Logf("%d sequences, %d cells released", n, released.Load())
	require.Greater(t, released.Load(), int64(3*n/2))
}

// TestOracleFindsFaults: the attacker finds whichever rule is switched off, in a sequence that tells him nothing otherwise.
func TestOracleFindsFaults(t *testing.T) {
	e := newEngine(t)
	differences := func(of disclosure.Against) func(*disclosure.Table) {
		other := func(d disclosure.Difference) bool { return d.Against == of }
		return func(t *disclosure.Table) {
			for _, r := range t.Rows {
				for i := range r.Groups {
					r.Groups[i].Differences = slices.DeleteFunc(r.Groups[i].Differences, other)
					r.Groups[i].Shares = nil
				}
				for i := range r.Cells {
					r.Cells[i].Differences = slices.DeleteFunc(r.Cells[i].Differences, other)
				}
			}
		}
	}
	for name, m := range map[string]mutation{
		"threshold":   {rules: func(r *disclosure.Rules) { r.K = 1 }},
		"sensitive":   {table: differences(disclosure.AgainstSensitive)},
		"differences": {table: func(t *disclosure.Table) { differences(disclosure.AgainstEarlier)(t); t.Linear = nil }},
		"audit":       {table: func(t *disclosure.Table) { t.Linear = nil }},
		"marks": {table: func(t *disclosure.Table) {
			t.Linear = slices.DeleteFunc(t.Linear, func(c disclosure.Class) bool { return len(c.Parts) > 0 })
		}},
		"homogeneity": {rules: func(r *disclosure.Rules) { r.Homogeneity, r.HomogeneityShare = false, 0; r.P = 0 }},
		"ledger":      {in: func(in *compile.Inputs) { in.Earlier = nil }},
		"p percent":   {rules: func(r *disclosure.Rules) { r.P = 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range 3_000 {
				if found, _ := sequence(t, e, seed, m); found == "" {
					continue
				}
				if fair, _ := sequence(t, e, seed, mutation{}); fair == "" {
					t.Logf("found by sequence %d", seed)
					return
				}
			}
			t.Fatal("nobody noticed")
		})
	}
}

func sequence(t testing.TB, e *engine, seed int, m mutation) (finding string, released int) {
	rng := rand.New(rand.NewPCG(uint64(seed), 21))
	w := newHamlet(t, rng)
	w.load(e)
	rules := disclosure.Rules{K: 2 + rng.Int64N(2), P: 10, Homogeneity: true, HomogeneityShare: 90}
	k := int(rules.K)
	if m.rules != nil {
		m.rules(&rules)
	}
	in := compile.Inputs{Snapshots: map[string]string{"folk": "snap"}}
	var facts []fact
	for range 3 + rng.IntN(3) {
		p := w.probe(rng, seed%2 == 1)
		plan := &p.question(w).plan
		if m.in != nil {
			m.in(&in)
		}
		table := e.evidence(plan, in)
		if m.table != nil {
			m.table(table)
		}
		rows := disclosure.Judge(table, rules).Released(table)
		families := plan.Families(in.Snapshots, nil)
		outcomes, err := compile.Outcomes(families, rows, in.Earlier)
		require.NoError(t, err)
		for i, f := range families {
			in.Earlier = append(in.Earlier, outcomes[i].Earlier(f)...)
		}
		in.Earlier, err = compile.Merge(in.Earlier)
		require.NoError(t, err)
		facts = append(facts, w.facts(p, rows)...)
		if finding = cmp.Or(w.finding(facts, k), w.insiders(facts)); finding != "" {
			break
		}
	}
	return finding, len(facts)
}
