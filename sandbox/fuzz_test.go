package sandbox_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/wire"
)

// TestEveryDecoderHasATarget says that whatever reads what a worker sends is fuzzed, and that what was found is kept.
func TestEveryDecoderHasATarget(t *testing.T) {
	for decoder, target := range map[string]string{
		"the last word":                        "wire/testdata/fuzz/FuzzStatus",
		"rows of a run":                        "wire/testdata/fuzz/FuzzCells",
		"files of a post or an ingest":         "wire/testdata/fuzz/FuzzFiles",
		"the profile of a suggestion":          "wire/testdata/fuzz/FuzzProfile",
		"the tree of a parse":                  "testdata/fuzz/FuzzTree",
		"rows of a post":                       "testdata/fuzz/FuzzPosted",
		"the report and faults of an ingest":   "testdata/fuzz/FuzzReport",
		"a job, which the worker itself reads": "wire/testdata/fuzz/FuzzJob",
	} {
		kept, err := os.ReadDir(filepath.FromSlash(target))
		require.NoError(t, err, decoder)
		require.GreaterOrEqual(t, len(kept), 3, decoder)
	}
}

func FuzzTree(f *testing.F) {
	f.Add([]byte(`{"error":false,"statements":[]}`), "SELECT 1")
	f.Add([]byte(`{"error":true,"error_type":"parser","position":"3"}`), "SELECT é€")
	f.Add([]byte(`{"error":true,"error_type":"not implemented","position":"-1"}`), "SET x = 1")
	f.Fuzz(func(t *testing.T, tree []byte, sql string) {
		err := sandbox.Syntax(tree, sql)
		var at *sandbox.SyntaxError
		if errors.As(err, &at) && (at.Position < -1 || at.Position > len(sql)) {
			t.Fatal("a position outside the text")
		}
		if err != nil && at == nil && !errors.Is(err, sandbox.ErrExecution) {
			t.Fatal("another error")
		}
	})
}

// last is the last word of a worker, as the gateway reads it.
func last(line []byte) *wire.Status {
	s, err := wire.ReadStatus(bytes.NewReader(line))
	if err != nil {
		return nil
	}
	return s
}

func FuzzPosted(f *testing.F) {
	f.Add([]byte(`{"code":"ok","rows":2,"columns":[{"name":"a","type":"BIGINT"}],"files":{"rows.json":9}}`+"\n"), []byte(`[[1],[2]]`))
	f.Add([]byte(`{"code":"ok","rows":1,"columns":[{"name":"a","type":"VARCHAR"}],"files":{"rows.json":13}}`+"\n"), []byte(`[[["secret"]]]`))
	f.Add([]byte(`{"code":"ok","rows":0,"files":{"rows.json":4}}`+"\n"), []byte(`null`))
	f.Fuzz(func(t *testing.T, line, rows []byte) {
		s := last(line)
		if s == nil {
			return
		}
		out, err := sandbox.Posted(s, rows)
		if err != nil {
			return
		}
		if int64(len(out.Rows)) != s.Rows {
			t.Fatal("rows are missing")
		}
		for _, row := range out.Rows {
			if len(row) != len(out.Columns) {
				t.Fatal("a ragged row")
			}
			for _, v := range row {
				switch v.(type) {
				case nil, bool, string, json.Number:
				default:
					t.Fatal("a value inside a value")
				}
			}
		}
		if _, err := json.Marshal(out.Rows); err != nil {
			t.Fatal("rows that cannot be written")
		}
	})
}

// declared has a column, a key and a group.
var declared = &catalog.DatasetSpec{Entities: []catalog.Entity{{Type: "person", Key: []string{"id"}}},
	Columns: []catalog.Column{{Name: "id", Type: "VARCHAR", Roles: []catalog.Role{catalog.RoleEntityKey}}, {Name: "x", Type: "BIGINT", Roles: []catalog.Role{catalog.RoleMeasure}}}}

func FuzzReport(f *testing.F) {
	for _, report := range []string{
		`{"code":"ok","report":{"rows":5,"columns":[{"name":"id","nulls":0,"not_null":true,"distinct":5},{"name":"x","nulls":1,"not_null":false,"distinct":2}],"entities":[{"type":"person","distinct":5,"max_rows":1,"nulls":0}]}}`,
		`{"code":"ok","report":{"rows":5,"columns":[{"name":"id","nulls":0,"not_null":true,"distinct":5},{"name":"x","nulls":0,"not_null":true,"distinct":2}],"entities":[{"type":"person","distinct":9223372036854775807,"max_rows":1,"nulls":1}]}}`,
		`{"code":"rejected","faults":[{"row":1,"column":"X","rule":"type"},{"row":0,"column":"the secret","rule":"extra_column"}]}`,
	} {
		f.Add([]byte(report + "\n"))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		s := last(line)
		if s == nil {
			return
		}
		var quarantined *sandbox.IngestRejected
		if s.Code == wire.CodeRejected && errors.As(sandbox.Rejected(declared, s.Faults), &quarantined) {
			for _, fault := range quarantined.Faults {
				if !slices.Contains([]string{"", "id", "x"}, fault.Column) && fault.Rule != wire.RuleExtraColumn {
					t.Fatal("a fault names what is not declared")
				}
			}
			_ = quarantined.Error()
		}
		report, err := sandbox.Ingested(declared, s)
		if err != nil {
			return
		}
		numbers := []int64{}
		for _, c := range report.Columns {
			numbers = append(numbers, c.Nulls, c.Distinct)
		}
		for _, e := range report.Entities {
			numbers = append(numbers, e.Distinct, e.MaxRows, e.Nulls)
		}
		for _, n := range numbers {
			if n < 0 || n > report.Rows {
				t.Fatalf("%d of %d rows", n, report.Rows)
			}
		}
	})
}
