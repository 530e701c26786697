package enclave

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/consent"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// States of a subject's authorization.
const (
	subjectLive      = "live"
	subjectWithdrawn = "withdrawn"
)

// actAuthorize names the act in the log when it is denied.
const actAuthorize policy.Action = "authorization.record"

// registerID names the register of one dataset, organization, scenario and purpose.
func registerID(dataset, organization, scenario, purpose string) string {
	b, _ := json.Marshal([]string{dataset, organization, scenario, purpose})
	sum := sha256.Sum256(b)
	return string(catalog.PrefixRegister) + "_" + hex.EncodeToString(sum[:16])
}

// registerOf is what is recorded; nothing is the zero register, which permits nothing.
func registerOf(tx Records, dataset, organization, scenario, purpose string) (consent.Register, error) {
	v, _, err := load[registerRecord](tx, recRegister, registerID(dataset, organization, scenario, purpose))
	if errors.Is(err, metastore.ErrNotFound) {
		return consent.Register{}, nil
	}
	return v.Register, err
}

// RecordAuthorizations records authorizations of subjects, or a legal basis, for one dataset, organization, scenario and purpose. The
// identifiers in the document are hashed under the zone's key and forgotten.
func (s *Service) RecordAuthorizations(ctx context.Context, p Principal, in api.Authorizations) (api.Register, error) {
	return s.authorize(ctx, p, in, audit.ActionAuthorizationRecord, func(tx Tx, v *registerRecord, id string, all []consent.Authorization) error {
		if in.Basis != nil {
			evidence := catalog.Digest(in.Basis.Evidence)
			if in.Document != "" || evidence.Validate() != nil || s.over(in.Basis.NotAfter) {
				return fault(KindInvalid, "法定依据需要依据文件的摘要和未到期的截止时间，且不带名单", "a legal basis takes the digest of its document and an end that lies ahead, and no list")
			}
			v.Law = &consent.Basis{Evidence: in.Basis.Evidence, NotAfter: in.Basis.NotAfter}
			return nil
		}
		for _, a := range all {
			if s.over(a.NotAfter) {
				return fault(KindInvalid, "名单中有已到期的授权", "an authorization of the list has ended already")
			}
			if err := s.keepSubject(tx, v, id, a); err != nil {
				return err
			}
		}
		return nil
	})
}

// keepSubject records one authorization, in the place of the one that the subject gave before.
func (s *Service) keepSubject(tx Tx, v *registerRecord, id string, a consent.Authorization) error {
	old, rec, err := load[subjectRecord](tx, recSubject, id+"."+a.Subject)
	switch {
	case errors.Is(err, metastore.ErrNotFound):
		rec = metastore.Record{ID: id + "." + a.Subject, Owner: id}
	case err != nil:
		return err
	case rec.State == subjectLive:
		v.Register = v.Without(old.NotAfter)
	}
	rec.State, v.Register = subjectLive, v.With(a.NotAfter)
	return save(tx, recSubject, rec, s.nowMS(), subjectRecord{Evidence: string(a.Evidence), NotAfter: a.NotAfter})
}

// WithdrawAuthorizations takes back the authorizations of subjects, in force at once: the data in which they are is not used for the
// scenario and purpose until it is loaded anew. Who never authorized is withdrawn as well, so that the answer does not tell who did. An organization
// that passes on the withdrawal of what its own runs rest on does so when everything shows as it is.
func (s *Service) WithdrawAuthorizations(ctx context.Context, p Principal, in api.Authorizations) (api.Register, error) {
	for {
		out, err := s.withdrawAuthorizations(ctx, p, in)
		if !errors.Is(err, errHidden) {
			return out, err
		}
		if err := s.endShown(ctx, p, uses(&registerRecord{Dataset: in.Dataset, Organization: in.Organization, Scenario: in.Scenario, Purpose: in.Purpose})); err != nil {
			return api.Register{}, known(err)
		}
	}
}

func (s *Service) withdrawAuthorizations(ctx context.Context, p Principal, in api.Authorizations) (api.Register, error) {
	return s.authorize(ctx, p, in, audit.ActionAuthorizationWithdraw, func(tx Tx, v *registerRecord, id string, all []consent.Authorization) error {
		for _, a := range all {
			old, rec, err := load[subjectRecord](tx, recSubject, id+"."+a.Subject)
			switch {
			case errors.Is(err, metastore.ErrNotFound):
				rec = metastore.Record{ID: id + "." + a.Subject, Owner: id}
			case err != nil:
				return err
			case rec.State == subjectLive:
				v.Register = v.Without(old.NotAfter)
			}
			rec.State, v.Withdrawn = subjectWithdrawn, s.nowMS()
			if err := save(tx, recSubject, rec, s.nowMS(), old); err != nil {
				return err
			}
		}
		return nil
	})
}

