package policy

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"github.com/open-policy-agent/opa/v1/ast"
)

// clockUse is how the rules of an action read input.now. The zero value proves nothing.
type clockUse struct {
	// bounded: the rules that the action can reach only ask whether input.now, or the second after it, comes before or after a number
	// of the input or one of marks. Then an answer is the same at all times between the same two numbers.
	bounded bool
	marks   []int64
}

// span is the time around now, from the first second on and before the second, in which a question with these numbers has one answer.
func (u clockUse) span(now int64, numbers []int64) (from, until int64) {
	from, until = now, now+1
	if !u.bounded {
		return from, until
	}
	from, until = -maxWhole, maxWhole
	for _, n := range slices.Concat(numbers, u.marks) {
		switch {
		case n < now:
			from = max(from, n+1)
		case now < n-1:
			until = min(until, n-1)
		default: // now or the second after it is the number
			return now, now + 1
		}
	}
	return from, until
}

// readMarks returns where the value of the member "now" begins in a canonical text, and every other number of the text.
func readMarks(text []byte) (at int, numbers []int64, ok bool) {
	depth := 0
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '"':
			end := textEnd(text, i)
			if depth == 1 && bytes.Equal(text[i:end], []byte(`"now"`)) && end < len(text) && text[end] == ':' {
				at = end + 1
				end += 1 + numberLen(text[end+1:])
			}
			i = end
		case c == '-' || c >= '0' && c <= '9':
			n := numberLen(text[i:])
			v, err := strconv.ParseInt(string(text[i:i+n]), 10, 64)
			if err != nil {
				return 0, nil, false
			}
			numbers = append(numbers, v)
			i += n
		default:
			switch c {
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			i++
		}
	}
	return at, numbers, at > 0
}

// textEnd is the first place after the text that begins at i.
func textEnd(text []byte, i int) int {
	for i++; i < len(text) && text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return min(i+1, len(text))
}

func numberLen(text []byte) int {
	n := bytes.IndexFunc(text, func(r rune) bool { return r != '-' && (r < '0' || r > '9') })
	if n < 0 {
		return len(text)
	}
	return n
}

// comparisons are the functions through which rules may read the clock, as they must be written: what a bundle that changes them says
// about the clock is not known.
const comparisons = `package yumen.lib

at_least(a, b) if {
	is_number(a)
	is_number(b)
	a >= b
}

at_most(a, b) if {
	is_number(a)
	is_number(b)
	a <= b
}

within_term(term, now) if {
	at_most(term.not_before, now)
	at_least(term.not_after, now + 1)
}
`

// readClock tells how the rules that an entry point can reach read the clock. The compiler must have kept what it parsed.
func readClock(c *ast.Compiler, entry ast.Ref) clockUse {
	if !standardComparisons(c) {
		return clockUse{}
	}
	parsed := map[string][]*ast.Rule{}
	importsLib := map[*ast.Module]bool{}
	for _, m := range c.ParsedModules() {
		importsLib[m] = plainImports(m)
		for _, r := range m.Rules {
			parsed[place(r)] = append(parsed[place(r)], r)
		}
	}
	p := clockProof{use: clockUse{bounded: true}}
	for r := range reached(c, entry) {
		written := parsed[place(r)]
		if len(written) == 0 {
			return clockUse{} // made by the compiler
		}
		for _, w := range written {
			if !importsLib[w.Module] {
				return clockUse{}
			}
			p.check(w)
		}
	}
	if !p.use.bounded {
		return clockUse{}
	}
	return p.use
}

func place(r *ast.Rule) string {
	if r.Location == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", r.Location.File, r.Location.Row, r.Location.Col)
}

// reached are the compiled rules that an entry point can reach, itself included.
func reached(c *ast.Compiler, entry ast.Ref) map[*ast.Rule]bool {
	seen := map[*ast.Rule]bool{}
	next := c.GetRulesExact(entry)
	for len(next) > 0 {
		r := next[len(next)-1]
		next = next[:len(next)-1]
		if seen[r] {
			continue
		}
		seen[r] = true
		for dep := range c.Graph.Dependencies(r) {
			if d, ok := dep.(*ast.Rule); ok {
				next = append(next, d)
			}
		}
	}
	return seen
}

// plainImports tells whether lib, where a module imports it, is yumen.lib, and that it imports nothing of the input.
func plainImports(m *ast.Module) bool {
	for _, i := range m.Imports {
		ref, ok := i.Path.Value.(ast.Ref)
		if !ok || ref[0].Equal(ast.InputRootDocument) {
			return false
		}
		if (i.Name() == "lib" || ref.String() == "data.yumen.lib") && (i.Name() != "lib" || ref.String() != "data.yumen.lib") {
			return false
		}
	}
	return true
}

// standardComparisons tells whether the bundle's comparisons are those of this file.
func standardComparisons(c *ast.Compiler) bool {
	want := ast.MustParseModuleWithOpts(comparisons, ast.ParserOptions{RegoVersion: ast.RegoV1})
	have := map[string][]*ast.Rule{}
	for _, m := range c.ParsedModules() {
		if m.Package.Path.Equal(want.Package.Path) {
			for _, r := range m.Rules {
				have[r.Head.Ref().String()] = append(have[r.Head.Ref().String()], r)
			}
		}
	}
	for _, w := range want.Rules {
		h := have[w.Head.Ref().String()]
		if len(h) != 1 || h[0].Compare(w) != 0 {
			return false
		}
	}
	return true
}
