package compile

import (
	"fmt"
	"slices"
	"strings"

	"yumen/enclave/disclosure"
)

// sightings are what is known of a class of marks, while it is read.
type sightings struct {
	cut     bool
	index   map[string]int
	publics [][]*string // what is public of some rows
	secrets [][]*string // what is sensitive of some rows
	units   []*unit
}

// unit is a set of rows with equal labels, or of entities whose rows have equal sets of labels. Lists are by reference.
type unit struct {
	rows     [][2]int // public and secret labels
	entities []int64
	members  [][]int64
	holders  [][]int64
}

func (e *gathering) sightings(index int) *sightings {
	for len(e.guised) <= index {
		e.guised = append(e.guised, &sightings{index: map[string]int{}})
	}
	return e.guised[index]
}

// number finds a label among those of a kind, or starts it.
func (s *sightings) number(kind string, label []*string, next int) (at int, fresh bool) {
	text := kind + labelOf(label)
	if at, have := s.index[text]; have {
		return at, false
	}
	s.index[text] = next
	return next, true
}

// sight reads one label of some rows, or of some entities, of one reference.
func (e *gathering) sight(index, ref int, fields, labels []*string) error {
	m, s := &e.layout.guises[index], e.sightings(index)
	if s.cut {
		return nil
	}
	split := len(labels) - len(m.secrets)
	public, fresh := s.number("public", labels[:split], len(s.publics))
	if fresh {
		s.publics = append(s.publics, slices.Clone(labels[:split]))
	}
	secret, fresh := s.number("secret", labels[split:], len(s.secrets))
	if fresh {
		s.secrets = append(s.secrets, slices.Clone(labels[split:]))
	}
	for _, at := range m.conditioned(split) {
		if labels[at] == nil || *labels[at] != "true" && *labels[at] != "false" {
			return fmt.Errorf("%w: a membership", ErrEvidence)
		}
	}
	name, count := labels, fields[0]
	if m.crowds {
		name, count = fields[:1], fields[1]
	}
	at, fresh := s.number("unit", name, len(s.units))
	if fresh {
		n := len(m.refs)
		s.units = append(s.units, &unit{entities: make([]int64, n), members: make([][]int64, n), holders: make([][]int64, n)})
	}
	u := s.units[at]
	if row := [2]int{public, secret}; !slices.Contains(u.rows, row) {
		u.rows = append(u.rows, row)
	}
	return u.read(m, ref, count, fields)
}

// conditioned are the places of labels that say whether something is so.
func (m *guise) conditioned(split int) []int {
	var out []int
	at := 0
	for _, p := range m.publics {
		out, at = append(out, at), at+1+len(p.keys)
	}
	for i, s := range m.secrets {
		if s.condition != nil {
			out = append(out, split+i)
		}
	}
	return out
}

func (u *unit) read(m *guise, ref int, count *string, fields []*string) (err error) {
	if u.entities[ref], err = readCount(count); err != nil {
		return err
	}
	if !m.crowds && !m.single[ref] && fields[1] != nil {
		if u.members[ref], err = readMembers(*fields[1]); err != nil {
			return err
		}
	}
	u.holders[ref] = nil
	for _, f := range fields[2:] {
		n, err := readCount(f)
		if err != nil {
			return err
		}
		u.holders[ref] = append(u.holders[ref], n)
	}
	return nil
}

// marks puts the classes of marks in their final form: one for every set of sensitive columns, the others being known.
func (e *gathering) marks(t *disclosure.Table, rows map[string]int) {
	for i := range e.layout.guises {
		m, s := &e.layout.guises[i], e.sightings(i)
		for hidden := 1; hidden < 1<<min(m.covered, maxSensitive); hidden++ {
			c := disclosure.Class{Kind: m.kind(), Columns: m.columns, Single: m.single, Unknown: true}
			if grid, ok := newGrid(m, s, hidden); ok {
				c.Unknown, c.Atoms, c.Parts, c.Vectors = false, grid.atoms, grid.parts, grid.vectors(rows)
			}
			t.Linear = append(t.Linear, c)
			if c.Unknown {
				break
			}
		}
	}
}

// value is a secret of a row, whose hidden columns are those of one label and whose other columns those of another.
func (s *sightings) value(m *guise, secret, hidden, of, others int) *string {
	if hidden&(1<<m.secrets[secret].column) != 0 {
		return s.secrets[of][secret]
	}
	return s.secrets[others][secret]
}

// cell is the key of the cell of a family that a row is in.
func (s *sightings) cell(m *guise, family, hidden, public, secret, others int) (label string, in bool) {
	u, at := m.uses[family], 0
	for _, p := range m.publics[:m.uses[family].public] {
		at += 1 + len(p.keys)
	}
	if *s.publics[public][at] != "true" {
		return "", false
	}
	for _, c := range u.conditions {
		if *s.value(m, c, hidden, secret, others) != "true" {
			return "", false
		}
	}
	var key []*string
	for _, k := range u.keys {
		if k < 0 {
			key = append(key, s.publics[public][at-k])
			continue
		}
		key = append(key, s.value(m, k, hidden, secret, others))
	}
	return labelOf(key), true
}

// part names the secrets of a label that are hidden, or that are not.
func (s *sightings) part(m *guise, secret, hidden int) string {
	var out []*string
	for i, x := range m.secrets {
		if hidden&(1<<x.column) != 0 {
			out = append(out, s.secrets[secret][i])
		}
	}
	return labelOf(out)
}

// joinInts is an injective text of a list of numbers.
func joinInts(in []int) string { return strings.Trim(fmt.Sprint(in), "[]") }
