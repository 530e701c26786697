package disclosure_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/disclosure"
)

// parish is a tiny world: public parts, and how many people of each have each sensitive value.
type parish struct {
	people [][]int // by part and value
	told   [][]int // released cells, as sorted atoms
}

func newParish(rng *rand.Rand) *parish {
	p := &parish{}
	values := 2 + rng.IntN(2)
	for range 1 + rng.IntN(3) {
		var part []int
		for range values {
			part = append(part, rng.IntN(2)*rng.IntN(6))
		}
		p.people = append(p.people, part)
	}
	return p
}

// cell is a question for some values in some parts.
func (p *parish) cell(rng *rand.Rand) []int {
	var out []int
	values := len(p.people[0])
	of := 1 + rng.IntN(1<<values-2)
	for part := range p.people {
		if rng.IntN(3) == 0 {
			continue
		}
		for v := range values {
			if of&(1<<v) != 0 {
				out = append(out, part*values+v)
			}
		}
	}
	return out
}

// asks is the verdict on a cell, next to what was told before.
func (p *parish) asks(cell []int, rules disclosure.Rules) disclosure.Verdict {
	c := disclosure.Class{Columns: []int{0}, Single: []bool{true}}
	for part, people := range p.people {
		for v, n := range people {
			held := []int64{0}
			if v == 0 {
				held[0] = int64(n)
			}
			c.Parts = append(c.Parts, part)
			c.Atoms = append(c.Atoms, disclosure.Atom{Entities: []int64{int64(n)}, Members: [][]int64{nil}, Holders: [][]int64{held}})
		}
	}
	for _, atoms := range p.told {
		c.Vectors = append(c.Vectors, disclosure.Vector{Role: disclosure.RoleEarlier, Atoms: atoms, References: []int{0}})
	}
	c.Vectors = append(c.Vectors, disclosure.Vector{Role: disclosure.RoleCell, Atoms: cell, References: []int{0}})
	t := &disclosure.Table{References: []string{"r"}, Columns: []disclosure.Column{{}}, Linear: []disclosure.Class{c},
		Rows: []disclosure.Row{{Groups: []disclosure.Group{{Entities: []int64{1000}}}, Cells: []disclosure.Cell{{Value: "1"}}}}}
	return disclosure.Judge(t, rules).Cells[0][0]
}

// worlds are all ways in which the people of each part may have the values.
func (p *parish) worlds() [][]int {
	out := [][]int{nil}
	for _, people := range p.people {
		size := 0
		for _, n := range people {
			size += n
		}
		var splits func(left, values int) [][]int
		splits = func(left, values int) [][]int {
			if values == 1 {
				return [][]int{{left}}
			}
			var all [][]int
			for n := range left + 1 {
				for _, rest := range splits(left-n, values-1) {
					all = append(all, append([]int{n}, rest...))
				}
			}
			return all
		}
		var next [][]int
		for _, w := range out {
			for _, s := range splits(size, len(people)) {
				next = append(next, append(append([]int{}, w...), s...))
			}
		}
		out = next
	}
	return out
}

func sumOf(world, atoms []int) (n int) {
	for _, a := range atoms {
		n += world[a]
	}
	return n
}

// found reports whether the worlds that fit what was told agree that fewer than k people are in some atoms, no public part as a whole. That is
// also how all but a few are found.
func (p *parish) found(k int) bool {
	var truth []int
	for _, people := range p.people {
		truth = append(truth, people...)
	}
	var fit [][]int
	for _, w := range p.worlds() {
		same := true
		for _, c := range p.told {
			same = same && sumOf(w, c) == sumOf(truth, c)
		}
		if same {
			fit = append(fit, w)
		}
	}
	values := len(p.people[0])
	for set := 1; set < 1<<len(truth); set++ {
		var atoms []int
		whole := false
		for part, people := range p.people {
			n, size := 0, 0
			for v := range values {
				size += people[v]
				if set&(1<<(part*values+v)) != 0 {
					n, atoms = n+1, append(atoms, part*values+v)
				}
			}
			whole = whole || n == values || n > 0 && size == 0
		}
		n := sumOf(truth, atoms)
		if whole || n >= k {
			continue
		}
		agreed := true
		for _, w := range fit {
			agreed = agreed && sumOf(w, atoms) == n
		}
		if agreed {
			return true
		}
	}
	return false
}

