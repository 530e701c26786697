package compile_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
)

// said answers a question over the second load, and remembers what was answered.
func (l *twoLoads) said(q *question, rules disclosure.Rules) []string {
	table := l.ask(q)
	rows := disclosure.Judge(table, rules).Released(table)
	families := q.plan.Families(map[string]string{"people": "two"}, nil)
	outcomes, err := compile.Outcomes(families, rows, l.earlier)
	require.NoError(l.t, err)
	for i, f := range families {
		l.earlier = append(l.earlier, outcomes[i].Earlier(f)...)
	}
	l.earlier, err = compile.Merge(l.earlier)
	require.NoError(l.t, err)
	return words(rows)
}

// TestKeptBesideTheTotal: three have left the north since the towns were counted, and so many the south. The south keeps its number. Where
// nobody left the south that is its number of now, and the total says nothing new; otherwise the total and the north would tell who left.
func TestKeptBesideTheTotal(t *testing.T) {
	rules := disclosure.Rules{K: 3}
	for gone := range 3 {
		after := townsfolk(10)
		after.people = slices.DeleteFunc(after.people, func(p person) bool { return p.pid < 6 && (p.town == "n" || p.pid/2 < gone) })
		world := func() (*twoLoads, *question, *question) {
			l := newTwoLoads(t, townsfolk(10), after)
			towns := ask(l.specs, "people").by("people", "town", "", 0).rows(0)
			l.answered(towns, map[string]string{"n": "10", "s": "10"})
			return l, towns, ask(l.specs, "people").rows(0)
		}
		north, total := []string{"n|7", "s|10"}, []string{fmt.Sprint(17 - gone)}

		l, towns, all := world()
		require.Equal(t, total, l.said(all, rules))
		want := north
		if gone > 0 {
			want = north[1:]
		}
		require.Equal(t, want, l.said(towns, rules), "%d have left the south, towns after the total", gone)

		l, towns, all = world()
		require.Equal(t, north, l.said(towns, rules))
		want = total
		if gone > 0 {
			want = nil
		}
		require.Equal(t, want, l.said(all, rules), "%d have left the south, the total after towns", gone)
	}
}
