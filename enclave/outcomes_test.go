package enclave

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/compile"
)

func TestOutcomes(t *testing.T) {
	o := newOutcomes()
	o.limit = 5
	of := func(rows int) []compile.Outcome { return []compile.Outcome{{Rows: make([]compile.OutcomeRow, rows)}} }
	require.Empty(t, o.of("a"))
	o.keep("a", map[string][]compile.Outcome{"1": of(1)})
	o.keep("b", map[string][]compile.Outcome{"2": of(0), "3": of(0)})
	require.Len(t, o.of("a"), 1)
	require.Len(t, o.of("b"), 2)
	o.keep("b", map[string][]compile.Outcome{"3": of(0)})
	require.NotContains(t, o.of("b"), "2", "the group's ledger has it no more")
	o.forget("3")
	require.Empty(t, o.of("b"), "it was destroyed")
	require.Equal(t, 2, o.rows)
	o.keep("b", map[string][]compile.Outcome{"4": of(3)})
	require.Empty(t, o.of("a"), "no room for both")
	require.Equal(t, 4, o.rows)
	o.keep("b", map[string][]compile.Outcome{"4": of(5)})
	require.Empty(t, o.of("b"), "never any room")
	require.Zero(t, o.rows)
}
