package keyring_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/keyring"
)

func seal(t *testing.T, r *keyring.Ring, id string, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := r.EncryptTo(id, &out)
	require.NoError(t, err)
	_, err = w.Write(plain)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func unseal(r *keyring.Ring, id string, sealed io.Reader) ([]byte, error) {
	in, err := r.DecryptFrom(id, sealed)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(in)
}

func TestStreamRoundTrip(t *testing.T) {
	f := newRing(t)
	id := catalog.NewID(catalog.PrefixSnapshot)
	require.NoError(t, f.NewDataKey(id))
	const segment = 1 << 20
	header := 40
	for _, n := range []int{0, 1, 1000, segment - header - 16, segment - header - 15, segment, 2*segment + 77} {
		plain := make([]byte, n)
		for i := range plain {
			plain[i] = byte(rand.Uint32())
		}
		sealed := seal(t, f.Ring, id, plain)
		got, err := unseal(f.reopen(t), id, iotest.HalfReader(bytes.NewReader(sealed)))
		require.NoError(t, err)
		require.True(t, bytes.Equal(plain, got), "%d bytes", n)
		if n > 64 {
			require.False(t, bytes.Contains(sealed, plain[:32]))
		}
	}
}

func TestStreamDamage(t *testing.T) {
	f := newRing(t)
	id, other := catalog.NewID(catalog.PrefixSnapshot), catalog.NewID(catalog.PrefixSnapshot)
	require.NoError(t, f.NewDataKey(id))
	require.NoError(t, f.NewDataKey(other))
	sealed := seal(t, f.Ring, id, bytes.Repeat([]byte("域门"), 30))
	for i := range sealed {
		flipped := bytes.Clone(sealed)
		flipped[i] ^= 0x80
		_, err := unseal(f.Ring, id, bytes.NewReader(flipped))
		require.ErrorIs(t, err, keyring.ErrCiphertext, "byte %d", i)
	}
	for n := range sealed {
		_, err := unseal(f.Ring, id, bytes.NewReader(sealed[:n]))
		require.ErrorIs(t, err, keyring.ErrCiphertext, "cut to %d", n)
	}
	_, err := unseal(f.Ring, id, bytes.NewReader(append(bytes.Clone(sealed), 0)))
	require.ErrorIs(t, err, keyring.ErrCiphertext)
	_, err = unseal(f.Ring, other, bytes.NewReader(sealed))
	require.ErrorIs(t, err, keyring.ErrCiphertext)
}

// Cutting at a segment's end, swapping segments and repeating one are found too.
func TestStreamSegmentsKeepTheirPlace(t *testing.T) {
	f := newRing(t)
	id := catalog.NewID(catalog.PrefixSnapshot)
	require.NoError(t, f.NewDataKey(id))
	const segment = 1 << 20
	sealed := seal(t, f.Ring, id, make([]byte, 3*segment))
	swapped := bytes.Clone(sealed)
	copy(swapped[segment:2*segment], sealed[2*segment:3*segment])
	copy(swapped[2*segment:3*segment], sealed[segment:2*segment])
	for name, b := range map[string][]byte{
		"cut": sealed[:2*segment], "swapped": swapped, "repeated": append(bytes.Clone(sealed[:2*segment]), sealed[segment:]...),
	} {
		_, err := unseal(f.Ring, id, bytes.NewReader(b))
		require.ErrorIs(t, err, keyring.ErrCiphertext, name)
	}
}

// A reader that failed stays failed: no later read turns damage into a clean end.
func TestStreamFailureStays(t *testing.T) {
	f := newRing(t)
	id := catalog.NewID(catalog.PrefixSnapshot)
	require.NoError(t, f.NewDataKey(id))
	sealed := seal(t, f.Ring, id, []byte("hello"))
	sealed[len(sealed)-1] ^= 1
	in, err := f.DecryptFrom(id, bytes.NewReader(sealed))
	require.NoError(t, err)
	for range 3 {
		n, err := in.Read(make([]byte, 16))
		require.Zero(t, n)
		require.ErrorIs(t, err, keyring.ErrCiphertext)
	}
}

func FuzzDecryptFrom(f *testing.F) {
	base := f.TempDir()
	require.NoError(f, keyring.CreateMaster(base+"/m"))
	ring, err := keyring.Create(base+"/k", keyring.Config{Zone: catalog.NewID(catalog.PrefixZone), Master: keyring.File{Path: base + "/m"}})
	require.NoError(f, err)
	require.NoError(f, ring.NewDataKey("snap_a"))
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{40}, 60))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, err := unseal(ring, "snap_a", bytes.NewReader(b))
		require.ErrorIs(t, err, keyring.ErrCiphertext)
	})
}
