package enclave_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/enclave/receipt"
	"yumen/internal/api"
)

func freeze(z *enclavetest.Zone, as, kind, name string) error {
	_, err := z.Service.Freeze(context.Background(), enclavetest.As(as), api.FreezeRequest{Kind: kind, Name: name, Reason: "an incident"})
	return err
}

func unfreeze(z *enclavetest.Zone, as, kind, name, state string) error {
	out, err := z.Service.Unfreeze(context.Background(), enclavetest.As(as), api.FreezeRequest{Kind: kind, Name: name})
	if err == nil && out.State != state {
		err = fmt.Errorf("it is %s", out.State)
	}
	return err
}

func lift(t *testing.T, z *enclavetest.Zone, kind, name string) {
	t.Helper()
	require.NoError(t, unfreeze(z, "admin", kind, name, "lift_pending"))
	require.NoError(t, unfreeze(z, "security", kind, name, "lifted"))
}

func code(err error) catalog.Code {
	if e, ok := enclave.Of(err); ok && e.Refusal != nil {
		return e.Refusal.Code
	}
	return ""
}

// What each kind of freeze refuses, and what goes on beside it; when it is lifted, everything goes on.
func TestWhatAFreezeStops(t *testing.T) {
	t.Parallel()
	z := enclavetest.New(t)
	other := enclavetest.As("analyst_b")
	otherGrant := z.Grant(t, other)
	for _, c := range []struct {
		kind, name string
		stops      string // of: ask, ask elsewhere, issue, collect, load, apply, another asks
	}{
		{"runs", "", "ask elsewhere another"},
		{"egress", "", "ask elsewhere another issue collect"},
		{"organization", "bank", "ask elsewhere issue collect apply"},
		{"organization", "bureau", "load"},
		{"dataset", "clients", "ask collect load"},
		{"dataset", "cases", "elsewhere another issue"},
	} {
		t.Run(c.kind+" "+c.name, func(t *testing.T) {
			p, grant := z.Bank(t)
			if c.name == "bank" {
				c.name = p.Organization
			}
			released := z.Ask(t, p, grant, north)
			require.Equal(t, "released", released.State)
			waiting := z.Ask(t, p, grant, byKind)
			require.Equal(t, "in_review", waiting.State)

			asking := func(p enclave.Principal, grant, sql string) func() catalog.Code {
				return func() catalog.Code {
					check, err := z.Service.Check(context.Background(), p, api.RunRequest{Grant: grant, SQL: sql})
					require.NoError(t, err)
					run, err := z.Service.Submit(context.Background(), p, api.RunRequest{Grant: grant, SQL: sql}, "")
					require.NoError(t, err)
					z.Executed(t, run.Run)
					require.Equal(t, check.Allowed, run.State != "refused")
					if run.State != "refused" {
						return ""
					}
					require.Equal(t, check.Refusal.Code, run.Refusal.Code)
					return run.Refusal.Code
				}
			}
			acts := map[string]func() catalog.Code{
				"ask": asking(p, grant, north), "elsewhere": asking(p, grant, byKind), "another": asking(other, otherGrant, byKind),
				"collect": func() catalog.Code {
					_, err := z.Service.Collect(context.Background(), p, released.Release)
					return code(err)
				},
				"issue": func() catalog.Code { return code(z.Vote(t, "reviewer_1", waiting.Run, receipt.VerdictApprove)) },
				"load": func() catalog.Code {
					_, err := z.Service.LoadDataset(context.Background(), enclavetest.As("provider"), "clients", strings.NewReader(enclavetest.CSV(enclavetest.ClientRows())), "")
					return code(err)
				},
				"apply": func() catalog.Code {
					_, err := z.Service.SubmitApplication(context.Background(), p, enclavetest.Wanted())
					return code(err)
				},
			}
			require.NoError(t, freeze(z, "auditor", c.kind, c.name))
			require.NoError(t, freeze(z, "auditor", c.kind, c.name), "again")
			for name, act := range acts {
				if !slices.Contains(strings.Fields(c.stops), name) {
					if name != "issue" { // it would be over
						require.Empty(t, act(), name)
					}
					continue
				}
				require.Equal(t, catalog.CodeFrozen, act(), name)
			}
			lift(t, z, c.kind, c.name)
			for name, act := range acts {
				require.Empty(t, act(), name)
			}
			z.Check(t)
		})
	}
}

