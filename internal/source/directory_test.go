package source_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/source"
)

// folder is a directory in the domain with one file, and a place beside it that is not.
func folder(t *testing.T) (dir, outside string) {
	t.Helper()
	top := t.TempDir()
	dir, outside = filepath.Join(top, "space"), filepath.Join(top, "outside")
	for _, d := range []string{dir, filepath.Join(dir, "2024"), outside} {
		require.NoError(t, os.Mkdir(d, 0o755)) //nolint:gosec // as a provider's folder is
	}
	for _, f := range []string{filepath.Join(dir, "a.csv"), filepath.Join(dir, "2024", "b.csv"), filepath.Join(outside, "secret.csv")} {
		require.NoError(t, os.WriteFile(f, []byte("id\n1\n"), 0o600))
	}
	return dir, outside
}

func ofFile(path string) *catalog.DatasetSpec {
	return &catalog.DatasetSpec{Provider: "bureau", Supply: &catalog.Supply{Mode: catalog.SupplyTenantSpace, Location: "here", Path: path}}
}

// What lies in the directory is read, and nothing is reached through it that lies elsewhere, whoever puts what there.
func TestXM_63_DirectoryIsReadWithinItself(t *testing.T) {
	dir, outside := folder(t)
	at := source.Location{Directory: dir}
	for _, path := range []string{"a.csv", "2024/b.csv"} {
		got, err := read(at, ofFile(path))
		require.NoError(t, err, path)
		require.Equal(t, "id\n1\n", got)
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.Symlink(filepath.Join(outside, "secret.csv"), in("link.csv")))
	require.NoError(t, os.Symlink("a.csv", in("inner.csv")))
	require.NoError(t, os.Symlink(outside, in("way")))
	require.NoError(t, os.Link(filepath.Join(outside, "secret.csv"), in("hard.csv")))
	require.NoError(t, syscall.Mkfifo(in("pipe.csv"), 0o600))
	require.NoError(t, os.WriteFile(in("open.csv"), nil, 0o600))
	require.NoError(t, os.Chmod(in("open.csv"), 0o666)) //nolint:gosec // that is the point
	for path, want := range map[string]string{
		"link.csv": "symbolic link", "inner.csv": "symbolic link", "way/secret.csv": "symbolic link", "../outside/secret.csv": "the outside", "none.csv": "no such file",
		"hard.csv": "hard links", "pipe.csv": "no plain file", "open.csv": "everybody may write", "2024": "no plain file", "/etc/passwd": "the outside",
	} {
		got, err := read(at, ofFile(path))
		require.Contains(t, told(err), want, path)
		require.Empty(t, got, path)
	}
}

// midway writes to a file when the first bytes of it arrive.
type midway struct {
	bytes.Buffer
	do func()
}

func (m *midway) Write(p []byte) (int, error) {
	if m.do != nil {
		m.do()
		m.do = nil
	}
	return m.Buffer.Write(p)
}

func TestXM_63_FileThatChangesIsNotRead(t *testing.T) {
	for name, do := range map[string]func(path string) error{
		"more is written": func(p string) error {
			f, err := os.OpenFile(p, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteString("2\n")
			return err
		},
		"it is cut":       func(p string) error { return os.Truncate(p, 3) },
		"another is put":  func(p string) error { return os.Rename(filepath.Join(filepath.Dir(p), "2024", "b.csv"), p) },
		"it gets a name":  func(p string) error { return os.Link(p, p+"2") },
		"it gets a right": func(p string) error { return os.Chmod(p, 0o640) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := folder(t)
			set, err := source.New([]source.Location{{Name: "here", Provider: "bureau", Directory: dir}})
			require.NoError(t, err)
			w := &midway{do: func() { require.NoError(t, do(filepath.Join(dir, "a.csv"))) }}
			require.Contains(t, told(set.Read(t.Context(), ofFile("a.csv"), func(int64) {}, w)), "changed while it was read")
		})
	}
}

