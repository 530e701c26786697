package wire

import (
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

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

// Sizes is how many bytes were sent, by name.
func (f *FileWriter) Sizes() map[string]int64 { return f.sizes }

// Close ends the stream.
func (f *FileWriter) Close() error {
	if err := f.out.Close(); err != nil {
		return fmt.Errorf("close files: %w", err)
	}
	return nil
}

// ReadFiles reads a whole stream of the form files with at most limit bytes, and hands over each piece. The piece is valid
// during the call alone.
func ReadFiles(r io.Reader, limit int64, each func(name string, chunk []byte) error) error {
	return readStream(r, filesSchema, limit, func(rec arrow.RecordBatch) error {
		names, ok1 := rec.Column(0).(*array.String)
		chunks, ok2 := rec.Column(1).(*array.Binary)
		if !ok1 || !ok2 || names.NullN() > 0 || chunks.NullN() > 0 {
			return errStream
		}
		for i := range int(rec.NumRows()) {
			if err := each(names.Value(i), chunks.Value(i)); err != nil {
				return err
			}
		}
		return nil
	})
}
