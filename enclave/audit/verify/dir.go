package verify

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/enclave/audit"
)

// maxCheckpoint bounds a signed checkpoint, in bytes.
const maxCheckpoint = 64 << 10

// Dir verifies the export in a directory with the log's public keys. When something in it is not genuine the error is a *Fault that
// names the first bad entry, or the bad file; any other error says that the export could not be read.
func Dir(path string, keys note.Verifiers) (Report, error) {
	return Each(path, keys, func(*audit.Entry) {})
}

// Each verifies as Dir does and shows each entry to visit, in order. What visit saw counts only when the error is nil.
func Each(path string, keys note.Verifiers, visit func(*audit.Entry)) (_ Report, err error) {
	root, err := os.OpenRoot(path) // links that lead out of the export are not followed
	if err != nil {
		return Report{}, fmt.Errorf("open the export: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	return walk(root.FS(), keys, visit)
}

// FS verifies an export in a file system, as Dir does.
func FS(export fs.FS, keys note.Verifiers) (Report, error) {
	return walk(export, keys, func(*audit.Entry) {})
}

func walk(export fs.FS, keys note.Verifiers, visit func(*audit.Entry)) (Report, error) {
	signed, err := read(export, audit.FileCheckpoint, maxCheckpoint)
	if err != nil {
		return Report{}, err
	}
	c, err := audit.OpenCheckpoint(signed, keys)
	if err != nil {
		return Report{}, &Fault{Entry: -1, File: audit.FileCheckpoint, Reason: "it is not a checkpoint signed by the log's key"}
	}
	if err := complete(export, c.Size); err != nil {
		return Report{}, err
	}
	p := newPass(export, c)
	p.visit = visit
	if err := p.entries(); err != nil {
		return Report{}, err
	}
	return p.verdict()
}

// complete checks that the export holds the files of a log of this size and nothing else.
func complete(export fs.FS, size int64) error {
	missing := map[string]bool{audit.FileCheckpoint: true}
	for t := range audit.Tiles(size) {
		missing[t.Path()] = true
	}
	err := fs.WalkDir(export, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("read the export: %w", err)
		case d.IsDir():
			return nil
		case !missing[name] || !d.Type().IsRegular():
			return &Fault{Entry: -1, File: name, Reason: "it does not belong to a log of the signed size"}
		}
		delete(missing, name)
		return nil
	})
	if err != nil {
		return err
	}
	for t := range audit.Tiles(size) { // in order, so that the same fault always names the same file
		if missing[t.Path()] {
			return absent(t)
		}
	}
	return nil
}

func absent(t audit.Tile) *Fault {
	f := &Fault{Entry: -1, File: t.Path(), Reason: "it is missing"}
	if t.Level == audit.LevelEntries {
		f.Entry = t.N * audit.TileWidth
	}
	return f
}

// read returns the content of a regular file of at most max bytes.
func read(export fs.FS, name string, max int64) ([]byte, error) {
	info, err := fs.Stat(export, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &Fault{Entry: -1, File: name, Reason: "it is missing"}
	case err != nil:
		return nil, fmt.Errorf("read the export: %w", err)
	case !info.Mode().IsRegular() || info.Size() > max:
		return nil, &Fault{Entry: -1, File: name, Reason: "it is not a file, or too large"}
	}
	b, err := fs.ReadFile(export, name)
	if err != nil {
		return nil, fmt.Errorf("read the export: %w", err)
	}
	return b, nil
}

// pass is one walk over the entries of an export, in order.
type pass struct {
	export   fs.FS
	signed   audit.Checkpoint
	report   Report
	past     history
	versions chains
	actual   tree // of the entries
	stated   tree // of the leaf hashes that the tiles at level 0 state

	tiles   tileCheck
	malform *Fault // first entry that breaks a rule by itself or after those before it
	visit   func(*audit.Entry)
	differs int64 // first entry that is not the one whose hash its tile states, or -1
}

func newPass(export fs.FS, c audit.Checkpoint) *pass {
	p := &pass{visit: func(*audit.Entry) {}, export: export, signed: c, past: history{}, versions: chains{}, differs: -1,
		report: Report{Origin: c.Origin, Size: c.Size, Root: c.Root}, tiles: tileCheck{export: export}}
	p.actual.perfect = p.tiles.add
	return p
}

// entries reads every bundle and keeps what is wrong for the verdict. An error ends the walk at once.
func (p *pass) entries() error {
	for t := range audit.Tiles(p.signed.Size) {
		if t.Level != audit.LevelEntries {
			break // the tiles of hashes come after the bundles; tileCheck reads them
		}
		b, err := read(p.export, t.Path(), int64(t.Width)*(2+audit.MaxEntry))
		if err != nil {
			return err
		}
		stated, err := readHashes(p.export, audit.Tile{Level: 0, N: t.N, Width: t.Width})
		if err != nil {
			return err
		}
		entries, err := audit.SplitBundle(b, t.Width)
		for i, e := range entries {
			p.entry(t.N*audit.TileWidth+int64(i), e, stated[i])
		}
		if err != nil {
			return p.broken(t, len(entries))
		}
	}
	return p.tiles.finish()
}

