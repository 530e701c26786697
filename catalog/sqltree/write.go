package sqltree

import (
	"errors"
	"fmt"
	"strings"
)

// ErrOpen says that a tree holds something outside the closed set, so that there is no text for it.
var ErrOpen = errors.New("the tree is outside the closed set")

// SQL writes a tree of the closed set as one statement that the parser reads back as the same tree. It is a text for people to copy: nothing
// that holds data ever reads it.
func SQL(s *Select) (text string, err error) {
	w := &writer{}
	w.query(s)
	if w.err != nil {
		return "", w.err
	}
	return w.String(), nil
}

// ExprSQL writes one expression of the closed set.
func ExprSQL(e Expr) (string, error) {
	w := &writer{}
	w.expr(e, rankOr)
	if w.err != nil {
		return "", w.err
	}
	return w.String(), nil
}

// writer gathers the text; the first thing that has none is its error.
type writer struct {
	strings.Builder
	err   error
	depth int
}

func (w *writer) put(parts ...string) {
	for _, p := range parts {
		w.WriteString(p)
	}
}

func (w *writer) open() {
	if w.err == nil {
		w.err = ErrOpen
	}
}

// in counts the depth, so that a tree that is too deep, or holds itself, has no text.
func (w *writer) in() bool {
	if w.depth++; w.depth > 4*MaxDepth {
		w.open()
	}
	return w.err == nil
}

func (w *writer) query(s *Select) {
	defer func() { w.depth-- }()
	if !w.in() || s == nil || len(s.Items) == 0 && len(s.Union) < 2 || len(s.Items) > 0 && s.Union != nil {
		w.open()
		return
	}
	w.with(s.With)
	if s.Union != nil {
		if s.Distinct {
			w.open()
		}
		w.union(s.Union)
		w.tail(s)
		return
	}
	w.put("SELECT ")
	if s.Distinct {
		w.put("DISTINCT ")
	}
	for i, item := range s.Items {
		w.comma(i)
		w.expr(item.Expr, rankOr)
		if item.Alias != "" {
			w.put(" AS ", writtenName(item.Alias))
		}
	}
	if s.From != nil {
		w.put(" FROM ")
		w.from(s.From)
	}
	w.clause(" WHERE ", s.Where)
	if s.GroupAll {
		w.put(" GROUP BY ALL")
	} else if len(s.Groups) > 0 {
		w.put(" GROUP BY ")
		w.list(s.Groups)
	}
	w.clause(" HAVING ", s.Having)
	w.tail(s)
}

// union writes SELECTs one after the other; one with an order, a limit or names of its own stands in parentheses.
func (w *writer) union(all []*Select) {
	for i, s := range all {
		if i > 0 {
			w.put(" UNION ALL ")
		}
		own := s != nil && (len(s.With) > 0 || len(s.Order) > 0 || s.Limit != nil || s.Offset > 0 || s.Union != nil)
		if own {
			w.put("(")
		}
		w.query(s)
		if own {
			w.put(")")
		}
	}
}

// tail writes what acts on the rows of all.
func (w *writer) tail(s *Select) {
	if len(s.Order) > 0 {
		w.put(" ORDER BY ")
		w.orders(s.Order)
	}
	if s.Limit != nil {
		w.put(fmt.Sprintf(" LIMIT %d", *s.Limit))
	}
	if s.Offset > 0 {
		w.put(fmt.Sprintf(" OFFSET %d", s.Offset))
	}
}

func (w *writer) with(ctes []CTE) {
	for i, c := range ctes {
		if i == 0 {
			w.put("WITH ")
		}
		w.comma(i)
		w.put(writtenName(c.Name))
		w.names(c.Columns)
		w.put(" AS (")
		w.query(c.Select)
		w.put(")")
	}
	if len(ctes) > 0 {
		w.put(" ")
	}
}

func (w *writer) names(names []string) {
	for i, n := range names {
		if i == 0 {
			w.put("(")
		}
		w.comma(i)
		w.put(writtenName(n))
	}
	if len(names) > 0 {
		w.put(")")
	}
}

// plainWords are words of the grammar that are plain names wherever a name stands: a reader would not quote them.
var plainWords = map[string]bool{"class": true, "comment": true, "data": true, "day": true, "decade": true, "domain": true, "key": true, "label": true, "level": true,
	"month": true, "name": true, "quarter": true, "role": true, "type": true, "value": true, "week": true, "year": true}

// writtenName is a name as a reader would write it.
func writtenName(name string) string {
	if plainWords[strings.ToLower(name)] && plainName.MatchString(name) {
		return name
	}
	return quoteName(name)
}

func (w *writer) comma(i int) {
	if i > 0 {
		w.put(", ")
	}
}

func (w *writer) clause(word string, e Expr) {
	if e != nil {
		w.put(word)
		w.expr(e, rankOr)
	}
}

func (w *writer) list(all []Expr) {
	for i, e := range all {
		w.comma(i)
		w.expr(e, rankOr)
	}
}

func (w *writer) orders(all []Order) {
	for i, o := range all {
		w.comma(i)
		if o.All {
			w.put("ALL")
		} else {
			w.expr(o.Expr, rankOr)
		}
		if o.Descending {
			w.put(" DESC")
		}
		if o.NullsFirst {
			w.put(" NULLS FIRST")
		}
	}
}

func (w *writer) from(f From) {
	defer func() { w.depth-- }()
	if !w.in() {
		return
	}
	switch f := f.(type) {
	case *Table:
		if f.Schema != "" {
			w.put(writtenName(f.Schema), ".")
		}
		w.put(writtenName(f.Name))
		w.alias(f.Alias)
	case *Subquery:
		w.put("(")
		w.query(f.Select)
		w.put(")")
		w.alias(f.Alias)
		w.names(f.Columns)
	case *Join:
		w.join(f)
	default:
		w.open()
	}
}

func (w *writer) alias(name string) {
	if name != "" {
		w.put(" AS ", writtenName(name))
	}
}

func (w *writer) join(j *Join) {
	word := map[JoinKind]string{JoinInner: " JOIN ", JoinLeft: " LEFT JOIN ", JoinRight: " RIGHT JOIN ", JoinFull: " FULL JOIN ", JoinCross: " CROSS JOIN "}[j.Kind]
	if word == "" || (j.Kind == JoinCross) != (j.On == nil && len(j.Using) == 0) || j.On != nil && len(j.Using) > 0 {
		w.open()
		return
	}
	w.from(j.Left)
	w.put(word)
	if _, nested := j.Right.(*Join); nested {
		w.put("(")
		w.from(j.Right)
		w.put(")")
	} else {
		w.from(j.Right)
	}
	w.clause(" ON ", j.On)
	if len(j.Using) > 0 {
		w.put(" USING ")
		w.names(j.Using)
	}
}
