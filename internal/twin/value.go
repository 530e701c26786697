package twin

import (
	"fmt"
	"math/big"
	"time"

	"yumen/catalog"
)

// ordinary is how the values of a dimension or a measure are drawn.
func (m *maker) ordinary(c *column) (func(n uint64) string, error) {
	if len(c.Domain) > 0 {
		return func(n uint64) string { return string(c.Domain[n%uint64(len(c.Domain))]) }, nil
	}
	switch c.typ.Name {
	case catalog.TypeBoolean:
		return func(n uint64) string { return []string{"false", "true"}[n%2] }, nil
	case catalog.TypeDate:
		return dates(c)
	case catalog.TypeVarchar:
		return words(c), nil
	}
	return numbers(c)
}

func dates(c *column) (func(n uint64) string, error) {
	low, high := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 12, 31, 0, 0, 0, 0, time.UTC)
	if len(c.Bounds) == 2 {
		var err1, err2 error
		low, err1 = time.Parse(time.DateOnly, string(c.Bounds[0]))
		high, err2 = time.Parse(time.DateOnly, string(c.Bounds[1]))
		if err1 != nil || err2 != nil || high.Before(low) {
			return nil, errBounds
		}
	}
	days := uint64(high.Sub(low)/(24*time.Hour)) + 1
	return func(n uint64) string { return low.AddDate(0, 0, int(n%days)).Format(time.DateOnly) }, nil
}

// ordinaryWords is how many values a text without a domain has.
const ordinaryWords = 12

// words are texts: of a column that is grouped by prefixes, letters alone and longer than the longest prefix.
func words(c *column) func(n uint64) string {
	length := 0
	for _, text := range c.Generalise {
		if g, err := catalog.ParseGeneraliser(text); err == nil && g.Name == catalog.GeneralisePrefix {
			length = max(length, int(g.N)+1)
		}
	}
	if length == 0 {
		most := uint64(ordinaryWords)
		if c.MaxValues > 0 {
			most = min(most, uint64(c.MaxValues))
		}
		return func(n uint64) string { return fmt.Sprintf("value %d", n%most+1) }
	}
	return func(n uint64) string {
		if c.MaxValues > 0 {
			n %= uint64(c.MaxValues)
		}
		out := make([]byte, length)
		for i := range out {
			out[i] = byte('a' + n%4)
			n /= 4
		}
		return string(out)
	}
}

// numbers are between the bounds, or small.
func numbers(c *column) (func(n uint64) string, error) {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(c.typ.Scale)), nil)
	low, high := new(big.Int), new(big.Int).Mul(big.NewInt(1000), unit)
	if c.typ.Name == catalog.TypeDecimal {
		most := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(c.typ.Precision)), nil)
		if high.Cmp(most) >= 0 {
			high = most.Sub(most, big.NewInt(1))
		}
	}
	if len(c.Bounds) == 2 {
		a, ok1 := new(big.Rat).SetString(string(c.Bounds[0]))
		b, ok2 := new(big.Rat).SetString(string(c.Bounds[1]))
		if !ok1 || !ok2 || b.Cmp(a) < 0 {
			return nil, errBounds
		}
		low, high = steps(a, unit), steps(b, unit)
	}
	width := new(big.Int).Sub(high, low)
	width.Add(width, big.NewInt(1))
	return func(n uint64) string {
		at := new(big.Int).SetUint64(n)
		if width.BitLen() > 60 { // wider than what is drawn: spread over it
			at.Mul(at, width).Rsh(at, 64)
		}
		return decimal(at.Mod(at, width).Add(at, low), c.typ.Scale)
	}, nil
}

// steps is a number in smallest steps of its type, rounded toward zero.
func steps(r *big.Rat, unit *big.Int) *big.Int {
	n := new(big.Int).Mul(r.Num(), unit)
	return n.Quo(n, r.Denom())
}

func decimal(n *big.Int, scale int) string {
	return new(big.Rat).SetFrac(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)).FloatString(scale)
}
