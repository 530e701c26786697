package enclave_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// The decision that an act rests on is kept with it: declaring a computation, filing a product, taking one batch
// by exception.
func TestBJ_FIN_15b_DecisionsOfDeclarationsAndSupplyAreKept(t *testing.T) {
	z := enclavetest.New(t)
	kept := func(act func()) {
		t.Helper()
		before := len(z.Records(t, "decision"))
		act()
		require.Len(t, z.Records(t, "decision"), before+1)
	}
	kept(func() { z.Declare(t, enclavetest.As("analyst_a"), enclavetest.ByCity("by_city")) })
	kept(func() {
		z.Apply(t, "steward", "{apiVersion: yumen/v1, kind: Product, metadata: {name: is_client}, spec: {title: {zh: 客户核验, en: Is a client}, type: verification, scenario: lending, datasets: [clients],\n"+
			"  price: {amount: 1.50, unit: answer, basis: decision 12}}}")
	})
	z.Apply(t, "provider", strings.ReplaceAll(enclavetest.Supplied("secrets", "mode: interface"), "grade: 2", "grade: 4"))
	_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "secrets", api.Review{Digest: z.Seen(t, "Dataset", "secrets"), Approve: true, Comment: "test"})
	require.NoError(t, err)
	kept(func() {
		_, err := z.Service.ExceptSupply(t.Context(), enclavetest.As("steward"), "secrets", api.SupplyException{Batch: string(catalog.DigestOf([]byte("batch"))), Document: string(catalog.DigestOf([]byte("need"))),
			Reason: "statutory", NotAfter: z.Clock.Now().Add(48 * time.Hour).Unix()})
		require.NoError(t, err)
	})
	z.Check(t)
}
