package worker_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/sqltree"
	"yumen/catalog/sqltree/treetest"
	"yumen/sandbox/wire"
	"yumen/sandbox/worker"
)

var update = flag.Bool("update", false, "write the inventory of the engine")

// inventory maps what the engine has, as "kind name", to what is done with it.
type inventory map[string]string

func (i inventory) text() string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(i)) {
		fmt.Fprintf(&b, "%s %s\n", k, i[k])
	}
	return b.String()
}

// Everything that the pinned engine has is in testdata/inventory.txt, classified: an engine with a function, macro, setting, type, node or field
// more than that is not this one, and somebody has to look. The classes are not believed: each is found again by asking the decoder and the
// engine. A line is written by -update and read by a person.
func TestInventory(t *testing.T) {
	e, err := worker.Hardened(t.Context(), filepath.Join(t.TempDir(), "spill"))
	require.NoError(t, err)
	have := inventory{}
	have.functions(t, e)
	have.settings(t, e)
	have.names(t, e)
	have.nodes(t)
	have.fields(t, e)
	path := filepath.Join("testdata", "inventory.txt")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(have.text()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, unclassified(string(want), have.text()))
}

// unclassified names what only one of two inventories has.
func unclassified(want, have string) error {
	known := map[string]bool{}
	for line := range strings.Lines(want) {
		known[line] = true
	}
	var faults []string
	for line := range strings.Lines(have) {
		if !known[line] {
			faults = append(faults, "not classified: "+line)
		}
		delete(known, line)
	}
	for line := range known {
		faults = append(faults, "gone: "+line)
	}
	if len(faults) == 0 {
		return nil
	}
	slices.Sort(faults)
	return fmt.Errorf("%d differences: decide on each, then run this test with -update and read what it wrote\n%s", len(faults), strings.Join(faults, ""))
}

// An engine with one thing more is noticed, of each kind; so is one that has lost something or treats it otherwise.
func TestInventoryNotices(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "inventory.txt"))
	require.NoError(t, err)
	require.NoError(t, unclassified(string(text), string(text)))
	for _, kind := range []string{"aggregate", "scalar", "table", "macro", "table_macro", "pragma", "setting", "type", "view", "keyword", "node", "field", "engine"} {
		require.Regexp(t, `(?m)^`+kind+` \S`, string(text))
		require.ErrorContains(t, unclassified(string(text), string(text)+kind+" new_one refused\n"), "not classified: "+kind+" new_one")
	}
	require.Error(t, unclassified(string(text), strings.Replace(string(text), "aggregate string_agg refused", "aggregate string_agg modelled", 1)))
	require.Error(t, unclassified(string(text), strings.Replace(string(text), "setting threads ", "setting thread ", 1)))
}

// functions are classified by what the decoder does with a call of each.
func (i inventory) functions(t *testing.T, e *worker.Engine) {
	for _, row := range e.Texts(t, "SELECT DISTINCT function_type, function_name FROM duckdb_functions()") {
		kind, name := row[0], row[1]
		text := fmt.Sprintf(`SELECT "%s"(a) FROM t`, name)
		if kind == "table" || kind == "table_macro" || kind == "pragma" {
			text = fmt.Sprintf(`SELECT a FROM "%s"()`, name)
		}
		i[kind+" "+name] = class(e.Tree(t, text))
	}
}

// class is what becomes of a tree.
func class(tree []byte) string {
	if _, err := sqltree.Decode(tree); err != nil {
		return "refused"
	}
	return "modelled"
}

// settings are locked: no text changes one in a hardened engine. Those that engine.go names are ours. Where names without a schema are looked
// for stays open to statements that are no query; the gate passes queries alone, and ours write every schema.
func (i inventory) settings(t *testing.T, e *worker.Engine) {
	ours, err := os.ReadFile("engine.go")
	require.NoError(t, err)
	for _, row := range e.Texts(t, "SELECT name FROM duckdb_settings()") {
		i["setting "+row[0]] = "locked"
		if regexp.MustCompile(`\b` + row[0] + `=`).Match(ours) {
			i["setting "+row[0]] = "ours"
		}
		if e.Exec("SET \""+row[0]+"\" = DEFAULT") == nil || e.Exec("RESET \""+row[0]+"\"") == nil {
			i["setting "+row[0]] = "open"
		}
	}
}

