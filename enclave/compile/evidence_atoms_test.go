package compile_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
)

// TestLinearAudit asks sequences in which no two answers are too close, while all of them together solve what must stay unknown.
func TestLinearAudit(t *testing.T) {
	c := newCorpus(t)
	firms := func() *question { return ask(c.specs, "enterprises") }
	tax := func() *question { return ask(c.specs, "tax").join("tax", "uscc", "enterprises", "uscc") }
	in := func(q *question, set int, districts ...string) *question {
		return q.where(set, "enterprises", "district", values(districts...))
	}
	const capital, industry = "registered_capital", "industry"
	pair := func(d ...string) *question { return in(firms(), -1, d...).sum(0, "enterprises", capital) }
	executed := func() *question {
		return ask(c.specs, "court_judgments").join("court_judgments", "party_uscc", "enterprises", "uscc").
			where(-1, "court_judgments", "status", values("executed"))
	}
	some := func(v ...string) *question { return firms().where(-1, "enterprises", industry, values(v...)).rows(0) }
	d2 := []string{"I0|23600.00", "I1|20286.00", "I2|21222.00", "I3|24432.00", "I4|21014.00"}
	tests := []struct {
		name string
		asks []*question
		want [][]string // per question; nil withholds everything
	}{
		{"the total after the parts", []*question{in(firms(), -1, "D2").by("enterprises", industry, "", 0).sum(0, "enterprises", capital),
			in(firms(), -1, "D2").sum(0, "enterprises", capital)}, [][]string{d2, nil}},
		{"the parts after the total", []*question{in(firms(), -1, "D2").sum(0, "enterprises", capital),
			in(firms(), -1, "D2").by("enterprises", industry, "", 0).sum(0, "enterprises", capital)}, [][]string{{"112100.00"}, d2[:4]}},
		{"two withheld parts that are one firm's", []*question{firms().by("enterprises", industry, "", 0).sum(0, "enterprises", capital),
			firms().sum(0, "enterprises", capital)},
			[][]string{{"I0|178950.00", "I1|175830.00", "I2|175064.00", "I4|178170.00"}, nil}},
		{"a total and its parts in one answer", []*question{func() *question {
			q := in(firms().also().also().also().also().also(), -1, "D2").sum(0, "enterprises", capital)
			for i := range 5 {
				q.where(i+1, "enterprises", industry, values(fmt.Sprintf("I%d", i))).sum(i+1, "enterprises", capital)
			}
			return q
		}()}, [][]string{{"112100.00|23600.00|20286.00|21222.00|24432.00|."}}},
		{"E04 nothing is left out", []*question{firms().by("enterprises", "district", "", 0).rows(0), firms().rows(0)},
			[][]string{{"D0|37", "D1|38", "D2|38", "D3|38", "D4|38", "D5|37", "D6|37", "D7|37"}, {"300"}}},
		{"Y1 and the total", []*question{ask(c.specs, "persons").by("persons", "district", "", 0).rows(0), ask(c.specs, "persons").rows(0)},
			[][]string{{"D0|62", "D1|63", "D2|63", "D3|63", "D4|63", "D5|62", "D6|62", "D7|61"}, nil}},
		{"F04 a triangle of large parts", []*question{pair("D3", "D1"), pair("D1", "D2"), pair("D3", "D2")},
			[][]string{{"224200.00"}, {"223706.00"}, {"224694.00"}}},
		{"one firm behind five large answers", []*question{some("I0", "I1", "rocket"), some("I0", "I2"), some("I2"), some("I1", "I3"), some("I3")},
			[][]string{{"121"}, {"119"}, {"59"}, {"120"}, nil}},
		{"counts of parties and their total", []*question{executed().by(courtFirm, "district", "", 0).entities(0, "court_judgments", 0),
			executed().entities(0, "court_judgments", 0)}, [][]string{{"D0|7", "D1|8", "D2|10", "D3|7", "D4|7", "D5|6", "D7|7"}, nil}},
		{"rows of one firm", []*question{tax().where(-1, taxFirm, "district", values("D2")).by(taxFirm, industry, "", 0).sum(0, "tax", "tax_paid"),
			tax().where(-1, taxFirm, "district", values("D2")).sum(0, "tax", "tax_paid")},
			[][]string{{"I0|58776.00", "I1|50813.00", "I2|52397.00", "I3|60184.00", "I4|52045.00"}, nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &session{corpusWorld: c}
			for i, q := range tt.asks {
				require.Equal(t, tt.want[i], s.answer(q), "question %d", i)
			}
		})
	}
}