// A directory that others could exchange, or that is none, is found at the start and at every reading.
func TestXM_63_DirectoryIsChecked(t *testing.T) {
	check := func(l source.Location) string {
		l.Name, l.Provider = "here", "bureau"
		set, err := source.New([]source.Location{l})
		if err != nil {
			return told(err)
		}
		err = set.Check(context.Background(), "here")
		if err == nil {
			return "good"
		}
		_, again := read(l, ofFile("a.csv"))
		require.Equal(t, told(err), told(again), "what the start finds, a reading finds")
		return told(err)
	}
	dir, outside := folder(t)
	require.Equal(t, "good", check(source.Location{Directory: dir}))
	require.Contains(t, check(source.Location{Directory: filepath.Join(dir, "none")}), "not there")
	require.Contains(t, check(source.Location{Directory: filepath.Join(dir, "a.csv")}), "is none")
	require.NoError(t, os.Symlink(dir, filepath.Join(outside, "way")))
	require.Contains(t, check(source.Location{Directory: filepath.Join(outside, "way", "2024")}), "symbolic link")
	require.Contains(t, check(source.Location{Directory: "/proc/self"}), "symbolic link")
	require.Contains(t, check(source.Location{Directory: "/proc/1"}), "no file system of this machine")
	require.Contains(t, check(source.Location{Directory: dir, Owner: "nobody-knows-him"}), "no user")
	require.NoError(t, os.Chmod(dir, 0o777)) //nolint:gosec // that is the point
	require.Contains(t, check(source.Location{Directory: dir}), "everybody may write")
	require.NoError(t, os.Chmod(dir, 0o755))                             //nolint:gosec // as it was
	require.NoError(t, os.Chmod(outside, 0o777))                         //nolint:gosec // that is the point
	require.NoError(t, os.Mkdir(filepath.Join(outside, "inner"), 0o755)) //nolint:gosec // as a provider's folder is
	require.Contains(t, check(source.Location{Directory: filepath.Join(outside, "inner")}), "everybody may write", "one above it")
	for _, l := range []source.Location{{}, {Directory: "relative"}, {Directory: "/"}, {Directory: dir + "/../x"}, {Directory: dir, Host: "x"}, {Host: "h"}, {Owner: "x", Host: "/run", Database: "d", Schema: "s", User: "u"},
		{Host: "10.0.0.1", Database: "d", Schema: "s", User: "u"}} {
		require.NotEqual(t, "good", check(l), "%v", l)
	}
	if os.Geteuid() == 0 {
		require.NoError(t, os.Chown(dir, 12345, 12345))
		require.Contains(t, check(source.Location{Directory: dir}), "somebody else's")
		require.Equal(t, "good", check(source.Location{Directory: dir, Owner: "12345"}))
		require.NoError(t, os.Chown(filepath.Join(dir, "a.csv"), 54321, 54321))
		_, err := read(source.Location{Directory: dir, Owner: "12345"}, ofFile("a.csv"))
		require.Contains(t, told(err), "somebody else's")
	}
}

// A location is one provider's, and neither its file nor its manifest is anything to a dataset of another, or of nobody.
func TestXM_63_LocationIsOneProviders(t *testing.T) {
	dir, outside := folder(t)
	for provider, want := range map[string]string{"bureau": "", "court": "for this provider", "": "for this provider"} {
		in := ofFile("a.csv")
		in.Provider = provider
		got, err := read(source.Location{Directory: dir}, in)
		require.Equal(t, want == "", err == nil && got != "", provider)
		require.Contains(t, told(err), want)
		set, err := source.New([]source.Location{{Name: "here", Provider: "bureau", Directory: dir}})
		require.NoError(t, err)
		_, err = set.Manifest(t.Context(), in)
		require.Contains(t, told(err), want)
	}
	listed := func(all ...source.Location) string {
		_, err := source.New(all)
		return told(err)
	}
	first := source.Location{Name: "here", Provider: "bureau", Directory: dir}
	for want, second := range map[string]source.Location{
		"whose data it holds": {Name: "there", Directory: outside},
		"within one another":  {Name: "there", Provider: "court", Directory: filepath.Join(dir, "2024")},
		"":                    {Name: "there", Provider: "court", Directory: outside},
	} {
		require.Contains(t, listed(first, second), want)
		require.Contains(t, listed(second, first), want)
	}
	require.Contains(t, listed(first, source.Location{Name: "there", Provider: "court", Directory: dir}), "within one another")
	require.Empty(t, listed(first, source.Location{Name: "there", Provider: "bureau", Directory: filepath.Join(dir, "2024")}))
}

func TestSJZ_15e_ManifestLiesBesideTheFile(t *testing.T) {
	dir, _ := folder(t)
	set, err := source.New([]source.Location{{Name: "here", Provider: "bureau", Directory: dir}})
	require.NoError(t, err)
	in := ofFile("a.csv")
	got, err := set.Manifest(t.Context(), in)
	require.NoError(t, err)
	require.Empty(t, got)
	in.Supply.Manifest = "a.json"
	_, err = set.Manifest(t.Context(), in)
	require.Contains(t, told(err), "no such file")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.json"), []byte(strings.Repeat("x", 100<<10)), 0o600))
	got, err = set.Manifest(t.Context(), in)
	require.NoError(t, err)
	require.Len(t, got, 64<<10+1, "longer than any manifest may be")
}
