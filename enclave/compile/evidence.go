package compile

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"yumen/catalog"
	"yumen/enclave/disclosure"
	"yumen/internal/canonical"
)

// ErrEvidence says that a worker's answer does not have the form of the question: it is treated as hostile and nothing is
// judged on it. It never carries a value.
var ErrEvidence = errors.New("the answer does not fit the question")

// Evidence decodes the rows of every statement, in order, into the table that disclosure control judges. Text is read strictly:
// counts, shapes, numbers and caps.
func (p *Program) Evidence(rows [][][]*string) (*disclosure.Table, error) {
	if len(rows) != len(p.steps) {
		return nil, fmt.Errorf("%w: %d answers to %d statements", ErrEvidence, len(rows), len(p.steps))
	}
	e := newGathering(&p.layout)
	for i, s := range p.steps {
		answer := rows[i]
		if len(answer) > s.limit {
			if s.cut == nil || len(answer) > s.limit+1 {
				return nil, fmt.Errorf("%w: too many rows", ErrEvidence)
			}
			s.cut(e)
			continue
		}
		for _, row := range answer {
			if len(row) != s.width {
				return nil, fmt.Errorf("%w: a row of %d columns", ErrEvidence, len(row))
			}
			if err := s.read(e, row); err != nil {
				return nil, err
			}
		}
	}
	return e.table()
}

// gathering collects evidence while answers are read.
type gathering struct {
	layout  *layout
	groups  []map[string]*group // by set and label
	sizes   [][]map[string]*size
	pairs   map[pairAt]*pairFound
	drifts  map[driftAt]map[int]*change // by column
	order   []pairAt                    // in the order of reading, so that the table is the same every time
	unknown map[int]bool
	strains []*strain
	guised  []*sightings // by class of marks
}

// group is what is known of one row and set.
type group struct {
	key      []*string
	entities []int64          // by representative
	values   map[int]string   // by column
	totals   map[totalAt]*sum // by column and representative
	shares   map[shareAt]int64
	beyond   map[beyondAt]int64
}

type (
	totalAt  struct{ column, rep int }
	shareAt  struct{ column, rep, value int }
	beyondAt struct{ nested, position int }
	pairAt   struct {
		set, rival int
		a, b       string
	}
	driftAt struct {
		drift int
		label string
	}
)

// sum is a concentration while it is read: number, two largest, total; of a product also the number of those that are not zero.
type sum struct{ parts [5]*big.Rat }

// size is the number of entities of a comparator's cell, by position, and of those that hold a sensitive value.
type size struct {
	entities map[int]int64
	holders  map[[2]int]int64
}

func newGathering(l *layout) *gathering {
	e := &gathering{layout: l, pairs: map[pairAt]*pairFound{}, drifts: map[driftAt]map[int]*change{}, unknown: map[int]bool{}}
	for set := range l.lost {
		e.unknown[set] = true
	}
	for set := range l.sets {
		e.groups = append(e.groups, map[string]*group{})
		var sizes []map[string]*size
		for range l.nest[set] {
			sizes = append(sizes, map[string]*size{})
		}
		e.sizes = append(e.sizes, sizes)
	}
	return e
}

// group finds the evidence of a key, or starts it unless it must be known.
func (e *gathering) group(set int, key []*string, known bool) (*group, error) {
	label := labelOf(key)
	g, have := e.groups[set][label]
	if have != known {
		return nil, fmt.Errorf("%w: a group twice or from nowhere", ErrEvidence)
	}
	if !have {
		g = &group{key: slices.Clone(key), entities: make([]int64, len(e.layout.reps[set])), values: map[int]string{},
			totals: map[totalAt]*sum{}, shares: map[shareAt]int64{}, beyond: map[beyondAt]int64{}}
		e.groups[set][label] = g
	}
	return g, nil
}

func (e *gathering) size(set, nested int, key []*string) *size {
	label := labelOf(key)
	s := e.sizes[set][nested][label]
	if s == nil {
		s = &size{entities: map[int]int64{}, holders: map[[2]int]int64{}}
		e.sizes[set][nested][label] = s
	}
	return s
}

// canon identifies a canonical cell: what the threshold jitter is keyed by.
func (l *layout) canon(set int, key []*string) (string, error) {
	c := l.sets[set]
	at := c.at(key)
	var pins []Pin
	for _, d := range c.base.datasets() {
		pins = append(pins, Pin{d, l.in.Snapshots[d]})
	}
	text, err := canonical.Marshal(struct {
		Root   string     `json:"root"`
		Pins   []Pin      `json:"pins"`
		Box    Box        `json:"box"`
		Beside []keyValue `json:"beside,omitempty"`
	}{c.base.Root.Dataset, pins, at.box, at.beside})
	if err != nil {
		return "", err
	}
	return string(catalog.DigestOf(text)), nil
}
