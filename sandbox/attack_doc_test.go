package sandbox_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the table of attacks into docs/spec/attacks.md")

// TestAttacksAreDocumented says that the page for auditors holds the table that the tests run.
func TestAttacksAreDocumented(t *testing.T) {
	path := filepath.Join("..", "docs", "spec", "attacks.md")
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	head, _, found := strings.Cut(string(page), "| attack |")
	require.True(t, found)
	var b strings.Builder
	b.WriteString(head + "| attack | full | floor | each of these stops it alone | without them | |\n|---|---|---|---|---|---|\n")
	for _, a := range attacks {
		layers := strings.Join(a.by, ", ")
		if a.root != nil {
			layers += "; where the gateway is root: " + strings.Join(a.root, ", ")
		}
		without := ""
		if len(a.by) > 0 {
			without = strings.ReplaceAll(cmp.Or(a.after, done), "|", " or ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", a.name, cmp.Or(a.full, "refused"), cmp.Or(a.floor, "refused"), layers, without, a.why)
	}
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	}
	require.Equal(t, b.String(), string(page), "run this test with -update and read what it wrote")
}
