package catalog

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"time"
)

// ErrGrid says that a text names no grid, or none of the column's type.
var ErrGrid = errors.New(`not a grid of the type: use "1-2-5" or "step(n)" for numbers; year, quarter, month or decade for dates`)

// Grid is the set of edges at which conditions on a column may begin and end. Edges cut the values into half-open cells
// [edge, next edge); zero is always a cell of its own, so the value just above zero is an edge too.
//
//	1-2-5      0 and ±1, ±2, ±5 times every power of ten down to the type's smallest step
//	step(n)    the multiples of n, and the smallest step above zero
//	year, quarter, month, decade   the first days of those periods
type Grid struct {
	typ    Type
	text   string
	step   *big.Int // of step(n), in smallest steps of the type
	period GeneraliserName
}

var stepGrid = regexp.MustCompile(`^step\(([0-9]+(?:\.[0-9]+)?)\)$`)

// ParseGrid reads a grid declared for a column of type t.
func ParseGrid(text string, t Type) (Grid, error) {
	g := Grid{typ: t, text: text}
	switch p := GeneraliserName(text); p {
	case GeneraliseYear, GeneraliseQuarter, GeneraliseMonth, GeneraliseDecade:
		g.period = p
		if t.Name != TypeDate {
			return Grid{}, ErrGrid
		}
		return g, nil
	}
	if !t.Numeric() {
		return Grid{}, ErrGrid
	}
	if text == "1-2-5" {
		return g, nil
	}
	m := stepGrid.FindStringSubmatch(text)
	if m == nil {
		return Grid{}, ErrGrid
	}
	n, err := t.scaled(m[1])
	if err != nil || n.Sign() <= 0 {
		return Grid{}, ErrGrid
	}
	g.step = n
	return g, nil
}

// String is the declared spelling.
func (g Grid) String() string { return g.text }

// Contains reports whether the value is an edge of the grid. A text that is no value of the column's type is none.
func (g Grid) Contains(text string) bool {
	if g.period != "" {
		d, err := parseDate(text)
		return err == nil && g.floorDate(d).Equal(d)
	}
	n, err := g.typ.scaled(text)
	return err == nil && g.has(n)
}

// Around returns the nearest edges at or below and at or above a value, to say in a refusal what is allowed instead.
// An edge that the type cannot hold is empty.
func (g Grid) Around(text string) (below, above string, err error) {
	if g.period != "" {
		d, err := parseDate(text)
		if err != nil {
			return "", "", fmt.Errorf("%w %s", ErrValue, g.typ)
		}
		lo := g.floorDate(d)
		hi := lo
		if !lo.Equal(d) {
			hi = g.nextDate(lo)
		}
		return dateText(lo), dateText(hi), nil
	}
	n, err := g.typ.scaled(text)
	if err != nil {
		return "", "", err
	}
	lo, hi := g.aroundNumber(n)
	return g.edgeText(lo), g.edgeText(hi), nil
}

func (g Grid) edgeText(n *big.Int) string {
	text := g.typ.fromScaled(n)
	if _, err := g.typ.scaled(text); err != nil {
		return ""
	}
	return text
}

func dateText(d time.Time) string {
	if d.Year() < 1 || d.Year() > 9999 {
		return ""
	}
	return d.Format(isoDate)
}

// has reports whether n smallest steps are an edge.
func (g Grid) has(n *big.Int) bool {
	if n.Sign() == 0 || n.IsInt64() && n.Int64() == 1 {
		return true
	}
	if g.step != nil {
		return new(big.Int).Rem(n, g.step).Sign() == 0
	}
	lo, _ := around125(new(big.Int).Abs(n))
	return lo.CmpAbs(n) == 0
}

func (g Grid) aroundNumber(n *big.Int) (lo, hi *big.Int) {
	if g.has(n) {
		return n, n
	}
	if g.step == nil {
		lo, hi = around125(new(big.Int).Abs(n))
		if n.Sign() < 0 {
			return hi.Neg(hi), lo.Neg(lo)
		}
		return lo, hi
	}
	q, r := new(big.Int), new(big.Int)
	q.DivMod(n, g.step, r) // Euclidean: floor for a positive step
	lo = q.Mul(q, g.step)
	hi = new(big.Int).Add(lo, g.step)
	if lo.Sign() == 0 {
		lo = big.NewInt(1) // n is above the cell of zero
	}
	return lo, hi
}

// around125 returns the edges of 1-2-5 around a positive number: the largest at or below it and the smallest at or above it.
func around125(n *big.Int) (lo, hi *big.Int) {
	power := pow10(len(n.String()) - 1)
	lo = new(big.Int).Set(power)
	for _, f := range []int64{2, 5, 10} {
		hi = new(big.Int).Mul(power, big.NewInt(f))
		if hi.Cmp(n) > 0 {
			break
		}
		lo = hi
	}
	if lo.Cmp(n) == 0 {
		hi = new(big.Int).Set(lo)
	}
	return lo, hi
}

func (g Grid) floorDate(d time.Time) time.Time {
	y, m := d.Year(), d.Month()
	switch g.period {
	case GeneraliseDecade:
		y, m = y-y%10, time.January
	case GeneraliseYear:
		m = time.January
	case GeneraliseQuarter:
		m -= (m - 1) % 3
	}
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}

func (g Grid) nextDate(edge time.Time) time.Time {
	switch g.period {
	case GeneraliseDecade:
		return edge.AddDate(10, 0, 0)
	case GeneraliseYear:
		return edge.AddDate(1, 0, 0)
	case GeneraliseQuarter:
		return edge.AddDate(0, 3, 0)
	}
	return edge.AddDate(0, 1, 0)
}
