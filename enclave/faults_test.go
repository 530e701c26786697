package enclave_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/enclave/receipt"
	"yumen/internal/api"
)

const (
	byCity = "SELECT city, count(*) AS n FROM clients GROUP BY city" // answered at once
	byKind = "SELECT kind, count(*) AS n FROM cases GROUP BY kind"   // waits for a reviewer
)

// act is something that somebody does. ready brings the zone to the point before it and returns it; it can be done more than once.
type act struct {
	name  string
	ready func(t *testing.T, z *enclavetest.Zone, unique string) func() error
}

// acts are all acts that change something or let something be seen.
func acts() []act {
	ctx := context.Background()
	as := enclavetest.As
	return []act{
		{"apply an organization", func(_ *testing.T, z *enclavetest.Zone, u string) func() error {
			return func() error { return apply(z, "admin", organization(u)) }
		}},
		{"apply an account", func(_ *testing.T, z *enclavetest.Zone, u string) func() error {
			return func() error { return apply(z, "admin", enclavetest.AccountYAML(person(u))) }
		}},
		{"confirm an account", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			z.Apply(t, "admin", enclavetest.AccountYAML(person(u)))
			return func() error { _, err := z.Service.ConfirmAccount(ctx, as("security"), person(u).Account); return err }
		}},
		{"activate", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			code := z.Apply(t, "admin", enclavetest.AccountYAML(person(u)))[person(u).Account]
			return func() error {
				return z.Service.Activate(ctx, api.Activation{User: person(u).Account, Code: code, Password: enclavetest.Password})
			}
		}},
		{"log in", func(_ *testing.T, z *enclavetest.Zone, _ string) func() error {
			return func() error { return login(z, "admin", enclavetest.Password) }
		}},
		{"try a password", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			z.Apply(t, "admin", enclavetest.AccountYAML(person(u)))
			return func() error {
				if err := login(z, person(u).Account, enclavetest.Password); enclavetest.Kind(err) != enclave.KindUnauthenticated {
					return err
				}
				return nil
			}
		}},
		{"log out", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			s, err := z.Service.Login(ctx, api.Login{User: "admin", Password: enclavetest.Password}, "")
			require.NoError(t, err)
			p, err := z.Service.Authenticate(ctx, s.Token)
			require.NoError(t, err)
			return func() error { return z.Service.Logout(ctx, p) }
		}},
		{"rotate a session", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			_, p := session(t, z, "admin")
			return func() error { _, err := z.Service.RotateSession(ctx, p); return err }
		}},
		{"revoke a session", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			_, p := session(t, z, "admin")
			return func() error { return z.Service.RevokeSession(ctx, as("security"), p.Session) }
		}},
		{"revoke all sessions", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			session(t, z, "admin")
			return func() error { return z.Service.RevokeSessions(ctx, as("security"), "admin") }
		}},
		{"enrol a second factor", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			p := newcomer(t, z, u)
			return func() error {
				_, err := z.Service.EnrolTOTP(ctx, p, api.Password{Password: enclavetest.Password})
				return err
			}
		}},
		{"confirm a second factor", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			p := newcomer(t, z, u)
			v, err := z.Service.EnrolTOTP(ctx, p, api.Password{Password: enclavetest.Password})
			require.NoError(t, err)
			return func() error {
				_, err := z.Service.ConfirmTOTP(ctx, p, api.Code{Code: appCode(t, z, v.Secret, 0)}, "")
				return err
			}
		}},
		{"reset a second factor", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			p := newcomer(t, z, u)
			_, err := z.Service.EnrolTOTP(ctx, p, api.Password{Password: enclavetest.Password})
			require.NoError(t, err)
			return func() error { _, err := z.Service.ResetTOTP(ctx, as("security"), p.Account); return err }
		}},
		{"suspend an account", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			z.Apply(t, "admin", enclavetest.AccountYAML(person(u)))
			return func() error {
				_, err := z.Service.SuspendAccount(ctx, as("security"), person(u).Account, api.Reason{Reason: "x"})
				return err
			}
		}},
		{"resume an account", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			z.Apply(t, "admin", enclavetest.AccountYAML(person(u)))
			_, err := z.Service.SuspendAccount(ctx, as("security"), person(u).Account, api.Reason{Reason: "x"})
			require.NoError(t, err)
			return func() error { _, err := z.Service.ResumeAccount(ctx, as("security"), person(u).Account); return err }
		}},
		{"reset an account", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			z.Apply(t, "admin", enclavetest.AccountYAML(person(u)))
			return func() error { _, err := z.Service.ResetAccount(ctx, as("admin"), person(u).Account); return err }
		}},
		{"freeze", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			z.Apply(t, "admin", organization(u))
			return func() error { return freeze(z, "admin", "organization", "org_"+u) }
		}},
		{"propose to lift a freeze", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			z.Apply(t, "admin", organization(u))
			require.NoError(t, freeze(z, "admin", "organization", "org_"+u))
			return func() error { return unfreeze(z, "admin", "organization", "org_"+u, "lift_pending") }
		}},
		{"lift a freeze", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			z.Apply(t, "admin", organization(u))
			require.NoError(t, freeze(z, "auditor", "organization", "org_"+u))
			require.NoError(t, unfreeze(z, "admin", "organization", "org_"+u, "lift_pending"))
			return func() error { return unfreeze(z, "security", "organization", "org_"+u, "lifted") }
		}},
		{"seal", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			require.NoError(t, apply(z, "provider", dataset(u)))
			return func() error { return seal(z, "security", "clients_"+u) }
		}},
		{"propose to unseal", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			require.NoError(t, apply(z, "provider", dataset(u)))
			require.NoError(t, seal(z, "provider", "clients_"+u))
			return func() error { return unseal(z, "provider", "clients_"+u, "unseal_pending") }
		}},
		{"unseal", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			require.NoError(t, apply(z, "provider", dataset(u)))
			require.NoError(t, seal(z, "provider", "clients_"+u))
			require.NoError(t, unseal(z, "admin", "clients_"+u, "unseal_pending"))
			return func() error { return unseal(z, "provider", "clients_"+u, "unsealed") }
		}},
		{"register a key", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			key := publicKey(t)
			return func() error { _, err := z.Service.RegisterKey(ctx, as("reviewer_2"), key); return err }
		}},
		{"confirm a key", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			k, err := z.Service.RegisterKey(ctx, as("reviewer_2"), publicKey(t))
			require.NoError(t, err)
			return func() error { _, err := z.Service.ConfirmKey(ctx, as("security"), k.ID); return err }
		}},
		{"declare a dataset", func(_ *testing.T, z *enclavetest.Zone, u string) func() error {
			return func() error { return apply(z, "provider", dataset(u)) }
		}},
		{"keep a draft", func(_ *testing.T, z *enclavetest.Zone, u string) func() error {
			return func() error {
				_, err := z.Service.Apply(ctx, as("provider"), api.Apply{Documents: dataset(u), Draft: true})
				return err
			}
		}},
		{"delete a declaration", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			z.Apply(t, "provider", dataset(u))
			return func() error { return z.Service.Delete(ctx, as("provider"), "Dataset", "clients_"+u) }
		}},
		{"review a dataset", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			z.Apply(t, "provider", dataset(u))
			seen := z.Seen(t, "Dataset", "clients_"+u)
			return func() error {
				_, err := z.Service.ReviewDataset(ctx, as("steward"), "clients_"+u, api.Review{Digest: seen, Approve: true})
				return err
			}
		}},
		{"load", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			approved(t, z, u)
			return func() error {
				_, err := z.Service.LoadDataset(ctx, as("provider"), "clients_"+u, strings.NewReader(enclavetest.CSV(enclavetest.ClientRows())), "")
				return err
			}
		}},
		{"send a file in parts", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			approved(t, z, u)
			return func() error { return sending(ctx, z, "clients_"+u, enclavetest.CSV(enclavetest.ClientRows())) }
		}},
		{"load what is quarantined", func(t *testing.T, z *enclavetest.Zone, u string) func() error {
			approved(t, z, u)
			return func() error {
				_, err := z.Service.LoadDataset(ctx, as("provider"), "clients_"+u, strings.NewReader("id,city,segment,amount\n1,nowhere,a,1\n"), "")
				if enclavetest.Kind(err) == enclave.KindQuarantined {
					return nil
				}
				return err
			}
		}},
		{"apply for a grant", func(_ *testing.T, z *enclavetest.Zone, _ string) func() error {
			return func() error {
				_, err := z.Service.SubmitApplication(ctx, as("analyst_a"), enclavetest.Wanted())
				return err
			}
		}},
		{"grant", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			app, err := z.Service.SubmitApplication(ctx, as("analyst_a"), enclavetest.Wanted())
			require.NoError(t, err)
			return func() error {
				_, err := z.Service.ReviewApplication(ctx, as("steward"), app.ID, api.Review{Version: app.Version, Approve: true})
				return err
			}
		}},
		{"return an application", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			id := submitted(t, z)
			return func() error {
				_, err := z.Service.ReviewApplication(ctx, as("steward"), id, api.Review{Version: 1, Return: true, Reason: "TERM", Comment: "shorter"})
				return err
			}
		}},
		{"resubmit an application", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			id := submitted(t, z)
			_, err := z.Service.ReviewApplication(ctx, as("steward"), id, api.Review{Version: 1, Return: true, Reason: "TERM", Comment: "shorter"})
			require.NoError(t, err)
			return func() error {
				_, err := z.Service.ResubmitApplication(ctx, as("analyst_a"), id, enclavetest.Wanted())
				return err
			}
		}},
		{"withdraw an application", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			id := submitted(t, z)
			return func() error { _, err := z.Service.WithdrawApplication(ctx, as("analyst_a"), id); return err }
		}},
		{"suspend a grant", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			_, grant := z.Bank(t)
			return func() error {
				_, err := z.Service.SuspendGrant(ctx, as("steward"), grant, api.GrantAct{Reason: "test"})
				return err
			}
		}},
		{"resume a grant", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			_, grant := z.Bank(t)
			_, err := z.Service.SuspendGrant(ctx, as("steward"), grant, api.GrantAct{})
			require.NoError(t, err)
			return func() error { _, err := z.Service.ResumeGrant(ctx, as("steward"), grant, api.GrantAct{}); return err }
		}},
		{"terminate a grant under which something waits", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			p, grant := z.Bank(t)
			require.Equal(t, "in_review", z.Ask(t, p, grant, byKind).State)
			return func() error {
				_, err := z.Service.TerminateGrant(ctx, p, grant, api.GrantAct{Reason: "test"})
				return err
			}
		}},
		{"check", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			p, grant := z.Bank(t)
			return func() error { _, err := z.Service.Check(ctx, p, api.RunRequest{Grant: grant, SQL: byCity}); return err }
		}},
		{"ask and be answered", func(t *testing.T, z *enclavetest.Zone, _ string) func() error { return asking(t, z, byCity) }},
		{"ask and wait for a reviewer", func(t *testing.T, z *enclavetest.Zone, _ string) func() error { return asking(t, z, byKind) }},
		{"ask what is refused", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			return asking(t, z, "SELECT id FROM clients")
		}},
		{"open a review", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			_, run := inReview(t, z)
			return func() error { _, err := z.Service.ReviewDetail(ctx, as("reviewer_1"), run); return err }
		}},
		{"approve and issue", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			return voting(t, z, receipt.VerdictApprove)
		}},
		{"reject", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			return voting(t, z, receipt.VerdictReject)
		}},
		{"return", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			return voting(t, z, receipt.VerdictReturn)
		}},
		{"withdraw", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			p, run := inReview(t, z)
			return func() error { _, err := z.Service.Withdraw(ctx, p, run); return err }
		}},
		{"resubmit", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			p, run := inReview(t, z)
			require.NoError(t, z.Vote(t, "reviewer_1", run, receipt.VerdictReturn, "CONTEXT"))
			z.Clock.Advance(15 * time.Second)
			return func() error { _, err := z.Service.Resubmit(ctx, p, run, "what it is for"); return err }
		}},
		{"collect", func(t *testing.T, z *enclavetest.Zone, _ string) func() error {
			p, grant := z.Bank(t)
			run := z.Ask(t, p, grant, byCity)
			return func() error { _, err := z.Service.Collect(ctx, p, run.Release); return err }
		}},
		{"export the log", func(_ *testing.T, z *enclavetest.Zone, _ string) func() error {
			return func() error { _, err := z.Service.AuditExport(ctx, as("auditor"), io.Discard); return err }
		}},
	}
}

