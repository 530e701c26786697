package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"yumen/enclave/audit/verify"
	"yumen/internal/contexts"
)

// remember compares the verified log with the one that was verified here before, and keeps it: a gateway that rewrote its history
// and signed it anew is found by whoever saw the old one.
func (a *app) remember(dir string, r verify.Report) error {
	p, err := a.place()
	if err != nil {
		return err
	}
	if old := p.at.Log; old != nil {
		rewritten := fail(exitNotGenuine, "日志不是上次验证过的那个的延续", "the log does not go on from the one that was verified here before").
			hinting("历史被改写：用 yumen audit export 保留证据，通知审计员和监管方", "history was rewritten: keep the evidence with yumen audit export; tell the auditor and the regulator")
		if r.Size < old.Size {
			return rewritten.because(fmt.Errorf("it had %d entries, now %d", old.Size, r.Size))
		}
		root, err := rootAt(dir, old.Size, r)
		if err != nil {
			return err
		}
		if root.String() != old.Root {
			return rewritten
		}
	}
	p.at.Log = &contexts.Log{Size: r.Size, Root: r.Root.String()}
	return p.save()
}

// rootAt computes the root of a verified log when it had fewer entries, from the hash tiles of its export.
func rootAt(dir string, size int64, r verify.Report) (tlog.Hash, error) {
	if size == r.Size {
		return r.Root, nil
	}
	root, err := tlog.TreeHash(size, tlog.TileHashReader(tlog.Tree{N: r.Size, Hash: r.Root}, tileDir(dir)))
	if err != nil {
		return root, fmt.Errorf("compute the earlier root: %w", err)
	}
	return root, nil
}

// tileDir reads the hash tiles of an export (c2sp.org/tlog-tiles).
type tileDir string

// Height is the height of the tiles.
func (tileDir) Height() int { return 8 }

// ReadTiles returns the tiles' content.
func (d tileDir) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		rest, ok := strings.CutPrefix(t.Path(), "tile/8/")
		if !ok {
			return nil, errors.New("not a tile of hashes")
		}
		b, err := os.ReadFile(filepath.Join(string(d), "tile", filepath.FromSlash(rest)))
		if err != nil {
			return nil, err
		}
		out[i] = b
	}
	return out, nil
}

// SaveTiles keeps nothing: the tiles are there.
func (tileDir) SaveTiles([]tlog.Tile, [][]byte) {}
