package budget

import (
	"fmt"
	"math/big"
	"sort"

	"yumen/enclave/noise"
)

// Column is one released aggregate column as it is charged: a deciding count is one, shown or not.
type Column struct {
	// Names are the canonical cells of the column: equal names are equal noise.
	Names []noise.Name
	// Scale is that of its noise.
	Scale noise.Scale
	// Units are 1, or 2 when a key is sensitive.
	Units int64
	// Touched is how many cells one entity may change.
	Touched int64
}

// price is what a column costs. The slack of a scale takes a while to bound, so it is found once.
func (c Column) price(slacks map[noise.Scale]*big.Rat) (Spent, error) {
	if len(c.Names) == 0 || !c.Scale.Valid() || c.Units < 1 || c.Touched < 1 {
		return Spent{}, ErrEvent
	}
	loss, err := noise.Loss(c.Scale.Sigma())
	if err != nil {
		return Spent{}, fmt.Errorf("budget: price: %w", err)
	}
	if slacks[c.Scale] == nil {
		slacks[c.Scale] = c.Scale.Slack()
	}
	slack := new(big.Rat).Mul(slacks[c.Scale], new(big.Rat).SetInt64(c.Touched))
	return Spent{loss.Mul(loss, new(big.Rat).SetInt64(c.Units)), roundUp(slack)}, nil
}

// roundUp is the next multiple of 2^-64, so that sums keep small denominators.
func roundUp(x *big.Rat) *big.Rat {
	scaled := new(big.Int).Lsh(x.Num(), 64)
	q, m := scaled.DivMod(scaled, x.Denom(), new(big.Int))
	if m.Sign() != 0 {
		q.Add(q, big.NewInt(1))
	}
	return new(big.Rat).SetFrac(q, new(big.Int).Lsh(big.NewInt(1), 64))
}

// Kind is what an event does.
type Kind string

// The events of an account. There is none that gives back.
const (
	Charging  Kind = "charge"
	ToppingUp Kind = "top-up"
)

// Event is one step of an account.
type Event struct {
	Kind    Kind
	Day     int // a day's number; one before the last event's is taken for that one
	Grade   int
	Columns []Column
	// Known reports whether a cell was charged to this account before. Cells of one snapshot stay known as long as it can be asked.
	Known func(noise.Name) bool
	// TopUp begins on the day of its event.
	TopUp TopUp
}

// Outcome is what an event came to.
type Outcome struct {
	Cost Spent
	// Columns is how many columns were charged: the others hold known cells alone.
	Columns int
	// Fresh are the cells that are known from now on; the caller keeps them in the same transaction.
	Fresh []noise.Name
}

// transitions is the whole machine: what each event does to an account, or why it does not.
var transitions = map[Kind]func(Account, Rules, Event) (Account, Outcome, error){
	Charging:  charge,
	ToppingUp: topUp,
}

// Apply is the account after an event. On an error the account is as it was, and nothing may be answered. Applying an event and dropping the
// result says what a question would cost.
func (a Account) Apply(rules Rules, e Event) (Account, Outcome, error) {
	step, ok := transitions[e.Kind]
	if !ok || e.Day < 0 || e.Day > lastDay {
		return a, Outcome{}, ErrEvent
	}
	e.Day = max(e.Day, a.day)
	after, outcome, err := step(a, rules, e)
	if err != nil {
		return a, Outcome{}, err
	}
	return after, outcome, nil
}

// Exhausted is the error of a charge that does not fit.
type Exhausted struct {
	Grade int // whose limit
	Days  int // of which window
	// Day is the first day on which the same charge would fit without any top-up; 0 if it never does.
	Day int
}

// Error implements error.
func (e *Exhausted) Error() string {
	return fmt.Sprintf("budget: grade %d, window of %d days is spent", e.Grade, e.Days)
}

