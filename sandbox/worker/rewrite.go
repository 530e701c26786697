package worker

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding"

	"yumen/sandbox/wire"
)

// maxWindow bounds the memory that a compressed source can ask of its decoder.
const maxWindow = 64 << 20

// expand writes what a gzip or zstd file holds.
func expand(path string, may allowance) (string, error) {
	return rewrite(path, "expanded", may, costs{costInflate, expands * costLoad}, func(in *bufio.Reader, out io.Writer) error {
		var plain io.Reader
		if head, err := in.Peek(len(magicGzip)); err == nil && string(head) == magicGzip {
			z, err := gzip.NewReader(in)
			if err != nil {
				return errDamaged
			}
			plain = z
		} else {
			z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxWindow))
			if err != nil {
				return errDamaged
			}
			defer z.Close()
			plain = z
		}
		_, err := io.Copy(out, damaged{plain})
		return err
	})
}

// decode writes a text as UTF-8. Bytes that are no text become replacement characters, which the check finds row by row.
func decode(path string, from encoding.Encoding, may allowance) (string, error) {
	return rewrite(path, "decoded", may, costs{costDecode, costLoad}, func(in *bufio.Reader, out io.Writer) error {
		_, err := io.Copy(out, from.NewDecoder().Reader(in))
		return err
	})
}

// divide writes a text whose lines end in a carriage return with line feeds instead.
func divide(path string, may allowance) (string, error) {
	return rewrite(path, "divided", may, costs{costDivide, costLoad}, func(in *bufio.Reader, out io.Writer) error {
		buf := make([]byte, sampleBytes)
		for {
			n, err := in.Read(buf)
			for i, b := range buf[:n] {
				if b == '\r' {
					buf[i] = '\n'
				}
			}
			if _, werr := out.Write(buf[:n]); werr != nil {
				return werr
			}
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
		}
	})
}

var (
	errDamaged  = errors.New("the source is damaged")
	errExpanded = errors.New("the source expands to more than it may")
)

// damaged turns whatever a decompressor says but the end into errDamaged.
type damaged struct{ r io.Reader }

func (d damaged) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if err != nil && err != io.EOF {
		err = errDamaged
	}
	return n, err
}

// costs are what a byte of a source costs in a pass over it, and in all that follows.
type costs struct{ pass, rest float64 }

// rewrite makes a file in the private directory from the one at a path.
func rewrite(path, name string, may allowance, cost costs, fill func(in *bufio.Reader, out io.Writer) error) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fail(wire.CodeOpen, err)
	}
	defer f.Close()
	target := filepath.Join(may.dir, name)
	to, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return "", fail(wire.CodeOpen, err)
	}
	defer to.Close()
	out := bufio.NewWriterSize(&bounded{to, may.bytes}, 1<<20)
	st, err := f.Stat()
	if err != nil {
		return "", fail(wire.CodeOpen, err)
	}
	may.way.begin(cost.pass*float64(st.Size()), cost.rest*float64(st.Size()))
	err = fill(bufio.NewReaderSize(&metered{Reader: f, way: may.way, total: st.Size()}, 1<<20), out)
	if err == nil {
		err = out.Flush()
	}
	var quarantined *rejection
	switch {
	case errors.As(err, &quarantined):
		return "", err
	case errors.Is(err, errDamaged):
		return "", refuse(wire.RuleDamaged)
	case errors.Is(err, errExpanded), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EFBIG):
		return "", refuse(wire.RuleTooLarge)
	case err != nil:
		return "", fail(wire.CodeOpen, err)
	}
	return target, nil
}

// move makes the copy at a path the source, and removes the one that it replaces.
func (s *source) move(path string) {
	if filepath.Dir(s.path) == filepath.Clean(s.dir) {
		_ = os.Remove(s.path) // the directory dies with the worker
	}
	s.path = path
}

// bounded is a writer that refuses more than its rest.
type bounded struct {
	w    io.Writer
	left int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errExpanded
	}
	return b.w.Write(p)
}
