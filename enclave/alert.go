package enclave

import (
	"context"
	"strconv"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/sandbox/wire"
)

// Where the marking of a state secret was found, or that it was declared: the kinds of alert.
const (
	alertDeclared = "declared" // the declaration says that the data hold state secrets
	alertText     = "declaration"
	alertData     = "data"
)

// alertSecrets tells the security administrator, the auditor and the regulator, who read the log, that somebody tried to declare what is or
// looks like a state secret (SJZ-2). The policy refuses it; the alert stays although nothing of the declaration does.
func (s *Service) alertSecrets(ctx context.Context, p Principal, docs []catalog.Document) error {
	for _, d := range docs {
		ds, ok := d.Body.(*catalog.Dataset)
		if !ok || declares(p, ds) != nil {
			continue
		}
		kind, n := alertText, len(ds.Spec.MarkedFields())
		if n == 0 {
			if ds.Spec.StateSecret == nil || !*ds.Spec.StateSecret {
				continue
			}
			kind = alertDeclared
		}
		if err := s.store.Update(ctx, func(tx Tx) error { return s.alert(tx, p, d.Name, kind, n) }); err != nil {
			return known(err)
		}
	}
	return nil
}

// alert records an alert about a dataset in the transaction of what it is about.
func (s *Service) alert(tx Tx, p Principal, dataset, kind string, count int) error {
	s.log.Warn("state secret: look at the audit log", "kind", kind)
	return s.record(tx, entry{by: p, action: audit.ActionDatasetAlert, on: dataset, outcome: "state_secret", class: retention5,
		facts: map[string]string{"kind": kind, "count": strconv.Itoa(count)}})
}

// secretColumns counts the columns of a batch in which the marking of a state secret was found.
func (b *batch) secretColumns() int {
	n := 0
	for _, f := range b.faults {
		if f.Rule == string(wire.RuleStateSecret) {
			n++
		}
	}
	return n
}
