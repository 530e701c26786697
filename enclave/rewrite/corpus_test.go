package rewrite_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/footprint/viewtest"
	"yumen/catalog/sqltree"
	"yumen/enclave/compile"
	"yumen/enclave/rewrite"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// world is the corpus tables, a worker that parses, and what a gateway says to a text short of its policy.
type world struct {
	view   footprint.View
	facts  compile.Facts
	runner *sandbox.Runner
	mu     sync.Mutex
	known  map[string]parsed
}

type parsed struct {
	tree []byte
	err  error
}

// theWorld is one for all tests: what a text parses into stays the same.
var theWorld struct {
	once  sync.Once
	world *world
}

func newWorld(t *testing.T) *world {
	t.Helper()
	theWorld.once.Do(func() { theWorld.world = makeWorld(t) })
	require.NotNil(t, theWorld.world, "the worker could not be started")
	return theWorld.world
}

func makeWorld(t *testing.T) *world {
	t.Helper()
	w := &world{view: viewtest.Corpus(t), facts: compile.Facts{NotNull: map[string]map[string]bool{}}, known: map[string]parsed{}}
	for name, g := range w.view.Datasets {
		w.facts.NotNull[name] = g.Columns
	}
	var err error
	w.runner, err = sandbox.New(sandbox.Config{Worker: sandboxtest.Worker(t)})
	require.NoError(t, err)
	return w
}

// judge tells whether a tree has a protected plan.
func (w *world) judge(tree *sqltree.Select) error {
	q, err := footprint.Bind(tree, w.view)
	if err == nil {
		_, err = compile.Build(q, w.facts)
	}
	return err
}

// parse is the tree of a text; each text goes to a worker once.
func (w *world) parse(t *testing.T, sql string) ([]byte, error) {
	t.Helper()
	w.mu.Lock()
	p, ok := w.known[sql]
	w.mu.Unlock()
	if ok {
		return p.tree, p.err
	}
	p.tree, p.err = w.runner.Parse(t.Context(), sql)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known[sql] = p
	return p.tree, p.err
}

// check is the verdict on a text, with its tree if it has one.
func (w *world) check(t *testing.T, sql string) (tree []byte, err error) {
	t.Helper()
	if tree, err = w.parse(t, sql); err != nil {
		var syntax *sandbox.SyntaxError
		require.ErrorAs(t, err, &syntax)
		if syntax.NotSelect {
			return nil, sqltree.StatementRefusal()
		}
		return nil, sqltree.SyntaxRefusal(syntax.Position)
	}
	q, err := sqltree.Decode(tree)
	if err != nil {
		return tree, err
	}
	return tree, w.judge(q)
}

// near is the rewrite of a text, or of the query inside a text that has no tree.
func (w *world) near(t *testing.T, sql string, tree []byte) (rewrite.Rewrite, bool) {
	t.Helper()
	var said []catalog.Text
	if len(sqltree.ReadTree(tree)) == 0 {
		if text, ok := rewrite.Inside(sql); ok {
			tree, _ = w.parse(t, text)
			said = append(said, rewrite.Kept())
		}
	}
	return rewrite.Of(tree, w.view, rewrite.Judge{Part: w.judge, Whole: w.judge}, said...)
}

type pattern struct {
	ID      string   `json:"id"`
	SQL     []string `json:"sql"`
	Verdict string   `json:"verdict"`
	Machine *bool    `json:"machine"`
}

