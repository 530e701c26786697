package worker

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

var errReading = errors.New("the statement reads or calls something else than it may")

// dialect is the closed list of functions that generated statements call, operators included (packages enclave/compile: protected plans, audits and
// post-processing). All of them compute from their arguments alone: none reads a file, a setting, the clock or another row. A function of another name
// is refused: what is not generated has no reason to be here. (The parser writes list_sort for list with DISTINCT and ORDER BY.)
var dialect = names(`+ - * / // % || & >>
	abs ceil ceiling floor round sqrt ln greatest least nullif isfinite
	count count_star sum avg mean min max bool_or bit_or histogram list string_agg row_number rank dense_rank
	year quarter month decade date_trunc left starts_with list_max list_sort map_values row`)

// nodes is the closed list of classes of expressions in generated statements.
var nodes = names("BETWEEN CASE CAST COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION OPERATOR PARAMETER STAR SUBQUERY WINDOW")

func names(text string) map[string]bool {
	out := map[string]bool{}
	for name := range strings.FieldsSeq(text) {
		out[name] = true
	}
	return out
}

// reading is what a statement names, found in its serialized tree.
type reading struct {
	tables map[string]bool // in lower case: catalog, schema and name, or the bare name
	inner  map[string]bool // WITH queries
}

// readingOf walks a tree. Whatever calls a function outside the dialect, or is no expression of the closed list, is refused.
func readingOf(tree string) (*reading, error) {
	var root any
	if err := json.Unmarshal([]byte(tree), &root); err != nil {
		return nil, errReading
	}
	r := &reading{tables: map[string]bool{}, inner: map[string]bool{}}
	if !r.walk(root) {
		return nil, errReading
	}
	for name := range r.inner {
		delete(r.tables, name)
	}
	return r, nil
}

func (r *reading) walk(v any) bool {
	switch v := v.(type) {
	case []any:
		return !slices.ContainsFunc(v, func(child any) bool { return !r.walk(child) })
	case map[string]any:
		return r.node(v) && !slices.ContainsFunc(slices.Collect(maps.Values(v)), func(child any) bool { return !r.walk(child) })
	}
	return true
}

func (r *reading) node(o map[string]any) bool {
	text := func(name string) string {
		s, _ := o[name].(string)
		return s
	}
	if class := text("class"); class != "" {
		plain := text("catalog") == "" && (text("schema") == "" || text("schema") == "main")
		return nodes[class] && (class != "FUNCTION" && class != "WINDOW" || plain && dialect[text("function_name")])
	}
	switch text("type") {
	case "BASE_TABLE":
		name := text("table_name")
		if text("catalog_name") != "" || text("schema_name") != "" {
			name = text("catalog_name") + "." + text("schema_name") + "." + name
		}
		r.tables[strings.ToLower(name)] = true
	case "TABLE_FUNCTION", "SHOW_REF", "PIVOT", "RECURSIVE_CTE_NODE", "COLUMN_DATA", "DELIM_GET", "BOUND_TABLE_REF":
		return false
	}
	if key, is := o["key"].(string); is {
		r.inner[strings.ToLower(key)] = true
	}
	return true
}

// exactly refuses a statement that reads less or more than these tables.
func (r *reading) exactly(tables []string) error {
	want := map[string]bool{}
	for _, t := range tables {
		want[strings.ToLower(t)] = true
	}
	if !maps.Equal(want, r.tables) {
		return errReading
	}
	return nil
}
