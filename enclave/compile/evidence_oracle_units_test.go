package compile_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
)

// market is a zone of deals between firms that belong to holdings, signed by people who are known by two numbers.
const marketWorld = `
apiVersion: yumen/v1
kind: Dataset
metadata: {name: deals}
spec:
  title: {zh: 交易, en: Deals}
  entities:
  - {type: enterprise, key: [seller], group: [seller_holding]}
  - {type: enterprise, key: [buyer], group: [buyer_holding]}
  - {type: person, key: [id_card]}
  - {type: person, key: [social_no]}
  columns:
  - {name: seller, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: seller_holding, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: buyer, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: buyer_holding, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: id_card, type: VARCHAR, grade: 2, roles: [entity_key]}
  - {name: social_no, type: VARCHAR, grade: 2, roles: [entity_key]}
  - {name: area, type: VARCHAR, grade: 2, roles: [dimension], domain: [a, b, c]}
  - {name: kind, type: VARCHAR, grade: 2, roles: [dimension], domain: [a, b, c]}
  - {name: amount, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 1000]}
`

// deal is one row; negative numbers are missing.
type deal struct {
	seller, buyer, card, number int
	dims                        [2]string
	amount                      int
}

// market is one random world: holding by firm (negative for none).
type market struct {
	deals   []deal
	holding []int
}

var marketColumns = []string{"area", "kind"}

// The references of a deal, as the query file numbers them.
var marketUnits = []string{"seller", "buyer", "card", "number", "seller's group", "buyer's group"}

func randomMarket(rng *rand.Rand) market {
	var m market
	firms := 6 + rng.IntN(6)
	for i := range firms {
		h := -1
		if i > 1 && rng.IntN(2) == 0 {
			h = rng.IntN(2) // the first two firms are holdings, and in their own groups
		}
		m.holding = append(m.holding, h)
	}
	people := 8 + rng.IntN(5)
	for range 10 + rng.IntN(9) {
		p := rng.IntN(people)
		d := deal{rng.IntN(firms), rng.IntN(firms), p, p, [2]string{attributes[rng.IntN(2)], attributes[rng.IntN(3)]}, 1 + rng.IntN(50)}
		if rng.IntN(5) == 0 {
			d.number = p / 2 // two cards of one person
		}
		switch rng.IntN(12) {
		case 0:
			d.buyer = -1
		case 1:
			d.number = -1
		}
		m.deals = append(m.deals, d)
	}
	return m
}

// owners are who stands behind a deal by every reference, and whether all of them are there.
func (m market) owners(d deal) (out []string, whole bool) {
	group := func(firm int) string {
		if firm >= 0 && m.holding[firm] >= 0 {
			return fmt.Sprint(m.holding[firm])
		}
		return fmt.Sprint(firm)
	}
	out = []string{fmt.Sprint(d.seller), fmt.Sprint(d.buyer), fmt.Sprint(d.card), fmt.Sprint(d.number), group(d.seller), group(d.buyer)}
	return out, !slices.Contains(out, "-1")
}

func (m market) load(e *engine, specs map[string]catalog.DatasetSpec) {
	null := func(n int) string {
		if n < 0 {
			return "NULL"
		}
		return fmt.Sprint(n)
	}
	holding := func(firm int) string {
		if firm < 0 {
			return "NULL"
		}
		return null(m.holding[firm])
	}
	var rows []string
	for _, d := range m.deals {
		rows = append(rows, fmt.Sprintf("(%d, %s::BIGINT, %s::BIGINT, %s::BIGINT, 'c%d', 'n' || %s, '%s', '%s', %d)", d.seller, holding(d.seller), null(d.buyer), holding(d.buyer),
			d.card, null(d.number), d.dims[0], d.dims[1], d.amount))
	}
	e.exec("CREATE OR REPLACE TABLE memory.main.deals_source AS SELECT * FROM (VALUES " + strings.Join(rows, ", ") +
		") t(seller, seller_holding, buyer, buyer_holding, id_card, social_no, area, kind, amount)")
	e.snapshot("deals", specs["deals"], "memory.main.deals_source")
}

