package compile

import (
	"fmt"
	"strconv"
	"strings"

	"yumen/catalog/sqltree"
)

func (w *postWriter) exprs(list []sqltree.Expr) ([]postExpr, error) {
	var out []postExpr
	for _, e := range list {
		x, err := w.expr(e)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// unified casts expressions to their common type.
func (w *postWriter) unified(at int, list []sqltree.Expr) ([]string, cellType, error) {
	all, err := w.exprs(list)
	if err != nil {
		return nil, cellType{}, err
	}
	t := typeNull
	for _, x := range all {
		both, ok := common(t, x.typ)
		if !ok {
			return nil, t, sqltree.Refuse(sqltree.ReasonCellType, at)
		}
		t = both
	}
	var out []string
	for _, x := range all {
		out = append(out, x.as(t))
	}
	return out, t, nil
}

func (w *postWriter) compare(e *sqltree.Compare) (postExpr, error) {
	sides, _, err := w.unified(e.Position(), []sqltree.Expr{e.Left, e.Right})
	if err != nil {
		return postExpr{}, err
	}
	return postExpr{fmt.Sprintf("(%s %s %s)", sides[0], e.Op, sides[1]), typeBool}, nil
}

func (w *postWriter) between(e *sqltree.Between) (postExpr, error) {
	all, _, err := w.unified(e.Position(), []sqltree.Expr{e.X, e.Low, e.High})
	if err != nil {
		return postExpr{}, err
	}
	return postExpr{fmt.Sprintf("(%s BETWEEN %s AND %s)", all[0], all[1], all[2]), typeBool}, nil
}

func (w *postWriter) in(e *sqltree.In) (postExpr, error) {
	all, _, err := w.unified(e.Position(), append([]sqltree.Expr{e.X}, e.List...))
	if err != nil {
		return postExpr{}, err
	}
	op := "IN"
	if e.Negated {
		op = "NOT IN"
	}
	return postExpr{fmt.Sprintf("(%s %s (%s))", all[0], op, strings.Join(all[1:], ", ")), typeBool}, nil
}

func (w *postWriter) logic(e *sqltree.Logic) (postExpr, error) {
	op := " OR "
	if e.And {
		op = " AND "
	}
	all, err := w.exprs(e.Args)
	if err != nil {
		return postExpr{}, err
	}
	var parts []string
	for i, x := range all {
		if x.typ.kind != kindBool && x.typ.kind != kindNull {
			return postExpr{}, sqltree.Refuse(sqltree.ReasonCellType, e.Args[i].Position())
		}
		parts = append(parts, x.sql)
	}
	return postExpr{"(" + strings.Join(parts, op) + ")", typeBool}, nil
}

func (w *postWriter) prefixed(op string, e sqltree.Expr) (postExpr, error) {
	x, err := w.expr(e)
	if err == nil && x.typ.kind != kindBool && x.typ.kind != kindNull {
		err = sqltree.Refuse(sqltree.ReasonCellType, e.Position())
	}
	return postExpr{"(" + op + x.sql + ")", typeBool}, err
}

func (w *postWriter) caseOf(e *sqltree.Case) (postExpr, error) {
	var results []sqltree.Expr
	for _, x := range e.Whens {
		results = append(results, x.Then)
	}
	values, t, err := w.unified(e.Position(), append(results, e.Else))
	if err != nil {
		return postExpr{}, err
	}
	sql := "CASE"
	for i, x := range e.Whens {
		condition, err := w.expr(x.If)
		if err != nil {
			return postExpr{}, err
		}
		if condition.typ.kind != kindBool {
			return postExpr{}, sqltree.Refuse(sqltree.ReasonCellType, x.If.Position())
		}
		sql += fmt.Sprintf(" WHEN %s THEN %s", condition.sql, values[i])
	}
	return postExpr{fmt.Sprintf("%s ELSE %s END", sql, values[len(values)-1]), t}, nil
}

// call writes an aggregate's released value, an operator or a function of the closed list.
func (w *postWriter) call(e *sqltree.Call) (postExpr, error) {
	if e.Class == sqltree.ClassAggregate {
		a := w.b.aggregates[e]
		if a == nil {
			return postExpr{}, sqltree.Refuse(sqltree.ReasonNestedAggregate, e.Position())
		}
		return w.aggregate(a), nil
	}
	if e.Class == sqltree.ClassGeneralise {
		_, err := w.b.key(w.b.term(e))
		if err == nil {
			err = sqltree.Refuse(sqltree.ReasonNotAggregated, e.Position())
		}
		return postExpr{}, err
	}
	if e.Class != sqltree.ClassScalar {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonCellFunction, e.Position())
	}
	switch e.Name {
	case "nullif", "coalesce", "greatest", "least":
		return w.choice(e)
	case "round", "abs", "floor", "ceil", "ceiling":
		return w.rounded(e)
	}
	return w.arithmetic(e)
}

// choice is a function whose arguments and result have one type.
func (w *postWriter) choice(e *sqltree.Call) (postExpr, error) {
	if len(e.Args) == 0 || e.Name == "nullif" && len(e.Args) != 2 {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonCellFunction, e.Position())
	}
	all, t, err := w.unified(e.Position(), e.Args)
	if err != nil {
		return postExpr{}, err
	}
	return postExpr{fmt.Sprintf("%s(%s)", e.Name, strings.Join(all, ", ")), t}, nil
}

