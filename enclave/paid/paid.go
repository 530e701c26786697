// Package paid keeps which cells a legal group was charged for, so that the same cell again costs nothing. A cell is kept by its name alone, a keyed
// digest (noise.Name) that tells nobody what it is of.
//
// The names of a group are a log: each charge adds a part, and a head says how many parts there are and what digest all of them have together. What was
// read stays in memory, and is used only as far as the head, read in the transaction that asks, says that it is what is stored: a question reads the head
// and the parts that were added since the last one. After a restart the first question of a group reads them all.
package paid

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"yumen/enclave/noise"
	"yumen/internal/metastore"
)

// ErrStored says that the stored names are not those that were added. Nothing may be answered by them.
var ErrStored = errors.New("paid: stored names are damaged")

// Records are the store, in one transaction.
type Records interface {
	Get(kind, id string) (metastore.Record, error)
	Put(kind string, r metastore.Record) error
	List(kind string, q metastore.Query) ([]metastore.Record, error)
}

// size of a name as it is kept: the first half of a keyed digest. Among a thousand million of them, two are equal with a probability of 10^-21.
const size = 16

type name [size]byte

// partMax is how many names a part has at most; what is more is several parts.
const partMax = 16384

// heldMax is how many names are held in memory for all groups together, the one that is asking apart.
const heldMax = 1 << 20

// digest of a log: of no part it is zero, then each is that of the one before and the names of the part.
type digest [sha256.Size]byte

func (d digest) after(names []byte) digest {
	return sha256.Sum256(append(d[:], names...))
}

// head is where a group's log ends.
type head struct {
	Parts  int    `json:"parts"`
	Digest []byte `json:"digest"`
}

// part is one record of the log.
type part struct {
	Names []byte `json:"names"` // one after the other
}

// Book is what a process knows of all groups. It is safe for concurrent use.
type Book struct {
	kind   string
	mu     sync.Mutex
	groups map[string]*log
}

// NewBook is a book of records of one kind.
func NewBook(kind string) *Book { return &Book{kind: kind, groups: map[string]*log{}} }

// log is as much of a group's log as was read.
type log struct {
	mu     sync.RWMutex
	parts  int
	digest digest
	in     table
	held   atomic.Int64 // how many are in it
	added  end          // by a transaction of this process that may have taken effect
}

// end is what a transaction adds to a log that ends with a digest.
type end struct {
	from, digest digest
	parts        [][]byte
}

// Set is a group's names as one transaction sees them.
type Set struct {
	kind, group string
	head        metastore.Record
	parts       int
	seen        int // the parts that there were when it was read
	digest      digest
	log         *log
}

// Read reads a group's names.
func (b *Book) Read(tx Records, group string) (*Set, error) {
	s := &Set{kind: b.kind, group: group}
	rec, err := tx.Get(b.kind, s.id("head"))
	if errors.Is(err, metastore.ErrNotFound) {
		return s, s.begin(tx)
	}
	if err != nil {
		return nil, fmt.Errorf("paid: %w", err)
	}
	var h head
	if err := json.Unmarshal(rec.Doc, &h); err != nil || h.Parts < 1 || len(h.Digest) != sha256.Size {
		return nil, ErrStored
	}
	s.head, s.parts, s.seen, s.digest = rec, h.Parts, h.Parts, digest(h.Digest)
	s.log = b.known(group)
	if ok, err := s.log.follow(tx, s); ok || err != nil {
		return s, err
	}
	s.log = &log{} // what is stored is not what was read: a transaction did not take effect, or a copy was restored
	ok, err := s.log.follow(tx, s)
	if err == nil && !ok {
		err = ErrStored
	}
	if err == nil {
		b.keep(group, s.log)
	}
	return s, err
}

// begin is the set of a group that was charged for nothing yet. Parts without a head are none that was added.
func (s *Set) begin(tx Records) error {
	s.log = &log{}
	all, err := tx.List(s.kind, metastore.Query{Owner: s.group, Limit: 1})
	if err != nil {
		return fmt.Errorf("paid: %w", err)
	}
	if len(all) > 0 {
		return ErrStored
	}
	return nil
}

