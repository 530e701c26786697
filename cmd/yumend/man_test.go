package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// walk calls visit for every command of ours below one.
func walk(c *cobra.Command, visit func(*cobra.Command)) {
	for _, sub := range c.Commands() {
		if sub.Name() != "help" && sub.Name() != "completion" {
			visit(sub)
			walk(sub, visit)
		}
	}
}

// Every command says what it does in both languages, shows an example, and has a page in the manual.
func TestEveryCommandExplainsItself(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man1")
	root := command()
	root.SetArgs([]string{"man", "--dir", dir})
	require.NoError(t, root.Execute())
	walk(root, func(c *cobra.Command) {
		require.True(t, strings.ContainsFunc(c.Short, func(r rune) bool { return unicode.Is(unicode.Han, r) }), "%s has no Chinese", c.CommandPath())
		require.Regexp(t, `[a-z]{3}`, c.Short, c.CommandPath())
		require.Contains(t, c.Example, "yumend "+strings.TrimPrefix(c.CommandPath(), "yumend "), c.CommandPath())
		page, err := os.ReadFile(filepath.Join(dir, strings.ReplaceAll(c.CommandPath(), " ", "-")+".1"))
		require.NoError(t, err)
		require.Contains(t, string(page), ".SH EXAMPLE")
	})
}
