package compile

import (
	"slices"
	"strings"

	"yumen/catalog"
)

// span is the half-open interval [lo, hi) of marks: texts whose byte order is the order of the values. An empty lo is the
// bottom and an empty hi the top. A single value v is [v, v·NUL): no value lies between.
type span struct{ lo, hi string }

// after is the smallest mark above a mark.
func after(mark string) string { return mark + "\x00" }

// everything is the region of all values but NULL.
func everything() []span { return []span{{}} }

func below(a, b string) bool { return b == "" || a != "" && a < b } // upper ends: "" is the top

// tidy sorts spans and joins those that overlap or touch.
func tidy(spans []span) []span {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b span) int { return strings.Compare(a.lo, b.lo) })
	var out []span
	for _, s := range spans {
		if s.hi != "" && s.hi <= s.lo {
			continue // empty
		}
		last := len(out) - 1
		if last >= 0 && (out[last].hi == "" || s.lo <= out[last].hi) {
			if below(out[last].hi, s.hi) {
				out[last].hi = s.hi
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// complement is all values but those of a region.
func complement(spans []span) []span {
	var out []span
	lo := ""
	for _, s := range tidy(spans) {
		if lo < s.lo {
			out = append(out, span{lo, s.lo})
		}
		if s.hi == "" {
			return out
		}
		lo = s.hi
	}
	return append(out, span{lo, ""})
}

// meet is what both tidy regions hold.
func meet(a, b []span) []span {
	var out []span
	for i, j := 0, 0; i < len(a) && j < len(b); {
		s := span{max(a[i].lo, b[j].lo), a[i].hi}
		second := below(b[j].hi, a[i].hi)
		if second {
			s.hi = b[j].hi
		}
		if s.hi == "" || s.lo < s.hi {
			out = append(out, s)
		}
		if second {
			j++
		} else {
			i++
		}
	}
	return out
}

// holds reports whether a value is in a tidy region.
func holds(spans []span, mark string) bool {
	i, found := slices.BinarySearchFunc(spans, mark, func(s span, m string) int { return strings.Compare(s.lo, m) })
	if !found {
		i--
	}
	return i >= 0 && (spans[i].hi == "" || mark < spans[i].hi)
}

// covers reports whether every value of b is in a.
func covers(a, b []span) bool { return len(meet(complement(a), b)) == 0 }

// numbers reports whether values of a type are ordered as numbers.
func numbers(typ string) bool {
	switch typ {
	case "HUGEINT", "UBIGINT", "DOUBLE":
		return true
	}
	t, err := catalog.ParseType(typ)
	return err == nil && t.Numeric()
}

// digitsBefore is the fixed number of digits before the point of a mark: more than any type holds.
const digitsBefore = 40

// mark is the text whose byte order is the order of the values of a type: dates and texts are their own marks, a number is its
// sign, its padded whole part and its fraction; a negative one has its digits complemented.
func mark(typ, text string) string {
	if !numbers(typ) {
		return text
	}
	digits, negative := strings.CutPrefix(strings.TrimPrefix(text, "+"), "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if len(whole) > digitsBefore {
		whole = strings.Repeat("9", digitsBefore)
	}
	padded := strings.Repeat("0", digitsBefore-len(whole)) + whole + fraction
	if !negative || strings.Trim(padded, "0") == "" {
		return "p" + padded
	}
	complemented := strings.Map(func(r rune) rune { return '0' + '9' - r }, padded)
	return "n" + complemented + "~"
}

// unmark reads a mark back; false if it is none of a value (the end of a single value's span).
func unmark(typ, m string) (string, bool) {
	if strings.HasSuffix(m, "\x00") {
		return "", false
	}
	if !numbers(typ) {
		return m, true
	}
	if len(m) <= digitsBefore {
		return "", false
	}
	sign, digits := m[0], m[1:]
	if sign == 'n' {
		digits = strings.Map(func(r rune) rune { return '0' + '9' - r }, strings.TrimSuffix(digits, "~"))
	}
	text := strings.TrimLeft(digits[:digitsBefore], "0")
	if text == "" {
		text = "0"
	}
	if fraction := digits[digitsBefore:]; fraction != "" {
		text += "." + fraction
	}
	if sign == 'n' {
		text = "-" + text
	}
	if canonical, err := catalog.CanonicalValue(typ, text); err == nil {
		return canonical, true
	}
	return text, true
}

// beyondPrefix is the smallest text above all texts with the prefix; empty is the top.
func beyondPrefix(prefix string) string {
	b := []byte(prefix)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < 0xff {
			b[i]++
			return string(b[:i+1])
		}
	}
	return ""
}
