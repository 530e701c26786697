package httpapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/internal/api"
)

// Every way to fail is a problem document, also where no handler was reached.
func testProblems(t *testing.T, d *door) {
	for _, c := range []struct {
		name         string
		as           string
		method, path string
		body         any
		status       int
		kind         string
	}{
		{"no such address", "admin", "GET", "/v1/nothing", nil, 404, "not_found"},
		{"no such address at the root", "", "GET", "/", nil, 404, "not_found"},
		{"documentation of the framework", "", "GET", "/docs", nil, 404, "not_found"},
		{"another method", "admin", "PUT", "/v1/runs", nil, 405, "not_found"},
		{"no such thing", "admin", "GET", "/v1/resources/Dataset/nothing", nil, 404, "not_found"},
		{"no such kind", "admin", "GET", "/v1/resources/Nothing", nil, 400, "invalid"},
		{"no body", "analyst_a", "POST", "/v1/runs", nil, 400, "invalid"},
		{"no JSON", "analyst_a", "POST", "/v1/runs", "grant", 400, "invalid"},
		{"half of it", "analyst_a", "POST", "/v1/runs", `{"grant":`, 400, "invalid"},
		{"an unknown member", "analyst_a", "POST", "/v1/runs", `{"grant":"g","sql":"s","row":1}`, 422, "invalid"},
		{"a missing member", "analyst_a", "POST", "/v1/runs", `{"sql":"s"}`, 422, "invalid"},
		{"another type", "analyst_a", "POST", "/v1/runs", `{"grant":"g","sql":1}`, 422, "invalid"},
		{"a value that is none of the list", "analyst_a", "POST", "/v1/runs", `{"grant":"g","sql":"s","format":"xls"}`, 422, "invalid"},
		{"too long a member", "analyst_a", "POST", "/v1/runs", `{"grant":"` + strings.Repeat("g", 65) + `","sql":"s"}`, 422, "invalid"},
		{"too long a text", "analyst_a", "POST", "/v1/queries/check", map[string]string{"grant": "g", "sql": strings.Repeat("s", 65537)}, 422, "invalid"},
		{"an array", "analyst_a", "POST", "/v1/runs", `[]`, 422, "invalid"},
		{"null", "analyst_a", "POST", "/v1/runs", `null`, 422, "invalid"},
		{"a parameter out of range", "auditor", "GET", "/v1/audit/entries?from=-1", nil, 422, "invalid"},
		{"a parameter that is no number", "auditor", "GET", "/v1/audit/entries?from=x", nil, 422, "invalid"},
		{"a declaration that cannot be read", "admin", "POST", "/v1/apply", map[string]string{"documents": "{"}, 400, "invalid"},
		{"a vote that is none", "reviewer_1", "POST", "/v1/reviews/" + d.review + "/votes", `{"envelope":{}}`, 403, "forbidden"},
		{"a wrong password", "", "POST", "/v1/sessions", `{"user":"admin","password":"wrong wrong wrong"}`, 401, "unauthenticated"},
		{"an unknown account", "", "POST", "/v1/sessions", `{"user":"nobody","password":"wrong wrong wrong"}`, 401, "unauthenticated"},
		{"a code that is none", "", "POST", "/v1/activations", `{"user":"admin","code":"x","password":"correct horse battery"}`, 403, "forbidden"},
		{"a weak password", "", "POST", "/v1/activations", `{"user":"admin","code":"x","password":"short"}`, 400, "invalid"},
		{"an upload of no dataset", "provider", "POST", "/v1/datasets/nothing/snapshots", "id\n1\n", 404, "not_found"},
		{"events of no run", "analyst_a", "GET", "/v1/runs/nothing/events", nil, 404, "not_found"},
		{"a bundle of no release", "analyst_a", "GET", "/v1/releases/nothing/bundle", nil, 404, "not_found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := *d
			in.t = t
			p := in.problem(c.status, in.call(c.as, c.method, c.path, c.body))
			require.Equal(t, c.kind, p.Kind, "%+v", p)

			req := in.request(c.as, c.method, c.path, nil)
			if b, ok := c.body.(string); ok {
				req.Body = io.NopCloser(strings.NewReader(b))
			}
			req.Header.Set("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")
			a := in.send(req)
			if _, isText := c.body.(string); isText || c.body == nil {
				var q api.Problem
				require.NoError(t, json.Unmarshal(a.body, &q))
				require.Equal(t, p.Text, q.Text)
				require.Equal(t, q.Text.Zh, q.Detail)
			}
		})
	}
	require.Equal(t, "GET, HEAD, POST", d.call("admin", "PUT", "/v1/runs", nil).header.Get("Allow"))

	// An answer that the caller cannot read is no reason to do something and not tell.
	req := d.request("admin", "GET", "/v1/whoami", nil)
	req.Header.Set("Accept", "image/png")
	require.Equal(t, http.StatusOK, d.send(req).status)
}

// canary is a value that is nowhere but in requests.
const canary = "canary-110101199003070038-张三"