// told is one cell that was released.
type told struct {
	q    inquiry
	cell ask1
	key  []string
}

// solve answers a question with every rule, and records what was released.
func solve(e *engine, specs map[string]catalog.DatasetSpec, q inquiry, rules disclosure.Rules, in *compile.Inputs) (out []told, withheld int) {
	plan, scope := q.plan(specs)
	in.Scope = scope
	table := e.evidence(plan, *in)
	verdicts := disclosure.Judge(table, rules)
	rows := verdicts.Released(table)
	families := plan.Families(in.Snapshots, scope)
	outcomes, err := compile.Outcomes(families, rows, in.Earlier)
	require.NoError(e.t, err)
	for i, f := range families {
		in.Earlier = append(in.Earlier, outcomes[i].Earlier(f)...)
	}
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
				out = append(out, told{q, q.cells[i], key})
			}
		}
	}
	return out, verdicts.Tally()[disclosure.ReasonLinear]
}

// TestSolver lets an attacker solve everything that was released, row by row and exactly: no combination may be zero on all but 1 to
// k−1 people, clinics or households.
func TestSolver(t *testing.T) {
	specs := tinySpecs(t)
	e := newEngine(t)
	released, withheld := 0, 0
	for seed := range trials(t, 9) {
		rng := rand.New(rand.NewPCG(uint64(seed), 14))
		w := randomWorld(rng)
		w.load(e, specs)
		rules := disclosure.Rules{K: 2 + rng.Int64N(2), P: 10 * rng.Int64N(2)}
		in := compile.Inputs{Snapshots: map[string]string{"visits": "snap_v", "people": "snap_p"}}
		var all []told
		var q inquiry
		for step := range 8 {
			if step == 0 || rng.IntN(3) == 0 {
				q = randomInquiry(rng).split(rng).withCost(rng)
			} else {
				q = q.nearby(rng)
				if rng.IntN(3) == 0 {
					q.keys = nil
				}
			}
			cells, n := solve(e, specs, q, rules, &in)
			all, withheld = append(all, cells...), withheld+n
		}
		released += len(all)
		solved(t, w, all, int(rules.K), fmt.Sprintf("world %d", seed))
	}
	t.Logf("%d cells released, %d withheld by the audit", released, withheld)
	require.NotZero(t, released)
	require.NotZero(t, withheld)
}

// solved attacks every class of comparable cells: sums over rows by their entities, counts of entities, and sums of what people have, whatever
// table they are asked through and however often it repeats them.
func solved(t *testing.T, w tiny, all []told, k int, name string) {
	classes, crowds := map[string][]told{}, map[string][]told{}
	for _, c := range all {
		if c.cell.kind != compile.MeasureEntities {
			label := fmt.Sprint(c.q.root, c.cell.kind, c.cell.column)
			classes[label] = append(classes[label], c)
			if c.cell.kind == compile.MeasureRows && c.q.root == "people" {
				c.cell.column = "people#0"
				crowds["person"] = append(crowds["person"], c)
			}
			if c.cell.column == "wealth" {
				c.cell.column = "people#0"
				crowds["wealth "+string(c.cell.kind)] = append(crowds["wealth "+string(c.cell.kind)], c)
			}
			continue
		}
		crowds[typeOf[c.cell.column]] = append(crowds[typeOf[c.cell.column]], c)
	}
	for label, cells := range classes {
		bare := inquiry{root: cells[0].q.root}
		units := w.rows(bare)
		at := map[int]int{}
		for i, r := range units {
			at[r.id] = i
		}
		var matrix [][]int
		for _, c := range cells {
			v := make([]int, len(units))
			for _, r := range c.q.in(w.rows(c.q), c.q.cellBox(c.q.boxes[c.cell.set], c.key)) {
				v[at[r.id]] = 1
			}
			matrix = append(matrix, v)
		}
		for _, ref := range bare.rootRefs() {
			owner := make([]string, len(units))
			for i, r := range units {
				owner[i] = r.entities[ref]
			}
			require.False(t, reaches(matrix, owner, k), "%s, %s, %s", name, label, ref)
		}
	}
	for label, cells := range crowds {
		at := map[string]int{}
		var owner []string
		var found [][]int
		for _, c := range cells {
			var v []int
			for _, r := range c.q.in(w.rows(c.q), c.q.cellBox(c.q.boxes[c.cell.set], c.key)) {
				e, there := r.entities[c.cell.column]
				if !there {
					continue
				}
				if _, have := at[e]; !have {
					at[e], owner = len(owner), append(owner, e)
				}
				v = append(v, at[e])
			}
			found = append(found, v)
		}
		matrix := make([][]int, len(found))
		for i, v := range found {
			matrix[i] = make([]int, len(owner))
			for _, j := range v {
				if matrix[i][j]++; !strings.HasPrefix(label, "wealth") {
					matrix[i][j] = 1
				}
			}
		}
		require.False(t, reaches(matrix, owner, k), "%s, %s", name, label)
	}
}

