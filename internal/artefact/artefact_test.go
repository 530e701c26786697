package artefact_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/artefact"
	"yumen/internal/keyring"
)

const marker = "玉门-PLAINTEXT-MARKER-110101199003070038"

type fixture struct {
	base  string
	ring  *keyring.Ring
	store *artefact.Store
}

func newStore(t *testing.T) fixture {
	t.Helper()
	f := fixture{base: t.TempDir()}
	require.NoError(t, keyring.CreateMaster(filepath.Join(f.base, "master")))
	var err error
	f.ring, err = keyring.Create(filepath.Join(f.base, "keys"), keyring.Config{
		Zone: catalog.NewID(catalog.PrefixZone), Master: keyring.File{Path: filepath.Join(f.base, "master")},
	})
	require.NoError(t, err)
	f.store, err = artefact.NewStore(filepath.Join(f.base, "artefacts"), catalog.PrefixArtefact, f.ring)
	require.NoError(t, err)
	return f
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func (f fixture) read(id string) (string, error) {
	r, err := f.store.Open(id)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	return string(b), errors.Join(err, r.Close())
}

// noPlaintext greps every file under the base directory for the marker.
func (f fixture) noPlaintext(t *testing.T) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(f.base, func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		if d.IsDir() {
			return nil
		}
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		require.False(t, bytes.Contains(b, []byte(marker[:12])), "plaintext in %s", path)
		return nil
	}))
}

func TestPutOpenDestroy(t *testing.T) {
	f := newStore(t)
	id := catalog.NewID(catalog.PrefixArtefact)
	digest, size, err := f.store.Put(id, func(w io.Writer) error {
		require.NoError(t, text(marker)(w))
		f.noPlaintext(t) // while the blob is being written, too
		return text(marker)(w)
	})
	require.NoError(t, err)
	require.Equal(t, catalog.DigestOf([]byte(marker+marker)), digest)
	require.EqualValues(t, 2*len(marker), size)
	require.True(t, f.store.Has(id))
	f.noPlaintext(t)

	got, err := f.read(id)
	require.NoError(t, err)
	require.Equal(t, marker+marker, got)
	f.noPlaintext(t)

	_, _, err = f.store.Put(id, text("other"))
	require.ErrorIs(t, err, keyring.ErrExists)
	got, err = f.read(id)
	require.NoError(t, err)
	require.Equal(t, marker+marker, got, "a refused Put changes nothing")

	require.NoError(t, f.store.Destroy(id))
	require.NoError(t, f.store.Destroy(id))
	_, err = f.store.Open(id)
	require.ErrorIs(t, err, artefact.ErrNotFound)
	require.False(t, f.store.Has(id))
	require.False(t, f.ring.HasDataKey(id))
}

func TestFailedPutLeavesNothing(t *testing.T) {
	f := newStore(t)
	id := catalog.NewID(catalog.PrefixArtefact)
	boom := errors.New("boom")
	_, _, err := f.store.Put(id, func(w io.Writer) error {
		require.NoError(t, text(marker)(w))
		return boom
	})
	require.ErrorIs(t, err, boom)
	require.False(t, f.ring.HasDataKey(id))
	entries, err := os.ReadDir(filepath.Join(f.base, "artefacts"))
	require.NoError(t, err)
	require.Empty(t, entries)
	_, _, err = f.store.Put(id, text("again"))
	require.NoError(t, err)
}

// A ciphertext whose key is gone does not open, and neither does one under another blob's name.
func TestKeyAndNameAreBound(t *testing.T) {
	f := newStore(t)
	a, b := catalog.NewID(catalog.PrefixArtefact), catalog.NewID(catalog.PrefixArtefact)
	for _, id := range []string{a, b} {
		_, _, err := f.store.Put(id, text(id))
		require.NoError(t, err)
	}
	folder := filepath.Join(f.base, "artefacts")
	sealed, err := os.ReadFile(filepath.Join(folder, a))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, b), sealed, 0o600))
	_, err = f.read(b)
	require.ErrorIs(t, err, keyring.ErrCiphertext)
	require.NoError(t, f.ring.DestroyDataKey(a))
	_, err = f.read(a)
	require.ErrorIs(t, err, keyring.ErrNoKey)
}

func TestEveryByteOfABlob(t *testing.T) {
	f := newStore(t)
	id := catalog.NewID(catalog.PrefixArtefact)
	_, _, err := f.store.Put(id, text(marker))
	require.NoError(t, err)
	path := filepath.Join(f.base, "artefacts", id)
	sealed, err := os.ReadFile(path)
	require.NoError(t, err)
	for i := range sealed {
		flipped := bytes.Clone(sealed)
		flipped[i] ^= 4
		require.NoError(t, os.WriteFile(path, flipped, 0o600))
		_, err = f.read(id)
		require.ErrorIs(t, err, keyring.ErrCiphertext, "byte %d", i)
	}
}

func TestIdsAreChecked(t *testing.T) {
	f := newStore(t)
	for _, id := range []string{"", "art_", "art_../x", "art_a/b", "art_A", "art_.x", catalog.NewID(catalog.PrefixSnapshot)} {
		_, _, err := f.store.Put(id, text("x"))
		require.Error(t, err, id)
		_, err = f.store.Open(id)
		require.ErrorIs(t, err, artefact.ErrNotFound, id)
		require.Error(t, f.store.Destroy(id), id)
		require.False(t, f.store.Has(id), id)
	}
	_, err := artefact.NewStore(t.TempDir(), catalog.PrefixArtefact, nil)
	require.Error(t, err)
}

// Each row is a moment at which the gateway may have died.
func TestOrphans(t *testing.T) {
	f := newStore(t)
	folder := filepath.Join(f.base, "artefacts")
	kept, uncommitted, keyOnly, snapshot := catalog.NewID(catalog.PrefixArtefact), catalog.NewID(catalog.PrefixArtefact),
		catalog.NewID(catalog.PrefixArtefact), catalog.NewID(catalog.PrefixSnapshot)
	for _, id := range []string{kept, uncommitted} {
		_, _, err := f.store.Put(id, text(id))
		require.NoError(t, err)
	}
	require.NoError(t, f.ring.NewDataKey(keyOnly))  // died before the ciphertext
	require.NoError(t, f.ring.NewDataKey(snapshot)) // another store's
	blobOnly := catalog.NewID(catalog.PrefixArtefact)
	require.NoError(t, os.WriteFile(filepath.Join(folder, blobOnly), []byte("x"), 0o600)) // died while destroying
	require.NoError(t, os.WriteFile(filepath.Join(folder, "."+keyOnly+".1.tmp"), []byte("x"), 0o600))

	ids, err := f.ring.DataKeys()
	require.NoError(t, err)
	orphans, err := f.store.Orphans(ids, func(id string) bool { return id == kept })
	require.NoError(t, err)
	require.ElementsMatch(t, []string{uncommitted, keyOnly, blobOnly}, orphans)
	require.IsIncreasing(t, orphans)
	for _, id := range orphans {
		require.NoError(t, f.store.Destroy(id))
	}
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	ids, err = f.ring.DataKeys()
	require.NoError(t, err)
	require.ElementsMatch(t, []string{kept, snapshot}, ids)
}
