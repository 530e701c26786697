package compile

import (
	"math/big"
	"strings"

	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// Formula is how a column of the answer follows from cells of its row: for who says how far noise moves it. It computes nothing that leaves.
type Formula struct {
	Op     FormulaOp
	Cell   int      // of FormulaCell: the plan's
	Number *big.Rat // of FormulaNumber; of FormulaRound: how far rounding moves it
	Args   []*Formula
}

// FormulaOp is a step of a formula: a closed list.
type FormulaOp string

// The steps.
const (
	FormulaCell     FormulaOp = "cell"
	FormulaNumber   FormulaOp = "number"
	FormulaPlus     FormulaOp = "+"
	FormulaMinus    FormulaOp = "-"
	FormulaTimes    FormulaOp = "*"
	FormulaOver     FormulaOp = "/"
	FormulaPositive FormulaOp = "positive" // nothing below zero
	FormulaRoot     FormulaOp = "root"
	FormulaRound    FormulaOp = "round"
)

func applied(op FormulaOp, args ...*Formula) *Formula {
	for _, a := range args {
		if a == nil {
			return nil
		}
	}
	return &Formula{Op: op, Args: args}
}

func constant(n *big.Rat) *Formula { return &Formula{Op: FormulaNumber, Number: n} }

// Derived reports whether the column is computed, and not a cell itself.
func (f *Formula) Derived() bool { return f != nil && f.Op != FormulaCell }

// Cells are the cells that the formula reads, each once.
func (f *Formula) Cells() []int {
	var out []int
	seen := map[int]bool{}
	var walk func(*Formula)
	walk = func(f *Formula) {
		if f.Op == FormulaCell && !seen[f.Cell] {
			seen[f.Cell] = true
			out = append(out, f.Cell)
		}
		for _, a := range f.Args {
			walk(a)
		}
	}
	walk(f)
	return out
}

// formula is that of an expression over the cells of a SELECT that groups data; nil where it is anything but sums, products and quotients of cells and
// numbers, and what is derived of moments.
func (w *postWriter) formula(e sqltree.Expr) *Formula {
	if e == nil || w.over != nil {
		return nil
	}
	t := footprint.Term{In: w.b.outer, Expr: e}
	if k, _, fault := w.b.labelled(t); fault == nil && w.b.indexOf(k) >= 0 {
		return nil
	}
	if t = t.Follow(); t.In != w.b.outer {
		return nil
	}
	switch e := t.Expr.(type) {
	case *sqltree.Literal:
		n, ok := new(big.Rat).SetString(e.Text)
		if e.Kind != sqltree.LiteralNumber || !ok {
			return nil
		}
		return constant(n)
	case *sqltree.Cast:
		if e.Type != "DOUBLE" {
			return nil
		}
		return w.formula(e.X)
	case *sqltree.Call:
		return w.calledFormula(e)
	}
	return nil
}

func (w *postWriter) calledFormula(e *sqltree.Call) *Formula {
	if e.Class == sqltree.ClassAggregate {
		if a := w.b.aggregates[e]; a != nil {
			return a.formula()
		}
		return nil
	}
	if e.Class != sqltree.ClassScalar || len(e.Args) == 0 {
		return nil
	}
	first := w.formula(e.Args[0])
	if len(e.Args) == 1 {
		switch e.Name {
		case "+":
			return first
		case "-":
			return applied(FormulaMinus, constant(new(big.Rat)), first)
		case "round":
			return rounding(first, 0)
		}
		return nil
	}
	switch e.Name {
	case "+", "-", "*", "/":
		return applied(FormulaOp(e.Name), first, w.formula(e.Args[1]))
	case "nullif": // NULL, or its first
		return first
	case "round":
		return rounding(first, whole(e.Args[1]))
	}
	return nil
}

// rounding is a formula rounded to so many digits: moved by half of the last one at most.
func rounding(f *Formula, digits int64) *Formula {
	if f == nil || digits < 0 || digits > 38 {
		return nil
	}
	out := applied(FormulaRound, f)
	out.Number = new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Mul(big.NewInt(2), power(int(digits))))
	return out
}

// formula is that of an aggregate's released value, as postWriter.aggregate writes it.
func (a *aggregate) formula() *Formula {
	if len(a.forms) > 3 {
		return nil
	}
	var of []*Formula
	for _, f := range a.forms {
		of = append(of, f.formula())
	}
	switch {
	case a.method == footprint.MethodCount || a.method == footprint.MethodSum:
		return of[0]
	case a.method == footprint.MethodAvg:
		return applied(FormulaOver, of[0], of[1])
	}
	sum, rows, squares := of[0], of[1], of[2]
	divisor := rows
	if !strings.HasSuffix(a.method, "_pop") {
		divisor = applied(FormulaMinus, rows, constant(big.NewRat(1, 1)))
	}
	spread := applied(FormulaPositive, applied(FormulaMinus, squares, applied(FormulaOver, applied(FormulaTimes, sum, sum), rows)))
	out := applied(FormulaOver, spread, divisor)
	if strings.HasPrefix(a.method, "std") {
		return applied(FormulaRoot, out)
	}
	return out
}

// formula is a sum of cells with their factors.
func (f form) formula() *Formula {
	var out *Formula
	for _, x := range f {
		part := &Formula{Op: FormulaCell, Cell: x.cell}
		if x.factor.Cmp(big.NewRat(1, 1)) != 0 {
			part = applied(FormulaTimes, constant(x.factor), part)
		}
		if out == nil {
			out = part
			continue
		}
		out = applied(FormulaPlus, out, part)
	}
	return out
}
