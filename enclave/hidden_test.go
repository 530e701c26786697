package enclave_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// An institution that ends what its own runs rest on learns nothing of what has happened since the last tick: what finishes before the next one
// shows as if nothing had been ended, and what shows as running then is taken back.
func TestOwnActsWaitForTheTick(t *testing.T) {
	for name, end := range map[string]func(z *enclavetest.Zone, p enclave.Principal, grant string) error{
		"terminate": func(z *enclavetest.Zone, p enclave.Principal, grant string) error {
			_, err := z.Service.TerminateGrant(t.Context(), p, grant, api.GrantAct{Reason: "test"})
			return err
		},
		"withdraw authorizations": func(z *enclavetest.Zone, p enclave.Principal, _ string) error {
			_, err := z.Service.WithdrawAuthorizations(t.Context(), p, authorized("id\n2\n"))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			z := enclavetest.New(t)
			consenting(t, z)
			_, err := z.Service.RecordAuthorizations(t.Context(), enclavetest.As("provider"), authorized(list("2026-03-20", 1, 2, 3)))
			require.NoError(t, err)
			a := enclavetest.As("analyst_a")
			for sql, finishes := range map[string]bool{north: true, byCity: false} {
				if !finishes && name != "terminate" {
					continue // nothing may be asked any more
				}
				grant := z.Grant(t, a)
				release := z.Runner.Hold()
				run, err := z.Service.Submit(t.Context(), a, api.RunRequest{Grant: grant, SQL: sql}, "")
				require.NoError(t, err)
				ended := make(chan error, 1)
				go func() { ended <- end(z, a, grant) }()
				select {
				case err := <-ended:
					t.Fatalf("it was ended between two ticks: %v", err)
				case <-time.After(300 * time.Millisecond):
				}
				want := "withdrawn"
				if finishes {
					release()
					z.Executed(t, run.Run)
					want = "released"
				}
				z.Clock.Advance(250 * time.Millisecond)
				require.NoError(t, <-ended)
				release()
				seen, err := z.Service.Run(t.Context(), a, run.Run)
				require.NoError(t, err)
				require.Equal(t, want, seen.State)
			}
			z.Check(t)
		})
	}
}
