package sqltree

import "strconv"

// modifiers reads DISTINCT, ORDER BY and LIMIT, each at most once and in this order: any other order belongs to nested
// queries whose inner one would run before the frontier.
func (d *decoder) modifiers(s *Select, list []any) {
	last := 0
	for _, v := range list {
		o := asObject(v, s.Pos)
		rank := 0
		switch o.text("type") {
		case "DISTINCT_MODIFIER":
			rank = 1
			o.empty(ReasonDistinctOn, "distinct_on_targets")
			s.Distinct = true
		case "ORDER_MODIFIER":
			rank = 2
			s.Order = d.orders(o)
		case "LIMIT_MODIFIER":
			rank = 3
			s.Limit, s.Offset = d.limit(o)
		default:
			refuse(ReasonLimit, o.at)
		}
		o.done()
		if rank <= last {
			refuse(ReasonNested, o.at)
		}
		last = rank
	}
}

func (d *decoder) limit(o *object) (limit *uint64, offset uint64) {
	limit = d.rowCount(o, "limit")
	if n := d.rowCount(o, "offset"); n != nil {
		offset = *n
	}
	return limit, offset
}

// rowCount reads a plain whole number; NULL (LIMIT ALL) and a missing clause are nil.
func (d *decoder) rowCount(o *object, name string) *uint64 {
	e := d.optional(o, name)
	if e == nil {
		return nil
	}
	l, ok := e.(*Literal)
	if ok && l.Kind == LiteralNull {
		return nil
	}
	if !ok || l.Kind != LiteralNumber {
		refuse(ReasonLimit, Pos(e.Position()))
	}
	n, err := strconv.ParseUint(l.Text, 10, 63)
	if err != nil {
		refuse(ReasonLimit, l.Pos)
	}
	return &n
}

func (d *decoder) orders(o *object) []Order {
	var out []Order
	for _, v := range o.list("orders") {
		n := asObject(v, o.at)
		key := Order{}
		switch n.text("type") {
		case "ORDER_DEFAULT", "ASCENDING":
		case "DESCENDING":
			key.Descending = true
		default:
			refuse(ReasonUnknownNode, n.at)
		}
		switch n.text("null_order") {
		case "ORDER_DEFAULT", "NULLS LAST":
		case "NULLS FIRST":
			key.NullsFirst = true
		default:
			refuse(ReasonUnknownNode, n.at)
		}
		key.Expr = d.orderKey(&key, n)
		n.done()
		out = append(out, key)
	}
	return out
}

// orderKey reads one expression; ORDER BY ALL arrives as a star.
func (d *decoder) orderKey(key *Order, n *object) Expr {
	v := n.take("expression")
	if fields, ok := v.(map[string]any); ok && fields["type"] == "STAR" {
		o := asObject(v, n.at)
		d.star(o, true)
		key.All = true
		return nil
	}
	return d.expr(v, n.at)
}
