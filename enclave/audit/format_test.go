package audit_test

import (
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/enclave/audit"
	"yumen/enclave/audit/audittest"
)

// The examples of c2sp.org/tlog-tiles.
func TestTilePaths(t *testing.T) {
	for path, tile := range map[string]audit.Tile{
		"tile/0/x001/x234/067":        {Level: 0, N: 1234067, Width: 256},
		"tile/0/x001/x234/067.p/1":    {Level: 0, N: 1234067, Width: 1},
		"tile/7/000":                  {Level: 7, N: 0, Width: 256},
		"tile/entries/000.p/255":      {Level: audit.LevelEntries, N: 0, Width: 255},
		"tile/entries/x001/000":       {Level: audit.LevelEntries, N: 1000, Width: 256},
		"tile/1/x999/999":             {Level: 1, N: 999999, Width: 256},
		"tile/1/x001/x000/000.p/17":   {Level: 1, N: 1000000, Width: 17},
		"tile/entries/x001/x000/x001": {}, // the last element has no x
	} {
		got, err := audit.ParseTile(path)
		if tile == (audit.Tile{}) {
			require.ErrorIs(t, err, audit.ErrInvalid, path)
			continue
		}
		require.NoError(t, err, path)
		require.Equal(t, tile, got)
		require.Equal(t, path, tile.Path())
	}
	for _, path := range []string{
		"", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/0000", "tile/0/1000", "tile/00/000", "tile/-1/000", "tile/8/000", "tile/x/000",
		"tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000.p/1/", "tile/0/x000/000", "tile/0/001/000",
		"tile/data/000", "/tile/0/000", "tile/0/../000", "tile/0/+01", "tile/0/00a", "tile/0/x001/x001/x001/x001/x001/x001/001", "tile/0/٠٠٠",
	} {
		_, err := audit.ParseTile(path)
		require.ErrorIs(t, err, audit.ErrInvalid, path)
	}
}

func TestTilesOfASize(t *testing.T) {
	count := map[int][2]int{} // level → full tiles, width of the partial one
	for tile := range audit.Tiles(70_000) {
		c := count[tile.Level]
		if tile.Width == audit.TileWidth {
			c[0]++
		} else {
			c[1] = tile.Width
		}
		count[tile.Level] = c
	}
	require.Equal(t, map[int][2]int{audit.LevelEntries: {273, 112}, 0: {273, 112}, 1: {1, 17}, 2: {0, 1}}, count)
	for range audit.Tiles(0) {
		t.Fatal("an empty log has no tiles")
	}
	var got []string
	for tile := range audit.Tiles(256) {
		got = append(got, tile.Path())
	}
	require.Equal(t, []string{"tile/entries/000", "tile/0/000", "tile/1/000.p/1"}, got)
}

func TestReadTileRefuses(t *testing.T) {
	l := audittest.New(t)
	l.Append(t, audittest.Story()...)
	l.View(t, func(tx audit.Reader) {
		b, err := audit.ReadTile(tx, audit.Tile{Level: 0, N: 0, Width: 7})
		require.NoError(t, err)
		require.Len(t, b, 7*tlog.HashSize)
		for _, tile := range []audit.Tile{
			{Level: 0, N: 0, Width: 8}, {Level: 0, N: 0, Width: 0}, {Level: 0, N: -1, Width: 1}, {Level: 0, N: 1, Width: 1}, {Level: 1, N: 0, Width: 1},
			{Level: -2, N: 0, Width: 1}, {Level: 9, N: 0, Width: 1}, {Level: 0, N: 1 << 60, Width: 256}, {Level: audit.LevelEntries, N: 0, Width: 8},
		} {
			_, err := audit.ReadTile(tx, tile)
			require.ErrorIs(t, err, audit.ErrInvalid, "%+v", tile)
		}
	})
}

func TestCheckpointText(t *testing.T) {
	c := audit.Checkpoint{Origin: "zone.test/log", Size: 20852163, Root: sha256.Sum256([]byte("root"))}
	got, err := audit.ParseCheckpoint(c.Text())
	require.NoError(t, err)
	require.Equal(t, c, got)
	for name, text := range map[string]string{
		"no origin":      strings.TrimPrefix(c.Text(), c.Origin),
		"leading zero":   strings.Replace(c.Text(), "20852163", "020852163", 1),
		"sign":           strings.Replace(c.Text(), "20852163", "+20852163", 1),
		"negative":       strings.Replace(c.Text(), "20852163", "-1", 1),
		"too large":      strings.Replace(c.Text(), "20852163", "9223372036854775808", 1),
		"extension":      c.Text() + "more\n",
		"empty line":     c.Text() + "\n",
		"no last line":   strings.TrimSuffix(c.Text(), "\n"),
		"short root":     strings.Replace(c.Text(), "=", "", 1),
		"spare bits":     strings.Replace(c.Text(), "=", "B=", 1),
		"carriage":       strings.ReplaceAll(c.Text(), "\n", "\r\n"),
		"empty":          "",
		"origin and end": "a\n",
	} {
		_, err := audit.ParseCheckpoint(text)
		require.ErrorIs(t, err, audit.ErrInvalid, name)
	}
}

