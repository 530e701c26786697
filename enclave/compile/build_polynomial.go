package compile

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// maxDegree is the largest number of columns that are multiplied in one monomial.
const maxDegree = 2

// maxFactor is the length in bits beyond which a constant of the text is none that anybody computes with.
const maxFactor = 256

// monomial is a product of columns, sorted, with its factor. No column at all is a constant: it adds up rows.
type monomial struct {
	factor  *big.Rat
	columns []*operand
}

// name is equal for equal products.
func (m monomial) name() string {
	var out []string
	for _, o := range m.columns {
		out = append(out, o.ref.Path+"\x00"+o.ref.Column)
	}
	return strings.Join(out, "\x01")
}

// polynomial is the argument of a sum or an average: monomials by name, and every column that the text names, for a row in which one of
// them is NULL is in no sum.
type polynomial struct {
	monomials map[string]monomial
	named     []*operand
}

func constantOf(factor *big.Rat) polynomial {
	return polynomial{monomials: map[string]monomial{"": {factor: factor}}}
}

// add adds a monomial; what comes to nothing is left out.
func (p *polynomial) add(m monomial) {
	name := m.name()
	if old, have := p.monomials[name]; have {
		m.factor = new(big.Rat).Add(old.factor, m.factor)
	}
	p.monomials[name] = m
	if m.factor.Sign() == 0 {
		delete(p.monomials, name)
	}
}

// plus is p + factor · q.
func (p polynomial) plus(q polynomial, factor *big.Rat) polynomial {
	out := polynomial{monomials: map[string]monomial{}, named: slices.Concat(p.named, q.named)}
	for _, m := range p.sorted() {
		out.add(m)
	}
	for _, m := range q.sorted() {
		out.add(monomial{new(big.Rat).Mul(m.factor, factor), m.columns})
	}
	return out
}

// times is p · q, and false where too many columns would be multiplied.
func (p polynomial) times(q polynomial) (polynomial, bool) {
	out := polynomial{monomials: map[string]monomial{}, named: slices.Concat(p.named, q.named)}
	for _, x := range p.sorted() {
		for _, y := range q.sorted() {
			columns := slices.Concat(x.columns, y.columns)
			if len(columns) > maxDegree {
				return out, false
			}
			slices.SortFunc(columns, func(a, b *operand) int { return compareRefs(a.ref, b.ref) })
			out.add(monomial{new(big.Rat).Mul(x.factor, y.factor), columns})
		}
	}
	return out, true
}

// sorted lists the monomials by name.
func (p polynomial) sorted() []monomial {
	var out []monomial
	for _, m := range p.monomials {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b monomial) int { return strings.Compare(a.name(), b.name()) })
	return out
}

// constant is the value of a polynomial without columns.
func (p polynomial) constant() (*big.Rat, bool) {
	m, have := p.monomials[""]
	switch {
	case len(p.named) > 0 || len(p.monomials) > 1 || len(p.monomials) == 1 && !have:
		return nil, false
	case !have:
		return new(big.Rat), true
	}
	return m.factor, true
}

// polynomial reads sums and products of measures and numbers. at is the position of the aggregate.
func (b *builder) polynomial(t footprint.Term, at int) (polynomial, error) {
	t = t.Follow()
	switch e := t.Expr.(type) {
	case *sqltree.Literal:
		r, ok := new(big.Rat).SetString(e.Text)
		if e.Kind != sqltree.LiteralNumber || !ok || r.Num().BitLen() > maxFactor || r.Denom().BitLen() > maxFactor {
			return polynomial{}, sqltree.Refuse(sqltree.ReasonArgument, at)
		}
		return constantOf(r), nil
	case *sqltree.Column, *sqltree.Cast:
		o, err := b.measured(t, at)
		if err != nil {
			return polynomial{}, err
		}
		p := polynomial{monomials: map[string]monomial{}, named: []*operand{o}}
		p.add(monomial{big.NewRat(1, 1), []*operand{o}})
		return p, nil
	case *sqltree.Call:
		return b.computed(t.In, e, at)
	}
	return polynomial{}, sqltree.Refuse(sqltree.ReasonArgument, at)
}

// computed reads one operator.
func (b *builder) computed(in *footprint.Select, e *sqltree.Call, at int) (polynomial, error) {
	refused := sqltree.Refuse(sqltree.ReasonArgument, at)
	if !strings.Contains(" + - * / ", " "+e.Name+" ") {
		return polynomial{}, refused
	}
	var args []polynomial
	for _, x := range e.Args {
		p, err := b.polynomial(footprint.Term{In: in, Expr: x}, at)
		if err != nil {
			return polynomial{}, err
		}
		args = append(args, p)
	}
	sign := big.NewRat(1, 1)
	if e.Name == "-" {
		sign.Neg(sign)
	}
	switch {
	case len(args) == 1 && (e.Name == "-" || e.Name == "+"):
		return polynomial{}.plus(args[0], sign), nil
	case len(args) != 2:
		return polynomial{}, refused
	case e.Name == "+" || e.Name == "-":
		return args[0].plus(args[1], sign), nil
	case e.Name == "/":
		by, ok := args[1].constant()
		if !ok || by.Sign() == 0 {
			return polynomial{}, refused
		}
		return polynomial{}.plus(args[0], new(big.Rat).Inv(by)), nil
	}
	p, ok := args[0].times(args[1])
	if !ok {
		return p, sqltree.Refuse(sqltree.ReasonDegree, at, maxDegree)
	}
	return p, nil
}

