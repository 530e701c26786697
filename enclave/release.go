package enclave

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/egress"
	"yumen/internal/api"
	"yumen/internal/faultpoint"
	"yumen/internal/metastore"
	"yumen/policy"
)

// Release is an issued release in the hands of its recipient: the only value from which a door can read rows. Only Collect makes one.
type Release struct {
	columns []api.Column
	files   []file // of the bundle: data, label, receipt, proof
	rows    []byte
}

// Rows are the columns and rows of the answer, each row a JSON array.
func (r *Release) Rows() ([]api.Column, []json.RawMessage, error) {
	rows, err := decodeRows(r.rows)
	return r.columns, rows, err
}

// WriteTar writes the bundle: data file, LABEL.txt, receipt.json and receipt.proof.
func (r *Release) WriteTar(w io.Writer) error {
	faultpoint.Hit(faultpoint.CollectReady)
	return writeTar(faultpoint.Writer(w, faultpoint.CollectHalf), r.files)
}

// Collect hands an issued release to its recipient, after asking the policy again and logging that it was collected.
func (s *Service) Collect(ctx context.Context, p Principal, id string) (*Release, error) {
	var rel releaseRecord
	var run runRecord
	err := s.store.Update(ctx, func(tx Tx) error {
		v, rec, err := load[releaseRecord](tx, recRelease, id)
		if err != nil {
			return err
		}
		if run, _, err = load[runRecord](tx, recRun, v.Run); err != nil {
			return err
		}
		g, _, err := load[grantRecord](tx, recGrant, run.Grant)
		if err != nil {
			return err
		}
		if !g.receives(p) || run.VisibleAt > s.nowMS() {
			return errNotFound
		}
		if err := s.mayCollect(ctx, tx, p, id, rec.State, &v, &run, &g); err != nil {
			return err
		}
		v.Collected++
		if err := save(tx, recRelease, rec, s.nowMS(), v); err != nil {
			return err
		}
		if v.Collected == 1 {
			if err := s.pay(tx, &run); err != nil {
				return err
			}
		}
		rel = v
		return s.record(tx, entry{by: p, action: audit.ActionReleaseCollect, on: id, outcome: "collected", class: classOf(run.Grade)})
	})
	if err != nil {
		s.denied(ctx, p, policy.ActionReleaseCollect, id, err)
		return nil, known(err)
	}
	files, err := s.readArtefact(run.Artefact)
	if err != nil {
		return nil, err
	}
	out := &Release{columns: run.Columns, rows: pick(files, rowsName)}
	for _, st := range run.Artefacts.Files {
		data := pick(files, st.Name)
		if catalog.DigestOf(data) != st.Digest {
			return nil, errors.New("the stored artefact is not what was reviewed")
		}
		out.files = append(out.files, file{st.Name, data})
	}
	out.files = append(out.files, file{"LABEL.txt", []byte(rel.Label)}, file{"receipt.json", []byte(rel.Receipt)}, file{"receipt.proof", []byte(rel.Proof)})
	return out, nil
}

func (s *Service) mayCollect(ctx context.Context, tx Tx, p Principal, id, state string, v *releaseRecord, run *runRecord, g *grantRecord) error {
	org, err := organizationFacts(tx, p.Organization)
	if err != nil {
		return err
	}
	markets, err := marketsOf(tx, run)
	if err != nil {
		return err
	}
	frozen, err := frozenOn(tx, policy.ActionReleaseCollect, p.Organization, slices.Collect(maps.Keys(run.Snapshots))...)
	if err != nil {
		return err
	}
	return s.allowed(ctx, tx, policy.ReleaseCollect{Common: s.common(p), Frozen: frozen, GrantState: policy.State(g.State), Organization: org,
		Release: policy.IssuedRelease{ID: id, State: policy.State(state), LegalGroup: run.LegalGroup, Recipients: g.recipients(), NotAfter: v.NotAfter, Grade: v.Grade, Markets: markets}})
}

