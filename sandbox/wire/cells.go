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

// cellsForm has three arrays: the numbers, the lists and their texts; each with a bitmap, the last two with offsets.
var cellsForm = &form{schema: cellsSchema, nodes: 3, buffers: 7}

// ReadCells reads a whole stream of the form cells with at most limit bytes, and hands over each row. The rows do not share
// memory with the stream.
func ReadCells(r io.Reader, limit int64, each func(stmt int, row Row) error) error {
	return readStream(r, cellsForm, limit, func(b *batch) error {
		if b.lengths[0] != b.rows || b.lengths[1] != b.rows || b.nulls[0] != 0 || b.nulls[1] != 0 {
			return errStream
		}
		lists := &spans{offsets: b.buffers[3], length: b.lengths[2]}
		texts := &spans{offsets: b.buffers[5], length: len(b.buffers[6])}
		for i := range b.rows {
			stmt, err := int32At(b.buffers[1], i)
			if err != nil {
				return err
			}
			from, to, err := lists.next()
			if err != nil {
				return err
			}
			row, err := textRow(b, texts, to-from)
			if err != nil {
				return err
			}
			if err := each(stmt, row); err != nil {
				return err
			}
		}
		return nil
	})
}

// textRow reads the next cells.
func textRow(b *batch, texts *spans, width int) (Row, error) {
	if width > 0 { // the last one is there before memory is taken for all of them
		if _, err := int32At(b.buffers[5], texts.i+width); err != nil {
			return nil, err
		}
	}
	row := make(Row, 0, width)
	for range width {
		is, err := present(b.buffers[4], b.nulls[2], texts.i)
		if err != nil {
			return nil, err
		}
		from, to, err := texts.next()
		if err != nil || !utf8.Valid(b.buffers[6][from:to]) {
			return nil, errStream
		}
		if !is {
			row = append(row, nil)
			continue
		}
		v := string(b.buffers[6][from:to])
		row = append(row, &v)
	}
	return row, nil
}
