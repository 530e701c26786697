package paid

import "encoding/binary"

// table says which part of a log has a name. Names are keyed digests, evenly spread and chosen by nobody, so their own bits are their place: a search
// goes on from there to the first slot that is empty.
type table struct {
	slots []slot // a power of two, at most half full
	used  int
}

type slot struct {
	name name
	part int32 // from 1; 0 is an empty slot
}

// at is the slot of a name, or the empty one that it would have.
func (t *table) at(n name) *slot {
	for i := binary.NativeEndian.Uint64(n[:]); ; i++ {
		s := &t.slots[i&uint64(len(t.slots)-1)]
		if s.part == 0 || s.name == n {
			return s
		}
	}
}

// find is the part that has a name; 0 is none.
func (t *table) find(n name) int {
	if t.used == 0 {
		return 0
	}
	return int(t.at(n).part)
}

// add enters names of a part, one after the other. One that is there stays where it is.
func (t *table) add(names []byte, part int) {
	t.grow(t.used + len(names)/size)
	for ; len(names) > 0; names = names[size:] {
		if s := t.at(name(names)); s.part == 0 {
			*s = slot{name(names), int32(part)} //nolint:gosec // a part is a record: there are not so many
			t.used++
		}
	}
}

// grow makes room for so many names.
func (t *table) grow(most int) {
	room := max(64, len(t.slots))
	for room/2 < most {
		room *= 2
	}
	if room == len(t.slots) {
		return
	}
	old := t.slots
	t.slots = make([]slot, room)
	for _, s := range old {
		if s.part != 0 {
			*t.at(s.name) = s
		}
	}
}
