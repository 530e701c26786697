package sqltree

import (
	_ "embed" // the keywords of the engine's grammar
	"regexp"
	"strings"
)

//go:embed keywords.txt
var keywordText string

var (
	keywords  = keywordSet()
	plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

func keywordSet() map[string]bool {
	set := map[string]bool{}
	for k := range strings.FieldsSeq(keywordText) {
		set[k] = true
	}
	return set
}

// Text is how DuckDB names a column of an answer whose expression has no alias, such as count_star() or (sum(x) / 2).
func Text(e Expr) string {
	switch e := e.(type) {
	case *Column:
		return columnText(e.Names)
	case *Literal:
		return literalText(e)
	case *Call:
		return callText(e)
	case *Compare:
		return "(" + Text(e.Left) + " " + string(e.Op) + " " + Text(e.Right) + ")"
	case *Between:
		return "(" + Text(e.X) + " BETWEEN " + Text(e.Low) + " AND " + Text(e.High) + ")"
	case *Logic:
		if e.And {
			return "(" + join(e.Args, " AND ") + ")"
		}
		return "(" + join(e.Args, " OR ") + ")"
	case *Not:
		return "(NOT " + Text(e.X) + ")"
	case *In:
		op := " IN ("
		if e.Negated {
			op = " NOT IN ("
		}
		return "(" + Text(e.X) + op + join(e.List, ", ") + "))"
	case *IsNull:
		if e.Negated {
			return "(" + Text(e.X) + " IS NOT NULL)"
		}
		return "(" + Text(e.X) + " IS NULL)"
	case *Case:
		return caseText(e)
	case *Window:
		return windowText(e)
	case *Query:
		return "subquery"
	case *Cast:
		name := "CAST("
		if e.Try {
			name = "TRY_CAST("
		}
		return name + Text(e.X) + " AS " + typeText(e.Type) + ")"
	}
	return "*"
}

func join(list []Expr, between string) string {
	parts := make([]string, len(list))
	for i, e := range list {
		parts[i] = Text(e)
	}
	return strings.Join(parts, between)
}

func columnText(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quoteName(n)
	}
	return strings.Join(quoted, ".")
}

func quoteName(name string) string {
	if plainName.MatchString(name) && !keywords[strings.ToLower(name)] {
		return name
	}
	return Quote(name)
}

// Quote writes a name as a quoted identifier.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func literalText(l *Literal) string {
	switch l.Kind {
	case LiteralNull:
		return "NULL"
	case LiteralText:
		return "'" + strings.ReplaceAll(l.Text, "'", "''") + "'"
	case LiteralBool:
		return "CAST('" + l.Text[:1] + "' AS BOOLEAN)"
	case LiteralDate:
		return "CAST('" + l.Text + `' AS "DATE")`
	}
	return l.Text
}

func callText(c *Call) string {
	switch {
	case c.Operator && len(c.Args) == 2:
		return "(" + Text(c.Args[0]) + " " + c.Name + " " + Text(c.Args[1]) + ")"
	case c.Operator && len(c.Args) == 1:
		return c.Name + "(" + Text(c.Args[0]) + ")"
	}
	name := quoteName(c.Name)
	switch c.Name {
	case "coalesce":
		name = "COALESCE"
	case "date_part", "substring":
		name = "main." + name
	}
	distinct := ""
	if c.Distinct {
		distinct = "DISTINCT "
	}
	args := join(c.Args, ", ")
	if c.Distinct && len(c.Args) > 1 {
		args = `main."row"(` + args + ")"
	}
	text := name + "(" + distinct + args + ")"
	if c.Filter != nil {
		text += " FILTER (WHERE " + Text(c.Filter) + ")"
	}
	return text
}

func caseText(c *Case) string {
	var b strings.Builder
	b.WriteString("CASE ")
	for _, w := range c.Whens {
		b.WriteString(" WHEN (" + Text(w.If) + ") THEN (" + Text(w.Then) + ")")
	}
	return b.String() + " ELSE " + Text(c.Else) + " END"
}

// typeText quotes the type names that are words of the grammar only by accident.
func typeText(t string) string {
	switch t {
	case "DOUBLE", "DATE", "FLOAT":
		return Quote(t)
	}
	return strings.ReplaceAll(t, ",", ", ")
}
