package application_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/application"
)

const spec = "../../docs/spec/applications.md"

// The specification shows the tables as they are. To write them anew: UPDATE_SPEC=1 go test ./enclave/application
func TestSpecificationIsCurrent(t *testing.T) {
	b, err := os.ReadFile(spec)
	require.NoError(t, err)
	lives := "\n| from | act | by | guards | to |\n|---|---|---|---|---|\n"
	for _, x := range application.Transitions() {
		lives += fmt.Sprintf("| %s | %s | %s | %s | %s |\n", x.From, x.Act, x.By, guards(x.Guards), x.To)
	}
	held := "\n| from | act | guards | to |\n|---|---|---|---|\n"
	for _, x := range application.GrantTransitions() {
		held += fmt.Sprintf("| %s | %s | %s | %s |\n", x.From, x.Act, guards(x.Guards), x.To)
	}
	reasons := []string{}
	for _, r := range application.Reasons() {
		reasons = append(reasons, "`"+string(r)+"`")
	}
	text := replace(t, string(b), "application", lives)
	text = replace(t, text, "grant", held)
	text = replace(t, text, "reasons", strings.Join(reasons, " "))
	if os.Getenv("UPDATE_SPEC") != "" {
		require.NoError(t, os.WriteFile(spec, []byte(text), 0o644))
		return
	}
	require.Equal(t, text, string(b), "run UPDATE_SPEC=1 go test ./enclave/application")
}

func guards(all []application.Guard) string {
	words := make([]string, len(all))
	for i, g := range all {
		words[i] = "`" + string(g) + "`"
	}
	return strings.Join(words, " ")
}

func replace(t *testing.T, text, part, with string) string {
	t.Helper()
	begin, end := "<!-- begin "+part+" -->", "<!-- end "+part+" -->"
	before, rest, ok := strings.Cut(text, begin)
	require.True(t, ok)
	_, after, ok := strings.Cut(rest, end)
	require.True(t, ok)
	return before + begin + with + end + after
}
