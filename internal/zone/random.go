package zone

import (
	"math/bits"
	"sort"
)

// stream separates the random sequences of one seed by what they are for.
type stream uint64

const (
	streamPerson stream = iota + 1
	streamEnterprise
	streamTax
	streamJob
	streamCourt
	streamLoan
	streamScatter
)

// random is a splitmix64 sequence. Every subject has its own, so tables are generated independently and still agree.
type random struct{ state uint64 }

func newRandom(seed uint64, s stream, i int) random {
	return random{state: mix(seed ^ mix(uint64(s)<<56^uint64(i)))}
}

func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	return mix(r.state)
}

// below returns a number in [0, n).
func (r *random) below(n int64) int64 {
	hi, _ := bits.Mul64(r.next(), uint64(n))
	return int64(hi)
}

// between returns a number in [low, high].
func (r *random) between(low, high int64) int64 { return low + r.below(high-low+1) }

// oneIn reports true once in n times.
func (r *random) oneIn(n int64) bool { return r.below(n) == 0 }

// skewed returns a number in [low, high] whose probability falls off: each halving of the rest is equally likely.
func (r *random) skewed(low, high int64) int64 {
	for r.next()&3 != 0 && high-low > 1 {
		high = low + (high-low)/2
	}
	return r.between(low, high)
}

// weights draws indexes in proportion to declared weights.
type weights struct{ cumulative []int64 }

func newWeights(w []int64) weights {
	c := make([]int64, len(w))
	var sum int64
	for i, x := range w {
		sum += x
		c[i] = sum
	}
	return weights{cumulative: c}
}

func (w weights) total() int64 { return w.cumulative[len(w.cumulative)-1] }

func (w weights) draw(r *random) int { return w.at(r.below(w.total())) }

// at is the index whose share of the total holds the point.
func (w weights) at(point int64) int {
	return sort.Search(len(w.cumulative), func(i int) bool { return w.cumulative[i] > point })
}

// scatter is a permutation of [0, n): distinct indexes get distinct, scattered places.
type scatter struct{ n, factor, offset uint64 }

func newScatter(seed uint64, what int, n int64) scatter {
	r := newRandom(seed, streamScatter, what)
	s := scatter{n: uint64(n), offset: uint64(r.below(n))}
	for s.factor = uint64(n)/2 + uint64(r.below(n/3)); gcd(s.factor, s.n) != 1; {
		s.factor++
	}
	return s
}

func (s scatter) place(i int) int64 {
	hi, lo := bits.Mul64(uint64(i), s.factor)
	_, rest := bits.Div64(hi, lo, s.n)
	return int64((rest + s.offset) % s.n)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
