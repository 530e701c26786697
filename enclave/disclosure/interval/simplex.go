package interval

import (
	"math/big"
	"slices"
)

// tableau is a system in the form of the simplex method: every unknown is its origin plus or minus columns that are not negative, every row
// says what its basic column comes to.
type tableau struct {
	rows   [][]*big.Rat // the last entry is the right-hand side, never negative
	basis  []int
	width  int // columns
	origin []*big.Rat
	plus   []int // by unknown: the column that is added, or -1
	less   []int // by unknown: the column that is taken off, or -1
	effort *Effort
}

// newTableau finds numbers that fit: ErrImpossible when there are none.
func newTableau(unknowns []Unknown, equations []Equation, effort *Effort) (*tableau, error) {
	t := &tableau{effort: effort}
	caps := map[int]*big.Rat{} // column -> its highest value
	for _, u := range unknowns {
		low, high := u.Low, u.High
		if u.Whole {
			low, high = ceiling(low), floor(high)
		}
		if low != nil && high != nil && low.Cmp(high) > 0 {
			return nil, ErrImpossible
		}
		plus, less, origin := -1, -1, new(big.Rat)
		if low != nil || high == nil {
			plus, t.width = t.width, t.width+1
		}
		if low == nil {
			less, t.width = t.width, t.width+1
		}
		switch {
		case low != nil:
			origin = low
			if high != nil {
				caps[plus] = new(big.Rat).Sub(high, low)
			}
		case high != nil:
			origin = high
		}
		t.plus, t.less, t.origin = append(t.plus, plus), append(t.less, less), append(t.origin, origin)
	}
	return t, t.start(equations, caps)
}

// start writes the rows and finds a first basis.
func (t *tableau) start(equations []Equation, caps map[int]*big.Rat) error {
	real := t.width + len(caps) // one slack for each cap
	all := real + len(equations)
	slack := t.width
	for column := range t.width {
		high := caps[column]
		if high == nil {
			continue
		}
		row := zeros(all + 1)
		row[column], row[slack], row[all] = big.NewRat(1, 1), big.NewRat(1, 1), high
		t.rows, t.basis, slack = append(t.rows, row), append(t.basis, slack), slack+1
	}
	for i, e := range equations {
		row := zeros(all + 1)
		rest := new(big.Rat).Set(e.Value)
		for _, term := range e.Terms {
			times := new(big.Rat).SetInt64(term.Times)
			rest.Sub(rest, new(big.Rat).Mul(times, t.origin[term.At]))
			t.spread(row, term.At, times)
		}
		row[all] = rest
		if rest.Sign() < 0 {
			for j := range row {
				row[j] = new(big.Rat).Neg(row[j])
			}
		}
		row[real+i] = big.NewRat(1, 1)
		t.rows, t.basis = append(t.rows, row), append(t.basis, real+i)
	}
	t.width = all
	short := zeros(all) // minus the sum of the artificial columns, to be made as large as it can be: zero
	for i := range equations {
		short[real+i] = big.NewRat(-1, 1)
	}
	left, err := t.maximise(short)
	if err != nil {
		return err
	}
	if left == nil || left.Sign() < 0 {
		return ErrImpossible
	}
	return t.discard(real)
}

// spread adds a multiple of an unknown to a row.
func (t *tableau) spread(row []*big.Rat, unknown int, times *big.Rat) {
	if c := t.plus[unknown]; c >= 0 {
		row[c] = new(big.Rat).Add(row[c], times)
	}
	if c := t.less[unknown]; c >= 0 {
		row[c] = new(big.Rat).Sub(row[c], times)
	}
}

// discard takes the artificial columns, from real on, out of the basis and away.
func (t *tableau) discard(real int) error {
	for i := 0; i < len(t.rows); i++ {
		if t.basis[i] < real {
			continue
		}
		column := slices.IndexFunc(t.rows[i][:real], func(x *big.Rat) bool { return x.Sign() != 0 })
		if column < 0 { // the row says nothing more than others
			t.rows, t.basis = slices.Delete(t.rows, i, i+1), slices.Delete(t.basis, i, i+1)
			i--
			continue
		}
		if err := t.pivot(i, column); err != nil {
			return err
		}
	}
	for i, row := range t.rows {
		t.rows[i] = append(row[:real:real], row[t.width])
	}
	t.width = real
	return nil
}

