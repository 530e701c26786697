// Package paid keeps which cells a legal group was charged for, so that the same cell again costs nothing. A cell is kept by its name alone, a keyed
// digest (noise.Name) that tells nobody what it is of. Names are spread evenly by their first bits over 1,024 documents, so that a question reads and writes
// the few in which its cells are, however much the group has asked before; and nothing is held in memory, so a restart forgets nothing.
package paid

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"yumen/enclave/noise"
	"yumen/internal/metastore"
)

// ErrStored says that a stored document holds something else than names of its place, in order and each once. Nothing may be answered by it.
var ErrStored = errors.New("paid: stored names are damaged")

// Records are the store, in one transaction.
type Records interface {
	Get(kind, id string) (metastore.Record, error)
	Put(kind string, r metastore.Record) error
}

const size = len(noise.Name{})

// placeOf is the document that a name is in: its first ten bits.
func placeOf(name []byte) int { return int(name[0])<<2 | int(name[1])>>6 }

// place is one document: the names of a group that begin alike.
type place struct {
	rec   metastore.Record
	names []byte // in order, one after the other
	fresh []noise.Name
}

// stored is a document at rest.
type stored struct {
	Names []byte `json:"names"`
}

// Set is what a transaction read of a group's names: enough for the cells of one question.
type Set struct {
	kind   string
	places map[int]*place
}

// Read reads the documents of a kind in which the names of a question would be.
func Read(tx Records, kind, group string, names []noise.Name) (*Set, error) {
	s := &Set{kind: kind, places: map[int]*place{}}
	for _, n := range names {
		at := placeOf(n[:])
		if s.places[at] != nil {
			continue
		}
		p, err := read(tx, kind, group, at)
		if err != nil {
			return nil, err
		}
		s.places[at] = p
	}
	return s, nil
}

func read(tx Records, kind, group string, at int) (*place, error) {
	id := fmt.Sprintf("%s/%03x", group, at)
	rec, err := tx.Get(kind, id)
	if errors.Is(err, metastore.ErrNotFound) {
		return &place{rec: metastore.Record{ID: id, Owner: group}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("paid: %w", err)
	}
	var v stored
	if err := json.Unmarshal(rec.Doc, &v); err != nil || rec.Owner != group || !ordered(v.Names, at) {
		return nil, ErrStored
	}
	return &place{rec: rec, names: v.Names}, nil
}

// ordered reports whether these are names of a place, in order and each once.
func ordered(names []byte, at int) bool {
	if len(names)%size != 0 {
		return false
	}
	for i := 0; i < len(names); i += size {
		if placeOf(names[i:]) != at || i > 0 && bytes.Compare(names[i-size:i], names[i:i+size]) >= 0 {
			return false
		}
	}
	return true
}

// Has reports whether a cell was charged before. A name that Read was not given is not known.
func (s *Set) Has(n noise.Name) bool {
	p := s.places[placeOf(n[:])]
	if p == nil {
		return false
	}
	low, high := 0, len(p.names)/size
	for low < high {
		middle := (low + high) / 2
		switch c := bytes.Compare(p.names[middle*size:(middle+1)*size], n[:]); {
		case c == 0:
			return true
		case c < 0:
			low = middle + 1
		default:
			high = middle
		}
	}
	return false
}

// Add keeps names from now on, at a time in unix milliseconds. The set is of no use afterwards.
func (s *Set) Add(tx Records, now int64, names []noise.Name) error {
	for _, n := range names {
		p := s.places[placeOf(n[:])]
		if p == nil {
			return fmt.Errorf("%w: a name that was not read", ErrStored)
		}
		if !s.Has(n) {
			p.fresh = append(p.fresh, n)
		}
	}
	for _, p := range s.sorted() {
		if len(p.fresh) == 0 {
			continue
		}
		doc, err := json.Marshal(stored{merged(p.names, p.fresh)})
		if err != nil {
			return fmt.Errorf("paid: %w", err)
		}
		p.rec.Doc, p.rec.Updated = doc, now
		if p.rec.Version == 0 {
			p.rec.Created = now
		}
		if err := tx.Put(s.kind, p.rec); err != nil {
			return fmt.Errorf("paid: %w", err)
		}
	}
	return nil
}

// sorted are the places in the order of their documents.
func (s *Set) sorted() []*place {
	var out []*place
	for _, p := range s.places {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b *place) int { return cmp.Compare(a.rec.ID, b.rec.ID) })
	return out
}

// merged are names with others among them, in order and each once.
func merged(names []byte, fresh []noise.Name) []byte {
	slices.SortFunc(fresh, func(a, b noise.Name) int { return bytes.Compare(a[:], b[:]) })
	fresh = slices.Compact(fresh)
	out := make([]byte, 0, len(names)+len(fresh)*size)
	for len(names) > 0 || len(fresh) > 0 {
		if len(fresh) == 0 || len(names) > 0 && bytes.Compare(names[:size], fresh[0][:]) < 0 {
			out, names = append(out, names[:size]...), names[size:]
			continue
		}
		out, fresh = append(out, fresh[0][:]...), fresh[1:]
	}
	return out
}