func apply(z *enclavetest.Zone, as, docs string) error {
	_, err := z.Service.Apply(context.Background(), enclavetest.As(as), api.Apply{Documents: docs})
	return err
}

func login(z *enclavetest.Zone, user, password string) error {
	_, err := z.Service.Login(context.Background(), api.Login{User: user, Password: password}, "")
	return err
}

func person(unique string) enclave.Principal {
	return enclave.Principal{Account: "analyst_" + unique, Person: "p-" + unique, Organization: "bank_a", Role: "analyst"}
}

func organization(unique string) string {
	return fmt.Sprintf("apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: org_%s}\nspec: {title: {zh: 机构, en: Organization}, type: provider}\n", unique)
}

func dataset(unique string) string {
	return strings.Replace(enclavetest.Clients, "name: clients", "name: clients_"+unique, 1)
}

func approved(t *testing.T, z *enclavetest.Zone, unique string) {
	z.Apply(t, "provider", dataset(unique))
	_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "clients_"+unique, api.Review{Digest: z.Seen(t, "Dataset", "clients_"+unique), Approve: true})
	require.NoError(t, err)
}

// sending sends a file in two parts, from where an earlier attempt stopped, and has it loaded.
func sending(ctx context.Context, z *enclavetest.Zone, dataset, text string) error {
	by := enclavetest.As("provider")
	u, err := z.Service.BeginUpload(ctx, by, dataset, api.UploadRequest{Size: int64(len(text)), Digest: string(catalog.DigestOf([]byte(text)))})
	for err == nil && u.Received < u.Size {
		u, err = z.Service.PutPart(ctx, by, u.ID, u.Received, strings.NewReader(text[u.Received:min(u.Size, u.Received+u.Size/2+1)]))
	}
	if err != nil {
		return err
	}
	_, err = z.Service.FinishUpload(ctx, by, u.ID)
	return errors.Join(err, z.Service.RemoveUpload(ctx, by, u.ID))
}

