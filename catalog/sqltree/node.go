// Package sqltree owns the typed tree of a query: a closed set of nodes, decoded from the parse tree that DuckDB 1.5.5
// serialises. What the set cannot say is refused here, with a position and a remedy; nothing is skipped.
//
// The text itself is never looked at: json_serialize_sql has parsed it as data, in a worker without data.
package sqltree

// None is the position of a node that the parser made itself.
const None = -1

// Expr is an expression. Position is the byte offset of its first mark in the text, or None.
type Expr interface{ Position() int }

// Pos is the position that every node carries.
type Pos int

// Position returns the byte offset, or None.
func (p Pos) Position() int { return int(p) }

// Select is one SELECT with everything that belongs to it. With Union set it is the rows of several, one after the other; then it has neither
// Items nor From, and what these rule.
type Select struct {
	Pos
	Union    []*Select // of UNION ALL, two or more
	With     []CTE
	Items    []Item
	From     From // nil when there is none
	Where    Expr // nil when there is none
	Groups   []Expr
	GroupAll bool // GROUP BY ALL
	Having   Expr
	Distinct bool
	Order    []Order
	Limit    *uint64
	Offset   uint64
}

// CTE is one named query of a WITH clause. Columns renames its results, from the left.
type CTE struct {
	Name    string
	Columns []string
	Select  *Select
}

// Item is one expression of a select list; Alias is empty when the text gives none.
type Item struct {
	Expr  Expr
	Alias string
}

// Order is one key of ORDER BY. With All set the expression is nil: ORDER BY ALL.
type Order struct {
	Expr       Expr
	All        bool
	Descending bool
	NullsFirst bool
}

// From is a relation of a FROM clause: *Table, *Join or *Subquery.
type From interface{ Position() int }

// Table names a relation of the catalog or of a WITH clause. Schema is empty or as written.
type Table struct {
	Pos
	Schema string
	Name   string
	Alias  string
}

// JoinKind is a kind of join that has a typing rule; the last two are of grouped results only.
type JoinKind string

// The joins of the closed set.
const (
	JoinInner JoinKind = "INNER"
	JoinLeft  JoinKind = "LEFT"
	JoinRight JoinKind = "RIGHT"
	JoinFull  JoinKind = "FULL"
	JoinCross JoinKind = "CROSS"
)

// Join joins two relations on a condition or on columns of the same name, or on neither (JoinCross).
type Join struct {
	Pos
	Kind        JoinKind
	Left, Right From
	On          Expr
	Using       []string
}

// Subquery is a query in a FROM clause. Columns renames its results, from the left.
type Subquery struct {
	Pos
	Select  *Select
	Alias   string
	Columns []string
}

// Column is a reference by name: column, table.column or main.table.column.
type Column struct {
	Pos
	Names []string
}

// Star is * in a select list. It is decoded so that a fault of the relation is named first.
type Star struct{ Pos }

// LiteralKind is the kind of a literal.
type LiteralKind string

// The kinds of literals.
const (
	LiteralNull   LiteralKind = "NULL"
	LiteralBool   LiteralKind = "BOOLEAN" // true, false
	LiteralNumber LiteralKind = "NUMBER"  // a decimal number as written, without its sign's spaces
	LiteralText   LiteralKind = "TEXT"
	LiteralDate   LiteralKind = "DATE" // YYYY-MM-DD, a day that exists
)

// Literal is a constant of the text. Type is the parser's type of a number: INTEGER, BIGINT, HUGEINT, UHUGEINT,
// DECIMAL(p,s) or DOUBLE.
type Literal struct {
	Pos
	Kind LiteralKind
	Text string
	Type string
}

// Call is a function or an operator of the closed list (Class). Name is lower-case, as the parser gives it.
type Call struct {
	Pos
	Name     string
	Class    Class
	Args     []Expr
	Distinct bool
	Filter   Expr
	Operator bool
}

// CompareOp is a comparison.
type CompareOp string

