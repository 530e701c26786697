package compile

import (
	"math/big"
	"reflect"
	"slices"
)

// A pass is one statement over the rows of the base. What several sets ask is found in one pass where it can be: their common conditions limit the rows, and
// what else a set demands is a filter of its own figures. How passes are made follows from plan and declarations alone.

// maxMarked is how many cells a pass marks for each entity, as bits of one number.
const maxMarked = 16

// noisyStep is one pass: the statistics that its columns after the keys hold.
type noisyStep struct {
	statistics []int
	keyed      bool // a row for each key that somebody is in; a figure of the universe is then the sum over all of them, declared or not
	marked     bool // one row, with a column for each statistic and key; figures of the universe have one column
}

// arrange makes the passes of all statistics.
func (n *NoisyProgram) arrange() error {
	var additive, cut []int
	var counted []EntityRef
	distinct := map[EntityRef][]int{}
	var universe []int
	for i, s := range n.Statistics {
		switch {
		case s.Set == universal:
			universe = append(universe, i)
		case n.cutFirst(s):
			cut = append(cut, i)
		case s.Measure.Kind == MeasureEntities && !n.rows(s.Set).oneRow(n.governed(s)):
			e := n.counted(s.Set, s.Measure)
			if distinct[e] == nil {
				counted = append(counted, e)
			}
			distinct[e] = append(distinct[e], i)
		default:
			additive = append(additive, i)
		}
	}
	if len(cut) > 0 { // who is counted and who is cut for is found together
		e := n.cohort[0].entity(n.cut())
		cut = append(cut, distinct[e]...)
		counted = slices.DeleteFunc(counted, func(x EntityRef) bool { return x == e })
		cut = append(cut, n.beside(&universe, cut, func(x EntityRef) bool { return x == e && len(n.plan.Keys) == 0 })...)
		if err := n.pass(cut, noisyStep{keyed: true}, n.perEntity); err != nil {
			return err
		}
	}
	for _, e := range counted {
		all := distinct[e]
		if len(n.Keys) < 2 || len(n.Keys)*len(all) > maxMarked {
			additive = append(additive, all...)
			continue
		}
		all = append(all, n.beside(&universe, all, func(x EntityRef) bool { return x == e })...)
		if err := n.pass(all, noisyStep{marked: true}, n.marks); err != nil {
			return err
		}
	}
	additive = append(additive, n.beside(&universe, additive, func(e EntityRef) bool { return n.rows(universal).oneRow(e) })...)
	if err := n.pass(additive, noisyStep{keyed: true}, n.flat); err != nil {
		return err
	}
	return n.pass(universe, noisyStep{}, n.flat)
}

// beside takes those figures of the universe that a pass gives on its way: none, when conditions spare it most of the rows.
func (n *NoisyProgram) beside(universe *[]int, pass []int, fits func(EntityRef) bool) []int {
	if len(pass) == 0 || slices.ContainsFunc(pass, func(i int) bool { return !n.unlimited(n.Statistics[i].Set) }) {
		return nil
	}
	var out []int
	*universe = slices.DeleteFunc(*universe, func(i int) bool {
		taken := fits(n.governed(n.Statistics[i]))
		if taken {
			out = append(out, i)
		}
		return taken
	})
	return out
}

// unlimited reports whether a set is all of the universe but rows where a value is missing.
func (n *NoisyProgram) unlimited(set int) bool {
	rest := beyond(n.rows(set).box, n.rows(universal).box)
	return len(rest.Matched) == 0 && !slices.ContainsFunc(rest.Conditions, func(c Condition) bool { return !present(c) })
}

// present reports whether a condition demands a value, and no more.
func present(c Condition) bool {
	return c.Set.Except && !c.Set.Null && len(c.Set.Values)+len(c.Set.Prefixes) == 0
}

// beyond is what a box demands besides another.
func beyond(b, than Box) Box {
	var out Box
	for _, c := range b.Conditions {
		if !slices.ContainsFunc(than.Conditions, func(x Condition) bool { return reflect.DeepEqual(x, c) }) {
			out.Conditions = append(out.Conditions, c)
		}
	}
	for _, p := range b.Matched {
		if !slices.Contains(than.Matched, p) {
			out.Matched = append(out.Matched, p)
		}
	}
	return out
}

// common is what the sets of statistics all demand.
func (n *NoisyProgram) common(statistics []int) Box {
	out := n.rows(n.Statistics[statistics[0]].Set).box
	for _, i := range statistics[1:] {
		out = beyond(out, beyond(out, n.rows(n.Statistics[i].Set).box))
	}
	return out
}

// governed is the reference whose entities a statistic counts, in governed form; a count of rows has none.
func (n *NoisyProgram) governed(s Statistic) EntityRef {
	return n.rows(s.Set).measure(s.Measure).Entity
}

// cutFirst reports whether what an entity adds is to be cut as a whole.
func (n *NoisyProgram) cutFirst(s Statistic) bool {
	return s.Measure.Kind == MeasureSum && s.Factored == nil && n.plan.several(n.cut()) && !(n.inside(s.Measure.Column, 1, n.rowsOf(n.cut())) && n.inside(s.Measure.Column, -1, n.rowsOf(n.cut())))
}

// rowsOf is how many rows of the base an entity of the root has at most.
func (n *NoisyProgram) rowsOf(e EntityRef) *big.Int {
	rows, err := rowsMax(n.in.Specs, n.plan.Base.Root.Dataset, e.Index)
	if err != nil {
		return nil
	}
	return rows
}

// inside reports whether so many values of a column of amounts, added up, keep within its clip on one side (1 above, -1 below), by the bounds that every load
// proves: then nothing is to be cut there.
func (n *NoisyProgram) inside(ref ColumnRef, side int, rows *big.Int) bool {
	c, err := n.declared(ref)
	if clip := n.clips[ref]; err != nil || clip == nil || rows == nil || len(c.Bounds) != 2 {
		return false
	}
	bound, err := c.Bounds[max(0, side)].Rat()
	if err != nil {
		return false
	}
	far := new(big.Rat).Mul(bound, big.NewRat(int64(side), 1))
	return far.Mul(far, new(big.Rat).SetInt(rows)).Cmp(n.clips[ref]) <= 0
}

// pass writes one statement for statistics.
func (n *NoisyProgram) pass(statistics []int, step noisyStep, sql func(*writer, []int) string) error {
	if len(statistics) == 0 {
		return nil
	}
	w := &writer{}
	text := sql(w, statistics)
	statement, err := w.statement(text)
	if err != nil {
		return err
	}
	step.statistics = statistics
	var read []Attachment
	for _, d := range n.plan.Base.datasets() {
		if slices.Contains(w.reads, d) {
			read = append(read, Attachment{Alias: d, Dataset: d, Snapshot: n.in.Snapshots[d]})
		}
	}
	n.Statements, n.steps, n.reads = append(n.Statements, statement), append(n.steps, step), append(n.reads, read)
	return nil
}
