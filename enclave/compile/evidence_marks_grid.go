package compile

import (
	"maps"
	"slices"

	"yumen/enclave/disclosure"
)

// maxGrid bounds the atoms of a class of marks, those that nobody is in included; more withholds.
const maxGrid = 20_000

// grid is a class of marks for somebody to whom some sensitive columns are hidden. Whoever has the same public rows is in the same public part;
// within it, an atom is a choice of what each of these rows hides, out of all choices that were seen anywhere.
type grid struct {
	m      *guise
	s      *sightings
	hidden int
	rows   [][2]int // public rows: a public label, and a secret label that stands for what is not hidden of it
	veils  []int    // what is hidden of a row: a secret label that stands for it
	sets   [][]int  // sets of veils that were seen together over one public row of one unit
	wholes [][]int  // public parts: sets of public rows
	index  map[string]int
	atoms  []disclosure.Atom
	parts  []int
	chosen [][]int // by atom: the set of veils over each row of its part
}

// newGrid is the grid; false where it is too large.
func newGrid(m *guise, s *sightings, hidden int) (*grid, bool) {
	if m.over || s.cut {
		return nil, false
	}
	g := &grid{m: m, s: s, hidden: hidden, index: map[string]int{}}
	var choices [][]int
	var of []int
	for _, u := range s.units {
		part, choice := g.place(u)
		choices, of = append(choices, choice), append(of, part)
	}
	for part, whole := range g.wholes {
		n := 1
		for range whole {
			if n *= len(g.sets); n > maxGrid {
				return nil, false
			}
		}
		if len(g.atoms)+n > maxGrid {
			return nil, false
		}
		g.fill(part, make([]int, len(whole)), 0)
	}
	for i, u := range s.units {
		a := &g.atoms[g.index["atom"+joinInts(append([]int{of[i]}, choices[i]...))]]
		a.Entities, a.Members, a.Holders = u.entities, u.members, u.holders
	}
	return g, true
}

func (g *grid) number(text string, next int) (at int, fresh bool) {
	if at, have := g.index[text]; have {
		return at, false
	}
	g.index[text] = next
	return next, true
}

// place finds the public part of a unit and the set of veils over each of its rows.
func (g *grid) place(u *unit) (part int, choice []int) {
	seen := map[int][]int{}
	for _, r := range u.rows {
		row, fresh := g.number("row"+joinInts([]int{r[0]})+" "+g.s.part(g.m, r[1], ^g.hidden), len(g.rows))
		if fresh {
			g.rows = append(g.rows, r)
		}
		veil, fresh := g.number("veil"+g.s.part(g.m, r[1], g.hidden), len(g.veils))
		if fresh {
			g.veils = append(g.veils, r[1])
		}
		seen[row] = append(seen[row], veil)
	}
	whole := slices.Sorted(maps.Keys(seen))
	for _, row := range whole {
		slices.Sort(seen[row])
		set := slices.Compact(seen[row])
		i, fresh := g.number("set"+joinInts(set), len(g.sets))
		if fresh {
			g.sets = append(g.sets, set)
		}
		choice = append(choice, i)
	}
	part, fresh := g.number("part"+joinInts(whole), len(g.wholes))
	if fresh {
		g.wholes = append(g.wholes, whole)
	}
	return part, choice
}

// fill makes the atoms of a part, with nobody in them.
func (g *grid) fill(part int, choice []int, from int) {
	if from < len(choice) {
		for i := range g.sets {
			choice[from] = i
			g.fill(part, choice, from+1)
		}
		return
	}
	n := len(g.m.refs)
	g.index["atom"+joinInts(append([]int{part}, choice...))] = len(g.atoms)
	g.atoms = append(g.atoms, disclosure.Atom{Entities: make([]int64, n), Members: make([][]int64, n), Holders: make([][]int64, n)})
	g.parts, g.chosen = append(g.parts, part), append(g.chosen, slices.Clone(choice))
}

// vectors are the cells of all families: those of this response, and those that were released.
func (g *grid) vectors(rows map[string]int) []disclosure.Vector {
	var out []disclosure.Vector
	for f, m := range g.m.families {
		cells := g.cells(f)
		for _, label := range slices.Sorted(maps.Keys(cells)) {
			v := disclosure.Vector{Role: disclosure.RoleEarlier, Atoms: cells[label], References: m.refs}
			for _, column := range m.columns {
				if row, there := rows[label]; there {
					v.Role, v.Place = disclosure.RoleCell, disclosure.Place{Row: row, Column: column}
					out = append(out, v)
				}
			}
			_, released := m.released[label]
			if _, kept := m.kept[label]; len(m.columns) == 0 && (released || kept) {
				out = append(out, v)
			}
		}
	}
	return out
}

// cells are the atoms of each cell of a family, by the label of its key.
func (g *grid) cells(family int) map[string][]int {
	type place struct{ row, veil int }
	known := map[place]string{}
	for i, r := range g.rows {
		for j, v := range g.veils {
			if label, in := g.s.cell(g.m, family, g.hidden, r[0], v, r[1]); in {
				known[place{i, j}] = label
			}
		}
	}
	out := map[string][]int{}
	for at, choice := range g.chosen {
		for i, row := range g.wholes[g.parts[at]] {
			for _, veil := range g.sets[choice[i]] {
				label, in := known[place{row, veil}]
				if atoms := out[label]; in && (len(atoms) == 0 || atoms[len(atoms)-1] != at) {
					out[label] = append(atoms, at)
				}
			}
		}
	}
	return out
}
