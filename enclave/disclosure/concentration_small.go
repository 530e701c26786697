package disclosure

import (
	"math/big"
	"math/bits"
)

// small holds a concentration in whole units of one denominator, where the figures are no larger than that products of a hundred fit: the
// rules are decided thousands of times for one answer. Everything else is decided on the exact fractions.
type small struct{ top1, top2, total int64 }

// room bounds the figures: a hundred times their sum is still an int64.
const room = 1 << 54

// small reduces the figures, if they fit.
func (c Concentration) small() (small, bool) {
	d := int64(1)
	for _, x := range [...]*big.Rat{c.Top1, c.Top2, c.Total} {
		if x == nil || !x.Num().IsInt64() || !x.IsInt() && !x.Denom().IsInt64() {
			return small{}, false
		}
		d = max(d, denominator(x))
	}
	units := func(x *big.Rat) int64 {
		n, of := x.Num().Int64(), denominator(x)
		if n < 0 || d%of != 0 {
			return -1
		}
		hi, lo := bits.Mul64(uint64(n), uint64(d/of))
		if hi != 0 || lo > room {
			return -1
		}
		return int64(lo)
	}
	s := small{units(c.Top1), units(c.Top2), units(c.Total)}
	return s, s.top1 >= 0 && s.top2 >= 0 && s.total >= 0
}

// denominator is that of a fraction whose denominator fits.
func denominator(x *big.Rat) int64 {
	if x.IsInt() {
		return 1
	}
	return x.Denom().Int64()
}

func (s small) rest() int64 { return s.total - s.top1 - s.top2 }

// consistent is Concentration.Consistent.
func (s small) consistent(entities int64) bool {
	if entities < 0 || s.top2 > s.top1 || s.rest() < 0 {
		return false
	}
	hi, lo := bits.Mul64(uint64(s.top2), uint64(max(0, entities-2)))
	return hi > 0 || uint64(s.rest()) <= lo
}

// alike is Concentration.Alike, of entities whose number is not negative.
func (s small) alike(entities int64) bool {
	hi, lo := bits.Mul64(uint64(s.top1), uint64(entities))
	return hi == 0 && lo == uint64(s.total)
}

// dominated is Rules.dominated.
func (s small) dominated(r Rules) bool {
	for _, d := range r.Dominance {
		top := s.top1
		if d.N != 1 {
			top += s.top2
		}
		if s.total != 0 && (top*100 > s.total*d.Percent || top*100 == s.total*d.Percent && !d.Above) {
			return true
		}
	}
	return s.rest()*100 < s.top1*r.P
}
