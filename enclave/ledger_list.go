package enclave

import (
	"context"
	"slices"
	"strings"

	"yumen/enclave/egress"
	"yumen/internal/api"
	"yumen/internal/metastore"
)

// Ledger lists the earlier answers of the caller's legal group, newest question first: boxes and dates, no verdicts. A row shows as long
// as its run shows an answer or the way to one, whatever happened inside since the last tick, and under the time of the question: no
// time of ours tells how long it took.
func (s *Service) Ledger(ctx context.Context, p Principal) (api.Ledger, error) {
	out := api.Ledger{Items: []api.LedgerItem{}}
	if p.Role == "" {
		return out, nil
	}
	err := s.store.View(ctx, func(tx Tx) error {
		err := each(tx, recLedger, metastore.Query{Owner: p.LegalGroup, Newest: true, Limit: 1000}, func(r metastore.Record, v ledgerRecord) error {
			if v.Run == "" {
				out.Items = append(out.Items, api.LedgerItem{Computation: v.Computation, Created: r.Created, Box: v.Words})
				return nil
			}
			run, rec, err := load[runRecord](tx, recRun, v.Run)
			if err == nil && s.runView(rec, run).State != stateRunning {
				out.Items = append(out.Items, api.LedgerItem{Run: v.Run, Created: run.Submitted, Box: v.Words})
			}
			return err
		})
		if err != nil {
			return err
		}
		return each(tx, recRun, metastore.Query{State: string(egress.Rejected)}, func(r metastore.Record, run runRecord) error {
			if run.LegalGroup == p.LegalGroup && run.VisibleAt > s.nowMS() {
				out.Items = append(out.Items, api.LedgerItem{Run: r.ID, Created: run.Submitted, Box: run.Plan.Words()})
			}
			return nil
		})
	})
	slices.SortFunc(out.Items, func(a, b api.LedgerItem) int { return strings.Compare(b.Run, a.Run) })
	return out, known(err)
}
