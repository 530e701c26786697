package sqltree

import (
	"fmt"

	"yumen/catalog"
)

// Reason names one fault of a query. Several reasons can share a code; each has its own message and remedy.
type Reason string

// Refuse makes the refusal of a reason at a position. The arguments fill the remedy, in both languages: names of the
// caller's catalog view, numbers of the product's limits, never a value of data nor text of the query.
func Refuse(why Reason, position int, args ...any) *catalog.Refusal {
	t, ok := texts[why]
	if !ok {
		t, ok = planTexts[why]
	}
	if !ok {
		t = texts[ReasonUnknownNode]
	}
	r := &catalog.Refusal{Code: t.code, Position: position, Articles: articles[t.code],
		Message: catalog.Text{Zh: t.zh, En: t.en}, Remedy: catalog.Text{Zh: t.fixZh, En: t.fixEn}}
	if len(args) > 0 {
		r.Remedy = catalog.Text{Zh: fmt.Sprintf(t.fixZh, args...), En: fmt.Sprintf(t.fixEn, args...)}
	}
	return r
}

// SyntaxRefusal is the refusal of a text that the parser did not take, at the position that it named.
func SyntaxRefusal(position int) *catalog.Refusal { return Refuse(ReasonSyntax, position) }

// StatementRefusal is the refusal of a text that is well-formed and no query.
func StatementRefusal() *catalog.Refusal { return Refuse(ReasonStatement, None) }

// OfText reports whether a code is said of a text, or of what a text names.
func OfText(code catalog.Code) bool { return articles[code] != nil }

// articles names the requirements that a code serves: raw data never leaves, in whatever form (BJ-OPS-32b); nothing runs that was not
// understood, so that data stay inside (BJ-OPS-25a); and nothing is used that was not granted (BJ-OPS-32a).
var articles = map[catalog.Code][]string{
	catalog.CodeStar: raw, catalog.CodeRowAsValue: raw, catalog.CodeNoAggregate: raw, catalog.CodeAggFn: raw,
	catalog.CodeAggArg: raw, catalog.CodeAggFilter: raw, catalog.CodeGroupKey: raw, catalog.CodeGroupingSets: raw, catalog.CodeIDPredicate: raw,
	catalog.CodeLiteralGrid: raw, catalog.CodePredicateForm: raw, catalog.CodeJoinEdge: raw, catalog.CodeJoinType: raw, catalog.CodeScalarFn: raw,
	catalog.CodeCast: raw, catalog.CodeSetOp: raw, catalog.CodeSubquery: raw, catalog.CodeWindow: raw, catalog.CodeSample: raw, catalog.CodeTooLarge: raw,
	catalog.CodeSyntax: inside, catalog.CodeType: inside, catalog.CodeAmbiguous: inside, catalog.CodeAlias: inside, catalog.CodeParam: inside,
	catalog.CodeStmtKind: inside, catalog.CodeMultiStmt: inside, catalog.CodeTableFn: inside, catalog.CodeFromValues: inside,
	catalog.CodeCTERecursive: inside, catalog.CodeCTEShadow: inside,
	catalog.CodeUnknownTable: granted, catalog.CodeUnknownColumn: granted, catalog.CodeDomain: granted, catalog.CodeColumnNotGranted: granted,
	catalog.CodeMethodNotGranted: granted, catalog.CodeDatasetSealed: granted, catalog.CodeDatasetNotApproved: granted, catalog.CodeGradeForbids: granted,
}

var (
	raw     = []string{"BJ-OPS-32b"}
	inside  = []string{"BJ-OPS-25a"}
	granted = []string{"BJ-OPS-32a"}
)
