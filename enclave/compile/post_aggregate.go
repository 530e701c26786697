package compile

import (
	"fmt"
	"math/big"
	"strings"

	"yumen/catalog/footprint"
)

// aggregate is the released value of an aggregate: a cell, or what is derived from cells.
func (w *postWriter) aggregate(a *aggregate) postExpr {
	if len(a.forms) > 3 {
		return w.related(a)
	}
	var values []postExpr
	for _, f := range a.forms {
		values = append(values, w.form(f))
	}
	double := func(i int) string { return values[i].as(typeDouble) }
	switch {
	case a.method == footprint.MethodCount || a.method == footprint.MethodSum:
		return values[0]
	case a.method == footprint.MethodAvg:
		return postExpr{fmt.Sprintf("(%s / nullif(%s, 0))", double(0), double(1)), typeDouble}
	}
	divisor := double(1)
	if !strings.HasSuffix(a.method, "_pop") {
		divisor = "(" + divisor + " - 1)"
	}
	variance := fmt.Sprintf("(%s / nullif(%s, 0))", spread(double(0), double(1), double(2)), divisor)
	if strings.HasPrefix(a.method, "std") {
		variance = "sqrt(" + variance + ")"
	}
	return postExpr{variance, typeDouble}
}

// spread is Σx² − (Σx)²/n. Rounding may leave a little less than nothing. The engine's greatest() would also turn a withheld NULL into 0.
func spread(sum, rows, squares string) string {
	x := fmt.Sprintf("(%s - %s * %s / nullif(%s, 0))", squares, sum, sum, rows)
	return fmt.Sprintf("CASE WHEN %s < 0 THEN 0 ELSE %s END", x, x)
}

// related is a function of two columns, from Σy, n, Σy², Σx, Σx², Σxy. Cells that it does not need are not written: a constant of their
// forms would be bound to nothing.
func (w *postWriter) related(a *aggregate) postExpr {
	d := func(i int) string { return w.form(a.forms[i]).as(typeDouble) }
	y, n, x := func() string { return d(0) }, d(1), func() string { return d(3) }
	syy := func() string { return "(" + spread(y(), n, d(2)) + ")" }
	sxx := func() string { return "(" + spread(x(), n, d(4)) + ")" }
	sxy := func() string { return fmt.Sprintf("(%s - %s * %s / nullif(%s, 0))", d(5), y(), x(), n) }
	slope := func() string { return fmt.Sprintf("(%s / nullif(%s, 0))", sxy(), sxx()) }
	over := map[string]func() string{
		"covar_pop":      func() string { return fmt.Sprintf("(%s / nullif(%s, 0))", sxy(), n) },
		"covar_samp":     func() string { return fmt.Sprintf("(%s / nullif(%s - 1, 0))", sxy(), n) },
		"corr":           func() string { return fmt.Sprintf("(%s / nullif(sqrt(%s) * sqrt(%s), 0))", sxy(), sxx(), syy()) },
		"regr_avgx":      func() string { return fmt.Sprintf("(%s / nullif(%s, 0))", x(), n) },
		"regr_avgy":      func() string { return fmt.Sprintf("(%s / nullif(%s, 0))", y(), n) },
		"regr_sxx":       sxx,
		"regr_syy":       syy,
		"regr_sxy":       sxy,
		"regr_slope":     slope,
		"regr_intercept": func() string { return fmt.Sprintf("((%s - %s * %s) / nullif(%s, 0))", y(), slope(), x(), n) },
		"regr_r2": func() string {
			return fmt.Sprintf("(CASE WHEN %s = 0 AND %s > 0 THEN 1 ELSE %s * %s / nullif(%s * %s, 0) END)", syy(), sxx(), sxy(), sxy(), sxx(), syy())
		},
	}
	return postExpr{over[a.method](), typeDouble}
}

// form is a sum of cells with their factors. Whole factors add up exactly, in the widest decimal; others are a division of such a sum by a
// whole number, or doubles where they are too long.
func (w *postWriter) form(f form) postExpr {
	t := typeInteger
	shared := big.NewInt(1) // denominator
	for _, x := range f {
		t, _ = common(t, w.typeOf(x.cell))
		gcd := new(big.Int).GCD(nil, nil, shared, x.factor.Denom())
		shared.Mul(shared, new(big.Int).Quo(x.factor.Denom(), gcd))
	}
	var parts []string
	exact := shared.IsInt64()
	for _, x := range f {
		whole := new(big.Rat).Mul(x.factor, new(big.Rat).SetInt(shared)).Num()
		exact = exact && whole.IsInt64()
	}
	for _, x := range f {
		w.trace(Source{Part: w.relation, Index: x.cell})
		cell := postExpr{fmt.Sprintf("c%d", x.cell), w.typeOf(x.cell)}
		if !exact {
			factor, _ := x.factor.Float64()
			parts = append(parts, fmt.Sprintf("%s * %s", cell.as(typeDouble), w.bind(typeDouble, fmt.Sprintf("%g", factor))))
			continue
		}
		parts = append(parts, w.multiple(cell.as(t), new(big.Rat).Mul(x.factor, new(big.Rat).SetInt(shared)).Num().Int64(), t))
	}
	sum := postExpr{strings.Join(parts, " + "), t}
	if !exact {
		sum.typ = typeDouble
	}
	if len(parts) > 1 {
		sum.sql = "(" + sum.sql + ")"
	}
	if exact && shared.Int64() != 1 {
		sum = postExpr{fmt.Sprintf("(%s / %s)", sum.as(typeDouble), w.bind(typeDouble, shared.String())), typeDouble}
	}
	return sum
}

// multiple is a cell times a whole number.
func (w *postWriter) multiple(cell string, factor int64, t cellType) string {
	if factor == 1 {
		return cell
	}
	return fmt.Sprintf("CAST(%s * %s AS %s)", cell, w.bind(typeInteger, fmt.Sprint(factor)), t)
}

// typeOf is the type of a released cell.
func (w *postWriter) typeOf(cell int) cellType {
	m := w.plan.Cells[cell].Measure
	if m.adds() {
		return decimalType(m.scale())
	}
	return typeInteger
}

// bind makes a constant a parameter: it never stands in the generated text.
func (w *postWriter) bind(t cellType, text string) string {
	v := Value{Type: t.String(), Text: text}
	for i := range w.args {
		if w.args[i] == v {
			return fmt.Sprintf("CAST($%d AS %s)", i+1, t)
		}
	}
	w.args = append(w.args, v)
	return fmt.Sprintf("CAST($%d AS %s)", len(w.args), t)
}