// authorize changes one register, with its entry, and ends what it permits no more.
func (s *Service) authorize(ctx context.Context, p Principal, in api.Authorizations, action audit.Action,
	change func(Tx, *registerRecord, string, []consent.Authorization) error) (api.Register, error) {
	id := registerID(in.Dataset, in.Organization, in.Scenario, in.Purpose)
	var out api.Register
	var ended stoppedRuns
	err := s.store.Update(ctx, func(tx Tx) error {
		ended = stoppedRuns{}
		v, rec, all, err := s.readAuthorizations(tx, p, in, id, action)
		if err != nil {
			return err
		}
		if err := change(tx, &v, id, all); err != nil {
			return err
		}
		if err := save(tx, recRegister, rec, s.nowMS(), v); err != nil {
			return err
		}
		if action == audit.ActionAuthorizationWithdraw && v.State(s.clock.Now().Unix(), s.nowMS()) != consent.Live {
			covers := uses(&v)
			if hidden, err := s.hidden(tx, p, covers); err != nil || len(hidden) > 0 {
				return cmp.Or(err, errHidden)
			}
			if ended, err = s.stopRuns(tx, p, func(run *runRecord) bool { return covers(tx, run) }, withdrawnRefusal()); err != nil {
				return err
			}
		}
		if out, err = s.registerView(tx, p, id, &v); err != nil {
			return err
		}
		return s.record(tx, entry{by: p, action: action, on: id, outcome: out.State, class: retention5,
			facts: map[string]string{"dataset": v.Dataset, "organization": v.Organization, "count": strconv.Itoa(len(all))}})
	})
	s.denied(ctx, p, actAuthorize, id, err)
	if err != nil {
		return api.Register{}, known(err)
	}
	s.stopped(ended)
	return out, nil
}

// uses selects the runs that rest on a register.
func uses(v *registerRecord) func(Tx, *runRecord) bool {
	return func(tx Tx, run *runRecord) bool {
		if run.Organization != v.Organization || run.Purpose != v.Purpose || run.Snapshots[v.Dataset] == "" {
			return false
		}
		g, _, err := load[grantRecord](tx, recGrant, run.Grant)
		return err != nil || g.Scenario == v.Scenario
	}
}

// readAuthorizations reads the register that is changed, and the rows of the document as keyed hashes.
func (s *Service) readAuthorizations(tx Tx, p Principal, in api.Authorizations, id string, action audit.Action) (v registerRecord, rec metastore.Record, all []consent.Authorization, err error) {
	d, _, err := load[datasetRecord](tx, recDataset, in.Dataset)
	if err == nil && d.Approved == nil {
		err = metastore.ErrNotFound
	}
	if err != nil {
		return v, rec, nil, err
	}
	if err := mayAuthorize(p, &d, in, action); err != nil {
		return v, rec, nil, err
	}
	if err := oneUse(in.Scenario, in.Purpose); err != nil {
		return v, rec, nil, err
	}
	if _, err := tx.Get(recOrg, in.Organization); err != nil {
		return v, rec, nil, err
	}
	v, rec, err = load[registerRecord](tx, recRegister, id)
	if errors.Is(err, metastore.ErrNotFound) {
		rec, err = metastore.Record{ID: id, Owner: in.Organization}, nil
		v = registerRecord{Dataset: in.Dataset, Provider: d.provider(), Organization: in.Organization, Scenario: in.Scenario, Purpose: in.Purpose}
	}
	if err != nil || in.Basis != nil {
		return v, rec, nil, err
	}
	all, err = s.subjects(d.Approved, in.Document, action == audit.ActionAuthorizationRecord)
	return v, rec, all, err
}

// mayAuthorize: the provider's people record; a withdrawal can also be passed on by any steward and by the organization itself.
func mayAuthorize(p Principal, d *datasetRecord, in api.Authorizations, action audit.Action) error {
	role := catalog.AccountRole(p.Role)
	provides := p.Organization == d.provider() && (role == catalog.AccountProvider || role == catalog.AccountSteward)
	passesOn := role == catalog.AccountSteward || role == catalog.AccountAnalyst && p.Organization == in.Organization
	if provides || action == audit.ActionAuthorizationWithdraw && passesOn {
		return nil
	}
	return fault(KindForbidden, "主体授权由数据提供单位登记；撤回也可由数据管理员或被授权机构转达",
		"the provider of the data records authorizations; a withdrawal can be passed on by a steward and by the organization itself")
}

// oneUse refuses what would bundle several scenarios or purposes into one authorization (BJ-OPS-25d).
func oneUse(texts ...string) error {
	for _, t := range texts {
		if strings.TrimSpace(t) != t || t == "" || strings.ContainsAny(t, "*;|\n\r；") {
			return fault(KindInvalid, "授权须针对一个场景和一个用途：不得使用通配符或一揽子写法", "an authorization is for one scenario and one purpose: no wildcard, no list")
		}
	}
	return nil
}