// A freeze ends what waits and what is executed, and nobody else's; it is seen at once and the ledger keeps nothing of it.
func TestFreezeEndsRuns(t *testing.T) {
	for _, kind := range []string{"runs", "egress", "organization", "dataset"} {
		t.Run(kind, func(t *testing.T) {
			z := enclavetest.New(t)
			p, grant := z.Bank(t)
			other, otherGrant := z.Bank(t)
			name := map[string]string{"organization": p.Organization, "dataset": "clients"}[kind]
			release := z.Runner.Hold()
			defer release()
			submit := func(p enclave.Principal, grant, sql string) api.Run {
				run, err := z.Service.Submit(context.Background(), p, api.RunRequest{Grant: grant, SQL: sql}, "")
				require.NoError(t, err)
				require.Equal(t, "running", run.State)
				return run
			}
			runs := []api.Run{submit(p, grant, north), submit(p, grant, "SELECT city, count(*) AS n FROM clients GROUP BY city")} // the second waits for the first
			beside := submit(other, otherGrant, byKind)
			states, err := z.Service.Watch(t.Context(), p, runs[1].Run)
			require.NoError(t, err)
			require.Equal(t, "running", <-states)
			require.NoError(t, freeze(z, "admin", kind, name))
			require.Equal(t, "refused", <-states, "a stream is told at once")
			for _, run := range runs {
				seen, err := z.Service.Run(context.Background(), p, run.Run)
				require.NoError(t, err)
				require.Equal(t, "refused", seen.State)
				require.Equal(t, catalog.CodeFrozen, seen.Refusal.Code)
			}
			spared := kind == "organization" || kind == "dataset"
			require.Equal(t, spared, z.State(t, beside.Run) == "running")
			release()
			if spared {
				z.Executed(t, beside.Run)
				require.Equal(t, "in_review", z.State(t, beside.Run))
			}
			require.NoError(t, z.Service.Close(t.Context()), "nothing is left of what was ended")
			z.Restart(t)
			z.Check(t)
			_, err = z.Service.Collect(context.Background(), p, runs[0].Release)
			require.Error(t, err)
			frozen, err := z.Service.Freezes(context.Background(), enclavetest.As("auditor"))
			require.NoError(t, err)
			require.Len(t, frozen.Items, 1, "it survives a restart")
			require.Equal(t, api.Freeze{Kind: kind, Name: name, State: "frozen", Reason: "an incident", By: "admin", Since: frozen.Items[0].Since}, frozen.Items[0])
			again, err := z.Service.Submit(context.Background(), p, api.RunRequest{Grant: grant, SQL: north}, "")
			require.NoError(t, err)
			require.Equal(t, catalog.CodeFrozen, again.Refusal.Code)
		})
	}
}

// However many ask at once with the freeze: when it has been said, none of them runs, and none comes to run.
func TestNobodySlipsThroughAFreeze(t *testing.T) {
	z := enclavetest.New(t)
	type bank struct {
		p     enclave.Principal
		grant string
	}
	var banks []bank
	for range 8 {
		p, grant := z.Bank(t)
		banks = append(banks, bank{p, grant})
	}
	var all sync.WaitGroup
	for i := range 32 {
		all.Go(func() {
			b := banks[i%len(banks)]
			_, err := z.Service.Submit(context.Background(), b.p, api.RunRequest{Grant: b.grant, SQL: byKind}, "")
			require.True(t, err == nil || code(err) == catalog.CodeFrozen, "%v", err)
		})
	}
	require.NoError(t, freeze(z, "admin", "runs", ""))
	for _, r := range z.Records(t, "run") {
		require.NotEqual(t, "running", r.State)
	}
	jobs := z.Runner.Jobs()
	all.Wait()
	for _, r := range z.Records(t, "run") {
		require.NotEqual(t, "running", r.State)
	}
	require.Equal(t, jobs, z.Runner.Jobs(), "no worker was given data after the freeze")
	require.NoError(t, z.Service.Close(t.Context()))
	z.Restart(t)
	z.Check(t)
}

