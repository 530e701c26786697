package noisy

import (
	"fmt"
	"math/big"

	"yumen/enclave/noise"
)

// Price is what a column costs in privacy, by its shape alone.
type Price struct {
	// Sensitivity bounds how far one entity moves one cell, by coming, going, or changing within its groups. Noise is scaled by it. It does not depend on the other cells
	// of the column, so that a cell has the same noise in whatever question it is asked.
	Sensitivity int64
	// Units are what the column is charged: the square of how far one entity moves all its cells together (Euclidean distance), in squares of the sensitivity, rounded up; twice
	// that when a key is sensitive, for a change that moves rows from one group to another moves two cells.
	Units int64
	// Touched bounds the cells that differ: each adds the slack of its noise to the bound on guesses.
	Touched int64
}

// Price of a shape: the largest over its entity types, for noise that hides a person and not his employer hides neither.
func (s Shape) Price() (Price, error) {
	if err := s.check(); err != nil {
		return Price{}, err
	}
	one, all, touched := new(big.Int), new(big.Int), new(big.Int)
	for i, t := range s.Types {
		rows, err := t.rows()
		if err != nil {
			return Price{}, fmt.Errorf("%w: %s", err, t.Name)
		}
		// By a second path an entity moves contributions of others, which the limit on its own does not bound.
		cell, square := s.moves(rows, i == s.Clipped && len(t.Paths) == 1)
		one, all, touched = larger(one, cell), larger(all, square), larger(touched, rows)
	}
	if one.Cmp(big.NewInt(noise.MaxSpread)) > 0 {
		return Price{}, noise.ErrScale
	}
	units := ceilDiv(all, new(big.Int).Mul(one, one))
	if s.SensitiveKey {
		units.Lsh(units, 1)
		touched = new(big.Int).Lsh(touched, 1)
	}
	if cells := big.NewInt(s.Cells); touched.Cmp(cells) > 0 {
		touched = cells
	}
	if !units.IsInt64() {
		return Price{}, noise.ErrScale
	}
	return Price{one.Int64(), units.Int64(), touched.Int64()}, nil
}

func larger(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}

func ceilDiv(a, b *big.Int) *big.Int {
	q, m := new(big.Int).DivMod(a, b, new(big.Int))
	if m.Sign() != 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

// moves bounds how far entities of a type move one cell, and the squared distance that they move all cells, when they touch so many rows. A row moves one cell, by its own
// width and by the limit at most. Entities of the clipped type move no cell by more than the limit, so what they move in all is spread over several cells; one of another type
// may move contributions of many clipped entities in a single cell.
func (s Shape) moves(rows *big.Int, clipped bool) (cell, square *big.Int) {
	limit := s.Limit.width()
	row := s.width()
	if row.Cmp(limit) > 0 {
		row = limit
	}
	all := new(big.Int).Mul(rows, row)
	if !clipped || all.Cmp(limit) <= 0 {
		return all, new(big.Int).Mul(all, all)
	}
	return limit, spread(all, limit, big.NewInt(s.Cells))
}

// spread is the most that the squares of numbers can add up to when the numbers add up to all, none is above most, and there are so many: as many as
// possible are at most (the sum of squares is convex, so it is largest at a corner).
func spread(all, most, numbers *big.Int) *big.Int {
	full, rest := new(big.Int).DivMod(all, most, new(big.Int))
	square := new(big.Int).Mul(most, most)
	if full.Cmp(numbers) >= 0 {
		return square.Mul(square, numbers)
	}
	return square.Mul(square, full).Add(square, rest.Mul(rest, rest))
}

// Scale is the noise of a column of this price at a σ.
func (p Price) Scale(sigma *big.Rat) (noise.Scale, error) {
	scale, err := noise.NewScale(sigma, p.Sensitivity)
	if err != nil {
		return noise.Scale{}, fmt.Errorf("noisy: %w", err)
	}
	return scale, nil
}
