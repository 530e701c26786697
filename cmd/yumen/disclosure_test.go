package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"yumen/enclave/disclosure"
)

// TestGradeRules: the client's rules are those of the policy's data, and no jurisdiction changes them.
func TestGradeRules(t *testing.T) {
	type grade struct {
		K, Complement, Sensitive, P, Homogeneity *int64
		Dominance                                []struct{ N, Percent int64 }
		Jitter                                   *int64
	}
	read := func(path string) map[int]grade {
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		var doc struct {
			Grades map[string]grade
		}
		require.NoError(t, yaml.Unmarshal(b, &doc))
		out := map[int]grade{}
		for name, g := range doc.Grades {
			n, err := strconv.Atoi(name)
			require.NoError(t, err)
			out[n] = g
		}
		return out
	}
	data := filepath.Join("..", "..", "policy", "rego", "data")
	for n, g := range read(filepath.Join(data, "default.yaml")) {
		want := disclosure.Rules{K: max(*g.K, *g.Complement, *g.Sensitive), P: *g.P, Homogeneity: *g.Homogeneity > 0, HomogeneityShare: *g.Homogeneity}
		for _, d := range g.Dominance {
			want.Dominance = append(want.Dominance, disclosure.Dominance{N: int(d.N), Percent: d.Percent})
		}
		require.Equal(t, want, gradeRules[n], "grade %d", n)
	}
	files, err := filepath.Glob(filepath.Join(data, "jurisdictions", "*.yaml"))
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".yaml"))
		for n, g := range read(f) {
			require.Equal(t, grade{}, g, "%s has rules per cell of its own at grade %d: let the client know them", f, n)
		}
	}
	require.ElementsMatch(t, names, jurisdictions)
}
