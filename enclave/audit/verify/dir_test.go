package verify_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/audit/audittest"
	"yumen/enclave/audit/verify"
)

func fault(t *testing.T, err error) *verify.Fault {
	t.Helper()
	var f *verify.Fault
	require.ErrorAs(t, err, &f)
	require.ErrorIs(t, err, verify.ErrNotGenuine)
	return f
}

// copied is the export with files of its own.
func copied(export fstest.MapFS) fstest.MapFS {
	out := fstest.MapFS{}
	for name, f := range export {
		out[name] = &fstest.MapFile{Data: slices.Clone(f.Data), Mode: f.Mode}
	}
	return out
}

func TestIntactLog(t *testing.T) {
	l := audittest.New(t)
	report, err := verify.FS(l.Export(t), l.Keys)
	require.NoError(t, err)
	require.Equal(t, verify.Report{Origin: audittest.Origin, Root: verify.Root(nil)}, report)

	l.Append(t, audittest.Story()...)
	dir := filepath.Join(t.TempDir(), "export")
	l.View(t, func(tx audit.Reader) { require.NoError(t, audit.ExportDir(tx, l.Signer, dir)) })
	report, err = verify.Dir(dir, l.Keys)
	require.NoError(t, err)
	c, err := audit.OpenCheckpoint(l.Checkpoint(t), l.Keys)
	require.NoError(t, err)
	require.Equal(t, verify.Report{Origin: audittest.Origin, Size: 7, Root: c.Root, From: 1000, To: 1006}, report)
}

// longLog has enough entries for full tiles and a tile at level 1.
func longLog(t *testing.T, n int) *audittest.Log {
	l := audittest.New(t)
	var entries []audit.Entry
	for i := range n {
		e := audittest.Story()[2]
		e.Time, e.Subject = int64(1000+i), audittest.ID(catalog.PrefixRun, i)
		entries = append(entries, e)
	}
	l.Append(t, entries...)
	return l
}

// Each byte of each file of a small export has one of its bits flipped, and that is found. A flip inside one entry names that entry.
func TestEveryFlippedByteIsFound(t *testing.T) {
	l := audittest.New(t)
	places := l.Append(t, audittest.Story()...)
	export := l.Export(t)
	require.Len(t, export, 3)
	for name, f := range export {
		for i := range f.Data {
			f.Data[i] ^= 1 << (i % 8)
			_, err := verify.FS(export, l.Keys)
			bad := fault(t, err)
			switch name {
			case audit.FileCheckpoint:
				require.Equal(t, name, bad.File)
			case "tile/entries/000.p/7":
				require.Equal(t, entryAt(places, i), bad.Entry, "byte %d: %v", i, bad)
			default:
				require.Equal(t, name, bad.File)
			}
			f.Data[i] ^= 1 << (i % 8)
		}
	}
	_, err := verify.FS(export, l.Keys)
	require.NoError(t, err)
}

// entryAt is the number of the entry to which a byte of the bundle belongs, its length included.
func entryAt(places []audit.Place, at int) int64 {
	for _, p := range places {
		if at < 2+len(p.Entry) {
			return p.Seq
		}
		at -= 2 + len(p.Entry)
	}
	return -1
}

// In a log with several tiles and levels one byte in many is flipped, and every byte of the tile at level 1.
func TestFlippedBytesOfALongLog(t *testing.T) {
	l := longLog(t, 600)
	export := l.Export(t)
	require.ElementsMatch(t, []string{"checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2",
		"tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"}, slices.Collect(maps.Keys(export)))
	for name, f := range export {
		step := max(1, len(f.Data)/11)
		if name == "tile/1/000.p/2" {
			step = 4
		}
		for i := 0; i < len(f.Data); i += step {
			f.Data[i] ^= 0x20
			_, err := verify.FS(export, l.Keys)
			bad := fault(t, err)
			if bad.Entry < 0 {
				require.Equal(t, name, bad.File)
			}
			f.Data[i] ^= 0x20
		}
	}
}

