package compile

import (
	"slices"

	"yumen/catalog/sqltree"
)

// trace notes what an expression is computed from.
func (w *postWriter) trace(from ...Source) { w.from = append(w.from, from...) }

// traced writes an expression, and tells the group keys and the cells that it is computed from, each once.
func (w *postWriter) traced(e sqltree.Expr) (postExpr, []Source, error) {
	w.from = nil
	x, err := w.expr(e)
	from := w.from
	w.from = nil
	return x, tidySources(from), err
}

func tidySources(from []Source) []Source {
	from = slices.Clone(from)
	slices.SortFunc(from, compareSources)
	return slices.Compact(from)
}

// compareSources puts keys before cells, part by part.
func compareSources(a, b Source) int {
	switch {
	case a.Part != b.Part:
		return a.Part - b.Part
	case a.Key != b.Key && a.Key:
		return -1
	case a.Key != b.Key:
		return 1
	}
	return a.Index - b.Index
}

// sorted notes what a SELECT over cells does beside computing.
func (w *postWriter) sorted(t *sqltree.Select) {
	w.clauses.Having = w.clauses.Having || t.Having != nil
	w.clauses.Order = w.clauses.Order || len(t.Order) > 0
	w.clauses.Limit = w.clauses.Limit || t.Limit != nil || t.Offset > 0
}
