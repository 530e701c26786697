//go:build nightly && !race

package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/egress"
	"yumen/internal/api"
)

// promises are what the declarations of the questioned datasets say for the noisy mode: rows of an entity, and what one adds to a sum at most.
var promises = []struct{ dataset, before, after string }{
	{"enterprises", "key: [legal_rep_id]", "key: [legal_rep_id], max_rows: 5"},
	{"enterprises", "name: registered_capital,", "name: registered_capital, clip: 50000000,"},
	{"enterprises", "name: employees,", "name: employees, clip: 300,"},
	{"tax", "key: [uscc]}]", "key: [uscc], max_rows: 3}]"},
	{"tax", "name: tax_paid,", "name: tax_paid, clip: 5000000,"},
	{"tax", "name: arrears,", "name: arrears, clip: 500000,"},
	{"social_insurance", "key: [person_id]", "key: [person_id], max_rows: 12"},
	{"social_insurance", "key: [employer_uscc]", "key: [employer_uscc], max_rows: 3000"},
	{"social_insurance", "name: base,", "name: base, clip: 30000,"},
	{"social_insurance", "name: paid,", "name: paid, clip: 5000,"},
	{"court_judgments", "key: [party_uscc]", "key: [party_uscc], max_rows: 10"},
	{"court_judgments", "name: amount,", "name: amount, clip: 5000000,"},
	{"census", "name: fnlwgt,", "name: fnlwgt, clip: 500000,"},
	{"census", "name: capital-gain,", "name: capital-gain, clip: 20000,"},
	{"census", "name: capital-loss,", "name: capital-loss, clip: 3000,"},
	{"census", "name: hours-per-week,", "name: hours-per-week, clip: 80,"},
	{"credit", "name: BILL_AMT", "clip: 200000, name: BILL_AMT"},
	{"credit", "name: PAY_AMT", "clip: 50000, name: PAY_AMT"},
	{"credit", "name: default.payment.next.month,", "name: default.payment.next.month, clip: 1,"},
}

func promised(document string) string {
	for _, p := range promises {
		if strings.Contains(document, "metadata: {name: "+p.dataset+"}") {
			document = strings.ReplaceAll(document, p.before, p.after)
		}
	}
	return document
}

// noisyUtility is what became of the questions to one source.
type noisyUtility struct {
	asked, answered, cells, shown int
	units, month                  []float64            // of the answered questions; what share of a month's budget each takes
	errors                        map[string][]float64 // relative, by kind and size of the figure
	refused                       map[string]int
}

// TestNoisyUtility asks in a zone of Beijing what banks ask, and measures how far from the truth the answers are: the table of
// docs/privacy.md. Each question is that of an institution of its own.
func TestNoisyUtility(t *testing.T) {
	z := testZoneOf(t, "bj")
	tables, raw := z.loadQuestioned(t, promised)
	n := 0
	for _, name := range []string{"zone", "credit", "census"} {
		questions := readQuestions(t, "../../testdata/questions/"+name+".sql")
		u := &noisyUtility{errors: map[string][]float64{}, refused: map[string]int{}}
		z.institutionsFrom(t, n, len(questions))
		for i, q := range questions {
			p, grant := z.granted(t, n+i, tables)
			z.measure(t, p, grant, q, raw, u)
		}
		require.Greater(t, 10*u.answered, 7*u.asked, "what the noisy mode refuses is told in docs/privacy.md")
		n += len(questions)
		t.Logf("%s: %d of %d answered, %d of %d cells shown, refused %v", name, u.answered, u.asked, u.shown, u.cells, u.refused)
		t.Logf("  units %.0f (median), %.0f (nine of ten at most); questions in a month %.0f", quantile(u.units, 0.5), quantile(u.units, 0.9), 1/quantile(u.month, 0.5))
		for _, kind := range slices.Sorted(maps.Keys(u.errors)) {
			t.Logf("  %s: %d figures, off by %.1f %% (median), %.1f %% (nine of ten at most)", kind, len(u.errors[kind]), 100*quantile(u.errors[kind], 0.5), 100*quantile(u.errors[kind], 0.9))
		}
	}
}

func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	v = slices.Sorted(slices.Values(v))
	return v[int(q*float64(len(v)-1))]
}