// rounded is a function of one number; round takes a constant number of digits too.
func (w *postWriter) rounded(e *sqltree.Call) (postExpr, error) {
	digits := 0
	if e.Name == "round" && len(e.Args) == 2 {
		n := whole(e.Args[1])
		if n < 0 || n > 38 {
			return postExpr{}, sqltree.Refuse(sqltree.ReasonCellFunction, e.Args[1].Position())
		}
		digits = int(n)
	} else if len(e.Args) != 1 {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonCellFunction, e.Position())
	}
	x, err := w.expr(e.Args[0])
	if err != nil {
		return postExpr{}, err
	}
	if !x.typ.numeric() {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonCellType, e.Position())
	}
	t := x.typ
	t.name = ""
	sql := fmt.Sprintf("%s(%s)", e.Name, x.sql)
	if e.Name == "round" {
		sql = fmt.Sprintf("round(%s, %s)", x.sql, strconv.Itoa(digits))
	}
	if t.kind == kindDecimal && e.Name != "abs" {
		t.scale = min(t.scale, digits)
	}
	return postExpr{fmt.Sprintf("CAST(%s AS %s)", sql, t), t}, nil
}

// arithmetic writes an operator on numbers. Division is of doubles and by zero NULL, as the engine's own is not; // and % are of
// whole numbers; products of two decimals are doubles, because they could leave the range of decimals.
func (w *postWriter) arithmetic(e *sqltree.Call) (postExpr, error) {
	all, err := w.exprs(e.Args)
	if err != nil {
		return postExpr{}, err
	}
	for i, x := range all {
		if !x.typ.numeric() {
			return postExpr{}, sqltree.Refuse(sqltree.ReasonCellType, e.Args[i].Position())
		}
	}
	if len(all) == 1 && (e.Name == "-" || e.Name == "+") {
		t := all[0].typ
		t.name = ""
		return postExpr{fmt.Sprintf("(%s%s)", e.Name, all[0].as(t)), t}, nil
	}
	if len(all) != 2 {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonCellFunction, e.Position())
	}
	t, _ := common(all[0].typ, all[1].typ)
	if t.kind == kindNull {
		t = typeInteger
	}
	switch e.Name {
	case "/":
		return postExpr{fmt.Sprintf("(%s / nullif(%s, 0))", all[0].as(typeDouble), all[1].as(typeDouble)), typeDouble}, nil
	case "//", "%":
		if t.kind != kindInteger {
			return postExpr{}, sqltree.Refuse(sqltree.ReasonCellType, e.Position())
		}
	case "*":
		if all[0].typ.kind == kindDecimal && all[1].typ.kind == kindDecimal {
			t = typeDouble
		}
		if t.kind == kindDecimal { // by a whole number: the scale stays
			return postExpr{fmt.Sprintf("CAST(%s * %s AS %s)", all[0].sql, all[1].sql, t), t}, nil
		}
	}
	return postExpr{fmt.Sprintf("(%s %s %s)", all[0].as(t), e.Name, all[1].as(t)), t}, nil
}
