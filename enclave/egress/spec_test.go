package egress_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/egress"
)

const spec = "../../docs/spec/egress.md"

// The specification shows the table as it is. To write it anew: UPDATE_SPEC=1 go test ./enclave/egress
func TestSpecificationIsCurrent(t *testing.T) {
	b, err := os.ReadFile(spec)
	require.NoError(t, err)
	text := replace(t, string(b), "diagram", "```mermaid\n"+egress.Diagram()+"```\n")
	text = replace(t, text, "table", egress.Markdown())
	if os.Getenv("UPDATE_SPEC") != "" {
		require.NoError(t, os.WriteFile(spec, []byte(text), 0o644))
		return
	}
	require.Equal(t, text, string(b), "run UPDATE_SPEC=1 go test ./enclave/egress")
}

func replace(t *testing.T, text, part, with string) string {
	t.Helper()
	begin, end := "<!-- begin "+part+" -->\n", "<!-- end "+part+" -->"
	before, rest, ok := strings.Cut(text, begin)
	require.True(t, ok)
	_, after, ok := strings.Cut(rest, end)
	require.True(t, ok)
	return before + begin + with + end + after
}
