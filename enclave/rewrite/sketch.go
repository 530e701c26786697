package rewrite

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"yumen/catalog/sqltree"
)

// open is an expression outside the closed set: a function of any name, or a subquery that is more than a value, with its parts.
type open struct {
	name     string // of the function, or of the parser's class in lower case
	args     []sqltree.Expr
	filter   sqltree.Expr
	distinct bool
	query    *sqltree.Select // of a subquery
	star     string          // of a star: the table that it is of
}

// Position is none: what a sketch says has no place in a text.
func (*open) Position() int { return sqltree.None }

// The names of open expressions that are no function.
const (
	openStar     = "*"
	openSubquery = "subquery"
	openWindow   = "window"
	openParam    = "parameter"
)

// openFrom is a relation outside the closed set: values, a function.
type openFrom struct{ kind string }

// Position is none.
func (*openFrom) Position() int { return sqltree.None }

// sketch is a text as far as it can be understood. What was left out on the way is told in notes.
type sketch struct {
	tree    *sqltree.Select
	qualify map[*sqltree.Select]sqltree.Expr
	renamed map[*sqltree.Table][]string // columns that an alias renames, from the left
}

// reader reads a serialised parse tree without refusing anything: what it cannot read is open.
type reader struct {
	notes *notes
	sketch
	depth int
	nodes int
}

// maxNodes is the largest sketch.
const maxNodes = 2000

// stop ends the work on a text that is too large, or too strange, to suggest another.
type stop struct{}

// object is one node of the tree.
type object map[string]any

func (o object) text(name string) string { s, _ := o[name].(string); return s }
func (o object) is(name string) bool     { b, _ := o[name].(bool); return b }
func (o object) list(name string) []any  { l, _ := o[name].([]any); return l }
func (o object) in(name string) object   { m, _ := o[name].(map[string]any); return m }

func (o object) texts(name string) []string {
	var out []string
	for _, v := range o.list(name) {
		s, _ := v.(string)
		out = append(out, s)
	}
	return out
}

// enter counts depth and nodes.
func (r *reader) enter() func() {
	r.depth++
	if r.nodes++; r.nodes > maxNodes || r.depth > sqltree.MaxDepth {
		panic(stop{})
	}
	return func() { r.depth-- }
}

// statement reads {node: …}.
func (r *reader) statement(v any) *sqltree.Select {
	o, _ := v.(map[string]any)
	return r.query(object(o).in("node"))
}

func (r *reader) query(o object) *sqltree.Select {
	defer r.enter()()
	switch o.text("type") {
	case "SELECT_NODE":
		return r.simple(o)
	case "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE":
		return r.setOperation(o)
	}
	panic(stop{})
}

// setOperation reads UNION ALL as it is, a union of one question about several values as that question, and of anything else the first SELECT.
func (r *reader) setOperation(o object) *sqltree.Select {
	var sides []*sqltree.Select
	for _, v := range append([]any{o["left"], o["right"]}, o.list("children")...) {
		if m, ok := v.(map[string]any); ok {
			sides = append(sides, r.query(m))
		}
	}
	if len(sides) == 0 {
		panic(stop{})
	}
	s := &sqltree.Select{Pos: sqltree.None, Union: sides}
	if o.text("setop_type") != "UNION" || !o.is("setop_all") || len(sides) < 2 {
		s = sides[0]
		for _, side := range sides[1:] {
			both, key := merged(s, side)
			if both == nil || !strings.HasPrefix(o.text("setop_type"), "UNION") {
				r.first()
				break
			}
			s = both
			r.notes.about("UNION 的各部分合并为一条按 %s 分组的查询", "the parts of the UNION became one query, grouped by %s", signature(key))
		}
	}
	s.With = append(r.with(o.in("cte_map")), s.With...)
	if s.Union != nil {
		r.modifiers(s, o.list("modifiers"))
	}
	return s
}

func (r *reader) first() {
	r.notes.say("只保留第一个 SELECT；其他部分请另行查询", "only the first SELECT is kept: ask the others as queries of their own")
}

func (r *reader) simple(o object) *sqltree.Select {
	s := &sqltree.Select{Pos: sqltree.None}
	s.With = r.with(o.in("cte_map"))
	for _, v := range o.list("select_list") {
		item, _ := v.(map[string]any)
		s.Items = append(s.Items, sqltree.Item{Expr: r.expr(v), Alias: object(item).text("alias")})
	}
	s.From = r.from(o.in("from_table"))
	s.Where, s.Having = r.optional(o["where_clause"]), r.optional(o["having"])
	for _, v := range o.list("group_expressions") {
		s.Groups = append(s.Groups, r.expr(v))
	}
	s.GroupAll = o.text("aggregate_handling") == "FORCE_AGGREGATES"
	if sets := o.list("group_sets"); len(sets) > 1 || len(sets) == 1 && len(s.Groups) == 0 {
		r.notes.say("GROUPING SETS、ROLLUP、CUBE 改为按全部分组字段分组；小计由单元格相加", "GROUPING SETS, ROLLUP or CUBE became one GROUP BY of all its keys: subtotals are sums of its cells")
	}
	if q := r.optional(o["qualify"]); q != nil {
		r.qualify[s] = q
	}
	if o["sample"] != nil {
		r.sampled()
	}
	r.modifiers(s, o.list("modifiers"))
	return s
}