// marketProbe is one question: a condition or a key by column, and what is added up: rows, amounts, or the entities of a reference.
type marketProbe struct {
	where map[string][]string
	keys  []string
	count int // reference to count, -1 for rows
	sum   bool
}

func randomMarketProbe(rng *rand.Rand) marketProbe {
	p := marketProbe{where: map[string][]string{}, count: rng.IntN(5) - 1, sum: rng.IntN(3) == 0}
	for _, c := range marketColumns {
		switch rng.IntN(3) {
		case 0:
			p.where[c] = subset(rng, attributes)
		case 1:
			p.keys = append(p.keys, c)
		}
	}
	return p
}

func (p marketProbe) question(specs map[string]catalog.DatasetSpec) *question {
	q := ask(specs, "deals")
	for _, c := range marketColumns {
		if v := p.where[c]; v != nil {
			q.where(-1, "deals", c, values(v...))
		}
	}
	for _, k := range p.keys {
		q.by("deals", k, "", 0)
	}
	switch {
	case p.sum:
		return q.sum(0, "deals", "amount")
	case p.count >= 0:
		return q.entities(0, "deals", p.count)
	}
	return q.rows(0)
}

// marketFact is a released cell: the rows in it by their public columns.
type marketFact struct {
	probe marketProbe
	rows  []deal
	value int
}

func (m market) facts(t testing.TB, p marketProbe, rows []disclosure.Released) (out []marketFact) {
	for _, r := range rows {
		if r.Values[0] == nil {
			continue
		}
		f := marketFact{probe: p}
		for _, d := range m.deals {
			in := true
			for i, c := range marketColumns {
				in = in && (p.where[c] == nil || slices.Contains(p.where[c], d.dims[i]))
				if k := slices.Index(p.keys, c); k >= 0 {
					in = in && *r.Key[k] == d.dims[i]
				}
			}
			if _, whole := m.owners(d); in && whole {
				f.rows = append(f.rows, d)
			}
		}
		text, _, _ := strings.Cut(*r.Values[0], ".")
		var err error
		f.value, err = strconv.Atoi(text)
		require.NoError(t, err)
		out = append(out, f)
	}
	return out
}

// meant is what the cell holds over the rows that belong to somebody by every reference.
func (m market) meant(f marketFact) int {
	n, seen := 0, map[string]bool{}
	for _, d := range f.rows {
		owners, _ := m.owners(d)
		switch {
		case f.probe.sum:
			n += d.amount
		case f.probe.count < 0:
			n++
		default:
			if x := owners[f.probe.count]; !seen[x] {
				seen[x] = true
				n++
			}
		}
	}
	return n
}

// finding is what can be solved: a combination of answers that only 1 to k−1 owners of some reference stand behind, or a value that rows of
// nobody are part of.
func (m market) finding(facts []marketFact, k int) string {
	var whole []deal
	for _, d := range m.deals {
		if _, ok := m.owners(d); ok {
			whole = append(whole, d)
		}
	}
	var rows, sums [][]int
	counts := map[int][][]int{}
	for _, f := range facts {
		if f.value != m.meant(f) {
			return "rows that belong to nobody"
		}
		vector := make([]int, len(whole))
		for i, d := range whole {
			if slices.Contains(f.rows, d) {
				vector[i] = 1
			}
		}
		switch {
		case f.probe.sum:
			sums = append(sums, vector)
		case f.probe.count < 0:
			rows = append(rows, vector)
		default:
			counts[f.probe.count] = append(counts[f.probe.count], m.heads(whole, vector, f.probe.count))
		}
	}
	for ref, name := range marketUnits {
		var owner []string
		for _, d := range whole {
			all, _ := m.owners(d)
			owner = append(owner, all[ref])
		}
		if reaches(rows, owner, k) || reaches(sums, owner, k) {
			return "few of: " + name
		}
	}
	for ref, matrix := range counts {
		if reaches(matrix, m.groups(whole, ref), k) {
			return "few of those counted: " + marketUnits[ref]
		}
	}
	return ""
}

