//go:build !race

package policy_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/policy"
)

// The bundle's own tests pass, leave no line of a production rule out, and an input that says nothing proves nothing. Tests that were cut off, at
// whatever moment, say nothing of the bundle.
func TestSuite(t *testing.T) {
	e := open(t, policy.Beijing)
	c, err := e.Prepare(defaultFiles(t))
	require.NoError(t, err)
	for _, term := range []time.Duration{0, 100 * time.Millisecond, time.Second} {
		ctx, cancel := context.WithTimeout(t.Context(), term)
		_, err := c.Test(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded, "cut off after %s", term)
		cancel()
	}
	report, err := c.Test(t.Context())
	require.NoError(t, err)
	require.NoError(t, report.Err())
	require.Greater(t, report.Cases, 300, "the tables of cases are there")
	t.Logf("%d tests, %d cases", report.Tests, report.Cases)
}