func (p *pass) entry(n int64, e []byte, stated tlog.Hash) {
	leaf := leafHash(e)
	if leaf != stated && p.differs < 0 {
		p.differs = n
	}
	p.actual.append(leaf)
	p.stated.append(stated)
	if p.malform == nil {
		if reason := p.judge(n, e); reason != "" {
			p.malform = &Fault{Entry: n, Reason: reason}
		}
	}
}

// broken is the fault of a bundle whose lengths do not fit after some entries; one before them may be bad already.
func (p *pass) broken(t audit.Tile, whole int) error {
	f := &Fault{Entry: t.N*audit.TileWidth + int64(min(whole, t.Width-1)), File: t.Path(), Reason: "the lengths of the bundle's entries do not fit"}
	if p.differs >= 0 {
		f.Entry = min(f.Entry, p.differs)
	}
	return f
}

// judge returns what is wrong with the entry as the n-th one, or "".
func (p *pass) judge(n int64, b []byte) string {
	e, err := audit.Decode(b)
	switch {
	case err != nil:
		return "it is not an entry in canonical form"
	case e.Seq != n:
		return "it has another number than its place"
	case e.Time < p.report.To:
		return "it is earlier than the entry before"
	}
	if n == 0 {
		p.report.From = e.Time
	}
	p.report.To = e.Time
	if broken := cmp.Or(p.past.judge(&e), p.versions.judge(&e)); broken != "" {
		return "it breaks the rule: " + broken
	}
	p.visit(&e)
	return ""
}

// verdict weighs what the walk found. If the entries give the signed root they are what the key vouched for, and the fault is in how
// they were logged or in a tile. Otherwise the stated hashes name the first bad entry, if they themselves give the signed root.
func (p *pass) verdict() (Report, error) {
	if p.actual.root() == p.signed.Root {
		switch {
		case p.malform != nil:
			return Report{}, p.malform
		case p.tiles.bad != nil:
			return Report{}, p.tiles.bad
		}
		return p.report, nil
	}
	switch {
	case p.differs >= 0 && p.stated.root() == p.signed.Root:
		return Report{}, &Fault{Entry: p.differs, Reason: "it is not the entry that was signed"}
	case p.malform != nil && (p.differs < 0 || p.malform.Entry <= p.differs):
		return Report{}, p.malform
	case p.differs >= 0:
		return Report{}, &Fault{Entry: p.differs, Reason: "it is not the entry whose hash is in its tile, and the tiles are not what was signed"}
	}
	return Report{}, &Fault{Entry: -1, Reason: "the entries do not give the signed root"}
}

// readHashes returns the hashes that a tile states.
func readHashes(export fs.FS, t audit.Tile) ([]tlog.Hash, error) {
	b, err := read(export, t.Path(), audit.TileWidth*tlog.HashSize)
	if err != nil {
		return nil, err
	}
	if len(b) != t.Width*tlog.HashSize {
		return nil, &Fault{Entry: -1, File: t.Path(), Reason: "it has not the size of its hashes"}
	}
	out := make([]tlog.Hash, t.Width)
	for i := range out {
		copy(out[i][:], b[i*tlog.HashSize:])
	}
	return out, nil
}

// tileCheck computes every tile from the entries and compares it with the export's.
type tileCheck struct {
	export fs.FS
	levels []levelTile // by level
	bad    *Fault      // first tile that differs
	err    error       // first one that could not be read
}

// levelTile is the tile that is being filled at a level.
type levelTile struct {
	n       int64
	content []byte
}

// add takes the root of a perfect subtree; those of height 8·L are the hashes of level L.
func (c *tileCheck) add(height int, root tlog.Hash) {
	if height%8 != 0 {
		return
	}
	level := height / 8
	if level == len(c.levels) {
		c.levels = append(c.levels, levelTile{})
	}
	l := &c.levels[level]
	l.content = append(l.content, root[:]...)
	if len(l.content) == audit.TileWidth*tlog.HashSize {
		c.compare(level)
		l.n, l.content = l.n+1, l.content[:0]
	}
}

func (c *tileCheck) compare(level int) {
	l := c.levels[level]
	t := audit.Tile{Level: level, N: l.n, Width: len(l.content) / tlog.HashSize}
	b, err := read(c.export, t.Path(), audit.TileWidth*tlog.HashSize)
	var f *Fault
	switch {
	case errors.As(err, &f):
	case err != nil:
		c.err = errors.Join(c.err, err)
	case !bytes.Equal(b, l.content):
		f = &Fault{Entry: -1, File: t.Path(), Reason: "it does not hold the hashes of the entries"}
	}
	if c.bad == nil {
		c.bad = f
	}
}

// finish compares the partial tiles.
func (c *tileCheck) finish() error {
	for level := range c.levels {
		if len(c.levels[level].content) > 0 {
			c.compare(level)
		}
	}
	return c.err
}
