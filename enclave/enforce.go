package enclave

import (
	"maps"
	"slices"

	"yumen/catalog"
	"yumen/enclave/application"
	"yumen/enclave/audit"
	"yumen/enclave/sanction"
	"yumen/internal/metastore"
	"yumen/policy"
)

// enforced is what a sanction ended, to be carried out once its transaction holds.
type enforced struct {
	runs     stoppedRuns
	grants   []ended
	accounts []string // whose sessions ended
}

// enforce carries it out.
func (s *Service) enforce(e enforced) {
	s.stopped(e.runs)
	for _, g := range e.grants {
		s.clear(g)
	}
	for _, a := range e.accounts {
		s.ended.changed(a)
	}
}

// comesIntoForce ends, in the transaction that brings a sanction into force, what goes on against it: what waits or runs, the sessions of
// who is on the blacklist, everything of who is terminated.
func (s *Service) comesIntoForce(tx Tx, p Principal, state string, v *sanctionRecord, d policy.Decision) (enforced, error) {
	var out enforced
	if !sanction.State(state).InForce() {
		return out, nil
	}
	organizations, err := v.covered(tx)
	if err != nil {
		return out, err
	}
	over := func(run *runRecord) bool {
		return slices.Contains(organizations, run.Organization) && (v.Dataset == "" || slices.Contains(slices.Collect(maps.Keys(run.Snapshots)), v.Dataset))
	}
	if out.runs, err = s.stopRuns(tx, p, over, sanctionRefusals[v.Kind]); err != nil {
		return out, err
	}
	switch sanction.State(state) {
	case sanction.Ended: // what waited may have waited for nothing but the reinstatement
		waiting, err := s.blockReviews(tx, p, over)
		out.runs = out.runs.and(waiting)
		return out, err
	case sanction.Listed:
		for _, name := range organizations {
			accounts, err := endOrganization(tx, name)
			if err != nil {
				return out, err
			}
			out.accounts = append(out.accounts, accounts...)
		}
	case sanction.Terminated:
		return out, s.closeOrganization(tx, p, v.Unit.Organization, d, &out)
	}
	return out, nil
}

// closeOrganization closes all that an organization has: its accounts, their sessions and signing keys, its grants, and with them what waits
// for review or for its answer, and its applications that are not decided.
func (s *Service) closeOrganization(tx Tx, p Principal, name string, d policy.Decision, out *enforced) error {
	err := each(tx, recGrant, metastore.Query{Owner: name}, func(rec metastore.Record, g grantRecord) error {
		state, act := application.GrantState(rec.State), application.Terminate
		if state != application.Granted && state != application.Suspended {
			return nil
		}
		if s.over(g.NotAfter) {
			act = application.Lapse
		}
		ended, err := s.moveGrant(tx, p, &g, rec, act, "", d)
		out.grants = append(out.grants, ended)
		return err
	})
	if err != nil {
		return err
	}
	if out.accounts, err = endOrganization(tx, name); err != nil {
		return err
	}
	for _, account := range out.accounts {
		if err := s.closeAccount(tx, p, account); err != nil {
			return err
		}
	}
	return s.closeApplications(tx, p, name, d)
}

// closeApplications ends the applications of an organization that are not decided.
func (s *Service) closeApplications(tx Tx, p Principal, name string, d policy.Decision) error {
	return each(tx, recApplication, metastore.Query{Owner: name}, func(rec metastore.Record, a applicationRecord) error {
		if state := application.State(rec.State); state != application.Submitted && state != application.Returned {
			return nil
		}
		e := entry{action: audit.ActionApplicationClose, digests: map[string]catalog.Digest{"decision": d.InputDigest}}
		_, err := s.moveApplication(tx, p, a, rec, application.Close, application.System, application.Facts{Ended: true}, e, policy.Decision{})
		return err
	})
}

// closeAccount shuts an account for good: its password, its activation code and its signing keys are worth nothing from then on.
func (s *Service) closeAccount(tx Tx, p Principal, name string) error {
	v, rec, err := load[accountRecord](tx, recAccount, name)
	if err != nil || rec.State == accountClosed {
		return err
	}
	rec.State, v.Password, v.Activation, v.Suspension = accountClosed, "", nil, nil
	if err := save(tx, recAccount, rec, s.nowMS(), v); err != nil {
		return err
	}
	if err := s.record(tx, entry{by: p, action: audit.ActionAccountClose, on: name, outcome: accountClosed, class: retention5}); err != nil {
		return err
	}
	return each(tx, recKey, metastore.Query{Owner: name}, func(rec metastore.Record, k keyRecord) error {
		if rec.State == keyRevoked {
			return nil
		}
		rec.State = keyRevoked
		if err := save(tx, recKey, rec, s.nowMS(), k); err != nil {
			return err
		}
		return s.record(tx, entry{by: p, action: audit.ActionKeyRevoke, on: rec.ID, outcome: keyRevoked, class: retention5})
	})
}

// endOrganization ends the sessions of an organization, and names its accounts.
func endOrganization(tx Tx, name string) ([]string, error) {
	accounts, err := tx.List(recAccount, metastore.Query{Owner: name})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, a := range accounts {
		if err := endSessions(tx, a.ID, ""); err != nil {
			return nil, err
		}
		out = append(out, a.ID)
	}
	return out, nil
}

// shut reports whether nobody gets in with an account in this state.
func shut(state string) bool { return state == accountSuspended || state == accountClosed }

// errClosed: an account went with its organization.
var errClosed = fault(KindConflict, "该账号已随机构的终止而关闭", "the account was closed when its organization was terminated")

// frozenReason is the refusal that tells of what came into force while an act was being judged.
func frozenReason(kinds policy.Set) catalog.Refusal {
	for _, k := range sanction.Kinds() {
		if kinds.Has(string(k)) {
			return sanctionRefusals[k]
		}
	}
	return frozenRefusal()
}
