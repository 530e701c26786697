package verify

import "golang.org/x/mod/sumdb/tlog"

// Root is the root of a tree of these leaf hashes.
func Root(leaves []tlog.Hash) tlog.Hash {
	var t tree
	for _, l := range leaves {
		t.append(l)
	}
	return t.root()
}

// The primitives, for comparison with another implementation.
var (
	LeafHash   = leafHash
	Included   = included
	Consistent = consistent
)
