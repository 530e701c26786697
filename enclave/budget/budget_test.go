package budget_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/budget"
	"yumen/enclave/noise"
)

// rules are the defaults of the design: 100 columns of σ = 10 in 30 days and 300 in a year at grade 2, and so on.
var rules = budget.Rules{
	{Grade: 2, Sigma: big.NewRat(10, 1), Month: 100, Year: 300, MoreMonth: 10, MoreYear: 20},
	{Grade: 3, Sigma: big.NewRat(20, 1), Month: 25, Year: 100, MoreMonth: 10, MoreYear: 20},
	{Grade: 4, Sigma: big.NewRat(40, 1), Month: 25, Year: 25},
}

var sigmas = map[int]int64{2: 10, 3: 20, 4: 40}

// columns are fresh columns at a grade: numbers are their meaning.
func columns(t testing.TB, grade int, from, n int) []budget.Column {
	t.Helper()
	scale, err := noise.NewScale(big.NewRat(sigmas[grade], 1), 1)
	require.NoError(t, err)
	var out []budget.Column
	for i := range n {
		var name noise.Name
		binary.BigEndian.PutUint64(name[:], uint64(from+i))
		name[31] = byte(grade)
		out = append(out, budget.Column{Names: []noise.Name{name}, Scale: scale, Units: 1, Touched: 1})
	}
	return out
}

func unknown(noise.Name) bool { return false }

func charging(t testing.TB, day, grade, from, n int) budget.Event {
	return budget.Event{Kind: budget.Charging, Day: day, Grade: grade, Columns: columns(t, grade, from, n), Known: unknown}
}

func apply(t testing.TB, a budget.Account, e budget.Event) budget.Account {
	t.Helper()
	after, _, err := a.Apply(rules, e)
	require.NoError(t, err)
	return after
}

// The edges of both windows, to the day: a charge counts on 30 days and on 365.
func TestWindowsEndOnTheirDay(t *testing.T) {
	for _, c := range []struct{ grade, month, year int }{{2, 100, 300}, {3, 25, 100}, {4, 25, 25}} {
		full := apply(t, budget.Account{}, charging(t, 1000, c.grade, 0, c.month))
		refused := func(a budget.Account, day, days, fits int) {
			_, _, err := a.Apply(rules, charging(t, day, c.grade, 9000, 1))
			var spent *budget.Exhausted
			require.True(t, errors.As(err, &spent), "grade %d, day %d: %v", c.grade, day, err)
			require.Equal(t, budget.Exhausted{Grade: c.grade, Days: days, Day: fits}, *spent)
		}
		first, window := 1030, budget.Month
		if c.grade == 4 {
			first = 1365 // both windows hold 25
		}
		refused(full, 1000, window, first)
		refused(full, 1029, window, first)
		if c.grade == 4 {
			refused(full, 1364, budget.Year, 1365)
			apply(t, full, charging(t, 1365, 4, 9000, 25))
			continue
		}
		a := full
		for i := 1; i*c.month < c.year; i++ {
			a = apply(t, a, charging(t, 1000+30*i, c.grade, 1000*i, c.month))
		}
		refused(a, 1000+30*(c.year/c.month), budget.Year, 1365)
		refused(a, 1364, budget.Year, 1365)
		a = apply(t, a, charging(t, 1365, c.grade, 9000, c.month))
		refused(a, 1365, budget.Month, 1395)
	}
}

// The past is not forgotten: what has left every window is in the bound of all time.
func TestTheTotalKeepsWhatWindowsForget(t *testing.T) {
	a := apply(t, budget.Account{}, charging(t, 0, 2, 0, 100))
	a = apply(t, a, charging(t, 5000, 2, 100, 100))
	require.Equal(t, big.NewRat(200, 99), a.Spent(2, 5000, 0).Loss)
	require.Equal(t, big.NewRat(100, 99), a.Spent(2, 5000, budget.Year).Loss)
}

