package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"yumen/internal/locale"
)

// stage is where the demo speaks: numbered scenes, short sentences, tables and progress bars, in one language.
type stage struct {
	out   io.Writer
	lang  locale.Language
	scene int
	tty   bool
}

func newStage(out io.Writer, lang locale.Language) *stage {
	f, ok := out.(*os.File)
	return &stage{out: out, lang: lang, tty: ok && term.IsTerminal(int(f.Fd()))}
}

func (s *stage) line(text string) { fmt.Fprintln(s.out, text) }

// open begins a scene.
func (s *stage) open(zh, en string) {
	s.scene++
	fmt.Fprintf(s.out, "\n%d. %s\n", s.scene, s.lang.Pick(zh, en))
}

func (s *stage) say(zh, en string) { fmt.Fprintln(s.out, "   "+s.lang.Pick(zh, en)) }

// done confirms what was just seen to be true.
func (s *stage) done(zh, en string) { fmt.Fprintln(s.out, "   ✓ "+s.lang.Pick(zh, en)) }

// code shows a statement.
func (s *stage) code(text string) {
	fmt.Fprintln(s.out, "     "+strings.ReplaceAll(text, "\n", "\n     "))
}

// bar shows progress: a moving bar on a terminal, one line elsewhere.
func (s *stage) bar(label string, done, total int64) {
	if total <= 0 || !s.tty && done < total {
		return
	}
	const width = 30
	full := int(min(done, total) * width / total)
	line := fmt.Sprintf("   %-18s [%s%s] %3d%%", label, strings.Repeat("█", full), strings.Repeat("·", width-full), min(done, total)*100/total)
	if !s.tty {
		fmt.Fprintln(s.out, line)
		return
	}
	fmt.Fprint(s.out, "\r"+line)
	if done >= total {
		fmt.Fprintln(s.out)
	}
}

// table prints rows under a header; a NULL is shown as withheld-or-empty, as in every answer.
func (s *stage) table(header []string, rows [][]string) {
	widths := make([]int, len(header))
	all := append([][]string{header}, rows...)
	for _, r := range all {
		for i, c := range r {
			widths[i] = max(widths[i], cellWidth(c))
		}
	}
	for _, r := range all {
		var b strings.Builder
		for i, c := range r {
			b.WriteString("  " + c + strings.Repeat(" ", widths[i]-cellWidth(c)))
		}
		fmt.Fprintln(s.out, "     "+strings.TrimRight(b.String(), " "))
	}
}

// cellWidth counts columns of a terminal: a Chinese character takes two.
func cellWidth(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r >= 0x2e80 {
			n++
		}
	}
	return n
}
