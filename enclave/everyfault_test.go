//go:build !race

// Every act meets every fault here, one after the other: nothing runs beside anything else, so make test runs it without the race detector.

package enclave_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/enclavetest"
)

// No effect without evidence: whatever act fails at whatever of its updates, in whatever way, either nothing of it took place or all
// of it with its entry; no worker sees data for a question that was not recorded; repeating it releases nothing twice.
func TestEveryActUnderEveryFault(t *testing.T) {
	t.Parallel()
	for _, a := range acts() {
		t.Run(a.name, func(t *testing.T) {
			z, unique := enclavetest.New(t), 0 // a zone of its own: the checker reads all that was ever done in one
			z.Signer(t, enclavetest.As("reviewer_1"), true)
			ready := func() func() error { unique++; return a.ready(t, z, fmt.Sprint(unique)) }
			do := ready()
			before := z.Store.Updates()
			require.NoError(t, do())
			updates := z.Store.Updates() - before
			require.Positive(t, updates)
			z.Check(t)

			// The first update: after a fault that keeps nothing the act can be done as if nothing had been.
			do = ready()
			underFault(t, z, do, enclavetest.NoEntry, 1)
			underFault(t, z, do, enclavetest.NotDone, 1)
			underFault(t, z, do, enclavetest.DoneTold, 1)
			repeat(t, z, do)
			do = ready()
			underFault(t, z, do, enclavetest.DoneBlind, 1)
			repeat(t, z, do)
			for n := 2; n <= updates; n++ {
				for _, f := range []enclavetest.Fault{enclavetest.NoEntry, enclavetest.NotDone, enclavetest.DoneTold, enclavetest.DoneBlind} {
					underFault(t, z, ready(), f, n)
				}
			}
		})
	}
}