// Grades nest: a charge at grade 3 counts at grade 2, one at grade 2 does not count at grade 3.
func TestGradesNest(t *testing.T) {
	a := apply(t, budget.Account{}, charging(t, 1, 3, 0, 25))
	require.Equal(t, big.NewRat(25, 399), a.Spent(2, 1, budget.Month).Loss)
	a = apply(t, a, charging(t, 1, 2, 100, 92))
	_, _, err := a.Apply(rules, charging(t, 1, 2, 300, 1))
	require.NoError(t, err, "25/399 is worth 6.2 columns of grade 2")
	_, _, err = a.Apply(rules, charging(t, 1, 2, 300, 2))
	var spent *budget.Exhausted
	require.True(t, errors.As(err, &spent))
	require.Equal(t, 2, spent.Grade)
	_, _, err = a.Apply(rules, charging(t, 1, 3, 300, 1))
	require.True(t, errors.As(err, &spent))
	require.Equal(t, 3, spent.Grade)

	full := apply(t, budget.Account{}, charging(t, 1, 2, 0, 100))
	_, _, err = full.Apply(rules, charging(t, 1, 3, 300, 1))
	require.True(t, errors.As(err, &spent))
	require.Equal(t, 2, spent.Grade, "a question of grade 3 also tells of grade 2")
	require.Zero(t, full.Spent(3, 1, 0).Loss.Sign())
}

// A cell that is known costs nothing, in the same question too; a column with one fresh cell costs all of it. Another snapshot, another dataset or
// another name for the account's holder are other cells, which cost: there is nothing that renews.
func TestKnownCellsCostNothing(t *testing.T) {
	known := map[noise.Name]bool{}
	ask := func(a budget.Account, day int, cs ...budget.Column) (budget.Account, budget.Outcome) {
		after, outcome, err := a.Apply(rules, budget.Event{Kind: budget.Charging, Day: day, Grade: 2, Columns: cs, Known: func(n noise.Name) bool { return known[n] }})
		require.NoError(t, err)
		for _, n := range outcome.Fresh {
			known[n] = true
		}
		return after, outcome
	}
	c := columns(t, 2, 0, 3)
	a, first := ask(budget.Account{}, 1, c[0], c[0])
	require.Equal(t, 1, first.Columns)
	require.Equal(t, big.NewRat(1, 99), first.Cost.Loss)
	again, second := ask(a, 400, c[0])
	require.Zero(t, second.Columns)
	require.Zero(t, second.Cost.Loss.Sign())
	require.Empty(t, second.Fresh)
	require.Equal(t, a, again)
	partly := c[1]
	partly.Names = append([]noise.Name{c[0].Names[0]}, partly.Names...)
	a, third := ask(a, 400, partly)
	require.Equal(t, 1, third.Columns)
	require.Equal(t, c[1].Names, third.Fresh)

	// The same words over another snapshot: other names.
	scale := c[0].Scale
	for _, snapshot := range []string{"s2", "s3"} {
		source, err := noise.New(noise.Secret{1}, []byte(snapshot))
		require.NoError(t, err)
		before := a.Spent(2, 400, 0).Loss
		var outcome budget.Outcome
		a, outcome = ask(a, 400, budget.Column{Names: []noise.Name{source.Name(scale, []byte("cell"))}, Scale: scale, Units: 1, Touched: 1})
		require.Equal(t, 1, outcome.Columns)
		require.Equal(t, new(big.Rat).Add(before, big.NewRat(1, 99)), a.Spent(2, 400, 0).Loss)
	}

	// A spent account still answers what it answered.
	full, _ := ask(budget.Account{}, 1, columns(t, 2, 500, 100)...)
	same, outcome := ask(full, 1, columns(t, 2, 500, 1)...)
	require.Zero(t, outcome.Columns)
	require.Equal(t, full, same)
}

func TestPricesOfColumns(t *testing.T) {
	c := columns(t, 2, 0, 1)[0]
	c.Units, c.Touched = 2, 7
	_, outcome, err := budget.Account{}.Apply(rules, budget.Event{Kind: budget.Charging, Grade: 2, Columns: []budget.Column{c}, Known: unknown})
	require.NoError(t, err)
	require.Equal(t, big.NewRat(2, 99), outcome.Cost.Loss)
	exact := new(big.Rat).Mul(c.Scale.Slack(), big.NewRat(7, 1))
	require.GreaterOrEqual(t, outcome.Cost.Slack.Cmp(exact), 0)
	require.Negative(t, new(big.Rat).Sub(outcome.Cost.Slack, exact).Cmp(new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 63))))
}

