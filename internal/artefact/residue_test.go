package artefact_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/artefact"
	"yumen/internal/keyring"
)

// copyTree copies a directory, as somebody does who keeps an old disk.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
}

// open reads a blob of a directory that has keys, blobs and a master key of its own.
func open(dir, master, id string) (string, error) {
	ring, err := keyring.Open(filepath.Join(dir, "keys"), keyring.Config{Master: keyring.File{Path: master}})
	if err != nil {
		return "", err
	}
	defer ring.Close()
	store, err := artefact.NewStore(filepath.Join(dir, "artefacts"), catalog.PrefixArtefact, ring)
	if err != nil {
		return "", err
	}
	r, err := store.Open(id)
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	return string(b), err
}

// What is kept is ciphertext, before and after every change of keys; what was destroyed opens for nobody who has the disk, whichever disk,
// without the master key of its time.
func TestResidue(t *testing.T) {
	t.Run("BJ-OPS-21c: encrypted at rest, keys rotate and are destroyed, and nothing is left", func(t *testing.T) {
		f := newStore(t)
		kept, gone := catalog.NewID(catalog.PrefixArtefact), catalog.NewID(catalog.PrefixArtefact)
		for _, id := range []string{kept, gone} {
			_, _, err := f.store.Put(id, text(marker+id))
			require.NoError(t, err)
		}
		f.noPlaintext(t)
		require.NoError(t, f.ring.Close())
		stolen := filepath.Join(t.TempDir(), "stolen") // the disk as it was, without the master key, which is kept elsewhere
		copyTree(t, f.base, stolen)
		old := filepath.Join(t.TempDir(), "old-master")
		require.NoError(t, os.Rename(filepath.Join(stolen, "master"), old))
		_, err := open(stolen, filepath.Join(stolen, "master"), kept)
		require.Error(t, err, "a disk without its master key")

		master := filepath.Join(f.base, "master")
		require.NoError(t, keyring.RotateMaster(filepath.Join(f.base, "keys"), master))
		f.noPlaintext(t)
		got, err := open(f.base, master, kept)
		require.NoError(t, err)
		require.Equal(t, marker+kept, got, "rotation loses nothing")
		_, err = open(f.base, old, kept)
		require.Error(t, err, "the old master key opens nothing of the new disk")
		_, err = open(stolen, master, kept)
		require.Error(t, err, "the new master key opens nothing of the old disk")

		f.ring, err = keyring.Open(filepath.Join(f.base, "keys"), keyring.Config{Master: keyring.File{Path: master}})
		require.NoError(t, err)
		f.store, err = artefact.NewStore(filepath.Join(f.base, "artefacts"), catalog.PrefixArtefact, f.ring)
		require.NoError(t, err)
		require.NoError(t, f.store.Destroy(gone))
		require.NoError(t, f.ring.Close())
		f.noPlaintext(t)
		// Its ciphertext comes back from the old disk: its key does not.
		blobs, err := filepath.Glob(filepath.Join(stolen, "artefacts", gone+"*"))
		require.NoError(t, err)
		require.Len(t, blobs, 1)
		b, err := os.ReadFile(blobs[0])
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(f.base, "artefacts", filepath.Base(blobs[0])), b, 0o600))
		_, err = open(f.base, master, gone)
		require.Error(t, err, "what was destroyed stays destroyed")
		// Not even with its wrapped key of the old disk, which the new master key does not open.
		wrapped, err := os.ReadFile(filepath.Join(stolen, "keys", "data", gone))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(f.base, "keys", "data", gone), wrapped, 0o600))
		_, err = open(f.base, master, gone)
		require.Error(t, err)
		got, err = open(f.base, master, kept)
		require.NoError(t, err)
		require.Equal(t, marker+kept, got)
	})
}
