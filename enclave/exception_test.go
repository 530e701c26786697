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

// Grade 4 comes in by an exception for one batch, by two persons of whom one is the provider's, within its term, and once.
func TestBJ_OPS_27d_ExceptionIsForOneBatch(t *testing.T) {
	z := enclavetest.New(t)
	z.Apply(t, "provider", strings.ReplaceAll(enclavetest.Supplied("secrets", "mode: interface"), "grade: 2", "grade: 4"))
	_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "secrets", api.Review{Digest: z.Seen(t, "Dataset", "secrets"), Approve: true, Comment: "test"})
	require.NoError(t, err)
	text := enclavetest.CSV(enclavetest.ClientRows())
	loads := func(text string) error {
		_, err := z.Service.LoadDataset(t.Context(), enclavetest.As("provider"), "secrets", strings.NewReader(text), "")
		return err
	}
	wanted := api.SupplyException{Batch: string(catalog.DigestOf([]byte(text))), Document: string(catalog.DigestOf([]byte("need"))), Reason: "statutory",
		NotAfter: z.Clock.Now().Add(48 * time.Hour).Unix()}
	except := func(as, state string, in api.SupplyException) {
		t.Helper()
		v, err := z.Service.ExceptSupply(t.Context(), enclavetest.As(as), "secrets", in)
		require.NoError(t, err)
		require.Equal(t, state, v.State)
	}

	require.Equal(t, catalog.CodeGradeForbids, code(loads(text)))
	except("steward", "proposed", wanted)
	except("steward", "proposed", wanted) // says it twice, and is still one person
	require.Equal(t, catalog.CodeGradeForbids, code(loads(text)))
	except("provider", "confirmed", wanted)
	require.Equal(t, catalog.CodeGradeForbids, code(loads(text+"900,north,a,1\n")), "another batch")
	require.NoError(t, loads(text))
	require.Equal(t, catalog.CodeGradeForbids, code(loads(text)), "used once")

	// The first half holds for a day, the whole for its term.
	except("provider", "proposed", wanted)
	z.Clock.Advance(25 * time.Hour)
	except("steward", "proposed", wanted)
	except("provider", "confirmed", wanted)
	z.Clock.Advance(24 * time.Hour)
	require.Equal(t, catalog.CodeGradeForbids, code(loads(text)), "its term is over")

	for what, in := range map[string]api.SupplyException{
		"no reason": {Batch: wanted.Batch, Document: wanted.Document, NotAfter: z.Clock.Now().Add(time.Hour).Unix()}, "no need": {Batch: wanted.Batch, Reason: "x", NotAfter: z.Clock.Now().Add(time.Hour).Unix()},
		"over": wanted, "too long": {Batch: wanted.Batch, Document: wanted.Document, Reason: "x", NotAfter: z.Clock.Now().AddDate(1, 0, 0).Unix()},
	} {
		_, err := z.Service.ExceptSupply(t.Context(), enclavetest.As("provider"), "secrets", in)
		require.Error(t, err, what)
	}
	_, err = z.Service.ExceptSupply(t.Context(), enclavetest.As("provider"), "clients", wanted)
	require.Error(t, err, "grade 2 needs none")
	z.Check(t)
}
