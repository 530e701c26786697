// Package treetest owns the recorded parse trees that tests of the query language read: what json_serialize_sql of
// DuckDB 1.5.5 answered for each text, so that these tests need no engine.
package treetest

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/json"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/sqltree"
)

//go:embed trees.jsonl
var files embed.FS

// Record is one recorded text with its tree.
type Record struct {
	SQL  string          `json:"sql"`
	Tree json.RawMessage `json:"tree"`
}

var load = sync.OnceValues(func() (map[string]Record, error) {
	text, err := files.ReadFile("trees.jsonl")
	if err != nil {
		return nil, err
	}
	all := map[string]Record{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r Record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, err
		}
		all[r.SQL] = r
	}
	return all, lines.Err()
})

// All returns every recorded text.
func All(t testing.TB) []Record {
	t.Helper()
	all, err := load()
	require.NoError(t, err)
	var list []Record
	for _, r := range all {
		list = append(list, r)
	}
	return list
}

// Tree returns the recorded tree of a text. With YUMEN_UNRECORDED=FILE the texts that are missing are written there, one
// JSON string a line, and their tests skipped.
func Tree(t testing.TB, sql string) []byte {
	t.Helper()
	all, err := load()
	require.NoError(t, err)
	r, ok := all[sql]
	if ok {
		return r.Tree
	}
	if path := os.Getenv("YUMEN_UNRECORDED"); path != "" {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		require.NoError(t, err)
		defer f.Close()
		require.NoError(t, json.NewEncoder(f).Encode(sql))
		t.Skip("unrecorded")
	}
	t.Fatalf("the tree of this text is not recorded: %s", sql)
	return nil
}

// Decode decodes the recorded tree of a text.
func Decode(t testing.TB, sql string) (*sqltree.Select, error) {
	t.Helper()
	return sqltree.Decode(Tree(t, sql))
}
