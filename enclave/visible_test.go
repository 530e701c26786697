package enclave_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/enclave/receipt"
	"yumen/internal/api"
)

// looks is everything that an analyst can look at: what his run, his institution's releases and his group's ledger say.
func looks(t *testing.T, z *enclavetest.Zone, p enclave.Principal, id string) string {
	t.Helper()
	run, err := z.Service.Run(t.Context(), p, id)
	require.NoError(t, err)
	runs, err := z.Service.Runs(t.Context(), p, api.Page{})
	require.NoError(t, err)
	releases, err := z.Service.Releases(t.Context(), p, api.Page{})
	require.NoError(t, err)
	ledger, err := z.Service.Ledger(t.Context(), p)
	require.NoError(t, err)
	b, err := json.Marshal([]any{run, runs, releases, ledger})
	require.NoError(t, err)
	return string(b)
}

// What becomes of a run shows at a multiple of its tick after it was submitted, and not before; between two ticks everything that its
// author can look at stays the same, byte by byte, whatever happens inside.
func TestStatesShowOnTicksAlone(t *testing.T) {
	z := enclavetest.New(t)
	for _, c := range []struct {
		name string
		sql  string
		tick time.Duration
		fail bool
		then string
	}{
		{"answered", north, 250 * time.Millisecond, false, "released"},
		{"withheld", "SELECT count(*) AS n FROM clients WHERE segment = 'd'", 250 * time.Millisecond, false, "released"},
		{"failed", north, 250 * time.Millisecond, true, "failed"},
		{"under review", civil, 15 * time.Second, false, "in_review"},
		{"failed at grade 3", civil, 15 * time.Second, true, "failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, grant := z.Bank(t)
			z.Runner.FailRuns(c.fail)
			defer z.Runner.FailRuns(false)
			release := z.Runner.Hold()
			defer release()
			run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: c.sql}, "")
			require.NoError(t, err)
			before := looks(t, z, p, run.Run)
			z.Clock.Advance(c.tick / 2)
			release()
			z.Executed(t, run.Run)
			z.Clock.Advance(c.tick/2 - time.Millisecond)
			require.Equal(t, before, looks(t, z, p, run.Run), "it shows before its tick")
			for _, r := range z.Records(t, "release") {
				if strings.Contains(string(r.Doc), run.Run) {
					_, err := z.Service.Collect(t.Context(), p, r.ID)
					refuses(t, enclave.KindNotFound, err)
				}
			}
			z.Clock.Advance(time.Millisecond)
			require.NotEqual(t, before, looks(t, z, p, run.Run))
			after, err := z.Service.Run(t.Context(), p, run.Run)
			require.NoError(t, err)
			require.Equal(t, c.then, after.State)
		})
	}
	z.Check(t)
}

// What is done to a request shows on its ticks too, and approval on the way to the issue never.
func TestVotesShowOnTicksAlone(t *testing.T) {
	z := enclavetest.New(t)
	for verdict, then := range map[receipt.Verdict]string{receipt.VerdictApprove: "released", receipt.VerdictReject: "rejected", receipt.VerdictReturn: "returned"} {
		p, grant := z.Bank(t)
		run := z.Ask(t, p, grant, civil).Run
		states, err := z.Service.Watch(t.Context(), p, run)
		require.NoError(t, err)
		require.Equal(t, "in_review", <-states)
		z.Clock.Advance(time.Second)
		before := looks(t, z, p, run)
		var reasons []string
		if verdict != receipt.VerdictApprove {
			reasons = []string{"PURPOSE"}
		}
		require.NoError(t, z.Vote(t, "reviewer_1", run, verdict, reasons...))
		z.Clock.Advance(13 * time.Second)
		require.Equal(t, before, looks(t, z, p, run))
		select {
		case s := <-states:
			t.Fatalf("told %q before the tick", s)
		case <-time.After(50 * time.Millisecond):
		}
		z.Clock.Advance(time.Second)
		require.Equal(t, then, z.See(t, p, run).State)
		require.Equal(t, then, <-states)
		_, more := <-states
		require.False(t, more, "a resting state is the last one")
	}
	z.Check(t)
}

