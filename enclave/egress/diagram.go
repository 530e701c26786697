package egress

import (
	"fmt"
	"strings"
)

// Diagram draws the table as a Mermaid state diagram. Several lines between two states for one event are one arrow.
func Diagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> running\n")
	seen := map[string]bool{}
	for _, t := range table {
		arrow := fmt.Sprintf("    %s --> %s: %s (%s)\n", t.From, t.To, t.Event, t.Actor)
		if !seen[arrow] {
			b.WriteString(arrow)
		}
		seen[arrow] = true
	}
	for _, s := range States() {
		if s.Terminal() {
			fmt.Fprintf(&b, "    %s --> [*]\n", s)
		}
	}
	return b.String()
}

// Markdown writes the table for the specification: one line a transition.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| from | event | by | guards | to |\n|---|---|---|---|---|\n")
	for _, t := range table {
		guards := make([]string, len(t.Guards))
		for i, g := range t.Guards {
			guards[i] = "`" + string(g) + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", t.From, t.Event, t.Actor, strings.Join(guards, " "), t.To)
	}
	return b.String()
}
