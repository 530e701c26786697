package enclave_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// consenting declares that the subjects of the clients must authorize each use, and loads the data under the new declaration.
func consenting(t *testing.T, z *enclavetest.Zone) {
	t.Helper()
	ctx := t.Context()
	doc := strings.Replace(enclavetest.Clients, "spec:\n", "spec:\n  consent: required\n", 1)
	require.NotEqual(t, enclavetest.Clients, doc)
	z.Apply(t, "provider", doc)
	_, err := z.Service.ReviewDataset(ctx, enclavetest.As("steward"), "clients", api.Review{Digest: z.Seen(t, "Dataset", "clients"), Approve: true, Comment: "checked"})
	require.NoError(t, err)
	z.Clock.Advance(time.Second)
	z.Load(t, "clients", enclavetest.ClientRows())
	z.Clock.Advance(time.Second)
}

// list is a list of subjects whose authorization ends on a day.
func list(until string, ids ...int) string {
	var b strings.Builder
	b.WriteString("id,evidence,not_after\n")
	for _, id := range ids {
		fmt.Fprintf(&b, "%d,%s,%s\n", id, catalog.DigestOf([]byte("form")), until)
	}
	return b.String()
}

func authorized(document string) api.Authorizations {
	return api.Authorizations{Dataset: "clients", Organization: "bank_a", Scenario: "test", Purpose: "test", Document: document}
}

func TestBJ_OPS_25c_AuthorizationsOfSubjects(t *testing.T) {
	z := enclavetest.New(t)
	consenting(t, z)
	ctx, a, provider := t.Context(), enclavetest.As("analyst_a"), enclavetest.As("provider")
	grant := z.Grant(t, a)
	other := granted(t, z, a, func(in *api.Application) { in.Scenario = "another scenario" })
	_, err := z.Service.RecordAuthorizations(ctx, provider, authorized(list("2026-03-20", 1, 2, 3)))
	require.NoError(t, err)

	// It holds for one scenario, one purpose and one organization.
	require.Equal(t, "released", z.Ask(t, a, grant, north).State)
	require.Equal(t, "CONSENT", outcome(z.Ask(t, a, other, north)), "another scenario")
	b := enclavetest.As("analyst_b")
	require.Equal(t, "CONSENT", outcome(z.Ask(t, b, z.Grant(t, b), north)), "another organization")
	require.Equal(t, "in_review", z.Ask(t, a, other, byKind).State, "data that ask for none")

	// A withdrawal is in force at once: on what runs, on what waits, on the next call, and until the data are loaded anew.
	waiting := z.Ask(t, a, grant, "SELECT cases.kind, count(*) AS n FROM cases JOIN clients ON cases.id = clients.id GROUP BY cases.kind")
	require.Equal(t, "in_review", waiting.State)
	resume := z.Runner.Hold()
	defer resume()
	jobs := z.Runner.Jobs()
	run, err := z.Service.Submit(ctx, a, api.RunRequest{Grant: grant, SQL: northWithout}, "")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return z.Runner.Jobs() > jobs }, time.Minute, time.Millisecond)
	v, err := z.Service.WithdrawAuthorizations(ctx, provider, authorized("id\n2\n"))
	require.NoError(t, err)
	require.Equal(t, 2, v.Subjects)
	require.Equal(t, "refused", z.State(t, run.Run), "at once, while its worker still hangs")
	v, err = z.Service.WithdrawAuthorizations(ctx, a, authorized("id\n2\n"))
	require.NoError(t, err, "the institution passes it on")
	require.Zero(t, v.Subjects, "how many authorizations are left would tell who had given one")
	require.Zero(t, v.Until)
	w, err := z.Service.WithdrawAuthorizations(ctx, a, authorized("id\n77\n"))
	require.NoError(t, err)
	require.Equal(t, v, w, "who had authorized, and who had not")
	lists, err := z.Service.Registers(ctx, a)
	require.NoError(t, err)
	require.Equal(t, []api.Register{v}, lists.Items)
	lists, err = z.Service.Registers(ctx, provider)
	require.NoError(t, err)
	require.Equal(t, 2, lists.Items[0].Subjects)
	require.Zero(t, v.Subjects, "how many authorizations are left would tell who had given one")
	require.Zero(t, v.Until)
	resume()
	z.Settled(t)
	require.Equal(t, "CONSENT", outcome(z.See(t, a, run.Run)))
	refused := z.Ask(t, a, grant, north)
	require.Equal(t, "CONSENT", outcome(refused), "the same question that was answered before")
	require.Contains(t, refused.Refusal.Message.En, "withdrawn")
	require.Contains(t, refused.Refusal.Articles, "BJ-OPS-25c")
	e, ok := enclave.Of(z.Vote(t, "reviewer_1", waiting.Run, "approve"))
	require.True(t, ok && e.Refusal != nil && e.Refusal.Code == catalog.CodeConsent)
	_, err = z.Service.RecordAuthorizations(ctx, provider, authorized(list("2026-03-20", 2)))
	require.NoError(t, err)
	require.Equal(t, "CONSENT", outcome(z.Ask(t, a, grant, north)), "the data are still those of before")
	z.Clock.Advance(time.Second)
	rows := enclavetest.ClientRows()
	z.Load(t, "clients", rows)
	require.Equal(t, "CONSENT", outcome(z.Ask(t, a, grant, north)), "the same file, sent again")
	z.Clock.Advance(time.Second)
	z.Load(t, "clients", rows[:len(rows)/2])
	z.Clock.Advance(time.Second)
	z.Load(t, "clients", rows)
	require.Equal(t, "CONSENT", outcome(z.Ask(t, a, grant, north)), "after another file as well")
	z.Clock.Advance(time.Second)
	z.Load(t, "clients", append(rows[:1:1], rows[2:]...))
	z.Clock.Advance(time.Second)
	require.Equal(t, "released", z.Ask(t, a, grant, "SELECT count(*) AS n FROM clients WHERE city = 'south'").State)

	// An end is an end.
	z.Clock.Advance(time.Date(2026, 3, 21, 0, 0, 0, 0, time.FixedZone("", 8*3600)).Sub(z.Clock.Now()))
	expired := z.Ask(t, a, grant, north)
	require.Equal(t, "CONSENT", outcome(expired))
	require.Contains(t, expired.Refusal.Message.En, "ended")
	_, err = z.Service.RecordAuthorizations(ctx, provider, authorized(list("2026-03-20", 1)))
	require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err), "an authorization that has ended")
	in := authorized("")
	in.Basis = &api.LegalBasis{Evidence: string(catalog.DigestOf([]byte("order"))), NotAfter: z.Clock.Now().Add(time.Hour).Unix()}
	_, err = z.Service.RecordAuthorizations(ctx, provider, in)
	require.NoError(t, err)
	require.Equal(t, "released", z.Ask(t, a, grant, "SELECT count(*) AS n FROM clients WHERE city = 'east'").State, "a statutory duty")
	z.Check(t)
}

