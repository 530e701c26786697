package budget

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"yumen/enclave/noise"
)

// Month and Year are the windows of a limit, in days. A charge of day d counts on the days d to d+Month−1, and d to d+Year−1.
const (
	Month = 30
	Year  = 365
)

// Grades that an account knows. A question has the highest grade of the columns it touches.
const (
	lowest  = 1
	highest = 4
)

// Errors of an event that no account takes.
var (
	ErrEvent = errors.New("budget: an event names its kind, a day, and columns or a top-up")
	ErrLimit = errors.New("budget: no limit is declared for this grade")
	// ErrTopUp says that top-ups would add more to a window than the limit allows.
	ErrTopUp = errors.New("budget: top-ups add no more than the limit says")
)

// Limit is what a group may spend on one grade: columns of that grade's σ.
type Limit struct {
	Grade       int
	Sigma       *big.Rat
	Month, Year int64
	// MoreMonth and MoreYear are the most that top-ups add to a window.
	MoreMonth, MoreYear int64
}

// window is the limit of one window, and the most that top-ups add to it.
func (l Limit) window(days int) (columns, more int64) {
	if days == Year {
		return l.Year, l.MoreYear
	}
	return l.Month, l.MoreMonth
}

// Rules are the limits, one a grade. They nest: a charge counts for its own grade and for every lower one, for what is secret at grade 2 may be
// in a question of grade 3 as well, and not the other way round.
type Rules []Limit

// limit of a grade, and what one of its columns costs.
func (r Rules) limit(grade int) (Limit, *big.Rat, error) {
	i := slices.IndexFunc(r, func(l Limit) bool { return l.Grade == grade })
	if i < 0 || grade < lowest || grade > highest || min(r[i].Month, r[i].Year, r[i].MoreMonth, r[i].MoreYear) < 0 {
		return Limit{}, nil, ErrLimit
	}
	loss, err := noise.Loss(r[i].Sigma)
	if err != nil {
		return Limit{}, nil, fmt.Errorf("budget: %w", err)
	}
	return r[i], loss, nil
}

// Spent is an amount of privacy: Loss is a sum of squared parameters μ², Slack what cut tails and the lattice add to a guess.
type Spent struct{ Loss, Slack *big.Rat }

func nothing() Spent { return Spent{new(big.Rat), new(big.Rat)} }

func (s Spent) plus(o Spent) Spent {
	return Spent{new(big.Rat).Add(s.Loss, o.Loss), new(big.Rat).Add(s.Slack, o.Slack)}
}

// Charge is what was spent on one grade on one day.
type Charge struct {
	Day   int
	Grade int
	Spent
}

// TopUp adds columns to one window of one grade, for as many days as the window has.
type TopUp struct {
	Grade   int
	Days    int // of the window: Month or Year
	Columns int64
	First   int // the first day on which it counts
}

// Last is the last day on which it counts.
func (t TopUp) Last() int { return t.First + t.Days - 1 }

// Account is what one legal group has spent on one entity type. Its zero value is a new account. It is a value: an event makes a new one.
type Account struct {
	day     int           // of the last event: days before it are over
	charges []Charge      // of the last Year days, by day and grade
	total   map[int]Spent // of all time, by grade
	topUps  []TopUp       // those that may still count
}

// Day is the day of the last event.
func (a Account) Day() int { return a.day }

// Spent is what was spent on a grade and those above it in the days that end with a day; 0 days are all time.
func (a Account) Spent(grade, day, days int) Spent {
	sum := nothing()
	if days == 0 {
		for g, s := range a.total {
			if g >= grade {
				sum = sum.plus(s)
			}
		}
		return sum
	}
	for _, c := range a.charges {
		if c.Grade >= grade && day-c.Day < days {
			sum = sum.plus(c.Spent)
		}
	}
	return sum
}

// allowed is what a grade may have spent in a window that ends with a day.
func (a Account) allowed(l Limit, each *big.Rat, day, days int) *big.Rat {
	columns, more := l.window(days)
	columns += min(more, a.ToppedUp(l.Grade, day, days)) // a limit that was tightened meanwhile holds
	return new(big.Rat).Mul(each, new(big.Rat).SetInt64(columns))
}

// ToppedUp is what top-ups add to a window of a grade on a day.
func (a Account) ToppedUp(grade, day, days int) int64 {
	var sum int64
	for _, t := range a.topUps {
		if t.Grade == grade && t.Days == days && t.First <= day && day <= t.Last() {
			sum += t.Columns
		}
	}
	return sum
}

// aged is the account on a day: what is older than a year is in the total alone, and top-ups that are over are gone.
func (a Account) aged(day int) Account {
	out := Account{day: day, total: map[int]Spent{}}
	for g, s := range a.total {
		out.total[g] = s
	}
	for _, c := range a.charges {
		if day-c.Day < Year {
			out.charges = append(out.charges, c)
		}
	}
	for _, t := range a.topUps {
		if t.Last() >= day {
			out.topUps = append(out.topUps, t)
		}
	}
	return out
}

// with is the account after a charge.
func (a Account) with(c Charge) Account {
	out := a.aged(c.Day)
	if before, ok := out.total[c.Grade]; ok {
		out.total[c.Grade] = before.plus(c.Spent)
	} else {
		out.total[c.Grade] = c.Spent
	}
	same := func(old Charge) bool { return old.Day == c.Day && old.Grade == c.Grade }
	if i := slices.IndexFunc(out.charges, same); i >= 0 {
		out.charges[i].Spent = out.charges[i].plus(c.Spent)
		return out
	}
	out.charges = append(out.charges, c)
	slices.SortFunc(out.charges, func(x, y Charge) int { return (x.Day-y.Day)*(highest+1) + x.Grade - y.Grade })
	return out
}
