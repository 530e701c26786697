package enclave_test

import (
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// reading counts the bodies that are being read.
type reading struct {
	io.Reader
	begun *atomic.Int32
	first atomic.Bool
}

func (r *reading) Read(p []byte) (int, error) {
	if r.first.CompareAndSwap(false, true) {
		r.begun.Add(1)
	}
	return r.Reader.Read(p)
}

// Senders of one group that fall silent keep nobody out but each other.
func TestSilentSendersKeepOnlyTheirOwnOut(t *testing.T) {
	t.Parallel()
	z := enclavetest.New(t)
	var begun atomic.Int32
	var senders []*io.PipeWriter
	ended := make(chan error)
	for range 5 {
		from, to := io.Pipe()
		senders = append(senders, to)
		go func() {
			_, err := z.Service.LoadDataset(t.Context(), enclavetest.As("provider"), "clients", &reading{Reader: from, begun: &begun}, "")
			ended <- err
		}()
	}
	_, err := z.Service.LoadDataset(t.Context(), enclavetest.As("provider_2"), "cases", strings.NewReader(enclavetest.CSV(enclavetest.CaseRows())), "")
	require.NoError(t, err)
	_, err = z.Service.SuggestDataset(t.Context(), enclavetest.As("steward"), "other", strings.NewReader("a,b\n1,2\n"), "")
	require.NoError(t, err)
	require.LessOrEqual(t, begun.Load(), int32(1))
	for _, s := range senders {
		_ = s.CloseWithError(errors.New("gone"))
	}
	for range senders {
		require.Equal(t, enclave.KindInvalid, enclavetest.Kind(<-ended))
	}
	require.EqualValues(t, len(senders), begun.Load(), "each had its turn")
	z.Check(t)
}

// What a group has open is bounded by its share: another one's uploads always find room beside it.
func TestUploadsHaveAShare(t *testing.T) {
	t.Parallel()
	const largest = 1000
	z := enclavetest.New(t, func(c *enclave.Config) { c.Limits.Upload = largest })
	open := func(as, dataset string, size int64) (api.Upload, error) {
		text := as + dataset + strings.Repeat("x", int(size))
		return z.Service.BeginUpload(t.Context(), enclavetest.As(as), dataset, api.UploadRequest{Size: size, Digest: string(catalog.DigestOf([]byte(text)))})
	}
	whole, err := open("provider", "clients", largest)
	require.NoError(t, err)
	_, err = open("provider", "clients", 1)
	full, ok := enclave.Of(err)
	require.True(t, ok, err)
	require.Equal(t, enclave.KindUnavailable, full.Kind)
	require.Contains(t, full.Detail.En, "finish one or give it up")
	again, err := open("provider", "clients", largest)
	require.NoError(t, err, "the same file is the same upload")
	require.Equal(t, whole.ID, again.ID)
	_, err = open("provider_2", "cases", largest)
	require.NoError(t, err)

	// One that nobody goes on with gives way to the next of its account, and to no other account's.
	z.Clock.Advance(11 * time.Minute)
	_, err = open("provider_2", "cases", largest-1)
	require.NoError(t, err)
	_, err = z.Service.Upload(t.Context(), enclavetest.As("provider"), whole.ID)
	require.NoError(t, err)
	next, err := open("provider", "clients", largest-2)
	require.NoError(t, err)
	_, err = z.Service.Upload(t.Context(), enclavetest.As("provider"), whole.ID)
	require.Equal(t, enclave.KindNotFound, enclavetest.Kind(err))
	_, err = open("provider", "clients", largest-3)
	require.Equal(t, enclave.KindUnavailable, enclavetest.Kind(err), "it was touched just now")
	require.NoError(t, z.Service.RemoveUpload(t.Context(), enclavetest.As("provider"), next.ID))
	_, err = open("provider", "clients", largest-3)
	require.NoError(t, err)
	z.Restart(t)
	z.Check(t)
}

// Answers that nobody fetches fill no room: the oldest of a group are forgotten.
func TestAnswersFillNoRoom(t *testing.T) {
	t.Parallel()
	z := enclavetest.New(t)
	by := enclavetest.As("provider")
	send := func(i int) string {
		text := strings.Repeat("x", i+1)
		u, err := z.Service.BeginUpload(t.Context(), by, "clients", api.UploadRequest{Size: int64(len(text)), Digest: string(catalog.DigestOf(nil))})
		require.NoError(t, err, i)
		_, err = z.Service.PutPart(t.Context(), by, u.ID, 0, strings.NewReader(text))
		require.NoError(t, err)
		_, err = z.Service.FinishUpload(t.Context(), by, u.ID)
		require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err), "it is not the file that it said it is")
		z.Clock.Advance(time.Second)
		return u.ID
	}
	first := send(0)
	for i := range 64 {
		send(i + 1)
	}
	_, err := z.Service.Upload(t.Context(), by, first)
	require.Equal(t, enclave.KindNotFound, enclavetest.Kind(err))
	z.Check(t)
}
