//go:build !race

package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/internal/api"
)

// TestRedTeam attacks whole runs: in a zone of Beijing, with policy, ledger, workers and DuckDB as they are shipped, each attacker an institution of its own. The fact
// and the amount of each target are tossed before the load; an attacker knows everything of everybody but them. What each attack came to stands beside
// the bound that the gateway itself states of the attacker's account (yumen budget show), and none is above it for certain (99.9 %).
//
// YUMEN_REDTEAM names a file for the lines, YUMEN_REDTEAM_TARGETS says on how many people of each data set each attack is played.
func TestRedTeam(t *testing.T) {
	targets := 2
	if text := os.Getenv("YUMEN_REDTEAM_TARGETS"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		targets = n
	}
	z := testZoneOf(t, "bj")
	institutions, lines, worst := 0, "", math.Inf(1)
	for _, f := range fields() {
		f.read(t)
		tally := map[string]*siege{}
		for round := range (targets + 24) / 25 { // a load has new noise
			tables := f.load(t, z, targets, round)
			var plays []play
			for target := 25 * round; target < min(targets, 25*round+25); target++ {
				for _, a := range attacksOnRuns {
					if texts, score := a.plan(f, target); len(texts) > 0 {
						plays = append(plays, play{a.name, texts, score, f.toss[target]})
					}
				}
			}
			z.institutionsFrom(t, institutions, len(plays))
			t.Run(fmt.Sprint(f.name, round), func(t *testing.T) {
				for i, x := range plays {
					p, grant := z.granted(t, institutions+i, tables)
					if tally[x.attack] == nil {
						tally[x.attack] = &siege{}
					}
					t.Run(x.attack, func(t *testing.T) {
						t.Parallel()
						tally[x.attack].add(x, z.play(t, p, grant, x))
					})
				}
			})
			institutions += len(plays)
		}
		for _, a := range attacksOnRuns {
			if tally[a.name] == nil {
				continue // nobody of so few whom it can be played on
			}
			line, margin := tally[a.name].line(f.name, a.name)
			t.Log(line)
			lines, worst = lines+line+"\n", min(worst, margin)
		}
		var squares float64
		for _, x := range f.noises {
			squares += x * x
		}
		n := float64(len(f.noises))
		require.InDelta(t, 100, squares/n, 100*5*math.Sqrt(2/n)+1, "the variance of the noise of whole answers")
		t.Logf("%s: %d noises of variance %.1f", f.name, len(f.noises), squares/n)
	}
	if path := os.Getenv("YUMEN_REDTEAM"); path != "" && !t.Failed() {
		require.NoError(t, os.WriteFile(path, []byte(lines), 0o600))
	}
	require.Positive(t, worst, "an attack beats its bound")
}

// ground is a data set under attack.
type ground struct {
	name, path, table string
	dimensions        []string
	quoted            bool // values are texts
	fact, yes, no     string
	amount            string
	clip              int64

	header []string
	rows   [][]string
	toss   []bool // by target, who is the row of the same number
	random *rand.Rand
	noting sync.Mutex
	noises []float64 // of counts whose truth is known
}

func fields() []*ground {
	return []*ground{
		{name: "census", path: "../../testdata/data/adult-census.csv", table: "census", quoted: true,
			dimensions: []string{"workclass", "education", "marital-status", "occupation", "relationship", "race", "sex", "native-country"},
			fact:       "income-per-year", yes: ">50K", no: "<=50K", amount: "fnlwgt", clip: 500_000},
		{name: "credit", path: "../../testdata/data/uci-credit-card-default.csv", table: "credit",
			dimensions: []string{"SEX", "EDUCATION", "MARRIAGE", "PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6"}, fact: "default.payment.next.month", yes: "1", no: "0", amount: "LIMIT_BAL", clip: 500_000},
	}
}

// attackedPeople is how many rows of a file are loaded.
const attackedPeople = 4000

func (f *ground) read(t *testing.T) {
	file, err := os.Open(f.path)
	require.NoError(t, err)
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	f.header, f.rows, f.random = records[0], records[1:attackedPeople+1], rand.New(rand.NewPCG(71, uint64(len(f.name))))
}

func (f *ground) column(name string) int { return slices.Index(f.header, name) }

// load tosses the facts of all targets and loads the rows; every load is another snapshot.
func (f *ground) load(t *testing.T, z *testZone, targets, round int) []api.ApplicationDataset {
	f.toss = nil
	order := f.random.Perm(targets)
	for i := range targets {
		f.toss = append(f.toss, order[i]%2 == 0)
		f.rows[i][f.column(f.fact)], f.rows[i][f.column(f.amount)] = f.no, "0"
		if f.toss[i] {
			f.rows[i][f.column(f.fact)], f.rows[i][f.column(f.amount)] = f.yes, fmt.Sprint(f.clip)
		}
	}
	path := t.TempDir() + "/rows.csv"
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	require.NoError(t, csv.NewWriter(file).WriteAll(append([][]string{f.header}, f.rows...)))
	b, err := os.ReadFile("../../testdata/zone/" + f.table + ".yaml")
	require.NoError(t, err)
	docs, err := catalog.DecodeDocuments(strings.NewReader(string(b)))
	require.NoError(t, err)
	ds, ok := docs[0].Body.(*catalog.Dataset)
	require.True(t, ok)
	text := strings.NewReplacer("grade: 3", "grade: 2", "name: fnlwgt,", "name: fnlwgt, clip: 500000,").Replace(documentOf(string(b), f.table, ds.Spec.Provider))
	provider := z.by("provider", "bureau", "pr-001", "provider")
	if round == 0 {
		z.apply(t, provider, text)
		return []api.ApplicationDataset{z.loadFile(t, provider, f.table, path, ds)}
	}
	opened, err := os.Open(path)
	require.NoError(t, err)
	defer opened.Close()
	_, err = z.svc.LoadDataset(t.Context(), provider, f.table, opened, "")
	require.NoError(t, err)
	ask := api.ApplicationDataset{Dataset: f.table, Columns: map[string]string{}}
	for _, c := range ds.Spec.Columns {
		if len(c.Roles) != 1 || !c.Has(catalog.RoleIdentifier) {
			ask.Columns[c.Name] = "questions"
		}
	}
	return []api.ApplicationDataset{ask}
}

