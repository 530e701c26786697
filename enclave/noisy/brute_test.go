package noisy_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/noisy"
)

// A tiny world: payments of persons at firms, each with a second firm, and persons of households. Everything that a question can do to it is computed
// by brute force, and so is what every change of one entity does to the answer.
type (
	payment struct{ person, firm, other, month, amount, mark int }
	person  struct{ person, household, district, rank int }
	world   struct {
		payments []payment
		persons  []person
	}
	// caps are declared and hold in every world: rows per key.
	caps struct{ person, firm, other, household int }
)

const (
	byPerson = iota
	byFirm
	byHousehold
	kinds
)

// question is a random question of the closed grammar: base, join, roll-up, box, keys, monomial, clip.
type question struct {
	join           bool // payments join persons, many to one
	left           bool
	second         bool // the second firm is a reference too, as in a self-join
	rollup         bool // by person, of the sum of amounts or of the count
	rollCount      bool
	months, marks  int // bit sets of the box
	districts      int // 0: no condition
	least          int // a roll-up's result is at least this
	key, key2      string
	monomial       []string
	clipped        int
	limit          noisy.Span
	amount, ranked noisy.Span // declared bounds of the columns
	rolled         noisy.Span
}

// row is one row of the base.
type row struct {
	keys   [kinds]int
	values map[string]int
}

func (q question) rows(w world) []row {
	of := map[int]person{}
	for _, p := range w.persons {
		of[p.person] = p
	}
	var out []row
	for _, p := range w.payments {
		r := row{keys: [kinds]int{p.person, p.firm, -1}, values: map[string]int{"month": p.month, "mark": p.mark, "amount": p.amount, "district": -1, "rank": 0}}
		if q.join {
			who, known := of[p.person]
			if !known && !q.left {
				continue
			}
			if known {
				r.keys[byHousehold], r.values["district"], r.values["rank"] = who.household, who.district, who.rank
			}
		}
		if q.admits(r) {
			out = append(out, r)
		}
	}
	return out
}

// admits is the box: one set of values for each column.
func (q question) admits(r row) bool {
	return q.months>>r.values["month"]&1 == 1 && q.marks>>r.values["mark"]&1 == 1 &&
		(q.districts == 0 || r.values["district"] >= 0 && q.districts>>r.values["district"]&1 == 1)
}

func clamp(x int, s noisy.Span) int { return int(min(max(int64(x), s.Low), s.High)) }

// roll makes one row of each person; what is constant for a person stays.
func (q question) roll(rows []row) []row {
	sums := map[int]int{}
	first := map[int]row{}
	var order []int
	for _, r := range rows {
		who := r.keys[byPerson]
		if _, seen := first[who]; !seen {
			order = append(order, who)
			first[who] = r
		}
		if q.rollCount {
			sums[who]++
		} else {
			sums[who] += r.values["amount"]
		}
	}
	var out []row
	for _, who := range order {
		r := row{keys: [kinds]int{who, -1, first[who].keys[byHousehold]}, values: map[string]int{
			"district": first[who].values["district"], "rank": first[who].values["rank"], "rolled": clamp(sums[who], q.rolled)}}
		if sums[who] >= q.least {
			out = append(out, r)
		}
	}
	return out
}

// answer is the vector of cells before noise.
func (q question) answer(w world) map[[2]int]int {
	rows := q.rows(w)
	if q.rollup {
		rows = q.roll(rows)
	}
	type part struct {
		cell   [2]int
		entity int
	}
	parts := map[part]int{}
	for _, r := range rows {
		if r.keys[q.clipped] < 0 {
			continue // rows that lack a key are in no cell
		}
		product := 1
		for _, name := range q.monomial {
			product *= r.values[name]
		}
		at := part{entity: r.keys[q.clipped]}
		for i, key := range []string{q.key, q.key2} {
			if key != "" {
				at.cell[i] = r.values[key]
			}
		}
		parts[at] += product
	}
	out := map[[2]int]int{}
	for p, sum := range parts {
		out[p.cell] += clamp(sum, q.limit)
	}
	return out
}

