package telemetry

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/audit"
)

// Store wraps the metastore. What happened is read off the audit entries that were committed: no entry, no effect, no count.
func (t *Telemetry) Store(s enclave.Store) enclave.Store { return store{s, t} }

type store struct {
	enclave.Store
	t *Telemetry
}

// View is the store's.
func (s store) View(ctx context.Context, fn func(enclave.Tx) error) error {
	ctx, end := s.t.step(ctx, "store.view")
	err := s.Store.View(ctx, fn)
	end(nil) // what fn reports is no failure of the store
	return err
}

// Update is the store's; its time and its entries count once it is durable.
func (s store) Update(ctx context.Context, fn func(enclave.Tx) error) error {
	if enclave.Inside(ctx) {
		return s.Store.Update(ctx, fn)
	}
	start := time.Now()
	ctx, end := s.t.step(ctx, "store.update")
	var last *seen
	err := s.Store.Update(ctx, func(tx enclave.Tx) error {
		last = &seen{Tx: tx}
		return fn(last)
	})
	end(nil)
	if err == nil && last != nil && len(last.entries) > 0 {
		s.t.m.append.Observe(time.Since(start).Seconds())
		for _, e := range last.entries {
			s.t.entry(e)
		}
	}
	return err
}

// seen remembers the entries of a transaction.
type seen struct {
	enclave.Tx
	entries [][]byte
}

// AuditAppend appends an entry.
func (w *seen) AuditAppend(n int64, entry []byte, class string, hashes []tlog.Hash) error {
	err := w.Tx.AuditAppend(n, entry, class, hashes)
	if err == nil {
		w.entries = append(w.entries, slices.Clone(entry))
	}
	return err
}

// entry counts what an entry says. Only what a caller was told at once is looked at; what a run came to is counted at its tick.
func (t *Telemetry) entry(b []byte) {
	var e audit.Entry
	if json.Unmarshal(b, &e) != nil {
		return
	}
	switch e.Action {
	case audit.ActionSessionOpen:
		how := "denied"
		if e.Outcome == "opened" {
			how = "opened"
		}
		t.m.opened.WithLabelValues(how).Inc()
	case audit.ActionSessionClose:
		t.m.closed.Inc()
	case audit.ActionQueryCheck:
		t.refused(e.Outcome)
	case audit.ActionQueryRun, audit.ActionDenied:
		t.refused(e.Facts["code"])
	}
}

// refused counts a code of the closed list.
func (t *Telemetry) refused(code string) {
	if slices.Contains(catalog.Codes(), catalog.Code(code)) {
		t.m.refusals.WithLabelValues(code).Inc()
	}
}