// Two people lift a freeze: not one person twice, not one whose half is old, not without the regulator what the regulator froze.
func TestTwoPeopleLift(t *testing.T) {
	z := enclavetest.New(t)
	z.Apply(t, "admin", "apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: bureau_r}\nspec: {title: {zh: 监管, en: Regulator}, type: regulator}\n")
	r := enclave.Principal{Account: "watch", Person: "re-1", Organization: "bureau_r", LegalGroup: "bureau_r", Role: "regulator"}
	z.Apply(t, "admin", enclavetest.AccountYAML(r))
	egress := api.FreezeRequest{Kind: "egress", Reason: "an incident"}
	for _, as := range []string{"steward", "reviewer_1", "provider", "analyst_a"} {
		require.Equal(t, enclave.KindForbidden, enclavetest.Kind(freeze(z, as, "egress", "")), as)
	}
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(unfreeze(z, "admin", "egress", "", "")), "it is not frozen")
	require.NoError(t, freeze(z, "auditor", "egress", ""))
	for _, as := range []string{"auditor", "steward", "reviewer_1", "provider", "analyst_a"} {
		require.Equal(t, enclave.KindForbidden, enclavetest.Kind(unfreeze(z, as, "egress", "", "")), as)
	}
	require.NoError(t, unfreeze(z, "admin", "egress", "", "lift_pending"))
	require.NoError(t, unfreeze(z, "admin", "egress", "", "lift_pending"), "one person twice")
	twin := enclavetest.As("security")
	twin.Person = "op-admin"
	out, err := z.Service.Unfreeze(context.Background(), twin, api.FreezeRequest{Kind: "egress"})
	require.NoError(t, err)
	require.Equal(t, "lift_pending", out.State, "one person with two accounts")
	z.Clock.Advance(24 * time.Hour)
	require.NoError(t, unfreeze(z, "security", "egress", "", "lift_pending"), "the first half is too old")
	require.NoError(t, unfreeze(z, "admin", "egress", "", "lifted"))

	require.NoError(t, freeze(z, "auditor", "egress", ""))
	require.NoError(t, unfreeze(z, "admin", "egress", "", "lift_pending"))
	_, err = z.Service.SuspendAccount(context.Background(), enclavetest.As("security"), "admin", api.Reason{Reason: "x"})
	require.NoError(t, err)
	require.NoError(t, unfreeze(z, "security", "egress", "", "lift_pending"), "the first of the two was suspended meanwhile")
	second := enclavetest.As("security")
	second.Account, second.Person = "security_2", "op-security-2"
	out, err = z.Service.Unfreeze(context.Background(), second, egress)
	require.NoError(t, err)
	require.Equal(t, "lifted", out.State)
	_, err = z.Service.ResumeAccount(context.Background(), enclavetest.As("security"), "admin")
	require.NoError(t, err)

	_, err = z.Service.Freeze(context.Background(), r, egress)
	require.NoError(t, err)
	require.NoError(t, unfreeze(z, "admin", "egress", "", "lift_pending"))
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(unfreeze(z, "security", "egress", "", "")))
	out, err = z.Service.Unfreeze(context.Background(), r, egress)
	require.NoError(t, err)
	require.Equal(t, "lifted", out.State)

	require.Equal(t, enclave.KindConflict, enclavetest.Kind(freeze(z, "admin", "organization", "operator")))
	require.Equal(t, enclave.KindConflict, enclavetest.Kind(freeze(z, "admin", "organization", "bureau_r")))
	require.Equal(t, enclave.KindNotFound, enclavetest.Kind(freeze(z, "admin", "organization", "nobody")))
	require.Equal(t, enclave.KindNotFound, enclavetest.Kind(freeze(z, "admin", "dataset", "nothing")))
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(freeze(z, "admin", "zone", "")))
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(freeze(z, "admin", "runs", "clients")))
	z.Check(t)
}