// shape is what the question declares, and nothing of the data.
func (q question) shape(c caps) noisy.Shape {
	s := noisy.Shape{Clipped: q.clipped, Limit: q.limit, Cells: 1}
	paths := []noisy.Path{{Rows: int64(c.person), Rolled: q.rollup}}
	firms := []noisy.Path{{Rows: int64(c.firm)}}
	if q.second {
		firms = append(firms, noisy.Path{Rows: int64(c.other)})
	}
	s.Types = []noisy.Type{{Name: "person", Paths: paths}, {Name: "firm", Paths: firms}}
	if q.join {
		s.Types = append(s.Types, noisy.Type{Name: "household", Paths: []noisy.Path{{Rows: int64(c.household), Joins: []int64{int64(c.person)}}}})
	}
	for _, name := range q.monomial {
		s.Monomial = append(s.Monomial, map[string]noisy.Span{"amount": q.amount, "rank": q.ranked, "rolled": q.rolled}[name])
	}
	domains := map[string]int64{"": 1, "month": 3, "mark": 2, "district": 4} // a district may be missing
	s.Cells = domains[q.key] * domains[q.key2]
	return s
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func randomQuestion(r *rand.Rand) question {
	q := question{join: r.IntN(2) == 0, left: r.IntN(2) == 0, rollup: r.IntN(3) == 0, rollCount: r.IntN(2) == 0, months: 7, marks: 3}
	q.second = !q.rollup && r.IntN(4) == 0
	if r.IntN(2) == 0 {
		q.months, q.marks = 1+r.IntN(7), 1+r.IntN(3)
	}
	if q.join && r.IntN(3) == 0 {
		q.districts = 1 + r.IntN(7)
	}
	q.amount = pick(r, noisy.Span{High: 1}, noisy.Span{High: 5}, noisy.Span{Low: -3, High: 4}, noisy.Span{Low: 2, High: 6}, noisy.Span{Low: -4, High: -1})
	q.ranked = pick(r, noisy.Span{High: 2}, noisy.Span{Low: -2, High: 2})
	q.rolled = pick(r, noisy.Span{High: 3}, noisy.Span{High: 12}, noisy.Span{Low: -5, High: 7})
	q.limit = pick(r, noisy.Span{High: 1}, noisy.Span{High: 2}, noisy.Span{High: 9}, noisy.Span{Low: -4, High: 6}, noisy.Span{Low: -30, High: 90})
	keys := []string{"", "", "month", "mark"}
	factors := [][]string{nil, nil, {"amount"}, {"amount", "amount"}}
	q.clipped = r.IntN(2)
	if q.rollup {
		keys, factors, q.clipped = []string{""}, [][]string{nil, {"rolled"}, {"rolled", "rolled"}}, byPerson
		q.least = pick(r, -100, -100, 1, 3)
	}
	if q.join {
		keys = append(keys, "district", "district")
		factors = append(factors, []string{"rank"})
		if !q.rollup {
			factors = append(factors, []string{"amount", "rank"})
			q.clipped = r.IntN(3)
		}
	}
	q.key = pick(r, keys...)
	if q.key == "month" && r.IntN(2) == 0 {
		q.key2 = "mark"
	}
	q.monomial = factors[r.IntN(len(factors))]
	return q
}

func within(r *rand.Rand, s noisy.Span) int {
	if r.IntN(2) == 0 {
		return int(pick(r, s.Low, s.High)) // the ends are where a price is met
	}
	return int(s.Low + r.Int64N(s.High-s.Low+1))
}

func randomPayment(r *rand.Rand, q question) payment {
	return payment{r.IntN(4), r.IntN(3), 3 + r.IntN(2), r.IntN(3), within(r, q.amount), r.IntN(2)}
}

func randomWorld(r *rand.Rand, q question, c caps) world {
	var w world
	for i := range 4 {
		if r.IntN(5) > 0 {
			w.persons = append(w.persons, person{i, r.IntN(3), r.IntN(3), within(r, q.ranked)})
		}
	}
	for range r.IntN(9) {
		w.payments = append(w.payments, randomPayment(r, q))
		if !c.hold(w) {
			w.payments = w.payments[:len(w.payments)-1]
		}
	}
	return w
}

// hold reports whether a world is one of those that the declaration allows. Second firms have numbers of their own, so both references of a firm
// are played by asking as either.
func (c caps) hold(w world) bool {
	var persons, firms, households [8]int
	for _, p := range w.payments {
		persons[p.person]++
		firms[p.firm]++
		firms[p.other]++
	}
	for _, p := range w.persons {
		households[p.household]++
	}
	for i := range persons {
		if persons[i] > c.person || i < 3 && firms[i] > c.firm || i >= 3 && firms[i] > c.other || households[i] > c.household {
			return false
		}
	}
	return true
}

// changed is the world after a change of one entity: taken away, or its rows redrawn, in what is no key (and not which group a row is in, when
// fixed), or altogether.
func (q question) changed(r *rand.Rand, w world, kind, entity int, how string) world {
	var out world
	fixed := func(name string) bool { return how == "fact" && (q.key == name || q.key2 == name) }
	for _, p := range w.payments {
		if mine := kind == byPerson && p.person == entity || kind == byFirm && (p.firm == entity || q.second && p.other == entity); mine {
			if how == "gone" {
				continue
			}
			fresh := randomPayment(r, q)
			p.amount = fresh.amount
			if kind == byPerson && how == "moved" {
				p.firm, p.other = fresh.firm, fresh.other
			}
			if !fixed("mark") {
				p.mark = fresh.mark
			}
			if !fixed("month") {
				p.month = fresh.month
			}
		}
		out.payments = append(out.payments, p)
	}
	for _, p := range w.persons {
		if mine := kind == byPerson && p.person == entity || kind == byHousehold && p.household == entity; mine {
			if how == "gone" {
				continue
			}
			p.rank = within(r, q.ranked)
			if !fixed("district") {
				p.district = r.IntN(3)
			}
		}
		out.persons = append(out.persons, p)
	}
	return out
}

func distance(a, b map[[2]int]int) (square, cells, farthest int64) {
	all := map[[2]int]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	for k := range all {
		d := int64(a[k] - b[k])
		square += d * d
		farthest = max(farthest, d, -d)
		if d != 0 {
			cells++
		}
	}
	return square, cells, farthest
}

// For random tiny worlds, questions and neighbours the cells before noise move by no more than what is charged: by the sensitivity when an entity comes,
// goes, or changes within its groups; by twice the units, those of a sensitive key, when its rows change groups as well. No single cell moves by more than the sensitivity.
func TestNoNeighbourMovesMoreThanThePrice(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	met := map[string]int{}
	const trials = 20_000
	for range trials {
		q := randomQuestion(random)
		c := caps{person: 1 + random.IntN(4), firm: 1 + random.IntN(6), other: 1 + random.IntN(5), household: 1 + random.IntN(3)}
		w := randomWorld(random, q, c)
		kind := random.IntN(kinds)
		if !q.join && kind == byHousehold {
			kind = byFirm
		}
		entity := random.IntN(5)
		how := pick(random, "gone", "fact", "moved")
		after := q.changed(random, w, kind, entity, how)
		if !c.hold(after) {
			continue
		}
		shape := q.shape(c)
		price, err := shape.Price()
		require.NoError(t, err)
		shape.SensitiveKey = true
		double, err := shape.Price()
		require.NoError(t, err)
		require.Equal(t, price.Sensitivity, double.Sensitivity)
		require.Equal(t, 2*price.Units, double.Units)
		square, cells, farthest := distance(q.answer(w), q.answer(after))
		require.LessOrEqual(t, farthest, price.Sensitivity, "%+v %+v %s of %d: one cell", q, c, how, kind)
		paid := price
		if how == "moved" {
			paid = double
		}
		charged := paid.Units * paid.Sensitivity * paid.Sensitivity
		require.LessOrEqual(t, square, charged, "%+v %+v %s of %d: %+v", q, c, how, kind, paid)
		require.LessOrEqual(t, cells, paid.Touched, "%+v %+v %s of %d: %+v", q, c, how, kind, paid)
		if square == charged {
			met[how]++
		}
	}
	for _, how := range []string{"gone", "fact"} {
		require.Greater(t, met[how], 10, "the price of %q is never met: is the test looking?", how)
	}
}

// One person moves from one value of a sensitive key to the other: two cells, two units, and no less.
func TestAMoveCostsTwoUnits(t *testing.T) {
	q := question{months: 7, marks: 3, key: "mark", limit: noisy.Span{High: 1}, clipped: byPerson}
	shape := q.shape(caps{person: 1, firm: 1})
	shape.SensitiveKey = true
	price, err := shape.Price()
	require.NoError(t, err)
	before, after := world{payments: []payment{{mark: 0}}}, world{payments: []payment{{mark: 1}}}
	square, cells, _ := distance(q.answer(before), q.answer(after))
	require.Equal(t, price, noisy.Price{Sensitivity: 1, Units: square, Touched: cells})
}

// A price that is one too low is found by the same search.
func TestTheSearchFindsAPriceThatIsTooLow(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	found := map[string]bool{}
	for range 20_000 {
		q := randomQuestion(random)
		c := caps{person: 1 + random.IntN(4), firm: 1 + random.IntN(6), other: 1 + random.IntN(5), household: 1 + random.IntN(3)}
		w := randomWorld(random, q, c)
		kind := random.IntN(kinds)
		after := q.changed(random, w, kind, random.IntN(5), pick(random, "gone", "fact"))
		square, _, _ := distance(q.answer(w), q.answer(after))
		for name, weaken := range map[string]func(*noisy.Shape){
			"largest type forgotten": func(s *noisy.Shape) { s.Types = s.Types[:1]; s.Clipped = 0 },
			"fan-out forgotten": func(s *noisy.Shape) {
				if kind == byHousehold && q.join && q.clipped != byFirm {
					s.Types = []noisy.Type{s.Types[byPerson], {Name: "household", Paths: []noisy.Path{{Rows: int64(c.household)}}}}
					s.Clipped = min(q.clipped, 1)
				}
			},
			"second path forgotten":   func(s *noisy.Shape) { s.Types[1].Paths = s.Types[1].Paths[:1] },
			"cells forgotten":         func(s *noisy.Shape) { s.Cells = 1 },
			"second factor forgotten": func(s *noisy.Shape) { s.Monomial = s.Monomial[:min(len(s.Monomial), 1)] },
			"limit of one":            func(s *noisy.Shape) { s.Limit = noisy.Span{High: 1} },
		} {
			shape := q.shape(c)
			weaken(&shape)
			price, err := shape.Price()
			require.NoError(t, err)
			if square > price.Units*price.Sensitivity*price.Sensitivity {
				found[name] = true
			}
		}
	}
	require.Len(t, found, 6, "%v", found)
}

func TestPrices(t *testing.T) {
	one := []noisy.Type{{Name: "person", Paths: []noisy.Path{{Rows: 12}}}}
	two := append(one, noisy.Type{Name: "firm", Paths: []noisy.Path{{Rows: 500}}})
	for name, c := range map[string]struct {
		shape noisy.Shape
		want  noisy.Price
	}{
		"persons":                            {noisy.Shape{Types: one, Limit: noisy.Span{High: 1}, Cells: 1}, noisy.Price{Sensitivity: 1, Units: 1, Touched: 1}},
		"persons by month":                   {noisy.Shape{Types: one, Limit: noisy.Span{High: 1}, Cells: 9}, noisy.Price{Sensitivity: 1, Units: 9, Touched: 9}},
		"persons by mark":                    {noisy.Shape{Types: one, Limit: noisy.Span{High: 1}, Cells: 2, SensitiveKey: true}, noisy.Price{Sensitivity: 1, Units: 4, Touched: 2}},
		"rows, all":                          {noisy.Shape{Types: one, Limit: noisy.Span{High: 12}, Cells: 9}, noisy.Price{Sensitivity: 12, Units: 1, Touched: 9}},
		"rows, clipped to 5":                 {noisy.Shape{Types: one, Limit: noisy.Span{High: 5}, Cells: 9}, noisy.Price{Sensitivity: 5, Units: 3, Touched: 9}}, // 25 + 25 + 4
		"persons beside firms":               {noisy.Shape{Types: two, Limit: noisy.Span{High: 1}, Cells: 1}, noisy.Price{Sensitivity: 500, Units: 1, Touched: 1}},
		"a sum, clamped":                     {noisy.Shape{Types: one, Monomial: []noisy.Span{{High: 1000}}, Limit: noisy.Span{High: 3000}, Cells: 1}, noisy.Price{Sensitivity: 3000, Units: 1, Touched: 1}},
		"a sum with signs, clamped":          {noisy.Shape{Types: one, Monomial: []noisy.Span{{Low: -10, High: 10}}, Limit: noisy.Span{Low: -30, High: 30}, Cells: 1}, noisy.Price{Sensitivity: 60, Units: 1, Touched: 1}},
		"a sum that its bounds hold":         {noisy.Shape{Types: one, Monomial: []noisy.Span{{High: 2}}, Limit: noisy.Span{High: 3000}, Cells: 1}, noisy.Price{Sensitivity: 24, Units: 1, Touched: 1}},
		"a product of negative and positive": {noisy.Shape{Types: one, Monomial: []noisy.Span{{Low: -3, High: 2}, {Low: 4, High: 5}}, Limit: noisy.Span{Low: -999, High: 999}, Cells: 1}, noisy.Price{Sensitivity: 300, Units: 1, Touched: 1}},
	} {
		got, err := c.shape.Price()
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
}

func TestShapesThatHaveNoPrice(t *testing.T) {
	one := []noisy.Type{{Name: "person", Paths: []noisy.Path{{Rows: 1}}}}
	for name, c := range map[string]struct {
		shape noisy.Shape
		want  error
	}{
		"nothing":                 {noisy.Shape{}, noisy.ErrShape},
		"no cells":                {noisy.Shape{Types: one, Limit: noisy.Span{High: 1}}, noisy.ErrShape},
		"clip of nobody":          {noisy.Shape{Types: one, Clipped: 1, Limit: noisy.Span{High: 1}, Cells: 1}, noisy.ErrShape},
		"no limit":                {noisy.Shape{Types: one, Cells: 1}, noisy.ErrShape},
		"limit reversed":          {noisy.Shape{Types: one, Limit: noisy.Span{Low: 2, High: 1}, Cells: 1}, noisy.ErrShape},
		"three factors":           {noisy.Shape{Types: one, Monomial: make([]noisy.Span, 3), Limit: noisy.Span{High: 1}, Cells: 1}, noisy.ErrShape},
		"constant":                {noisy.Shape{Types: one, Monomial: []noisy.Span{{}}, Limit: noisy.Span{High: 1}, Cells: 1}, noisy.ErrShape},
		"undeclared":              {noisy.Shape{Types: []noisy.Type{{Paths: []noisy.Path{{}}}}, Limit: noisy.Span{High: 1}, Cells: 1}, noisy.ErrUnbounded},
		"no path":                 {noisy.Shape{Types: []noisy.Type{{}}, Limit: noisy.Span{High: 1}, Cells: 1}, noisy.ErrUnbounded},
		"join undeclared":         {noisy.Shape{Types: []noisy.Type{{Paths: []noisy.Path{{Rows: 1, Joins: []int64{0}}}}}, Limit: noisy.Span{High: 1}, Cells: 1}, noisy.ErrUnbounded},
		"a hidden one below zero": {noisy.Shape{Types: []noisy.Type{{Paths: []noisy.Path{{Rows: 5}, {Rows: -3}}}}, Limit: noisy.Span{High: 1}, Cells: 1}, noisy.ErrUnbounded},
		"two that overflow":       {noisy.Shape{Types: []noisy.Type{{Paths: []noisy.Path{{Rows: 1 << 62, Joins: []int64{1 << 62, 1 << 62}}}}}, Limit: noisy.Span{High: 1 << 62}, Cells: 1 << 62}, errScale},
	} {
		_, err := c.shape.Price()
		require.ErrorIs(t, err, c.want, name)
	}
	_, err := noisy.Price{Sensitivity: 1}.Scale(big.NewRat(1, 1))
	require.ErrorIs(t, err, errScale)
	scale, err := noisy.Price{Sensitivity: 12}.Scale(big.NewRat(10, 1))
	require.NoError(t, err)
	require.Equal(t, "120", scale.Deviation().RatString())
}