// measure asks one question and compares its answer with the truth, row by row.
func (z *testZone) measure(t *testing.T, p enclave.Principal, grant string, q inquiry, raw *sql.DB, u *noisyUtility) {
	u.asked++
	check, err := z.svc.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: q.text})
	require.NoError(t, err)
	if !check.Allowed {
		u.refused[string(check.Refusal.Code)]++
		t.Logf("%s: %s %s", check.Refusal.Code, q.words, check.Refusal.Message.En)
		return
	}
	u.answered++
	allowance := map[int]float64{1: math.Inf(1), 2: 100, 3: 25}[int(check.Grade)]
	if check.Cost != nil {
		u.units, u.month = append(u.units, float64(check.Cost.Units)), append(u.month, float64(check.Cost.Units)/allowance)
	}
	columns, answer := z.answerOf(t, p, grant, q.text)
	noisy := map[string]string{}
	for _, c := range check.Noise {
		kind := "derived"
		if len(c.From) == 1 {
			kind, _, _ = strings.Cut(c.From[0].Figure, "(")
		}
		noisy[c.Column] = kind
	}
	truth := map[string]map[string]any{}
	for _, row := range objects(t, limits.ReplaceAllString(q.text, ""), raw) {
		truth[keyOf(row, noisy)] = row
		for column := range noisy {
			if row[column] != nil {
				u.cells++
			}
		}
	}
	for _, values := range answer {
		row := map[string]any{}
		for i, name := range columns {
			row[name] = values[i]
		}
		real := truth[keyOf(row, noisy)]
		for column, kind := range noisy {
			got, shown := number(row[column])
			want, known := number(real[column])
			if !shown {
				continue
			}
			u.shown++
			if known && want != 0 {
				u.errors[sized(kind, want)] = append(u.errors[sized(kind, want)], math.Abs(got-want)/math.Abs(want))
			}
		}
	}
}

// sized is a kind of figure, and for counts how many.
func sized(kind string, n float64) string {
	if kind != "count" {
		return kind
	}
	for _, most := range []float64{100, 1_000, 10_000} {
		if n < most {
			return fmt.Sprintf("count under %5.0f", most)
		}
	}
	return "count from 10000"
}

// keyOf are the values of a row without noise.
func keyOf(row map[string]any, noisy map[string]string) string {
	var out []string
	for name, v := range row {
		if noisy[name] == "" {
			if x, ok := number(v); ok {
				v = x
			}
			out = append(out, fmt.Sprintf("%s=%v", name, v))
		}
	}
	slices.Sort(out)
	return strings.Join(out, ";")
}

// number is a value as a number, if it is one.
func number(v any) (float64, bool) {
	if v == nil {
		return 0, false
	}
	x, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	return x, err == nil
}

var limits = regexp.MustCompile(`(?i)\s+limit\s+\d+\s*$`)

// objects are the rows that the engine itself answers.
func objects(t *testing.T, text string, raw *sql.DB) []map[string]any {
	rows, err := raw.Query("SELECT to_json(answer)::VARCHAR FROM (" + text + ") AS answer")
	require.NoError(t, err)
	defer rows.Close()
	var out []map[string]any
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		row := map[string]any{}
		require.NoError(t, json.Unmarshal([]byte(line), &row))
		out = append(out, row)
	}
	require.NoError(t, rows.Err())
	return out
}

// answerOf are the columns and rows of an answer; what waits for a reviewer is read from the report that he reads.
func (z *testZone) answerOf(t *testing.T, p enclave.Principal, grant, text string) (columns []string, rows [][]any) {
	run, err := z.svc.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: text}, "")
	require.NoError(t, err)
	for end := time.Now().Add(3 * time.Minute); run.State == "running"; time.Sleep(20 * time.Millisecond) {
		require.True(t, time.Now().Before(end), "the run does not end")
		run, err = z.svc.Run(t.Context(), p, run.Run)
		require.NoError(t, err)
	}
	if run.State == "released" {
		rel, err := z.svc.Collect(t.Context(), p, run.Release)
		require.NoError(t, err)
		run.Columns, run.Rows, err = rel.Rows()
		require.NoError(t, err)
		for _, c := range run.Columns {
			columns = append(columns, c.Name)
		}
		for _, line := range run.Rows {
			var values []any
			require.NoError(t, json.Unmarshal(line, &values))
			rows = append(rows, values)
		}
		return columns, rows
	}
	require.Equal(t, "in_review", run.State, text)
	d, err := z.svc.ReviewDetail(t.Context(), z.by("reviewer", "bureau", "rv-001", "egress_reviewer"), run.Run)
	require.NoError(t, err)
	var report egress.Report
	require.NoError(t, json.Unmarshal(d.Report, &report))
	for _, c := range report.Leaves.Columns {
		columns = append(columns, c.Name)
	}
	for _, line := range report.Leaves.Rows {
		values := make([]any, len(line))
		for i, v := range line {
			if v != nil {
				values[i] = *v
			}
		}
		rows = append(rows, values)
	}
	return columns, rows
}
