package keyring

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEpochKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "epoch.key")
	made, err := CreateEpoch(path)
	require.NoError(t, err)
	read, err := ReadEpoch(path)
	require.NoError(t, err)
	require.Equal(t, made, read)
	_, err = CreateEpoch(path)
	require.ErrorIs(t, err, ErrEpoch, "it replaces nothing")
	next, err := RotateEpoch(path)
	require.NoError(t, err)
	require.NotEqual(t, made, next)
	require.NoError(t, os.Chmod(path, 0o644))
	_, err = ReadEpoch(path)
	require.ErrorIs(t, err, ErrEpoch)
	_, err = ReadEpoch(path + "x")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzDecodeEpoch(f *testing.F) {
	f.Add("")
	f.Add(epochPrefix)
	f.Add(epochPrefix + "epoch_" + strings.Repeat("0", 32) + " " + strings.Repeat("A", 43) + "=\n")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := decodeEpoch(text)
		if err != nil {
			require.ErrorIs(t, err, ErrEpoch)
			return
		}
		require.NotEmpty(t, e.ID)
		require.Contains(t, text, e.ID)
	})
}