// heads turns a vector over deals into one over the distinct entities of a reference, in the order of their first deals.
func (m market) heads(whole []deal, vector []int, ref int) []int {
	var names []string
	var out []int
	for i, d := range whole {
		owners, _ := m.owners(d)
		at := slices.Index(names, owners[ref])
		if at < 0 {
			at, names, out = len(names), append(names, owners[ref]), append(out, 0)
		}
		out[at] = max(out[at], vector[i])
	}
	return out
}

// groups are the owners of the distinct entities of a reference: their groups, where they have any.
func (m market) groups(whole []deal, ref int) []string {
	var names, out []string
	for _, d := range whole {
		owners, _ := m.owners(d)
		if slices.Contains(names, owners[ref]) {
			continue
		}
		names = append(names, owners[ref])
		if ref < 2 {
			out = append(out, owners[ref+4])
			continue
		}
		out = append(out, owners[ref])
	}
	return out
}

// marketSequence asks random questions and solves what was released.
func marketSequence(t testing.TB, e *engine, specs map[string]catalog.DatasetSpec, seed int, fault func(*compile.Plan)) (finding string, released int) {
	rng := rand.New(rand.NewPCG(uint64(seed), 33))
	m := randomMarket(rng)
	m.load(e, specs)
	rules := disclosure.Rules{K: 2 + rng.Int64N(2), P: 10, Homogeneity: true, HomogeneityShare: 90}
	in := compile.Inputs{Snapshots: map[string]string{"deals": "snap"}}
	var facts []marketFact
	for range 3 + rng.IntN(3) {
		p := randomMarketProbe(rng)
		plan := &p.question(specs).plan
		if fault != nil {
			fault(plan)
		}
		table := e.evidence(plan, in)
		rows := disclosure.Judge(table, rules).Released(table)
		families := plan.Families(in.Snapshots, nil)
		outcomes, err := compile.Outcomes(families, rows, in.Earlier)
		require.NoError(t, err)
		for i, f := range families {
			in.Earlier = append(in.Earlier, outcomes[i].Earlier(f)...)
		}
		in.Earlier, err = compile.Merge(in.Earlier)
		require.NoError(t, err)
		facts = append(facts, m.facts(t, p, rows)...)
		if finding = m.finding(facts, int(rules.K)); finding != "" {
			break
		}
	}
	return finding, len(facts)
}

func marketSpecs(t testing.TB) map[string]catalog.DatasetSpec {
	documents, err := catalog.DecodeDocuments(strings.NewReader(marketWorld))
	require.NoError(t, err)
	return map[string]catalog.DatasetSpec{"deals": documents[0].Body.(*catalog.Dataset).Spec}
}

// TestUnits lets an outsider solve random sequences over a table whose rows belong to two firms, to the groups of both, and to one person by
// two numbers: nothing of fewer than k of any of them, and nothing of rows that lack one.
func TestUnits(t *testing.T) {
	specs, e := marketSpecs(t), newEngine(t)
	released, n := 0, trials(t, 40)
	for seed := range n {
		finding, cells := marketSequence(t, e, specs, seed, nil)
		require.Empty(t, finding, "seed %d", seed)
		released += cells
	}
	t.Logf("%d sequences, %d cells released", n, released)
	require.Greater(t, released, n)
}

// TestUnitsFindsFaults: whichever reference is forgotten, the outsider finds somebody.
func TestUnitsFindsFaults(t *testing.T) {
	specs, e := marketSpecs(t), newEngine(t)
	for name, forget := range map[string]func(compile.EntityRef) bool{
		"groups":       func(r compile.EntityRef) bool { return r.GroupOf > 0 },
		"other party":  func(r compile.EntityRef) bool { return r.Index == 1 || r.GroupOf == 2 },
		"other number": func(r compile.EntityRef) bool { return r.Index == 3 },
	} {
		t.Run(name, func(t *testing.T) {
			fault := func(p *compile.Plan) { p.Base.Entities = slices.DeleteFunc(p.Base.Entities, forget) }
			for seed := range 2_000 {
				if found, _ := marketSequence(t, e, specs, seed, fault); found == "" {
					continue
				}
				if fair, _ := marketSequence(t, e, specs, seed, nil); fair == "" {
					return
				}
			}
			t.Fatal("nobody noticed")
		})
	}
}
