package enclave

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/metastore"
)

// longestCatchUp is how many entries of the log the index follows one by one; behind more it is read anew.
const longestCatchUp = 2000

// index holds what can be found of every dataset. It follows the audit log: whatever changes a dataset has its entry in the same transaction, so
// an index that has seen all entries is the catalog as it stands, whoever wrote to the store.
type index struct {
	mu    sync.Mutex
	seen  int64 // entries of the log
	order []*listed
	all   map[string]*listed
}

// listed is a dataset as the index has it. What is in force and what was declared last are found apart: by other people.
type listed struct {
	name     string
	state    string
	author   string // organization
	provider string
	sealed   bool
	loaded   int64 // unix milliseconds of the newest load; 0 is never
	declared catalog.DatasetSpec
	approved *catalog.DatasetSpec
	// What the words of a search are looked for in: for everybody, for who has a session, and for who looks after it.
	open, inside, own string
}

// follow brings the index up to the transaction and hands over its datasets, by name.
func (x *index) follow(tx Tx) ([]*listed, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	size, err := tx.AuditSize()
	if err != nil {
		return nil, err
	}
	if x.all != nil && size < x.seen { // a transaction that began earlier than the index was read last
		return x.order, nil
	}
	if x.all == nil || size-x.seen > longestCatchUp {
		if err := x.read(tx); err != nil {
			return nil, err
		}
	} else if err := x.catchUp(tx, size); err != nil {
		return nil, err
	}
	x.seen = size
	return x.order, nil
}

// read reads every dataset.
func (x *index) read(tx Tx) error {
	x.all = map[string]*listed{}
	rs, err := tx.List(recDataset, metastore.Query{})
	if err != nil {
		return err
	}
	for _, r := range rs {
		l, err := listedOf(tx, r)
		if err != nil {
			return err
		}
		x.all[r.ID] = l
	}
	x.sort()
	return nil
}

// catchUp reads again the datasets that new entries are about.
func (x *index) catchUp(tx Tx, size int64) error {
	changed := map[string]bool{}
	for b, err := range tx.AuditEntries(x.seen, size) {
		if err != nil {
			return err
		}
		var e struct {
			Action  audit.Action `json:"action"`
			Subject string       `json:"subject"`
		}
		if err := json.Unmarshal(b, &e); err != nil {
			return err
		}
		switch e.Action {
		case audit.ActionDatasetDraft, audit.ActionDatasetSubmit, audit.ActionDatasetReview, audit.ActionDatasetSeal, audit.ActionDatasetUnseal, audit.ActionResourceDelete:
			changed[e.Subject] = true
		case audit.ActionSnapshotLoad, audit.ActionSnapshotDestroy:
			s, _, err := load[snapshotRecord](tx, recSnapshot, e.Subject)
			if err != nil && !errors.Is(err, metastore.ErrNotFound) {
				return err
			}
			changed[s.Dataset] = true
		}
	}
	for name := range changed {
		r, err := tx.Get(recDataset, name)
		switch {
		case errors.Is(err, metastore.ErrNotFound):
			delete(x.all, name)
			continue
		case err != nil:
			return err
		}
		if x.all[name], err = listedOf(tx, r); err != nil {
			return err
		}
	}
	if len(changed) > 0 {
		x.sort()
	}
	return nil
}

// sort makes the list anew: who reads the old one goes on with it.
func (x *index) sort() {
	x.order = make([]*listed, 0, len(x.all))
	for _, l := range x.all {
		x.order = append(x.order, l)
	}
	slices.SortFunc(x.order, func(a, b *listed) int { return cmp.Compare(a.name, b.name) })
}

func listedOf(tx Tx, r metastore.Record) (*listed, error) {
	var d datasetRecord
	if err := json.Unmarshal(r.Doc, &d); err != nil {
		return nil, err
	}
	l := &listed{name: r.ID, state: r.State, author: d.AuthorOrg, provider: d.provider(), sealed: d.Seal != nil, declared: d.Spec, approved: d.Approved}
	if d.Current != "" {
		s, err := tx.Get(recSnapshot, d.Current)
		if err != nil && !errors.Is(err, metastore.ErrNotFound) {
			return nil, err
		}
		l.loaded = s.Created
	}
	l.own = haystack(l.name, &l.declared, true, true)
	if l.approved != nil {
		l.inside = haystack(l.name, l.approved, true, true)
		l.open = haystack(l.name, l.approved, false, l.approved.Grade() == 1)
	}
	return l, nil
}

// haystack is the text that words are looked for in: names and titles of the metadata, never a domain, a bound or a value.
func haystack(name string, s *catalog.DatasetSpec, inside, columns bool) string {
	words := []string{name, s.Title.Zh, s.Title.En, s.Provider}
	if s.Grade() < 4 || inside {
		words = append(words, s.Directory.Duty, s.Directory.Data)
	}
	if inside {
		words = append(words, s.Directory.System, s.Directory.Table, s.CatalogID)
	}
	for i := range s.Columns {
		if c := &s.Columns[i]; columns {
			words = append(words, c.Name)
			if c.Title != nil {
				words = append(words, c.Title.Zh, c.Title.En)
			}
		}
	}
	return folded(strings.Join(words, "\n"))
}

// folded is a text without differences of width and case.
func folded(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

// freshSince is the moment from which on a load is within so many days; 0 days is any.
func freshSince(now int64, days int) int64 {
	if days == 0 {
		return 0
	}
	return now - int64(days)*(24*time.Hour).Milliseconds()
}
