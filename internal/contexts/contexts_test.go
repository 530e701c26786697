package contexts_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/contexts"
)

func TestSaveAndLoad(t *testing.T) {
	path := contexts.Path(filepath.Join(t.TempDir(), "yumen"))
	empty, err := contexts.Load(path)
	require.NoError(t, err)
	require.Empty(t, empty.Contexts)

	f := &contexts.File{Current: "a", Contexts: map[string]contexts.Context{
		"a": {Server: "https://zone.example", User: "ann", Token: "t", Expires: 5, Keys: `{"zone":"z"}`},
	}}
	require.NoError(t, f.Save(path))
	require.NoError(t, f.Save(path), "saving again replaces")
	got, err := contexts.Load(path)
	require.NoError(t, err)
	require.Equal(t, f, got)

	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "no temporary file stays")
}

func TestLooseFilesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "contexts.yaml")
	require.NoError(t, (&contexts.File{}).Save(path))
	for _, mode := range []os.FileMode{0o644, 0o640, 0o620, 0o601} {
		require.NoError(t, os.Chmod(path, mode))
		_, err := contexts.Load(path)
		require.ErrorIs(t, err, contexts.ErrLoose, mode)
	}
	require.NoError(t, os.Chmod(path, 0o400))
	_, err := contexts.Load(path)
	require.NoError(t, err)
	_, err = contexts.Load(filepath.Dir(path))
	require.ErrorIs(t, err, contexts.ErrLoose, "a folder")
}

func TestUnknownFieldsAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "contexts.yaml")
	require.NoError(t, os.WriteFile(path, []byte("curent: a\n"), 0o600))
	_, err := contexts.Load(path)
	require.Error(t, err)
}

func TestNames(t *testing.T) {
	for _, ok := range []string{"default", "zone-1", "a.b_c", "X"} {
		require.True(t, contexts.ValidName(ok), ok)
	}
	for _, bad := range []string{"", "-x", ".hidden", "a/b", "a b", "域门"} {
		require.False(t, contexts.ValidName(bad), bad)
	}
}

func TestDir(t *testing.T) {
	dir, err := contexts.Dir(func(string) string { return "/conf" })
	require.NoError(t, err)
	require.Equal(t, "/conf/yumen", dir)
	dir, err = contexts.Dir(func(string) string { return "relative" })
	require.NoError(t, err, "a relative XDG_CONFIG_HOME is ignored, as its specification says")
	require.True(t, filepath.IsAbs(dir))
}