// A problem says nothing of what it was sent: neither values nor names that the caller chose.
func testEcho(t *testing.T, d *door) {
	var got bytes.Buffer
	record := func(a answer) {
		if a.status < 400 {
			return // an answer may repeat the question
		}
		require.NotContains(t, string(a.body), "canary", "%s", a.body)
		require.NotContains(t, string(a.body), "110101199003070038")
		require.NotContains(t, fmt.Sprint(a.header), "canary")
		got.Write(a.body)
	}
	for id, o := range read(d).all() {
		as := "admin"
		if strings.HasPrefix(id, "application") || strings.HasPrefix(id, "run") || strings.HasPrefix(id, "query") || id == "release-bundle" {
			as = "analyst_a"
		}
		path := strings.NewReplacer("{id}", canary, "{name}", canary, "{kind}", canary).Replace(o.path)
		if id == "logout" || id == "session-rotate" || id == "audit-export" {
			continue
		}
		record(d.call(as, o.method, path+"?from="+canary+"&"+canary+"="+canary, bodies[id]))
		if bodies[id] == nil {
			continue
		}
		for _, body := range []string{canary, `"` + canary + `"`, `{"` + canary + `":1}`, `{"` + canary + `":"` + canary + `"}`, `["` + canary + `"]`} {
			record(d.call(as, o.method, o.in(d), body))
		}
		// Every member in turn is the canary, and one more is in every object.
		var members map[string]any
		require.NoError(t, json.Unmarshal([]byte(bodies[id].(string)), &members))
		for name, kept := range members {
			for _, v := range []any{canary, map[string]any{canary: canary}, []any{canary}, []any{map[string]any{canary: map[string]any{canary: canary}}}} {
				members[name] = v
				record(d.call(as, o.method, o.in(d), members))
			}
			members[name] = kept
		}
	}
	for _, name := range []string{"Content-Type", "Accept", "Accept-Language", "Idempotency-Key", "X-Content-Digest", "X-Request-Id", "Content-Encoding"} {
		for _, as := range []string{"analyst_a", "provider"} {
			path := "/v1/runs"
			if as == "provider" {
				path = "/v1/datasets/clients/snapshots"
			}
			req := d.request(as, "POST", path, strings.NewReader(`{"grant":"x"}`))
			req.Header.Set(name, "canary-110101199003070038"+strings.Repeat("x", 200))
			record(d.send(req))
		}
	}
	req := d.request("", "GET", "/v1/runs", nil)
	req.Header.Set("Authorization", "Bearer "+canary)
	record(d.send(req))
	record(d.call("analyst_a", "POST", "/v1/applications", map[string]any{"scenario": canary, "purpose": canary,
		"datasets": []any{map[string]any{"dataset": canary, "columns": map[string]string{canary: canary}}}}))
	record(d.call("analyst_a", "POST", "/v1/applications", map[string]any{"scenario": canary, "purpose": canary,
		"datasets": []any{map[string]any{"dataset": "clients", "columns": map[string]string{canary: canary}}}}))
	record(d.call("analyst_a", "POST", "/v1/applications", map[string]any{"scenario": "x", "purpose": "x", "datasets": []any{map[string]any{"dataset": "clients",
		"columns": map[string]string{"city": "x"}, "row_scope": []any{map[string]any{"column": "city", "values": []string{canary}}}}}}))
	record(d.call("admin", "POST", "/v1/apply", map[string]string{"documents": "kind: " + canary + "\nspec: {" + canary + ": " + canary + "}\n"}))
	record(d.call("provider", "POST", "/v1/datasets/clients/snapshots", "id,city,segment,amount\n"+canary+",north,a,1\n1,"+canary+",a,1\n2,north,a,"+canary+"\n"))
	record(d.call("provider", "POST", "/v1/datasets/clients/snapshots", canary+",city,segment,amount\n1,north,a,1\n"))

	// Places that bear names of ours are told.
	p := d.problem(422, d.call("analyst_a", "POST", "/v1/runs", `{"grant":"g","sql":1}`))
	require.Contains(t, p.Detail, "body.sql")
	p = d.problem(422, d.call("analyst_a", "POST", "/v1/applications", `{"scenario":"x","purpose":"x","datasets":[{"dataset":"d","columns":{"canary":1}}]}`))
	require.Contains(t, p.Detail, "body.datasets[0].columns.?")
}

func testLimits(t *testing.T, d *door) {
	doc := "apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: bureau}\nspec: {title: {zh: 数据局, en: Bureau}, type: provider}\n"
	padded := doc + strings.Repeat("#\n", 500_000) // over 1 MiB as JSON
	d.ok(http.StatusOK, d.call("admin", "POST", "/v1/apply", map[string]any{"documents": padded, "dry_run": true}), nil)
	p := d.problem(http.StatusUnprocessableEntity, d.call("admin", "POST", "/v1/apply", map[string]any{"documents": strings.Repeat("#", 1<<20+1), "dry_run": true}))
	require.Contains(t, p.Detail, "body.documents")
	for _, path := range []string{"/v1/apply", "/v1/runs", "/v1/sessions"} {
		p := d.problem(http.StatusRequestEntityTooLarge, d.call("admin", "POST", path, `{"documents":"`+strings.Repeat("#", 8<<20)+`"}`))
		require.Equal(t, string(enclave.KindTooLarge), p.Kind)
	}
	// Of unknown length, too.
	req := d.request("admin", "POST", "/v1/apply", io.MultiReader(strings.NewReader(`{"documents":"`), bytes.NewReader(make([]byte, 9<<20))))
	d.problem(http.StatusRequestEntityTooLarge, d.send(req))
}
