package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"yumen/catalog"
)

// binary is the worker's program, opened once.
type binary struct {
	file   *os.File
	digest catalog.Digest
}

func openBinary(path string, want catalog.Digest) (*binary, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("sandbox: worker: %w", err)
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		f.Close()
		return nil, fmt.Errorf("sandbox: worker: %w", err)
	}
	digest := catalog.Digest("sha256:" + hex.EncodeToString(h.Sum(nil)))
	if want != "" && want != digest {
		f.Close()
		return nil, fmt.Errorf("sandbox: the worker's digest is %s, not %s", digest, want)
	}
	return &binary{file: f, digest: digest}, nil
}

// handed is these files with the program as the last one. The child must inherit it: a number of the gateway's own may be taken by another
// file while the child's descriptors are put in order. The cage closes it first of all.
func (b *binary) handed(files []*os.File) []*os.File { return append(files, b.file) }

func (b *binary) close() { _ = b.file.Close() }
