package enclavetest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/internal/api"
)

// ByCity is a computation over clients with one parameter; its answer by segment of a city.
func ByCity(name string) string {
	return fmt.Sprintf(`apiVersion: yumen/v1
kind: Computation
metadata: {name: %s}
spec:
  title: {zh: 各类客户数, en: Clients by segment of a city}
  datasets: [clients]
  parameters: [{name: city, type: VARCHAR, column: clients.city}]
  sql: SELECT segment, count(*) AS n FROM clients WHERE city = $city GROUP BY segment ORDER BY segment
`, name)
}

// Declare declares a computation as somebody.
func (z *Zone) Declare(t testing.TB, p enclave.Principal, doc string) {
	t.Helper()
	_, err := z.Service.Apply(t.Context(), p, api.Apply{Documents: doc})
	require.NoError(t, err)
}

// Certify certifies a computation.
func (z *Zone) Certify(t testing.TB, name string) api.Certificate {
	t.Helper()
	v, err := z.Service.CertifyComputation(t.Context(), As("reviewer_1"), name, api.Certify{Digest: z.Seen(t, "Computation", name)})
	require.NoError(t, err)
	return v
}

// Approve approves a computation.
func (z *Zone) Approve(t testing.TB, name string) {
	t.Helper()
	_, err := z.Service.ReviewComputation(t.Context(), As("reviewer_1"), name, api.Review{Digest: z.Seen(t, "Computation", name), Approve: true, Comment: "test"})
	require.NoError(t, err)
}

// Certified declares the computation ByCity("by_city") of an institution, certifies it twice and approves it.
func (z *Zone) Certified(t testing.TB, p enclave.Principal) {
	t.Helper()
	z.Declare(t, p, ByCity("by_city"))
	z.Certify(t, "by_city")
	z.Certify(t, "by_city")
	z.Approve(t, "by_city")
}

// Compute runs a computation and waits for its answer.
func (z *Zone) Compute(t testing.TB, p enclave.Principal, grant, name string, params map[string]string) api.Run {
	t.Helper()
	run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, Computation: name, Params: params}, "")
	require.NoError(t, err)
	z.Executed(t, run.Run)
	return z.See(t, p, run.Run)
}