func (r *reader) sampled() {
	r.notes.say("去掉抽样：聚合全部行", "the sample is left out: all rows are aggregated")
}

func (r *reader) with(o object) []sqltree.CTE {
	var out []sqltree.CTE
	for _, v := range o.list("map") {
		entry, _ := v.(map[string]any)
		body := object(entry).in("value")
		q, _ := body["query"].(map[string]any)
		out = append(out, sqltree.CTE{Name: object(entry).text("key"), Columns: body.texts("aliases"), Select: r.statement(q)})
	}
	return out
}

func (r *reader) modifiers(s *sqltree.Select, list []any) {
	for _, v := range list {
		m, _ := v.(map[string]any)
		o := object(m)
		switch o.text("type") {
		case "DISTINCT_MODIFIER":
			s.Distinct = true
			if len(o.list("distinct_on_targets")) > 0 {
				r.notes.say("DISTINCT ON 改为分组", "DISTINCT ON became groups")
			}
		case "ORDER_MODIFIER":
			s.Order = append(s.Order, r.orders(o.list("orders"))...)
		case "LIMIT_MODIFIER":
			if l, ok := r.optional(o["limit"]).(*sqltree.Literal); ok && l.Kind == sqltree.LiteralNumber {
				if n, err := strconv.ParseUint(l.Text, 10, 63); err == nil {
					s.Limit = &n
				}
			}
		}
	}
}

func (r *reader) orders(list []any) []sqltree.Order {
	var out []sqltree.Order
	for _, v := range list {
		m, _ := v.(map[string]any)
		o := object(m)
		key := sqltree.Order{Expr: r.expr(o["expression"]), Descending: o.text("type") == "DESCENDING", NullsFirst: o.text("null_order") == "NULLS FIRST"}
		if x, star := key.Expr.(*open); star && x.name == openStar {
			key.Expr, key.All = nil, true
		}
		out = append(out, key)
	}
	return out
}

// from reads a relation; nil is none.
func (r *reader) from(o object) sqltree.From {
	defer r.enter()()
	if o["sample"] != nil {
		r.sampled()
	}
	alias := o.text("alias")
	switch o.text("type") {
	case "", "EMPTY":
		return nil
	case "BASE_TABLE":
		return r.table(o, alias)
	case "SUBQUERY":
		return &sqltree.Subquery{Pos: sqltree.None, Alias: alias, Columns: o.texts("column_name_alias"), Select: r.statement(o["subquery"])}
	case "JOIN":
		kind := o.text("join_type")
		if o.text("ref_type") != "REGULAR" {
			kind = o.text("ref_type")
		}
		left, right := r.from(o.in("left")), r.from(o.in("right"))
		if left == nil || right == nil {
			panic(stop{})
		}
		return &sqltree.Join{Pos: sqltree.None, Kind: sqltree.JoinKind(kind), Left: left, Right: right, On: r.optional(o["condition"]), Using: o.texts("using_columns")}
	case "SHOW_REF":
		if q := o.in("query"); q != nil {
			return r.from(q.in("from_table"))
		}
	}
	return &openFrom{kind: strings.ToLower(o.text("type"))}
}

// table reads a table by its name alone: the engine's own schemas, other databases and earlier versions are not there.
func (r *reader) table(o object, alias string) sqltree.From {
	t := &sqltree.Table{Pos: sqltree.None, Name: o.text("table_name"), Alias: alias}
	if schema := o.text("schema_name"); o.text("catalog_name") != "" || schema != "" && schema != "main" || o["at_clause"] != nil {
		r.notes.say("只写数据集名称", "the dataset is called by its name alone")
	} else {
		t.Schema = schema
	}
	if names := o.texts("column_name_alias"); len(names) > 0 {
		r.renamed[t] = names
	}
	return t
}

func (r *reader) optional(v any) sqltree.Expr {
	if v == nil {
		return nil
	}
	return r.expr(v)
}

func (r *reader) exprs(list []any) []sqltree.Expr {
	var out []sqltree.Expr
	for _, v := range list {
		out = append(out, r.expr(v))
	}
	return out
}

// readSketch reads the first statement of a tree.
func readSketch(text []byte, n *notes) (sketch, bool) {
	statements := sqltree.ReadTree(text)
	if len(statements) == 0 {
		return sketch{}, false
	}
	if len(statements) > 1 {
		n.say("只保留第一条语句；请逐条提交", "only the first statement is kept: submit them one by one")
	}
	r := &reader{notes: n, sketch: sketch{qualify: map[*sqltree.Select]sqltree.Expr{}, renamed: map[*sqltree.Table][]string{}}}
	r.tree = r.statement(statements[0])
	return r.sketch, true
}

// number is a number of the tree as a text.
func number(v any) string { n, _ := v.(json.Number); return string(n) }

// known reports whether a name is among others, as SQL compares names.
func known(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}
