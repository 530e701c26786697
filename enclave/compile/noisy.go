package compile

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"yumen/catalog"
	"yumen/enclave/disclosure"
	"yumen/internal/canonical"
)

// The noisy mode has a program of its own, in which nothing is compared with anything: one figure for every cell, and how far one entity
// can move it by the declarations alone. What noise does with them is not decided here.

// ErrUncovered says why noise cannot cover a plan: an *Uncovered. It depends on the plan and the catalog, never on data.
var ErrUncovered = errors.New("noise cannot cover the plan")

// Want is what a declaration lacks, or a plan does, for noise to cover it.
type Want string

// The wants.
const (
	WantMaxRows  Want = "max_rows" // of an entity that may have several rows
	WantClip     Want = "clip"     // of a measure that is added up
	WantDomain   Want = "domain"   // of a group key, or conditions that limit it
	WantKeyJoin  Want = "key_join" // a join that runs on an entity's key
	WantEntities Want = "entities" // a table with a privacy unit
	WantNarrower Want = "narrower" // fewer cells
	WantSmaller  Want = "smaller"  // a bound so wide that noise of its size has no meaning
	WantRollup   Want = "rollup"   // a measure that is not over a roll-up's result
)

// Uncovered names what is wanted, and of what: a dataset with an entity type or a column.
type Uncovered struct {
	Want          Want
	Dataset, Name string
}

// Error names the want.
func (u *Uncovered) Error() string {
	return fmt.Sprintf("%v: %s of %s.%s", ErrUncovered, u.Want, u.Dataset, u.Name)
}

// Unwrap is ErrUncovered.
func (u *Uncovered) Unwrap() error { return ErrUncovered }

// NoisyInputs are what a noisy program is generated for.
type NoisyInputs struct {
	Snapshots map[string]string               // as Inputs
	Scope     Scope                           // as Inputs
	Specs     map[string]*catalog.DatasetSpec // the declarations of the datasets of the plan
	Cells     int                             // most cells of a statistic; more is WantNarrower
}

// Statistic is one column of figures: what is counted or added up in every cell of a set, and how far one entity moves it.
type Statistic struct {
	Set     int     // -1 for the universe: all rows of the base under the row scope, in one cell
	Column  int     // the plan's cell that it answers; -1 for a count that only decides
	Measure Measure // as the plan has it
	// Decides says that it counts the entities of a reference, by which cells are shown; Universe is then the statistic that counts them in the
	// universe, or -1 where the cells are the universe.
	Decides  bool
	Universe int
	// Places are the decimal places of a figure, which is a whole number of the last one.
	Places int
	// Sensitivity is how far one entity moves a figure at most, in the last place. It is the same for every question that a cell is asked
	// with, so that equal cells have equal noise.
	Sensitivity *big.Int
	// Units is how often the column is charged: the square of how far one entity moves all cells of the column together, in sensitivities,
	// rounded up; doubled when a key is sensitive, for a value that changes moves two cells.
	Units int64
	// Touched is how many cells of the column one entity can change.
	Touched int64
}

// NoisyProgram is the SQL of a part in the noisy mode and the way to read its answer.
type NoisyProgram struct {
	Statements  []Statement
	Attachments []Attachment
	Statistics  []Statistic
	// Keys are all cells that there can be, in order: those that nobody is in too.
	Keys [][]*string

	reads  [][]Attachment // by statement
	steps  []noisyStep    // by statement
	plan   *Plan
	in     NoisyInputs
	cohort []cohort // by set
	clips  map[ColumnRef]*big.Rat
}

// noisyStep is one statement: the statistics that its columns after the keys hold.
type noisyStep struct{ statistics []int }