// asking is a question of a new institution, until it is answered.
func asking(t *testing.T, z *enclavetest.Zone, sql string) func() error {
	p, grant := z.Bank(t)
	return func() error {
		run, err := z.Service.Submit(context.Background(), p, api.RunRequest{Grant: grant, SQL: sql}, "")
		if err == nil {
			z.Executed(t, run.Run)
		}
		return err
	}
}

// inReview is a question that waits for a reviewer.
func inReview(t *testing.T, z *enclavetest.Zone) (enclave.Principal, string) {
	p, grant := z.Bank(t)
	run := z.Ask(t, p, grant, byKind)
	require.Equal(t, "in_review", run.State)
	return p, run.Run
}

func voting(t *testing.T, z *enclavetest.Zone, verdict receipt.Verdict) func() error {
	_, run := inReview(t, z)
	seen, err := z.Service.ReviewDetail(t.Context(), enclavetest.As("reviewer_1"), run)
	require.NoError(t, err)
	var reasons []string
	if verdict != receipt.VerdictApprove {
		reasons = []string{"PURPOSE"}
	}
	ballot := z.Ballot(t, enclavetest.As("reviewer_1"), seen, verdict, reasons...)
	return func() error {
		_, err := z.Service.Vote(context.Background(), enclavetest.As("reviewer_1"), run, ballot)
		return err
	}
}