func TestBJ_OPS_25d_NoWildcardsNoBundles(t *testing.T) {
	z := enclavetest.New(t)
	provider := enclavetest.As("provider")
	for name, change := range map[string]func(*api.Authorizations){
		"every scenario": func(in *api.Authorizations) { in.Scenario = "*" },
		"two scenarios":  func(in *api.Authorizations) { in.Scenario = "credit;marketing" },
		"no scenario":    func(in *api.Authorizations) { in.Scenario = " " },
		"every purpose":  func(in *api.Authorizations) { in.Purpose = "*" },
		"two purposes":   func(in *api.Authorizations) { in.Purpose = "credit|marketing" },
		"every subject": func(in *api.Authorizations) {
			in.Document = list("2026-12-31") + "*,sha256:" + strings.Repeat("a", 64) + ",2026-12-31\n"
		},
		"nobody": func(in *api.Authorizations) { in.Document = list("2026-12-31") },
		"a list and a basis": func(in *api.Authorizations) {
			in.Basis = &api.LegalBasis{Evidence: "sha256:" + strings.Repeat("a", 64), NotAfter: 1 << 40}
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := authorized(list("2026-12-31", 1))
			change(&in)
			_, err := z.Service.RecordAuthorizations(t.Context(), provider, in)
			require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err), "%v", err)
		})
	}
	for _, name := range []string{"every dataset", "every organization"} {
		in := authorized(list("2026-12-31", 1))
		if name == "every dataset" {
			in.Dataset = "*"
		} else {
			in.Organization = "*"
		}
		_, err := z.Service.RecordAuthorizations(t.Context(), provider, in)
		require.Error(t, err, name)
	}
	require.Empty(t, z.Records(t, "consent_register"))
	z.Check(t)
}

// No identifier is kept, and no plain hash of one: the records and the log hold keyed hashes and counts alone.
func TestIdentifiersAreNotKept(t *testing.T) {
	z := enclavetest.New(t)
	const id = 770077007700
	_, err := z.Service.RecordAuthorizations(t.Context(), enclavetest.As("provider"), authorized(list("2026-12-31", id)))
	require.NoError(t, err)
	log := z.Check(t)
	var all strings.Builder
	for _, kind := range []string{"consent_register", "consent_subject"} {
		for _, r := range z.Records(t, kind) {
			all.WriteString(r.ID + r.Owner + string(r.Doc))
		}
	}
	b, err := json.Marshal(log)
	require.NoError(t, err)
	all.Write(b)
	require.NotContains(t, all.String(), fmt.Sprint(id))
	require.NotContains(t, all.String(), strings.TrimPrefix(string(catalog.DigestOf([]byte(fmt.Sprint(id)))), "sha256:"))
}
