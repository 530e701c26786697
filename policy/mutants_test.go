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

// Dropping any one expression of a rule is noticed by the suite, or explained.
// It takes about ten minutes: go test -tags nightly -timeout 60m -run Dropped ./policy
func TestDroppedExpressionsAreNoticed(t *testing.T) {
	s, err := policy.NewSuite(policy.DefaultBundle())
	require.NoError(t, err)
	mutants, err := s.Mutants()
	require.NoError(t, err)
	explained := map[string]bool{}
	for line := range strings.Lines(survivors) {
		if name, _, ok := strings.Cut(line, "  #"); ok {
			explained[name] = false
		}
	}
	killed, broken := 0, 0
	for _, m := range mutants {
		results, err := s.Run(t.Context(), m.Tests, map[string]string{m.Path: m.Source}, nil)
		if err != nil {
			broken++ // does not compile
			continue
		}
		if len(policy.Failures(results)) > 0 {
			killed++
			continue
		}
		if _, ok := explained[m.Name]; !ok {
			t.Errorf("survives: %s", m.Name)
		}
		explained[m.Name] = true
	}
	t.Logf("%d mutants, %d killed, %d do not compile", len(mutants), killed, broken)
	require.Greater(t, killed, 200)
	for name, seen := range explained {
		if !seen {
			t.Errorf("does not survive any more: %s", name)
		}
	}
}
