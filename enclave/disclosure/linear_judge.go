package disclosure

import (
	"maps"
	"slices"
)

// linear decides the cells that every other rule lets pass: one by one, in order of (set, row, column), a cell joins the answers that
// were given before only if nothing forbidden follows from all of them together.
func (j *judgement) linear() {
	if len(j.table.Linear) == 0 {
		return
	}
	var all []*audit
	for _, c := range j.table.Linear {
		if !c.shaped(j.table) {
			c = Class{Columns: c.Columns, Unknown: true}
		}
		c.Vectors = j.placed(c)
		all = append(all, audits(&c, j.rules)...)
	}
	for set := range j.table.sets() {
		for row := range j.table.Rows {
			j.linearGroup(all, row, j.columnsOf(set))
			for _, a := range all {
				a.settle()
			}
		}
	}
	j.ranges(all)
}

// linearGroup decides the cells of one row and set: few entities fall on all of them.
func (j *judgement) linearGroup(audits []*audit, row int, columns []int) {
	var back []func()
	all := false
	var fallen []int
	for _, c := range columns {
		if !j.out.Cells[row][c].Released {
			continue
		}
		f, undo := joined(audits, Place{row, c})
		back = append(back, undo)
		if f == faultGroup {
			all = true
			break
		}
		if f != faultNone {
			fallen = append(fallen, c)
		}
	}
	if all {
		for _, undo := range slices.Backward(back) {
			undo()
		}
		fallen = columns
	}
	for _, c := range fallen {
		if j.out.Cells[row][c].Released {
			j.out.Cells[row][c] = Verdict{Reasons: []Reason{ReasonLinear}}
		}
	}
}

// joined adds a cell to every class that its column belongs to, or to none.
func joined(audits []*audit, at Place) (fault, func()) {
	var back []func()
	undo := func() {
		for _, u := range slices.Backward(back) {
			u()
		}
		back = nil
	}
	worst := faultNone
	for _, a := range audits {
		if !a.asked[at.Column] {
			continue
		}
		f, u := a.with(at)
		if worst = max(worst, f); f == faultNone {
			back = append(back, u)
		}
	}
	if worst != faultNone {
		undo()
	}
	return worst, undo
}

// placed are the vectors of a class, where every cell of this response stands for what it is by now, and with them, for each column, what
// is withheld together.
func (j *judgement) placed(c Class) []Vector {
	var out []Vector
	unions := map[int]map[int]int64{}
	var refs []int
	for _, v := range c.Vectors {
		if v.Role != RoleCell {
			out = append(out, v)
			continue
		}
		cell, verdict := j.table.Rows[v.Place.Row].Cells[v.Place.Column], j.out.Cells[v.Place.Row][v.Place.Column]
		switch {
		case verdict.Kept > 0 && cell.Before[verdict.Kept-1].Same():
			v.Role = RoleEarlier
		case verdict.Kept > 0:
			v.Role = RoleKept
		case slices.Contains(verdict.Reasons, ReasonEmpty):
			continue
		case !verdict.Released:
			v.Role = RoleWithheld
			if unions[v.Place.Column] == nil {
				unions[v.Place.Column] = map[int]int64{}
			}
			for i, at := range v.Atoms {
				unions[v.Place.Column][at] += int64(v.times(i))
			}
			refs = v.References
		}
		out = append(out, v)
	}
	for _, column := range slices.Sorted(maps.Keys(unions)) {
		part := Vector{Role: RolePart, Atoms: slices.Sorted(maps.Keys(unions[column])), References: refs}
		for _, at := range part.Atoms {
			part.Times = append(part.Times, unions[column][at])
		}
		out = append(out, part)
	}
	return out
}

// shaped reports whether every list fits.
func (c *Class) shaped(t *Table) bool {
	if c.Unknown || len(c.Single) == 0 || len(c.Parts) > 0 && len(c.Parts) != len(c.Atoms) {
		return false
	}
	for _, a := range c.Atoms {
		if len(a.Entities) != len(c.Single) || slices.Min(a.Entities) < 0 || len(a.Totals) > 0 && len(a.Totals) != len(c.Single) {
			return false
		}
	}
	for _, v := range c.Vectors {
		if v.Role == RoleCell && (v.Place.Row < 0 || v.Place.Row >= len(t.Rows) || v.Place.Column < 0 || v.Place.Column >= len(t.Columns)) {
			return false
		}
		if len(v.Times) > 0 && (len(v.Times) != len(v.Atoms) || slices.Min(v.Times) < 1 || slices.Max(v.Times) >= prime) {
			return false
		}
		for i, at := range v.Atoms {
			if at < 0 || at >= len(c.Atoms) || i > 0 && at <= v.Atoms[i-1] {
				return false
			}
		}
		if len(v.References) == 0 || slices.Min(v.References) < 0 || slices.Max(v.References) >= len(c.Single) {
			return false
		}
	}
	return true
}
