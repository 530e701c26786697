package enclave_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// A question whose snapshots can never be in memory together is told so before anything runs, with what to do.
func TestQuestionsThatNeedMoreThanTheMachineHas(t *testing.T) {
	const sql = "SELECT city, count(*) AS n FROM clients GROUP BY city"
	z := enclavetest.New(t, func(c *enclave.Config) { c.Limits.SnapshotCache = 4096 })
	a := enclavetest.As("analyst_a")
	grant := z.Grant(t, a)
	verdict, err := z.Service.Check(t.Context(), a, api.RunRequest{Grant: grant, SQL: sql})
	require.NoError(t, err)
	require.False(t, verdict.Allowed)
	complete(t, verdict.Refusal, sql)
	require.Equal(t, catalog.CodeCapacity, verdict.Refusal.Code)
	run := z.Ask(t, a, grant, sql)
	require.Equal(t, "refused", run.State)
	require.Equal(t, verdict.Refusal, run.Refusal)

	z.Restart(t, func(c *enclave.Config) { c.Limits.SnapshotCache = 1 << 30 })
	require.Equal(t, "released", z.Ask(t, a, grant, sql).State)
}
