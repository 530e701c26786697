package enclave_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// edited changes a grant in the store, behind the gateway's back: what a grant says is read anew at every moment.
func edited(t *testing.T, z *enclavetest.Zone, grant string, change func(*api.Grant)) {
	t.Helper()
	require.NoError(t, z.Store.Update(t.Context(), func(tx enclave.Tx) error {
		rec, err := tx.Get("grant", grant)
		if err != nil {
			return err
		}
		var doc map[string]json.RawMessage
		var g api.Grant
		for _, into := range []any{&doc, &g} {
			if err := json.Unmarshal(rec.Doc, into); err != nil {
				return err
			}
		}
		change(&g)
		b, err := json.Marshal(g)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, &doc); err != nil {
			return err
		}
		if rec.Doc, err = json.Marshal(doc); err != nil {
			return err
		}
		return tx.Put("grant", rec)
	}))
}

// Every dimension of a grant is enforced when a question is submitted, when its turn comes and when its answer would leave, each with a
// code of its own.
func TestDimensionsOfAGrant(t *testing.T) {
	dimensions := []struct {
		name, code string
		end        func(z *enclavetest.Zone, grant string)
	}{
		{"XC-24, BJ-FIN-22a: purpose", "PURPOSE", func(z *enclavetest.Zone, grant string) {
			edited(t, z, grant, func(g *api.Grant) { g.Purpose = "another" })
		}},
		{"XM-30: scenario", "SCENARIO_NOT_FILED", func(z *enclavetest.Zone, grant string) {
			edited(t, z, grant, func(g *api.Grant) { g.Scenario = "" })
		}},
		{"BJ-FIN-22a: column", "COLUMN_NOT_GRANTED", func(z *enclavetest.Zone, grant string) {
			edited(t, z, grant, func(g *api.Grant) { delete(g.Datasets[1].Columns, "kind") })
		}},
		{"BJ-FIN-22a: method", "METHOD_NOT_GRANTED", func(z *enclavetest.Zone, grant string) {
			edited(t, z, grant, func(g *api.Grant) { g.Methods = []string{"sum"} })
		}},
		{"XM-23d: way of use", "MODE_NOT_ALLOWED", func(z *enclavetest.Zone, grant string) {
			edited(t, z, grant, func(g *api.Grant) { g.Modes = []string{"computation"} })
		}},
		{"BJ-FIN-22a: term", "GRANT_EXPIRED", func(z *enclavetest.Zone, _ string) { z.Clock.Advance(48 * time.Hour) }},
		{"BJ-OPS-23b: credit level", "GRADE_FORBIDS", func(z *enclavetest.Zone, _ string) {
			z.Apply(t, "admin", credited("bank_a", "D", "overdue"))
		}},
	}
	for _, d := range dimensions {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			z := enclavetest.New(t)
			ctx, a := t.Context(), enclavetest.As("analyst_a")
			grant := granted(t, z, a, func(in *api.Application) { in.NotAfter = z.Clock.Now().Add(24 * time.Hour).Unix() })
			ask := func() api.RunRequest { return api.RunRequest{Grant: grant, SQL: byKind, Purpose: "test"} }
			waiting := z.Ask(t, a, grant, byKind) // grade 3: waits for a reviewer
			require.Equal(t, "in_review", waiting.State)
			resume := z.Runner.Hold()
			defer resume()
			jobs := z.Runner.Jobs()
			first, err := z.Service.Submit(ctx, a, api.RunRequest{Grant: z.Grant(t, a), SQL: north}, "")
			require.NoError(t, err)
			require.Eventually(t, func() bool { return z.Runner.Jobs() > jobs }, time.Minute, time.Millisecond)
			queued, err := z.Service.Submit(ctx, a, ask(), "")
			require.NoError(t, err)
			d.end(z, grant)

			late, err := z.Service.Submit(ctx, a, ask(), "")
			require.NoError(t, err)
			require.Equal(t, d.code, outcome(late), "at submit")
			resume()
			z.Settled(t)
			_ = z.See(t, a, first.Run)
			require.Equal(t, d.code, outcome(z.See(t, a, queued.Run)), "when its turn has come")
			err = z.Vote(t, "reviewer_1", waiting.Run, "approve")
			e, ok := enclave.Of(err)
			require.True(t, ok && e.Refusal != nil, "%v", err)
			require.Equal(t, d.code, string(e.Refusal.Code), "at release")
			require.Equal(t, "in_review", z.State(t, waiting.Run))
			require.Empty(t, z.See(t, a, waiting.Run).Release, "nothing of it can be reached")
		})
	}
}

