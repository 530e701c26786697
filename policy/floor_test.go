//go:build !race

package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/policy"
)

// The floor is what the default bundle requires: a rule that is added is added to the floor, one that is dropped is dropped
// from both, by people who see it.
func TestFloorIsTheDefaultBundle(t *testing.T) {
	e := open(t, policy.Beijing)
	floor := policy.Floor()
	require.Len(t, floor, len(policy.Actions()))
	for _, a := range policy.Actions() {
		require.Equal(t, e.Required(a), floor[a], "%s", a)
	}
}