// GenerateNoisy writes the statements that give the figures of a part, each over one set of rows and all its keys.
func GenerateNoisy(p *Plan, in NoisyInputs) (*NoisyProgram, error) {
	if len(p.Cells) == 0 {
		return nil, fmt.Errorf("%w: no cells", ErrGenerate)
	}
	if len(p.Base.Entities) == 0 {
		return nil, &Uncovered{WantEntities, p.Base.Root.Dataset, ""}
	}
	out := &NoisyProgram{plan: p, in: in, clips: map[ColumnRef]*big.Rat{}}
	reach, err := reaches(p.Base, in.Specs)
	if err != nil {
		return nil, err
	}
	for _, box := range p.Sets {
		out.cohort = append(out.cohort, govern(p.Base, p.Keys, box, in.Scope))
	}
	if out.Keys, err = p.everyKey(in.Specs, in.Cells); err != nil {
		return nil, err
	}
	for set := range p.Sets {
		if !slices.ContainsFunc(p.Cells, func(c Cell) bool { return c.Set == set }) {
			continue
		}
		if err := out.add(set, reach); err != nil {
			return nil, err
		}
	}
	if err := out.universe(reach); err != nil {
		return nil, err
	}
	out.Attachments = attachments(out.reads)
	return out, distinct(out.Attachments)
}

// universe adds the counts of the universe for every count that decides about something smaller.
func (n *NoisyProgram) universe(reach reaching) error {
	var wanted []Statistic
	at := map[EntityRef]int{}
	for i := range n.Statistics {
		s := &n.Statistics[i]
		s.Universe = -1
		if !s.Decides || len(n.plan.Keys) == 0 && len(n.plan.Sets[s.Set].Conditions)+len(n.plan.Sets[s.Set].Matched) == 0 {
			continue
		}
		e := n.original(n.counted(s.Set, s.Measure))
		if _, there := at[e]; !there {
			at[e] = len(n.Statistics) + len(wanted)
			wanted = append(wanted, Statistic{Set: universal, Column: -1, Universe: -1, Measure: Measure{Kind: MeasureEntities, Entity: e}})
		}
		s.Universe = at[e]
	}
	for i := range wanted {
		if err := n.weigh(&wanted[i], reach); err != nil {
			return err
		}
	}
	return n.write(universal, wanted, n.flat)
}

// universal is the set of the universe.
const universal = -1

// rows are the governed rows of a set.
func (n *NoisyProgram) rows(set int) cohort {
	if set == universal {
		return govern(n.plan.Base, nil, Box{}, n.in.Scope)
	}
	return n.cohort[set]
}

// add writes the statements of a set: of what is counted and added up row by row, and of what is added up for each entity first.
func (n *NoisyProgram) add(set int, reach reaching) error {
	var wanted []Statistic
	for column, c := range n.plan.Cells {
		if c.Set == set {
			wanted = append(wanted, Statistic{Set: set, Column: column, Measure: c.Measure, Decides: n.counts(c.Measure)})
		}
	}
	reps, _ := n.cohort[set].representatives()
	for _, e := range reps {
		decides := func(s Statistic) bool { return s.Decides && n.counted(set, s.Measure) == e }
		if !slices.ContainsFunc(wanted, decides) {
			wanted = append(wanted, Statistic{Set: set, Column: -1, Measure: Measure{Kind: MeasureEntities, Entity: n.original(e)}, Decides: true})
		}
	}
	for i := range wanted {
		if err := n.weigh(&wanted[i], reach); err != nil {
			return err
		}
	}
	cutFirst := func(s Statistic) bool { return s.Measure.Kind == MeasureSum && n.plan.several(n.cut()) }
	if slices.ContainsFunc(wanted, cutFirst) { // the entities that it is cut for are counted with it
		sum, c := cutFirst, n.cohort[set]
		cutFirst = func(s Statistic) bool {
			return sum(s) || s.Measure.Kind == MeasureEntities && n.counted(set, s.Measure) == c.entity(n.cut())
		}
	}
	flat := slices.DeleteFunc(slices.Clone(wanted), cutFirst)
	return errors.Join(n.write(set, flat, n.flat), n.write(set, slices.DeleteFunc(wanted, func(s Statistic) bool { return !cutFirst(s) }), n.perEntity))
}

