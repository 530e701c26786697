package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Clean makes text of others safe for one line of a terminal: control characters (escape sequences among them), characters that
// turn the direction of writing, and invalid bytes become visible escapes.
func Clean(s string) string { return clean(s, false) }

// CleanText is Clean for text of several lines: line ends stay.
func CleanText(s string) string { return clean(s, true) }

func clean(s string, lines bool) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n' && lines:
			b.WriteRune(r)
		case unicode.IsControl(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		case unicode.Is(unicode.Cf, r), r == '\u2028', r == '\u2029':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

// Width is the number of terminal columns that clean text takes: two for Chinese characters, none for combining marks.
func Width(s string) int {
	w := 0
	for _, r := range s {
		switch k := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me):
		case k == width.EastAsianWide, k == width.EastAsianFullwidth:
			w += 2
		default:
			w++
		}
	}
	return w
}

// Caret shows a place in a text: the line that holds the byte at position, and a caret under it. It is empty when the position
// lies outside the text. Only the user's own text may be shown so.
func Caret(text string, position int) string {
	if position < 0 || position > len(text) {
		return ""
	}
	for position > 0 && position < len(text) && !utf8.RuneStart(text[position]) {
		position--
	}
	start := strings.LastIndexByte(text[:position], '\n') + 1
	end := len(text)
	if i := strings.IndexByte(text[position:], '\n'); i >= 0 {
		end = position + i
	}
	margin := fmt.Sprintf("  %d | ", 1+strings.Count(text[:start], "\n"))
	before := expand(text[start:position])
	line := before + expand(strings.TrimSuffix(text[position:end], "\r"))
	return margin + line + "\n" + strings.Repeat(" ", len(margin)-2) + "| " + strings.Repeat(" ", Width(before)) + "^"
}

func expand(s string) string { return Clean(strings.ReplaceAll(s, "\t", "    ")) }
