package noise

import "math/bits"

// u128 and u256 are unsigned integers, least significant word first. Their operations are those of the sampler and no more: each states when it
// cannot overflow, and the sampler's limits keep within that.
type (
	u128 [2]uint64
	u256 [4]uint64
)

// mul64 is a·b; it cannot overflow.
func mul64(a, b uint64) u128 {
	hi, lo := bits.Mul64(a, b)
	return u128{lo, hi}
}

// distance is |a − b|.
func (a u128) distance(b u128) u128 {
	lo, borrow := bits.Sub64(a[0], b[0], 0)
	hi, borrow := bits.Sub64(a[1], b[1], borrow)
	if borrow == 0 {
		return u128{lo, hi}
	}
	lo, carry := bits.Add64(^lo, 1, 0)
	return u128{lo, ^hi + carry}
}

// square is a·a; it cannot overflow.
func (a u128) square() u256 {
	hh, hl := bits.Mul64(a[1], a[1])
	mh, ml := bits.Mul64(a[0], a[1])
	lh, ll := bits.Mul64(a[0], a[0])
	top := mh >> 63 // the middle product counts twice
	mh, ml = mh<<1|ml>>63, ml<<1
	var out u256
	var carry uint64
	out[0] = ll
	out[1], carry = bits.Add64(lh, ml, 0)
	out[2], carry = bits.Add64(hl, mh, carry)
	out[3], _ = bits.Add64(hh, top, carry)
	return out
}

// double is 2·a; it needs a < 2^255.
func (a u256) double() u256 {
	return u256{a[0] << 1, a[1]<<1 | a[0]>>63, a[2]<<1 | a[1]>>63, a[3]<<1 | a[2]>>63}
}

// minus is a − b and whether it is not negative.
func (a u256) minus(b u256) (u256, bool) {
	var out u256
	var borrow uint64
	for i := range a {
		out[i], borrow = bits.Sub64(a[i], b[i], borrow)
	}
	return out, borrow == 0
}
