package outside

import (
	"math/big"
	"slices"

	"yumen/enclave/disclosure"
)

// crowd are the entities of one type in a cell, each with its rows and what they add up to.
type crowd struct {
	of     map[int]*share
	all    []*share
	ranked bool     // the largest come first
	total  *big.Rat // of the absolute sums
}

type share struct {
	entity, rows int
	sum, size    *big.Rat // size is the absolute sum
}

// crowd gathers the entities of some rows.
func (s *sheet) crowd(column, e int, rows []int) *crowd {
	c := &crowd{of: map[int]*share{}, total: new(big.Rat)}
	for _, i := range rows {
		n := s.entity[e][i]
		if n < 0 {
			continue
		}
		if c.of[n] == nil {
			c.of[n] = &share{entity: n, sum: new(big.Rat)}
			c.all = append(c.all, c.of[n])
		}
		c.of[n].rows++
		c.of[n].sum.Add(c.of[n].sum, s.adds(column, i))
	}
	for _, x := range c.all {
		x.size = new(big.Rat).Abs(x.sum)
		c.total.Add(c.total, x.size)
	}
	return c
}

// rank puts the largest first, so that a crowd that is compared often need not be searched for them.
func (c *crowd) rank() {
	slices.SortFunc(c.all, func(a, b *share) int {
		if by := b.size.Cmp(a.size); by != 0 {
			return by
		}
		return a.entity - b.entity
	})
	c.ranked = true
}

// less is the crowd without some of its rows, which are those of another crowd: how it spreads, and how many entities are left. Only the
// entities of those rows are looked at, and the largest of the others.
func (c *crowd) less(gone *crowd) disclosure.Concentration {
	out := disclosure.Concentration{Entities: int64(len(c.all)), Top1: new(big.Rat), Top2: new(big.Rat), Total: new(big.Rat).Set(c.total)}
	add := func(x *big.Rat) {
		switch {
		case x.Cmp(out.Top1) > 0:
			out.Top1, out.Top2 = x, out.Top1
		case x.Cmp(out.Top2) > 0:
			out.Top2 = x
		}
	}
	for _, g := range gone.all {
		mine := c.of[g.entity]
		out.Total.Sub(out.Total, mine.size)
		if mine.rows == g.rows {
			out.Entities--
			continue
		}
		left := new(big.Rat).Sub(mine.sum, g.sum)
		left.Abs(left)
		out.Total.Add(out.Total, left)
		add(left)
	}
	found := 0
	for _, x := range c.all {
		if gone.of[x.entity] != nil {
			continue
		}
		add(x.size)
		if found++; found == 2 && c.ranked {
			break
		}
	}
	return out
}
