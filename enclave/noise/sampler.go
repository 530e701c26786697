package noise

import "math/bits"

// sample is one discrete Gaussian of the scale's deviation, cut at Cut: algorithm 3 of Canonne, Kamath and Steinke over the Laplace of algorithm 2 over the
// coins of algorithm 1. Every coin is decided by comparing the stream with the binary expansion of its probability, so the law is exact. A
// proposal beyond the cut is drawn again as soon as it is seen, which is the law of the whole under the condition |z| ≤ Cut.
func (s Scale) sample(b *stream) int64 {
	step, cut := s.step(), uint64(s.Cut())
	for {
		size, ok := b.laplace(step, cut)
		if !ok {
			continue
		}
		negative := b.bit()
		if negative && size == 0 || !s.accept(b, size) {
			continue
		}
		if negative {
			return -int64(size)
		}
		return int64(size)
	}
}

// accept keeps a proposal of this size with probability e^−γ, γ = (size − σ²/t)² / 2σ². With σ = S/q and B = q·t it is a²/2b² for
// a = |size·q·B − S²| and b = S·B. As size·q ≤ 4S ≤ 2^58 and B ≤ S + q < 2^57, a and b fit 116 bits and 2b² fits 233.
func (s Scale) accept(b *stream, size uint64) bool {
	scaled := s.den * s.step()
	n := mul64(size*s.den, scaled).distance(mul64(s.num, s.num)).square()
	d := mul64(s.num, scaled).square().double()
	for {
		rest, whole := n.minus(d)
		if !whole {
			return b.decay(func() bool { return b.wideCoin(n, d) })
		}
		if !b.decayOne() {
			return false
		}
		n = rest
	}
}

// laplace is the size of a discrete Laplace variable of scale t, before its sign, or not ok when the attempt fails or the size exceeds the cut.
func (b *stream) laplace(t, cut uint64) (size uint64, ok bool) {
	size = b.uniform(t)
	if !b.decay(func() bool { return b.coin(size, t) }) {
		return 0, false
	}
	for b.decayOne() {
		if size += t; size > cut {
			return 0, false
		}
	}
	return size, size <= cut
}

// decay is true with probability e^−γ, given a coin of probability γ ≤ 1 (algorithm 1). A coin of γ/k is one of γ and one of 1/k.
func (b *stream) decay(coin func() bool) bool {
	k := uint64(1)
	for coin() && b.coin(1, k) {
		k++
	}
	return k%2 == 1
}

func (b *stream) decayOne() bool { return b.decay(func() bool { return true }) }

// uniform is uniform over 0..n−1, n ≥ 1, n < 2^63.
func (b *stream) uniform(n uint64) uint64 {
	for {
		var out uint64
		for range bits.Len64(n - 1) {
			out <<= 1
			if b.bit() {
				out++
			}
		}
		if out < n {
			return out
		}
	}
}

// coin is true with probability n/d, n ≤ d < 2^63: the stream, read as the binary digits of a uniform number, is below n/d. Two bits are
// read on average.
func (b *stream) coin(n, d uint64) bool {
	if n >= d {
		return true
	}
	for n != 0 {
		n <<= 1
		digit := n >= d
		if digit {
			n -= d
		}
		if b.bit() != digit {
			return digit
		}
	}
	return false
}

// wideCoin is coin for wide numbers, n < d < 2^255.
func (b *stream) wideCoin(n, d u256) bool {
	for n != (u256{}) {
		n = n.double()
		rest, digit := n.minus(d)
		if digit {
			n = rest
		}
		if b.bit() != digit {
			return digit
		}
	}
	return false
}
