package verify_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/enclave/audit/verify"
)

// stored is the hashes of a growing tree as x/mod/sumdb/tlog keeps them: the other implementation.
type stored struct {
	hashes []tlog.Hash
	leaves []tlog.Hash
	roots  []tlog.Hash // by size
}

func (s *stored) ReadHashes(indexes []int64) (out []tlog.Hash, err error) {
	for _, i := range indexes {
		out = append(out, s.hashes[i])
	}
	return out, nil
}

func grow(t *testing.T, n int) *stored {
	s := &stored{roots: []tlog.Hash{sha256.Sum256(nil)}}
	for i := range n {
		entry := fmt.Appendf(nil, "entry %d", i)
		h, err := tlog.StoredHashes(int64(i), entry, s)
		require.NoError(t, err)
		s.hashes = append(s.hashes, h...)
		s.leaves = append(s.leaves, verify.LeafHash(entry))
		require.Equal(t, tlog.RecordHash(entry), s.leaves[i])
		root, err := tlog.TreeHash(int64(i+1), s)
		require.NoError(t, err)
		s.roots = append(s.roots, root)
	}
	return s
}

func TestRootsAgree(t *testing.T) {
	s := grow(t, 300)
	for size, root := range s.roots {
		require.Equal(t, root, verify.Root(s.leaves[:size]), size)
	}
}

// Every entry is proven in every later tree, at its own place alone.
func TestInclusionOfAll(t *testing.T) {
	const n = 70
	s := grow(t, n)
	for size := int64(1); size <= n; size++ {
		for i := range size {
			p, err := tlog.ProveRecord(size, i, s)
			require.NoError(t, err)
			require.True(t, verify.Included(s.leaves[i], i, size, p, s.roots[size]))
			for other := range size {
				if other != i {
					require.False(t, verify.Included(s.leaves[i], other, size, p, s.roots[size]))
				}
			}
			for _, bad := range spoiled(p) {
				require.False(t, verify.Included(s.leaves[i], i, size, bad, s.roots[size]))
			}
			require.False(t, verify.Included(s.leaves[i], i, size, p, s.roots[size-1]))
		}
	}
	require.False(t, verify.Included(s.leaves[0], -1, 1, nil, s.roots[1]))
	require.False(t, verify.Included(s.leaves[0], 0, 0, nil, s.roots[0]))
}

// Every tree continues every earlier one, and no other.
func TestConsistencyOfAll(t *testing.T) {
	const n = 70
	s := grow(t, n)
	for newer := int64(1); newer <= n; newer++ {
		for older := int64(1); older < newer; older++ {
			p, err := tlog.ProveTree(newer, older, s)
			require.NoError(t, err)
			require.True(t, verify.Consistent(older, newer, s.roots[older], s.roots[newer], p))
			for _, bad := range spoiled(p) {
				require.False(t, verify.Consistent(older, newer, s.roots[older], s.roots[newer], bad))
			}
			require.False(t, verify.Consistent(older, newer, s.roots[older-1], s.roots[newer], p))
			require.False(t, verify.Consistent(older, newer, s.roots[older], s.roots[newer-1], p))
			require.False(t, verify.Consistent(newer, older, s.roots[newer], s.roots[older], p))
		}
		require.True(t, verify.Consistent(newer, newer, s.roots[newer], s.roots[newer], nil))
		require.False(t, verify.Consistent(newer, newer, s.roots[newer], s.roots[newer-1], nil))
		require.True(t, verify.Consistent(0, newer, s.roots[0], s.roots[newer], nil))
		require.False(t, verify.Consistent(0, newer, s.roots[1], s.roots[0], nil))
	}
	require.False(t, verify.Consistent(-1, 1, s.roots[0], s.roots[1], nil))
}

// spoiled is the proof with one hash changed, lost, doubled or moved.
func spoiled(p []tlog.Hash) (out [][]tlog.Hash) {
	out = append(out, append(slices.Clone(p), tlog.Hash{1}))
	for i := range p {
		flipped := slices.Clone(p)
		flipped[i][31] ^= 1
		out = append(out, flipped, slices.Delete(slices.Clone(p), i, i+1), slices.Insert(slices.Clone(p), i, p[i]))
		if i > 0 && p[i] != p[i-1] {
			swapped := slices.Clone(p)
			swapped[i], swapped[i-1] = swapped[i-1], swapped[i]
			out = append(out, swapped)
		}
	}
	return out
}
