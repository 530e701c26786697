package noisy

import (
	"errors"
	"math/big"
)

// Errors of a shape: it says less than a price needs. What is not declared has no bound, so nothing is assumed.
var (
	ErrUnbounded = errors.New("noisy: the rows that one entity can touch are not declared")
	ErrShape     = errors.New("noisy: a shape names its entity types, the one that is clipped, its limit and its cells")
)

// Span is what a number can be, in the smallest unit of its column, ends included: declared, never measured.
type Span struct{ Low, High int64 }

// width is how far a contribution within the span can be from another, or from none at all, which counts as zero.
func (s Span) width() *big.Int {
	return new(big.Int).Sub(big.NewInt(max(s.High, 0)), big.NewInt(min(s.Low, 0)))
}

// Path is one way in which the entities of a type touch rows of the base: a reference to a table that holds their key.
type Path struct {
	// Rows are the most rows of that table with one entity's key, as declared and enforced at load.
	Rows int64
	// Joins are the declared cardinalities from there to the root of the base: the most rows of the next table for one of this one. An edge
	// to one row at most is 1.
	Joins []int64
	// Rolled says that the base is rolled up by this very key: all that the entity touches by this path is its own row.
	Rolled bool
}

// Type is an entity type of the base with every path by which it is present: a self-join has two. References that hold the same key in every
// row of the base, as the two sides of a join by that key, are one path.
type Type struct {
	Name  string
	Paths []Path
}

// rows bounds the rows of the base that change when all rows of one entity do. Cardinalities multiply along a path, and paths add up (Johnson,
// Near, Song, "Towards Practical Differential Privacy for SQL Queries", VLDB 2018, section 3: stability of joins; here by declared
// bounds instead of measured ones).
func (t Type) rows() (*big.Int, error) {
	sum := new(big.Int)
	for _, p := range t.Paths {
		touched := big.NewInt(p.Rows)
		for _, n := range p.Joins {
			if n < 1 {
				return nil, ErrUnbounded
			}
			touched.Mul(touched, big.NewInt(n))
		}
		if touched.Sign() < 1 {
			return nil, ErrUnbounded
		}
		if p.Rolled {
			touched.SetInt64(1)
		}
		sum.Add(sum, touched)
	}
	if sum.Sign() < 1 {
		return nil, ErrUnbounded
	}
	return sum, nil
}

// Shape is what one aggregate column is, apart from any data: the sum over the rows of a box of a monomial, with what each entity of one type adds to a
// cell clamped to a limit. A count of entities is the monomial 1 under the limit 0..1, a count of rows the monomial 1 under the limit 0..clip.
type Shape struct {
	Types []Type
	// Clipped is the type, by its place in Types, whose entities' contributions are clamped: by its first path, as the others are whose keys
	// differ from it.
	Clipped int
	// Monomial holds what each factor can be: none for a count, one for a sum, two for a sum of products or squares.
	Monomial []Span
	// Limit is what one entity of the clipped type may add to one cell.
	Limit Span
	// Cells is the number of cells of the column: the product of the declared domains of its keys, 1 without keys.
	Cells int64
	// SensitiveKey says that a key is a sensitive column: the fact itself is which cell an entity is in.
	SensitiveKey bool
}

// width is how far what one row adds can move: the product of the factors' spans, or none at all.
func (s Shape) width() *big.Int {
	low, high := big.NewInt(1), big.NewInt(1)
	for _, f := range s.Monomial {
		a, b := big.NewInt(f.Low), big.NewInt(f.High)
		var ends [4]*big.Int
		for i, x := range []*big.Int{low, high} {
			ends[2*i], ends[2*i+1] = new(big.Int).Mul(x, a), new(big.Int).Mul(x, b)
		}
		low, high = ends[0], ends[0]
		for _, e := range ends[1:] {
			if e.Cmp(low) < 0 {
				low = e
			}
			if e.Cmp(high) > 0 {
				high = e
			}
		}
	}
	if low.Sign() > 0 {
		low = new(big.Int)
	}
	if high.Sign() < 0 {
		high = new(big.Int)
	}
	return new(big.Int).Sub(high, low)
}

func (s Shape) check() error {
	if len(s.Types) == 0 || s.Clipped < 0 || s.Clipped >= len(s.Types) || s.Cells < 1 || len(s.Monomial) > 2 || s.Limit.Low > s.Limit.High {
		return ErrShape
	}
	for _, f := range s.Monomial {
		if f.Low > f.High {
			return ErrShape
		}
	}
	if s.Limit.width().Sign() == 0 || s.width().Sign() == 0 {
		return ErrShape // a column that nobody can move is a constant, not a question
	}
	return nil
}