// credited declares an institution with a credit level.
func credited(name, level, reason string) string {
	return fmt.Sprintf("apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: %s}\nspec: {title: {zh: 甲银行, en: Bank A}, type: institution, legalGroup: group_a, admitted: true, credit: {level: %s, reason: %s}}\n",
		name, level, reason)
}

func TestBJ_OPS_23b_CreditLevels(t *testing.T) {
	z := enclavetest.New(t)
	ctx, a := t.Context(), enclavetest.As("analyst_a")
	grant := z.Grant(t, a)
	require.Equal(t, shown, enclavetest.Text(z.Ask(t, a, grant, north)), "unrated")

	// A level needs a decision each time, and none is taken away.
	z.Apply(t, "admin", credited("bank_a", "C", "late reports"))
	for _, doc := range []string{credited("bank_a", "A", "late reports"),
		"apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: bank_a}\nspec: {title: {zh: 甲银行, en: Bank A}, type: institution, legalGroup: group_a, admitted: true}\n"} {
		_, err := z.Service.Apply(ctx, enclavetest.As("admin"), api.Apply{Documents: doc})
		require.Error(t, err)
	}
	_, err := z.Service.Apply(ctx, enclavetest.As("analyst_a"), api.Apply{Documents: credited("bank_a", "A", "we are good")})
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err))

	// Level C: every answer is reviewed, and runs a day are few, however many come together.
	run := z.Ask(t, a, grant, "SELECT count(*) AS n FROM clients WHERE city = 'south'")
	require.Equal(t, "in_review", run.State)
	admitted, over := 0, 0
	for range 24 {
		run, err := z.Service.Submit(ctx, a, api.RunRequest{Grant: grant, SQL: north}, "")
		require.NoError(t, err)
		switch outcome(run) {
		case "QUOTA":
			over++
		case "refused", "GRADE_FORBIDS":
			require.Fail(t, outcome(run))
		default:
			admitted++
		}
	}
	require.Equal(t, []int{18, 6}, []int{admitted, over}, "20 a day, two of which were used")
	z.Settled(t)

	// Level D ends what runs, and grade 3 is neither granted nor asked any more.
	resume := z.Runner.Hold()
	defer resume()
	z.Clock.Advance(24 * time.Hour)
	held, err := z.Service.Submit(ctx, a, api.RunRequest{Grant: grant, SQL: byKind}, "")
	require.NoError(t, err)
	require.Equal(t, "running", held.State)
	z.Apply(t, "admin", credited("bank_a", "D", "a breach"))
	require.Equal(t, "refused", z.State(t, held.Run), "at once")
	resume()
	z.Settled(t)
	require.Equal(t, "GRADE_FORBIDS", outcome(z.See(t, a, held.Run)))
	_, err = z.Service.SubmitApplication(ctx, a, enclavetest.Wanted())
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err))
	require.Equal(t, "GRADE_FORBIDS", outcome(z.Ask(t, a, grant, byKind)))
	z.Check(t)
}

// The ways of use are those that an approver fixed, and nothing widens them.
func TestXM_23d_WaysOfUse(t *testing.T) {
	z := enclavetest.New(t)
	ctx, steward := t.Context(), enclavetest.As("steward")
	p, _ := certified(t, z, "by_segment", bySegment("by_segment", "a, b"))
	app, err := z.Service.SubmitApplication(ctx, p, enclavetest.Wanted())
	require.NoError(t, err)
	require.Equal(t, []string{"computation", "query"}, app.Modes, "what is asked for by saying nothing")
	review := func(r api.Review) (api.Application, error) {
		r.Comment, r.Version = "as their duty needs", 1
		return z.Service.ReviewApplication(ctx, steward, app.ID, r)
	}
	_, err = review(api.Review{Approve: true, Modes: []string{"verification"}})
	require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err), "more than was asked for")
	_, err = review(api.Review{Reason: "NECESSITY", Modes: []string{"query"}})
	require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err), "a rejection fixes nothing")
	app, err = review(api.Review{Approve: true, Modes: []string{"computation"}})
	require.NoError(t, err)
	g, err := z.Service.Grant(ctx, p, app.Grant)
	require.NoError(t, err)
	require.Equal(t, []string{"computation"}, g.Modes)
	require.Equal(t, "MODE_NOT_ALLOWED", outcome(z.Ask(t, p, app.Grant, north)))
	check, err := z.Service.Check(ctx, p, api.RunRequest{Grant: app.Grant, SQL: north})
	require.NoError(t, err)
	require.Equal(t, "MODE_NOT_ALLOWED", string(check.Refusal.Code))
	require.Equal(t, "released", z.Compute(t, p, app.Grant, "by_segment", one("a")).State)
	z.Check(t)
}