// recipients say who may collect what is released under the grant, by organization.
func (g *grantRecord) recipients() map[string]policy.Collectors {
	out := map[string]policy.Collectors{}
	for _, r := range g.Recipients {
		out[r.Organization] = policy.Collectors{Everybody: len(r.Persons) == 0, Persons: policy.NewSet(r.Persons...)}
	}
	return out
}

// receives reports whether the caller's organization may know of what is released under the grant: it asked, or is a recipient of the
// same legal group. Which of its people may collect it, the policy says.
func (g *grantRecord) receives(p Principal) bool {
	if p.Role == "" || p.LegalGroup != g.LegalGroup {
		return false
	}
	_, recipient := g.recipients()[p.Organization]
	return recipient || p.Organization == g.Organization
}

// marketsOf are the market classes of the datasets of a run.
func marketsOf(tx Tx, run *runRecord) (policy.Set, error) {
	out := policy.NewSet()
	for name := range run.Snapshots {
		d, _, err := load[datasetRecord](tx, recDataset, name)
		if err != nil {
			return policy.Set{}, err
		}
		out.Add(string(d.market(&d.Spec)))
	}
	return out, nil
}

func classOf(g catalog.Grade) string {
	if g >= 3 {
		return retention5
	}
	return retention3
}

// Releases lists a page of the releases that the caller's organization asked for or receives, newest first; the zone's staff see all.
func (s *Service) Releases(ctx context.Context, p Principal, page api.Page) (api.ReleaseItems, error) {
	out := api.ReleaseItems{Items: []api.ReleaseItem{}}
	q := onPage(own(p), page)
	if q.Owner == p.Organization {
		q.Owner = p.LegalGroup // a release belongs to its legal group: its recipients are of it
	}
	grants := map[string]grantRecord{}
	err := s.store.View(ctx, func(tx Tx) error {
		for {
			read := 0
			err := each(tx, recRelease, q, func(r metastore.Record, v releaseRecord) error {
				read, q.After = read+1, r.ID
				item, seen, err := s.releaseView(tx, p, r, &v, grants)
				if seen && len(out.Items) < q.Limit {
					out.Items = append(out.Items, item)
				}
				return err
			})
			if err != nil || read < q.Limit || len(out.Items) == q.Limit {
				return err
			}
		}
	})
	return out, known(err)
}

// releaseView shows a release to who may know of it, once its tick has come.
func (s *Service) releaseView(tx Tx, p Principal, r metastore.Record, v *releaseRecord, grants map[string]grantRecord) (api.ReleaseItem, bool, error) {
	run, _, err := load[runRecord](tx, recRun, v.Run)
	if err != nil || run.VisibleAt > s.nowMS() {
		return api.ReleaseItem{}, false, err
	}
	g, have := grants[run.Grant]
	if !have {
		if g, _, err = load[grantRecord](tx, recGrant, run.Grant); err != nil {
			return api.ReleaseItem{}, false, err
		}
		grants[run.Grant] = g
	}
	return api.ReleaseItem{ID: r.ID, Run: v.Run, Grade: v.Grade, State: shown(r.State), Created: run.VisibleAt, Receipt: string(v.ReceiptDigest)},
		staff(p) || g.receives(p), nil
}

// Run returns one of the caller's organization's runs as it may be seen now. Rows come from Collect alone.
func (s *Service) Run(ctx context.Context, p Principal, id string) (api.Run, error) {
	var out api.Run
	err := s.store.View(ctx, func(tx Tx) error {
		run, rec, err := load[runRecord](tx, recRun, id)
		if err != nil {
			return err
		}
		if rec.Owner != p.Organization || p.Role == "" {
			return errNotFound
		}
		out = s.runView(rec, run)
		return nil
	})
	return out, known(err)
}

// The lengths of a page: what is given without a word, and the most that is given.
const (
	pageLimit = 100
	mostLimit = 1000
)

// onPage bounds a query to one page of its answer.
func onPage(q metastore.Query, page api.Page) metastore.Query {
	q.After, q.Limit = page.Before, min(page.Limit, mostLimit)
	if q.Limit <= 0 {
		q.Limit = pageLimit
	}
	return q
}

