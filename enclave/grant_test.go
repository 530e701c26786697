package enclave_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// granted applies for something and has it approved.
func granted(t *testing.T, z *enclavetest.Zone, p enclave.Principal, change func(*api.Application)) string {
	t.Helper()
	in := enclavetest.Wanted()
	change(&in)
	app, err := z.Service.SubmitApplication(t.Context(), p, in)
	require.NoError(t, err)
	app, err = z.Service.ReviewApplication(t.Context(), enclavetest.As("steward"), app.ID, api.Review{Version: app.Version, Approve: true, Comment: "test"})
	require.NoError(t, err)
	return app.Grant
}

// outcome is the code with which a run was refused, or its state.
func outcome(run api.Run) string {
	if run.Refusal != nil {
		return string(run.Refusal.Code)
	}
	return run.State
}

// However many ask at once, never more runs are admitted than the grant allows; the others are told when it frees.
func TestQuotaUnderRacingRequests(t *testing.T) {
	z := enclavetest.New(t)
	a, colleague := enclavetest.As("analyst_a"), enclavetest.As("analyst_a2")
	grant := granted(t, z, a, func(in *api.Application) { in.Frequency = api.Frequency{Day: 5, Month: 7, Total: 9} })
	ask := func(n int) (admitted int) {
		t.Helper()
		var wg sync.WaitGroup
		var mu sync.Mutex
		for i := range n {
			p := a
			if i%2 == 1 {
				p = colleague
			}
			wg.Go(func() {
				run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: north}, "")
				mu.Lock()
				defer mu.Unlock()
				if err != nil || outcome(run) != "running" {
					require.NoError(t, err)
					require.Equal(t, "QUOTA", outcome(run))
					require.NotEmpty(t, run.Refusal.Remedy.Zh)
					return
				}
				admitted++
			})
		}
		wg.Wait()
		z.Settled(t)
		return admitted
	}
	require.Equal(t, 5, ask(64))
	v, err := z.Service.Grant(t.Context(), a, grant)
	require.NoError(t, err)
	day := time.Date(2026, 3, 3, 0, 0, 0, 0, time.FixedZone("", 8*3600)).Unix()
	require.Equal(t, []api.Quota{{Window: "day", Max: 5, Used: 5, Frees: day}, {Window: "month", Max: 7, Used: 5, Left: 2, Frees: time.Date(2026, 4, 1, 0, 0, 0, 0, time.FixedZone("", 8*3600)).Unix()},
		{Window: "total", Max: 9, Used: 5, Left: 4}}, v.Quotas)
	check, err := z.Service.Check(t.Context(), a, api.RunRequest{Grant: grant, SQL: north})
	require.NoError(t, err)
	require.Equal(t, catalog.CodeQuota, check.Refusal.Code)
	require.Contains(t, check.Refusal.Remedy.En, "2026-03-03 00:00 +08:00")

	z.Clock.Advance(time.Unix(day, 0).Sub(z.Clock.Now()))
	require.Equal(t, 2, ask(16), "the month's")
	z.Restart(t)
	z.Clock.Advance(31 * 24 * time.Hour)
	require.Equal(t, 2, ask(16), "what is left in all")
	z.Clock.Advance(60 * 24 * time.Hour)
	require.Zero(t, ask(4))

	// What is refused for its text, or repeated under its key, counts nothing.
	other := granted(t, z, a, func(in *api.Application) { in.Frequency = api.Frequency{Total: 1} })
	for _, sql := range []string{"SELECT id FROM clients", "SELEC"} {
		run, err := z.Service.Submit(t.Context(), a, api.RunRequest{Grant: other, SQL: sql}, "")
		require.NoError(t, err)
		require.Equal(t, "refused", run.State)
	}
	for range 3 {
		run, err := z.Service.Submit(t.Context(), a, api.RunRequest{Grant: other, SQL: north}, "once")
		require.NoError(t, err)
		require.NotEqual(t, "refused", run.State)
	}
	z.Settled(t)
	z.Check(t)
}

