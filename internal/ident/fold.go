package ident

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// folded is a text as the detectors read it: letters upper-case, digits and signs of any width as ASCII, every space a space and
// every dash a hyphen, nothing invisible. at[i] is the byte of the original that byte i comes from; its last entry is the
// original's length.
type folded struct {
	text string
	at   []int
}

func fold(text string) folded {
	out := make([]byte, 0, len(text))
	at := make([]int, 0, len(text)+1)
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			out, at = append(out, upper(c)), append(at, i)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		switch a := ascii(r); {
		case a != opaque && a != invisible:
			out, at = append(out, upper(a)), append(at, i)
		case a == opaque:
			for j := range size {
				out, at = append(out, text[i+j]), append(at, i)
			}
		}
		i += size
	}
	return folded{text: string(out), at: append(at, len(text))}
}

func upper(c byte) byte {
	switch {
	case c >= 'a' && c <= 'z':
		return c - 'a' + 'A'
	case c == '\t':
		return ' '
	}
	return c
}

const (
	opaque    = 0    // ascii: nothing in ASCII stands for it
	invisible = 0xff // ascii: it is not there
)

// ascii is the ASCII character that a rune stands for.
func ascii(r rune) byte {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		return byte(r - 0xFF01 + '!')
	case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0xFE63, r == 0x00AD:
		return '-'
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r):
		return invisible
	case unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.Is(unicode.Nd, r):
		return byte('0' + decimal(r))
	}
	return opaque
}

// decimal is the value of a decimal digit of any script: each script has its ten in a row (Unicode, D80b), and the table's ranges
// begin with a zero.
func decimal(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	return 0
}

// trim removes the spaces around the text.
func (f *folded) trim() {
	end := len(strings.TrimRight(f.text, " "))
	start := len(f.text) - len(strings.TrimLeft(f.text, " "))
	if start >= end {
		start = end
	}
	f.text, f.at = f.text[start:end], append(f.at[start:end:end], f.at[end])
}

// maxCompact is the longest value that can be one identifier, in bytes.
const maxCompact = 128

// compact is a value as one word: folded, and without the spaces and hyphens between letters and digits. A value that cannot be one
// identifier is "".
func compact(value string) string {
	if len(value) > maxCompact {
		return ""
	}
	if plain(value) {
		return value
	}
	f := fold(value)
	f.trim()
	s := f.text
	if strings.HasPrefix(s, "+86") {
		s = s[1:]
	}
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case (c == ' ' || c == '-') && i > 0 && i < len(s)-1:
		case alphanumeric(c):
			out = append(out, c)
		default:
			return ""
		}
	}
	return string(out)
}

func plain(s string) bool {
	for i := range len(s) {
		if !alphanumeric(s[i]) {
			return false
		}
	}
	return true
}

// Compact is a value as one word: letters upper-case and of ordinary width, without the spaces and hyphens inside. It is "" where the
// value cannot be one number.
func Compact(value string) string { return compact(value) }

// Folded is a value as the detectors read it: letters and digits of any width as capitals and digits, nothing invisible, no spaces
// around it.
func Folded(value string) string {
	f := fold(value)
	f.trim()
	return f.text
}
