package durable_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/durable"
)

var errInjected = errors.New("injected fault")

// recorder wraps the system's operations: it names every call in order and fails the call number failAt (from 0).
// With after set, the failing call takes effect first: done, but reported as failed.
type recorder struct {
	sys    durable.Ops
	calls  []string
	failAt int
	after  bool
}

func newRecorder(failAt int, after bool) *recorder {
	return &recorder{sys: durable.System(), failAt: failAt, after: after}
}

func (r *recorder) do(name string, call func() error) error {
	n := len(r.calls)
	r.calls = append(r.calls, name)
	if n != r.failAt {
		return call()
	}
	if r.after {
		if err := call(); err != nil {
			return err
		}
	}
	return errInjected
}

func (r *recorder) ops() durable.Ops {
	return durable.Ops{
		CreateTemp: func(dir, pattern string) (durable.File, error) {
			var f durable.File
			err := r.do("create", func() (err error) { f, err = r.sys.CreateTemp(dir, pattern); return err })
			if err != nil {
				if f != nil {
					_ = f.Close()
				}
				return nil, err
			}
			return &file{File: f, r: r}, nil
		},
		Rename: func(from, to string) error { return r.do("rename", func() error { return r.sys.Rename(from, to) }) },
		Remove: func(path string) error { return r.do("remove", func() error { return r.sys.Remove(path) }) },
		OpenDir: func(path string) (durable.Directory, error) {
			var d durable.Directory
			err := r.do("opendir", func() (err error) { d, err = r.sys.OpenDir(path); return err })
			if err != nil {
				if d != nil {
					_ = d.Close()
				}
				return nil, err
			}
			return &directory{Directory: d, r: r}, nil
		},
	}
}

type file struct {
	durable.File
	r *recorder
}

func (f *file) Write(b []byte) (n int, err error) {
	err = f.r.do("write", func() (err error) { n, err = f.File.Write(b); return err })
	return n, err
}
func (f *file) Chmod(m fs.FileMode) error {
	return f.r.do("chmod", func() error { return f.File.Chmod(m) })
}
func (f *file) Sync() error { return f.r.do("fsync", f.File.Sync) }
func (f *file) Close() error {
	return f.r.do("close", f.File.Close)
}

type directory struct {
	durable.Directory
	r *recorder
}

func (d *directory) Sync() error  { return d.r.do("fsyncdir", d.Directory.Sync) }
func (d *directory) Close() error { return d.r.do("closedir", d.Directory.Close) }

func content(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestWriteFileCallsInOrder(t *testing.T) {
	dir := t.TempDir()
	r := newRecorder(-1, false)
	path := filepath.Join(dir, "key")
	require.NoError(t, r.ops().WriteFile(path, 0o640, content("new")))
	require.Equal(t, []string{"create", "write", "chmod", "fsync", "close", "rename", "opendir", "fsyncdir", "closedir"}, r.calls)

	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "new", string(got))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o640), info.Mode().Perm())
	require.Equal(t, []string{"key"}, names(t, dir))
}

// Every call fails in turn, once without and once with its effect: the error is reported, the file is wholly old or wholly new,
// and calling again succeeds.
func TestWriteFileEachCallFails(t *testing.T) {
	ok := newRecorder(-1, false)
	require.NoError(t, ok.ops().WriteFile(filepath.Join(t.TempDir(), "key"), 0o600, content("new")))
	for i, call := range ok.calls {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d %s after=%v", i, call, after), func(t *testing.T) {
				dir := t.TempDir()
				path := filepath.Join(dir, "key")
				require.NoError(t, durable.WriteFile(path, 0o600, content("old")))
				r := newRecorder(i, after)
				require.ErrorIs(t, r.ops().WriteFile(path, 0o600, content("new")), errInjected)

				got, err := os.ReadFile(path)
				require.NoError(t, err)
				require.Contains(t, []string{"old", "new"}, string(got))
				if call != "rename" && i < 5 {
					require.Equal(t, "old", string(got), "nothing may change before the rename")
				}
				if call != "create" && !(call == "rename" && after) {
					require.Equal(t, []string{"key"}, names(t, dir), "the temporary file must be gone")
				}
				require.NoError(t, durable.WriteFile(path, 0o600, content("new")))
				got, err = os.ReadFile(path)
				require.NoError(t, err)
				require.Equal(t, "new", string(got))
			})
		}
	}
}

func TestWriteFileFillFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	fail := func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return errInjected
	}
	require.ErrorIs(t, durable.WriteFile(path, 0o600, fail), errInjected)
	require.Empty(t, names(t, dir))
	require.Panics(t, func() { _ = durable.WriteFile(path, 0o600, func(io.Writer) error { panic("fill") }) })
	require.Empty(t, names(t, dir))
}

func TestRemoveFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	require.NoError(t, durable.WriteFile(path, 0o600, content("old")))
	r := newRecorder(-1, false)
	require.NoError(t, r.ops().RemoveFile(path))
	require.Equal(t, []string{"remove", "opendir", "fsyncdir", "closedir"}, r.calls)
	require.Empty(t, names(t, dir))
	require.NoError(t, durable.RemoveFile(path), "removing again is no error")
	for i := range r.calls {
		require.NoError(t, durable.WriteFile(path, 0o600, content("old")))
		require.ErrorIs(t, newRecorder(i, false).ops().RemoveFile(path), errInjected)
		require.NoError(t, durable.RemoveFile(path))
		require.Empty(t, names(t, dir))
	}
}

func TestMissingDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "absent", "key")
	require.ErrorIs(t, durable.WriteFile(path, 0o600, content("x")), fs.ErrNotExist)
	require.ErrorIs(t, durable.RemoveFile(path), fs.ErrNotExist)
}