// write adds one statement for statistics of a set.
func (n *NoisyProgram) write(set int, wanted []Statistic, sql func(*writer, int, []Statistic) string) error {
	if len(wanted) == 0 {
		return nil
	}
	w := &writer{}
	text := sql(w, set, wanted)
	statement, err := w.statement(text)
	if err != nil {
		return err
	}
	var step noisyStep
	for _, s := range wanted {
		step.statistics = append(step.statistics, len(n.Statistics))
		n.Statistics = append(n.Statistics, s)
	}
	var read []Attachment
	for _, d := range n.plan.Base.datasets() {
		if slices.Contains(w.reads, d) {
			read = append(read, Attachment{Alias: d, Dataset: d, Snapshot: n.in.Snapshots[d]})
		}
	}
	n.Statements, n.steps, n.reads = append(n.Statements, statement), append(n.steps, step), append(n.reads, read)
	return nil
}

// counts reports whether a measure counts the entities of one reference: rows do, where each is an entity.
func (n *NoisyProgram) counts(m Measure) bool {
	return m.Kind == MeasureEntities || m.Kind == MeasureRows && n.rowEntity() != nil
}

// rowEntity is the reference of the root whose entities are its rows; nil when there is none.
func (n *NoisyProgram) rowEntity() *EntityRef {
	for i, e := range n.plan.Base.Entities {
		if e.Path == n.plan.Base.Root.Path && e.Unique {
			return &n.plan.Base.Entities[i]
		}
	}
	return nil
}

// counted is the representative of the reference that a count is of, in governed form.
func (n *NoisyProgram) counted(set int, m Measure) EntityRef {
	c := n.cohort[set]
	if m.Kind == MeasureRows {
		return c.representative(c.entity(*n.rowEntity()))
	}
	return c.representative(c.entity(m.Entity))
}

// original is a governed reference as the plan has it.
func (n *NoisyProgram) original(e EntityRef) EntityRef {
	for _, x := range n.plan.Base.Entities {
		if n.cohort[0].entity(x) == e {
			return x
		}
	}
	return e
}

// Batches cuts the statements as Program.Batches does.
func (n *NoisyProgram) Batches(bytes int) []Batch {
	return (&Program{Statements: n.Statements, reads: n.reads}).Batches(bytes)
}

// Figures are what the statistics come to, by cell (as Keys) and statistic: whole numbers of the last place. They are exact, and for the
// noise step alone.
func (n *NoisyProgram) Figures(rows [][][]*string) ([][]*big.Int, error) {
	if len(rows) != len(n.steps) {
		return nil, fmt.Errorf("%w: %d answers to %d statements", ErrEvidence, len(rows), len(n.steps))
	}
	at := map[string]int{}
	out := make([][]*big.Int, len(n.Keys))
	for i, key := range n.Keys {
		at[labelOf(key)] = i
		out[i] = make([]*big.Int, len(n.Statistics))
		for j := range out[i] {
			out[i][j] = new(big.Int) // nobody is in a cell that is not there
		}
	}
	for i, step := range n.steps {
		if n.Statistics[step.statistics[0]].Set == universal {
			if err := n.everywhere(out, step, rows[i]); err != nil {
				return nil, err
			}
			continue
		}
		for _, row := range rows[i] {
			if len(row) != len(n.plan.Keys)+len(step.statistics) {
				return nil, fmt.Errorf("%w: a row of %d columns", ErrEvidence, len(row))
			}
			cell, there := at[labelOf(n.plan.canonical(row[:len(n.plan.Keys)]))]
			if !there {
				continue // no value that the declaration has: it is in no cell, and says nothing
			}
			for j, s := range step.statistics {
				if err := readFigure(out[cell][s], row[len(n.plan.Keys)+j], n.Statistics[s].Places); err != nil {
					return nil, err
				}
			}
		}
	}
	return out, nil
}

// everywhere reads the figures of the universe, which stand beside every cell.
func (n *NoisyProgram) everywhere(out [][]*big.Int, step noisyStep, rows [][]*string) error {
	if len(rows) != 1 || len(rows[0]) != len(step.statistics) {
		return fmt.Errorf("%w: a universe of %d rows", ErrEvidence, len(rows))
	}
	for j, s := range step.statistics {
		for cell := range out {
			if err := readFigure(out[cell][s], rows[0][j], n.Statistics[s].Places); err != nil {
				return err
			}
		}
	}
	return nil
}