// A suspension stops what runs and what waits for its turn, and lets nothing leave; after it, everything goes on.
func TestSuspensionActsAtOnce(t *testing.T) {
	z := enclavetest.New(t)
	ctx, a, steward := t.Context(), enclavetest.As("analyst_a"), enclavetest.As("steward")
	grant, beside := z.Grant(t, a), z.Grant(t, a)
	released := z.Ask(t, a, grant, "SELECT count(*) AS n FROM clients")
	require.Equal(t, "released", released.State)
	waiting := z.Ask(t, a, grant, byKind)
	require.Equal(t, "in_review", waiting.State)

	release := z.Runner.Hold()
	defer release()
	jobs := z.Runner.Jobs()
	submit := func(grant, sql string) string {
		run, err := z.Service.Submit(ctx, a, api.RunRequest{Grant: grant, SQL: sql}, "")
		require.NoError(t, err)
		return run.Run
	}
	runs := submit(grant, north)
	require.Eventually(t, func() bool { return z.Runner.Jobs() == jobs+1 }, time.Minute, time.Millisecond)
	queued, other := submit(grant, northWithout), submit(beside, northWithout)
	v, err := z.Service.SuspendGrant(ctx, steward, grant, api.GrantAct{Reason: "a leak is looked into"})
	require.NoError(t, err)
	require.Equal(t, "suspended", v.State)
	for _, id := range []string{runs, queued} {
		require.Equal(t, "refused", z.State(t, id), "at once, while its worker still hangs")
	}
	require.Eventually(t, func() bool { return z.Runner.Jobs() == jobs+2 }, time.Minute, time.Millisecond, "the other grant's turn has come")
	release()
	z.Settled(t)
	for _, id := range []string{runs, queued} {
		run := z.See(t, a, id)
		require.Equal(t, "GRANT_SUSPENDED", outcome(run))
		require.Contains(t, run.Refusal.Remedy.En, "yumen grant show")
	}
	require.Equal(t, shownBut, enclavetest.Text(z.See(t, a, other)), "nobody learned anything from what was stopped")

	require.Equal(t, "GRANT_SUSPENDED", outcome(z.Ask(t, a, grant, north)))
	_, err = z.Service.Collect(ctx, a, released.Release)
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err))
	require.ErrorContains(t, z.Vote(t, "reviewer_1", waiting.Run, "approve"), "suspended")
	require.Equal(t, "in_review", z.State(t, waiting.Run))

	_, err = z.Service.ResumeGrant(ctx, steward, grant, api.GrantAct{})
	require.NoError(t, err)
	require.NoError(t, z.Vote(t, "reviewer_1", waiting.Run, "approve"))
	require.Equal(t, "released", z.See(t, a, waiting.Run).State)
	_, err = z.Service.Collect(ctx, a, released.Release)
	require.NoError(t, err)
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, a, grant, north)), "what the other grant learned counts")
	log := z.Check(t)
	require.Equal(t, 2, enclavetest.Count(log, audit.ActionQueryExecute, "refused"))
	require.Equal(t, 2, denials(log, "release."), "the denied collection and the vote")
}

// What one party suspended, another does not resume; the security administrator can, and takes over what a steward suspended.
func TestBJ_FIN_29_WhoSuspendedItResumesIt(t *testing.T) {
	z := enclavetest.New(t)
	ctx, provider, operator, security := t.Context(), enclavetest.As("provider"), enclavetest.As("steward"), enclavetest.As("security")
	provider.Account, provider.Person, provider.Role = "steward_p", "p-steward", string(catalog.AccountSteward)
	grant := z.Grant(t, enclavetest.As("analyst_a"))
	resume := func(p enclave.Principal) error {
		_, err := z.Service.ResumeGrant(ctx, p, grant, api.GrantAct{Reason: "test"})
		return err
	}
	suspend := func(p enclave.Principal) error {
		_, err := z.Service.SuspendGrant(ctx, p, grant, api.GrantAct{Reason: "test"})
		return err
	}
	require.NoError(t, suspend(provider))
	refuses(t, enclave.KindForbidden, resume(operator))
	refuses(t, enclave.KindForbidden, suspend(operator))
	require.NoError(t, resume(provider))
	require.NoError(t, suspend(provider))
	require.NoError(t, suspend(security))
	refuses(t, enclave.KindForbidden, resume(provider))
	refuses(t, enclave.KindForbidden, suspend(security))
	require.NoError(t, resume(security))
	z.Check(t)
}