func toppingUp(day, grade, days int, columns int64) budget.Event {
	return budget.Event{Kind: budget.ToppingUp, Day: day, TopUp: budget.TopUp{Grade: grade, Days: days, Columns: columns, First: day}}
}

// A top-up adds to one window of one grade for as many days as the window has, and to no other; what it lets be spent stays spent.
func TestTopUps(t *testing.T) {
	a := apply(t, budget.Account{}, charging(t, 10, 2, 0, 100))
	a = apply(t, a, toppingUp(12, 2, budget.Month, 5))
	for day, most := range map[int]int{12: 5, 39: 5, 40: 105, 41: 105, 42: 100} { // the hundred leave the window on day 40, the top-up on day 42
		_, _, err := a.Apply(rules, charging(t, day, 2, 200, most))
		require.NoError(t, err, "day %d", day)
		_, _, err = a.Apply(rules, charging(t, day, 2, 200, most+1))
		require.Error(t, err, "day %d", day)
	}
	_, _, err := a.Apply(rules, charging(t, 12, 3, 200, 20))
	require.NoError(t, err, "a top-up of grade 2 leaves room for grade 3, whose own limit is not touched")
	a = apply(t, a, charging(t, 13, 2, 200, 5))
	require.Equal(t, big.NewRat(105, 99), a.Spent(2, 13, budget.Month).Loss)
	_, _, err = a.Apply(rules, charging(t, 42, 2, 300, 96))
	require.Error(t, err, "over, and five of it are in the window still")
	apply(t, a, charging(t, 42, 2, 300, 95))

	// A year's top-up is of use to the year alone, and lasts a year.
	y := budget.Account{}
	for i := range 3 {
		y = apply(t, y, charging(t, 10+i*30, 2, 1000*i, 100))
	}
	_, _, err = y.Apply(rules, charging(t, 110, 2, 9000, 1))
	require.Error(t, err, "the year is spent")
	y = apply(t, y, toppingUp(110, 2, budget.Year, 20))
	full := apply(t, y, charging(t, 110, 2, 9000, 20))
	_, _, err = full.Apply(rules, charging(t, 111, 2, 9100, 1))
	require.Error(t, err)
	require.EqualValues(t, 20, y.ToppedUp(2, 474, budget.Year))
	require.Zero(t, y.ToppedUp(2, 475, budget.Year))
	require.Zero(t, y.ToppedUp(2, 110, budget.Month))
}

// Top-ups of one window add up to no more than the limit says; a limit that is tightened later holds for what was given before.
func TestTopUpsAreBounded(t *testing.T) {
	a := apply(t, budget.Account{}, toppingUp(10, 2, budget.Month, 7))
	_, _, err := a.Apply(rules, toppingUp(20, 2, budget.Month, 4))
	require.ErrorIs(t, err, budget.ErrTopUp)
	a = apply(t, a, toppingUp(20, 2, budget.Month, 3))
	apply(t, a, toppingUp(40, 2, budget.Month, 7)) // the first is over
	_, _, err = a.Apply(rules, toppingUp(20, 4, budget.Month, 1))
	require.ErrorIs(t, err, budget.ErrTopUp, "grade 4 has none")
	tighter := slices.Clone(rules)
	for i := range tighter {
		tighter[i].MoreMonth = 2
	}
	_, _, err = a.Apply(tighter, charging(t, 21, 2, 0, 102))
	require.NoError(t, err)
	_, _, err = a.Apply(tighter, charging(t, 21, 2, 0, 103))
	require.Error(t, err)
}

