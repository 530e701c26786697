package enclave_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// impose imposes a sanction by each of the accounts in turn, and returns what the last one was told.
func impose(t *testing.T, z *enclavetest.Zone, in api.SanctionRequest, by ...string) api.Sanction {
	t.Helper()
	var out api.Sanction
	in.Reason = "as decided"
	for _, as := range by {
		var err error
		out, err = z.Service.Sanction(t.Context(), enclavetest.As(as), in)
		require.NoError(t, err, as)
	}
	return out
}

func carry(t *testing.T, z *enclavetest.Zone, id, word string, by ...string) api.Sanction {
	t.Helper()
	var out api.Sanction
	for _, as := range by {
		var err error
		out, err = z.Service.ActOnSanction(t.Context(), enclavetest.As(as), id, api.SanctionAct{Act: word, Reason: "looked into"})
		require.NoError(t, err, as)
	}
	return out
}

// routes are the ways in which an analyst uses the zone; each returns the code that refuses it.
func routes(t *testing.T, z *enclavetest.Zone, p enclave.Principal, grant, release, sql string) map[string]catalog.Code {
	t.Helper()
	out := map[string]catalog.Code{}
	check, err := z.Service.Check(context.Background(), p, api.RunRequest{Grant: grant, SQL: sql})
	require.NoError(t, err)
	run, err := z.Service.Submit(context.Background(), p, api.RunRequest{Grant: grant, SQL: sql}, "")
	require.NoError(t, err)
	z.Executed(t, run.Run)
	if check.Refusal != nil {
		out["check"] = check.Refusal.Code
	}
	if run.Refusal != nil {
		out["run"] = run.Refusal.Code
	}
	_, err = z.Service.Collect(context.Background(), p, release)
	out["collect"] = code(err)
	_, err = z.Service.SubmitApplication(context.Background(), p, enclavetest.Wanted())
	out["apply"] = code(err)
	return out
}

func all(c catalog.Code) map[string]catalog.Code {
	if c == "" {
		return map[string]catalog.Code{"collect": "", "apply": ""}
	}
	return map[string]catalog.Code{"check": c, "run": c, "collect": c, "apply": c}
}

