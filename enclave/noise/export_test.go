package noise

import "math/big"

func wide(a u256) *big.Int {
	out := new(big.Int)
	for i := len(a) - 1; i >= 0; i-- {
		out.Lsh(out, 64).Or(out, new(big.Int).SetUint64(a[i]))
	}
	return out
}

// Distance is |a·b − c·d|, Square its square and Double twice that, as the sampler computes them.
func Distance(a, b, c, d uint64) (distance, square, double *big.Int) {
	x := mul64(a, b).distance(mul64(c, d))
	return wide(u256{x[0], x[1]}), wide(x.square()), wide(x.square().double())
}

// Minus is a − b of numbers below 2^256 and whether it is not negative.
func Minus(a, b *big.Int) (*big.Int, bool) {
	out, ok := narrow(a).minus(narrow(b))
	return wide(out), ok
}

func narrow(a *big.Int) u256 {
	var out u256
	word := new(big.Int).SetUint64(^uint64(0))
	for i := range out {
		out[i] = new(big.Int).And(new(big.Int).Rsh(a, uint(64*i)), word).Uint64()
	}
	return out
}

// Draw is the noise of a cell.
func (s *Source) Draw(scale Scale, cell []byte) int64 {
	s.stream.open(s.draw, scale, cell)
	return scale.sample(&s.stream)
}

// Read is how many blocks the last draw used.
func (s *Source) Read() uint64 { return s.stream.counter }

// Coins tosses n/d by both widths over the same stream.
func (s *Source) Coins(n, d uint64, cell []byte) (narrowCoin, wideCoin bool) {
	s.stream.open(s.draw, Scale{den: 1}, cell)
	narrowCoin = s.stream.coin(n, d)
	s.stream.open(s.draw, Scale{den: 1}, cell)
	return narrowCoin, s.stream.wideCoin(u256{n}, u256{d})
}

// Uniform is uniform over 0..n−1.
func (s *Source) Uniform(n uint64, cell []byte) uint64 {
	s.stream.open(s.draw, Scale{den: 1}, cell)
	return s.stream.uniform(n)
}