// subjects reads the rows of a document. What it says of a fault is the line and the column.
func (s *Service) subjects(spec *catalog.DatasetSpec, document string, ends bool) ([]consent.Authorization, error) {
	e := spec.Subject()
	if e == nil {
		return nil, fault(KindInvalid, "该数据集没有带 key 的主体，无法登记授权", "no entity of this dataset has a key: nobody's authorization can be recorded")
	}
	key, err := s.keys.Secret("subject-authorization")
	if err != nil {
		return nil, fmt.Errorf("key of the authorizations: %w", err)
	}
	h := consent.Hasher{Key: key, Type: e.Type}
	for _, name := range e.Key {
		h.Columns = append(h.Columns, spec.Column(name))
	}
	all, err := h.Read(document, ends)
	var at *consent.RowError
	if errors.As(err, &at) {
		return nil, fault(KindInvalid, fmt.Sprintf("名单第 %d 行无法读取：%s", at.Line, at.Column), fmt.Sprintf("line %d of the list cannot be read: %s", at.Line, at.Column))
	}
	if err == nil && len(all) == 0 {
		err = fault(KindInvalid, "名单是空的", "the list is empty")
	}
	return all, err
}

// Registers lists what is recorded: to the staff all, to a provider what is about its data, to an institution what is about it.
func (s *Service) Registers(ctx context.Context, p Principal) (api.Registers, error) {
	out := api.Registers{Items: []api.Register{}}
	if p.Role == "" {
		return out, nil
	}
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recRegister, metastore.Query{Limit: 1000}, func(r metastore.Record, v registerRecord) error {
			if staff(p) || p.Organization == v.Organization || p.Organization == v.Provider {
				view, err := s.registerView(tx, p, r.ID, &v)
				out.Items = append(out.Items, view)
				return err
			}
			return nil
		})
	})
	return out, known(err)
}

// registerView shows a register: to the provider and the zone's staff as it stands for data that were loaded just now; to the organization that it
// is about as it stands for the data that are there, without anything that tells one subject's authorization from that of another.
func (s *Service) registerView(tx Tx, p Principal, id string, v *registerRecord) (api.Register, error) {
	now := s.clock.Now().Unix()
	out := api.Register{ID: id, Dataset: v.Dataset, Organization: v.Organization, Scenario: v.Scenario, Purpose: v.Purpose, Withdrawn: v.Withdrawn}
	if v.Law != nil {
		out.Basis = &api.LegalBasis{Evidence: v.Law.Evidence, NotAfter: v.Law.NotAfter}
	}
	if staff(p) || p.Organization == v.Provider {
		out.State, out.Subjects, out.Until = string(v.State(now, s.nowMS()+1)), v.Subjects(now), v.Until(now)
		return out, nil
	}
	loaded, err := loadedAt(tx, v.Dataset)
	out.State = string(v.State(now, loaded))
	return out, err
}

// loadedAt is when the file of a dataset's data was first sent, in unix milliseconds; 0 without data.
func loadedAt(tx Tx, dataset string) (int64, error) {
	d, _, err := load[datasetRecord](tx, recDataset, dataset)
	if err != nil || d.Current == "" {
		return 0, unlessNotFound(err)
	}
	snap, rec, err := load[snapshotRecord](tx, recSnapshot, d.Current)
	return snap.since(rec), err
}

func withdrawnRefusal() catalog.Refusal {
	return catalog.Refusal{Code: catalog.CodeConsent, Position: -1, Articles: []string{"BJ-OPS-25c"},
		Message: catalog.Text{Zh: "有主体撤回了授权", En: "A subject has withdrawn the authorization"},
		Remedy:  catalog.Text{Zh: "等数据重新装载（不含该主体）后再提问", En: "Ask again when the data were loaded anew, without the subject"}}
}

// tellConsent says what a refusal for want of authorizations rests on, and what helps.
func (a *asked) tellConsent(r *catalog.Refusal) *catalog.Refusal {
	out := *r
	worst := consent.None
	for name := range a.bound.Facts.Tables {
		switch state := a.registers[name].State(a.now, a.loaded[name]); state {
		case consent.Withdrawn, consent.Expired:
			worst = state
		}
	}
	switch worst {
	case consent.Withdrawn:
		w := withdrawnRefusal()
		out.Message, out.Remedy = w.Message, w.Remedy
	case consent.Expired:
		out.Message = catalog.Text{Zh: "主体授权或法定依据已到期", En: "Authorizations of subjects, or the legal basis, have ended"}
		out.Remedy = catalog.Text{Zh: "由数据提供单位续登，或重新装载数据", En: "Have the provider record them anew, or load the data anew"}
	}
	return &out
}
