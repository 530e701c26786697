package declaration_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/declaration"
)

// Whatever is not in the table is refused, and what is in it leads where it says: nothing is approved that was not submitted, and a draft waits for
// whoever wrote it.
func TestSJZ_15a_OnlyTheTableMoves(t *testing.T) {
	lines := map[declaration.Transition]bool{}
	for _, l := range declaration.Transitions() {
		lines[l] = true
	}
	moves := 0
	for _, from := range append(declaration.States(), declaration.None) {
		for _, act := range declaration.Acts() {
			got, err := declaration.Next(from, act)
			decides := act == declaration.Approve || act == declaration.Reject
			if err != nil {
				require.ErrorIs(t, err, declaration.ErrNoTransition)
				require.True(t, decides && from != declaration.Submitted, "%s %s", from, act)
				continue
			}
			moves++
			require.True(t, lines[got])
			require.Equal(t, [2]any{from, act}, [2]any{got.From, got.Act})
			require.Contains(t, declaration.States(), got.To)
			require.Equal(t, act == declaration.Keep, got.To == declaration.Draft)
			require.Equal(t, act == declaration.Submit, got.To == declaration.Submitted)
			require.True(t, !got.Same || got.From != got.To, "the same text is never a version of the same state")
		}
	}
	require.Len(t, lines, moves)
}
