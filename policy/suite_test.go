//go:build !race

package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/policy"
)

// The bundle's own tests pass, leave no line of a production rule out, and an input that says nothing proves nothing.
func TestSuite(t *testing.T) {
	e := open(t, policy.Beijing)
	c, err := e.Prepare(defaultFiles(t))
	require.NoError(t, err)
	report, err := c.Test(t.Context())
	require.NoError(t, err)
	require.NoError(t, report.Err())
	require.Greater(t, report.Cases, 300, "the tables of cases are there")
	t.Logf("%d tests, %d cases", report.Tests, report.Cases)
}
