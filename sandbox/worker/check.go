package worker

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"strings"

	"yumen/sandbox/wire"
)

// operators is the closed list of physical operators that a statement may use. Table functions and everything that writes
// are not in it, so a new operator is refused until someone has looked at it.
var operators = map[string]bool{
	"EXECUTE": true, "PROJECTION": true, "FILTER": true, "LIMIT": true, "STREAMING_LIMIT": true, "LIMIT_PERCENT": true, "TOP_N": true, "ORDER_BY": true,
	"HASH_GROUP_BY": true, "PERFECT_HASH_GROUP_BY": true, "UNGROUPED_AGGREGATE": true, "SIMPLE_AGGREGATE": true, "PARTITIONED_AGGREGATE": true,
	"HASH_JOIN": true, "NESTED_LOOP_JOIN": true, "BLOCKWISE_NL_JOIN": true, "PIECEWISE_MERGE_JOIN": true, "IE_JOIN": true, "POSITIONAL_JOIN": true,
	"ASOF_JOIN": true, "CROSS_PRODUCT": true, "LEFT_DELIM_JOIN": true, "RIGHT_DELIM_JOIN": true, "DELIM_SCAN": true,
	"UNION": true, "CTE": true, "CTE_SCAN": true, "WINDOW": true, "STREAMING_WINDOW": true, "UNNEST": true, "RESULT_COLLECTOR": true,
	"COLUMN_DATA_SCAN": true, "CHUNK_SCAN": true, "DUMMY_SCAN": true, "EMPTY_RESULT": true, "SEQ_SCAN": true,
}

var errPlan = errors.New("the plan is not one of those allowed")

// node is one operator of an EXPLAIN (FORMAT json).
type node struct {
	Name     string         `json:"name"`
	Children []node         `json:"children"`
	Extra    map[string]any `json:"extra_info"`
}

// check explains the statement with its values and refuses it unless every operator is known and every scan is a sequential
// scan of an allowed table.
func (s *selection) check(allowed func(table []string) bool) error {
	var text string
	err := s.e.query("EXPLAIN (FORMAT json) "+s.call, func(row []driver.Value) error {
		if len(row) != 2 || row[0] != "physical_plan" || text != "" {
			return errPlan
		}
		text, _ = row[1].(string)
		return nil
	})
	if err != nil {
		return fail(wire.CodeRefused, err)
	}
	var roots []node
	if err := json.Unmarshal([]byte(text), &roots); err != nil || len(roots) == 0 {
		return fail(wire.CodeRefused, errPlan)
	}
	for i := range roots {
		if !roots[i].allowed(allowed) {
			return fail(wire.CodeRefused, errPlan)
		}
	}
	return nil
}

func (n *node) allowed(table func([]string) bool) bool {
	if !operators[strings.TrimSpace(n.Name)] {
		return false
	}
	if _, is := n.Extra["Function"]; is {
		return false
	}
	name, scans := n.Extra["Table"]
	if scans != (strings.TrimSpace(n.Name) == "SEQ_SCAN") {
		return false
	}
	if scans {
		text, ok := name.(string)
		parts := qualified(text)
		if !ok || len(parts) != 3 || !table(parts) {
			return false
		}
	}
	for i := range n.Children {
		if !n.Children[i].allowed(table) {
			return false
		}
	}
	return true
}

// qualified splits a qualified name as the engine prints it: parts divided by dots, quoted where needed. It returns nil when
// the text is not of that form.
func qualified(s string) []string {
	var parts []string
	for {
		part, rest, ok := namePart(s)
		if !ok {
			return nil
		}
		parts = append(parts, part)
		if rest == "" {
			return parts
		}
		if rest[0] != '.' {
			return nil
		}
		s = rest[1:]
	}
}

func namePart(s string) (part, rest string, ok bool) {
	if s == "" {
		return "", "", false
	}
	if s[0] != '"' {
		i := strings.IndexByte(s, '.')
		if i < 0 {
			i = len(s)
		}
		return s[:i], s[i:], i > 0 && !strings.Contains(s[:i], `"`)
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			b.WriteByte('"')
			i++
			continue
		}
		return b.String(), s[i+1:], true
	}
	return "", "", false
}