func denials(log []audit.Entry, action string) int {
	n := 0
	for _, e := range log {
		if e.Action == audit.ActionDenied && (strings.HasPrefix(e.Facts["action"], action) || e.Facts["action"] == "review.vote") {
			n++
		}
	}
	return n
}

// Termination and the end of the term end what waits as well: nothing of it will leave, and the ledger forgets it.
func TestTerminationAndTheEndOfTheTerm(t *testing.T) {
	for name, end := range map[string]func(z *enclavetest.Zone, grant string) error{
		"terminated": func(z *enclavetest.Zone, grant string) error {
			_, err := z.Service.TerminateGrant(t.Context(), enclavetest.As("analyst_a"), grant, api.GrantAct{Reason: "done"})
			return err
		},
		"expired": func(z *enclavetest.Zone, _ string) error {
			z.Clock.Advance(48 * time.Hour)
			return z.Service.Lapse(t.Context())
		},
		"expired while it was suspended": func(z *enclavetest.Zone, grant string) error {
			_, err := z.Service.SuspendGrant(t.Context(), enclavetest.As("security"), grant, api.GrantAct{})
			require.NoError(t, err)
			z.Clock.Advance(48 * time.Hour)
			return z.Service.Lapse(t.Context())
		},
		"expired while nobody served": func(z *enclavetest.Zone, _ string) error {
			z.Clock.Advance(48 * time.Hour)
			z.Restart(t)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			z := enclavetest.New(t)
			ctx, a := t.Context(), enclavetest.As("analyst_a")
			grant := granted(t, z, a, func(in *api.Application) { in.NotAfter = z.Clock.Now().Add(24 * time.Hour).Unix() })
			released := z.Ask(t, a, grant, north)
			one, two := z.Ask(t, a, grant, byKind), z.Ask(t, a, grant, "SELECT heard, count(*) AS n FROM cases GROUP BY heard")
			require.NoError(t, z.Vote(t, "reviewer_1", two.Run, "return", "CONTEXT"))
			require.Equal(t, "returned", z.See(t, a, two.Run).State)
			rows := len(z.Records(t, "ledger"))
			require.NoError(t, end(z, grant))
			require.NoError(t, z.Service.Lapse(ctx), "it lapses once")
			require.Len(t, z.Records(t, "ledger"), rows-2)
			for _, run := range []api.Run{one, two} {
				require.Equal(t, "expired", z.See(t, a, run.Run).State)
			}
			v, err := z.Service.Grant(ctx, a, grant)
			require.NoError(t, err)
			require.Contains(t, name, v.State)
			require.Equal(t, "GRANT_EXPIRED", outcome(z.Ask(t, a, grant, north)))
			_, err = z.Service.Collect(ctx, a, released.Release)
			require.Equal(t, name == "terminated", err != nil, "what was released stays collectable when the term is over")
			for _, act := range []func() (api.Grant, error){
				func() (api.Grant, error) {
					return z.Service.ResumeGrant(ctx, enclavetest.As("security"), grant, api.GrantAct{})
				},
				func() (api.Grant, error) {
					return z.Service.SuspendGrant(ctx, enclavetest.As("security"), grant, api.GrantAct{})
				},
				func() (api.Grant, error) { return z.Service.TerminateGrant(ctx, a, grant, api.GrantAct{}) },
			} {
				_, err := act()
				require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "it is over for good")
			}
			z.Check(t)
		})
	}
}

