package egress

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// table writes a relation in columns. A withheld position shows its letters to who is cleared, and is empty otherwise.
func (p *printer) table(t Table) {
	header := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		header[i] = printable(c.Name)
	}
	lines := [][]string{header}
	for i, row := range t.Rows[:min(len(t.Rows), maxShown)] {
		line := make([]string, len(row))
		for j, v := range row {
			line[j] = cellText(t, i, j, v)
		}
		lines = append(lines, line)
	}
	widths := make([]int, len(header))
	for _, line := range lines {
		for j, s := range line {
			widths[j] = max(widths[j], displayWidth(s))
		}
	}
	for _, line := range lines {
		for j, s := range line {
			p.WriteString(s)
			if j < len(line)-1 {
				p.WriteString(strings.Repeat(" ", widths[j]-displayWidth(s)+2))
			}
		}
		p.WriteString("\n")
	}
	p.more(len(t.Rows))
}

func cellText(t Table, row, column int, v *string) string {
	if v != nil {
		return printable(*v)
	}
	i := slices.IndexFunc(t.Masks, func(m Mask) bool { return m.Row == row && m.Column == column })
	if i < 0 {
		return "·"
	}
	var b strings.Builder
	for _, l := range t.Masks[i].Letters {
		b.WriteString(string(l))
	}
	return "[" + b.String() + "]"
}

// displayWidth is how many columns of a terminal a text takes.
func displayWidth(s string) int {
	n := 0
	for _, c := range s {
		switch width.LookupRune(c).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// printable keeps a text on its line and harmless to a terminal: control and formatting characters are shown as spaces.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return ' '
	}, s)
}

// indent sets a text of several lines apart.
func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("    " + printable(strings.TrimRight(line, "\r\n")) + "\n")
	}
	return b.String()
}
