package policyfile_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/policyfile"
)

func sample() policyfile.Files {
	return policyfile.Files{".manifest": []byte(`{"revision":"2026.11.21-1","roots":["yumen"]}`), "yumen/lib/lib.rego": []byte("package yumen.lib\n")}
}

func TestPackingKeepsFilesAndDigest(t *testing.T) {
	packed, err := sample().Pack()
	require.NoError(t, err)
	again, err := sample().Pack()
	require.NoError(t, err)
	require.Equal(t, packed, again, "the same files are the same bytes")
	files, err := policyfile.Unpack(packed)
	require.NoError(t, err)
	require.Equal(t, sample(), files)
	require.Equal(t, sample().Digest(), files.Digest())
	renamed := sample()
	renamed["yumen/lib/lib2.rego"] = renamed["yumen/lib/lib.rego"]
	require.NotEqual(t, files.Digest(), renamed.Digest())
}

func TestAFolderIsReadWithoutWhatTheEditorLeaves(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	for name, b := range sample() {
		write(name, string(b))
	}
	write(".git/config", "x")
	write("yumen/.lib.rego.swp", "x")
	files, err := policyfile.Read(os.DirFS(dir))
	require.NoError(t, err)
	require.Equal(t, sample(), files)
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(dir, "yumen", "link.rego")))
	_, err = policyfile.Read(os.DirFS(dir))
	require.ErrorIs(t, err, policyfile.ErrForm)
}

func archive(t *testing.T, members ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for _, h := range members {
		require.NoError(t, w.WriteHeader(&h))
		_, err := w.Write(make([]byte, h.Size))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, zip.Close())
	return b.Bytes()
}

func TestArchivesThatAreRefused(t *testing.T) {
	file := tar.Header{Name: "a", Typeflag: tar.TypeReg, Mode: 0o644}
	many := make([]tar.Header, 401)
	for i := range many {
		many[i] = tar.Header{Name: strings.Repeat("a", 1+i%100) + strings.Repeat("/b", i/100), Typeflag: tar.TypeReg}
	}
	good, err := sample().Pack()
	require.NoError(t, err)
	for name, b := range map[string][]byte{
		"no gzip": []byte("x"), "empty": nil, "a member twice": archive(t, file, file), "a link": archive(t, tar.Header{Name: "a", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}),
		"a path outside": archive(t, tar.Header{Name: "../a", Typeflag: tar.TypeReg}), "an absolute path": archive(t, tar.Header{Name: "/a", Typeflag: tar.TypeReg}),
		"a large file": archive(t, tar.Header{Name: "a", Typeflag: tar.TypeReg, Size: 1<<20 + 1}), "many files": archive(t, many...),
		"cut off": good[:len(good)/2], "damaged": append(bytes.Clone(good[:len(good)-4]), 0, 0, 0, 0), "too long": make([]byte, policyfile.MaxArchive+1),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := policyfile.Unpack(b)
			require.ErrorIs(t, err, policyfile.ErrForm)
		})
	}
	files, err := policyfile.Unpack(archive(t, tar.Header{Name: "./", Typeflag: tar.TypeDir}, tar.Header{Name: "./a", Typeflag: tar.TypeReg}))
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, files.Names())
}

func TestRevisions(t *testing.T) {
	order := []string{"2025.12.31-9", "2026.01.01-1", "2026.01.01-2", "2026.01.01-10", "2026.01.02-1", "2026.11.21-99999", "2026.11.22-1"}
	var last int64
	for _, text := range order {
		r, err := policyfile.ParseRevision(text)
		require.NoError(t, err)
		require.Greater(t, r.Order(), last, text)
		last = r.Order()
	}
	require.Less(t, last, int64(1)<<53, "a whole number that JSON keeps")
	for _, text := range []string{"", "1", "2026.11.21", "2026.11.21-0", "2026.11.21-01", "2026.13.01-1", "2026.02.30-1", "2026.11.21-100000", "2026-11-21-1", " 2026.11.21-1", "2026.11.21-1\n"} {
		_, err := policyfile.ParseRevision(text)
		require.ErrorIs(t, err, policyfile.ErrForm, "%q", text)
	}
	for _, manifest := range []string{``, `{}`, `{"revision":"2026.11.21-1"}`, `{"revision":"2026.11.21-1","roots":["other"]}`, `{"revision":"2026.11.21-1","roots":["yumen"],"x":1}`} {
		_, err := policyfile.Files{".manifest": []byte(manifest)}.Revision()
		require.ErrorIs(t, err, policyfile.ErrForm, manifest)
	}
	_, err := policyfile.Files{}.Revision()
	require.ErrorIs(t, err, policyfile.ErrForm)
}

func FuzzUnpack(f *testing.F) {
	good, err := sample().Pack()
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		files, err := policyfile.Unpack(b)
		if err != nil {
			require.ErrorIs(t, err, policyfile.ErrForm)
			return
		}
		packed, err := files.Pack()
		if err != nil {
			return
		}
		again, err := policyfile.Unpack(packed)
		require.NoError(t, err)
		require.Equal(t, files.Digest(), again.Digest())
	})
}
