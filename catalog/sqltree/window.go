package sqltree

import "strings"

// Window is a function of the closed list over the rows of the answer: name(args) OVER (PARTITION BY … ORDER BY …). Its frame is the default
// one: the whole partition, or with an order everything up to the row and its equals.
type Window struct {
	Pos
	Name      string // rank, dense_rank, row_number, sum, avg, min, max, count
	Args      []Expr
	Partition []Expr
	Order     []Order
}

// windows maps the names of the closed list, which the parser gives in lower case, to the number of arguments; count takes one or none.
var windows = map[string]int{"rank": 0, "dense_rank": 0, "row_number": 0, "sum": 1, "avg": 1, "mean": 1, "min": 1, "max": 1, "count": 1}

func (d *decoder) window(o *object) Expr {
	w := &Window{Pos: o.at, Name: o.text("function_name")}
	arguments, known := windows[w.Name]
	if !known {
		refuse(ReasonWindow, o.at)
	}
	o.empty(ReasonWindow, "schema", "catalog", "start_expr", "end_expr", "offset_expr", "default_expr", "ignore_nulls", "filter_expr", "distinct", "arg_orders")
	o.must("start", "UNBOUNDED_PRECEDING", ReasonWindow)
	o.must("end", "CURRENT_ROW_RANGE", ReasonWindow)
	o.must("exclude_clause", "NO_OTHER", ReasonWindow)
	w.Args = d.exprs(o.list("children"), o.at)
	w.Partition = d.exprs(o.list("partitions"), o.at)
	w.Order = d.orders(o)
	if len(w.Args) != arguments && (w.Name != "count" || len(w.Args) > 1) {
		refuse(ReasonWindow, o.at)
	}
	for _, x := range w.Order {
		if x.All {
			refuse(ReasonWindow, o.at)
		}
	}
	if w.Name == "mean" {
		w.Name = "avg"
	}
	return w
}

func (w *Window) children() []Expr {
	all := append(append([]Expr(nil), w.Args...), w.Partition...)
	for _, o := range w.Order {
		all = append(all, o.Expr)
	}
	return all
}

// windowText writes an order that goes up, and NULL at its end, without a word, as the tree does not say whether the text has one.
func windowText(w *Window) string {
	var parts []string
	if len(w.Partition) > 0 {
		parts = append(parts, "PARTITION BY "+join(w.Partition, ", "))
	}
	var order []string
	for _, o := range w.Order {
		text := Text(o.Expr)
		if o.Descending {
			text += " DESC"
		}
		if o.NullsFirst {
			text += " NULLS FIRST"
		}
		order = append(order, text)
	}
	if len(order) > 0 {
		parts = append(parts, "ORDER BY "+strings.Join(order, ", "))
	}
	return w.Name + "(" + join(w.Args, ", ") + ") OVER (" + strings.Join(parts, " ") + ")"
}