func TestExportOfTheWrongFiles(t *testing.T) {
	l := longLog(t, 300)
	good := l.Export(t)
	for name, spoil := range map[string]func(x fstest.MapFS){
		"no checkpoint":      func(x fstest.MapFS) { delete(x, "checkpoint") },
		"no bundle":          func(x fstest.MapFS) { delete(x, "tile/entries/001.p/44") },
		"no tile":            func(x fstest.MapFS) { delete(x, "tile/0/000") },
		"no upper tile":      func(x fstest.MapFS) { delete(x, "tile/1/000.p/1") },
		"one file more":      func(x fstest.MapFS) { x["notes.txt"] = &fstest.MapFile{Data: []byte("x")} },
		"a key in the log":   func(x fstest.MapFS) { x["log.pub"] = &fstest.MapFile{Data: []byte("x")} },
		"older partial tile": func(x fstest.MapFS) { x["tile/0/001.p/43"] = x["tile/0/001.p/44"] },
		"a link":             func(x fstest.MapFS) { x["tile/0/000"].Mode = fs.ModeSymlink },
		"cut tile":           func(x fstest.MapFS) { x["tile/0/000"].Data = x["tile/0/000"].Data[1:] },
		"longer tile":        func(x fstest.MapFS) { x["tile/1/000.p/1"].Data = append(x["tile/1/000.p/1"].Data, 0) },
		"cut bundle":         func(x fstest.MapFS) { x["tile/entries/000"].Data = x["tile/entries/000"].Data[:9000] },
		"longer bundle": func(x fstest.MapFS) {
			x["tile/entries/000"].Data = append(x["tile/entries/000"].Data, 0)
		},
		"bundles exchanged": func(x fstest.MapFS) { x["tile/entries/000"].Data = x["tile/entries/001.p/44"].Data },
		"empty bundle":      func(x fstest.MapFS) { x["tile/entries/000"].Data = nil },
		"huge checkpoint":   func(x fstest.MapFS) { x["checkpoint"].Data = make([]byte, 1<<20) },
	} {
		export := copied(good)
		spoil(export)
		_, err := verify.FS(export, l.Keys)
		require.ErrorIs(t, err, verify.ErrNotGenuine, name)
	}
	_, err := verify.Dir(filepath.Join(t.TempDir(), "absent"), l.Keys)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NotErrorIs(t, err, verify.ErrNotGenuine, "what cannot be read is not proven to be forged")
}

func TestKeysDecide(t *testing.T) {
	l, other := audittest.New(t), audittest.New(t)
	l.Append(t, audittest.Story()...)
	export := l.Export(t)
	_, err := verify.FS(export, other.Keys)
	require.Equal(t, "checkpoint", fault(t, err).File)
	_, err = verify.FS(export, note.VerifierList())
	require.Equal(t, "checkpoint", fault(t, err).File)

	// A checkpoint of another size of the same log, and of another log under the same keys' origin.
	earlier := copied(export)
	l.Append(t, audittest.Entry(2000, audit.ActionSessionClose, audittest.Person("bank_a"), "", "closed"))
	earlier["checkpoint"].Data = l.Checkpoint(t)
	_, err = verify.FS(earlier, l.Keys)
	require.Error(t, err)
	require.ErrorIs(t, err, verify.ErrNotGenuine)
}

// An attacker who holds the files but no key changes an entry and everything that follows from it, except the signature.
func TestRewrittenTiles(t *testing.T) {
	l := audittest.New(t)
	l.Append(t, audittest.Story()...)
	forged := audittest.New(t)
	story := audittest.Story()
	story[4].Outcome = "reject"
	forged.Append(t, story...)
	export := forged.Export(t)
	export["checkpoint"].Data = l.Checkpoint(t)
	_, err := verify.FS(export, l.Keys)
	require.Equal(t, int64(-1), fault(t, err).Entry)
	require.Contains(t, err.Error(), "do not give the signed root")

	export["tile/0/000.p/7"].Data = l.Export(t)["tile/0/000.p/7"].Data // the true hashes name the forged entry
	_, err = verify.FS(export, l.Keys)
	require.Equal(t, int64(4), fault(t, err).Entry)
}