// Terminated: with a job that runs, a question in review, an open stream and a signing key, everything ends in one transaction, and nothing
// comes back.
func TestSJZ_11c_TerminationClosesEverythingAtOnce(t *testing.T) {
	z := enclavetest.New(t)
	a, beside := enclavetest.As("analyst_a"), enclavetest.As("analyst_b")
	grant, grantB := z.Grant(t, a), z.Grant(t, beside)
	z.Signer(t, a, true)
	released := z.Ask(t, a, grant, north)
	waiting := z.Ask(t, a, grant, byKind)
	require.Equal(t, "in_review", waiting.State)
	release := z.Runner.Hold()
	defer release()
	running, err := z.Service.Submit(context.Background(), a, api.RunRequest{Grant: grant, SQL: "SELECT city, count(*) AS n FROM clients GROUP BY city"}, "")
	require.NoError(t, err)
	states, err := z.Service.Watch(t.Context(), a, running.Run)
	require.NoError(t, err)
	require.Equal(t, "running", <-states)

	open, err := z.Service.SubmitApplication(t.Context(), a, enclavetest.Wanted())
	require.NoError(t, err)
	returned, err := z.Service.SubmitApplication(t.Context(), a, enclavetest.Wanted())
	require.NoError(t, err)
	_, err = z.Service.ReviewApplication(t.Context(), enclavetest.As("steward"), returned.ID, api.Review{Version: returned.Version, Return: true, Reason: "TERM", Comment: "shorter"})
	require.NoError(t, err)
	others, err := z.Service.SubmitApplication(t.Context(), beside, enclavetest.Wanted())
	require.NoError(t, err)
	wanted := api.SanctionRequest{Kind: "termination", Organization: "bank_a"}
	first := impose(t, z, wanted, "admin", "admin")
	require.Equal(t, "proposed", first.State)
	require.Equal(t, "running", z.State(t, running.Run), "one person ends nothing")
	done := impose(t, z, wanted, "security")
	require.Equal(t, first.ID, done.ID)
	require.Equal(t, "terminated", done.State)
	require.Equal(t, "refused", <-states, "a stream is told at once")

	require.Equal(t, "refused", z.State(t, running.Run))
	require.Equal(t, "expired", z.State(t, waiting.Run))
	for _, account := range []string{"analyst_a", "analyst_a2"} {
		for _, r := range z.Records(t, "account") {
			require.Equal(t, r.ID == "analyst_a" || r.ID == "analyst_a2", r.State == "closed", r.ID)
		}
		for _, r := range z.Records(t, "session") {
			require.NotEqual(t, account, r.Owner)
		}
		_, err = z.Service.Login(t.Context(), api.Login{User: account, Password: "correct horse battery"}, "")
		require.Equal(t, enclave.KindUnauthenticated, enclavetest.Kind(err))
		for _, op := range []func(context.Context, enclave.Principal, string) (api.Resource, error){z.Service.ResumeAccount, z.Service.ConfirmAccount} {
			_, err = op(t.Context(), enclavetest.As("security"), account)
			require.Equal(t, enclave.KindConflict, enclavetest.Kind(err))
		}
		_, err = z.Service.ResetAccount(t.Context(), enclavetest.As("admin"), account)
		require.Equal(t, enclave.KindConflict, enclavetest.Kind(err))
	}
	for _, r := range z.Records(t, "signing_key") {
		require.Equal(t, r.Owner == "analyst_a", r.State == "revoked")
	}
	for _, r := range z.Records(t, "grant") {
		require.Equal(t, r.Owner == "bank_a", r.State == "terminated")
	}
	for way, c := range routes(t, z, a, grant, released.Release, north) {
		require.NotEmpty(t, c, "%s with a session that somebody kept", way)
	}
	for id, state := range map[string]string{open.ID: "closed", returned.ID: "closed", others.ID: "submitted"} {
		v, err := z.Service.Application(t.Context(), enclavetest.As("steward"), id)
		require.NoError(t, err)
		require.Equal(t, state, v.State)
		if state == "closed" {
			_, err = z.Service.ReviewApplication(t.Context(), enclavetest.As("steward"), id, api.Review{Version: 1, Approve: true, Comment: "x"})
			require.Error(t, err, "nobody approves it after the end")
			_, err = z.Service.ResubmitApplication(t.Context(), a, id, enclavetest.Wanted())
			require.Error(t, err)
		}
	}
	_, err = z.Service.Apply(t.Context(), enclavetest.As("admin"), api.Apply{Documents: enclavetest.AccountYAML(enclave.Principal{Account: "analyst_c", Person: "a-3", Organization: "bank_a", Role: "analyst"})})
	require.Equal(t, enclave.KindConflict, enclavetest.Kind(err), "it gets no account")
	release()
	run, err := z.Service.Submit(context.Background(), beside, api.RunRequest{Grant: grantB, SQL: north}, "")
	require.NoError(t, err)
	z.Executed(t, run.Run)
	require.Equal(t, "issued", z.State(t, run.Run), "others go on")
	z.Restart(t)
	log := z.Check(t)
	require.Equal(t, 1, enclavetest.Count(log, audit.ActionSanctionApply, "terminated"))
	require.Equal(t, 2, enclavetest.Count(log, audit.ActionAccountClose, "closed"))
	require.Equal(t, 2, enclavetest.Count(log, audit.ActionApplicationClose, "closed"))
	require.Equal(t, 1, enclavetest.Count(log, audit.ActionKeyRevoke, "revoked"))
	_, err = z.Service.Sanction(t.Context(), enclavetest.As("security"), api.SanctionRequest{Kind: "termination", Organization: "operator", Reason: "x"})
	require.Equal(t, enclave.KindConflict, enclavetest.Kind(err), "nobody would be left")
}