func TestEventsThatNoAccountTakes(t *testing.T) {
	good := charging(t, 5, 2, 0, 1)
	spoil := func(f func(*budget.Event)) budget.Event {
		e := good
		e.Columns = append([]budget.Column(nil), good.Columns...)
		f(&e)
		return e
	}
	a := apply(t, budget.Account{}, good)
	for name, c := range map[string]struct {
		event budget.Event
		want  error
	}{
		"nothing":                         {budget.Event{}, budget.ErrEvent},
		"a refund":                        {spoil(func(e *budget.Event) { e.Kind = "refund" }), budget.ErrEvent},
		"no day":                          {spoil(func(e *budget.Event) { e.Day = -1 }), budget.ErrEvent},
		"end of days":                     {spoil(func(e *budget.Event) { e.Day = 1 << 30 }), budget.ErrEvent},
		"no columns":                      {spoil(func(e *budget.Event) { e.Columns = nil }), budget.ErrEvent},
		"no memory":                       {spoil(func(e *budget.Event) { e.Known = nil }), budget.ErrEvent},
		"no cells":                        {spoil(func(e *budget.Event) { e.Columns[0].Names = nil }), budget.ErrEvent},
		"no scale":                        {spoil(func(e *budget.Event) { e.Columns[0].Scale = noise.Scale{} }), budget.ErrEvent},
		"no units":                        {spoil(func(e *budget.Event) { e.Columns[0].Units = 0 }), budget.ErrEvent},
		"negative units":                  {spoil(func(e *budget.Event) { e.Columns[0].Units = -1 }), budget.ErrEvent},
		"nobody touched":                  {spoil(func(e *budget.Event) { e.Columns[0].Touched = 0 }), budget.ErrEvent},
		"no such grade":                   {spoil(func(e *budget.Event) { e.Grade = 1 }), budget.ErrLimit},
		"grade 5":                         {spoil(func(e *budget.Event) { e.Grade = 5 }), budget.ErrLimit},
		"top-up of nothing":               {toppingUp(6, 2, budget.Month, 0), budget.ErrEvent},
		"top-up that takes":               {toppingUp(6, 2, budget.Month, -9), budget.ErrEvent},
		"top-up of the past":              {toppingUp(4, 2, budget.Month, 9), budget.ErrEvent},
		"top-up of a window that is none": {toppingUp(6, 2, 31, 9), budget.ErrEvent},
		"top-up that is due later":        {budget.Event{Kind: budget.ToppingUp, Day: 6, TopUp: budget.TopUp{Grade: 2, Days: budget.Month, Columns: 9, First: 7}}, budget.ErrEvent},
		"top-up beyond the limit":         {toppingUp(6, 2, budget.Month, 11), budget.ErrTopUp},
		"top-up of a grade without limit": {toppingUp(6, 1, budget.Month, 9), budget.ErrLimit},
	} {
		after, outcome, err := a.Apply(rules, c.event)
		require.ErrorIs(t, err, c.want, name)
		require.Equal(t, a, after, name)
		require.Zero(t, outcome, name)
	}
	_, _, err := budget.Account{}.Apply(nil, good)
	require.ErrorIs(t, err, budget.ErrLimit)
	_, _, err = budget.Account{}.Apply(budget.Rules{{Grade: 2, Sigma: big.NewRat(1, 1), Month: 1, Year: 1}}, good)
	require.ErrorIs(t, err, noise.ErrScale)
}

// A clock that goes back does not age charges: its day is the last one that was seen.
func TestTimeDoesNotGoBack(t *testing.T) {
	a := apply(t, budget.Account{}, charging(t, 100, 2, 0, 100))
	_, _, err := a.Apply(rules, charging(t, 3, 2, 200, 1))
	require.Error(t, err)
	a = apply(t, a, charging(t, 130, 2, 200, 1))
	a = apply(t, a, charging(t, 3, 2, 300, 1))
	require.Equal(t, 130, a.Day())
	require.Equal(t, big.NewRat(2, 99), a.Spent(2, 159, budget.Month).Loss)
	require.Zero(t, a.Spent(2, 160, budget.Month).Loss.Sign())
}

// history is what a naive book-keeper writes down.
type history []struct {
	day, grade int
	loss       *big.Rat
}

func (h history) spent(grade, day, days int) *big.Rat {
	sum := new(big.Rat)
	for _, e := range h {
		if e.grade >= grade && (days == 0 || e.day > day-days) {
			sum.Add(sum, e.loss)
		}
	}
	return sum
}

