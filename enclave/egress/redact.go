package egress

import (
	"slices"

	"yumen/catalog"
)

// Viewer is who reads a report. Clearance is the highest grade whose evidence he may see; the zero Viewer sees none.
type Viewer struct{ Clearance catalog.Grade }

// Cleared reports whether the viewer may see masks and counts of a report.
func (v Viewer) Cleared(r Report) bool {
	return r.Strip.Grade.Valid() && v.Clearance.Valid() && v.Clearance >= r.Strip.Grade
}

// Redact returns what a viewer may see. Who is not cleared sees what will leave and whether each check passed for what is
// shown, but neither counts, nor why or where or how often something is withheld.
func (r Report) Redact(v Viewer) Report {
	if v.Cleared(r) {
		return r
	}
	r.Strip.Withheld = 0
	r.Part = r.Part.redact()
	r.More = slices.Clone(r.More)
	for i := range r.More {
		r.More[i] = r.More[i].redact()
	}
	r.Leaves = r.Leaves.only(r.Leaves.allRows())
	r.Neighbours = slices.Clone(r.Neighbours)
	for i := range r.Neighbours {
		r.Neighbours[i].Minus, r.Neighbours[i].Plus = 0, 0
	}
	r.Neighbours = slices.DeleteFunc(r.Neighbours, func(n Neighbour) bool { return !n.Pass })
	return r
}

// redact keeps the rows that show a cell.
func (p Part) redact() Part {
	kept := p.Cells.shownRows()
	return Part{Cells: p.Cells.only(kept), Evidence: redactEvidence(p.Evidence, p.Cells, kept)}
}

// shownRows are the rows that show at least one cell, or that have no cells.
func (t Table) shownRows() []int {
	return slices.DeleteFunc(t.allRows(), func(i int) bool {
		cells := t.Rows[i][t.Keys:]
		return len(cells) > 0 && !slices.ContainsFunc(cells, func(c *string) bool { return c != nil })
	})
}

func (t Table) allRows() []int {
	out := make([]int, len(t.Rows))
	for i := range out {
		out[i] = i
	}
	return out
}

// only keeps some rows, without masks.
func (t Table) only(rows []int) Table {
	out := Table{Columns: t.Columns, Keys: t.Keys, Rows: make([][]*string, 0, len(rows))}
	for _, i := range rows {
		out.Rows = append(out.Rows, t.Rows[i])
	}
	return out
}

// redactEvidence keeps the evidence of shown cells of kept rows, without counts.
func redactEvidence(all []Evidence, cells Table, kept []int) []Evidence {
	var out []Evidence
	for _, e := range all {
		at := slices.Index(kept, e.Row)
		if at < 0 || cells.Rows[e.Row][e.Column] == nil {
			continue
		}
		out = append(out, Evidence{Row: at, Column: e.Column, Checks: e.Checks})
	}
	return out
}