// Runs lists a page of them, newest first.
func (s *Service) Runs(ctx context.Context, p Principal, page api.Page) (api.Runs, error) {
	out := api.Runs{Items: []api.Run{}}
	q := onPage(own(p), page)
	q.Owner = p.Organization
	if p.Role == "" {
		q.Owner = nobody
	}
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recRun, q, func(r metastore.Record, v runRecord) error {
			out.Items = append(out.Items, s.runView(r, v))
			return nil
		})
	})
	return out, known(err)
}

// runView shows a run as its author's organization may see it now: until its tick, it is running.
func (s *Service) runView(rec metastore.Record, run runRecord) api.Run {
	out := api.Run{Run: rec.ID, State: shown(rec.State), Grade: run.Grade, Grant: run.Grant, Created: rec.Created, SQL: run.SQL,
		Refusal: run.Refusal, Jurisdiction: s.zone.Jurisdiction, Environment: string(s.zone.environment())}
	if run.Computation != nil {
		out.Computation = run.Computation.Name
		for _, p := range run.Computation.Params {
			out.Params = append(out.Params, api.Param{Name: p.Name, Value: p.Value})
		}
	}
	if run.VisibleAt > s.nowMS() {
		out.State, out.Refusal = run.Before, nil
		return out
	}
	if out.State == "released" {
		out.Release, out.Notice = run.Release, notice
		out.Mode, out.Noise = string(run.Mode), run.Noise
	}
	if rec.State == string(egress.Returned) || rec.State == string(egress.Rejected) {
		out.Reasons = run.Reasons
	}
	return out
}

// advance moves a run from a state to its next one, which becomes visible at the next tick; until then it looks as it does now.
func (s *Service) advance(rec *metastore.Record, run *runRecord, from, next string) {
	if run.VisibleAt <= s.nowMS() {
		run.Before = shown(from)
	}
	rec.State, run.VisibleAt = next, s.tick(run)
}

// shown is the word of the command contract for a stored state.
func shown(state string) string {
	if state == stateRefused {
		return state
	}
	return egress.State(state).Shown()
}

// The states of a run that the egress machine does not have, or that are named often.
const (
	stateRefused = "refused"
	stateRunning = string(egress.Running)
)

// Watch sends the names of a run's states as they become visible, and closes at a resting state.
func (s *Service) Watch(ctx context.Context, p Principal, id string) (<-chan string, error) {
	first, err := s.Run(ctx, p, id)
	if err != nil {
		return nil, err
	}
	out := make(chan string, 1)
	go func() {
		defer close(out)
		last := ""
		for v := first; ; {
			if v.State != last {
				last = v.State
				select {
				case out <- last:
				case <-ctx.Done():
					return
				}
			}
			if last != stateRunning && last != string(egress.InReview) {
				return
			}
			on := s.pause(ctx, id)
			if v, err = s.Run(ctx, p, id); err != nil || !on && v.State == last {
				return
			}
		}
	}()
	return out, nil
}

// pause waits until the run changed and its tick came, or a second passed.
func (s *Service) pause(ctx context.Context, id string) bool {
	var changed <-chan struct{}
	wait := time.Second
	if left := time.Duration(s.visibleAt(ctx, id)-s.nowMS()) * time.Millisecond; left > 0 {
		wait = min(left+time.Millisecond, wait)
	} else {
		var off func()
		changed, off = s.watch.on(id)
		defer off()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	case <-ctx.Done():
		return false
	case <-s.ctx.Done():
		return false
	}
	return true
}

func (s *Service) visibleAt(ctx context.Context, id string) int64 {
	var at int64
	err := s.store.View(ctx, func(tx Tx) error {
		run, _, err := load[runRecord](tx, recRun, id)
		at = run.VisibleAt
		return err
	})
	if err != nil {
		s.log.Error("read a run", "error", fmt.Errorf("watch: %w", err))
	}
	return at
}