// The same scenario and scope is one use, whatever the order in which it is listed; any change is another one and takes an approval.
func TestXM_30_FingerprintOfAUse(t *testing.T) {
	z := enclavetest.New(t)
	ctx, a := t.Context(), enclavetest.As("analyst_a")
	show := func(change func(*api.Application)) (string, api.Grant) {
		id := granted(t, z, a, change)
		g, err := z.Service.Grant(ctx, a, id)
		require.NoError(t, err)
		return id, g
	}
	scoped := func(in *api.Application) {
		in.Datasets[0].RowScope = []api.ScopeTerm{{Column: "city", Values: []string{"north", "south"}}}
	}
	id, first := show(scoped)
	for range 3 {
		require.Equal(t, "released", z.Ask(t, a, id, north).State, "the same use, again and again")
	}
	same, err := z.Service.SubmitApplication(ctx, a, func() api.Application {
		in := enclavetest.Wanted()
		in.Datasets[0], in.Datasets[1] = in.Datasets[1], in.Datasets[0]
		in.Datasets[1].RowScope = []api.ScopeTerm{{Column: "CITY", Values: []string{"south", "north"}}}
		in.Methods, in.Modes = []string{"stddev", "avg", "sum", "distinct", "count"}, []string{"query", "computation"}
		in.Datasets[1].Columns["id"] = "told in other words"
		return in
	}())
	require.NoError(t, err)
	require.Equal(t, id, same.Standing, "it needs no other approval")

	for name, change := range map[string]func(*api.Application){
		"scenario":  func(in *api.Application) { in.Scenario = "another" },
		"purpose":   func(in *api.Application) { in.Purpose = "another" },
		"a column":  func(in *api.Application) { delete(in.Datasets[1].Columns, "heard") },
		"a dataset": func(in *api.Application) { in.Datasets = in.Datasets[:1] },
		"rows":      func(in *api.Application) { in.Datasets[0].RowScope[0].Values = []string{"north"} },
		"all rows":  func(in *api.Application) { in.Datasets[0].RowScope = nil },
		"methods":   func(in *api.Application) { in.Methods = []string{"count"} },
		"modes":     func(in *api.Application) { in.Modes = []string{"query"} },
		"recipients": func(in *api.Application) {
			in.Recipients = []api.Recipient{{Organization: "bank_a", Persons: []string{"a-1"}}}
		},
	} {
		in := enclavetest.Wanted()
		scoped(&in)
		change(&in)
		app, err := z.Service.SubmitApplication(ctx, a, in)
		require.NoError(t, err)
		require.Empty(t, app.Standing, name)
		require.Empty(t, app.Grant, name)
		_, g := show(func(in *api.Application) { scoped(in); change(in) })
		require.NotEqual(t, first.Fingerprint, g.Fingerprint, name)
	}
	_, err = z.Service.TerminateGrant(ctx, a, id, api.GrantAct{})
	require.NoError(t, err)
	in := enclavetest.Wanted()
	scoped(&in)
	app, err := z.Service.SubmitApplication(ctx, a, in)
	require.NoError(t, err)
	require.Empty(t, app.Standing, "what has ended stands no more")
	z.Check(t)
}