func underFault(t *testing.T, z *enclavetest.Zone, do func() error, f enclavetest.Fault, n int) {
	t.Helper()
	before, jobs := z.Print(t), z.Runner.Jobs()
	z.Store.Fail(f, n, 1)
	err := do()
	z.Store.Heal()
	after := z.Print(t)
	what := fmt.Sprintf("%s at update %d: it said %v", f, n, err)
	switch {
	case f == enclavetest.DoneBlind:
		if err != nil && n == 1 {
			require.Contains(t, []enclave.ErrorKind{enclave.KindUnavailable, ""}, enclavetest.Kind(err), what)
		}
		if n > 1 || z.Loose(t) {
			z.Restart(t) // what goes on behind the act ends; nothing may be destroyed while nobody knows, so the next start tidies up
		}
	case err != nil:
		require.False(t, f.Done(), what)
		require.Equal(t, before, after, what)
		if n == 1 {
			require.Equal(t, jobs, z.Runner.Jobs(), "a worker saw data for what was never recorded")
		}
	case n == 1:
		require.True(t, f.Done(), what)
		require.NotEqual(t, before, after, what)
	}
	z.Check(t)
}

// repeat does an act again: it succeeds or ends as a person can be told, and nothing is released twice.
func repeat(t *testing.T, z *enclavetest.Zone, do func() error) {
	t.Helper()
	if err := do(); err != nil {
		require.NotEmpty(t, enclavetest.Kind(err), "%v", err)
	}
	z.Check(t)
}

// A run whose end cannot be recorded stays as it was; nothing leaves. The next start records its failure.
func TestRunWhoseEndCannotBeRecorded(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	z.Store.Fail(enclavetest.NotDone, 2, 2) // the settlement and the failure
	before := z.Store.Updates()
	run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: byCity}, "")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return z.Store.Updates() == before+3 }, time.Minute, 5*time.Millisecond)
	require.Equal(t, "running", z.State(t, run.Run))
	require.Equal(t, "running", z.See(t, p, run.Run).State)
	z.Restart(t)
	require.Equal(t, "failed", z.See(t, p, run.Run).State)
	log := z.Check(t)
	require.Equal(t, 1, enclavetest.Count(log, "query.execute", "failed"))
}

// submitted is an application that waits for its step.
func submitted(t *testing.T, z *enclavetest.Zone) string {
	t.Helper()
	app, err := z.Service.SubmitApplication(t.Context(), enclavetest.As("analyst_a"), enclavetest.Wanted())
	require.NoError(t, err)
	return app.ID
}