func charge(a Account, rules Rules, e Event) (Account, Outcome, error) {
	if len(e.Columns) == 0 || e.Known == nil {
		return a, Outcome{}, ErrEvent
	}
	if _, _, err := rules.limit(e.Grade); err != nil {
		return a, Outcome{}, err
	}
	out, err := cost(e)
	if err != nil {
		return a, Outcome{}, err
	}
	if out.Columns == 0 {
		return a, out, nil // what was answered is answered again, whatever is left
	}
	if short, err := a.short(rules, e.Grade, e.Day, out.Cost); err != nil || short != nil {
		if err == nil {
			short.Day = a.fits(rules, e, out.Cost)
			err = short
		}
		return a, Outcome{}, err
	}
	after := a.with(Charge{e.Day, e.Grade, out.Cost})
	if total := after.total[e.Grade]; tooLong(total.Loss) || tooLong(total.Slack) {
		return a, Outcome{}, ErrLimit // sigmas of many denominators: no account holds their sum
	}
	return after, out, nil
}

// cost of a question: of its columns that hold a cell that is not known.
func cost(e Event) (Outcome, error) {
	out := Outcome{Cost: nothing()}
	most := 0
	for _, c := range e.Columns {
		most += len(c.Names)
	}
	fresh := make(map[noise.Name]struct{}, most)
	slacks := map[noise.Scale]*big.Rat{}
	for _, c := range e.Columns {
		price, err := c.price(slacks)
		if err != nil {
			return Outcome{}, err
		}
		paid := true
		for _, name := range c.Names {
			if e.Known(name) {
				continue
			}
			before := len(fresh)
			if fresh[name] = struct{}{}; len(fresh) > before {
				paid, out.Fresh = false, append(out.Fresh, name)
			}
		}
		if !paid {
			out.Cost, out.Columns = out.Cost.plus(price), out.Columns+1
		}
	}
	return out, nil
}

// short says which limit a cost would break on a day, if any: of its grade and of every lower one that is declared.
func (a Account) short(rules Rules, grade, day int, cost Spent) (*Exhausted, error) {
	for g := grade; g >= lowest; g-- {
		l, each, err := rules.limit(g)
		if err != nil {
			if g == grade {
				return nil, err
			}
			continue
		}
		for _, days := range []int{Month, Year} {
			if a.Spent(g, day, days).plus(cost).Loss.Cmp(a.allowed(l, each, day, days)) > 0 {
				return &Exhausted{Grade: g, Days: days}, nil
			}
		}
	}
	return nil, nil
}

// fits is the first later day on which a cost would fit without top-ups. Charges only leave the windows, so a search by halves finds it.
func (a Account) fits(rules Rules, e Event, cost Spent) int {
	a.topUps = nil
	after := 1 + sort.Search(Year, func(i int) bool {
		short, err := a.short(rules, e.Grade, e.Day+1+i, cost)
		return err == nil && short == nil
	})
	if after > Year {
		return 0
	}
	return e.Day + after
}

func topUp(a Account, rules Rules, e Event) (Account, Outcome, error) {
	t := e.TopUp
	l, _, err := rules.limit(t.Grade)
	if err != nil {
		return a, Outcome{}, err
	}
	if !t.valid() || t.First != e.Day {
		return a, Outcome{}, ErrEvent
	}
	if _, more := l.window(t.Days); a.ToppedUp(t.Grade, e.Day, t.Days)+t.Columns > more {
		return a, Outcome{}, ErrTopUp
	}
	out := a.aged(e.Day)
	if len(out.topUps) == mostTopUps {
		return a, Outcome{}, ErrEvent
	}
	out.topUps = append(out.topUps, t)
	return out, Outcome{Cost: nothing()}, nil
}

func (t TopUp) valid() bool {
	return t.Grade >= lowest && t.Grade <= highest && (t.Days == Month || t.Days == Year) && t.Columns > 0 && t.Columns <= mostColumns && t.First >= 0 && t.First <= lastDay
}
