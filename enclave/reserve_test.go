package enclave_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// An outer query that fails may tell something about the cells that it was given: they count in the ledger as if they had left, also
// after a restart. A run whose cells were never judged does not count.
func TestFailedOuterQueryCounts(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	z.Runner.FailPosts(true)
	run := z.Ask(t, p, grant, north)
	require.Equal(t, "failed", run.State)
	require.Empty(t, run.Rows)
	z.Runner.FailPosts(false)
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, p, grant, northWithout)))
	z.Restart(t)
	z.Check(t)
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, p, grant, "SELECT count(*) AS n FROM clients WHERE city = 'north' AND segment <> 'd'")))
	require.Equal(t, shown, enclavetest.Text(z.Ask(t, p, grant, north)), "what it would have answered is not lost")

	q, grantQ := z.Bank(t)
	z.Runner.FailRuns(true)
	require.Equal(t, "failed", z.Ask(t, q, grantQ, north).State)
	z.Runner.FailRuns(false)
	require.Equal(t, shownBut, enclavetest.Text(z.Ask(t, q, grantQ, northWithout)))
	ledger, err := z.Service.Ledger(t.Context(), q)
	require.NoError(t, err)
	require.Len(t, ledger.Items, 1)
	z.Check(t)
}

// An answer is reserved only beside the answers that it was judged with: if one has come to the ledger meanwhile, whoever wrote it,
// nothing of this one leaves.
func TestLedgerThatGrewMeanwhile(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	q, grantQ := z.Bank(t)
	require.Equal(t, shownBut, enclavetest.Text(z.Ask(t, q, grantQ, northWithout)))
	release := z.Runner.Hold()
	defer release()
	jobs := z.Runner.Jobs()
	run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: north}, "")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return z.Runner.Jobs() > jobs }, time.Minute, time.Millisecond, "the ledger has been read then")
	row := z.Records(t, "ledger")[0]
	row.ID, row.Owner, row.Version = catalog.NewID(catalog.PrefixLedger), p.LegalGroup, 0
	require.NoError(t, z.Store.Update(t.Context(), func(tx enclave.Tx) error { return tx.Put("ledger", row) }))
	release()
	z.Executed(t, run.Run)
	require.Equal(t, "failed", z.See(t, p, run.Run).State)
	require.NoError(t, z.Store.Update(t.Context(), func(tx enclave.Tx) error { return tx.Delete("ledger", row.ID, 1) }))
	z.Check(t)
}