// Random accounts, against the book-keeper: what is charged is what is counted, in every window; nothing that was counted leaves the total; a
// refused charge changes nothing; no window ever holds more than its limit; and the account survives being stored after every step.
func TestAccountsKeepBooks(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 12 {
		var a budget.Account
		var book history
		day, number := 0, 0
		for range 150 {
			day += random.IntN(9)
			grade := 2 + random.IntN(3)
			e := charging(t, day, grade, number, 1+random.IntN(30))
			number += len(e.Columns)
			for i := range e.Columns {
				e.Columns[i].Units = 1 + random.Int64N(2)
			}
			before := a
			after, outcome, err := a.Apply(rules, e)
			if err != nil {
				require.Equal(t, before, after)
			} else {
				book = append(book, struct {
					day, grade int
					loss       *big.Rat
				}{day, grade, outcome.Cost.Loss})
			}
			a = after
			for g := 2; g <= 4; g++ {
				require.Zero(t, book.spent(g, day, 0).Cmp(a.Spent(g, day, 0).Loss))
				require.GreaterOrEqual(t, a.Spent(g, day, 0).Loss.Cmp(before.Spent(g, day, 0).Loss), 0)
				for _, days := range []int{budget.Month, budget.Year} {
					require.Zero(t, book.spent(g, day, days).Cmp(a.Spent(g, day, days).Loss))
				}
			}
			for _, l := range rules {
				each, err := noise.Loss(l.Sigma)
				require.NoError(t, err)
				for days, columns := range map[int]int64{budget.Month: l.Month, budget.Year: l.Year} {
					most := new(big.Rat).Mul(each, big.NewRat(columns, 1))
					require.LessOrEqual(t, a.Spent(l.Grade, day, days).Loss.Cmp(most), 0)
				}
			}
			data, err := a.Encode()
			require.NoError(t, err)
			read, err := budget.Decode(data)
			require.NoError(t, err, string(data))
			again, err := read.Encode()
			require.NoError(t, err)
			require.Equal(t, string(data), string(again))
			a = read
		}
		require.Greater(t, len(book), 10)
		require.Less(t, len(book), 150)
	}
}

// The figures of the design, rounded up: 69 % and 81 % at grade 2, 55 % and 60 % at grade 3, 53 % at grade 4, and what the cut at four deviations adds.
func TestGuessOfTheDefaults(t *testing.T) {
	for _, c := range []struct {
		grade, columns int
		law, withTail  string
	}{
		{2, 100, "0.6923", "0.6975"}, {2, 300, "0.8080", "0.8233"}, {3, 25, "0.5498", "0.5512"}, {3, 100, "0.5988", "0.6045"}, {4, 25, "0.5249", "0.5264"},
	} {
		_, outcome, err := budget.Account{}.Apply(rules, charging(t, 0, c.grade, 0, 1))
		require.NoError(t, err)
		times := big.NewRat(int64(c.columns), 1)
		spent := budget.Spent{Loss: outcome.Cost.Loss.Mul(outcome.Cost.Loss, times), Slack: outcome.Cost.Slack.Mul(outcome.Cost.Slack, times)}
		bound, err := budget.Guess(budget.Spent{Loss: spent.Loss, Slack: new(big.Rat)})
		require.NoError(t, err)
		law := bound.FloatString(4)
		bound, err = budget.Guess(spent)
		require.NoError(t, err)
		require.Equal(t, [2]string{c.law, c.withTail}, [2]string{law, bound.FloatString(4)}, "%d columns at grade %d", c.columns, c.grade)
	}
	half, err := budget.Guess(budget.Spent{Loss: new(big.Rat), Slack: new(big.Rat)})
	require.NoError(t, err)
	require.GreaterOrEqual(t, half.Cmp(big.NewRat(1, 2)), 0)
	one, err := budget.Guess(budget.Spent{Loss: big.NewRat(1000, 1), Slack: big.NewRat(1, 2)})
	require.NoError(t, err)
	require.Equal(t, "1", one.RatString())
	_, err = budget.Guess(budget.Spent{Loss: big.NewRat(-1, 1), Slack: new(big.Rat)})
	require.Error(t, err)
}

