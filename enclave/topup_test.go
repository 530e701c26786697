package enclave_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

func two(group string) api.TopUpRequest {
	return api.TopUpRequest{Group: group, Entity: "person", Grade: 2, Days: 30, Units: 2, Reason: "validation"}
}

// allowedIn is what a window of grade 2 allows the group of an analyst.
func allowedIn(t *testing.T, z *enclavetest.Zone, p enclave.Principal, days int) string {
	t.Helper()
	b, err := z.Service.Budget(t.Context(), p, "")
	require.NoError(t, err)
	for _, i := range b.Items {
		if i.Entity == "person" && i.Grade == 2 && i.Days == days {
			return i.Allowed
		}
	}
	return ""
}

// Two people of two parties add to one window of one account; it is charged against, it ends with the window, and the account shows it.
func TestTopUpLastsForItsWindow(t *testing.T) {
	z := noisyZone(t)
	p, grant := z.Bank(t)
	z.Ask(t, p, grant, "SELECT city, count(*) AS n FROM clients GROUP BY city")
	require.Equal(t, "20", allowedIn(t, z, p, 30))

	v, err := z.Service.TopUp(t.Context(), enclavetest.As("security"), two(p.LegalGroup))
	require.NoError(t, err)
	require.Equal(t, "proposed", v.State)
	require.Equal(t, "20", allowedIn(t, z, p, 30), "one person adds nothing")
	again, err := z.Service.TopUp(t.Context(), enclavetest.As("security"), two(p.LegalGroup))
	require.NoError(t, err)
	require.Equal(t, v, again, "said twice, and still one person")
	v, err = z.Service.TopUp(t.Context(), enclavetest.As("provider"), two(p.LegalGroup))
	require.NoError(t, err)
	require.Equal(t, "in_force", v.State)
	require.Equal(t, "22", allowedIn(t, z, p, 30))
	require.Equal(t, "300", allowedIn(t, z, p, 365), "no other window grows")

	mine, err := z.Service.Budget(t.Context(), p, "")
	require.NoError(t, err)
	require.Equal(t, []api.TopUp{{Entity: "person", Grade: 2, Days: 30, Units: 2, State: "in_force", First: v.First, Last: v.Last}}, mine.TopUps)
	staff, err := z.Service.Budget(t.Context(), enclavetest.As("auditor"), p.LegalGroup)
	require.NoError(t, err)
	require.Equal(t, mine.Items, staff.Items)
	require.Equal(t, []api.TopUp{v}, staff.TopUps)
	require.Equal(t, []string{"validation", "security", "provider"}, []string{v.Reason, v.ProposedBy, v.ConfirmedBy})
	_, err = z.Service.Budget(t.Context(), enclavetest.As("analyst_b"), p.LegalGroup)
	require.Equal(t, enclave.KindNotFound, enclavetest.Kind(err))

	z.Restart(t)
	require.Equal(t, "22", allowedIn(t, z, p, 30))
	z.Clock.Advance(29 * 24 * time.Hour)
	require.Equal(t, "22", allowedIn(t, z, p, 30))
	z.Clock.Advance(24 * time.Hour)
	require.Equal(t, "20", allowedIn(t, z, p, 30))
	mine, err = z.Service.Budget(t.Context(), p, "")
	require.NoError(t, err)
	require.Empty(t, mine.TopUps)
	z.Check(t)
}

// Who gives more of a grade provides data of that grade: a register of lower grade says nothing of what is at stake.
func TestTopUpIsConfirmedByWhoseDataItIsAbout(t *testing.T) {
	z := noisyZone(t)
	in := two("group_a")
	in.Grade = 3
	_, err := z.Service.TopUp(t.Context(), enclavetest.As("security"), in)
	require.NoError(t, err)
	_, err = z.Service.TopUp(t.Context(), enclavetest.As("provider"), in) // of clients, grade 2
	require.Equal(t, catalog.Code("ROLE"), code(err))
	given, err := z.Service.TopUp(t.Context(), enclavetest.As("provider_2"), in) // of cases, grade 3
	require.NoError(t, err)
	require.NotEqual(t, "proposed", given.State)
	z.Check(t)
}

// The half of one person holds for a day and for the very same words; what was given counts against the bound of the policy.
func TestTopUpRefusals(t *testing.T) {
	z := noisyZone(t)
	call := func(as string, change func(*api.TopUpRequest)) (api.TopUp, error) {
		in := two("group_a")
		if change != nil {
			change(&in)
		}
		return z.Service.TopUp(t.Context(), enclavetest.As(as), in)
	}
	proposed := func() {
		t.Helper()
		v, err := call("security", nil)
		require.NoError(t, err)
		require.Equal(t, "proposed", v.State)
	}
	for name, c := range map[string]struct {
		as     string
		change func(*api.TopUpRequest)
		want   catalog.Code
	}{
		"an analyst for his own group": {"analyst_a", nil, "ROLE"},
		"the auditor":                  {"auditor", nil, "ROLE"},
		"a provider proposes":          {"provider", nil, "ROLE"},
		"no reason":                    {"security", func(r *api.TopUpRequest) { r.Reason = "" }, "INCOMPLETE"},
		"a window that is none":        {"security", func(r *api.TopUpRequest) { r.Days = 60 }, "INCOMPLETE"},
		"nothing":                      {"security", func(r *api.TopUpRequest) { r.Units = 0 }, "INCOMPLETE"},
		"beyond the bound":             {"security", func(r *api.TopUpRequest) { r.Units = 51 }, catalog.CodeBudget},
		"grade 4":                      {"security", func(r *api.TopUpRequest) { r.Grade = 4 }, catalog.CodeBudget},
	} {
		_, err := call(c.as, c.change)
		require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), name)
		require.Equal(t, c.want, code(err), name)
	}
	for name, change := range map[string]func(*api.TopUpRequest){
		"no such group":    func(r *api.TopUpRequest) { r.Group = "group_z" },
		"no such entities": func(r *api.TopUpRequest) { r.Entity = "vessel" },
	} {
		_, err := call("security", change)
		require.Equal(t, enclave.KindNotFound, enclavetest.Kind(err), name)
	}
	_, err := call("security", func(r *api.TopUpRequest) { r.Entity = "a person" })
	require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err))

	proposed()
	_, err = call("provider", func(r *api.TopUpRequest) { r.Units = 3 })
	require.Equal(t, catalog.Code("ROLE"), code(err), "other words than the first person's are another proposal")
	_, err = call("admin", nil)
	require.Equal(t, catalog.Code("ROLE"), code(err), "nobody of the same party")
	z.Clock.Advance(25 * time.Hour)
	_, err = call("provider", nil)
	require.Equal(t, catalog.Code("ROLE"), code(err), "a day is over, so nobody proposed it")
	proposed()
	_, err = call("provider", nil)
	require.NoError(t, err)
	_, err = call("provider", nil)
	require.Equal(t, catalog.Code("ROLE"), code(err), "a half is used once")
	_, err = call("security", func(r *api.TopUpRequest) { r.Units = 49 })
	require.Equal(t, catalog.CodeBudget, code(err), "two stand already")
	given := 0
	for _, e := range z.Check(t) {
		if e.Action == audit.ActionBudgetTopUp {
			given++
		}
	}
	require.Equal(t, 1, given)
}
