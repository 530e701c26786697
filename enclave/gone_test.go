package enclave_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// suspending reads a file, and takes its sender's account away before the end.
type suspending struct {
	io.Reader
	suspend func()
}

func (r *suspending) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	if err == io.EOF && r.suspend != nil {
		r.suspend()
		r.suspend = nil
	}
	return n, err
}

// What goes on in the background has no effect once the role is gone under which it was begun: a load, a certification.
func TestBJ_FIN_29_WorkEndsWithItsRole(t *testing.T) {
	z := enclavetest.New(t)
	suspend := func(account string) {
		_, err := z.Service.SuspendAccount(t.Context(), enclavetest.As("security"), account, api.Reason{Reason: "left"})
		require.NoError(t, err)
	}
	before := len(z.Records(t, "snapshot"))
	file := &suspending{Reader: strings.NewReader(enclavetest.CSV(enclavetest.ClientRows())), suspend: func() { suspend("provider") }}
	_, err := z.Service.LoadDataset(t.Context(), enclavetest.As("provider"), "clients", file, "")
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "%v", err)
	require.Len(t, z.Records(t, "snapshot"), before)

	z.Grant(t, enclavetest.As("analyst_a"))
	z.Declare(t, enclavetest.As("analyst_a"), enclavetest.ByCity("by_city"))
	seen := z.Seen(t, "Computation", "by_city")
	release := z.Runner.Hold()
	defer release()
	jobs := z.Runner.Jobs()
	ended := make(chan error, 1)
	go func() {
		_, err := z.Service.CertifyComputation(t.Context(), enclavetest.As("reviewer_1"), "by_city", api.Certify{Digest: seen})
		ended <- err
	}()
	require.Eventually(t, func() bool { return z.Runner.Jobs() > jobs }, 20*time.Second, time.Millisecond)
	suspend("reviewer_1")
	release()
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(<-ended))
	require.Empty(t, z.Records(t, "certificate"))
	z.Check(t)
}