func TestStanding(t *testing.T) {
	a := apply(t, budget.Account{}, charging(t, 10, 2, 0, 40))
	standing, err := a.Standing(rules, 39)
	require.NoError(t, err)
	require.Len(t, standing, 9)
	show := func(s budget.Standing) string {
		allowed := "–"
		if s.Allowed != nil {
			allowed = s.Allowed.RatString()
		}
		return fmt.Sprintf("%d/%d %s of %s", s.Grade, s.Days, s.Used.RatString(), allowed)
	}
	require.Equal(t, "2/30 40 of 100", show(standing[0]))
	require.Equal(t, "2/365 40 of 300", show(standing[1]))
	require.Equal(t, "2/0 40 of –", show(standing[2]))
	require.Equal(t, "3/30 0 of 25", show(standing[3]))
	standing, err = a.Standing(rules, 40)
	require.NoError(t, err)
	require.Equal(t, "2/30 0 of 100", show(standing[0]))
	require.Equal(t, "2/365 40 of 300", show(standing[1]))
}

// Bytes that Encode did not write are no account.
func TestDecodeRefuses(t *testing.T) {
	a := apply(t, budget.Account{}, charging(t, 10, 2, 0, 40))
	a = apply(t, a, toppingUp(11, 2, budget.Month, 5))
	good, err := a.Encode()
	require.NoError(t, err)
	_, err = budget.Decode(good)
	require.NoError(t, err)
	for i := range good {
		for _, b := range []byte{0, ' ', '9', '-', '"'} {
			bad := append([]byte(nil), good...)
			if bad[i] == b {
				continue
			}
			bad[i] = b
			if got, err := budget.Decode(bad); err == nil {
				again, err := got.Encode() // another amount or day, written as Encode writes it
				require.NoError(t, err)
				require.Equal(t, string(bad), string(again))
			}
		}
	}
	for _, bad := range []string{"", "{}", "null", "[]", string(good) + " ", string(good) + "{}", " " + string(good),
		`{"day":10,"charges":[{"day":10,"grade":2,"loss":"1/99","slack":"0"}],"total":[],"top_ups":[]}`,
		`{"day":10,"charges":[{"day":10,"grade":2,"loss":"2/99","slack":"0"}],"total":[{"day":0,"grade":2,"loss":"1/99","slack":"0"}],"top_ups":[]}`,
		`{"day":10,"charges":[{"day":11,"grade":2,"loss":"1/99","slack":"0"}],"total":[{"day":0,"grade":2,"loss":"1/99","slack":"0"}],"top_ups":[]}`,
		`{"day":10,"charges":[],"total":[{"day":0,"grade":2,"loss":"1e9","slack":"0"}],"top_ups":[]}`,
		`{"day":10,"charges":[],"total":[{"day":0,"grade":2,"loss":"-1/99","slack":"0"}],"top_ups":[]}`,
		`{"day":10,"charges":[],"total":[{"day":0,"grade":2,"loss":"2/198","slack":"0"}],"top_ups":[]}`,
	} {
		_, err := budget.Decode([]byte(bad))
		require.ErrorIs(t, err, budget.ErrStored, bad)
	}
}

func FuzzDecode(f *testing.F) {
	a := apply(f, budget.Account{}, charging(f, 10, 2, 0, 40))
	a = apply(f, a, charging(f, 12, 3, 100, 4))
	a = apply(f, a, toppingUp(13, 2, budget.Year, 5))
	good, err := a.Encode()
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(`{"day":0,"charges":[],"total":[],"top_ups":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := budget.Decode(data)
		if err != nil {
			require.ErrorIs(t, err, budget.ErrStored)
			return
		}
		again, err := a.Encode()
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))
		// Whatever was stored, a charge adds to the total or is refused.
		after, _, err := a.Apply(rules, charging(t, a.Day(), 2, 0, 1))
		before := a.Spent(2, a.Day(), 0).Loss
		if err != nil {
			require.Zero(t, before.Cmp(after.Spent(2, a.Day(), 0).Loss))
			return
		}
		require.Positive(t, after.Spent(2, a.Day(), 0).Loss.Cmp(before))
	})
}