// surrounding is a set of values for some columns.
type surrounding map[string][]string

// around is a random one that holds a target.
func (f *ground) around(target, conditions int, admitted float64) surrounding {
	out := surrounding{}
	for range conditions {
		name := f.dimensions[f.random.IntN(len(f.dimensions))]
		own := f.rows[target][f.column(name)]
		out[name] = slices.DeleteFunc(f.values(name), func(v string) bool { return v != own && f.random.Float64() > admitted })
	}
	return out
}

// values are those of a column, in order.
func (f *ground) values(name string) []string {
	seen := map[string]bool{}
	for _, r := range f.rows {
		seen[r[f.column(name)]] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

func (f *ground) in(s surrounding, row []string) bool {
	for name, values := range s {
		if !slices.Contains(values, row[f.column(name)]) {
			return false
		}
	}
	return true
}

// sql is a surrounding as conditions.
func (f *ground) sql(s surrounding) string {
	var out []string
	for _, name := range f.dimensions {
		if values := s[name]; values != nil {
			text := strings.Join(values, ", ")
			if f.quoted {
				text = "'" + strings.Join(values, "', '") + "'"
			}
			out = append(out, fmt.Sprintf("%q IN (%s)", name, text))
		}
	}
	return strings.Join(append(out, "true"), " AND ")
}

// marked is the condition of the fact.
func (f *ground) marked() string {
	if f.quoted {
		return fmt.Sprintf("%q = '%s'", f.fact, f.yes)
	}
	return fmt.Sprintf("%q = %s", f.fact, f.yes)
}

// others are those of a surrounding who have the fact, and what they add to a sum, the target left out.
func (f *ground) others(s surrounding, target int) (marked int, sum int64) {
	for i, r := range f.rows {
		if i == target || r[f.column(f.fact)] != f.yes || !f.in(s, r) {
			continue
		}
		marked++
		amount, _ := strconv.ParseInt(r[f.column(f.amount)], 10, 64)
		sum += min(max(amount, 0), f.clip)
	}
	return marked, sum
}

// play is one attack on one target.
type play struct {
	attack string
	texts  []string
	score  func([]*float64) float64
	truth  bool
}

// outcome is a guess, and the bound that the gateway states of the account that paid for it, in percent.
type outcome struct{ guess, bound float64 }

func (z *testZone) play(t *testing.T, p enclave.Principal, grant string, x play) outcome {
	var answers []*float64
	for _, text := range x.texts {
		run := z.answered(t, p, grant, text)
		require.Equal(t, "noisy", run.Mode)
		row := make([]any, len(run.Columns)) // of nothing, where nothing is shown
		if len(run.Rows) > 0 {
			require.NoError(t, json.Unmarshal(run.Rows[0], &row))
		}
		for _, v := range row {
			figure, shown := figureOf(v)
			if !shown {
				answers = append(answers, nil)
				continue
			}
			answers = append(answers, &figure)
		}
	}
	out := outcome{guess: x.score(answers)}
	b, err := z.svc.Budget(t.Context(), p, "")
	require.NoError(t, err)
	for _, i := range b.Items {
		if i.Grade == 2 && i.Days == 30 {
			out.bound, err = strconv.ParseFloat(i.Bound, 64)
			require.NoError(t, err)
		}
	}
	require.Greater(t, out.bound, 50.0)
	return out
}

// siege is what an attack came to.
type siege struct {
	sync.Mutex
	played       int
	right, bound float64
}

func (s *siege) add(x play, o outcome) {
	s.Lock()
	defer s.Unlock()
	s.played++
	s.bound = math.Max(s.bound, o.bound)
	switch {
	case o.guess == 0:
		s.right += 0.5
	case (o.guess > 0) == x.truth:
		s.right++
	}
}

// line says how often the attack was right, and its margin: how far in percent points the bound lies above the lower end of the 99.9 % interval.
func (s *siege) line(data, name string) (string, float64) {
	n, share := float64(s.played), s.right/float64(s.played)
	interval := func(z float64) (low, high float64) {
		middle, half := (share+z*z/(2*n))/(1+z*z/n), z/(1+z*z/n)*math.Sqrt(share*(1-share)/n+z*z/(4*n*n))
		return 100 * (middle - half), 100 * (middle + half)
	}
	low, high := interval(1.96)
	least, _ := interval(3.2905)
	return fmt.Sprintf("%-7s %-28s right %5.1f %% [%.1f, %.1f] of %d  bound %.1f %%  margin %.1f", data, name+", whole runs", 100*share, low, high, s.played, s.bound, s.bound-least), s.bound - least
}

func figureOf(v any) (float64, bool) {
	if v == nil {
		return 0, false
	}
	x, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	return x, err == nil
}
