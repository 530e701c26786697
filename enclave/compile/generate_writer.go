package compile

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// ErrGenerate says that a plan asks for something that the generator does not express. It depends on the plan, never on data.
var ErrGenerate = errors.New("the plan cannot be generated")

// Statement is one SELECT of ours with its bound literals, $1 being the first.
type Statement struct {
	SQL  string  `json:"sql"`
	Args []Value `json:"args,omitempty"`
}

// writer collects the literals of one statement: equal ones share a parameter. The first error sticks.
type writer struct {
	args  []Value
	reads []string // aliases of the snapshots that the text names
	err   error
}

// typeName is the closed list of types that may stand in generated SQL: those of declared columns, and of what adds them up.
var typeName = regexp.MustCompile(`^(VARCHAR|BOOLEAN|INTEGER|BIGINT|HUGEINT|DATE|DECIMAL\([1-9][0-9]?,[0-9][0-9]?\))$`)

func (w *writer) fail(what string) string {
	if w.err == nil {
		w.err = fmt.Errorf("%w: %s", ErrGenerate, what)
	}
	return "NULL"
}

// bind is a parameter under a cast to its type.
func (w *writer) bind(typ, text string) string {
	v := Value{Type: w.typ(typ), Text: text}
	for i, have := range w.args {
		if have == v {
			return fmt.Sprintf("CAST($%d AS %s)", i+1, typ)
		}
	}
	w.args = append(w.args, v)
	return fmt.Sprintf("CAST($%d AS %s)", len(w.args), typ)
}

// typ admits a type into the text.
func (w *writer) typ(name string) string {
	if !typeName.MatchString(name) {
		w.fail("a type outside the list")
	}
	return name
}

// statement finishes the text.
func (w *writer) statement(sql string) (Statement, error) {
	return Statement{SQL: sql, Args: w.args}, w.err
}

// quote is an identifier in double quotes.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// numbered names the first n columns of a kind: k0, k1, …
func numbered(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s%d", prefix, i)
	}
	return out
}

// prefixed puts the same text before each name.
func prefixed(prefix string, names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = prefix + n
	}
	return out
}

// list joins the parts that are not empty with commas.
func list(parts ...[]string) string {
	var out []string
	for _, p := range parts {
		out = append(out, p...)
	}
	return strings.Join(out, ", ")
}

// all joins conditions with AND; no condition is TRUE.
func all(conditions ...string) string {
	var out []string
	for _, c := range conditions {
		if c != "" && c != "TRUE" {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return "TRUE"
	}
	return strings.Join(out, " AND ")
}

// same joins two relations on equal labels, where NULL equals NULL; no label is one cell.
func same(left, right string, names ...string) string {
	var out []string
	for _, n := range names {
		out = append(out, fmt.Sprintf("%s.%s IS NOT DISTINCT FROM %s.%s", left, n, right, n))
	}
	return all(out...)
}

// grouped is a GROUP BY clause; without labels there is one group.
func grouped(names ...[]string) string {
	if l := list(names...); l != "" {
		return " GROUP BY " + l
	}
	return ""
}

// partition is the PARTITION BY part of a window, with its trailing space.
func partition(names ...[]string) string {
	if l := list(names...); l != "" {
		return "PARTITION BY " + l + " "
	}
	return ""
}
