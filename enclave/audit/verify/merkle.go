package verify

import (
	"crypto/sha256"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// leafHash is MTH({d}) of RFC 6962 §2.1.
func leafHash(entry []byte) tlog.Hash {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(entry)
	return tlog.Hash(h.Sum(nil))
}

// nodeHash is the hash of an inner node, RFC 6962 §2.1.
func nodeHash(left, right tlog.Hash) tlog.Hash {
	var b [1 + 2*tlog.HashSize]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+tlog.HashSize:], right[:])
	return sha256.Sum256(b[:])
}

// tree is a Merkle tree that grows leaf by leaf and keeps only the roots of its perfect subtrees, the greatest first: one for each bit
// that is set in size.
type tree struct {
	size  int64
	roots []tlog.Hash
	// perfect, if set, is told of each perfect subtree as it is completed: its height (0 for a leaf) and root.
	perfect func(height int, root tlog.Hash)
}

func (t *tree) append(leaf tlog.Hash) {
	h, height := leaf, 0
	t.completed(height, h)
	for n := t.size; n&1 == 1; n >>= 1 {
		last := len(t.roots) - 1
		h = nodeHash(t.roots[last], h)
		t.roots = t.roots[:last]
		height++
		t.completed(height, h)
	}
	t.roots = append(t.roots, h)
	t.size++
}

func (t *tree) completed(height int, root tlog.Hash) {
	if t.perfect != nil {
		t.perfect(height, root)
	}
}

// root is MTH of RFC 6962 §2.1: the perfect subtrees joined from the smallest on.
func (t *tree) root() tlog.Hash {
	if t.size == 0 {
		return sha256.Sum256(nil)
	}
	h := t.roots[len(t.roots)-1]
	for i := len(t.roots) - 2; i >= 0; i-- {
		h = nodeHash(t.roots[i], h)
	}
	return h
}

// included checks a path as RFC 9162 §2.1.3.2 does.
func included(leaf tlog.Hash, index, size int64, path []tlog.Hash, root tlog.Hash) bool {
	if index < 0 || index >= size {
		return false
	}
	fn, sn, r := index, size-1, leaf
	for _, p := range path {
		if sn == 0 {
			return false
		}
		if fn&1 == 1 || fn == sn {
			r = nodeHash(p, r)
			skip := bits.TrailingZeros64(uint64(fn)) // to where fn is a right child; fn > 0, since fn = sn = 0 was refused
			fn, sn = fn>>skip, sn>>skip
		} else {
			r = nodeHash(r, p)
		}
		fn, sn = fn>>1, sn>>1
	}
	return sn == 0 && r == root
}

// consistent checks a consistency proof as RFC 9162 §2.1.4.2 does; the empty tree is a beginning of every tree.
func consistent(oldSize, newSize int64, oldRoot, newRoot tlog.Hash, proof []tlog.Hash) bool {
	switch {
	case oldSize < 0 || oldSize > newSize:
		return false
	case oldSize == newSize:
		return len(proof) == 0 && oldRoot == newRoot
	case oldSize == 0:
		return len(proof) == 0 && oldRoot == sha256.Sum256(nil)
	}
	if oldSize&(oldSize-1) == 0 { // the old tree is perfect: its root is a node of the new one
		proof = append([]tlog.Hash{oldRoot}, proof...)
	}
	if len(proof) == 0 {
		return false
	}
	fn, sn := oldSize-1, newSize-1
	skip := bits.TrailingZeros64(^uint64(fn))
	fn, sn = fn>>skip, sn>>skip
	fr, sr := proof[0], proof[0]
	for _, c := range proof[1:] {
		if sn == 0 {
			return false
		}
		if fn&1 == 1 || fn == sn {
			fr, sr = nodeHash(c, fr), nodeHash(c, sr)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			sr = nodeHash(sr, c)
		}
		fn, sn = fn>>1, sn>>1
	}
	return sn == 0 && fr == oldRoot && sr == newRoot
}