// The comparisons.
const (
	Equal           CompareOp = "="
	NotEqual        CompareOp = "!="
	Less            CompareOp = "<"
	LessEqual       CompareOp = "<="
	Greater         CompareOp = ">"
	GreaterEqual    CompareOp = ">="
	DistinctFrom    CompareOp = "IS DISTINCT FROM"
	NotDistinctFrom CompareOp = "IS NOT DISTINCT FROM"
)

// Compare compares two expressions.
type Compare struct {
	Pos
	Op          CompareOp
	Left, Right Expr
}

// Between is X BETWEEN Low AND High, both inclusive.
type Between struct {
	Pos
	X, Low, High Expr
}

// Logic is a conjunction (And) or a disjunction of two or more conditions.
type Logic struct {
	Pos
	And  bool
	Args []Expr
}

// Not negates a condition.
type Not struct {
	Pos
	X Expr
}

// In is X IN (List), or NOT IN.
type In struct {
	Pos
	X       Expr
	List    []Expr
	Negated bool
}

// IsNull is X IS NULL, or IS NOT NULL.
type IsNull struct {
	Pos
	X       Expr
	Negated bool
}

// Case is CASE WHEN … THEN … ELSE … END; a missing ELSE is a NULL literal. CASE x WHEN v is WHEN x = v.
type Case struct {
	Pos
	Whens []When
	Else  Expr
}

// When is one branch of a Case.
type When struct{ If, Then Expr }

// Cast converts X to a type. Implicit casts come from the parser (IS TRUE), not from the text.
type Cast struct {
	Pos
	X        Expr
	Type     string // canonical: BIGINT, DECIMAL(10,2), …
	Try      bool
	Implicit bool
}

// Query is a subquery that stands for one value: (SELECT …) in an expression.
type Query struct {
	Pos
	Select *Select
}

// Exprs lists the expressions of the SELECT itself, in the order of its clauses.
func (s *Select) Exprs() []Expr {
	var out []Expr
	for _, i := range s.Items {
		out = append(out, i.Expr)
	}
	out = append(append(append(out, s.Where), s.Groups...), s.Having)
	for _, o := range s.Order {
		out = append(out, o.Expr)
	}
	return append(out, conditions(s.From)...)
}

func conditions(f From) []Expr {
	j, ok := f.(*Join)
	if !ok {
		return nil
	}
	return append(append(conditions(j.Left), conditions(j.Right)...), j.On)
}

// Queries lists the subqueries in the expressions of the SELECT.
func (s *Select) Queries() []*Query {
	var out []*Query
	for _, root := range s.Exprs() {
		Walk(root, func(e Expr) bool {
			if q, ok := e.(*Query); ok {
				out = append(out, q)
			}
			return true
		})
	}
	return out
}

// Walk calls visit for the expression and, while it returns true, for what is inside. A nil expression is skipped.
func Walk(e Expr, visit func(Expr) bool) {
	if e == nil || !visit(e) {
		return
	}
	for _, child := range Children(e) {
		Walk(child, visit)
	}
}

// Children returns the direct parts of an expression, in text order.
func Children(e Expr) []Expr {
	switch e := e.(type) {
	case *Call:
		if e.Filter != nil {
			return append(append([]Expr(nil), e.Args...), e.Filter)
		}
		return e.Args
	case *Compare:
		return []Expr{e.Left, e.Right}
	case *Between:
		return []Expr{e.X, e.Low, e.High}
	case *Logic:
		return e.Args
	case *Not:
		return []Expr{e.X}
	case *In:
		return append([]Expr{e.X}, e.List...)
	case *IsNull:
		return []Expr{e.X}
	case *Case:
		var all []Expr
		for _, w := range e.Whens {
			all = append(all, w.If, w.Then)
		}
		return append(all, e.Else)
	case *Cast:
		return []Expr{e.X}
	case *Window:
		return e.children()
	}
	return nil
}