// A dataset is closed to one organization at once, by its provider; ended by two people after the deadline; and opened again by two.
func TestXC_42_ADatasetIsClosedInTwoStages(t *testing.T) {
	z := enclavetest.New(t)
	a, beside := enclavetest.As("analyst_a"), enclavetest.As("analyst_b")
	grant, grantB := z.Grant(t, a), z.Grant(t, beside)
	released, releasedB := z.Ask(t, a, grant, north), z.Ask(t, beside, grantB, north)
	elsewhere := z.Ask(t, a, grant, byKind)
	deadline := z.Clock.Now().Add(72 * time.Hour).Unix()
	wanted := api.SanctionRequest{Kind: "closure", Organization: "bank_a", Dataset: "clients", Deadline: deadline}

	for _, in := range []api.SanctionRequest{{Kind: "closure", Organization: "bank_a", Dataset: "clients"}, {Kind: "closure", Organization: "bank_a", Deadline: deadline}} {
		in.Reason = "x"
		_, err := z.Service.Sanction(t.Context(), enclavetest.As("provider"), in)
		require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "it is not said until when, or of what")
	}
	release := z.Runner.Hold()
	defer release()
	running, err := z.Service.Submit(context.Background(), a, api.RunRequest{Grant: grant, SQL: "SELECT city, count(*) AS n FROM clients GROUP BY city"}, "")
	require.NoError(t, err)
	_, err = z.Service.Sanction(t.Context(), enclavetest.As("provider_2"), withReason(wanted))
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "of another's data")
	closed := impose(t, z, wanted, "provider")
	require.Equal(t, "closed", closed.State)
	require.Equal(t, "refused", z.State(t, running.Run))
	release()
	require.Equal(t, all(catalog.CodeSuspended), routes(t, z, a, grant, released.Release, north))
	require.Equal(t, "in_review", z.State(t, elsewhere.Run), "other datasets go on")
	again, err := z.Service.Submit(context.Background(), a, api.RunRequest{Grant: grant, SQL: byKind}, "")
	require.NoError(t, err)
	require.NotEqual(t, "refused", again.State)
	z.Executed(t, again.Run)
	require.Equal(t, all(""), routes(t, z, beside, grantB, releasedB.Release, north), "others go on")

	_, err = z.Service.ActOnSanction(t.Context(), enclavetest.As("provider"), closed.ID, api.SanctionAct{Act: "end", Reason: "x"})
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "the deadline has not passed")
	require.Equal(t, "reinstated", carry(t, z, closed.ID, "reinstate", "provider", "steward").State)
	require.Equal(t, all(""), routes(t, z, a, grant, released.Release, north))

	closed = impose(t, z, wanted, "steward")
	z.Clock.Advance(72 * time.Hour)
	seen, err := z.Service.Sanctions(t.Context(), a)
	require.NoError(t, err)
	require.True(t, seen.Items[0].Overdue, "the organization is told")
	require.Equal(t, "closed", carry(t, z, closed.ID, "end", "provider", "provider").State, "one person twice is not two")
	require.Equal(t, "ended", carry(t, z, closed.ID, "end", "steward").State)
	require.Equal(t, catalog.CodeSuspended, routes(t, z, a, grant, released.Release, north)["run"])
	_, err = z.Service.ActOnSanction(t.Context(), enclavetest.As("steward"), closed.ID, api.SanctionAct{Act: "lift", Reason: "x"})
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err))
	require.Equal(t, "reinstated", carry(t, z, closed.ID, "reinstate", "steward", "admin").State)
	require.Empty(t, routes(t, z, a, grant, released.Release, north)["run"])
	z.Check(t)
}

func withReason(in api.SanctionRequest) api.SanctionRequest {
	in.Reason = "as decided"
	return in
}