// maximise moves to a basis where the sum of cost by column is largest, and returns that, or nil where it has no bound. The column and the row
// of least number are taken, so that no basis comes back.
func (t *tableau) maximise(cost []*big.Rat) (*big.Rat, error) {
	// gain is what one more of each column brings, with what the basic ones then lose; its last entry is minus the value.
	gain := append(slices.Clone(cost), new(big.Rat))
	for i, b := range t.basis {
		if c := cost[b]; c.Sign() != 0 {
			if err := t.subtract(gain, t.rows[i], c); err != nil {
				return nil, err
			}
		}
	}
	for {
		enter := slices.IndexFunc(gain[:t.width], func(x *big.Rat) bool { return x.Sign() > 0 })
		if enter < 0 {
			return new(big.Rat).Neg(gain[t.width]), nil
		}
		leave := -1
		var least *big.Rat
		for i, row := range t.rows {
			if row[enter].Sign() <= 0 {
				continue
			}
			ratio := new(big.Rat).Quo(row[t.width], row[enter])
			if by := cmp(ratio, least); by < 0 || by == 0 && t.basis[i] < t.basis[leave] {
				leave, least = i, ratio
			}
		}
		if leave < 0 {
			return nil, nil
		}
		if err := t.pivot(leave, enter); err != nil {
			return nil, err
		}
		if err := t.subtract(gain, t.rows[leave], gain[enter]); err != nil {
			return nil, err
		}
	}
}

// cmp compares with a least value that may not be there yet.
func cmp(x, least *big.Rat) int {
	if least == nil {
		return -1
	}
	return x.Cmp(least)
}

// pivot makes a column basic in a row.
func (t *tableau) pivot(row, column int) error {
	p := t.rows[row]
	scale := new(big.Rat).Inv(p[column])
	for j, x := range p {
		if x.Sign() != 0 {
			p[j] = new(big.Rat).Mul(x, scale)
		}
	}
	for i, other := range t.rows {
		if i == row || other[column].Sign() == 0 {
			continue
		}
		if err := t.subtract(other, p, other[column]); err != nil {
			return err
		}
	}
	t.basis[row] = column
	return nil
}

// subtract takes c times row off target.
func (t *tableau) subtract(target, row []*big.Rat, c *big.Rat) error {
	c = new(big.Rat).Set(c)
	steps := 1
	for j, x := range row {
		if x.Sign() == 0 {
			continue
		}
		steps++
		target[j] = new(big.Rat).Sub(target[j], new(big.Rat).Mul(c, x))
	}
	return t.effort.spend(steps)
}

// most is the largest value of a sum of terms, nil without bound, and the numbers where it is reached.
func (t *tableau) most(target []Term) (*big.Rat, []*big.Rat, error) {
	cost, constant := zeros(t.width), new(big.Rat)
	for _, term := range target {
		times := new(big.Rat).SetInt64(term.Times)
		constant.Add(constant, new(big.Rat).Mul(times, t.origin[term.At]))
		t.spread(cost, term.At, times)
	}
	best, err := t.maximise(cost)
	if err != nil || best == nil {
		return nil, nil, err
	}
	return best.Add(best, constant), t.numbers(), nil
}

// numbers are the unknowns at the present basis.
func (t *tableau) numbers() []*big.Rat {
	columns := zeros(t.width)
	for i, b := range t.basis {
		columns[b] = t.rows[i][t.width]
	}
	out := make([]*big.Rat, len(t.origin))
	for i := range out {
		out[i] = new(big.Rat).Set(t.origin[i])
		if c := t.plus[i]; c >= 0 {
			out[i].Add(out[i], columns[c])
		}
		if c := t.less[i]; c >= 0 {
			out[i].Sub(out[i], columns[c])
		}
	}
	return out
}

// zeros are so many zeros; entries are replaced, never changed in place.
func zeros(n int) []*big.Rat {
	zero := new(big.Rat)
	out := make([]*big.Rat, n)
	for i := range out {
		out[i] = zero
	}
	return out
}
