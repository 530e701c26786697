package compile

import (
	"strconv"
	"strings"
	"time"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// operand is the column side of a condition or of a group key: a column of the base or a result of the roll-up, bare or
// generalised.
type operand struct {
	ref    ColumnRef
	node   *node           // the table, nil for a result of the roll-up
	column *catalog.Column // the column; of a result, its base column (nil for a count)
	result *RollupColumn   // of a result of the roll-up
	gen    catalog.GeneraliserName
	trunc  bool // date_trunc: the value is the first day of the period
	n      int64
	at     int
}

// generalised reports whether the operand is not the column itself.
func (o *operand) generalised() bool { return o.gen != "" }

// declared reports whether the column declares the operand's generaliser.
func (o *operand) declared(d *domain) bool {
	for _, g := range d.declared {
		if g.Name == o.gen && g.N == o.n {
			return true
		}
	}
	return false
}

// operand reads an expression as a column of the base. Nil without error means that it is something else.
func (b *builder) operand(t footprint.Term) (*operand, error) {
	t = t.Follow()
	at := t.Expr.Position()
	switch e := t.Expr.(type) {
	case *sqltree.Column:
		src, c := t.Column()
		n := b.nodes[src]
		if n == nil || c == nil {
			return nil, sqltree.Refuse(sqltree.ReasonInner, at)
		}
		return &operand{ref: ColumnRef{Path: n.path, Column: c.Name}, node: n, column: c, at: at}, nil
	case *sqltree.Cast:
		return b.castOperand(t, e)
	case *sqltree.Call:
		if _, _, ok := generaliserOf(e); ok {
			return b.generalised(t, e)
		}
		if e.Class == sqltree.ClassAggregate && b.inner != nil && t.In == b.inner {
			return b.result(e)
		}
	}
	return nil, nil
}

// castOperand lets the parser's own cast of a truth value pass (flag IS TRUE) and refuses every other cast of a column.
func (b *builder) castOperand(t footprint.Term, e *sqltree.Cast) (*operand, error) {
	inside, err := b.operand(footprint.Term{In: t.In, Expr: e.X})
	if err != nil || inside == nil {
		return nil, err
	}
	if e.Implicit && inside.column != nil && inside.column.Type == string(catalog.TypeBoolean) {
		return inside, nil
	}
	return nil, sqltree.Refuse(sqltree.ReasonCastColumn, e.Position())
}

// generalised reads year(c), date_trunc('month', c), band(c, n), left(c, n) and their spellings.
func (b *builder) generalised(t footprint.Term, e *sqltree.Call) (*operand, error) {
	column, gen, ok := generaliserOf(e)
	if !ok {
		return nil, nil
	}
	o, err := b.operand(footprint.Term{In: t.In, Expr: column})
	if err != nil || o == nil || o.generalised() || o.result != nil && gen.Name != catalog.GeneraliseBand {
		return nil, err
	}
	o.gen, o.n, o.trunc, o.at = gen.Name, gen.N, strings.HasPrefix(e.Name, "date") && strings.HasSuffix(e.Name, "trunc"), e.Position()
	return o, nil
}

// bandOf reads floor(c / n) * n, the lower edge of a band in plain arithmetic.
func bandOf(e *sqltree.Call) (column sqltree.Expr, g catalog.Generaliser, ok bool) {
	if e.Name != "*" || len(e.Args) != 2 {
		return nil, g, false
	}
	for i, width := range e.Args {
		floor, isCall := e.Args[1-i].(*sqltree.Call)
		if n := whole(width); n > 0 && isCall && floor.Name == "floor" && len(floor.Args) == 1 {
			over, isCall := floor.Args[0].(*sqltree.Call)
			if isCall && over.Name == "/" && len(over.Args) == 2 && whole(over.Args[1]) == n {
				return over.Args[0], catalog.Generaliser{Name: catalog.GeneraliseBand, N: n}, true
			}
		}
	}
	return nil, g, false
}

// generaliserOf is the generaliser that a call spells, and the column it is applied to.
func generaliserOf(e *sqltree.Call) (column sqltree.Expr, g catalog.Generaliser, ok bool) {
	args := e.Args
	if e.Class != sqltree.ClassGeneralise {
		return bandOf(e)
	}
	switch e.Name {
	case "year", "quarter", "month", "decade":
		if len(args) != 1 {
			return nil, g, false
		}
		return args[0], catalog.Generaliser{Name: catalog.GeneraliserName(e.Name)}, true
	case "date_trunc", "datetrunc", "date_part", "datepart":
		if len(args) != 2 {
			return nil, g, false
		}
		part, isText := args[0].(*sqltree.Literal)
		if !isText || part.Kind != sqltree.LiteralText {
			return nil, g, false
		}
		g.Name = catalog.GeneraliserName(strings.ToLower(part.Text))
		known := g.Name == catalog.GeneraliseYear || g.Name == catalog.GeneraliseQuarter || g.Name == catalog.GeneraliseMonth ||
			g.Name == catalog.GeneraliseDecade && strings.HasSuffix(e.Name, "part")
		return args[1], g, known
	case "substr", "substring":
		if len(args) != 3 || whole(args[1]) != 1 {
			return nil, g, false
		}
		args = []sqltree.Expr{args[0], args[2]}
	}
	if len(args) != 2 || whole(args[1]) < 1 {
		return nil, g, false
	}
	g = catalog.Generaliser{Name: catalog.GeneralisePrefix, N: whole(args[1])}
	if e.Name == "band" {
		g.Name = catalog.GeneraliseBand
	}
	return args[0], g, true
}

// whole is the value of a whole number, or -1.
func whole(e sqltree.Expr) int64 {
	l, ok := e.(*sqltree.Literal)
	if !ok || l.Kind != sqltree.LiteralNumber {
		return -1
	}
	n, err := strconv.ParseInt(l.Text, 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// domain is what may be said about the operand.
func (o *operand) domain(b *builder) (*domain, error) {
	var d *domain
	ok := false
	switch {
	case o.result != nil:
		d, ok = resultDomain(o.result.Func, o.column)
	case o.column != nil:
		d, ok = b.domainOf(o.column)
	}
	if !ok {
		return nil, sqltree.Refuse(sqltree.ReasonPredicate, o.at)
	}
	if o.node != nil {
		d.notNull = d.notNull || b.facts.notNull(o.node.src.Dataset, o.column.Name)
	}
	if o.generalised() && !o.declared(d) {
		why := sqltree.ReasonGeneralisedOnly
		if d.describe() == "" {
			why = sqltree.ReasonPredicate
		}
		return nil, sqltree.Refuse(why, o.at, arguments(d.describe())...)
	}
	return d, nil
}

// arguments is a remedy's argument, or none when it is empty.
func arguments(text string) []any {
	if text == "" {
		return nil
	}
	return []any{text}
}

// edge is the place of a literal on the axis of the operand.
func (o *operand) edge(d *domain, l *sqltree.Literal) (edge, error) {
	switch {
	case !o.generalised():
		return d.value(l)
	case o.gen == catalog.GeneraliseBand:
		return d.band(l, o.n)
	case o.gen == catalog.GeneralisePrefix:
		if l.Kind != sqltree.LiteralText {
			return edge{}, sqltree.Refuse(sqltree.ReasonLiteral, l.Position(), string(catalog.TypeVarchar))
		}
		if int64(len([]rune(l.Text))) != o.n {
			return edge{}, sqltree.Refuse(sqltree.ReasonPrefix, l.Position(), d.describe())
		}
		return d.prefix(l.Text, l.Position())
	case o.trunc:
		return o.truncEdge(d, l)
	case o.gen == catalog.GeneraliseYear || o.gen == catalog.GeneraliseDecade:
		return o.yearEdge(l)
	}
	return edge{}, sqltree.Refuse(sqltree.ReasonPredicate, o.at) // the month of any year is no range
}

// yearEdge is the year or the decade of a number, as DuckDB counts decades: 196 is 1960 to 1969.
func (o *operand) yearEdge(l *sqltree.Literal) (edge, error) {
	n := whole(l)
	length := int64(1)
	if o.gen == catalog.GeneraliseDecade {
		length = 10
	}
	if l.Kind != sqltree.LiteralNumber {
		return edge{}, sqltree.Refuse(sqltree.ReasonLiteral, l.Position(), string(catalog.TypeBigint))
	}
	if n < 1 || n*length > 9998 {
		return edge{}, sqltree.Refuse(sqltree.ReasonDomain, l.Position())
	}
	first := func(n int64) string { return day(int(n*length), 1) }
	return edge{lo: first(n), hi: first(n + 1), aligned: true, at: l.Position()}, nil
}

func day(year, month int) string {
	return time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// truncEdge is the period that a day begins; another day begins none.
func (o *operand) truncEdge(d *domain, l *sqltree.Literal) (edge, error) {
	text, err := d.literal(l)
	if err != nil {
		return edge{}, err
	}
	g, err := catalog.ParseGrid(string(o.gen), d.typ)
	if err != nil || !g.Contains(text) {
		return edge{}, sqltree.Refuse(sqltree.ReasonGrid, l.Position(), string(o.gen))
	}
	from, err := time.Parse(time.DateOnly, text)
	if err != nil || from.Year() > 9998 {
		return edge{}, sqltree.Refuse(sqltree.ReasonDomain, l.Position())
	}
	months := map[catalog.GeneraliserName]int{catalog.GeneraliseYear: 12, catalog.GeneraliseQuarter: 3, catalog.GeneraliseMonth: 1}[o.gen]
	return edge{lo: text, hi: day(from.Year(), int(from.Month())+months), aligned: true, at: l.Position()}, nil
}
