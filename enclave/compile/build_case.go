package compile

import (
	"math/big"

	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// conditional reads an aggregate over CASE WHEN condition THEN x END as the aggregate of x with that condition as its FILTER: the NULL of the
// other rows is in no aggregate. ELSE 0 says the same to a sum, for an empty cell is NULL; the average of 1 and else 0 is the share
// of the rows for which the condition holds.
func (b *builder) conditional(e *sqltree.Call, method string, arg footprint.Term, choice *sqltree.Case, c *cohortBuilder) (*aggregate, error) {
	if len(choice.Whens) != 1 || arg.In != b.outer {
		return nil, sqltree.Refuse(sqltree.ReasonArgument, e.Position())
	}
	otherwise, constant := choice.Else.(*sqltree.Literal)
	null := constant && otherwise.Kind == sqltree.LiteralNull
	share := method == footprint.MethodAvg && !e.Distinct && number(choice.Whens[0].Then, 1) && number(choice.Else, 0)
	if !null && !share && (method != footprint.MethodSum || e.Distinct || !number(choice.Else, 0)) {
		return nil, sqltree.Refuse(sqltree.ReasonArgument, e.Position())
	}
	within := c.clone()
	if err := within.within(footprint.Term{In: arg.In, Expr: choice.Whens[0].If}); err != nil {
		return nil, err
	}
	if share {
		return &aggregate{method: method, forms: []form{only(b.rows(within)), only(b.rows(c))}}, nil
	}
	return b.overArgument(e, footprint.Term{In: arg.In, Expr: choice.Whens[0].Then}.Follow(), within)
}

// number reports whether an expression is a constant of that value, however it is written.
func number(e sqltree.Expr, value int64) bool {
	l, ok := e.(*sqltree.Literal)
	if !ok || l.Kind != sqltree.LiteralNumber {
		return false
	}
	r, ok := new(big.Rat).SetString(l.Text)
	return ok && r.Cmp(new(big.Rat).SetInt64(value)) == 0
}
