package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"yumen/sandbox/wire"
)

// MaxParse is the longest text that Parse takes, in bytes.
const MaxParse = 64 << 10

// parseMB is the engine's memory in a parse.
const parseMB = 128

// maxTree bounds the serialized tree of a text.
const maxTree = 16 << 20

// Parse returns the serialized tree of a caller's text, as the engine's own parser prints it: an object with error false and
// a list of statements, of which there may be none or several. It is the answer of an untrusted process: decode it strictly.
// A text that cannot become a tree is a *SyntaxError.
func (r *Runner) Parse(ctx context.Context, sql string) ([]byte, error) {
	if len(sql) > MaxParse || !utf8.ValidString(sql) || strings.ContainsRune(sql, 0) {
		return nil, &SyntaxError{Position: -1}
	}
	var tree []byte
	t := &task{
		job: wire.Job{Kind: wire.KindParse, Parse: &wire.Parse{SQL: sql}}, memoryMB: parseMB, threads: 1, timeout: r.config.ParseTimeout,
		result: func(in io.Reader) error {
			return wire.ReadCells(in, maxTree, func(stmt int, row wire.Row) error {
				if tree != nil || stmt != 0 || len(row) != 1 || row[0] == nil {
					return errors.New("not one tree")
				}
				tree = []byte(*row[0])
				return nil
			})
		},
	}
	status, err := r.do(ctx, t)
	if err != nil {
		return nil, err
	}
	if status.Rows != 1 || tree == nil {
		return nil, violation("tree")
	}
	return tree, syntax(tree, sql)
}

// syntax tells a refusal of the parser from a tree.
func syntax(tree []byte, sql string) error {
	var head struct {
		Error    *bool  `json:"error"`
		Type     string `json:"error_type"`
		Position string `json:"position"`
	}
	if json.Unmarshal(tree, &head) != nil || head.Error == nil {
		return violation("tree")
	}
	if !*head.Error {
		return nil
	}
	return &SyntaxError{Position: byteOffset(sql, head.Position), NotSelect: head.Type == "not implemented"}
}

// byteOffset turns the parser's position, which counts characters, into a byte offset; -1 when there is none.
func byteOffset(sql, position string) int {
	n, err := strconv.Atoi(position)
	if err != nil || n < 0 {
		return -1
	}
	for i := range sql {
		if n == 0 {
			return i
		}
		n--
	}
	return len(sql)
}