// The blacklist binds a unit under every name, on every route, at once; it takes a re-check to come on it and to get off it.
func TestXM_62a_TheBlacklistFollowsTheUnit(t *testing.T) {
	const uscc = "91350100M000100Y43"
	z := enclavetest.New(t)
	a, sister, other := enclavetest.As("analyst_a"), enclavetest.As("analyst_s"), enclavetest.As("analyst_b")
	grant, grantS, grantB := z.Grant(t, a), z.Grant(t, sister), z.Grant(t, other)
	released, releasedS, releasedB := z.Ask(t, a, grant, north), z.Ask(t, sister, grantS, north), z.Ask(t, other, grantB, north)
	wanted := api.SanctionRequest{Kind: "blacklist", Organization: "bank_a", USCC: uscc, Names: []string{"Old Bank A, Ltd."}}

	_, err := z.Service.Sanction(t.Context(), enclavetest.As("steward"), withReason(wanted))
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err))
	_, err = z.Service.Sanction(t.Context(), enclavetest.As("admin"), api.SanctionRequest{Kind: "blacklist", USCC: "91350100M000100Y44", Reason: "x"})
	require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err), "no such credit code")
	dismissed := impose(t, z, wanted, "admin")
	require.Equal(t, "dismissed", carry(t, z, dismissed.ID, "dismiss", "security").State)
	require.Equal(t, "proposed", impose(t, z, wanted, "admin", "admin").State)
	require.Equal(t, all(""), routes(t, z, a, grant, released.Release, north), "nothing before the re-check")
	z.Clock.Advance(25 * time.Hour)
	require.Equal(t, "proposed", impose(t, z, wanted, "security").State, "the first half held for a day")

	release := z.Runner.Hold()
	running, err := z.Service.Submit(context.Background(), sister, api.RunRequest{Grant: grantS, SQL: "SELECT city, count(*) AS n FROM clients GROUP BY city"}, "")
	require.NoError(t, err)
	listed := impose(t, z, wanted, "admin")
	release()
	require.Equal(t, "listed", listed.State)
	require.Equal(t, []string{"bank_a", "bank_s"}, listed.Covers, "the legal group is one unit")
	require.Equal(t, "refused", z.State(t, running.Run))
	require.Equal(t, all(catalog.CodeBlacklisted), routes(t, z, a, grant, released.Release, north))
	require.Equal(t, all(catalog.CodeBlacklisted), routes(t, z, sister, grantS, releasedS.Release, north))
	require.Equal(t, all(""), routes(t, z, other, grantB, releasedB.Release, north))

	for name, spec := range map[string]string{
		"by_code":   "{title: {zh: 新名称, en: Another name}, type: institution, legalGroup: by_code, admitted: true, uscc: " + uscc + "}",
		"by_name":   "{title: {zh: 另一名称, en: old bank a ltd}, type: institution, legalGroup: by_name, admitted: true}",
		"by_former": "{title: {zh: 第三名称, en: Third}, type: institution, legalGroup: by_former, admitted: true, formerNames: [甲银行]}",
	} {
		p := enclave.Principal{Account: "analyst_" + name, Person: "n-" + name, Organization: name, LegalGroup: name, Role: "analyst"}
		z.Apply(t, "admin", "apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: "+name+"}\nspec: "+spec+"\n---\n"+enclavetest.AccountYAML(p))
		_, err := z.Service.ConfirmAccount(t.Context(), enclavetest.As("security"), p.Account)
		require.NoError(t, err)
		_, err = z.Service.SubmitApplication(t.Context(), p, enclavetest.Wanted())
		require.Equal(t, catalog.CodeBlacklisted, code(err), "%s: an alias that was declared later", name)
	}
	z.Restart(t)
	require.Equal(t, "listed", impose(t, z, wanted, "admin", "security").State, "it is there already")
	require.Equal(t, "listed", carry(t, z, listed.ID, "lift", "admin", "admin").State)
	require.Equal(t, "lifted", carry(t, z, listed.ID, "lift", "security").State)
	require.Equal(t, all(""), routes(t, z, a, grant, released.Release, north))
	z.Check(t)
}
