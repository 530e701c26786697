package enclave_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// Nobody confirms names that he did not give: a proposal of other names is a conflict that lists them.
func TestXM_62a_TheSecondPersonGivesTheSameNames(t *testing.T) {
	z := enclavetest.New(t)
	plain := api.SanctionRequest{Kind: "blacklist", Organization: "bank_b"}
	more := plain
	more.Names = []string{"Bank A"}
	refused := func(as string, in api.SanctionRequest, name string) {
		_, err := z.Service.Sanction(t.Context(), enclavetest.As(as), withReason(in))
		require.Equal(t, enclave.KindConflict, enclavetest.Kind(err))
		require.ErrorContains(t, err, name)
	}
	require.Equal(t, []string{"bank_a", "bank_b"}, impose(t, z, more, "admin").Covers)
	refused("security", plain, "Bank A")
	refused("admin", plain, "Bank A")
	_, err := z.Service.Sanction(t.Context(), enclavetest.As("steward"), withReason(plain))
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "who may not is not told the names")
	z.Clock.Advance(25 * time.Hour)
	require.Equal(t, []string{"bank_b"}, impose(t, z, plain, "security").Covers, "proposed anew, under other names")
	refused("admin", more, "Bank B")
	listed := impose(t, z, plain, "admin")
	require.Equal(t, []any{"listed", []string{"bank_b"}}, []any{listed.State, listed.Covers})
	refused("admin", more, "Bank B")
	require.Equal(t, listed.ID, impose(t, z, plain, "security").ID)
	z.Check(t)
}
