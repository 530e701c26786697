package faultpoint_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/internal/faultpoint"
)

// noisyModel is the model of a zone whose free statements are answered with noise: its bundle says so, and so do the tests in it.
func noisyModel(t *testing.T) *model {
	return newModel(t, []string{"auditor", "analyst_a"}, func(m *model) {
		files := enclavetest.Bundle(t, "2099.01.01-1", "data/jurisdictions/lab.yaml", `"2": {free_sql: exact`, `"2": {free_sql: noisy`)
		const name = "yumen/decision/query_permits_test.rego"
		for _, note := range []string{"free SQL at grade 2 in lab", "a lab dataset without classes"} {
			before, about, found := strings.Cut(string(files[name]), note)
			require.True(t, found)
			about = strings.Replace(strings.Replace(about, `"mode": "exact"`, `"mode": "noisy"`, 1), `"noise": null`, `"noise": noise`, 1)
			files[name] = []byte(before + note + about)
		}
		m.ActivateBundle(t, files)
	})
}

// Noise and its budget beside faults, in copies of one zone.
func TestNoiseUnderFaults(t *testing.T) {
	m := noisyModel(t)
	t.Run("killed between charge and answer", func(t *testing.T) { killedBetweenChargeAndAnswer(t, m) })
	t.Run("charges are conserved under kills", func(t *testing.T) { chargesAreConserved(t, m) })
}

// used is what the group was charged in 30 days.
func (s *stage) used() string {
	s.t.Helper()
	for _, i := range must[api.Budget](s, "analyst_a", "GET", "/v1/budget", nil).Items {
		if i.Entity == "person" && i.Grade == 2 && i.Days == 30 {
			return i.Used
		}
	}
	return "0.00"
}

// costs is what a question would be charged.
func (s *stage) costs(sql string) int {
	s.t.Helper()
	c := must[api.CheckResult](s, "analyst_a", "POST", "/v1/queries/check", api.RunRequest{Grant: s.grant, SQL: sql})
	require.NotNil(s.t, c.Cost)
	return c.Cost.Columns
}

// rows are the answer to a question, asked under a key of its own.
func (s *stage) rows(sql, key string) [][]any {
	s.t.Helper()
	status, run := s.submit(sql, key)
	require.Equal(s.t, 2, status/100)
	require.True(s.t, s.executed(run.Run))
	s.tick()
	run = s.see(run.Run)
	require.Equal(s.t, "released", run.State)
	require.Equal(s.t, "noisy", run.Mode)
	var out [][]any
	for _, raw := range run.Rows {
		var row []any
		require.NoError(s.t, json.Unmarshal(raw, &row))
		out = append(out, row)
	}
	return out
}

// Whatever ends the gateway between the charge and the answer: the charge stands, the run failed or was answered, and the same question costs
// nothing again and has the answer that was lost.
func killedBetweenChargeAndAnswer(t *testing.T, m *model) {
	quiet := newStage(t, m)
	quiet.mustStart()
	lost := quiet.rows(answered, "undisturbed") // every copy of a zone has its secret, and so its noise
	require.Len(t, lost, 3)
	require.Equal(t, "2.00", quiet.used())
	quiet.stop()
	moments := []moment{
		{"written:query.run", 1, "ask", 0, 0},
		{"committed:query.run", 1, "ask", 0, 0},
		{"worker.half:run", 1, "ask", 0, 0},
		{"run.judged", 1, "ask", 0, 0},
		{"written:query.reserve", 1, "ask", 0, 0},
		{"committed:query.reserve", 1, "ask", 0, 0},
		{"run.posted", 1, "ask", 0, 0},
		{"written:release.issue", 1, "ask", 0, 0},
		{"committed:release.issue", 1, "ask", 1, 1},
	}
	if !thorough {
		moments = slices.DeleteFunc(moments, func(c moment) bool {
			return c.point == "run.judged" || c.point == "run.posted" || c.point == "committed:query.reserve"
		})
	}
	for _, c := range moments {
		t.Run(string(c.point), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, m)
			s.mustStart()
			s.arm(c.point, c.n, "kill")
			if s.asks(answered)(); ofWorker(c.point) {
				s.hit()
			} else {
				s.killed()
				s.mustStart()
			}
			s.tick()
			charged := c.point != "written:query.run"
			require.Equal(t, map[bool]string{true: "2.00", false: "0.00"}[charged], s.used())
			require.Equal(t, map[bool]int{true: 0, false: 2}[charged], s.costs(answered))
			if charged {
				runs := must[api.Runs](s, "analyst_a", "GET", "/v1/runs", nil)
				require.Len(t, runs.Items, 1)
				require.Equal(t, map[int]string{0: "failed", 1: "released"}[c.after], runs.Items[0].State)
			}
			require.Equal(t, lost, s.rows(answered, "again"))
			require.Equal(t, "2.00", s.used())
			s.stop()
		})
	}
}

// Many ask at once, and the gateway is killed while they do, again and again: what each account holds is always what the cells cost that are known
// from then on, whoever was answered has paid, and every question has one answer for ever.
func chargesAreConserved(t *testing.T, m *model) {
	s := newStage(t, m)
	var questions []string
	for _, city := range []string{"north", "south", "east"} {
		for _, segments := range []string{"'a'", "'b'", "'c'", "'a', 'b'", "'a', 'c'", "'b', 'c'"} {
			questions = append(questions, fmt.Sprintf("SELECT count(*) AS n FROM clients WHERE city = '%s' AND segment IN (%s)", city, segments))
		}
	}
	answers := map[string][][]any{}
	rounds := 3
	if thorough {
		rounds = 12
	}
	accepted := map[string]bool{}
	for round := range rounds {
		s.mustStart()
		s.arm(faultpoint.Point([]string{"written:query.run", "committed:query.run", "written:release.issue"}[round%3]), 2+round%3, "kill")
		var asking sync.WaitGroup
		var mutex sync.Mutex
		for i := range 12 {
			asking.Go(func() {
				sql := questions[(round*5+i)%len(questions)]
				body, err := json.Marshal(api.RunRequest{Grant: s.grant, SQL: sql})
				if err != nil {
					return
				}
				status, _ := s.send("analyst_a", "POST", "/v1/runs", nil, strings.NewReader(string(body)))
				mutex.Lock()
				defer mutex.Unlock()
				accepted[sql] = accepted[sql] || status/100 == 2
			})
		}
		asking.Wait()
		s.killed()
		s.mustStart()
		s.tick()
		paid := 0
		for _, sql := range questions {
			if s.costs(sql) == 0 {
				paid++
			} else {
				require.False(t, accepted[sql], "accepted, and not charged")
			}
		}
		universe := min(paid, 1)
		require.Equal(t, fmt.Sprintf("%d.00", paid+universe), s.used(), "round %d", round)
		again := questions[round%len(questions)]
		got := s.rows(again, fmt.Sprint("round ", round))
		if before, ok := answers[again]; ok {
			require.Equal(t, before, got)
		}
		answers[again] = got
		s.stop()
	}
	s.mustStart()
	for sql, before := range answers {
		used := s.used()
		require.Equal(t, before, s.rows(sql, fmt.Sprint("at last ", slices.Index(questions, sql))))
		require.Equal(t, used, s.used())
	}
	s.stop()
}
