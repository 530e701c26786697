package wire_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/stretchr/testify/require"

	"yumen/sandbox/wire"
)

func cell(s string) *string { return &s }

func cells(t testing.TB, rows ...wire.Row) []byte {
	t.Helper()
	var b bytes.Buffer
	w := wire.NewCellWriter(&b)
	for i, r := range rows {
		require.NoError(t, w.Write(i, r))
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func readCells(b []byte, limit int64) (out []string, err error) {
	err = wire.ReadCells(bytes.NewReader(b), limit, func(stmt int, row wire.Row) error {
		line := fmt.Sprint(stmt, ":")
		for _, c := range row {
			if c == nil {
				line += " ∅"
				continue
			}
			line += " " + *c
		}
		out = append(out, line)
		return nil
	})
	return out, err
}

func TestCellsRoundTrip(t *testing.T) {
	got, err := readCells(cells(t, wire.Row{cell("a"), nil}, wire.Row{}, wire.Row{cell("域"), cell("")}), 1<<20)
	require.NoError(t, err)
	require.Equal(t, []string{"0: a ∅", "1:", "2: 域 "}, got)
	got, err = readCells(cells(t), 1<<20)
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestCellsInManyBatches(t *testing.T) {
	var b bytes.Buffer
	w := wire.NewCellWriter(&b)
	for range 10_000 {
		require.NoError(t, w.Write(0, wire.Row{cell(strings.Repeat("x", 500))}))
	}
	require.NoError(t, w.Close())
	require.EqualValues(t, 10_000, w.Rows())
	got, err := readCells(b.Bytes(), 1<<30)
	require.NoError(t, err)
	require.Len(t, got, 10_000)
	_, err = readCells(b.Bytes(), 1<<20)
	require.ErrorIs(t, err, wire.ErrLimit)
}

// TestCellsCut cuts a stream at every byte: it must not pass.
func TestCellsCut(t *testing.T) {
	whole := cells(t, wire.Row{cell("a"), nil}, wire.Row{cell("b"), cell("c")})
	for n := range whole {
		_, err := readCells(whole[:n], 1<<20)
		require.Error(t, err, "%d bytes", n)
	}
}

// TestCellsFlipped flips every byte: a stream may change, but reading it must end in order.
func TestCellsFlipped(t *testing.T) {
	whole := cells(t, wire.Row{cell("a"), nil}, wire.Row{cell("b"), cell("c")})
	for i := range whole {
		for _, mask := range []byte{0x01, 0x80, 0xff} {
			b := bytes.Clone(whole)
			b[i] ^= mask
			_, _ = readCells(b, 1<<20)
		}
	}
}

type endless struct {
	pattern []byte
	at      int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.pattern[e.at%len(e.pattern)]
		e.at++
	}
	return len(p), nil
}

// TestEndlessStreamsEnd says that no more of a stream is read than its limit and one buffer.
func TestEndlessStreamsEnd(t *testing.T) {
	const limit = 8 << 20
	for _, pattern := range [][]byte{{0}, {0xff}, {0xff, 0xff, 0xff, 0xff, 0xf0, 0xff, 0xff, 0x7f}, {0xff, 0xff, 0xff, 0xff, 0, 1, 0, 0}, []byte("abcd")} {
		cells, files := &endless{pattern: pattern}, &endless{pattern: pattern}
		require.Error(t, wire.ReadCells(cells, limit, nil))
		require.Error(t, wire.ReadFiles(files, limit, nil))
		require.LessOrEqual(t, max(cells.at, files.at), limit+64<<10)
	}
}

func TestFilesRoundTrip(t *testing.T) {
	var b bytes.Buffer
	w := wire.NewFileWriter(&b)
	big := bytes.Repeat([]byte("0123456789abcdef"), 200_000)
	require.NoError(t, w.Copy("big", bytes.NewReader(big)))
	require.NoError(t, w.Copy("empty", bytes.NewReader(nil)))
	require.NoError(t, w.Copy("small", strings.NewReader("x")))
	require.NoError(t, w.Close())
	require.Equal(t, map[string]int64{"big": int64(len(big)), "empty": 0, "small": 1}, w.Sizes())
	got := map[string][]byte{}
	require.NoError(t, wire.ReadFiles(bytes.NewReader(b.Bytes()), 1<<30, func(name string, chunk []byte) error {
		got[name] = append(got[name], chunk...)
		return nil
	}))
	require.Equal(t, map[string][]byte{"big": big, "small": []byte("x")}, got)
	require.Error(t, wire.ReadFiles(bytes.NewReader(cells(t)), 1<<20, nil), "the other form")
	require.Error(t, wire.ReadFiles(bytes.NewReader(append(b.Bytes(), 0)), 1<<30, func(string, []byte) error { return nil }), "trailing bytes")
}

func TestJobFrame(t *testing.T) {
	job := &wire.Job{Kind: wire.KindRun, Run: &wire.Run{Snapshots: []string{"a"}, Statements: []wire.Statement{{SQL: "SELECT 1"}}}}
	frame, err := wire.EncodeJob(job)
	require.NoError(t, err)
	back, err := wire.ReadJob(bytes.NewReader(frame))
	require.NoError(t, err)
	require.Equal(t, job, back)

	_, err = wire.EncodeJob(&wire.Job{Kind: wire.KindParse, Parse: &wire.Parse{SQL: strings.Repeat("x", wire.MaxJob)}})
	require.Error(t, err)
	bad := map[string]string{
		"unknown field": `{"kind":"parse","parse":{"sql":"x"},"secret":1}`, "no part": `{"kind":"parse"}`, "other part": `{"kind":"run","parse":{"sql":"x"}}`,
		"two parts": `{"kind":"parse","parse":{"sql":"x"},"run":{}}`, "unknown kind": `{"kind":"x"}`, "trailing": `{"kind":"probe"} {}`, "not JSON": `x`, "list": `[]`,
	}
	for name, doc := range bad {
		_, err := wire.ReadJob(bytes.NewReader(append(binary.BigEndian.AppendUint32(nil, uint32(len(doc))), doc...)))
		require.Error(t, err, name)
	}
	for name, b := range map[string][]byte{"empty": {}, "length alone": {0, 0, 0, 9}, "zero": {0, 0, 0, 0}, "huge": {0xff, 0xff, 0xff, 0xff}} {
		_, err := wire.ReadJob(bytes.NewReader(b))
		require.Error(t, err, name)
	}
}

func TestStatusRoundTrip(t *testing.T) {
	for _, s := range []*wire.Status{{Code: wire.CodeOK, Rows: 3, Files: map[string]int64{"a": 1}}, {Code: wire.CodeQuery},
		{Code: wire.CodeRejected, Faults: []wire.Fault{{Row: 1, Column: "a", Rule: wire.RuleType}}}} {
		var b bytes.Buffer
		require.NoError(t, wire.WriteStatus(&b, s))
		got, err := wire.ReadStatus(&b)
		require.NoError(t, err)
		require.Equal(t, s, got)
	}
	_, err := wire.ReadStatus(&endless{pattern: []byte(" ")})
	require.Error(t, err)
}

func TestPlanLayout(t *testing.T) {
	p := wire.Plan{Layers: wire.LayerRoot | wire.LayerSeccomp, Files: 2, AddressMax: 3, CPUSeconds: 4, Open: 5, Processes: 6, FileMax: 7, SpillMax: 8,
		DataMax: 9, Filter: []wire.BPF{{Code: 0x15, JT: 1, JF: 2, K: 0x01020304}}, DataPath: "/tmp/x"}
	b, err := p.Encode()
	require.NoError(t, err)
	require.Len(t, b, 8*wire.PlanWords+8+6)
	for i, want := range []uint64{2, wire.LayerRoot | wire.LayerSeccomp, 2, 3, 4, 5, 6, 7, 8, 9, 1, 6} {
		require.Equal(t, want, binary.LittleEndian.Uint64(b[8*(i+1):]), "word %d", i+1)
	}
	require.Equal(t, append([]byte{0x15, 0, 1, 2, 4, 3, 2, 1}, "/tmp/x"...), b[8*wire.PlanWords:])
	_, err = (&wire.Plan{Files: wire.MaxFiles + 1}).Encode()
	require.Error(t, err)
}

func TestValidType(t *testing.T) {
	for _, ok := range []string{"BIGINT", "DECIMAL(12,2)", "DECIMAL(38, 0)", "VARCHAR", "DOUBLE"} {
		require.True(t, wire.ValidType(ok), ok)
	}
	for _, bad := range []string{"", "bigint", "BIGINT[]", "DECIMAL", "VARCHAR); DROP TABLE x", "STRUCT(a INTEGER)", "BIGINT\n"} {
		require.False(t, wire.ValidType(bad), bad)
	}
}

// TestArrowReadsWhatIsWritten says that the streams are Arrow IPC and not something of our own.
func TestArrowReadsWhatIsWritten(t *testing.T) {
	r, err := ipc.NewReader(bytes.NewReader(cells(t, wire.Row{cell("a"), nil}, wire.Row{cell("b")})))
	require.NoError(t, err)
	require.True(t, r.Next())
	require.Equal(t, `[["a" (null)] ["b"]]`, r.RecordBatch().Column(1).String())
	require.False(t, r.Next())
	require.NoError(t, r.Err())
}

func FuzzCells(f *testing.F) {
	f.Add(cells(f, wire.Row{cell("a"), nil}))
	f.Fuzz(func(t *testing.T, b []byte) { _, _ = readCells(b, 1<<20) })
}

func FuzzFiles(f *testing.F) {
	var b bytes.Buffer
	w := wire.NewFileWriter(&b)
	_ = w.Copy("a", strings.NewReader("x"))
	_ = w.Close()
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = wire.ReadFiles(bytes.NewReader(b), 1<<20, func(string, []byte) error { return nil })
	})
}

func FuzzStatus(f *testing.F) {
	f.Add([]byte(`{"code":"ok","rows":3}` + "\n"))
	f.Add([]byte(`{"code":"rejected","faults":[{"row":1,"rule":"type"}]}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := wire.ReadStatus(bytes.NewReader(b))
		if err != nil {
			return
		}
		var again bytes.Buffer
		require.NoError(t, wire.WriteStatus(&again, s))
		_, err = wire.ReadStatus(&again)
		require.NoError(t, err)
	})
}

func FuzzJob(f *testing.F) {
	f.Add([]byte(`{"kind":"parse","parse":{"sql":"x"}}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		j, err := wire.ReadJob(io.MultiReader(bytes.NewReader(binary.BigEndian.AppendUint32(nil, uint32(len(doc)))), bytes.NewReader(doc)))
		if err == nil {
			_, err = json.Marshal(j)
			require.NoError(t, err)
		}
	})
}