// TestMarks lets an attacker who knows the public parts try every world that fits what was released. Nothing that he finds may be of fewer than
// k people, nobody included.
func TestMarks(t *testing.T) {
	released, withheld := 0, 0
	for seed := range 1500 {
		rng := rand.New(rand.NewPCG(uint64(seed), 8))
		p, k := newParish(rng), 2+rng.IntN(2)
		for range 5 {
			cell := p.cell(rng)
			if len(cell) == 0 {
				continue
			}
			if !p.asks(cell, disclosure.Rules{K: int64(k)}).Released {
				withheld++
				continue
			}
			released++
			p.told = append(p.told, cell)
			require.False(t, p.found(k), "world %d", seed)
		}
	}
	t.Logf("%d released, %d withheld", released, withheld)
	require.Greater(t, released, 500)
	require.Greater(t, withheld, 500)
}

// TestMarksOf are single stories; the first value is the sensitive one.
func TestMarksOf(t *testing.T) {
	plain := disclosure.Rules{K: 4}
	alike := disclosure.Rules{K: 4, Homogeneity: true, HomogeneityShare: 90}
	tests := []struct {
		name   string
		people [][]int
		told   [][]int
		cell   []int
		rules  disclosure.Rules
		want   bool
	}{
		{"half", [][]int{{9, 9}}, nil, []int{0}, plain, true},
		{"few", [][]int{{3, 9}}, nil, []int{0}, plain, false},
		{"all but a few", [][]int{{9, 3}}, nil, []int{0}, plain, false},
		{"everybody", [][]int{{9, 0}}, nil, []int{0}, plain, false},
		{"nobody, as what is left", [][]int{{9, 9}, {0, 9}}, [][]int{{0}}, []int{0, 2}, plain, false},
		{"everybody, as what is left", [][]int{{9, 9}, {9, 0}}, [][]int{{0}}, []int{0, 2}, plain, false},
		{"half, as what is left", [][]int{{9, 9}, {5, 5}}, [][]int{{0}}, []int{0, 2}, plain, true},
		{"together with others", [][]int{{9, 9}, {9, 0}}, nil, []int{0, 2}, plain, true},
		{"few are left of two parts together", [][]int{{9, 2}, {9, 2}}, nil, []int{0, 2}, plain, true},
		{"too few are left of two parts together", [][]int{{9, 2}, {9, 1}}, nil, []int{0, 2}, plain, false},
		{"a value that nobody else has", [][]int{{9, 9, 0}}, [][]int{{0}}, []int{1}, plain, false},
		{"a value that some have", [][]int{{9, 9, 4}}, [][]int{{0}}, []int{1}, plain, true},
		{"the size of a part is no news", [][]int{{2, 1}, {9, 9}}, nil, []int{0, 1, 2}, plain, true},
		{"a large share", [][]int{{90, 10}}, nil, []int{0}, alike, false},
		{"a large share of what is left", [][]int{{90, 10}, {50, 50}}, [][]int{{2}}, []int{0, 2}, alike, false},
		{"a large share of what is left, found by those without", [][]int{{90, 10}, {50, 50}}, [][]int{{3}}, []int{1, 3}, alike, false},
		{"a fair share", [][]int{{89, 11}, {50, 50}}, [][]int{{2}}, []int{0, 2}, alike, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &parish{people: tt.people, told: tt.told}
			require.Equal(t, tt.want, p.asks(tt.cell, tt.rules).Released)
		})
	}
}
