package compile

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"yumen/catalog"
	"yumen/enclave/disclosure"
	"yumen/enclave/noise"
)

// The noisy mode has a program of its own, in which nothing is compared with anything: one figure for every cell, and how far one entity
// can move it by the declarations alone. What noise does with them is not decided here.

// NoisyInputs are what a noisy program is generated for.
type NoisyInputs struct {
	Snapshots map[string]string               // as Inputs
	Scope     Scope                           // as Inputs
	Specs     map[string]*catalog.DatasetSpec // the declarations of the datasets of the plan
	Cells     int                             // most cells of a statistic; more is WantNarrower
	Keys      int                             // most keys that there will be, where they are not all known yet; 0 where they are
	// Reading gives the factors of a column of amounts of entities of a type; nil where sums are cut and covered with noise.
	Reading func(entity, column string) (noise.Reading, error)
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
	// Factored says how a sum that factors cover is read, in 1/Unit of the last place; nil for what noise covers. It costs one unit, and its sensitivity is of no
	// meaning.
	Factored *Factored
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
	// domains are those of columns, read once
	domains map[*catalog.Column]*domain
}

// GenerateNoisy writes the statements that give the figures of a part, each over one set of rows and all its keys.
func GenerateNoisy(p *Plan, in NoisyInputs) (*NoisyProgram, error) {
	if len(p.Cells) == 0 {
		return nil, fmt.Errorf("%w: no cells", ErrGenerate)
	}
	out, err := noisyProgram(p, in)
	if err != nil {
		return nil, err
	}
	if out.Keys, err = p.everyKey(in.Specs, in.Cells); err != nil {
		return nil, err
	}
	for set := range p.Sets {
		if !slices.ContainsFunc(p.Cells, func(c Cell) bool { return c.Set == set }) {
			continue
		}
		if err := out.add(set); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(out.universe(), out.arrange()); err != nil {
		return nil, err
	}
	out.Attachments = attachments(out.reads)
	return out, distinct(out.Attachments)
}

// noisyProgram is a program without statements.
func noisyProgram(p *Plan, in NoisyInputs) (*NoisyProgram, error) {
	if len(p.Base.Entities) == 0 {
		return nil, &Uncovered{WantEntities, p.Base.Root.Dataset, ""}
	}
	out := &NoisyProgram{plan: p, in: in, clips: map[ColumnRef]*big.Rat{}, domains: map[*catalog.Column]*domain{}}
	if _, err := reaches(p.Base, in.Specs); err != nil {
		return nil, err
	}
	for _, box := range p.Sets {
		out.cohort = append(out.cohort, govern(p.Base, p.Keys, box, in.Scope))
	}
	return out, nil
}

// Most is how many keys there are at most: known before the run, whoever is in them.
func (n *NoisyProgram) Most() int { return max(len(n.Keys), n.in.Keys) }

// universe adds the counts of the universe for every count that decides about something smaller.
func (n *NoisyProgram) universe() error {
	var wanted []Statistic
	at := map[EntityRef]int{}
	for i := range n.Statistics {
		s := &n.Statistics[i]
		s.Universe = -1
		if !s.Decides || n.everybody(*s) {
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
		if err := n.weigh(&wanted[i]); err != nil {
			return err
		}
	}
	n.Statistics = append(n.Statistics, wanted...)
	return nil
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

// add adds the statistics of a set: what is asked, and the counts that decide.
func (n *NoisyProgram) add(set int) error {
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
		if err := n.weigh(&wanted[i]); err != nil {
			return err
		}
	}
	n.Statistics = append(n.Statistics, wanted...)
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

// Kind is how a statistic is shown: a count, or an amount.
func (s Statistic) Kind() disclosure.Kind { return s.Measure.kind() }
