package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"yumen/catalog"
)

// binary is the worker's program, opened once.
type binary struct {
	fd     int
	digest catalog.Digest
}

// aboveInherited is where the program's descriptor lives: a worker is started as /proc/self/fd/N, and N must be above every
// descriptor that the child inherits, or the child would execute its own pipe.
const aboveInherited = 100

func openBinary(path string, want catalog.Digest) (*binary, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("sandbox: worker: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, fmt.Errorf("sandbox: worker: %w", err)
	}
	digest := catalog.Digest("sha256:" + hex.EncodeToString(h.Sum(nil)))
	if want != "" && want != digest {
		return nil, fmt.Errorf("sandbox: the worker's digest is %s, not %s", digest, want)
	}
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, aboveInherited)
	if err != nil {
		return nil, fmt.Errorf("sandbox: worker: %w", err)
	}
	return &binary{fd: fd, digest: digest}, nil
}

func (b *binary) path() string { return fmt.Sprintf("/proc/self/fd/%d", b.fd) }

func (b *binary) close() { _ = unix.Close(b.fd) }