func TestOpenCheckpoint(t *testing.T) {
	l := audittest.New(t)
	l.Append(t, audittest.Story()...)
	signed := l.Checkpoint(t)
	c, err := audit.OpenCheckpoint(signed, l.Keys)
	require.NoError(t, err)
	require.Equal(t, audittest.Origin, c.Origin)
	require.Equal(t, int64(7), c.Size)

	// A witness signs beside the log; its signature is left aside, and does not stand for the log's.
	witness, witnessKeys := audittest.Keys(t, "witness.test")
	n, err := note.Open(signed, l.Keys)
	require.NoError(t, err)
	both, err := note.Sign(n, witness)
	require.NoError(t, err)
	again, err := audit.OpenCheckpoint(both, l.Keys)
	require.NoError(t, err)
	require.Equal(t, c, again)
	_, err = audit.OpenCheckpoint(both, witnessKeys)
	require.ErrorIs(t, err, audit.ErrInvalid)

	_, sameName := audittest.Keys(t, audittest.Origin)
	for name, bad := range map[string][]byte{
		"twice":   append(signed[:len(signed):len(signed)], signed[strings.Index(string(signed), "— "):]...),
		"cut":     signed[:len(signed)-1],
		"nothing": nil,
	} {
		_, err := audit.OpenCheckpoint(bad, l.Keys)
		require.ErrorIs(t, err, audit.ErrInvalid, name)
	}
	_, err = audit.OpenCheckpoint(signed, sameName)
	require.ErrorIs(t, err, audit.ErrInvalid, "another key of the same name")
}

func proofs(t testing.TB) (out [][]byte) {
	l := audittest.New(t)
	for i, e := range audittest.Story() {
		l.Append(t, e)
		l.View(t, func(tx audit.Reader) {
			p, err := audit.Prove(tx, int64(i/2), l.Signer)
			require.NoError(t, err)
			out = append(out, p.Encode())
			p.Entry = nil
			out = append(out, p.Encode())
		})
	}
	return out
}

func TestProofText(t *testing.T) {
	for _, text := range proofs(t) {
		p, err := audit.ParseProof(text)
		require.NoError(t, err)
		require.Equal(t, string(text), string(p.Encode()))
	}
	good := string(proofs(t)[13])
	for name, bad := range map[string]string{
		"other version":   strings.Replace(good, "@v1", "@v2", 1),
		"no index":        strings.Replace(good, "index 3\n", "", 1),
		"leading zero":    strings.Replace(good, "index 3", "index 03", 1),
		"negative":        strings.Replace(good, "index 3", "index -3", 1),
		"two spaces":      strings.Replace(good, "index 3", "index  3", 1),
		"empty extra":     strings.Replace(good, "index", "extra \nindex", 1),
		"extra twice":     strings.Replace(good, "index", "extra YQ==\nextra YQ==\nindex", 1),
		"loose extra":     strings.Replace(good, "index", "extra YR==\nindex", 1),
		"extra after":     strings.Replace(good, "index 3\n", "index 3\nextra YQ==\n", 1),
		"hash too short":  strings.Replace(good, "=\n", "\n", 1),
		"carriage":        strings.Replace(good, "\n", "\r\n", 1),
		"too many hashes": strings.Replace(good, "\n\n", strings.Repeat("\n"+strings.Repeat("A", 43)+"=", 64)+"\n\n", 1),
		"no checkpoint":   good[:strings.Index(good, "\n\n")+2],
		"too large":       good + strings.Repeat("x", 1<<20),
		"nothing":         "",
	} {
		_, err := audit.ParseProof([]byte(bad))
		require.ErrorIs(t, err, audit.ErrInvalid, name)
	}
}

func FuzzParseProof(f *testing.F) {
	for _, p := range proofs(f) {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := audit.ParseProof(text)
		if err != nil {
			require.ErrorIs(t, err, audit.ErrInvalid)
			return
		}
		require.Equal(t, string(text), string(p.Encode()))
	})
}

func FuzzParseTile(f *testing.F) {
	for tile := range audit.Tiles(300_000) {
		f.Add(tile.Path())
	}
	f.Fuzz(func(t *testing.T, path string) {
		if tile, err := audit.ParseTile(path); err == nil {
			require.Equal(t, path, tile.Path())
		}
	})
}

func FuzzSplitBundle(f *testing.F) {
	f.Add([]byte{0, 1, 'a', 0, 2, 'b', 'c'}, 2)
	f.Fuzz(func(t *testing.T, b []byte, width int) {
		width = min(max(width, 0), audit.TileWidth)
		entries, err := audit.SplitBundle(b, width)
		if err == nil {
			require.Len(t, entries, width)
		}
	})
}

// Whatever opens states what was signed; only signatures of unknown keys may stand beside the log's.
func FuzzOpenCheckpoint(f *testing.F) {
	l := audittest.New(f)
	signed := l.Checkpoint(f)
	want, err := audit.OpenCheckpoint(signed, l.Keys)
	require.NoError(f, err)
	f.Add(signed)
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := audit.OpenCheckpoint(b, l.Keys); err == nil {
			require.Equal(t, want, c)
			require.True(t, strings.HasPrefix(string(b), want.Text()+"\n"))
			require.Contains(t, string(b), string(signed[len(want.Text())+1:]))
		}
	})
}
