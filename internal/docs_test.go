package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each direct dependency has one line that says why, and no line outlives its dependency.
func TestDependenciesAreExplained(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join(root(t), "go.mod"))
	require.NoError(t, err)
	direct := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^(?:require )?\t?([a-z][^\s]*\.[^\s]*/?[^\s]*) v[^\s]+$`).FindAllStringSubmatch(string(mod), -1) {
		direct[m[1]] = true
	}
	require.NotEmpty(t, direct)
	page, err := os.ReadFile(filepath.Join(root(t), "docs", "adr", "0001-dependencies.md"))
	require.NoError(t, err)
	explained := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\| [^|]{20,} \\|$").FindAllStringSubmatch(string(page), -1) {
		explained[m[1]] = true
		for _, place := range strings.Split(m[2], ", ") {
			if place = strings.TrimSuffix(place, " (tests)"); place != "tests" {
				require.True(t, importedBelow(t, filepath.Join(root(t), place), m[1]), "%s is said to use %s", place, m[1])
			}
		}
	}
	require.Equal(t, direct, explained)
}

// importedBelow reports whether a Go file in the folder or below it imports the module.
func importedBelow(t *testing.T, dir, module string) bool {
	t.Helper()
	found := false
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || found || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		found = strings.Contains(string(text), `"`+module)
		return err
	}))
	return found
}

// pages calls visit for every Markdown page of the repository.
func pages(t *testing.T, visit func(path, text string)) {
	t.Helper()
	top := root(t)
	found := 0
	require.NoError(t, filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != top && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "bin" || d.Name() == "dist") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".md") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		found++
		visit(path, string(text))
		return nil
	}))
	require.Positive(t, found)
}

// What a page points at exists: linked pages, and files of the tree named in code type.
func TestPagesPointAtWhatExists(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:\s]+)(?:#[^)]*)?\)`)
	file := regexp.MustCompile("`([a-z][a-z0-9_/-]*/[a-zA-Z0-9_.-]+\\.(?:go|md|yaml|json|rego))`")
	pages(t, func(path, text string) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(path), m[1]))
			require.NoError(t, err, "%s links to %s", path, m[1])
		}
		for _, m := range file.FindAllStringSubmatch(text, -1) {
			_, err := os.Stat(filepath.Join(root(t), m[1]))
			require.NoError(t, err, "%s names %s", path, m[1])
		}
	})
}

// The closed lists that the specifications show are those of the code, no word less and no word more.
func TestSpecificationsHoldTheClosedLists(t *testing.T) {
	for _, list := range []struct{ page, section, source, constant, shown string }{
		{"http.md", "## Refusals", "catalog/refusal.go", `Code = "([A-Z_]+)"`, "`([A-Z_]{2,})`"},
		{"http.md", "## Problems", "internal/client/error.go", `Kind = "([a-z_]+)"`, "(?m)^\\| `([a-z_]+)` \\|"},
		{"worker.md", "## Jobs", "sandbox/wire/job.go", `Kind = "([a-z_]+)"`, "(?m)^\\| `([a-z_]+)` \\|"},
		{"worker.md", "## Status", "sandbox/wire/status.go", `Code = "([a-z_]+)"`, "(?m)^\\| `([a-z_]+)` \\|"},
	} {
		page, err := os.ReadFile(filepath.Join(root(t), "docs", "spec", list.page))
		require.NoError(t, err)
		source, err := os.ReadFile(filepath.Join(root(t), list.source))
		require.NoError(t, err)
		_, section, found := strings.Cut(string(page), list.section+"\n")
		require.True(t, found, "%s has no section %s", list.page, list.section)
		section, _, _ = strings.Cut(section, "\n## ")
		want := firsts(list.constant, string(source))
		require.NotEmpty(t, want)
		require.ElementsMatch(t, want, firsts(list.shown, section), "%s, %s", list.page, list.section)
	}
}

// firsts lists the first group of every match.
func firsts(pattern, text string) []string {
	var out []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}