// names: types travel or do not; views and other tables of the engine are never resolved, as names are those of the caller's view; keywords are
// quoted when a name is written.
func (i inventory) names(t *testing.T, e *worker.Engine) {
	i["engine "+e.Texts(t, "SELECT version()")[0][0]] = "pinned"
	for _, row := range e.Texts(t, "SELECT DISTINCT logical_type FROM duckdb_types()") {
		i["type "+row[0]] = "refused"
		if wire.ValidType(row[0]) || wire.ValidType(row[0]+"(18,2)") {
			i["type "+row[0]] = "travels"
		}
	}
	for _, row := range e.Texts(t, "SELECT schema_name || '.' || view_name FROM duckdb_views()") {
		i["view "+row[0]] = "unresolved"
	}
	for _, row := range e.Texts(t, "SELECT keyword_name FROM duckdb_keywords()") {
		c := sqltree.Text(&sqltree.Column{Names: []string{row[0]}})
		i["keyword "+row[0]] = "plain"
		if strings.HasPrefix(c, `"`) {
			i["keyword "+row[0]] = "quoted"
		}
	}
}

// nodeName is the form of the words by which the serializer names classes and types of nodes, joins, frames and modifiers.
var nodeName = regexp.MustCompile(`^((?:(?:OPERATOR|COMPARE|WINDOW|CONJUNCTION|BOUND|VALUE|CASE|FUNCTION|LAMBDA|GROUPING|COLLATE|STAR|SUBQUERY|PARAMETER|POSITIONAL|` +
	`COLUMN|TABLE|ARRAY|STRUCT|JOIN|BASE|EXPRESSION|SHOW|PIVOT|DELIM|CTE|EMPTY)[A-Z_]*)|[A-Z_]+_(?:NODE|MODIFIER|REF)|(?:UNBOUNDED|CURRENT_ROW|EXPR|EXCLUDE)_[A-Z_]+)$`)

// nodes are read from the engine's own code, which is linked into this program: no query lists them. The decoder names what it models.
func (i inventory) nodes(t *testing.T) {
	program, err := os.ReadFile("/proc/self/exe")
	require.NoError(t, err)
	var decoder strings.Builder
	sources, err := filepath.Glob(filepath.Join("..", "..", "catalog", "sqltree", "*.go"))
	require.NoError(t, err)
	for _, path := range sources {
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		decoder.Write(b)
	}
	for word := range bytes.SplitSeq(program, []byte{0}) {
		if len(word) > 48 || !nodeName.Match(word) {
			continue
		}
		i["node "+string(word)] = "refused"
		if strings.Contains(decoder.String(), `"`+string(word)+`"`) {
			i["node "+string(word)] = "named"
		}
	}
	require.Contains(t, i, "node SELECT_NODE")
	require.Contains(t, i, "node OPERATOR_TRY")
}

// fields are those of every node that the engine makes of the recorded texts: modelled, which is to say that an accepted tree has held more than
// the default there, held at their default, or refused with their node.
func (i inventory) fields(t *testing.T, e *worker.Engine) {
	for _, r := range treetest.All(t) {
		tree := e.Tree(t, r.SQL)
		var root map[string]any
		require.NoError(t, json.Unmarshal(tree, &root))
		accepted := class(tree) == "modelled"
		walk(root["statements"], func(node map[string]any) {
			for name, value := range node {
				k := "field " + kindOf(node) + "." + name
				switch {
				case accepted && !empty(value):
					i[k] = "modelled"
				case accepted && i[k] != "modelled":
					i[k] = "default"
				case i[k] == "":
					i[k] = "refused"
				}
			}
		})
	}
}

func walk(v any, each func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		each(v)
		for _, child := range v {
			walk(child, each)
		}
	case []any:
		for _, child := range v {
			walk(child, each)
		}
	}
}

// kindOf names the kind of a node: its class, or its type, or that it has neither.
func kindOf(node map[string]any) string {
	for _, name := range []string{"class", "type", "id"} {
		if text, ok := node[name].(string); ok {
			return text
		}
	}
	return "part"
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}
