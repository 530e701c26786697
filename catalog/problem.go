package catalog

import (
	"fmt"
	"strings"
)

// Problem is one fault of a declared document: where it stands, what is wrong and what to do instead. It names fields and
// declared names, never a declared value.
type Problem struct {
	Document int    `json:"document"` // which document of the file, from 1; 0 outside a file
	Line     int    `json:"line"`     // line in the file, from 1; 0 when there is none
	Field    string `json:"field"`    // path such as spec.columns[2].grade; empty for the whole document
	Message  Text   `json:"message"`
}

// String is the problem in English, one line.
func (p Problem) String() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", p.Line)
	}
	if p.Field != "" {
		fmt.Fprintf(&b, "%s: ", p.Field)
	}
	b.WriteString(p.Message.En)
	return b.String()
}

// Problems are the faults of one file or document, in order of their place. They are the error type of decoding and validation.
type Problems []Problem

// shownProblems is how many problems an error text lists before it only counts them.
const shownProblems = 20

// Error lists the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, 0, len(p))
	for i, problem := range p {
		if i == shownProblems {
			lines = append(lines, fmt.Sprintf("and %d more", len(p)-i))
			break
		}
		lines = append(lines, problem.String())
	}
	return strings.Join(lines, "\n")
}

// orNil keeps an empty list from becoming a non-nil error.
func (p Problems) orNil() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// checker collects problems while a document is examined.
type checker struct{ problems Problems }

func (c *checker) add(field, zh, en string) {
	c.problems = append(c.problems, Problem{Field: field, Message: Text{Zh: zh, En: en}})
}

// require adds the problem unless the condition holds, and reports the condition.
func (c *checker) require(ok bool, field, zh, en string) bool {
	if !ok {
		c.add(field, zh, en)
	}
	return ok
}
