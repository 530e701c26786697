package enclave_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// BJ-FIN-32a, BJ-OPS-27a, XC-42, SJZ-11c: whatever forbids a certification that is under way ends it while its worker still waits, and it
// makes no certificate; what is about something else does not.
func TestBJ_FIN_32a_CertificationsUnderWayEnd(t *testing.T) {
	redeclare := func(edit ...string) func(*testing.T, *enclavetest.Zone) {
		return func(t *testing.T, z *enclavetest.Zone) {
			z.Apply(t, "provider", strings.NewReplacer(edit...).Replace(enclavetest.Clients))
			_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "clients", api.Review{Digest: z.Seen(t, "Dataset", "clients"), Approve: true, Comment: "test"})
			require.NoError(t, err)
		}
	}
	freezes := func(kind, name string) func(*testing.T, *enclavetest.Zone) {
		return func(t *testing.T, z *enclavetest.Zone) { require.NoError(t, freeze(z, "security", kind, name)) }
	}
	closes := func(dataset string) func(*testing.T, *enclavetest.Zone) {
		return func(t *testing.T, z *enclavetest.Zone) {
			impose(t, z, api.SanctionRequest{Kind: "closure", Organization: "bank_a", Dataset: dataset, Deadline: z.Clock.Now().Add(time.Hour).Unix()}, "steward")
		}
	}
	for name, c := range map[string]struct {
		act  func(*testing.T, *enclavetest.Zone)
		code catalog.Code // empty where the refusal has none
		goes bool
	}{
		"frozen: runs":             {freezes("runs", ""), catalog.CodeFrozen, false},
		"frozen: egress":           {freezes("egress", ""), catalog.CodeFrozen, false},
		"frozen: its organization": {freezes("organization", "bank_a"), catalog.CodeFrozen, false},
		"frozen: its dataset":      {freezes("dataset", "clients"), catalog.CodeFrozen, false},
		"closed to it":             {closes("clients"), catalog.CodeSuspended, false},
		"terminated": {func(t *testing.T, z *enclavetest.Zone) {
			impose(t, z, api.SanctionRequest{Kind: "termination", Organization: "bank_a"}, "admin", "security")
		}, catalog.CodeOrganizationNotAdmit, false},
		"declared anew":                {redeclare("en: Clients", "en: Customers"), "", false},
		"sealed":                       {redeclare("  provider: bureau", "  provider: bureau\n  market: sealed"), catalog.CodeDatasetSealed, false},
		"frozen: another organization": {freezes("organization", "bank_b"), "", true},
		"frozen: another dataset":      {freezes("dataset", "cases"), "", true},
		"another dataset closed to it": {closes("cases"), "", true},
	} {
		t.Run(name, func(t *testing.T) {
			z := enclavetest.New(t)
			z.Grant(t, enclavetest.As("analyst_a"))
			z.Declare(t, enclavetest.As("analyst_a"), enclavetest.ByCity("by_city"))
			release, before := z.Runner.Hold(), z.Runner.Jobs()
			defer release()
			type outcome struct {
				certificate api.Certificate
				err         error
			}
			ended := make(chan outcome, 1)
			go func() {
				v, err := z.Service.CertifyComputation(t.Context(), enclavetest.As("reviewer_1"), "by_city", api.Certify{Digest: z.Seen(t, "Computation", "by_city")})
				ended <- outcome{v, err}
			}()
			require.Eventually(t, func() bool { return z.Runner.Jobs() > before }, 20*time.Second, time.Millisecond)
			c.act(t, z)
			if c.goes {
				release()
				got := <-ended
				require.NoError(t, got.err)
				require.Equal(t, "passed", got.certificate.State)
				require.Len(t, z.Records(t, "certificate"), 1)
				return
			}
			got := <-ended // the worker is still held: it was killed
			require.Error(t, got.err)
			e, known := enclave.Of(got.err)
			require.True(t, known)
			require.NotEqual(t, enclave.KindExecution, e.Kind, "it is told why")
			require.Equal(t, c.code, code(got.err))
			require.Empty(t, z.Records(t, "certificate"))
			release()
			log := z.Check(t)
			require.Zero(t, enclavetest.Count(log, audit.ActionComputationCertify, "passed"))
		})
	}
}
