package compile

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"yumen/enclave/disclosure"
)

// ErrTooLarge says that a plan needs more statements than the limits allow, for its sensitive conditions or for the ledger it must be
// compared with. It depends on the plan and the ledger, never on data.
var ErrTooLarge = errors.New("the plan needs too many statements")

// Inputs are what a plan is generated for.
type Inputs struct {
	// Snapshots pins the snapshot of each dataset of the plan. Earlier families read their own.
	Snapshots map[string]string
	// Lost are the snapshots (by id) that cannot be read any more, or whose entities cannot be told by the declaration of now. What
	// would be compared with them is withheld.
	Lost map[string]bool
	// Scope is the row scope of the grant.
	Scope Scope
	// Earlier are the families that the legal group was answered before, each with its released cells.
	Earlier []Earlier
	// Bounds are the declared bounds of measured columns, where there are any.
	Bounds map[ColumnRef]Bounds
	Limits Limits
}

// Bounds are the least and the largest value of a column, both inclusive.
type Bounds struct{ Low, High *big.Rat }

// Limits cap what a run may return. Zero values are the defaults.
type Limits struct {
	Rows       int // groups of one set; more is an error (default 50,000)
	Pairs      int // overlapping pairs of cells of one comparison; more withholds the cells (default 200,000)
	Statements int // statements of a program; more is ErrTooLarge (default 2,000)
}

func (l Limits) withDefaults() Limits {
	if l.Rows <= 0 {
		l.Rows = 50_000
	}
	if l.Pairs <= 0 {
		l.Pairs = 200_000
	}
	if l.Statements <= 0 {
		l.Statements = 2_000
	}
	return l
}

// Program is the SQL of a plan and the way to read its answer.
type Program struct {
	Statements []Statement
	// Attachments lists the snapshots that the statements read, sorted by alias.
	Attachments []Attachment

	reads  [][]Attachment // by statement
	steps  []step
	layout layout
}

// step reads the rows of one statement. Rows beyond limit are an error, or, where cut is given, a search cut short.
type step struct {
	width int
	limit int
	read  func(*gathering, []*string) error
	cut   func(*gathering)
}

// layout is the shape of the table that the evidence fills.
type layout struct {
	plan   *Plan
	in     Inputs
	sets   []cohort // by set
	reps   [][]EntityRef
	repOf  [][]int // by set: reference -> representative
	used   []bool  // by set: some cell names it
	nest   [][]nested
	rivals []rival
	drifts []drift
	kins   []kin
	guises []guise
	beside []int64      // by column: further sums that are linear in the same measure
	lost   map[int]bool // sets that cannot be compared with an answer, because its data are gone
}

// generator makes one program.
type generator struct {
	layout
	program *Program
}

// Generate writes the statements that answer a plan and give the evidence to judge it: the cells of every set, the entities
// behind them, and the differences to the universe, to the sets without their sensitive conditions, to earlier releases and to each
// other. This is the reference path: exact, every rule is decided on it.
func Generate(p *Plan, in Inputs) (*Program, error) {
	in.Limits = in.Limits.withDefaults()
	if len(p.Cells) == 0 {
		return nil, fmt.Errorf("%w: no cells", ErrGenerate)
	}
	g := &generator{layout: layout{plan: p, in: in, used: make([]bool, len(p.Sets)), lost: map[int]bool{}}, program: &Program{}}
	for _, c := range p.Cells {
		if c.Set < 0 || c.Set >= len(p.Sets) {
			return nil, fmt.Errorf("%w: a cell of no set", ErrGenerate)
		}
		g.used[c.Set] = true
	}
	for _, box := range p.Sets {
		c := govern(p.Base, p.Keys, box, in.Scope)
		reps, of := c.representatives()
		g.sets, g.reps, g.repOf = append(g.sets, c), append(g.reps, reps), append(g.repOf, of)
		g.nest = append(g.nest, nil)
	}
	if err := g.countStatistics(); err != nil {
		return nil, err
	}
	if err := g.statements(); err != nil {
		return nil, err
	}
	g.program.layout = g.layout
	g.program.Attachments = attachments(g.program.reads)
	return g.program, distinct(g.program.Attachments)
}

// statements writes everything in the order in which evidence is read: cells first.
func (g *generator) statements() error {
	parts := []func(set int) error{g.cells, g.entities, g.nested, g.earlier, g.response, g.members}
	if len(g.plan.Base.Entities) == 0 {
		parts = parts[:1] // public tables: there is nobody to protect
	}
	for _, part := range parts {
		for set := range g.plan.Sets {
			if !g.used[set] {
				continue
			}
			if err := part(set); err != nil {
				return err
			}
		}
	}
	if len(g.plan.Base.Entities) == 0 {
		return nil
	}
	return g.atoms()
}

// add appends a statement and its reader.
func (g *generator) add(w *writer, sql string, s step, reads ...cohort) error {
	statement, err := w.statement(sql)
	if err != nil {
		return err
	}
	if len(g.program.Statements) >= g.in.Limits.Statements {
		return ErrTooLarge
	}
	// A join that no column of the statement needs is not written, so it may read less than its cohorts do; never anything else.
	attached := g.attachmentsOf(reads)
	if slices.ContainsFunc(w.reads, func(alias string) bool {
		return !slices.ContainsFunc(attached, func(a Attachment) bool { return a.Alias == alias })
	}) {
		return fmt.Errorf("%w: a statement reads what none of its cohorts has", ErrGenerate)
	}
	attached = slices.DeleteFunc(attached, func(a Attachment) bool { return !slices.Contains(w.reads, a.Alias) })
	g.program.Statements = append(g.program.Statements, statement)
	g.program.steps = append(g.program.steps, s)
	g.program.reads = append(g.program.reads, attached)
	return nil
}

// columns are the cell columns of a set.
func (l *layout) columns(set int) []int {
	var out []int
	for i, c := range l.plan.Cells {
		if c.Set == set {
			out = append(out, i)
		}
	}
	return out
}

// measure is a column's measure in governed form.
func (l *layout) measure(column int) Measure {
	c := l.plan.Cells[column]
	return l.sets[c.Set].measure(c.Measure)
}

// kind is how a measure is judged.
func (m Measure) kind() disclosure.Kind {
	if m.adds() {
		return disclosure.Amount
	}
	return disclosure.Count
}
