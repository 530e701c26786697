package enclave

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A declaration of very many lines, which anybody may send, costs the gateway no more than its own size to compare.
func TestDiffIsBounded(t *testing.T) {
	lines := func(name string, n int) (out [][]byte) {
		for i := range n {
			out = append(out, []byte(fmt.Sprintf("%s %d", name, i)))
		}
		return out
	}
	a, b := lines("a", 20_000), lines("b", 20_000)
	var got []string
	bytesUsed := testing.Benchmark(func(bench *testing.B) {
		for range bench.N {
			got = diffLines(a, b)
		}
	}).AllocedBytesPerOp()
	require.Less(t, bytesUsed, int64(64<<20))
	require.Len(t, got, 40_000)
	require.Equal(t, "- a 0", got[0])
	require.Equal(t, "+ b 19999", got[39_999])

	one := slices.Clone(a)
	one[10_000] = []byte("another")
	require.Equal(t, []string{"- a 10000", "+ another"}, diffLines(a, one), "one line among many")
}

// What is left out and put in makes the new text of the old one, and nothing that both have in their place is named.
func TestDiffTurnsOneIntoTheOther(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test's
	for range 300 {
		some := func() (out [][]byte) {
			for range r.IntN(8) {
				out = append(out, []byte(string(rune('a'+r.IntN(3)))))
			}
			return out
		}
		a, b := some(), some()
		d := diffLines(a, b)
		count := func(all [][]byte, sign string) (net int) {
			for _, line := range d {
				if strings.HasPrefix(line, sign) {
					net++
				}
			}
			return len(all) - net
		}
		require.Equal(t, count(a, "- "), count(b, "+ "), "the same number of lines stays")
		require.GreaterOrEqual(t, count(a, "- "), 0)
		require.Equal(t, slices.EqualFunc(a, b, bytes.Equal), len(d) == 0)
	}
}
