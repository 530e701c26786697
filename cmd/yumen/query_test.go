package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/api"
)

var refusal = &catalog.Refusal{
	Code: catalog.CodeIDPredicate, Position: 41, Articles: []string{"BJ-OPS-32b"},
	Message: catalog.Text{Zh: "条件中不能出现标识符", En: "an identifier cannot stand in a condition"},
	Remedy:  catalog.Text{Zh: "改用维度", En: "use a dimension"},
}

func released() api.Run {
	return api.Run{
		Run: testRun, State: "released", Grade: 2, Grant: "grant_1", Release: "rel_1", Jurisdiction: "lab", Created: 1,
		Columns: []api.Column{{Name: "district", Type: "VARCHAR"}, {Name: "n", Type: "BIGINT"}},
		Rows:    []json.RawMessage{[]byte(`["D1",63]`), []byte(`["东城",null]`)}, Notice: "groups may be withheld",
	}
}

const sql = "SELECT count(*)\nFROM persons\nWHERE name = 'x'"

func TestRunReleased(t *testing.T) {
	b, g := loggedIn(t)
	g.answer("POST /v1/runs", 202, released())
	args := []string{"query", "run", "--grant", "grant_1", "--sql", sql}

	require.Equal(t, exitOK, b.do(append(args, "-o", "json")...), b.err)
	require.Equal(t, `{"run":"`+testRun+`","state":"released","grade":2,"release":"rel_1",`+
		`"columns":[{"name":"district","type":"VARCHAR"},{"name":"n","type":"BIGINT"}],"rows":[["D1",63],["东城",null]],"notice":"groups may be withheld"}`+"\n", b.out)
	require.Contains(t, b.err, "jurisdiction lab")

	require.Equal(t, exitOK, b.do(args...))
	require.Equal(t, "district  n\nD1        63\n东城      \n", b.out)
	require.Contains(t, b.err, "notice: groups may be withheld")
	require.Equal(t, exitOK, b.do(append(args, "-o", "csv")...))
	require.Equal(t, "district,n\nD1,63\n东城,\n", b.out)
	require.Equal(t, exitOK, b.do(append(args, "-o", "yaml")...))
	require.Contains(t, b.out, "state: released\n")

	nothing := released()
	nothing.Rows = nil
	g.answer("POST /v1/runs", 202, nothing)
	require.Equal(t, exitOK, b.do(append(args, "-o", "json")...))
	require.Contains(t, b.out, `"rows":[]`, "rows are present, perhaps none")
}

func TestRunRefused(t *testing.T) {
	b, g := loggedIn(t)
	args := []string{"query", "run", "--grant", "grant_1", "--sql", sql}
	for name, route := range map[string]func(){
		"as a run":     func() { g.answer("POST /v1/runs", 202, api.Run{Run: testRun, State: "refused", Refusal: refusal}) },
		"as a problem": func() { g.refuse("POST /v1/runs", 422, api.Problem{Kind: "refused", Refusal: refusal}) },
	} {
		t.Run(name, func(t *testing.T) {
			route()
			require.Equal(t, exitDenied, b.do(args...))
			require.Empty(t, b.out)
			require.Equal(t, "yumen: error: ID_PREDICATE: an identifier cannot stand in a condition\n"+
				"  3 | WHERE name = 'x'\n    |             ^\nyumen: rule: BJ-OPS-32b\nyumen: hint: use a dimension\n", b.err)
			require.Equal(t, exitDenied, b.do(append(args, "--lang", "zh")...))
			require.Contains(t, b.err, "条件中不能出现标识符")
			require.Contains(t, b.err, "提示：改用维度")
			require.Equal(t, exitDenied, b.do(append(args, "-o", "json")...))
			var out answer
			require.NoError(t, json.Unmarshal([]byte(b.out), &out))
			require.Equal(t, refusal, out.Refusal)
			require.NotContains(t, b.out, "rows")
		})
	}
}

func TestRunStates(t *testing.T) {
	for state, code := range map[string]int{
		"in_review": exitWaiting, "running": exitWaiting, "returned": exitWaiting, "failed": exitFailed,
		"rejected": exitDenied, "withdrawn": exitDenied, "revoked": exitDenied, "expired": exitDenied, "something new": exitUnexpected,
	} {
		t.Run(state, func(t *testing.T) {
			b, g := loggedIn(t)
			g.answer("POST /v1/runs", 202, api.Run{Run: testRun, State: state, Reasons: []string{"CONTEXT"}})
			g.answer("GET /v1/runs/"+testRun, 200, api.Run{Run: testRun, State: state})
			require.Equal(t, code, b.do("query", "run", "--grant", "g", "--sql", sql, "--wait", "0s", "-o", "json"))
			require.Contains(t, b.out, `"state":"`+state+`"`)
			require.Equal(t, exitOK, b.do("query", "show", testRun))
			require.Equal(t, code, b.do("query", "show", testRun, "--exit-status"))
		})
	}
}

