package compile

import (
	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// moments reads sum, avg and what is derived from sums of products, as forms over cells: sums of monomials over the rows in which every
// column that the text names has a value.
func (b *builder) moments(e *sqltree.Call, method string, over []footprint.Term, c *cohortBuilder) (*aggregate, error) {
	if method == footprint.MethodStddev && b.query.Facts.Grade > 2 {
		return nil, sqltree.Refuse(sqltree.ReasonMoments, e.Position())
	}
	var args []polynomial
	for _, t := range over {
		p, err := b.polynomial(t, e.Position())
		if err != nil {
			return nil, err
		}
		if len(p.monomials) == 0 || len(p.named) == 0 {
			return nil, sqltree.Refuse(sqltree.ReasonArgument, e.Position())
		}
		if err := b.presentAll(p, c); err != nil {
			return nil, err
		}
		args = append(args, p)
	}
	a := &aggregate{method: method}
	if method == footprint.MethodStddev {
		a.method = e.Name
	}
	sums, err := b.sumsOf(a.method, args, e)
	if err != nil {
		return nil, err
	}
	for _, p := range sums {
		if p.monomials == nil {
			a.forms = append(a.forms, only(b.draft(c, Measure{Kind: MeasureRows})))
			continue
		}
		f, err := b.form(p, c, e)
		if err != nil {
			return nil, err
		}
		a.forms = append(a.forms, f)
	}
	return a, nil
}

// sumsOf lists the sums that a function is computed from; without monomials it is the number of rows. Of two arguments the first is y and
// the second x, as in SQL: Σy, n, Σy², Σx, Σx², Σxy.
func (b *builder) sumsOf(method string, args []polynomial, e *sqltree.Call) ([]polynomial, error) {
	rows := polynomial{}
	switch {
	case len(args) == 1 && method == footprint.MethodSum:
		return args, nil
	case len(args) == 1 && method == footprint.MethodAvg:
		return append(args, rows), nil
	}
	y, x := args[0], args[len(args)-1]
	out := []polynomial{y, rows}
	products := [][2]polynomial{{y, y}}
	if len(args) == 2 {
		products = append(products, [2]polynomial{x, x}, [2]polynomial{y, x})
	}
	for i, factors := range products {
		p, ok := factors[0].times(factors[1])
		if !ok {
			return nil, sqltree.Refuse(sqltree.ReasonDegree, e.Position(), maxDegree)
		}
		if i == 1 {
			out = append(out, x)
		}
		out = append(out, p)
	}
	return out, nil
}
