package api_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/api"
	"yumen/sandbox/wire"
)

// Every rule of a load has its words, and stands in the page about files.
func TestFaultTexts(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "spec", "files.md"))
	require.NoError(t, err)
	rules := []string{"manifest_digest", "manifest_rows"}
	for _, r := range wire.Rules {
		rules = append(rules, string(r))
	}
	for _, r := range rules {
		text := api.Fault{Rule: r}.Text()
		require.NotEmpty(t, text.Zh, r)
		require.NotEmpty(t, text.En, r)
		require.True(t, strings.Contains(string(page), "`"+r+"`"), "docs/spec/files.md does not say what %s is", r)
	}
}
