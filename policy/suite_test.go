package policy_test

import (
	"context"
	"testing"

	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/stretchr/testify/require"

	"yumen/policy"
)

// The bundle's own tests pass, and leave no line of a production rule out.
func TestSuite(t *testing.T) {
	s, err := policy.NewSuite(policy.DefaultBundle())
	require.NoError(t, err)
	coverage := cover.New()
	results, err := s.Run(context.Background(), "", nil, coverage)
	require.NoError(t, err)
	require.Empty(t, policy.Failures(results))
	cases := 0
	for _, r := range results {
		for range r.SubResults.Iter {
			cases++
		}
	}
	require.Greater(t, cases, 300, "the tables of cases are there")
	t.Logf("%d tests, %d cases", len(results), cases)
	modules, err := s.Parsed()
	require.NoError(t, err)
	for path, file := range coverage.Report(modules).Files {
		require.Empty(t, file.NotCovered, path)
	}
}
