package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/enclave/audit/verify"
)

// tree is a Merkle tree with every hash in memory.
type tree []tlog.Hash

func (h tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = h[x]
	}
	return out, nil
}

func TestRootAt(t *testing.T) {
	const size = 600
	var hashes tree
	roots := make([]tlog.Hash, size+1)
	for n := range int64(size) {
		stored, err := tlog.StoredHashes(n, fmt.Appendf(nil, "entry %d", n), hashes)
		require.NoError(t, err)
		hashes = append(hashes, stored...)
		roots[n+1], err = tlog.TreeHash(n+1, hashes)
		require.NoError(t, err)
	}
	dir := t.TempDir()
	for _, tile := range tlog.NewTiles(8, 0, size) {
		data, err := tlog.ReadTileData(tile, hashes)
		require.NoError(t, err)
		name := filepath.Join(dir, "tile", strings.TrimPrefix(tile.Path(), "tile/8/"))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
		require.NoError(t, os.WriteFile(name, data, 0o600))
	}
	for _, n := range []int64{1, 2, 255, 256, 257, 511, 512, 513, 599, 600} {
		got, err := rootAt(dir, n, verify.Report{Size: size, Root: roots[size]})
		require.NoError(t, err, n)
		require.Equal(t, roots[n], got, n)
	}
}
