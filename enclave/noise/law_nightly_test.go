//go:build nightly

package noise_test

import "testing"

func TestDrawsFollowTheClosedFormNightly(t *testing.T) {
	chiSquare(t, scale(t, 10, 1, 1), 10_000_000)
	chiSquare(t, scale(t, 7, 3, 1), 10_000_000)
}