func (s *Set) id(what string) string { return s.group + "/" + what }

func (s *Set) partID(i int) string { return s.id(fmt.Sprintf("part%08d", i)) }

// known is what was read of a group's log before; the others are forgotten when they are too many.
func (b *Book) known(group string) *log {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.groups[group] == nil {
		b.groups[group] = &log{}
	}
	held := int64(0)
	for g, l := range b.groups {
		if g == group {
			continue
		}
		if held += l.held.Load(); held > heldMax {
			delete(b.groups, g)
		}
	}
	return b.groups[group]
}

func (b *Book) keep(group string, l *log) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.groups[group] = l
}

// follow reads the parts that were added, and reports whether the log is then the one that a set's head is of. If not, it is as it was.
func (l *log) follow(tx Records, s *Set) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.parts < l.parts {
		return false, nil
	}
	more := l.added
	if more.from != l.digest || more.digest != s.digest || len(more.parts) != s.parts-l.parts {
		more = end{from: l.digest, digest: l.digest}
		for i := l.parts + 1; i <= s.parts; i++ {
			names, err := s.read(tx, i)
			if err != nil {
				return false, err
			}
			more.add(names)
		}
	}
	if more.digest != s.digest {
		return false, nil
	}
	for _, names := range more.parts {
		l.parts++
		l.in.add(names, l.parts)
	}
	l.digest, l.added = more.digest, end{}
	l.held.Store(int64(l.in.used))
	return true, nil
}

func (e *end) add(names []byte) {
	e.parts, e.digest = append(e.parts, names), e.digest.after(names)
}

// read reads one part of the log.
func (s *Set) read(tx Records, i int) ([]byte, error) {
	rec, err := tx.Get(s.kind, s.partID(i))
	if errors.Is(err, metastore.ErrNotFound) {
		return nil, ErrStored
	}
	if err != nil {
		return nil, fmt.Errorf("paid: %w", err)
	}
	var p part
	if err := json.Unmarshal(rec.Doc, &p); err != nil || rec.Owner != s.group || len(p.Names)%size != 0 {
		return nil, ErrStored
	}
	return p.Names, nil
}

// Has reports whether a cell was charged before.
func (s *Set) Has(n noise.Name) bool {
	s.log.mu.RLock()
	defer s.log.mu.RUnlock()
	at := s.log.in.find(name(n[:size]))
	return at > 0 && at <= s.seen // another transaction may have read more
}

// Add keeps names that are not known from now on, at a time in unix milliseconds, in the transaction of Read. The set is of no use afterwards.
func (s *Set) Add(tx Records, now int64, names []noise.Name) error {
	packed := make([]byte, 0, len(names)*size)
	for i := range names {
		packed = append(packed, names[i][:size]...)
	}
	return s.append(tx, now, packed)
}

// append adds names at the end of the log, and moves the head there.
func (s *Set) append(tx Records, now int64, names []byte) error {
	if len(names) == 0 {
		return nil
	}
	added := end{from: s.digest, digest: s.digest}
	for len(names) > 0 {
		most := min(len(names), partMax*size)
		added.add(names[:most])
		s.parts++
		if err := s.put(tx, metastore.Record{ID: s.partID(s.parts), Created: now, Updated: now}, part{names[:most]}); err != nil {
			return err
		}
		names = names[most:]
	}
	s.digest = added.digest
	rec := s.head
	if rec.ID, rec.Updated = s.id("head"), now; rec.Version == 0 {
		rec.Created = now
	}
	if err := s.put(tx, rec, head{s.parts, s.digest[:]}); err != nil {
		return err
	}
	s.head.Created, s.head.Version = rec.Created, rec.Version+1
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.added = added
	return nil
}

func (s *Set) put(tx Records, rec metastore.Record, v any) error {
	doc, err := json.Marshal(v)
	if err == nil {
		rec.Owner, rec.Doc = s.group, doc
		err = tx.Put(s.kind, rec)
	}
	if err != nil {
		return fmt.Errorf("paid: %w", err)
	}
	return nil
}
