//go:build !race

package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const data = "../../testdata/data"

func census(t *testing.T, most int) *people {
	t.Helper()
	p, err := files[0].read(data, most)
	require.NoError(t, err)
	return p
}

func named(t *testing.T, name string) attack {
	t.Helper()
	for _, a := range attacks() {
		if a.name == name {
			return a
		}
	}
	require.Fail(t, "no such attack", name)
	return attack{}
}

// Each weakness that noisy systems have had is found when it is planted, by the attack that is known for it, and the mode without it stands.
func TestPlantedWeaknessesAreFound(t *testing.T) {
	many, few := census(t, 5000), census(t, 1200)
	for name, c := range map[string]struct {
		attack  string
		columns int
		weaken  func(*mode)
	}{
		"noise of the selected rows": {"equality", 8, func(m *mode) { m.rowKeyed = true }},
		"shown by the exact count":   {"comparator", 2, func(m *mode) { m.exactThreshold = true }},
		"withheld answers are free":  {"free answers", 1, func(m *mode) { m.refund = true }},
		"noise of the text":          {"spelling", 1, func(m *mode) { m.spelled = true }},
		"a sum covered like a count": {"sums", 8, func(m *mode) { m.unscaled = true }},
		"a quarter of the noise":     {"insider", 32, func(m *mode) { m.sigma /= 4 }},
		"a budget far too wide":      {"insider", 8, func(m *mode) { m.columns *= 50 }},
	} {
		t.Run(name, func(t *testing.T) {
			a, p, targets := named(t, c.attack), many, 48
			if c.attack == "free answers" {
				p, targets = few, 128 // many questions each
			}
			plan := a.plan
			sound := func(n int64) defence { return mode{sigma: sigma, columns: n, k: k} }
			if strings.HasPrefix(name, "a budget") {
				targets = 128
				a.plan = func(p *people, random *rand.Rand, target, columns int) []question {
					return plan(p, random, target, 50*columns)
				}
			}
			r, err := measure(p, a, sound, c.columns, targets)
			require.NoError(t, err)
			require.Positive(t, r.margin(), r)
			r, err = measure(p, a, func(n int64) defence {
				m := mode{sigma: sigma, columns: n, k: k}
				c.weaken(&m)
				return m
			}, c.columns, targets)
			require.NoError(t, err)
			require.Negative(t, r.margin(), r)
		})
	}
}

// Unasked questions have no answer: neither their count nor whether they are shown.
func TestWhatIsNotPaidIsNotAnswered(t *testing.T) {
	p := census(t, 2000)
	var questions []question
	for v := range 6 {
		questions = append(questions, question{box: box{1<<v | 1<<7, 0, 0, 0, 0, 0, 0, 0, 0, 0}})
	}
	questions = append(questions, questions[0])
	answers, err := mode{sigma: sigma, columns: 3, k: k}.ask(p, 1, questions)
	require.NoError(t, err)
	var asked []bool
	for _, a := range answers {
		asked = append(asked, a.asked)
		if !a.asked {
			require.Equal(t, answer{}, a)
		}
	}
	require.Equal(t, []bool{true, true, true, false, false, false, true}, asked)
	require.Equal(t, answers[0], answers[6])
}

// A box counts whom it names, and all values of a column are no condition.
func TestBoxes(t *testing.T) {
	p := census(t, 700)
	everybody := make(box, len(p.values))
	require.Equal(t, 700, p.in(everybody).size())
	all := append(box(nil), everybody...)
	all[3] = 1<<p.values[3] - 1
	require.Equal(t, p.canonical(everybody), p.canonical(all))
	some := append(box(nil), everybody...)
	some[0], some[6] = 0b101, 0b1
	want := 0
	for i, r := range p.rows {
		in := (r[0] == 0 || r[0] == 2) && r[6] == 0
		require.Equal(t, in, p.in(some).has(i))
		if in {
			want++
		}
	}
	require.Equal(t, want, p.in(some).size())
	require.NotEqual(t, p.canonical(some), p.canonical(everybody))
}

// The whole command, small: it ends well and every attack is in the table for both data sets.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	runs := filepath.Join(t.TempDir(), "runs")
	require.NoError(t, os.WriteFile(runs, []byte("census  insider, whole runs   32 columns  right  60.0 % [..] of 9  bound 62.0 %  margin 1.5\n"), 0o600))
	worst, err := run(&out, data, runs, 3000, 6)
	require.NoError(t, err)
	require.Equal(t, 1.5, worst)
	require.Contains(t, out.String(), "whole runs")
	_, err = played(&out, filepath.Join(t.TempDir(), "none"))
	require.Error(t, err)
	require.NoError(t, os.WriteFile(runs, []byte("nothing was played\n"), 0o600))
	_, err = played(&out, runs)
	require.Error(t, err)
	for _, a := range attacks() {
		require.Equal(t, 2*len(budgets(a.name)), strings.Count(out.String(), " "+a.name+" "), a.name)
	}
	for _, a := range amountAttacks() {
		require.Equal(t, 4, strings.Count(out.String(), " "+a.name+" "), a.name)
	}
}
