package disclosure

import "math/bits"

// prime is 2^61 − 1: the row space of an audit is kept over this field. A relation that holds over the rationals holds over it too.
const prime = 1<<61 - 1

func times(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return plus(lo&prime, hi<<3|lo>>61)
}

func plus(a, b uint64) uint64 {
	s := a + b
	if s >= prime {
		s -= prime
	}
	return s
}

func minus(a uint64) uint64 {
	if a == 0 {
		return 0
	}
	return prime - a
}

// inverse is a^(p−2); a is not zero.
func inverse(a uint64) uint64 {
	out := uint64(1)
	for e := uint64(prime - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			out = times(out, a)
		}
		a = times(a, a)
	}
	return out
}

// term is one coordinate of a vector that is not zero.
type term struct {
	at    int
	value uint64
}

// vector is sparse, sorted by coordinate.
type vector []term

// value is one coordinate.
func (v vector) value(at int) uint64 {
	if len(v) == 0 || at < v[0].at || at > v[len(v)-1].at {
		return 0
	}
	lo, hi := 0, len(v)
	for lo < hi {
		if mid := (lo + hi) / 2; v[mid].at < at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(v) && v[lo].at == at {
		return v[lo].value
	}
	return 0
}

// cut is what is before a coordinate.
func (v vector) cut(to int) vector {
	end := len(v)
	for end > 0 && v[end-1].at >= to {
		end--
	}
	return v[:end]
}

// combine is v + c·o.
func (v vector) combine(c uint64, o vector) vector {
	out := make(vector, 0, len(v)+len(o))
	i, j := 0, 0
	for i < len(v) || j < len(o) {
		switch {
		case j == len(o) || i < len(v) && v[i].at < o[j].at:
			out, i = append(out, v[i]), i+1
		case i == len(v) || o[j].at < v[i].at:
			out, j = append(out, term{o[j].at, times(c, o[j].value)}), j+1
		default:
			if x := plus(v[i].value, times(c, o[j].value)); x != 0 {
				out = append(out, term{v[i].at, x})
			}
			i, j = i+1, j+1
		}
	}
	return out
}

// scaled is c·v.
func (v vector) scaled(c uint64) vector { return vector(nil).combine(c, v) }
