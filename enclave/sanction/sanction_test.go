package sanction_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/sanction"
)

// Whatever is not in the table is refused, and what is in it leads where it says.
func TestXC_42_OnlyTheTableMoves(t *testing.T) {
	lines := map[sanction.Transition]bool{}
	for _, l := range sanction.Transitions() {
		lines[l] = true
	}
	moves := 0
	for _, k := range sanction.Kinds() {
		for _, from := range append(sanction.States(), sanction.None) {
			for _, act := range sanction.Acts() {
				for _, overdue := range []bool{false, true} {
					got, err := sanction.Next(k, from, act, overdue)
					if err != nil {
						require.ErrorIs(t, err, sanction.ErrNoTransition)
						continue
					}
					require.True(t, lines[got])
					require.Equal(t, [3]any{k, from, act}, [3]any{got.Kind, got.From, got.Act})
					require.False(t, got.Overdue && !overdue)
					moves++
				}
			}
		}
	}
	require.Equal(t, 2*len(lines)-1, moves, "each line with and without a deadline that passed, but for the one that waits for it")
}

// Two stages: access is closed at once by one person, ended by two after the deadline, and two open it again from either.
func TestXC_42_TwoStages(t *testing.T) {
	_, err := sanction.Next(sanction.Closure, sanction.None, sanction.End, true)
	require.Error(t, err, "nothing is ended that was not closed before")
	_, err = sanction.Next(sanction.Closure, sanction.Closed, sanction.End, false)
	require.Error(t, err, "not before the deadline")
	for _, l := range sanction.Transitions() {
		require.Equal(t, l.To.InForce() || l.From.InForce(), l.People == 2 || l.Act == sanction.Close, "%v", l)
		require.True(t, l.From == sanction.None || l.From.Live(), "%v", l)
		require.Equal(t, l.From == sanction.None, l.Act == l.Kind.Opening() && l.From != sanction.Proposed, "%v", l)
	}
	require.Empty(t, sanction.Kind("other").Opening())
}
