// Package twin makes synthetic twins of datasets: rows that a declaration allows, made from the declaration alone and never from rows. A twin
// is for development: statements and computations are tried on it before they meet data.
//
// Every value follows from seed, entity type, dataset, column and row or entity by a hash, so equal seeds make equal files, one entity has
// the same key in every dataset, and what a declaration calls unique, constant or grouped is so. Identifiers have the length and the check
// digits of their kind and a region, prefix or letter that no authority has given out: nobody has them.
package twin

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"yumen/catalog"
)

// MaxRows is the longest twin.
const MaxRows = 1_000_000

// Options say how much to make. Equal options over equal declarations make equal bytes.
type Options struct {
	Rows int
	Seed uint64
}

// Write writes a twin as CSV with a header. Beside are the declarations that the dataset is joined to: a key has the form that the first of
// all of them gives it.
func Write(w io.Writer, d *catalog.Dataset, beside []*catalog.Dataset, o Options) error {
	if o.Rows < 1 || o.Rows > MaxRows {
		return fmt.Errorf("a twin has 1 to %d rows", MaxRows)
	}
	m := &maker{name: d.Metadata.Name, spec: &d.Spec, rows: o.Rows, seed: o.Seed}
	if err := m.plan(append([]*catalog.Dataset{d}, beside...)); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	record := make([]string, len(d.Spec.Columns))
	for i := range d.Spec.Columns {
		record[i] = d.Spec.Columns[i].Name
	}
	if err := out.Write(record); err != nil {
		return fmt.Errorf("write a twin: %w", err)
	}
	for row := range o.Rows {
		for i := range record {
			record[i] = m.cell(i, row)
		}
		if err := out.Write(record); err != nil {
			return fmt.Errorf("write a twin: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

// maker makes the values of one dataset.
type maker struct {
	name    string
	spec    *catalog.DatasetSpec
	rows    int
	seed    uint64
	columns []column
}

// column says what the values of one column follow from.
type column struct {
	*catalog.Column
	typ    catalog.Type
	entity int                    // index of the entity that its values follow, -1: of the row
	key    bool                   // a part of its key
	group  bool                   // a part of its group's
	form   catalog.IdentifierKind // of a key
	values func(n uint64) string
}

// plan settles what each column follows from.
func (m *maker) plan(all []*catalog.Dataset) error {
	slices.SortStableFunc(all, func(a, b *catalog.Dataset) int { return strings.Compare(a.Metadata.Name, b.Metadata.Name) })
	forms := map[string]catalog.IdentifierKind{}
	for _, d := range all {
		for _, e := range d.Spec.Entities {
			for i, name := range e.Key {
				at := fmt.Sprintf("%s/%d", e.Type, i)
				if c := d.Spec.Column(name); c != nil && forms[at] == "" {
					forms[at] = catalog.IdentifierKind(c.Identifier)
				}
			}
		}
	}
	for i := range m.spec.Columns {
		c := column{Column: &m.spec.Columns[i], entity: -1}
		var err error
		if c.typ, err = catalog.ParseType(c.Type); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
		m.follow(&c, forms)
		if c.values, err = m.ordinary(&c); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
		m.columns = append(m.columns, c)
	}
	return nil
}

// follow finds the entity that a column's values follow.
func (m *maker) follow(c *column, forms map[string]catalog.IdentifierKind) {
	named := func(list []string) int {
		return slices.IndexFunc(list, func(name string) bool { return strings.EqualFold(name, c.Name) })
	}
	for i, e := range m.spec.Entities {
		switch at := named(e.Key); {
		case at >= 0:
			c.entity, c.key, c.form = i, true, forms[fmt.Sprintf("%s/%d", e.Type, at)]
			return
		case named(e.Group) >= 0:
			c.entity, c.group, c.form = i, true, forms[fmt.Sprintf("%s/%d", e.Type, named(e.Group))]
			return
		case c.ConstantPer == e.Type, c.Has(catalog.RoleIdentifier) && c.entity < 0:
			c.entity = i
		}
	}
}

// How many rows an entity has on average, and how many entities a group.
const (
	rowsEach    = 3
	groupedEach = 5
	groups      = 500_000_000 // where the keys of groups begin: no entity's
)

// who is the number of the entity that a row is about. Where it has one row, it is the row's; else the entities of all datasets are the same
// few, so that joins find them.
func (m *maker) who(entity, row int) uint64 {
	e := m.spec.Entities[entity]
	if e.OneRow() {
		return uint64(row)
	}
	return m.draw("entity", m.name, fmt.Sprint(entity, " ", row)) % uint64(max(1, m.rows/rowsEach))
}

// cell is the value of a column in a row; "" is none.
func (m *maker) cell(i, row int) string {
	c := &m.columns[i]
	n := uint64(row)
	if c.entity >= 0 {
		n = m.who(c.entity, row)
	}
	switch {
	case c.key:
		return m.key(c, n)
	case c.group:
		return m.key(c, groups+n/groupedEach)
	case c.Has(catalog.RoleIdentifier):
		return m.key(c, n)
	}
	at := fmt.Sprint(n)
	if (c.Nullable == nil || *c.Nullable) && m.draw("null", m.name, c.Name, at)%50 == 0 {
		return ""
	}
	for try := range 64 { // what looks like a mobile number by chance is drawn again; a column of such would be quarantined
		text := c.values(m.draw("value", m.name, c.Name, at, fmt.Sprint(try)))
		if len(c.Domain) > 0 || !telephone(text) {
			return text
		}
	}
	return ""
}

func telephone(text string) bool { return len(text) == 11 && text[0] == '1' && text[1] >= '3' }

// draw is a number that follows from the seed and the labels.
func (m *maker) draw(labels ...string) uint64 {
	h := sha256.New()
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], m.seed)
	h.Write(b[:])
	for _, l := range labels {
		binary.BigEndian.PutUint64(b[:], uint64(len(l)))
		h.Write(b[:])
		_, _ = io.WriteString(h, l)
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}

var errBounds = errors.New("bounds that are no numbers")
