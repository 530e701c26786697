package worker

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

var errReading = errors.New("the statement reads or calls something else than it may")

// dialect is the closed list of functions that generated statements call, operators included. All of them compute from their arguments alone: none
// reads a file, a setting, the clock or another row. A function of another name is refused until somebody has looked at it.
var dialect = names(`+ - * / // % ** ^ & | << >> || ~~ !~~ ^@ xor
	abs ceil ceiling floor round trunc sign sqrt ln log log10 exp pow power mod divide greatest least nullif isfinite isnan isinf even bit_count
	count count_star sum sum_no_overflow avg mean min max bool_and bool_or bit_and bit_or bit_xor histogram list array_agg string_agg first last any_value
	arg_max arg_min max_by min_by stddev stddev_pop stddev_samp variance var_pop var_samp product median mode hash typeof
	row_number rank rank_dense dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
	year quarter month week day decade century date_trunc datetrunc date_part datepart make_date strftime last_day
	left right substr substring starts_with prefix suffix contains length strlen len lower upper trim ltrim rtrim lpad rpad chr ascii concat concat_ws replace instr format printf
	list_value list_max list_min list_sum list_avg list_count list_contains list_has list_sort list_distinct list_unique list_concat list_aggregate list_slice list_extract
	array_extract array_length cardinality map map_keys map_values map_extract element_at struct_pack struct_extract row`)

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
