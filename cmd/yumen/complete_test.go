package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"yumen/internal/api"
	"yumen/internal/locale"
)

// Whatever an argument is the name of can be completed.
func TestEveryNameCanBeCompleted(t *testing.T) {
	seen := map[string]bool{}
	commands((&app{}).root(), func(c *cobra.Command) {
		named := regexp.MustCompile(`\b(ID|NAME|KIND|RUN|SHELL)\b`).FindAllString(c.Use, -1)
		require.Len(t, completionOf(c), len(named), c.CommandPath())
		for _, name := range named {
			seen[c.Parent().Name()+" "+name] = true
		}
	})
	for of := range completed {
		require.True(t, seen[of], "no command has %s", of)
	}
}

func TestCompletion(t *testing.T) {
	b, g := loggedIn(t)
	g.answer("GET /v1/resources/Dataset", 200, api.Resources{Items: []api.Resource{{Name: "credit"}, {Name: "cases"}, {Name: "$(reboot)"}, {Name: "a b"}, {Name: "-rf"}, {Name: "x\ny"}}})
	g.answer("GET /v1/grants", 200, api.Grants{Items: []api.Grant{{ID: "grant_1"}, {ID: "grant_2"}}})
	g.answer("GET /v1/runs", 200, api.Runs{Items: []api.Run{{Run: testRun}}})
	for line, want := range map[string]string{
		"dataset review ":           "credit\ncases",
		"dataset review cr":         "credit",
		"get Dat":                   "Dataset",
		"get dataset ":              "credit\ncases",
		"get Teapot ":               "",
		"query check --grant ":      "grant_1\ngrant_2",
		"query run --grant grant_2": "grant_2",
		"query show ":               testRun,
		"completion p":              "powershell",
		"release download ":         "", // the gateway does not answer
	} {
		require.Equal(t, exitOK, b.do(append([]string{"__completeNoDesc"}, strings.Split(line, " ")...)...), line)
		names, _, _ := strings.Cut(b.out, ":")
		names = regexp.MustCompile(`(?m)^--.*\n`).ReplaceAllString(names, "") // flags that must be given are offered as well
		require.Equal(t, want, strings.TrimSpace(names), line)
	}
	stranger := newBench(t)
	require.Equal(t, exitOK, stranger.do("__completeNoDesc", "grant", "show", ""))
	require.Equal(t, ":4\n", stranger.out, "without a login there is nothing, and no complaint")
}

func TestCompletionScripts(t *testing.T) {
	b := newBench(t)
	for shell := range shells {
		require.Equal(t, exitOK, b.do("completion", shell), b.err)
		require.Contains(t, b.out, "yumen")
		require.Greater(t, strings.Count(b.out, "\n"), 20)
	}
	require.Equal(t, exitUsage, b.do("completion", "tcsh"))
}

// Every command has a page in both languages, and the same pages each time.
func TestManualPages(t *testing.T) {
	b := newBench(t)
	for _, lang := range []locale.Language{locale.Zh, locale.En} {
		one, two := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")
		require.Equal(t, exitOK, b.do("man", "--lang", string(lang), "--dir", one), b.err)
		require.Equal(t, exitOK, b.do("man", "--lang", string(lang), "--dir", two), b.err)
		root := (&app{lang: lang}).root()
		pages := 1
		commands(root, func(c *cobra.Command) {
			name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
			page, err := os.ReadFile(filepath.Join(one, name))
			require.NoError(t, err)
			again, err := os.ReadFile(filepath.Join(two, name))
			require.NoError(t, err)
			require.Equal(t, string(page), string(again))
			require.Contains(t, string(page), ".SH EXAMPLE", name)
			require.Contains(t, strings.ReplaceAll(string(page), `\-`, "-"), strings.Fields(c.Short)[0], name)
			pages++
		})
		all, err := os.ReadDir(one)
		require.NoError(t, err)
		require.Len(t, all, pages)
	}
}
