package enclave_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// Whatever people do with applications and grants, in whatever order: what is denied changes nothing and is logged; there is a grant
// for each approved application and for no other, approved by somebody of another institution; and the zone keeps its rules.
func TestRandomLivesOfApplicationsAndGrants(t *testing.T) {
	t.Parallel()
	z := enclavetest.New(t)
	r := rand.New(rand.NewPCG(11, 7))
	var apps, grants []string
	one := func(ids []string) string {
		if len(ids) == 0 {
			return "app_00000000000000000000000000000000"
		}
		return ids[r.IntN(len(ids))]
	}
	step := func() (string, error) {
		p := enclavetest.People[r.IntN(len(enclavetest.People))]
		if r.IntN(3) > 0 { // those who may do something
			p = enclavetest.As([]string{"analyst_a", "analyst_b", "steward", "security"}[r.IntN(4)])
		}
		switch act := r.IntN(8); act {
		case 0:
			a, err := z.Service.SubmitApplication(t.Context(), p, enclavetest.Wanted())
			if err == nil {
				apps = append(apps, a.ID)
			}
			return "submit", err
		case 1:
			_, err := z.Service.ResubmitApplication(t.Context(), p, one(apps), enclavetest.Wanted())
			return "resubmit", err
		case 2:
			_, err := z.Service.WithdrawApplication(t.Context(), p, one(apps))
			return "withdraw", err
		case 3, 4:
			in := api.Review{Approve: r.IntN(3) > 0, Return: r.IntN(3) == 0, Reason: []string{"", "TERM", "WHIM"}[r.IntN(3)], Comment: "test"}
			id := one(apps)
			if seen, err := z.Service.Application(t.Context(), enclavetest.As("steward"), id); err == nil {
				in.Version = seen.Version
			}
			a, err := z.Service.ReviewApplication(t.Context(), p, id, in)
			if err == nil && a.Grant != "" {
				grants = append(grants, a.Grant)
			}
			return "review", err
		default:
			do := []func(enclave.Principal, string) (api.Grant, error){
				func(p enclave.Principal, id string) (api.Grant, error) {
					return z.Service.SuspendGrant(t.Context(), p, id, api.GrantAct{})
				},
				func(p enclave.Principal, id string) (api.Grant, error) {
					return z.Service.ResumeGrant(t.Context(), p, id, api.GrantAct{Reason: "test"})
				},
				func(p enclave.Principal, id string) (api.Grant, error) {
					return z.Service.TerminateGrant(t.Context(), p, id, api.GrantAct{})
				},
			}[act-5]
			_, err := do(p, one(grants))
			return "change", err
		}
	}
	tally := map[string]int{}
	for i := range 240 {
		before, log := z.Print(t), len(z.Records(t, "decision"))
		act, err := step()
		tally[fmt.Sprintf("%s %t", act, err == nil)]++
		if err != nil {
			require.Contains(t, []enclave.ErrorKind{enclave.KindForbidden, enclave.KindNotFound, enclave.KindConflict, enclave.KindInvalid}, enclavetest.Kind(err), "%v", err)
			if enclavetest.Kind(err) != enclave.KindForbidden {
				require.Len(t, z.Records(t, "decision"), log)
				require.Equal(t, before, z.Print(t), "what fails changes nothing")
			}
		}
		if i%40 == 39 {
			z.Clock.Advance(time.Hour)
			granted := checkGrants(t, z)
			entries := z.Check(t)
			require.Equal(t, granted, enclavetest.Count(entries, audit.ActionGrantCreate, ""))
		}
	}
	for _, act := range []string{"submit", "withdraw", "review", "change"} {
		require.Positive(t, tally[act+" true"], "%v", tally)
		require.Positive(t, tally[act+" false"], "%v", tally)
	}
	require.Positive(t, enclavetest.Count(z.Check(t), audit.ActionDenied, ""))
}

// checkGrants requires that grants and approved applications belong together, and returns how many there are.
func checkGrants(t *testing.T, z *enclavetest.Zone) int {
	t.Helper()
	type stored struct {
		ID           string `json:"id"`
		State        string `json:"state"`
		Grant        string `json:"grant"`
		Organization string `json:"organization"`
		ApplicantID  string `json:"applicant_id"`
		Taken        []struct {
			Person string `json:"person"`
		} `json:"taken"`
		Documents []string `json:"documents"`
	}
	approved := map[string]stored{}
	for _, rec := range z.Records(t, "application") {
		var a stored
		require.NoError(t, json.Unmarshal(rec.Doc, &a))
		require.Equal(t, rec.State == "approved", a.Grant != "", "an application that is %s", rec.State)
		if a.Grant == "" {
			continue
		}
		approved[a.ID] = a
		require.Len(t, a.Taken, 1)
		require.Equal(t, "op-steward", a.Taken[0].Person, "the only steward of another party")
		require.NotEqual(t, a.ApplicantID, a.Taken[0].Person)
	}
	all := z.Records(t, "grant")
	require.Len(t, all, len(approved))
	for _, rec := range all {
		var g struct {
			Application string `json:"application"`
			Scope       string `json:"scope"`
		}
		require.NoError(t, json.Unmarshal(rec.Doc, &g))
		a, have := approved[g.Application]
		require.True(t, have)
		require.Equal(t, rec.ID, a.Grant)
		require.Equal(t, a.Organization, rec.Owner)
		require.Equal(t, a.Documents[len(a.Documents)-1], g.Scope, "what was approved is the last version")
	}
	return len(all)
}
