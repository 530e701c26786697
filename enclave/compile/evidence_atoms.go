package compile

import (
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"yumen/enclave/disclosure"
)

// strain is what is known of a class of comparable answers, while it is read.
type strain struct {
	cut   bool
	index map[string]int
	atoms []disclosure.Atom
	cells []map[string][]held // by family and label: the atoms of a cell
}

// held is one atom of a cell, and how often it is added there.
type held struct {
	at    int
	times int64
}

// strain finds the evidence of a class, or starts it.
func (e *gathering) strain(index int) *strain {
	for len(e.strains) <= index {
		s := &strain{index: map[string]int{}}
		for range e.layout.kins[len(e.strains)].families {
			s.cells = append(s.cells, map[string][]held{})
		}
		e.strains = append(e.strains, s)
	}
	return e.strains[index]
}

// atom finds an atom, or starts it; fresh says that it was not there.
func (s *strain) atom(k *kin, label string) (at int, fresh bool) {
	at, have := s.index[label]
	if have {
		return at, false
	}
	at = len(s.atoms)
	a := disclosure.Atom{Entities: make([]int64, len(k.refs)), Members: make([][]int64, len(k.refs))}
	if k.amounts() {
		a.Totals, a.Sums = make([]disclosure.Concentration, len(k.refs)), make([]*big.Rat, len(k.refs))
	}
	s.index[label], s.atoms = at, append(s.atoms, a)
	return at, true
}

func (s *strain) put(family int, key []*string, h held) {
	label := labelOf(key)
	s.cells[family][label] = append(s.cells[family][label], h)
}

// rowAtom reads an atom of rows and its entities of one reference.
func (e *gathering) rowAtom(index, ref int, labels, fields []*string) error {
	k, s := &e.layout.kins[index], e.strain(index)
	at, fresh := s.atom(k, labelOf(labels))
	if len(s.atoms) > maxAtoms {
		s.cut = true
		return nil
	}
	for family, m := range k.families {
		in := labels[0]
		key := labels[1 : 1+len(m.cohort.keys)]
		labels = labels[1+len(m.cohort.keys):]
		if in == nil || *in != "true" && *in != "false" {
			return fmt.Errorf("%w: a membership", ErrEvidence)
		}
		if fresh && *in == "true" {
			s.put(family, slices.Clone(key), held{at, 1})
		}
	}
	a := &s.atoms[at]
	if a.Entities[ref] != 0 {
		return fmt.Errorf("%w: an atom twice", ErrEvidence)
	}
	var err error
	if a.Entities[ref], err = readCount(fields[0]); err != nil {
		return err
	}
	if !k.single[ref] && fields[1] != nil {
		if a.Members[ref], err = readMembers(*fields[1]); err != nil {
			return err
		}
	}
	if !k.amounts() {
		return nil
	}
	if a.Totals[ref], err = readConcentration(a.Entities[ref], []*string{fields[4], fields[2], fields[3]}); err != nil {
		return err
	}
	a.Sums[ref], err = readAmount(fields[5])
	return err
}

// membersText is a list of the numbers that a statement gives the entities of small atoms.
var membersText = regexp.MustCompile(`^[0-9]{1,18}(,[0-9]{1,18})*$`)

func readMembers(text string) ([]int64, error) {
	if !membersText.MatchString(text) {
		return nil, fmt.Errorf("%w: a list of numbers", ErrEvidence)
	}
	var out []int64
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%w: a list of numbers", ErrEvidence)
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// crowdAtom reads one cell of an atom of entities.
func (e *gathering) crowdAtom(index int, fields, cell []*string) error {
	k, s := &e.layout.kins[index], e.strain(index)
	at, fresh := s.atom(k, labelOf(fields[:1]))
	if len(s.atoms) > maxAtoms {
		s.cut = true
		return nil
	}
	n, err := readCount(fields[1])
	if err != nil {
		return err
	}
	times, err := readCount(fields[2])
	if err != nil {
		return err
	}
	family, err := readCount(cell[0])
	if err != nil || family >= int64(len(k.families)) {
		return fmt.Errorf("%w: a family", ErrEvidence)
	}
	a := &s.atoms[at]
	a.Entities[0] = n
	s.put(int(family), cell[1:1+len(k.families[family].cohort.keys)], held{at, times})
	if !k.amounts() || !fresh {
		return nil
	}
	if a.Totals[0], err = readConcentration(n, fields[3:6]); err != nil {
		return err
	}
	if a.Sums[0], err = readAmount(fields[6]); err != nil || len(k.refs) == 1 {
		return err
	}
	return readGroups(a, fields[7:])
}

// readGroups reads the groups of an atom's entities, its second reference. They add up to what the entities add up to.
func readGroups(a *disclosure.Atom, fields []*string) (err error) {
	if a.Entities[1], err = readCount(fields[0]); err != nil {
		return err
	}
	if fields[1] != nil {
		if a.Members[1], err = readMembers(*fields[1]); err != nil {
			return err
		}
	}
	a.Sums[1] = a.Sums[0]
	a.Totals[1], err = readConcentration(a.Entities[1], fields[2:5])
	return err
}

// linear puts the classes in their final form.
func (e *gathering) linear(t *disclosure.Table, rows map[string]int) {
	for i := range e.layout.kins {
		k, s := &e.layout.kins[i], e.strain(i)
		c := disclosure.Class{Kind: k.kind(), Columns: k.columns, Unknown: k.over || s.cut, Single: k.single, Atoms: s.atoms}
		if c.Unknown {
			c.Atoms = nil
		}
		if m := e.layout.plan.Cells[k.columns[0]].Measure; m.Kind == MeasureSum {
			b := e.layout.in.Bounds[m.Column]
			c.Low, c.High = b.Low, b.High
		}
		for f, m := range k.families {
			if c.Unknown {
				break
			}
			c.Vectors = append(c.Vectors, s.vectors(m, f, rows)...)
		}
		t.Linear = append(t.Linear, c)
	}
}

// vectors are a family's cells; the cells that an earlier answer left out are a part together.
func (s *strain) vectors(m member, family int, rows map[string]int) []disclosure.Vector {
	var out []disclosure.Vector
	var left []held
	withheld := 0
	for _, label := range slices.Sorted(maps.Keys(s.cells[family])) {
		v := vectorOf(s.cells[family][label], m.refs)
		for _, column := range m.columns {
			row, there := rows[label]
			if !there {
				row = -1 // a cell of no row: the class is not in shape, and withheld
			}
			v.Role, v.Place = disclosure.RoleCell, disclosure.Place{Row: row, Column: column}
			out = append(out, v)
		}
		if len(m.columns) > 0 {
			continue
		}
		_, released := m.released[label]
		same, kept := m.kept[label]
		switch {
		case released || same:
		case kept:
			v.Role = disclosure.RoleKept
		default:
			v.Role, withheld, left = disclosure.RoleWithheld, withheld+1, append(left, s.cells[family][label]...)
		}
		out = append(out, v)
	}
	if withheld > 1 {
		part := vectorOf(left, m.refs)
		part.Role = disclosure.RolePart
		out = append(out, part)
	}
	return out
}

// vectorOf adds up atoms.
func vectorOf(in []held, refs []int) disclosure.Vector {
	times := map[int]int64{}
	for _, h := range in {
		times[h.at] += h.times
	}
	v := disclosure.Vector{Role: disclosure.RoleEarlier, Atoms: slices.Sorted(maps.Keys(times)), References: refs}
	for _, at := range v.Atoms {
		v.Times = append(v.Times, times[at])
	}
	return v
}
