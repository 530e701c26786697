package compile_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/compile"
)

func ref(s string) *string { return &s }

// copied clones an answer so that it can be spoiled.
func copied(in [][][]*string) [][][]*string {
	out := make([][][]*string, len(in))
	for i, rows := range in {
		for _, r := range rows {
			out[i] = append(out[i], slices.Clone(r))
		}
	}
	return out
}

// TestHostileAnswers: an answer that does not have the form of the question is refused as a whole.
func TestHostileAnswers(t *testing.T) {
	c := newCorpus(t)
	q := ask(c.specs, "persons").by("persons", "district", "", 0).rows(0)
	program, err := compile.Generate(&q.plan, compile.Inputs{Snapshots: c.pins})
	require.NoError(t, err)
	require.Equal(t, []compile.Attachment{{Alias: "persons", Dataset: "persons", Snapshot: "snap_persons"}}, program.Attachments)
	good := c.run(program)
	_, err = program.Evidence(good)
	require.NoError(t, err)
	for name, spoil := range map[string]func([][][]*string) [][][]*string{
		"an answer short":   func(a [][][]*string) [][][]*string { return a[1:] },
		"an answer more":    func(a [][][]*string) [][][]*string { return append(a, nil) },
		"a column short":    func(a [][][]*string) [][][]*string { a[0][0] = a[0][0][1:]; return a },
		"a column more":     func(a [][][]*string) [][][]*string { a[0][0] = append(a[0][0], nil); return a },
		"a group twice":     func(a [][][]*string) [][][]*string { a[0] = append(a[0], a[0][0]); return a },
		"no count":          func(a [][][]*string) [][][]*string { a[0][0][1] = nil; return a },
		"a negative count":  func(a [][][]*string) [][][]*string { a[0][0][1] = ref("-1"); return a },
		"a broken count":    func(a [][][]*string) [][][]*string { a[0][0][1] = ref("1.5"); return a },
		"a hexadecimal":     func(a [][][]*string) [][][]*string { a[0][0][1] = ref("0x10"); return a },
		"a fraction":        func(a [][][]*string) [][][]*string { a[0][0][2] = ref("1/3"); return a },
		"an exponent":       func(a [][][]*string) [][][]*string { a[0][0][2] = ref("1e9"); return a },
		"a text":            func(a [][][]*string) [][][]*string { a[0][0][2] = ref("many"); return a },
		"an endless number": func(a [][][]*string) [][][]*string { a[0][0][2] = ref(string(make([]byte, 100))); return a },
	} {
		_, err := program.Evidence(spoil(copied(good)))
		require.ErrorIs(t, err, compile.ErrEvidence, name)
	}
}

// TestLimits: too many groups are an error, too many pairs withhold, too many statements are a static refusal.
func TestLimits(t *testing.T) {
	c := newCorpus(t)
	q := ask(c.specs, "persons").by("persons", "district", "", 0).rows(0)
	program, err := compile.Generate(&q.plan, compile.Inputs{Snapshots: c.pins, Limits: compile.Limits{Rows: 8}})
	require.NoError(t, err)
	_, err = program.Evidence(c.run(program))
	require.ErrorIs(t, err, compile.ErrEvidence)

	before := ask(c.specs, "persons").by("persons", "gender", "", 0).rows(0)
	family := before.plan.Families(c.pins, nil)[0]
	in := compile.Inputs{Snapshots: c.pins, Limits: compile.Limits{Pairs: 3},
		Earlier: []compile.Earlier{{Family: family, Released: [][]*string{{ref("F")}, {ref("M")}}}}}
	for _, row := range c.evidence(&q.plan, in).Rows {
		require.True(t, row.Groups[0].Unknown, "a search cut short")
	}
	in.Limits = compile.Limits{Statements: 2}
	_, err = compile.Generate(&q.plan, in)
	require.ErrorIs(t, err, compile.ErrTooLarge)
}

func FuzzEvidence(f *testing.F) {
	f.Add("5", "5", "D1")
	f.Add("-0", "00", "")
	f.Fuzz(func(t *testing.T, a, b, key string) {
		q := ask(tinySpecs(t), "people").by("people", "town", "", 0).rows(0).sum(0, "people", "wealth")
		program, err := compile.Generate(&q.plan, compile.Inputs{})
		require.NoError(t, err)
		answers := make([][][]*string, len(program.Statements))
		answers[0] = [][]*string{{&key, &a, &b, &a, &b, &a, &b, &a}}
		table, err := program.Evidence(answers)
		if err != nil {
			require.ErrorIs(t, err, compile.ErrEvidence)
			return
		}
		require.Empty(t, grade2Released(table), "evidence is missing, so nothing leaves")
	})
}