// readFigure reads a number with at most so many places; none is nothing.
func readFigure(into *big.Int, text *string, places int) error {
	if text == nil {
		return nil
	}
	amount, err := readAmount(text)
	if err != nil {
		return err
	}
	amount.Mul(amount, new(big.Rat).SetInt(power(places)))
	if !amount.IsInt() {
		return fmt.Errorf("%w: a figure", ErrEvidence)
	}
	into.Set(amount.Num())
	return nil
}

func power(places int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
}

// Cell is the canonical cell of a statistic at a key: what noise is a function of. Equal meaning gives equal bytes, whether a value is asked
// for as a key or as a condition.
func (n *NoisyProgram) Cell(statistic, key int) ([]byte, error) {
	s := n.Statistics[statistic]
	plan := *n.plan
	plan.Cells = []Cell{{Measure: s.Measure}}
	if s.Set == universal {
		plan.Sets, plan.Keys = []Box{{}}, nil
	} else {
		plan.Cells[0].Set = s.Set
	}
	f := plan.Families(n.in.Snapshots, n.in.Scope)[0]
	at := cohort{base: f.Base, box: f.Box, keys: f.Keys}.at(n.Keys[key])
	at = at.dated()
	f.Keys, f.Box = nil, n.plain(at.box)
	slices.SortFunc(at.beside, func(a, b keyValue) int {
		return cmp.Or(cmp.Compare(a.Column.Path, b.Column.Path), cmp.Compare(a.Column.Column, b.Column.Column), cmp.Compare(a.Func, b.Func))
	})
	var clips []string // what contributions are cut to is part of what is added up, and a declaration may change it
	for _, x := range s.Measure.factors() {
		if clip := n.clips[x.Column]; clip != nil {
			clips = append(clips, clip.RatString())
		}
	}
	return canonical.Marshal(struct {
		Family
		Beside []keyValue `json:"beside,omitempty"`
		Clips  []string   `json:"clips,omitempty"`
	}{f, at.beside, clips})
}

// plain is a box with nothing in it but what is meant: which values of which column, in the spelling of the column's own type. A key says less of
// its column than a condition does, and may be of another type.
func (n *NoisyProgram) plain(b Box) Box {
	b.Conditions = slices.Clone(b.Conditions)
	for i, c := range b.Conditions {
		c.Sensitive, c.SensitiveValues = false, nil
		rolled := slices.ContainsFunc(n.plan.Base.Rollups, func(r Rollup) bool { return r.Path == c.Column.Path })
		if spec := n.in.Specs[n.plan.datasetOf(c.Column.Path)]; !rolled && spec != nil && spec.Column(c.Column.Column) != nil {
			c = c.as(spec.Column(c.Column.Column).Type)
		}
		b.Conditions[i] = c
	}
	return b
}

// as is the condition with its values spelled as those of another type, if that holds all of them.
func (c Condition) as(typ string) Condition {
	fits := true
	spell := func(text string) string {
		if text == "" {
			return "" // no end
		}
		out, err := catalog.CanonicalValue(typ, text)
		fits = fits && err == nil
		return out
	}
	set := c.Set
	if c.Type == typ || len(set.Prefixes) > 0 {
		c.Type = typ
		return c
	}
	set.Values, set.Intervals = nil, nil
	for _, v := range c.Set.Values {
		set.Values = append(set.Values, spell(v))
	}
	for _, i := range c.Set.Intervals {
		set.Intervals = append(set.Intervals, Interval{Lo: spell(i.Lo), Hi: spell(i.Hi)})
	}
	if fits {
		c.Type, c.Set = typ, set
	}
	return c
}

// Kind is how a statistic is shown: a count, or an amount.
func (s Statistic) Kind() disclosure.Kind { return s.Measure.kind() }
