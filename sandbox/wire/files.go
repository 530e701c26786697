package wire

import (
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// maxName is the longest name of a file in bytes.
const maxName = 64

// filesSchema is the form files: pieces of named files, in order.
var filesSchema = arrow.NewSchema([]arrow.Field{
	{Name: "name", Type: arrow.BinaryTypes.String},
	{Name: "chunk", Type: arrow.BinaryTypes.Binary},
}, nil)

// FileWriter writes a stream of the form files.
type FileWriter struct {
	out   *ipc.Writer
	build *array.RecordBuilder
	sizes map[string]int64
}

// NewFileWriter starts a stream on w.
func NewFileWriter(w io.Writer) *FileWriter {
	return &FileWriter{out: ipc.NewWriter(w, ipc.WithSchema(filesSchema)), build: array.NewRecordBuilder(memory.DefaultAllocator, filesSchema),
		sizes: map[string]int64{}}
}

// Copy sends a whole file under a name.
func (f *FileWriter) Copy(name string, r io.Reader) error {
	f.sizes[name] += 0
	buf := make([]byte, batchBytes)
	for {
		n, err := io.ReadFull(r, buf)
		if n > 0 {
			if werr := f.write(name, buf[:n]); werr != nil {
				return werr
			}
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return nil
		default:
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
}

func (f *FileWriter) write(name string, chunk []byte) error {
	f.build.Field(0).(*array.StringBuilder).Append(name)
	f.build.Field(1).(*array.BinaryBuilder).Append(chunk)
	f.sizes[name] += int64(len(chunk))
	rec := f.build.NewRecordBatch()
	defer rec.Release()
	if err := f.out.Write(rec); err != nil {
		return fmt.Errorf("write files: %w", err)
	}
	return nil
}

// Progress sends a percentage as a piece of the file FileProgress, which is none: it has no size.
func (f *FileWriter) Progress(percent int) error {
	err := f.write(FileProgress, []byte{byte(percent)})
	delete(f.sizes, FileProgress)
	return err
}

// Sizes is how many bytes were sent, by name.
func (f *FileWriter) Sizes() map[string]int64 { return f.sizes }

// Close ends the stream.
func (f *FileWriter) Close() error {
	if err := f.out.Close(); err != nil {
		return fmt.Errorf("close files: %w", err)
	}
	return nil
}

// filesForm has two arrays, each with a bitmap, offsets and bytes.
var filesForm = &form{schema: filesSchema, nodes: 2, buffers: 6}

// ReadFiles reads a whole stream of the form files with at most limit bytes, and hands over each piece. The piece is valid
// during the call alone.
func ReadFiles(r io.Reader, limit int64, each func(name string, chunk []byte) error) error {
	return readStream(r, filesForm, limit, func(b *batch) error {
		if b.lengths[0] != b.rows || b.lengths[1] != b.rows || b.nulls[0] != 0 || b.nulls[1] != 0 {
			return errStream
		}
		names := &spans{offsets: b.buffers[1], length: len(b.buffers[2])}
		chunks := &spans{offsets: b.buffers[4], length: len(b.buffers[5])}
		for range b.rows {
			from, to, err := names.next()
			if err != nil {
				return err
			}
			name := b.buffers[2][from:to]
			if from, to, err = chunks.next(); err != nil {
				return err
			}
			if len(name) > maxName || !utf8.Valid(name) {
				return errStream
			}
			if err := each(string(name), b.buffers[5][from:to]); err != nil {
				return err
			}
		}
		return nil
	})
}