// An application is to be answered by the fifth working day after its receipt; who refuses it says why.
func TestXC_21a_XM_21b_XC_21c_TimersOfAnApplication(t *testing.T) {
	z := enclavetest.New(t)
	ctx, a, steward := t.Context(), enclavetest.As("analyst_a"), enclavetest.As("steward")
	z.Clock.Advance(time.Date(2026, 9, 30, 23, 59, 0, 0, time.FixedZone("", 8*3600)).Sub(z.Clock.Now()))
	app, err := z.Service.SubmitApplication(ctx, a, enclavetest.Wanted())
	require.NoError(t, err)
	require.Equal(t, "2026-10-13", app.Timer.Answer)
	require.Equal(t, "2026-10-20", app.Timer.Complete)
	look := func() *api.Timer {
		all, err := z.Service.Applications(ctx, steward)
		require.NoError(t, err)
		return all.Items[0].Timer
	}
	z.Clock.Advance(time.Date(2026, 10, 13, 23, 59, 0, 0, time.FixedZone("", 8*3600)).Sub(z.Clock.Now()))
	require.False(t, look().Overdue)
	z.Clock.Advance(time.Minute)
	require.True(t, look().Overdue)

	for name, r := range map[string]api.Review{"no code": {Comment: "no"}, "no words": {Reason: "NECESSITY"}, "a code that is none": {Reason: "BECAUSE", Comment: "no"}} {
		r.Version = 1
		_, err = z.Service.ReviewApplication(ctx, steward, app.ID, r)
		require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err), name)
	}
	_, err = z.Service.ReviewApplication(ctx, steward, app.ID, api.Review{Version: app.Version, Return: true, Reason: "NECESSITY", Comment: "why the amounts?"})
	require.NoError(t, err)
	require.Nil(t, look(), "it waits for its applicant")
	again, err := z.Service.ResubmitApplication(ctx, a, app.ID, enclavetest.Wanted())
	require.NoError(t, err)
	require.Equal(t, "2026-10-21", again.Timer.Answer, "the new version is received anew")
	app, err = z.Service.ReviewApplication(ctx, steward, app.ID, api.Review{Version: again.Version, Reason: "ELIGIBILITY", Comment: "not admitted to this scenario"})
	require.NoError(t, err)
	require.Nil(t, app.Timer)
	require.Equal(t, []string{"ELIGIBILITY"}, app.Opinions[1].Reasons)
}

// A grant that nobody uses lapses, sooner or later by the jurisdiction, whether or not anybody looks; what of it was never used is shown.
func TestBJ_FIN_23a_IdleAndUnused(t *testing.T) {
	z := enclavetest.New(t)
	ctx, a := t.Context(), enclavetest.As("analyst_a")
	used, left := z.Grant(t, a), granted(t, z, a, func(in *api.Application) { in.Scenario = "never" })
	show := func(id string) api.Grant {
		g, err := z.Service.Grant(ctx, a, id)
		require.NoError(t, err)
		return g
	}
	all := []string{"cases.heard", "cases.id", "cases.kind", "clients.amount", "clients.city", "clients.id", "clients.segment"}
	require.Equal(t, all, show(used).Unused)
	require.Equal(t, 180, show(used).IdleDays)
	z.Clock.Advance(100 * 24 * time.Hour)
	require.Equal(t, "released", z.Ask(t, a, used, north).State)
	require.NotContains(t, show(used).Unused, "clients.city")
	require.Contains(t, show(used).Unused, "clients.segment")
	renewed, err := z.Service.SubmitApplication(ctx, a, enclavetest.Wanted())
	require.NoError(t, err)
	require.Equal(t, used, renewed.Standing)
	require.Equal(t, show(used).Unused, renewed.Unused, "who renews sees what was never needed")

	z.Clock.Advance(80 * 24 * time.Hour)
	require.Equal(t, "expired", show(left).State, "though nobody has recorded it")
	refused := z.Ask(t, a, left, north)
	require.Equal(t, "GRANT_EXPIRED", outcome(refused))
	require.Contains(t, refused.Refusal.Message.En, "180 days")
	require.Equal(t, "active", show(used).State)
	require.NoError(t, z.Service.Lapse(ctx))
	require.Equal(t, "idle", show(left).Change.Act)
	require.Contains(t, z.Ask(t, a, left, north).Refusal.Message.En, "180 days", "recorded as well")
	require.Equal(t, "released", z.Ask(t, a, used, north).State)
	z.Check(t)
}
