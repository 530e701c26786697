package disclosure

import "slices"

// Judge decides every cell of the table. Cells of one row and set fall together for threshold, complement, sensitive subsets and
// the entity counts of differences; dominance and homogeneity of a measure, in the cell or in a difference, fall on that
// cell alone. Differences inside the response are decided in order of (set, row): of two cells that are too close the
// earlier stays. A cell that changed too little since it was last answered keeps that value, whatever else is said of it.
// What is left then joins the answers of before one by one, as long as nothing forbidden can be computed from all of them together.
func Judge(t *Table, r Rules) *Verdicts {
	j := judgement{table: t, rules: r, out: blank(t, r)}
	if r.Validate() != nil || !t.shaped() {
		j.withholdAll()
		return j.out
	}
	if t.Public {
		j.release()
		return j.out
	}
	for set := range t.sets() {
		for row := range t.Rows {
			j.group(row, set)
		}
	}
	j.linear()
	return j.out
}

// judgement is the state of one call of Judge.
type judgement struct {
	table *Table
	rules Rules
	out   *Verdicts
}

func blank(t *Table, r Rules) *Verdicts {
	v := &Verdicts{Cells: make([][]Verdict, len(t.Rows)), round: r.RoundCounts}
	for i, row := range t.Rows {
		v.Cells[i] = make([]Verdict, len(row.Cells))
	}
	return v
}

func (j *judgement) withholdAll() {
	for i := range j.out.Cells {
		for c := range j.out.Cells[i] {
			j.out.Cells[i][c] = Verdict{Reasons: []Reason{ReasonEvidence}}
		}
	}
}

// release lets every cell of a public table leave.
func (j *judgement) release() {
	for i, row := range j.table.Rows {
		for c, cell := range row.Cells {
			j.out.Cells[i][c] = Verdict{Released: cell.Value != ""}
			if cell.Value == "" {
				j.out.Cells[i][c].Reasons = []Reason{ReasonEmpty}
			}
		}
	}
}

// sets is the number of sets that columns name.
func (t *Table) sets() int {
	n := 0
	for _, c := range t.Columns {
		n = max(n, c.Set+1)
	}
	return n
}

// shaped reports whether every row has the table's columns and groups.
func (t *Table) shaped() bool {
	if (len(t.References) == 0) != t.Public || len(t.Columns) == 0 {
		return false
	}
	for _, c := range t.Columns {
		if c.Set < 0 || c.Beside < 0 || c.Kind != Count && c.Kind != Amount {
			return false
		}
	}
	for _, row := range t.Rows {
		if len(row.Cells) != len(t.Columns) || len(row.Groups) < t.sets() {
			return false
		}
	}
	return true
}

// group decides the cells of one row and set; all groups before it are final.
func (j *judgement) group(row, set int) {
	columns := j.columnsOf(set)
	shared := j.shared(row, set, columns)
	for _, c := range columns {
		if n := j.kept(row, set, c); n > 0 {
			j.out.Cells[row][c] = Verdict{Kept: n}
			continue
		}
		reasons := slices.Concat(shared, j.own(row, c, slices.Contains(shared, ReasonEmpty)))
		j.out.Cells[row][c] = Verdict{Released: len(reasons) == 0, Reasons: ordered(reasons)}
	}
}

func (j *judgement) columnsOf(set int) []int {
	var out []int
	for i, c := range j.table.Columns {
		if c.Set == set {
			out = append(out, i)
		}
	}
	return out
}

// shared collects the reasons that fall on all cells of a group.
func (j *judgement) shared(row, set int, columns []int) []Reason {
	g := j.table.Rows[row].Groups[set]
	reasons := j.threshold(g.Entities, g.Jitter)
	if g.Unknown {
		reasons = append(reasons, ReasonEvidence)
	}
	for _, d := range g.Differences {
		reasons = append(reasons, j.distance(d)...)
	}
	for _, s := range g.Shares {
		if j.rules.homogeneous(s) {
			reasons = append(reasons, ReasonHomogeneity)
		}
	}
	for _, c := range columns {
		cell := j.table.Rows[row].Cells[c]
		for _, total := range cell.Totals {
			reasons = append(reasons, j.threshold([]int64{total.Entities}, g.Jitter)...)
		}
		for _, d := range cell.Differences {
			if j.counts(Place{row, c}, d) {
				reasons = append(reasons, j.distance(d)...)
			}
		}
	}
	return reasons
}

// kept is the newest earlier value of the same cell that the cell may not be told from, from 1, or 0. It has left already, so that it
// leaves again says no more than that few changed, or none.
func (j *judgement) kept(row, set, column int) int {
	cell := j.table.Rows[row].Cells[column]
	if j.table.Rows[row].Groups[set].Unknown {
		return 0
	}
	for i, b := range slices.Backward(cell.Before) {
		if b.Value != "" && len(j.near(b.Changed, j.table.Columns[column].Kind)) > 0 {
			return i + 1
		}
	}
	return 0
}

// near collects the reasons why a difference may not be formed.
func (j *judgement) near(d Difference, kind Kind) []Reason {
	return append(j.distance(d), j.concentrated(d, kind)...)
}

