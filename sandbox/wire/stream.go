package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
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

// form is one of the two schemas that a stream may have, with its arrays in the order of the format.
type form struct {
	schema  *arrow.Schema
	nodes   int // arrays, nested ones included
	buffers int
}

// start is how every stream of the form begins: the schema message, as the encoder writes it.
func (f *form) start() ([]byte, error) {
	var b bytes.Buffer
	w := ipc.NewWriter(&b, ipc.WithSchema(f.schema))
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes()[:b.Len()-8], nil // without the end mark
}

// batch is one record batch: the length of every array, and the buffers, all inside the body.
type batch struct {
	rows    int
	lengths []int
	nulls   []int
	buffers [][]byte
	body    []byte // what the buffers are parts of
}

// readStream calls each for every batch of a stream of exactly this form and at most limit bytes, up to its end mark, where the
// bytes must end too.
//
// The decoder of the Arrow library is not used: a few bytes of metadata can make it ask for more memory than there is, which
// no recover can catch. This one accepts the two forms of this package and trusts no length.
func readStream(r io.Reader, f *form, limit int64, each func(*batch) error) (err error) {
	defer func() {
		if recover() != nil {
			err = errStream
		}
	}()
	in := &cappedReader{r: r, left: limit}
	start, err := f.start()
	if err != nil {
		return err
	}
	head := make([]byte, len(start))
	if _, err := io.ReadFull(in, head); err != nil || !bytes.Equal(head, start) {
		return in.malformed()
	}
	for {
		b, err := readBatch(in, f)
		if err != nil {
			return in.malformed()
		}
		if b == nil {
			break
		}
		err = each(b)
		clear(b.body) // what has been handed over is kept by whoever needs it, and by nobody else
		if err != nil {
			return err
		}
	}
	if n, err := in.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		return in.malformed()
	}
	return nil
}

// readBatch reads one message; nil is the end mark.
func readBatch(in io.Reader, f *form) (*batch, error) {
	var head [8]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(head[4:])
	switch {
	case binary.LittleEndian.Uint32(head[:]) != 0xffffffff || size > maxMetadata:
		return nil, errStream
	case size == 0:
		return nil, nil
	}
	meta := make([]byte, size)
	if _, err := io.ReadFull(in, meta); err != nil {
		return nil, err
	}
	m, err := parseMessage(meta)
	if err != nil {
		return nil, err
	}
	if m.body < 0 || m.body > maxBody || len(m.nodes) != f.nodes || len(m.buffers) != f.buffers {
		return nil, errStream
	}
	body := make([]byte, m.body)
	if _, err := io.ReadFull(in, body); err != nil {
		return nil, err
	}
	return m.cut(body)
}

// cut takes the buffers out of the body.
func (m *message) cut(body []byte) (*batch, error) {
	b := &batch{body: body}
	var ok bool
	if b.rows, ok = small(m.rows); !ok {
		return nil, errStream
	}
	for _, n := range m.nodes {
		length, ok1 := small(n[0])
		nulls, ok2 := small(n[1])
		if !ok1 || !ok2 || nulls > length {
			return nil, errStream
		}
		b.lengths, b.nulls = append(b.lengths, length), append(b.nulls, nulls)
	}
	for _, x := range m.buffers {
		offset, size := x[0], x[1]
		if offset < 0 || size < 0 || offset > int64(len(body)) || size > int64(len(body))-offset {
			return nil, errStream
		}
		b.buffers = append(b.buffers, body[offset:offset+size])
	}
	return b, nil
}

// small is a count that fits a message.
func small(n int64) (int, bool) { return int(n), n >= 0 && n <= maxBody }

// present reports whether element i of an array is not NULL. An array without NULLs needs no bitmap.
func present(bitmap []byte, nulls, i int) (bool, error) {
	if nulls == 0 {
		return true, nil
	}
	if i/8 >= len(bitmap) {
		return false, errStream
	}
	return bitmap[i/8]&(1<<(i%8)) != 0, nil
}

// int32At is element i of a buffer of 32-bit integers.
func int32At(b []byte, i int) (int, error) {
	if i < 0 || i > (len(b)-4)/4 || len(b) < 4 {
		return 0, errStream
	}
	return int(int32(binary.LittleEndian.Uint32(b[4*i:]))), nil
}

// spans walks the elements of a list, text or binary array over something of a length. Each element must begin where the one
// before ended, so that no byte can be counted twice and a small stream cannot stand for a large one.
type spans struct {
	offsets []byte
	length  int
	i, last int
}

// next returns the range of the next element.
func (s *spans) next() (from, to int, err error) {
	if from, err = int32At(s.offsets, s.i); err != nil {
		return 0, 0, err
	}
	if to, err = int32At(s.offsets, s.i+1); err != nil {
		return 0, 0, err
	}
	if from != s.last || to < from || to > s.length {
		return 0, 0, errStream
	}
	s.i++
	s.last = to
	return from, to, nil
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

func (c *cappedReader) malformed() error {
	if c.over {
		return ErrLimit
	}
	return errStream
}
