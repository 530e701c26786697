package compile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
)

func digests(t *testing.T, p *compile.Plan, pins map[string]string, scope compile.Scope) []string {
	var out []string
	for _, f := range p.Families(pins, scope) {
		d, err := f.Digest()
		require.NoError(t, err)
		out = append(out, string(d))
	}
	return out
}

// TestFamilies: a family is its rows, its keys and its measure, under a scope and on snapshots; inner or left with a required match is
// the same.
func TestFamilies(t *testing.T) {
	specs := newCorpus(t).specs
	pins := map[string]string{"tax": "snap_1", "enterprises": "snap_2"}
	joined := func() *question {
		return ask(specs, "tax").join("tax", "uscc", "enterprises", "uscc").by(taxFirm, "industry", "", 0).sum(0, "tax", "tax_paid").rows(0)
	}
	first := digests(t, &joined().plan, pins, nil)
	require.Len(t, first, 2)
	require.NotEqual(t, first[0], first[1])

	left := joined()
	left.plan.Base.Joins[0].Inner = false
	require.Equal(t, first, digests(t, &left.plan, pins, nil))
	require.Equal(t, first, digests(t, &joined().plan, map[string]string{"tax": "snap_1", "enterprises": "snap_2", "persons": "snap_9"}, nil))

	term := compile.Condition{Column: compile.ColumnRef{Column: "district"}, Type: "VARCHAR", Set: values("D1")}
	for name, other := range map[string][]string{
		"snapshot": digests(t, &joined().plan, map[string]string{"tax": "snap_1", "enterprises": "snap_3"}, nil),
		"scope":    digests(t, &joined().plan, pins, compile.Scope{"enterprises": {term}}),
		"box":      digests(t, &joined().where(0, "tax", "year", values("2024")).plan, pins, nil),
		"keys":     digests(t, &joined().by("tax", "year", "", 0).plan, pins, nil),
	} {
		require.NotEqual(t, first[0], other[0], name)
	}
	require.Equal(t, first, digests(t, &joined().plan, pins, compile.Scope{"persons": {term}}), "a scope of another table")
}

func TestReplay(t *testing.T) {
	rows := []disclosure.Released{
		{Key: []*string{nil}, Values: []*string{ref("1"), nil}},
		{Key: []*string{ref("a")}, Values: []*string{nil, ref("2")}},
		{Key: []*string{ref("b")}, Values: []*string{ref("3"), ref("4")}},
	}
	outcomes, err := compile.Outcomes(make([]compile.Family, 2), rows, nil)
	require.NoError(t, err)
	require.Len(t, outcomes[0].Rows, 2)
	require.Equal(t, rows, compile.Replay(outcomes))
	require.Equal(t, [][]*string{{nil}, {ref("b")}}, outcomes[0].Earlier(compile.Family{})[0].Released)
	_, err = compile.Outcomes(make([]compile.Family, 3), rows, nil)
	require.ErrorIs(t, err, compile.ErrEvidence)
}

// TestCanonicalCell: a key's value and a condition make the same canonical cell, so they get the same jitter; another snapshot, scope or
// value makes another.
func TestCanonicalCell(t *testing.T) {
	c := newCorpus(t)
	canon := func(q *question, in compile.Inputs, key string) string {
		for _, row := range c.evidence(&q.plan, in).Rows {
			if key == "" || *row.Key[0] == key {
				return row.Groups[0].Canon
			}
		}
		t.Fatal("no such cell")
		return ""
	}
	in := compile.Inputs{Snapshots: c.pins}
	by := func() *question { return ask(c.specs, "persons").by("persons", "district", "", 0).rows(0) }
	where := ask(c.specs, "persons").where(0, "persons", "district", values("D3")).rows(0)
	require.Equal(t, canon(where, in, ""), canon(by(), in, "D3"))
	require.NotEqual(t, canon(by(), in, "D4"), canon(by(), in, "D3"))
	require.NotEqual(t, canon(where, in, ""), canon(where, compile.Inputs{Snapshots: map[string]string{"persons": "snap_other"}}, ""))
	decade := ask(c.specs, "persons").by("persons", "birth_date", "decade", 0).rows(0)
	sixties := ask(c.specs, "persons").where(0, "persons", "birth_date", from("1960-01-01", "1970-01-01")).rows(0)
	require.Equal(t, canon(sixties, in, ""), canon(decade, in, "196"))
	month := ask(c.specs, "persons").by("persons", "birth_date", "month", 0).rows(0)
	require.NotEqual(t, canon(month, in, "1"), canon(month, in, "2"), "the month of any year is no set, but another cell")
}