func TestRunFollowsProgress(t *testing.T) {
	b, g := loggedIn(t)
	b.terminal = true
	g.answer("POST /v1/runs", 202, api.Run{Run: testRun, State: "running"})
	g.routes["GET /v1/runs/"+testRun+"/events"] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte("event: state\ndata: {\"state\":\"in_review\"}\n\n"))
	}
	g.answer("GET /v1/runs/"+testRun, 200, api.Run{Run: testRun, State: "in_review"})
	require.Equal(t, exitWaiting, b.do("query", "run", "--grant", "g", "--sql", sql))
	require.Contains(t, b.err, "yumen: waits for egress review")
}

func TestRunFailedSaysOnlyTheConstant(t *testing.T) {
	b, g := loggedIn(t)
	g.refuse("POST /v1/runs", 500, api.Problem{Kind: "execution_failed", Request: "req_1"})
	require.Equal(t, exitFailed, b.do("query", "run", "--grant", "g", "--sql", sql))
	require.Contains(t, b.err, "EXECUTION_FAILED")
	require.Contains(t, b.err, "req_1")
}

func TestQueryText(t *testing.T) {
	b, g := loggedIn(t)
	g.answer("POST /v1/queries/check", 200, api.CheckResult{Allowed: true, Grade: 2, Mode: "exact", Review: "auto"})
	require.Equal(t, exitOK, b.do("query", "check", "--grant", "g", "--file", b.file("q.sql", sql)), b.err)
	require.Contains(t, g.bodies[len(g.bodies)-1], `FROM persons\nWHERE`)
	b.in = sql
	require.Equal(t, exitOK, b.do("query", "check", "--grant", "g", "--file", "-"))
	require.Contains(t, b.out, "may be submitted")
	for _, args := range [][]string{
		{"query", "check", "--grant", "g"}, {"query", "check", "--sql", "x"}, {"query", "check", "--grant", "g", "--sql", "x", "--file", "y"},
		{"query", "check", "--grant", "g", "--file", "/does/not/exist"}, {"query", "run", "--grant", "g", "--sql", "x", "--wait", "soon"},
	} {
		require.Equal(t, exitUsage, b.do(args...), args)
	}
	g.answer("POST /v1/queries/check", 200, api.CheckResult{Refusal: refusal})
	require.Equal(t, exitDenied, b.do("query", "check", "--grant", "g", "--sql", sql, "-o", "json"))
	require.Contains(t, b.out, `"allowed":false`)
}

func TestHostileTextReachesNoTerminal(t *testing.T) {
	b, g := loggedIn(t)
	run := released()
	run.Columns[0].Name = "a\x1b]0;owned\a"
	run.Rows = []json.RawMessage{[]byte(`["\u001b[2J",1]`)}
	g.answer("GET /v1/runs/"+testRun, 200, run)
	require.Equal(t, exitOK, b.do("query", "show", testRun))
	require.NotContains(t, b.out, "\x1b")
	g.refuse("GET /v1/runs/"+testRun, 403, api.Problem{Kind: "forbidden", Text: catalog.Text{En: "no\x1b[2J\nyumen: released"}})
	require.Equal(t, exitDenied, b.do("query", "show", testRun))
	require.NotContains(t, b.err, "\x1b")
	run = released()
	run.Rows = []json.RawMessage{[]byte(`["one cell"]`)}
	g.answer("GET /v1/runs/"+testRun, 200, run)
	require.Equal(t, exitUnexpected, b.do("query", "show", testRun), "a row that has not the shape of its columns")
}

func TestLedgerAndLists(t *testing.T) {
	b, g := loggedIn(t)
	g.answer("GET /v1/ledger", 200, api.Ledger{Items: []api.LedgerItem{{Run: testRun, Created: 1, Box: catalog.Text{Zh: "性别=女", En: "sex = F"}}}})
	require.Equal(t, exitOK, b.do("query", "ledger", "--lang", "zh"))
	require.Contains(t, b.out, "性别=女")
	g.answer("GET /v1/runs", 200, api.Runs{Items: []api.Run{released()}})
	require.Equal(t, exitOK, b.do("query", "list", "-o", "csv"))
	require.True(t, strings.HasPrefix(b.out, "RUN,STATE,GRADE,RELEASE,SUBMITTED\n"))
	g.answer("GET /v1/grants", 200, api.Grants{})
	require.Equal(t, exitOK, b.do("grant", "list", "-o", "json"))
	require.Equal(t, "{\"items\":[]}\n", b.out)
}

func TestResubmitAndWithdraw(t *testing.T) {
	b, g := loggedIn(t)
	g.answer("POST /v1/runs/"+testRun+"/resubmit", 200, api.Run{Run: testRun, State: "in_review"})
	require.Equal(t, exitWaiting, b.do("query", "resubmit", testRun, "--note", "for the yearly report"))
	require.JSONEq(t, `{"note":"for the yearly report"}`, g.bodies[len(g.bodies)-1])
	g.answer("POST /v1/runs/"+testRun+"/withdraw", 200, api.Run{Run: testRun, State: "withdrawn"})
	require.Equal(t, exitOK, b.do("query", "withdraw", testRun))
}