// A question whose every cell is withheld, one that nobody answers to, and one about too few people look alike in everything.
func TestWithheldEmptyAndSmallLookAlike(t *testing.T) {
	z := enclavetest.New(t)
	texts := map[string]string{
		"small":      "SELECT segment, count(*) AS n, sum(amount) AS s FROM clients WHERE city = 'north' AND segment IN ('d') GROUP BY segment",
		"empty":      "SELECT segment, count(*) AS n, sum(amount) AS s FROM clients WHERE city = 'south' AND segment IN ('d') GROUP BY segment",
		"complement": "SELECT segment, count(*) AS n, sum(amount) AS s FROM clients WHERE city <> 'east' AND segment IN ('d') GROUP BY segment",
	}
	want := ""
	for name, sql := range texts {
		p, grant := z.Bank(t)
		asked := z.Clock.Now().UnixMilli()
		run := z.Ask(t, p, grant, sql)
		require.Equal(t, withheld, enclavetest.Text(run), name)
		body := data(t, z, p, run)
		view := looks(t, z, p, run.Run)
		for from, to := range map[string]string{run.Run: "run", run.Release: "rel", run.Grant: "grant", p.Organization: "org", p.Account: "account", string(mustJSON(t, sql)): `"sql"`} {
			view, body = strings.ReplaceAll(view, from, to), strings.ReplaceAll(body, from, to)
		}
		var v []map[string]any
		require.NoError(t, json.Unmarshal([]byte(view), &v))
		for _, list := range v[2:] {
			for _, item := range list["items"].([]any) {
				m := item.(map[string]any)
				require.NotContains(t, m, "rows")
				delete(m, "receipt")
				delete(m, "box") // it says in words what was asked
				m["created"] = int64(m["created"].(float64)) - asked
			}
		}
		for _, one := range append([]any{v[0]}, v[1]["items"].([]any)...) {
			m := one.(map[string]any)
			m["created"] = int64(m["created"].(float64)) - asked
		}
		got := string(mustJSON(t, v)) + body
		if want == "" {
			want = got
		}
		require.Equal(t, want, got, name)
	}
	z.Check(t)
}

func mustJSON(t *testing.T, v any) []byte {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}

// A run that is watched tells each state once, in order, and ends at rest; whoever leaves is forgotten.
func TestWatch(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	release := z.Runner.Hold()
	defer release()
	run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: north}, "")
	require.NoError(t, err)
	_, err = z.Service.Watch(t.Context(), enclavetest.As("analyst_b"), run.Run)
	refuses(t, enclave.KindNotFound, err)
	states, err := z.Service.Watch(t.Context(), p, run.Run)
	require.NoError(t, err)
	require.Equal(t, "running", <-states)
	release()
	z.Executed(t, run.Run)
	z.Clock.Advance(time.Second)
	require.Equal(t, "released", <-states)
	_, more := <-states
	require.False(t, more)

	refused, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: "SELECT id FROM clients"}, "")
	require.NoError(t, err)
	states, err = z.Service.Watch(t.Context(), p, refused.Run)
	require.NoError(t, err)
	require.Equal(t, "refused", <-states)
	_, more = <-states
	require.False(t, more)
}

// The checkpoint that everybody may fetch tells nothing by its time: it moves on ticks of the clock, whatever is entered meanwhile, and
// each is a beginning of the log.
func TestPublicCheckpointMovesOnTicksAlone(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	tick := 15 * time.Second
	z.Clock.Advance(2*tick - time.Duration(z.Clock.Now().UnixMilli()%tick.Milliseconds())*time.Millisecond)
	look := func() audit.Checkpoint {
		signed, err := z.Service.Checkpoint(t.Context())
		require.NoError(t, err)
		text, _, _ := strings.Cut(string(signed), "\n\n")
		c, err := audit.ParseCheckpoint(text + "\n")
		require.NoError(t, err)
		figures, err := z.Service.Figures(t.Context())
		require.NoError(t, err)
		require.Equal(t, c.Size, figures.LogSize)
		return c
	}
	before := look()
	require.Positive(t, before.Size)
	for range 2 {
		z.Clock.Advance(tick / 5)
		run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: north}, "")
		require.NoError(t, err)
		require.Equal(t, before, look())
		z.Executed(t, run.Run)
		require.Equal(t, before, look(), "it moves when a run is issued")
	}
	size := int64(len(z.Check(t)))
	require.Greater(t, size, before.Size)
	z.Clock.Advance(2 * tick)
	require.Equal(t, size, look().Size)
	z.Check(t)
}
