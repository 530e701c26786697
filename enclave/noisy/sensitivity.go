package noisy

import (
	"fmt"
	"math/big"

	"yumen/enclave/noise"
)

// Price is what a column costs in privacy, by its shape alone.
type Price struct {
	// Sensitivity bounds the distance (Euclidean, over all cells of the column) between the values with and without one entity, and between the values
	// before and after any change of it that leaves every row in its group. Noise is scaled by it.
	Sensitivity int64
	// Units are what the column is charged: 1, or 2 when a key is sensitive. A change that moves an entity's rows between groups moves the column
	// by the root of 2 times the sensitivity at most, which is two units.
	Units int64
	// Touched bounds the cells that differ: each adds the slack of its noise to the bound on guesses.
	Touched int64
}

// Price of a shape: the largest over its entity types, for noise that hides a person and not his employer hides neither.
func (s Shape) Price() (Price, error) {
	if err := s.check(); err != nil {
		return Price{}, err
	}
	farthest, touched := new(big.Int), new(big.Int)
	for i, t := range s.Types {
		rows, err := t.rows()
		if err != nil {
			return Price{}, fmt.Errorf("%w: %s", err, t.Name)
		}
		// By a second path an entity moves contributions of others, which the limit on its own does not bound.
		if square := s.square(rows, i == s.Clipped && len(t.Paths) == 1); square.Cmp(farthest) > 0 {
			farthest = square
		}
		if rows.Cmp(touched) > 0 {
			touched = rows
		}
	}
	out := Price{Units: 1}
	if s.SensitiveKey {
		out.Units = 2
	}
	if touched.Mul(touched, big.NewInt(out.Units)); touched.Cmp(big.NewInt(s.Cells)) > 0 {
		touched.SetInt64(s.Cells)
	}
	root := rootUp(farthest)
	if root.Cmp(big.NewInt(noise.MaxSpread)) > 0 {
		return Price{}, noise.ErrScale
	}
	out.Sensitivity, out.Touched = root.Int64(), touched.Int64()
	return out, nil
}

// square bounds the squared distance that entities of a type move the column, when they touch so many rows. A row moves one cell, by its own width
// and by the limit at most. Entities of the clipped type move no cell by more than the limit, so what they move in all is spread over several cells;
// one of another type may move contributions of many clipped entities in a single cell.
func (s Shape) square(rows *big.Int, clipped bool) *big.Int {
	limit := s.Limit.width()
	row := s.width()
	if row.Cmp(limit) > 0 {
		row = limit
	}
	all := new(big.Int).Mul(rows, row)
	if !clipped || all.Cmp(limit) <= 0 {
		return new(big.Int).Mul(all, all)
	}
	return spread(all, limit, big.NewInt(s.Cells))
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

// rootUp is the square root, rounded up.
func rootUp(a *big.Int) *big.Int {
	root := new(big.Int).Sqrt(a)
	if new(big.Int).Mul(root, root).Cmp(a) < 0 {
		root.Add(root, big.NewInt(1))
	}
	return root
}

// Scale is the noise of a column of this price at a σ.
func (p Price) Scale(sigma *big.Rat) (noise.Scale, error) {
	scale, err := noise.NewScale(sigma, p.Sensitivity)
	if err != nil {
		return noise.Scale{}, fmt.Errorf("noisy: %w", err)
	}
	return scale, nil
}
