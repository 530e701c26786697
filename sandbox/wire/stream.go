package wire

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Bounds of one message of a stream. Encoders stay well under them, decoders refuse more.
const (
	maxMetadata = 64 << 10
	maxBody     = 32 << 20
	batchBytes  = 1 << 20
	batchRows   = 2048
)

// ErrLimit says that a stream is larger than allowed.
var ErrLimit = errors.New("stream is over its limit")

// errStream is every malformed stream; its cause may quote what was read and stays out.
var errStream = errors.New("stream is malformed")

// readStream calls each for every record batch of a stream of exactly this schema and at most limit bytes. The stream must
// end where the bytes end. A panic of the decoder is a malformed stream.
func readStream(r io.Reader, want *arrow.Schema, limit int64, each func(arrow.RecordBatch) error) (err error) {
	defer func() {
		if recover() != nil {
			err = errStream
		}
	}()
	capped := &cappedReader{r: r, left: limit}
	mem := &cappedAllocator{left: 2*limit + maxBody}
	in, err := ipc.NewReader(capped, ipc.WithAllocator(mem), ipc.WithSchema(want),
		ipc.WithMetadataSizeLimit(maxMetadata), ipc.WithBodySizeLimit(maxBody))
	if err != nil {
		return streamError(capped)
	}
	defer in.Release()
	for in.Next() {
		if err := each(in.RecordBatch()); err != nil {
			return err
		}
	}
	if in.Err() != nil || capped.over {
		return streamError(capped)
	}
	var one [1]byte
	if n, err := capped.Read(one[:]); n != 0 || !errors.Is(err, io.EOF) {
		return streamError(capped)
	}
	return nil
}

func streamError(c *cappedReader) error {
	if c.over {
		return ErrLimit
	}
	return errStream
}

// cappedReader fails once more than left bytes were read.
type cappedReader struct {
	r    io.Reader
	left int64
	over bool
}

// Read implements io.Reader.
func (c *cappedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		c.over = true
		return 0, ErrLimit
	}
	return n, err
}

// cappedAllocator panics when a stream asks for more memory than it may, which readStream turns into an error.
type cappedAllocator struct {
	memory.GoAllocator
	left int64
}

// Allocate implements memory.Allocator.
func (a *cappedAllocator) Allocate(size int) []byte {
	a.charge(size)
	return a.GoAllocator.Allocate(size)
}

// Reallocate implements memory.Allocator.
func (a *cappedAllocator) Reallocate(size int, b []byte) []byte {
	a.charge(size)
	return a.GoAllocator.Reallocate(size, b)
}

func (a *cappedAllocator) charge(size int) {
	if size < 0 || atomic.AddInt64(&a.left, -int64(size)) < 0 {
		panic(fmt.Sprintf("allocation of %d bytes", size))
	}
}
