package enclave_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// kept is how much of uploads lies in the zone: ciphertexts and keys.
func kept(t *testing.T, z *enclavetest.Zone) int {
	n := 0
	for _, name := range append(z.Files(t, "snapshots"), z.Files(t, "keys", "data")...) {
		if strings.Contains(name, "-upload") {
			n++
		}
	}
	return n
}

func begun(t *testing.T, z *enclavetest.Zone, text string) api.Upload {
	t.Helper()
	u, err := z.Service.BeginUpload(t.Context(), enclavetest.As("provider"), "clients", api.UploadRequest{Size: int64(len(text)), Digest: string(catalog.DigestOf([]byte(text)))})
	require.NoError(t, err)
	return u
}

func TestUploadsEnd(t *testing.T) {
	z := enclavetest.New(t)
	by := enclavetest.As("provider")
	text := enclavetest.CSV(enclavetest.ClientRows())

	// Nobody has touched it for a day.
	u := begun(t, z, text)
	_, err := z.Service.PutPart(t.Context(), by, u.ID, 0, strings.NewReader(text[:500]))
	require.NoError(t, err)
	z.Clock.Advance(23 * time.Hour)
	u, err = z.Service.Upload(t.Context(), by, u.ID)
	require.NoError(t, err)
	require.EqualValues(t, 500, u.Received)
	require.Positive(t, kept(t, z))
	z.Clock.Advance(25 * time.Hour)
	_, err = z.Service.Upload(t.Context(), by, u.ID)
	require.Equal(t, enclave.KindNotFound, enclavetest.Kind(err))
	require.Zero(t, kept(t, z))

	// An account has a few; the next is refused until one is given up.
	var all []api.Upload
	for i := range 4 {
		all = append(all, begun(t, z, fmt.Sprint(text, i)))
	}
	other := api.UploadRequest{Size: 7, Digest: string(catalog.DigestOf(nil))}
	_, err = z.Service.BeginUpload(t.Context(), by, "clients", other)
	require.Equal(t, enclave.KindUnavailable, enclavetest.Kind(err))
	require.Equal(t, all[0].ID, begun(t, z, fmt.Sprint(text, 0)).ID, "the same file is the same upload")
	require.NoError(t, z.Service.RemoveUpload(t.Context(), by, all[0].ID))
	_, err = z.Service.BeginUpload(t.Context(), by, "clients", other)
	require.NoError(t, err)
	for _, bad := range []api.UploadRequest{{Size: 0, Digest: other.Digest}, {Size: 1, Digest: "x"}, {Size: 1, Digest: other.Digest, Manifest: "x"}} {
		_, err = z.Service.BeginUpload(t.Context(), by, "clients", bad)
		require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err))
	}

	// A gateway that starts again has none.
	require.Positive(t, kept(t, z))
	z.Restart(t)
	require.Zero(t, kept(t, z))
	_, err = z.Service.Upload(t.Context(), by, all[1].ID)
	require.Equal(t, enclave.KindNotFound, enclavetest.Kind(err))
	z.Check(t)
}

// A sender whose connection has died without a word is displaced by the next one; nothing of his comes in any more.
func TestUploadHasOneSender(t *testing.T) {
	z := enclavetest.New(t)
	by := enclavetest.As("provider")
	text := enclavetest.CSV(enclavetest.ClientRows())
	u := begun(t, z, text)
	from, to := io.Pipe()
	dead := make(chan error, 1)
	go func() {
		_, err := z.Service.PutPart(t.Context(), by, u.ID, 0, from)
		dead <- err
	}()
	_, err := io.WriteString(to, text[:300])
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		u, err = z.Service.Upload(t.Context(), by, u.ID)
		return err == nil && u.Received == 300
	}, 10*time.Second, time.Millisecond)
	_, err = z.Service.PutPart(t.Context(), by, u.ID, 300, strings.NewReader(text[300:600]))
	require.NoError(t, err)
	_, err = io.WriteString(to, "what the dead one still had")
	require.NoError(t, err)
	require.Equal(t, enclave.KindConflict, enclavetest.Kind(<-dead))
	_, err = z.Service.PutPart(t.Context(), by, u.ID, 600, strings.NewReader(text[600:]))
	require.NoError(t, err)
	s, err := z.Service.FinishUpload(t.Context(), by, u.ID)
	require.NoError(t, err)
	require.EqualValues(t, enclavetest.Rows, s.Rows)
	require.Zero(t, kept(t, z))
	_, err = z.Service.PutPart(t.Context(), by, u.ID, u.Size, strings.NewReader("x"))
	require.Equal(t, enclave.KindConflict, enclavetest.Kind(err))
	require.NoError(t, z.Service.RemoveUpload(t.Context(), by, u.ID))
	z.Check(t)
}

// A file that is not the one that was announced is not loaded, and another attempt begins anew.
func TestUploadIsTheFile(t *testing.T) {
	z := enclavetest.New(t)
	by := enclavetest.As("provider")
	text := enclavetest.CSV(enclavetest.ClientRows())
	u := begun(t, z, text)
	_, err := z.Service.PutPart(t.Context(), by, u.ID, 0, strings.NewReader(strings.Replace(text, "north", "south", 1)))
	require.NoError(t, err)
	_, err = z.Service.FinishUpload(t.Context(), by, u.ID)
	require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err))
	again := begun(t, z, text)
	require.NotEqual(t, u.ID, again.ID)
	require.Zero(t, again.Received)
	require.NoError(t, z.Service.RemoveUpload(t.Context(), by, again.ID))
	require.Zero(t, kept(t, z))
	z.Check(t)
}