// The clock alone decides what may run, whether or not anybody has recorded the end; a term that has not begun is no term yet.
func TestTermsByTheClock(t *testing.T) {
	z := enclavetest.New(t)
	a := enclavetest.As("analyst_a")
	now := z.Clock.Now()
	grant := granted(t, z, a, func(in *api.Application) {
		in.NotBefore, in.NotAfter = now.Add(time.Hour).Unix(), now.Add(3*time.Hour).Unix()
	})
	state := func() string {
		v, err := z.Service.Grant(t.Context(), a, grant)
		require.NoError(t, err)
		return v.State
	}
	run := z.Ask(t, a, grant, north)
	require.Equal(t, "GRANT_EXPIRED", outcome(run))
	require.Contains(t, run.Refusal.Message.En, "not begun")
	require.Equal(t, "pending", state())
	z.Clock.Advance(time.Hour)
	require.Equal(t, "active", state())

	// Its term ends while a run waits for its turn: it does not begin.
	release := z.Runner.Hold()
	defer release()
	jobs := z.Runner.Jobs()
	first, err := z.Service.Submit(t.Context(), a, api.RunRequest{Grant: z.Grant(t, a), SQL: north}, "")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return z.Runner.Jobs() == jobs+1 }, time.Minute, time.Millisecond)
	waits, err := z.Service.Submit(t.Context(), a, api.RunRequest{Grant: grant, SQL: northWithout}, "")
	require.NoError(t, err)
	z.Clock.Advance(2 * time.Hour)
	release()
	z.Settled(t)
	require.Equal(t, shown, enclavetest.Text(z.See(t, a, first.Run)))
	require.Equal(t, "GRANT_EXPIRED", outcome(z.See(t, a, waits.Run)))
	require.Equal(t, jobs+1, z.Runner.Jobs(), "no worker saw it")
	require.Equal(t, "expired", state())
	z.Check(t)
}

// Who may collect is what the grant names: persons of organizations of one legal group, and nobody else of any.
func TestRecipients(t *testing.T) {
	z := enclavetest.New(t)
	a, a2, s, b := enclavetest.As("analyst_a"), enclavetest.As("analyst_a2"), enclavetest.As("analyst_s"), enclavetest.As("analyst_b")
	for _, c := range []struct {
		name       string
		recipients []api.Recipient
		collect    []enclave.Principal
		know       []enclave.Principal
	}{
		{"nobody named", nil, []enclave.Principal{a, a2}, []enclave.Principal{a, a2}},
		{"persons", []api.Recipient{{Organization: "bank_a", Persons: []string{"a-2"}}}, []enclave.Principal{a2}, []enclave.Principal{a, a2}},
		{"a subsidiary", []api.Recipient{{Organization: "bank_s"}}, []enclave.Principal{s}, []enclave.Principal{a, a2, s}},
		{"both", []api.Recipient{{Organization: "bank_s", Persons: []string{"s-1"}}, {Organization: "bank_a", Persons: []string{"a-1"}}}, []enclave.Principal{a, s}, []enclave.Principal{a, a2, s}},
	} {
		t.Run(c.name, func(t *testing.T) {
			grant := granted(t, z, a, func(in *api.Application) { in.Recipients = c.recipients })
			run, err := z.Service.Submit(t.Context(), a, api.RunRequest{Grant: grant, SQL: north}, "")
			require.NoError(t, err)
			z.Executed(t, run.Run)
			z.Clock.Advance(15 * time.Second)
			run, err = z.Service.Run(t.Context(), a, run.Run)
			require.NoError(t, err)
			require.Equal(t, "released", run.State)
			for _, p := range []enclave.Principal{a, a2, s, b} {
				_, err := z.Service.Collect(t.Context(), p, run.Release)
				list, errList := z.Service.Releases(t.Context(), p, api.Page{})
				require.NoError(t, errList)
				knows := false
				for _, r := range list.Items {
					knows = knows || r.ID == run.Release
				}
				require.Equal(t, has(c.know, p), knows, p.Account)
				require.Equal(t, has(c.collect, p), err == nil, "%s: %v", p.Account, err)
				if err != nil && knows {
					require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), p.Account)
				} else if err != nil {
					require.Equal(t, enclave.KindNotFound, enclavetest.Kind(err), p.Account)
				}
			}
		})
	}
	z.Check(t)
}

func has(all []enclave.Principal, p enclave.Principal) bool {
	for _, x := range all {
		if x.Account == p.Account {
			return true
		}
	}
	return false
}
