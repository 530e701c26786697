package wire

import (
	"fmt"
	"io"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Row is one row of text cells; nil is NULL.
type Row = []*string

// cellsSchema is the form cells: the number of the statement and the row as text.
var cellsSchema = arrow.NewSchema([]arrow.Field{
	{Name: "stmt", Type: arrow.PrimitiveTypes.Int32},
	{Name: "row", Type: arrow.ListOf(arrow.BinaryTypes.String)},
}, nil)

// CellWriter writes a stream of the form cells.
type CellWriter struct {
	out   *ipc.Writer
	build *array.RecordBuilder
	rows  int
	bytes int
	total int64
}

// NewCellWriter starts a stream on w.
func NewCellWriter(w io.Writer) *CellWriter {
	return &CellWriter{out: ipc.NewWriter(w, ipc.WithSchema(cellsSchema)), build: array.NewRecordBuilder(memory.DefaultAllocator, cellsSchema)}
}

// Write adds one row of a statement.
func (c *CellWriter) Write(stmt int, row Row) error {
	c.build.Field(0).(*array.Int32Builder).Append(int32(stmt))
	list := c.build.Field(1).(*array.ListBuilder)
	list.Append(true)
	text := list.ValueBuilder().(*array.StringBuilder)
	for _, v := range row {
		if v == nil {
			text.AppendNull()
			continue
		}
		text.Append(*v)
		c.bytes += len(*v)
	}
	c.rows++
	c.total++
	if c.rows >= batchRows || c.bytes >= batchBytes {
		return c.flush()
	}
	return nil
}

// Rows is the number of rows written so far.
func (c *CellWriter) Rows() int64 { return c.total }

func (c *CellWriter) flush() error {
	rec := c.build.NewRecordBatch()
	defer rec.Release()
	c.rows, c.bytes = 0, 0
	if err := c.out.Write(rec); err != nil {
		return fmt.Errorf("write cells: %w", err)
	}
	return nil
}

// Close ends the stream; an empty one has its schema alone.
func (c *CellWriter) Close() error {
	if c.rows > 0 {
		if err := c.flush(); err != nil {
			return err
		}
	}
	if err := c.out.Close(); err != nil {
		return fmt.Errorf("close cells: %w", err)
	}
	return nil
}

// ReadCells reads a whole stream of the form cells with at most limit bytes, and hands over each row. The rows do not share
// memory with the stream.
func ReadCells(r io.Reader, limit int64, each func(stmt int, row Row) error) error {
	return readStream(r, cellsSchema, limit, func(rec arrow.RecordBatch) error {
		stmts, ok1 := rec.Column(0).(*array.Int32)
		lists, ok2 := rec.Column(1).(*array.List)
		if !ok1 || !ok2 || stmts.NullN() > 0 || lists.NullN() > 0 {
			return errStream
		}
		texts, ok := lists.ListValues().(*array.String)
		if !ok {
			return errStream
		}
		for i := range int(rec.NumRows()) {
			from, to := lists.ValueOffsets(i)
			row, err := textRow(texts, from, to)
			if err != nil {
				return err
			}
			if err := each(int(stmts.Value(i)), row); err != nil {
				return err
			}
		}
		return nil
	})
}

func textRow(texts *array.String, from, to int64) (Row, error) {
	if from < 0 || to < from || to > int64(texts.Len()) {
		return nil, errStream
	}
	row := make(Row, 0, to-from)
	for j := int(from); j < int(to); j++ {
		if texts.IsNull(j) {
			row = append(row, nil)
			continue
		}
		v := strings.Clone(texts.Value(j))
		row = append(row, &v)
	}
	return row, nil
}
