package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
)

// Set is a set of names; in JSON an object with empty members, which rules compare with native set operations. The names are in
// order, so that two sets are compared in one pass, and no name of a set is ever overwritten, so a copy stays what it is. The zero
// Set is none at all: null in JSON.
type Set struct{ names []string }

// NewSet returns the set of the names.
func NewSet(names ...string) Set {
	s := make([]string, len(names))
	copy(s, names)
	slices.Sort(s)
	return Set{slices.Compact(s)}
}

// Add puts a name into the set.
func (s *Set) Add(name string) {
	i, there := slices.BinarySearch(s.names, name)
	if there {
		return
	}
	more := make([]string, 0, len(s.names)+1)
	more = append(more, s.names[:i]...)
	more = append(more, name)
	s.names = append(more, s.names[i:]...)
}

// Len is the number of names.
func (s Set) Len() int { return len(s.names) }

// Has tells whether the name is in the set.
func (s Set) Has(name string) bool {
	_, there := slices.BinarySearch(s.names, name)
	return there
}

// All are the names in order.
func (s Set) All() iter.Seq[string] { return slices.Values(s.names) }

// same tells whether the sets have the same names and are both there, or neither.
func (s Set) same(o Set) bool {
	return (s.names == nil) == (o.names == nil) && slices.Equal(s.names, o.names)
}

// MarshalJSON writes an object with an empty member for each name.
func (s Set) MarshalJSON() ([]byte, error) {
	if s.names == nil {
		return []byte("null"), nil
	}
	members := make(map[string]struct{}, len(s.names))
	for _, n := range s.names {
		members[n] = struct{}{}
	}
	return json.Marshal(members)
}

// UnmarshalJSON reads what MarshalJSON writes, and nothing else.
func (s *Set) UnmarshalJSON(raw []byte) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	var members map[string]struct{}
	if err := dec.Decode(&members); err != nil {
		return fmt.Errorf("a set of names: %w", err)
	}
	s.names = nil
	if members == nil {
		return nil
	}
	all := make([]string, 0, len(members))
	for n := range members {
		all = append(all, n)
	}
	*s = NewSet(all...)
	return nil
}
