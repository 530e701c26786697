package unpack_test

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/cmd/yumen/internal/unpack"
)

type entry struct {
	name string
	kind byte
	text string
}

func archive(t *testing.T, entries ...entry) *bytes.Reader {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Mode: 0o777, Size: int64(len(e.text)), Linkname: "/etc/passwd"}
		if e.kind == tar.TypeReg {
			h.Linkname = ""
		} else {
			h.Size = 0
		}
		require.NoError(t, w.WriteHeader(h))
		_, err := w.Write([]byte(e.text[:h.Size]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return bytes.NewReader(b.Bytes())
}

func TestTar(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "bundle")
	names, err := unpack.Tar(archive(t, entry{"receipt.json", tar.TypeReg, "{}"}, entry{"tile/", tar.TypeDir, ""}, entry{"tile/8/x001", tar.TypeReg, "t"}), dir, false)
	require.NoError(t, err)
	require.Equal(t, []string{"receipt.json", "tile/8/x001"}, names)
	b, err := os.ReadFile(filepath.Join(dir, "tile/8/x001"))
	require.NoError(t, err)
	require.Equal(t, "t", string(b))
	info, err := os.Stat(filepath.Join(dir, "receipt.json"))
	require.NoError(t, err)
	require.Zero(t, info.Mode()&0o111, "the archive's modes are ignored")

	_, err = unpack.Tar(archive(t, entry{"receipt.json", tar.TypeReg, "new"}), dir, false)
	require.ErrorIs(t, err, unpack.ErrExists)
	_, err = unpack.Tar(archive(t, entry{"receipt.json", tar.TypeReg, "new"}), dir, true)
	require.NoError(t, err)
	b, err = os.ReadFile(filepath.Join(dir, "receipt.json"))
	require.NoError(t, err)
	require.Equal(t, "new", string(b))
	left, err := os.ReadDir(filepath.Dir(dir))
	require.NoError(t, err)
	require.Len(t, left, 1, "no staging folder stays")
}

func TestEmptyFolderMayBeFilled(t *testing.T) {
	dir := t.TempDir()
	_, err := unpack.Tar(archive(t, entry{"a", tar.TypeReg, "x"}), dir, false)
	require.NoError(t, err)
}

func TestHostileArchives(t *testing.T) {
	for name, c := range map[string]struct {
		entries []entry
		want    error
	}{
		"parent":          {[]entry{{"../a", tar.TypeReg, "x"}}, unpack.ErrName},
		"parent within":   {[]entry{{"a/../../b", tar.TypeReg, "x"}}, unpack.ErrName},
		"absolute":        {[]entry{{"/etc/cron.d/a", tar.TypeReg, "x"}}, unpack.ErrName},
		"hidden":          {[]entry{{".bashrc", tar.TypeReg, "x"}}, unpack.ErrName},
		"control":         {[]entry{{"a\x1b[2J", tar.TypeReg, "x"}}, unpack.ErrName},
		"windows":         {[]entry{{`..\a`, tar.TypeReg, "x"}}, unpack.ErrName},
		"deep":            {[]entry{{"a/b/c/d/e/f/g/h/i", tar.TypeReg, "x"}}, unpack.ErrName},
		"twice":           {[]entry{{"a", tar.TypeReg, "x"}, {"a", tar.TypeReg, "y"}}, unpack.ErrName},
		"symbolic link":   {[]entry{{"a", tar.TypeSymlink, ""}}, unpack.ErrShape},
		"hard link":       {[]entry{{"a", tar.TypeLink, ""}}, unpack.ErrShape},
		"device":          {[]entry{{"a", tar.TypeChar, ""}}, unpack.ErrShape},
		"link then write": {[]entry{{"a", tar.TypeSymlink, ""}, {"a/b", tar.TypeReg, "x"}}, unpack.ErrShape},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			_, err := unpack.Tar(archive(t, c.entries...), dir, false)
			require.ErrorIs(t, err, c.want)
			require.NoDirExists(t, dir, "a refused archive leaves nothing")
		})
	}
	dir := filepath.Join(t.TempDir(), "out")
	_, err := unpack.Tar(bytes.NewReader([]byte("not a tar archive, but long enough to be looked at as a header of one")), dir, false)
	require.Error(t, err)
	require.NoDirExists(t, dir)
}
