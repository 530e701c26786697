package catalog

import (
	"errors"
	"fmt"
)

// ErrVersionChain says that a history of versions is not the one that was written.
var ErrVersionChain = errors.New("the chain of versions is broken")

// Version is one link of a resource's history (目录链): each change of a document makes a new one that names the link before it.
type Version struct {
	Number   int    `json:"number"`             // from 1, without gaps
	Digest   Digest `json:"digest"`             // of the document's canonical form
	Previous Digest `json:"previous,omitempty"` // Link of the version before; empty for the first
}

// Link is the digest that the next version names: it covers this version and, through Previous, all before it.
func (v Version) Link() Digest {
	return DigestOf(fmt.Appendf(nil, "yumen catalog version\n%d\n%s\n%s\n", v.Number, v.Digest, v.Previous))
}

// FirstVersion begins a history.
func FirstVersion(document Digest) Version { return Version{Number: 1, Digest: document} }

// Next is the version that follows v when the document changes to the given digest.
func (v Version) Next(document Digest) Version {
	return Version{Number: v.Number + 1, Digest: document, Previous: v.Link()}
}

// CheckVersions verifies a whole history, oldest first: numbers without gaps, every link intact.
func CheckVersions(history []Version) error {
	var link Digest
	for i, v := range history {
		if v.Number != i+1 || v.Previous != link || v.Digest.Validate() != nil {
			return fmt.Errorf("%w at version %d", ErrVersionChain, i+1)
		}
		link = v.Link()
	}
	return nil
}