// form drafts the cells that the sum of a polynomial is computed from, over a cohort in which no column that it names is NULL.
func (b *builder) form(p polynomial, c *cohortBuilder, e *sqltree.Call) (form, error) {
	var out form
	for _, m := range p.sorted() {
		if m.factor.Num().BitLen() > maxFactor || m.factor.Denom().BitLen() > maxFactor {
			return nil, sqltree.Refuse(sqltree.ReasonArgument, e.Position())
		}
		cell, err := b.monomial(m, c, e)
		if err != nil {
			return nil, err
		}
		out = append(out, term{cell: cell, factor: m.factor})
	}
	return out, nil
}

// monomial drafts the cell of one product. A column that can only be 0 or 1 is a condition: what is multiplied by it is added up where it
// is 1, and its own sum is the number of those rows.
func (b *builder) monomial(m monomial, c *cohortBuilder, e *sqltree.Call) (int, error) {
	var columns []*operand
	for _, o := range m.columns {
		narrowed, ok := b.ones(o, c)
		if ok {
			c = narrowed
			continue
		}
		columns = append(columns, o)
	}
	if len(columns) == 0 {
		return b.draft(c, Measure{Kind: MeasureRows}), nil
	}
	if err := b.fits(columns, e); err != nil {
		return 0, err
	}
	first := columns[0]
	out := Measure{Kind: MeasureSum, Column: first.ref, Type: first.column.Type, SensitiveValues: sensitiveValues(first.column)}
	if len(columns) == maxDegree {
		if second := columns[1]; second.ref == first.ref {
			out.Kind = MeasureSquares
		} else {
			out.Kind = MeasureProducts
			out.Other = &Factor{Column: second.ref, Type: second.column.Type, SensitiveValues: sensitiveValues(second.column)}
		}
	}
	return b.draft(c, out), nil
}

// sumHeadroom is the number of digits that a sum needs beyond those of its largest term: ten thousand million terms.
const sumHeadroom = 10

// fits checks that the sum of a product cannot leave the widest decimal, and that no square is taken from grade 3.
func (b *builder) fits(columns []*operand, e *sqltree.Call) error {
	digits := sumHeadroom
	for _, o := range columns {
		digits += digitsOf(o.column)
	}
	if len(columns) == maxDegree && columns[0].ref == columns[1].ref && b.query.Facts.Grade > 2 {
		return sqltree.Refuse(sqltree.ReasonMoments, e.Position())
	}
	if len(columns) == maxDegree && digits > 38 {
		return sqltree.Refuse(sqltree.ReasonOverflow, e.Position())
	}
	return nil
}

// digitsOf is the largest number of digits of a column's values, the point left out: by its type, or by its bounds where these are narrower.
func digitsOf(c *catalog.Column) int {
	t, err := catalog.ParseType(c.Type)
	if err != nil {
		return 38
	}
	digits := t.Precision
	switch t.Name {
	case catalog.TypeInteger:
		digits = 10
	case catalog.TypeBigint:
		digits = 19
	}
	if len(c.Bounds) != 2 {
		return digits
	}
	bounded := 0
	for _, bound := range c.Bounds {
		r, err := bound.Rat()
		if err != nil {
			return digits
		}
		scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(t.Scale)), nil)))
		bounded = max(bounded, len(new(big.Int).Abs(new(big.Int).Quo(scaled.Num(), scaled.Denom())).String()))
	}
	return min(digits, bounded)
}

// presentAll restricts a cohort to rows in which no column of a polynomial is NULL.
func (b *builder) presentAll(p polynomial, c *cohortBuilder) error {
	for _, o := range p.named {
		if err := b.notNull(o, c); err != nil {
			return err
		}
	}
	return nil
}

// term is a cell with its factor, form a sum of them: a value that is linear in released cells.
type (
	term struct {
		cell   int // a draft, until the plan sorts them
		factor *big.Rat
	}
	form []term
)

// only is the form that is one cell.
func only(cell int) form { return form{{cell: cell, factor: big.NewRat(1, 1)}} }

// String is the canonical text of the form, by which equal ones are found.
func (f form) String() string {
	var out []string
	for _, t := range f {
		out = append(out, fmt.Sprintf("%s*c%d", t.factor.RatString(), t.cell))
	}
	return strings.Join(out, "+")
}

// over is the form over the cells that drafts became.
func (f form) over(cells []int) form {
	out := slices.Clone(f)
	for i := range out {
		out[i].cell = cells[out[i].cell]
	}
	return out
}
