package sqltree

import "strings"

// How tightly the parts of an expression hold together; what holds less tightly than its place asks stands in parentheses.
const (
	rankOr = iota
	rankAnd
	rankNot
	rankCompare
	rankAdd
	rankTimes
	rankPrimary
)

// expr writes an expression in a place that asks for a rank.
func (w *writer) expr(e Expr, place int) {
	defer func() { w.depth-- }()
	if !w.in() {
		return
	}
	if rankOf(e) < place {
		w.put("(")
		defer w.put(")")
	}
	switch e := e.(type) {
	case *Column:
		if len(e.Names) == 0 {
			w.open()
		}
		for i, n := range e.Names {
			if i > 0 {
				w.put(".")
			}
			w.put(writtenName(n))
		}
	case *Literal:
		w.literal(e)
	case *Call:
		w.call(e)
	case *Compare:
		w.expr(e.Left, rankAdd)
		w.put(" ", string(e.Op), " ")
		w.expr(e.Right, rankAdd)
	case *Between:
		w.expr(e.X, rankAdd)
		w.put(" BETWEEN ")
		w.expr(e.Low, rankAdd)
		w.put(" AND ")
		w.expr(e.High, rankAdd)
	case *Logic:
		w.logic(e)
	case *Not:
		w.put("NOT ")
		w.expr(e.X, rankNot)
	case *In:
		w.member(e)
	case *IsNull:
		w.expr(e.X, rankAdd)
		w.put(map[bool]string{true: " IS NOT NULL", false: " IS NULL"}[e.Negated])
	case *Case:
		w.choice(e)
	case *Cast:
		w.cast(e)
	case *Window:
		w.window(e)
	case *Query:
		w.put("(")
		w.query(e.Select)
		w.put(")")
	default:
		w.open()
	}
}

// rankOf is how tightly an expression holds together.
func rankOf(e Expr) int {
	switch e := e.(type) {
	case *Logic:
		if e.And {
			return rankAnd
		}
		return rankOr
	case *Not:
		return rankNot
	case *Compare, *Between, *In, *IsNull:
		return rankCompare
	case *Cast:
		if e.Implicit {
			return rankOf(e.X)
		}
	case *Call:
		if e.Operator && len(e.Args) == 2 {
			return rankOfOperator(e.Name)
		}
	}
	return rankPrimary
}

func rankOfOperator(name string) int {
	switch name {
	case "+", "-":
		return rankAdd
	case "*", "/", "//", "%":
		return rankTimes
	}
	return rankCompare
}

func (w *writer) literal(l *Literal) {
	switch l.Kind {
	case LiteralNull:
		w.put("NULL")
	case LiteralText:
		w.put("'", strings.ReplaceAll(l.Text, "'", "''"), "'")
	case LiteralBool:
		w.put(strings.ToUpper(l.Text))
	case LiteralDate:
		w.put("DATE '", l.Text, "'")
	case LiteralNumber:
		w.put(l.Text)
	default:
		w.open()
	}
}

// words are the spellings of operators that the parser names by signs.
var words = map[string]string{"~~": "LIKE", "!~~": "NOT LIKE"}

func (w *writer) call(c *Call) {
	if functions[c.Name] != c.Class || c.Class == "" {
		w.open()
		return
	}
	switch {
	case c.Operator && len(c.Args) == 2:
		rank := rankOfOperator(c.Name)
		word := c.Name
		if words[word] != "" {
			word = words[word]
		}
		left := rank
		if rank == rankCompare {
			left++
		}
		w.expr(c.Args[0], left)
		w.put(" ", word, " ")
		w.expr(c.Args[1], rank+1)
		return
	case c.Operator && len(c.Args) == 1:
		w.put(c.Name)
		w.expr(c.Args[0], rankPrimary)
		return
	case c.Name == "count_star":
		w.put("count(*)")
	default:
		w.put(quoteCall(c.Name), "(")
		if c.Distinct {
			w.put("DISTINCT ")
		}
		if c.Distinct && len(c.Args) > 1 {
			w.put("(")
			defer w.filter(c.Filter)
			w.list(c.Args)
			w.put("))")
			return
		}
		w.list(c.Args)
		w.put(")")
	}
	w.filter(c.Filter)
}

// quoteCall writes the name of a function. Those of the closed list that are words of the grammar are called by these words.
func quoteCall(name string) string {
	if plainName.MatchString(name) {
		return name
	}
	return Quote(name)
}

func (w *writer) filter(e Expr) {
	if e != nil {
		w.put(" FILTER (WHERE ")
		w.expr(e, rankOr)
		w.put(")")
	}
}

func (w *writer) logic(l *Logic) {
	rank, word := rankOr, " OR "
	if l.And {
		rank, word = rankAnd, " AND "
	}
	for i, part := range l.Args {
		if i > 0 {
			w.put(word)
		}
		w.expr(part, rank+1)
	}
}

func (w *writer) member(e *In) {
	w.expr(e.X, rankAdd)
	w.put(map[bool]string{true: " NOT IN (", false: " IN ("}[e.Negated])
	w.list(e.List)
	w.put(")")
}

func (w *writer) choice(c *Case) {
	w.put("CASE")
	for _, b := range c.Whens {
		w.put(" WHEN ")
		w.expr(b.If, rankOr)
		w.put(" THEN ")
		w.expr(b.Then, rankOr)
	}
	if l, none := c.Else.(*Literal); !none || l.Kind != LiteralNull {
		w.put(" ELSE ")
		w.expr(c.Else, rankOr)
	}
	w.put(" END")
}

// cast leaves out what the parser added: a condition is a truth value as it is.
func (w *writer) cast(c *Cast) {
	if c.Implicit {
		w.expr(c.X, rankOr)
		return
	}
	w.put(map[bool]string{true: "TRY_CAST(", false: "CAST("}[c.Try])
	w.expr(c.X, rankOr)
	w.put(" AS ", c.Type, ")")
}

func (w *writer) window(e *Window) {
	w.put(quoteCall(e.Name), "(")
	w.list(e.Args)
	w.put(") OVER (")
	if len(e.Partition) > 0 {
		w.put("PARTITION BY ")
		w.list(e.Partition)
	}
	if len(e.Order) > 0 {
		if len(e.Partition) > 0 {
			w.put(" ")
		}
		w.put("ORDER BY ")
		w.orders(e.Order)
	}
	w.put(")")
}
