package wire

import "encoding/binary"

// message is the metadata of a record batch: what the format calls Message and RecordBatch (Arrow columnar format, "Encapsulated
// message format"; the bytes are a FlatBuffer).
type message struct {
	body    int64
	rows    int64
	nodes   [][2]int64 // length and NULLs of every array
	buffers [][2]int64 // offset and length in the body
}

// The header types and field numbers of the format.
const (
	headerRecordBatch = 3

	fieldMessageType   = 1
	fieldMessageHeader = 2
	fieldMessageBody   = 3
	fieldMessageCustom = 4

	fieldBatchLength      = 0
	fieldBatchNodes       = 1
	fieldBatchBuffers     = 2
	fieldBatchCompression = 3
	fieldBatchVariadic    = 4
)

// maxVector is the longest vector in the metadata of either form.
const maxVector = 16

// parseMessage reads the metadata of a record batch that is neither compressed nor annotated.
func parseMessage(b []byte) (*message, error) {
	f := flat(b)
	root, err := f.follow(0)
	if err != nil {
		return nil, err
	}
	typ, err := f.field(root, fieldMessageType, 1)
	if err != nil || typ == nil || typ[0] != headerRecordBatch {
		return nil, errStream
	}
	m := &message{}
	if m.body, err = f.number(root, fieldMessageBody); err != nil {
		return nil, err
	}
	batch, err := f.child(root, fieldMessageHeader)
	if err != nil || batch < 0 || f.has(root, fieldMessageCustom) || f.has(batch, fieldBatchCompression) || f.has(batch, fieldBatchVariadic) {
		return nil, errStream
	}
	if m.rows, err = f.number(batch, fieldBatchLength); err != nil {
		return nil, err
	}
	if m.nodes, err = f.pairs(batch, fieldBatchNodes); err != nil {
		return nil, err
	}
	m.buffers, err = f.pairs(batch, fieldBatchBuffers)
	return m, err
}

// flat reads a FlatBuffer whose every offset may lie.
type flat []byte

// at returns size bytes at an offset.
func (f flat) at(offset, size int) ([]byte, error) {
	if offset < 0 || size < 0 || offset > len(f) || size > len(f)-offset {
		return nil, errStream
	}
	return f[offset : offset+size], nil
}

// follow returns where the offset that is stored at a place points to.
func (f flat) follow(place int) (int, error) {
	b, err := f.at(place, 4)
	if err != nil {
		return -1, err
	}
	to := int64(place) + int64(binary.LittleEndian.Uint32(b))
	if to >= int64(len(f)) {
		return -1, errStream
	}
	return int(to), nil
}

// place is where field n of a table is stored, -1 when the table does not have it.
func (f flat) place(table, n int) (int, error) {
	b, err := f.at(table, 4)
	if err != nil {
		return -1, err
	}
	vtable := int64(table) - int64(int32(binary.LittleEndian.Uint32(b)))
	if vtable < 0 || vtable >= int64(len(f)) {
		return -1, errStream
	}
	if b, err = f.at(int(vtable), 2); err != nil {
		return -1, err
	}
	slot := 4 + 2*n
	if slot+2 > int(binary.LittleEndian.Uint16(b)) {
		return -1, nil
	}
	if b, err = f.at(int(vtable)+slot, 2); err != nil {
		return -1, err
	}
	offset := int(binary.LittleEndian.Uint16(b))
	if offset == 0 {
		return -1, nil
	}
	return table + offset, nil
}

// has reports whether a table has a field; a table that cannot be read has it.
func (f flat) has(table, n int) bool {
	place, err := f.place(table, n)
	return err != nil || place >= 0
}

// field returns the bytes of a field, nil when the table does not have it.
func (f flat) field(table, n, size int) ([]byte, error) {
	place, err := f.place(table, n)
	if err != nil || place < 0 {
		return nil, err
	}
	return f.at(place, size)
}

// number is a 64-bit field; the default is zero.
func (f flat) number(table, n int) (int64, error) {
	b, err := f.field(table, n, 8)
	if err != nil || b == nil {
		return 0, err
	}
	return int64(binary.LittleEndian.Uint64(b)), nil
}

// child is the table or vector that a field points to, -1 when there is none.
func (f flat) child(table, n int) (int, error) {
	place, err := f.place(table, n)
	if err != nil || place < 0 {
		return -1, err
	}
	return f.follow(place)
}

// pairs is a vector of structs of two 64-bit numbers.
func (f flat) pairs(table, n int) ([][2]int64, error) {
	vector, err := f.child(table, n)
	if err != nil || vector < 0 {
		return nil, err
	}
	b, err := f.at(vector, 4)
	if err != nil {
		return nil, err
	}
	count := binary.LittleEndian.Uint32(b)
	if count > maxVector {
		return nil, errStream
	}
	if b, err = f.at(vector+4, 16*int(count)); err != nil {
		return nil, err
	}
	out := make([][2]int64, count)
	for i := range out {
		out[i] = [2]int64{int64(binary.LittleEndian.Uint64(b[16*i:])), int64(binary.LittleEndian.Uint64(b[16*i+8:]))}
	}
	return out, nil
}
