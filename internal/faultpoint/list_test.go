package faultpoint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/buildtest"
	"yumen/internal/faultpoint"
)

const top = "../.."

// meets lists the acts that each point is brought about in.
func meets() map[faultpoint.Point][]string {
	out := map[faultpoint.Point][]string{}
	for _, m := range slices.Concat(matrix(), ruleChanges, inits, operations) {
		if !slices.Contains(out[m.point], m.act) {
			out[m.point] = append(out[m.point], m.act)
		}
	}
	return out
}

// Every point of the list is brought about by a test, and no test is about a point that is not in it.
func TestEveryPointIsBroughtAbout(t *testing.T) {
	met := meets()
	for _, r := range faultpoint.Points() {
		require.NotEmpty(t, met[r.Point], "%s is never brought about", r.Point)
		delete(met, r.Point)
	}
	require.Empty(t, met)
}

// Every action that the gateway records has its two points, because the commit of every update goes through one place.
func TestEveryCommitHasItsPoints(t *testing.T) {
	names := map[string]string{}
	source, err := os.ReadFile(filepath.Join(top, "enclave/audit/action.go"))
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`(Action\w+)\s+Action = "([a-z.]+)"`).FindAllStringSubmatch(string(source), -1) {
		names[m[1]] = m[2]
	}
	require.NotEmpty(t, names)
	points := map[faultpoint.Point]bool{}
	for _, r := range faultpoint.Points() {
		require.False(t, points[r.Point], "twice: %s", r.Point)
		points[r.Point] = true
	}
	var files []string
	for _, folder := range []string{"enclave", "internal/operation"} {
		found, err := filepath.Glob(filepath.Join(top, folder, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, found)
		files = append(files, found...)
	}
	used := map[string]bool{}
	for _, path := range files {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		uses := regexp.MustCompile(`audit\.(Action\w+)`)
		if strings.Contains(path, "operation") { // it also reads entries of others
			uses = regexp.MustCompile(`Action: audit\.(Action\w+)`)
		}
		for _, m := range uses.FindAllStringSubmatch(string(text), -1) {
			used[names[m[1]]] = true
		}
		if filepath.Base(path) != "certain.go" {
			require.NotRegexp(t, `[^{]\b[cC]\w*\.Store\.Update\(`, string(text), "%s commits beside certain.Update", path)
		}
		if strings.Contains(path, "operation") && filepath.Base(path) != "enter.go" {
			require.NotContains(t, string(text), ".Update(", "%s commits beside enter", path)
		}
	}
	for action := range used {
		require.True(t, points[faultpoint.Point("written:"+action)] && points[faultpoint.Point("committed:"+action)], "%s has no points", action)
	}
}

// Every kind of worker that does something for a caller has its points. One that is started in advance does it as the kind that it becomes.
func TestEveryWorkerHasItsPoints(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(top, "sandbox/wire/job.go"))
	require.NoError(t, err)
	met := meets()
	for _, m := range regexp.MustCompile(`Kind = "([a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		if m[1] != "probe" && m[1] != "warm" {
			require.NotEmpty(t, met[faultpoint.Point("worker.started:"+m[1])], m[1])
			require.NotEmpty(t, met[faultpoint.Point("worker.half:"+m[1])], m[1])
		}
	}
}

// The page shows the list, each point with its acts. A line that is wrong is printed as it must be.
func TestPageShowsTheList(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(top, "docs/reliability.md"))
	require.NoError(t, err)
	var want []string
	met := meets()
	for _, r := range faultpoint.Points() {
		acts := met[r.Point]
		slices.Sort(acts)
		want = append(want, fmt.Sprintf("| `%s` | %s | %s | %s |", r.Point, r.Moment, r.After, strings.Join(acts, "; ")))
	}
	var got []string
	for _, line := range strings.Split(string(page), "\n") {
		if strings.HasPrefix(line, "| `") && strings.Count(line, " | ") == 3 {
			got = append(got, line)
		}
	}
	require.Equal(t, strings.Join(want, "\n"), strings.Join(got, "\n"))
}

// A release binary knows no point and no variable that would choose one.
func TestReleaseBinariesHaveNoFaults(t *testing.T) {
	for _, name := range []string{"yumend", "yumen-worker", "yumen"} {
		path, err := buildtest.Command(name, "")
		require.NoError(t, err)
		require.Empty(t, mentions(t, path), name)
	}
	tested, err := gateway()
	require.NoError(t, err)
	require.Contains(t, mentions(t, tested), "YUMEN_TEST_FAULT")
	require.Contains(t, mentions(t, tested), "blob.keyless")
}

func mentions(t *testing.T, path string) (found []string) {
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	words := []string{"YUMEN_TEST", "committed:", "worker.started", "worker.half"}
	for _, r := range faultpoint.Points() {
		if p := string(r.Point); !strings.Contains(p, ":") {
			words = append(words, p)
		}
	}
	for _, w := range append(words, "YUMEN_TEST_FAULT") {
		if strings.Contains(string(b), w) {
			found = append(found, w)
		}
	}
	return found
}
