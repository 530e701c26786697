package sqltree

import (
	"errors"
	"strconv"
	"strings"

	"yumen/catalog"
)

// MaxDepth is the deepest tree of expressions, relations and queries that is decoded.
const MaxDepth = 64

// Decode reads the answer of json_serialize_sql as exactly one SELECT of the closed set of nodes. Every field of every node
// is modelled or must hold its default. Every error is a *catalog.Refusal; a tree that cannot be read at all is one too,
// because the gateway treats the worker's bytes as hostile.
func Decode(text []byte) (query *Select, err error) { return DecodeWith(text, nil) }

// DecodeWith is Decode for a statement with named parameters: the value of each stands in its place. Every parameter of the tree must
// have a value and every value a place; nil values refuse all parameters.
func DecodeWith(text []byte, values Values) (query *Select, err error) {
	root, jsonErr := readJSON(text)
	if jsonErr != nil {
		return nil, unreadable(jsonErr)
	}
	defer func() {
		var f fault
		switch r := recover().(type) {
		case nil:
		case fault:
			f = r
			query, err = nil, f.refusal
		default:
			panic(r)
		}
	}()
	return decodeRoot(root, values), nil
}

func unreadable(err error) *catalog.Refusal {
	if errors.Is(err, errTree) && strings.HasPrefix(err.Error(), "nesting") {
		return Refuse(ReasonTooDeep, None, MaxDepth)
	}
	return Refuse(ReasonSyntax, None)
}

func decodeRoot(v any, values Values) *Select {
	o := asObject(v, None)
	if o.bool("error") {
		refuseError(o)
	}
	statements := o.list("statements")
	o.done()
	switch len(statements) {
	case 0:
		refuse(ReasonEmpty, None)
	case 1:
	default:
		refuse(ReasonManyStatements, leafPosition(statements[1]))
	}
	d := &decoder{values: values, placed: map[string]bool{}}
	query := d.statement(statements[0], None)
	d.allPlaced()
	return query
}

// refuseError refuses what the serialiser itself would not take. Its message is ours to classify and never passed on.
func refuseError(o *object) {
	kind, message := o.text("error_type"), o.text("error_message")
	at := Pos(None)
	if p, ok := o.fields["position"].(string); ok {
		if n, err := strconv.ParseInt(p, 10, 32); err == nil && n >= 0 {
			at = Pos(n)
		}
	}
	switch {
	case kind == "not implemented" && strings.Contains(message, "parameters"):
		refuse(ReasonParameter, at)
	case kind == "not implemented":
		refuse(ReasonStatement, at)
	}
	refuse(ReasonSyntax, at)
}

// decoder counts the depth of the tree, knows whether it reads a join condition, and puts values in the places of parameters.
type decoder struct {
	depth   int
	joining bool
	values  Values
	placed  map[string]bool
}

// in enters one level; the result leaves it.
func (d *decoder) in(at Pos) func() {
	if d.depth++; d.depth > MaxDepth {
		refuse(ReasonTooDeep, at, MaxDepth)
	}
	return func() { d.depth-- }
}

func (d *decoder) statement(v any, at Pos) *Select {
	o := asObject(v, at)
	query := d.query(o.object("node"))
	d.parameterNames(o)
	o.done()
	return query
}

func (d *decoder) query(o *object) *Select {
	defer d.in(o.at)()
	switch o.text("type") {
	case "SELECT_NODE":
	case "SET_OPERATION_NODE":
		return d.union(o)
	case "RECURSIVE_CTE_NODE":
		refuse(ReasonRecursive, o.at)
	default:
		refuse(ReasonStatement, o.at)
	}
	s := &Select{Pos: o.at}
	s.With = d.with(o.object("cte_map"))
	s.Items = d.items(o.list("select_list"), o.at)
	s.Where = d.optional(o, "where_clause")
	s.Groups, s.GroupAll = d.groups(o)
	s.Having = d.optional(o, "having")
	o.empty(ReasonQualify, "qualify")
	o.empty(ReasonSample, "sample")
	d.modifiers(s, o.list("modifiers"))
	s.From = d.relation(o.object("from_table"))
	o.done()
	return s
}

// union reads SELECTs that are joined by UNION ALL. Those that stand in no parentheses of their own, with an order or a limit, are one list.
func (d *decoder) union(o *object) *Select {
	o.must("setop_type", "UNION", ReasonSetOperation)
	if !o.bool("setop_all") {
		refuse(ReasonSetOperation, o.at)
	}
	s := &Select{Pos: o.at}
	s.With = d.with(o.object("cte_map"))
	for _, side := range []string{"left", "right"} {
		q := d.query(o.object(side))
		if q.Union != nil && q.With == nil && q.Order == nil && q.Limit == nil && q.Offset == 0 {
			s.Union = append(s.Union, q.Union...)
			continue
		}
		s.Union = append(s.Union, q)
	}
	d.modifiers(s, o.list("modifiers"))
	o.done()
	return s
}

func (d *decoder) with(o *object) []CTE {
	var out []CTE
	for _, v := range o.list("map") {
		entry := asObject(v, o.at)
		c := CTE{Name: entry.text("key")}
		body := entry.object("value")
		entry.done()
		c.Columns = body.texts("aliases")
		body.empty(ReasonRecursive, "key_targets")
		switch body.text("materialized") {
		case "CTE_MATERIALIZE_DEFAULT", "CTE_MATERIALIZE_ALWAYS", "CTE_MATERIALIZE_NEVER":
		default:
			refuse(ReasonUnknownNode, body.at)
		}
		c.Select = d.statement(body.take("query"), body.at)
		body.done()
		out = append(out, c)
	}
	o.done()
	return out
}

func (d *decoder) items(list []any, at Pos) []Item {
	var out []Item
	for _, v := range list {
		e, alias := d.aliased(v, at)
		out = append(out, Item{Expr: e, Alias: alias})
	}
	return out
}

// groups reads GROUP BY: one grouping set of all the expressions, or none.
func (d *decoder) groups(o *object) (groups []Expr, all bool) {
	groups = d.exprs(o.list("group_expressions"), o.at)
	sets := o.list("group_sets")
	if len(sets) > 1 || len(groups) > 0 && len(sets) == 0 {
		refuse(ReasonGroupingSets, o.at)
	}
	for _, v := range sets {
		if set, ok := v.([]any); !ok || len(set) != len(groups) {
			refuse(ReasonGroupingSets, o.at)
		}
	}
	switch o.text("aggregate_handling") {
	case "STANDARD_HANDLING":
	case "FORCE_AGGREGATES":
		all = true
	default:
		refuse(ReasonUnknownNode, o.at)
	}
	return groups, all
}
