package keyring

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"yumen/catalog"
)

// rotated is a ring with a data key, an entity key and something encrypted.
func rotated(t *testing.T) (dir, master string, cipher []byte, entity [32]byte) {
	base := t.TempDir()
	dir, master = filepath.Join(base, "keys"), filepath.Join(base, "master.key")
	require.NoError(t, CreateMaster(master))
	r, err := Create(dir, Config{Zone: catalog.NewID(catalog.PrefixZone), Master: File{Path: master}})
	require.NoError(t, err)
	require.NoError(t, r.NewDataKey("snap_a"))
	entity, err = r.EntityKey("person")
	require.NoError(t, err)
	var b bytes.Buffer
	w, err := r.EncryptTo("snap_a", &b)
	require.NoError(t, err)
	_, err = w.Write([]byte("rows"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, r.Close())
	return dir, master, b.Bytes(), entity
}

// opens requires that the ring is whole under its master key, and that nothing is left of a rotation.
func opens(t *testing.T, dir, master string, cipher []byte, entity [32]byte) {
	t.Helper()
	r, err := Open(dir, Config{Master: File{Path: master}})
	require.NoError(t, err)
	defer r.Close()
	damaged, err := r.Damaged()
	require.NoError(t, err)
	require.Empty(t, damaged)
	again, err := r.EntityKey("person")
	require.NoError(t, err)
	require.Equal(t, entity, again)
	in, err := r.DecryptFrom("snap_a", bytes.NewReader(cipher))
	require.NoError(t, err)
	plain, err := io.ReadAll(in)
	require.NoError(t, err)
	require.Equal(t, "rows", string(plain))
	require.False(t, Interrupted(master))
	require.NoDirExists(t, dir+nextSuffix)
}

func TestRotateMaster(t *testing.T) {
	dir, master, cipher, entity := rotated(t)
	old, err := os.ReadFile(master)
	require.NoError(t, err)
	require.NoError(t, RotateMaster(dir, master))
	opens(t, dir, master, cipher, entity)
	require.NoError(t, os.WriteFile(master+".old", old, 0o600))
	_, err = Open(dir, Config{Master: File{Path: master + ".old"}})
	require.ErrorIs(t, err, ErrMaster, "the old key opens nothing any more")
	require.NoError(t, RotateMaster(dir, master))
	opens(t, dir, master, cipher, entity)
}

// A crash at any moment leaves a ring that the next rotation takes up.
func TestInterruptedRotationGoesOn(t *testing.T) {
	rewrap := func(t *testing.T, dir, master string) {
		r, err := Open(dir, Config{Master: File{Path: master}})
		require.NoError(t, err)
		require.NoError(t, r.rewrap(dir+nextSuffix, File{Path: master + nextSuffix}))
	}
	exchange := func(t *testing.T, dir string) {
		require.NoError(t, unix.Renameat2(unix.AT_FDCWD, dir, unix.AT_FDCWD, dir+nextSuffix, unix.RENAME_EXCHANGE))
	}
	for name, crash := range map[string]func(t *testing.T, dir, master string){
		"with a new key alone": func(t *testing.T, _, master string) { require.NoError(t, CreateMaster(master+nextSuffix)) },
		"with half a ring": func(t *testing.T, dir, master string) {
			require.NoError(t, CreateMaster(master+nextSuffix))
			require.NoError(t, os.MkdirAll(dir+nextSuffix+"/sign", 0o700))
		},
		"with two rings": func(t *testing.T, dir, master string) {
			require.NoError(t, CreateMaster(master+nextSuffix))
			rewrap(t, dir, master)
		},
		"after the exchange": func(t *testing.T, dir, master string) {
			require.NoError(t, CreateMaster(master+nextSuffix))
			rewrap(t, dir, master)
			exchange(t, dir)
		},
		"with the old key overwritten": func(t *testing.T, dir, master string) {
			require.NoError(t, CreateMaster(master+nextSuffix))
			rewrap(t, dir, master)
			exchange(t, dir)
			require.NoError(t, overwrite(master))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, master, cipher, entity := rotated(t)
			crash(t, dir, master)
			require.True(t, Interrupted(master))
			require.NoError(t, RotateMaster(dir, master))
			opens(t, dir, master, cipher, entity)
		})
	}
}