// A writer who holds the key cannot make a log pass whose entries are malformed, misnumbered or out of time.
func TestSignedNonsense(t *testing.T) {
	encode := func(seq, time int64) []byte {
		e := audittest.Entry(time, audit.ActionSessionOpen, audittest.Person("bank_a"), "", "opened")
		e.V, e.Seq = audit.Version, seq
		b, err := e.Encode()
		require.NoError(t, err)
		return b
	}
	for name, c := range map[string]struct {
		entries [][]byte
		bad     int64
	}{
		"not an entry":   {[][]byte{encode(0, 5), []byte("{}")}, 1},
		"not canonical":  {[][]byte{append([]byte(" "), encode(0, 5)...)}, 0},
		"wrong number":   {[][]byte{encode(0, 5), encode(2, 6)}, 1},
		"number twice":   {[][]byte{encode(0, 5), encode(0, 5)}, 1},
		"earlier":        {[][]byte{encode(0, 5), encode(1, 6), encode(2, 4)}, 2},
		"two, the first": {[][]byte{encode(0, 5), encode(5, 6), []byte("x")}, 1},
	} {
		l := audittest.New(t)
		l.AppendRaw(t, c.entries...)
		_, err := verify.FS(l.Export(t), l.Keys)
		require.Equal(t, c.bad, fault(t, err).Entry, name)
	}
}

// A file system that fails is reported as such.
type failing struct{ fstest.MapFS }

var errRead = errors.New("read fault")

func (f failing) ReadFile(name string) ([]byte, error) {
	if name == "tile/entries/000.p/7" {
		return nil, errRead
	}
	return f.MapFS.ReadFile(name)
}

func TestReadFault(t *testing.T) {
	l := audittest.New(t)
	l.Append(t, audittest.Story()...)
	_, err := verify.FS(failing{l.Export(t)}, l.Keys)
	require.ErrorIs(t, err, errRead)
	require.NotErrorIs(t, err, verify.ErrNotGenuine)
}

// Each appended entry leaves a log that is intact and continues every log before it.
func TestEverySizeContinuesEveryOther(t *testing.T) {
	const n = 40
	l := audittest.New(t)
	checkpoints := [][]byte{l.Checkpoint(t)}
	for i := range n {
		l.Append(t, audittest.Entry(int64(1+i), audit.ActionSessionOpen, audittest.Person(fmt.Sprint("a", i)), "", "opened"))
		checkpoints = append(checkpoints, l.Checkpoint(t))
		_, err := verify.FS(l.Export(t), l.Keys)
		require.NoError(t, err)
	}
	l.View(t, func(tx audit.Reader) {
		for newer := range checkpoints {
			for older := range checkpoints[:newer+1] {
				p, err := audit.Consistency(tx, int64(older), int64(newer))
				require.NoError(t, err)
				require.NoError(t, verify.Consistency(checkpoints[older], checkpoints[newer], p, l.Keys))
				if older != newer {
					require.ErrorIs(t, verify.Consistency(checkpoints[newer], checkpoints[older], p, l.Keys), verify.ErrNotGenuine)
				}
				if older > 0 {
					forked := append([]tlog.Hash{{1}}, p...)
					require.ErrorIs(t, verify.Consistency(checkpoints[older], checkpoints[newer], forked, l.Keys), verify.ErrNotGenuine)
				}
			}
		}
	})
	other := audittest.New(t)
	require.ErrorIs(t, verify.Consistency(other.Checkpoint(t), checkpoints[1], nil, l.Keys), verify.ErrNotGenuine)
	require.ErrorIs(t, verify.Consistency(checkpoints[1], other.Checkpoint(t), nil, l.Keys), verify.ErrNotGenuine)
}
