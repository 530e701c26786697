//go:build nightly

package policy_test

import (
	_ "embed"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/policy"
)

// survivors lists the mutants that the suite lets live, one a line: the mutant, two spaces, "#" and the reason.
//
//go:embed testdata/survivors.txt
var survivors string

// leastScore is the part of the mutants, in percent, that the suite must notice.
const leastScore = 90

// Dropping any one expression of a rule is noticed by the suite, or explained: make policy.
func TestDroppedExpressionsAreNoticed(t *testing.T) {
	s, err := policy.NewSuite()
	require.NoError(t, err)
	mutants, err := s.Mutants()
	require.NoError(t, err)
	hunt, err := s.NewHunt(t.Context())
	require.NoError(t, err)
	fates, err := hunt.All(t.Context(), mutants, 2)
	require.NoError(t, err)

	explained := map[string]bool{}
	for line := range strings.Lines(survivors) {
		if name, _, ok := strings.Cut(line, "  #"); ok {
			explained[name] = false
		}
	}
	count := map[policy.Fate]int{}
	for i, m := range mutants {
		count[fates[i]]++
		if fates[i] != policy.Survives {
			continue
		}
		if _, ok := explained[m.Name]; !ok {
			t.Errorf("survives: %s", m.Name)
		}
		explained[m.Name] = true
	}
	for name, seen := range explained {
		if !seen {
			t.Errorf("does not survive any more: %s", name)
		}
	}
	viable := len(mutants) - count[policy.Broken]
	score := 100 * (viable - count[policy.Survives]) / viable
	t.Logf("%d mutants: %d do not compile, %d noticed by a case, %d by another test, %d survive: score %d %%", len(mutants), count[policy.Broken],
		count[policy.ByCase], count[policy.ByTest], count[policy.Survives], score)
	require.GreaterOrEqual(t, score, leastScore)
	require.Greater(t, viable, 300)
}