// reaches reports whether a combination of the vectors is zero on all columns but those of 1 to k−1 owners.
func reaches(matrix [][]int, owner []string, k int) bool {
	var owners []string
	seen := map[string]bool{}
	for _, o := range owner {
		if !seen[o] {
			seen[o], owners = true, append(owners, o)
		}
	}
	full := rank(matrix, owner, nil)
	var try func(from int, chosen map[string]bool) bool
	try = func(from int, chosen map[string]bool) bool {
		for i := from; i < len(owners); i++ {
			chosen[owners[i]] = true
			if rank(matrix, owner, chosen) < full || len(chosen) < k-1 && try(i+1, chosen) {
				return true
			}
			delete(chosen, owners[i])
		}
		return false
	}
	return k > 1 && try(0, map[string]bool{})
}

// rank is that of the columns whose owners are not left out, over the rationals.
func rank(matrix [][]int, owner []string, out map[string]bool) int {
	var rows [][]*big.Rat
	for _, v := range matrix {
		var row []*big.Rat
		for i, x := range v {
			if !out[owner[i]] {
				row = append(row, big.NewRat(int64(x), 1))
			}
		}
		rows = append(rows, row)
	}
	n := 0
	for c := 0; len(rows) > 0 && c < len(rows[0]) && n < len(rows); c++ {
		p := n
		for p < len(rows) && rows[p][c].Sign() == 0 {
			p++
		}
		if p == len(rows) {
			continue
		}
		rows[n], rows[p] = rows[p], rows[n]
		for i := n + 1; i < len(rows); i++ {
			if rows[i][c].Sign() == 0 {
				continue
			}
			f := new(big.Rat).Quo(rows[i][c], rows[n][c])
			for j := c; j < len(rows[i]); j++ {
				rows[i][j] = new(big.Rat).Sub(rows[i][j], new(big.Rat).Mul(f, rows[n][j]))
			}
		}
		n++
	}
	return n
}

// TestLinearCaps: a class that is too large is closed.
func TestLinearCaps(t *testing.T) {
	c := newCorpus(t)
	box := func(d string) *compile.Plan {
		return &ask(c.specs, "enterprises").where(-1, "enterprises", "district", values(d)).rows(0).plan
	}
	for n, want := range map[int]bool{2: true, 501: false} {
		in := compile.Inputs{Snapshots: c.pins}
		for i := range n {
			f := box(fmt.Sprintf("nowhere %d", i)).Families(c.pins, nil)[0]
			in.Earlier = append(in.Earlier, compile.Earlier{Family: f, Released: [][]*string{{}}, Values: []string{"9"}})
		}
		table := c.evidence(box("D1"), in)
		require.Equal(t, !want, table.Linear[0].Unknown)
		require.Equal(t, want, disclosure.Judge(table, grade2).Cells[0][0].Released)
	}
}

// TestLeftOut: what an earlier answer withheld is found again by the scan, each cell and all of them together.
func TestLeftOut(t *testing.T) {
	c := newCorpus(t)
	s := &session{corpusWorld: c}
	require.Len(t, s.answer(ask(c.specs, "enterprises").by("enterprises", "industry", "", 0).sum(0, "enterprises", "registered_capital")), 4)
	table := s.evidence(&ask(c.specs, "enterprises").sum(0, "enterprises", "registered_capital").plan,
		compile.Inputs{Snapshots: c.pins, Earlier: s.earlier})
	require.Len(t, table.Linear, 1)
	sizes := map[disclosure.Role][]int64{}
	for _, v := range table.Linear[0].Vectors {
		n := int64(0)
		for _, a := range v.Atoms {
			n += table.Linear[0].Atoms[a].Entities[0]
		}
		sizes[v.Role] = append(sizes[v.Role], n)
	}
	require.Equal(t, map[disclosure.Role][]int64{disclosure.RoleEarlier: {60, 60, 59, 60}, disclosure.RoleWithheld: {60, 1},
		disclosure.RolePart: {61}, disclosure.RoleCell: {300}}, sizes)
}