// concentrated judges the totals of a difference.
func (j *judgement) concentrated(d Difference, kind Kind) []Reason {
	if d.Empty || j.harmless(d) {
		return nil
	}
	var reasons []Reason
	if kind == Amount && len(d.Totals) == 0 {
		reasons = append(reasons, ReasonEvidence)
	}
	for _, total := range d.Totals {
		if len(j.concentration(total, kind)) > 0 {
			reasons = append(reasons, ReasonDifferencing)
		}
	}
	return reasons
}

// threshold judges the number of entities of every reference of a cell.
func (j *judgement) threshold(entities []int64, jitter int64) []Reason {
	if len(entities) == 0 || jitter < 0 || jitter > j.rules.JitterMax {
		return []Reason{ReasonEvidence}
	}
	least := slices.Min(entities)
	switch {
	case least < 0:
		return []Reason{ReasonEvidence}
	case slices.Max(entities) == 0:
		return []Reason{ReasonEmpty}
	case least < j.rules.K+jitter:
		return []Reason{ReasonThreshold}
	}
	return nil
}

// distance judges the number of entities of a difference: empty by its boxes, harmless, or at least K of every reference.
func (j *judgement) distance(d Difference) []Reason {
	if d.Empty {
		return nil
	}
	if len(d.Entities) == 0 || slices.Min(d.Entities) < 0 || d.Apart < 0 {
		return []Reason{ReasonEvidence}
	}
	if slices.Min(d.Entities) >= j.rules.K || j.harmless(d) {
		return nil
	}
	switch d.Against {
	case AgainstUniverse:
		return []Reason{ReasonComplement}
	case AgainstSensitive:
		return []Reason{ReasonSensitive}
	default:
		return []Reason{ReasonDifferencing}
	}
}

// harmless reports whether nothing can be learnt of a small group by subtracting the cells: too many entities do not cancel, or the
// difference is nobody where that is no finding.
func (j *judgement) harmless(d Difference) bool {
	nobody := len(d.Entities) > 0 && slices.Max(d.Entities) == 0
	return d.Apart >= j.rules.K || nobody && (d.Tolerated || d.Opposite >= j.rules.K)
}

// counts reports whether a difference is to something that was released. A cell of this response that is decided earlier and
// withheld does not count; one that is not decided yet, and one of the same group, always does.
func (j *judgement) counts(at Place, d Difference) bool {
	if d.Against != AgainstResponse || !j.precedes(d.Other, at) {
		return true
	}
	return j.out.Cells[d.Other.Row][d.Other.Column].Released
}

// precedes reports whether the group of a is decided before that of b.
func (j *judgement) precedes(a, b Place) bool {
	if a.Row < 0 || a.Row >= len(j.table.Rows) || a.Column < 0 || a.Column >= len(j.table.Columns) {
		return false
	}
	setA, setB := j.table.Columns[a.Column].Set, j.table.Columns[b.Column].Set
	return setA < setB || setA == setB && a.Row < b.Row
}

// own collects the reasons that fall on one cell alone. That a cell of nobody has no value is no lack of evidence.
func (j *judgement) own(row, column int, nobody bool) []Reason {
	cell, kind := j.table.Rows[row].Cells[column], j.table.Columns[column].Kind
	var reasons []Reason
	if cell.Value == "" && !nobody || kind == Amount && len(cell.Totals) != len(j.table.References) {
		reasons = append(reasons, ReasonEvidence)
	}
	beside := j.table.Columns[column].Beside
	for _, total := range cell.Totals {
		reasons = append(reasons, j.concentration(total, kind)...)
		if beside != 0 && total.Entities < j.rules.K+beside {
			reasons = append(reasons, ReasonThreshold)
		}
	}
	if len(cell.Contributors) > 0 && slices.Min(cell.Contributors) < j.rules.K+beside {
		reasons = append(reasons, ReasonThreshold)
	}
	for _, s := range cell.Shares {
		if j.rules.homogeneous(s) {
			reasons = append(reasons, ReasonHomogeneity)
		}
	}
	for _, d := range cell.Differences {
		if j.counts(Place{row, column}, d) {
			reasons = append(reasons, j.concentrated(d, kind)...)
		}
	}
	for _, b := range cell.Before {
		reasons = append(reasons, j.near(b.Changed, kind)...) // not kept, for it has no value: it must not be told from either
	}
	return reasons
}

// concentration judges the entities' totals of a cell or of a difference.
func (j *judgement) concentration(c Concentration, kind Kind) []Reason {
	if !c.Consistent() {
		return []Reason{ReasonEvidence}
	}
	var reasons []Reason
	if j.rules.dominated(c) {
		reasons = append(reasons, ReasonDominance)
	}
	if kind == Amount && j.rules.Homogeneity && c.Alike() {
		reasons = append(reasons, ReasonHomogeneity)
	}
	return reasons
}

// ordered lists each reason once, in the fixed order.
func ordered(reasons []Reason) []Reason {
	var out []Reason
	for _, r := range reasonOrder {
		if slices.Contains(reasons, r) {
			out = append(out, r)
		}
	}
	return out
}