// texts are all texts of the corpus and of its variants.
func texts(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, dir := range []string{"corpus", "variants"} {
		f, err := os.Open(filepath.Join("..", "..", "testdata", dir, "queries.jsonl"))
		require.NoError(t, err)
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var p pattern
			require.NoError(t, json.Unmarshal(lines.Bytes(), &p))
			if p.Machine == nil || *p.Machine {
				out = append(out, p.SQL...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// floor is how many refused texts of the corpus and its variants have a rewrite, by the code of the refusal, and why the others have none.
// A number may grow; one that shrinks is a fault.
var floor = map[catalog.Code]struct {
	rewritten int
	why       string // some, or all, have none
}{
	catalog.CodeSyntax:        {1, "the text is no statement, so there is no tree of it"},
	catalog.CodeAmbiguous:     {1, ""},
	catalog.CodeStmtKind:      {11, "the text is no query, so there is no tree of it"},
	catalog.CodeMultiStmt:     {1, ""},
	catalog.CodeUnknownTable:  {3, "no dataset of the grant has a name near to it"},
	catalog.CodeUnknownColumn: {4, ""},
	catalog.CodeStar:          {7, ""},
	catalog.CodeRowAsValue:    {2, ""},
	catalog.CodeNoAggregate:   {12, ""},
	catalog.CodeAggFn:         {34, ""},
	catalog.CodeAggArg:        {19, ""},
	catalog.CodeGroupKey:      {13, ""},
	catalog.CodeGroupingSets:  {4, ""},
	catalog.CodeIDPredicate:   {22, ""},
	catalog.CodePredicateForm: {8, ""},
	catalog.CodeLiteralGrid:   {3, ""},
	catalog.CodeJoinType:      {12, ""},
	catalog.CodeJoinEdge:      {9, ""},
	catalog.CodeTableFn:       {2, "the others read no dataset: they ask the engine, or a file"},
	catalog.CodeFromValues:    {2, ""},
	catalog.CodeScalarFn:      {26, "the text reads no dataset: it asks the engine about itself"},
	catalog.CodeCast:          {2, ""},
	catalog.CodeSetOp:         {5, ""},
	catalog.CodeSubquery:      {15, ""},
	catalog.CodeCTERecursive:  {1, "a recursion over constants reads no dataset"},
	catalog.CodeCTEShadow:     {2, ""},
	catalog.CodeAlias:         {3, ""},
	catalog.CodeWindow:        {5, ""},
	catalog.CodeSample:        {2, ""},
	catalog.CodeParam:         {2, ""},
}

// Every text that is refused statically has a rewrite or none; every rewrite that is offered is accepted, and by code there are at least as
// many as there were.
func TestEveryOfferedRewriteIsAccepted(t *testing.T) {
	w := newWorld(t)
	offered, without := map[catalog.Code]int{}, map[catalog.Code]int{}
	for _, sql := range texts(t) {
		tree, err := w.check(t, sql)
		if err == nil {
			continue
		}
		var refusal *catalog.Refusal
		require.ErrorAs(t, err, &refusal, sql)
		out, found := w.near(t, sql, tree)
		if !found {
			without[refusal.Code]++
			t.Logf("%s | %s | none", refusal.Code, sql)
			continue
		}
		t.Logf("%s | %s | %s", refusal.Code, sql, out.SQL)
		offered[refusal.Code]++
		_, err = w.check(t, out.SQL)
		require.NoError(t, err, "%s\n%s", sql, out.SQL)
		require.NotEmpty(t, out.Changes, sql)
	}
	for _, code := range catalog.Codes() {
		if offered[code]+without[code] > 0 {
			t.Logf("%-20s %3d of %3d", code, offered[code], offered[code]+without[code])
		}
		require.GreaterOrEqual(t, offered[code], floor[code].rewritten, code)
		require.Equal(t, without[code] > 0, floor[code].why != "", "%s: say why some have none, and nothing where all have one", code)
	}
}

// A text that is written from a tree is parsed into the same tree.
func TestTextsReadBack(t *testing.T) {
	w := newWorld(t)
	all := texts(t)
	for _, word := range strings.Fields("class comment data day decade domain key label level month name quarter role type value week year select order") {
		name := word
		if word == "select" || word == "order" {
			name = `"` + word + `"`
		}
		sql := fmt.Sprintf("SELECT %s AS %s, %s.%s FROM %s AS %s WHERE %s = 1 GROUP BY %s ORDER BY %s", name, name, name, name, name, name, name, name, name)
		q, err := w.decode(t, sql)
		require.NoError(t, err, sql)
		text, err := sqltree.SQL(q)
		require.NoError(t, err)
		require.Equal(t, sql, text)
		all = append(all, text)
	}
	for _, sql := range all {
		tree, err := w.parse(t, sql)
		if err != nil {
			continue
		}
		q, err := sqltree.Decode(tree)
		if err != nil {
			continue
		}
		text, err := sqltree.SQL(q)
		if errors.Is(err, sqltree.ErrOpen) {
			require.Error(t, w.judge(q), "%s: it is accepted and has no text", sql)
			continue
		}
		require.NoError(t, err, sql)
		tree, err = w.parse(t, text)
		require.NoError(t, err, text)
		again, err := sqltree.Decode(tree)
		require.NoError(t, err, text)
		once, err := sqltree.SQL(again)
		require.NoError(t, err)
		require.Equal(t, text, once)
		first, second := w.judge(q), w.judge(again)
		require.Equal(t, codeOf(first), codeOf(second), "%s\n%s", sql, text)
		if first == nil {
			require.Equal(t, w.plan(t, q), w.plan(t, again), "%s\n%s", sql, text)
		}
	}
}

func (w *world) decode(t *testing.T, sql string) (*sqltree.Select, error) {
	t.Helper()
	tree, err := w.parse(t, sql)
	require.NoError(t, err)
	return sqltree.Decode(tree)
}

// plan is the protected plan as it is stored, without the outer query, whose columns may be called by their text.
func (w *world) plan(t *testing.T, tree *sqltree.Select) string {
	t.Helper()
	q, err := footprint.Bind(tree, w.view)
	require.NoError(t, err)
	p, err := compile.Build(q, w.facts)
	require.NoError(t, err)
	text, err := json.Marshal(p)
	require.NoError(t, err)
	return string(text)
}

func codeOf(err error) catalog.Code {
	var r *catalog.Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}
