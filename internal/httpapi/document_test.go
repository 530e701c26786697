package httpapi_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
)

// operation is one of the document's.
type operation struct {
	ID         string                `json:"operationId"`
	Security   []map[string][]string `json:"security"`
	Parameters []struct {
		Name string `json:"name"`
		In   string `json:"in"`
	} `json:"parameters"`
	Responses map[string]struct {
		Content map[string]struct {
			Schema struct {
				Ref string `json:"$ref"`
			} `json:"schema"`
		} `json:"content"`
	} `json:"responses"`

	method, path string
}

type document struct {
	OpenAPI string                          `json:"openapi"`
	Paths   map[string]map[string]operation `json:"paths"`
}

// all are the operations of the document, by their identifier.
func (doc document) all() map[string]operation {
	out := map[string]operation{}
	for path, methods := range doc.Paths {
		for method, o := range methods {
			o.method, o.path = strings.ToUpper(method), path
			out[o.ID] = o
		}
	}
	return out
}

func read(d *door) document {
	var doc document
	d.ok(http.StatusOK, d.call("", "GET", "/openapi.json", nil), &doc)
	return doc
}

// operations are all that the gateway serves, with the streams, and whether each needs a session.
var operations = map[string]bool{
	"login": false, "logout": true, "activate": false, "whoami": true, "keys": false, "checkpoint": false, "catalog-public": false, "live": false, "ready": false,
	"session-list": true, "session-rotate": true, "session-revoke": true, "account-sessions-revoke": true, "password-change": true, "totp-enrol": true, "totp-confirm": true, "totp-reset": true,
	"account-suspend": true, "account-resume": true, "account-reset": true, "freeze-list": true, "freeze-set": true, "freeze-lift": true, "dataset-seal": true, "dataset-unseal": true, "mechanisms": true, "sanction-list": true, "sanction-impose": true, "sanction-act": true, "instruction-list": true, "instruction-get": true, "instruction-issue": true, "instruction-act": true, "policy-get": true, "policy-load": true, "policy-test": true, "policy-replay": true, "policy-shadow": true, "authorization-list": true, "authorization-record": true, "authorization-withdraw": true,
	"key-register": true, "key-list": true, "key-confirm": true, "account-confirm": true,
	"apply": true, "resource-list": true, "resource-get": true, "resource-delete": true, "dataset-review": true, "computation-get": true, "computation-review": true, "computation-certify": true, "computation-promote": true, "computation-receive": true, "snapshot-list": true, "snapshot-load": true, "dataset-suggest": true,
	"dataset-pull": true, "dataset-twin": true, "supply-except": true, "snapshot-destroy": true, "upload-begin": true, "upload-get": true, "upload-part": true, "upload-finish": true, "upload-remove": true,
	"dataset-search": true, "dataset-versions": true, "dataset-lineage": true, "release-lineage": true,
	"application-submit": true, "application-list": true, "application-get": true, "application-review": true, "grant-list": true, "grant-get": true,
	"application-withdraw": true, "application-resubmit": true, "grant-suspend": true, "grant-resume": true, "grant-terminate": true,
	"query-check": true, "run-submit": true, "run-list": true, "run-get": true, "run-events": true, "run-withdraw": true, "run-resubmit": true, "ledger": true, "budget": true, "budget-topup": true,
	"review-list": true, "review-get": true, "review-vote": true, "release-list": true, "release-bundle": true, "audit-entries": true, "audit-export": true,
}

// rowsLeave are the operations whose answers hold values of an answer: the runs of their author, once they are released. The bundle of a
// release is a file; the report of a review stays inside.
var rowsLeave = []string{"run-get", "run-list", "run-resubmit", "run-submit", "run-withdraw"}

// No operation answers with rows but those of a released run, in a closed list of formats.
func testFormsOfOutput(t *testing.T, d *door) {
	var doc struct {
		Paths map[string]map[string]struct {
			ID        string          `json:"operationId"`
			Responses json.RawMessage `json:"responses"`
			Body      json.RawMessage `json:"requestBody"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]json.RawMessage `json:"schemas"`
		} `json:"components"`
	}
	d.ok(http.StatusOK, d.call("", "GET", "/openapi.json", nil), &doc)
	var holds func(raw json.RawMessage, seen map[string]bool) bool
	holds = func(raw json.RawMessage, seen map[string]bool) bool {
		for name, schema := range doc.Components.Schemas {
			if strings.Contains(string(raw), `"#/components/schemas/`+name+`"`) && !seen[name] {
				seen[name] = true
				if name == "Run" || holds(schema, seen) {
					return true
				}
			}
		}
		return false
	}
	var found, files []string
	for _, methods := range doc.Paths {
		for _, o := range methods {
			if holds(o.Responses, map[string]bool{}) {
				found = append(found, o.ID)
			}
			if strings.Contains(string(o.Responses), "x-tar") || strings.Contains(string(o.Responses), "octet-stream") {
				files = append(files, o.ID)
			}
		}
	}
	slices.Sort(found)
	slices.Sort(files)
	require.Equal(t, rowsLeave, found)
	require.Equal(t, []string{"audit-export", "release-bundle", "run-events"}, files) // the log, what was issued, names of states
}

// The document is OpenAPI 3.1 and lists every operation; each is there, and says how it fails.
func testDocument(t *testing.T, d *door) {
	doc := read(d)
	require.True(t, strings.HasPrefix(doc.OpenAPI, "3.1."), doc.OpenAPI)
	all := doc.all()
	require.Equal(t, slices.Sorted(maps.Keys(operations)), slices.Sorted(maps.Keys(all)))
	for id, o := range all {
		require.Equal(t, operations[id], len(o.Security) > 0, "%s says that it needs a session, or that it needs none", id)
		for _, name := range []string{"id", "name", "kind"} {
			named := slices.ContainsFunc(o.Parameters, func(p struct {
				Name string `json:"name"`
				In   string `json:"in"`
			}) bool {
				return p.Name == name && p.In == "path"
			})
			require.Equal(t, strings.Contains(o.path, "{"+name+"}"), named, "%s: the parameter %s", id, name)
		}
		require.Contains(t, o.Responses, "default", id)
		problem, stated := o.Responses["default"].Content["application/problem+json"]
		require.True(t, stated, "%s says how it fails", id)
		require.Equal(t, "#/components/schemas/Problem", problem.Schema.Ref, id)
	}
	require.Contains(t, all["snapshot-load"].Responses["201"].Content, "application/json")
	require.Contains(t, all["run-events"].Responses["200"].Content, "text/event-stream")
	require.Contains(t, all["release-bundle"].Responses["200"].Content, "application/x-tar")
	require.Contains(t, all["audit-export"].Responses["200"].Content, "application/x-tar")

	var schemas struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]json.RawMessage `json:"properties"`
				Additional any                        `json:"additionalProperties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	d.ok(http.StatusOK, d.call("", "GET", "/openapi.json", nil), &schemas)
	for _, member := range []string{"type", "title", "status", "detail", "kind", "text", "request", "refusal", "faults"} {
		require.Contains(t, schemas.Components.Schemas["Problem"].Properties, member)
	}
	require.NotContains(t, schemas.Components.Schemas, "ErrorModel")
}

// in fills the parameters of a path.
func (o operation) in(d *door) string {
	id := map[string]string{"application-get": d.app, "application-review": d.app, "application-withdraw": d.app,
		"application-resubmit": d.app, "grant-get": d.grant, "grant-suspend": d.grant, "grant-resume": d.grant, "grant-terminate": d.grant, "run-get": d.run, "run-events": d.run,
		"run-withdraw": d.run, "run-resubmit": d.run, "sanction-act": "sanction_00000000000000000000000000000000", "instruction-get": "ins_00000000000000000000000000000000", "instruction-act": "ins_00000000000000000000000000000000", "review-get": d.review, "review-vote": d.review, "release-bundle": d.rel, "key-confirm": "SHA256:none",
		"session-revoke": "ses_none", "upload-get": "snap_none", "upload-part": "snap_none", "upload-finish": "snap_none", "upload-remove": "snap_none"}[o.ID]
	if id == "" {
		id = "none"
	}
	name := map[string]string{"account-confirm": "analyst_b", "resource-delete": "clients", "dataset-seal": "none", "dataset-unseal": "none"}[o.ID]
	if name == "" {
		name = "clients"
	}
	return strings.NewReplacer("{id}", id, "{name}", name, "{kind}", "Dataset").Replace(o.path)
}

// bodies are what each operation takes.
var bodies = map[string]any{
	"login": `{"user":"nobody","password":"nothing at all"}`, "activate": `{"user":"nobody","code":"none","password":"correct horse battery"}`,
	"key-register": `{"public_key":"AAAA"}`, "apply": `{"documents":"","dry_run":true}`, "dataset-review": `{"approve":true,"comment":"x"}`, "computation-review": `{"approve":true,"comment":"x"}`,
	"application-submit": `{"scenario":"x","purpose":"x","datasets":[]}`, "application-review": `{"approve":true,"comment":"x"}`,
	"computation-certify":  `{}`,
	"budget-topup":         `{"group":"none","entity":"person","grade":2,"days":30,"units":1,"reason":"x"}`,
	"supply-except":        `{"batch":"sha256:0","document":"sha256:0","reason":"x","not_after":1}`,
	"snapshot-destroy":     `{"reason":"x"}`,
	"upload-begin":         `{"size":1,"digest":"sha256:0"}`,
	"computation-receive":  `{"document":"{}\n"}`,
	"dataset-twin":         `{"rows":10,"seed":1}`,
	"application-resubmit": `{"scenario":"x","purpose":"x","datasets":[]}`, "grant-suspend": `{"reason":"x"}`, "grant-resume": `{}`, "grant-terminate": `{}`,
	"query-check": `{"grant":"grant_x","sql":"SELECT 1"}`, "run-submit": `{"grant":"grant_x","sql":"SELECT 1"}`,
	"run-resubmit": `{"note":"x"}`, "review-vote": `{"envelope":{}}`,
	"password-change": `{"password":"nothing at all","new":"correct horse battery"}`, "account-suspend": `{"reason":"x"}`, "totp-enrol": `{"password":"nothing at all"}`, "totp-confirm": `{"code":"000000"}`,
	"sanction-impose": `{"kind":"termination","organization":"none","reason":"x"}`, "sanction-act": `{"act":"lift","reason":"x"}`,
	"instruction-issue": `{"document":"1","demand":"report","text":"x"}`, "instruction-act": `{"act":"acknowledge"}`,
	"freeze-set": `{"kind":"dataset","name":"none","reason":"x"}`, "freeze-lift": `{"kind":"dataset","name":"none"}`, "dataset-seal": `{"reason":"x"}`, "dataset-unseal": `{"reason":"x"}`,
	"policy-load": `{"archive":"AAAA","revision":"2027.01.01-1","envelope":{}}`, "policy-test": `{"archive":"AAAA"}`, "policy-replay": `{"limit":1}`, "policy-shadow": `{"archive":"AAAA"}`,
	"authorization-record":   `{"dataset":"none","organization":"none","scenario":"x","purpose":"x","document":"x"}`,
	"authorization-withdraw": `{"dataset":"none","organization":"none","scenario":"x","purpose":"x","document":"x"}`,
}

// beforeItsRole lists what a session may do before its role is confirmed.
var beforeItsRole = map[string]bool{"whoami": true, "logout": true, "session-list": true, "session-rotate": true, "session-revoke": true,
	"account-sessions-revoke": true, "password-change": true, "totp-enrol": true, "totp-confirm": true}

// Without a session, or with one that is none, nothing but the open operations answers; with a role that waits for its confirmation,
// nothing but what is about itself does.
func testSessions(t *testing.T, d *door) {
	before := state(d)
	d.tokens["stranger"], d.tokens["nonsense"], d.tokens["none"] = "ys_"+strings.Repeat("A", 43), "x' OR 1=1", ""
	for id, o := range read(d).all() {
		if !operations[id] {
			continue
		}
		for _, as := range []string{"", "stranger", "nonsense", "none"} {
			p := d.problem(http.StatusUnauthorized, d.call(as, o.method, o.in(d), bodies[id]))
			require.Equal(t, string(enclave.KindUnauthenticated), p.Kind)
		}
		req := d.request("", o.method, o.in(d), nil)
		req.Header.Set("Authorization", "Basic "+d.tokens["admin"])
		d.problem(http.StatusUnauthorized, d.send(req))
		if !beforeItsRole[id] {
			p := d.problem(http.StatusForbidden, d.call("waiting", o.method, o.in(d), bodies[id]))
			require.Equal(t, string(enclave.KindForbidden), p.Kind, id)
		}
	}
	require.Equal(t, before, state(d), "somebody who may do nothing changed something")

	var me struct{ Account, Role string }
	d.ok(http.StatusOK, d.call("waiting", "GET", "/v1/whoami", nil), &me)
	require.Equal(t, "waiting", me.Account)
	require.Empty(t, me.Role)
	d.ok(http.StatusNoContent, d.call("waiting", "DELETE", "/v1/sessions/current", nil), nil)
	d.problem(http.StatusUnauthorized, d.call("waiting", "GET", "/v1/whoami", nil))
	for _, path := range []string{"/v1/keys", "/v1/audit/checkpoint", "/healthz"} {
		require.Equal(t, http.StatusOK, d.call("", "GET", path, nil).status, path)
	}
}

// state is everything that the zone holds, but for when its sessions were last used.
func state(d *door) string {
	lines := strings.Split(d.zone.Print(d.t), "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "session ") }), "\n")
}

// may lists who may do what; everybody else gets 403 or 404. Operations that change what others look at are tried by those alone who
// may not.
var may = map[string]string{
	"session-list": "*", "session-rotate": "-", "session-revoke": "-", "account-sessions-revoke": "-", "password-change": "-", "totp-enrol": "-", "totp-confirm": "-", "totp-reset": "-",
	"mechanisms": "admin security auditor steward", "sanction-list": "*", "sanction-impose": "-", "sanction-act": "-",
	"instruction-list": "admin security auditor steward", "instruction-get": "-", "instruction-issue": "-", "instruction-act": "-",
	"freeze-list": "admin security auditor steward", "freeze-set": "-", "freeze-lift": "-", "dataset-seal": "-", "dataset-unseal": "-", "account-suspend": "-", "account-resume": "-", "account-reset": "-",
	"policy-get": "admin security auditor steward reviewer_1", "policy-load": "-", "policy-test": "-", "policy-replay": "security auditor", "policy-shadow": "-", "authorization-list": "*", "authorization-record": "-", "authorization-withdraw": "-",
	"whoami": "*", "key-list": "*", "resource-list": "*", "resource-get": "*",
	"key-register": "-", "key-confirm": "-", "account-confirm": "-", "apply": "-", "resource-delete": "-", "dataset-review": "-", "computation-get": "-", "computation-review": "-", "computation-certify": "-", "computation-promote": "-", "computation-receive": "-", "snapshot-load": "-", "dataset-suggest": "-",
	"dataset-pull": "-", "dataset-twin": "-", "supply-except": "-", "snapshot-destroy": "-", "upload-begin": "-", "upload-get": "-", "upload-part": "-", "upload-finish": "-", "upload-remove": "-",
	"application-submit": "-", "application-review": "-", "application-withdraw": "-", "application-resubmit": "-",
	"grant-suspend": "-", "grant-resume": "-", "grant-terminate": "-", "review-vote": "-", "run-withdraw": "-", "run-resubmit": "-",
	"dataset-search": "*", "dataset-lineage": "*", "dataset-versions": "admin security auditor steward provider", "release-lineage": "-",
	"snapshot-list":    "admin security auditor steward provider",
	"application-list": "*", "application-get": "admin security auditor steward analyst_a",
	"grant-list": "*", "grant-get": "admin security auditor steward analyst_a",
	"query-check": "-", "run-submit": "-", "run-list": "*", "run-get": "analyst_a", "run-events": "analyst_a", "ledger": "*", "budget": "*", "budget-topup": "-",
	"review-list": "reviewer_1", "review-get": "reviewer_1",
	"release-list": "*", "release-bundle": "analyst_a",
	"audit-entries": "security auditor", "audit-export": "security auditor",
}

func testRoles(t *testing.T, d *door) {
	for id, o := range read(d).all() {
		if !operations[id] || id == "logout" {
			continue
		}
		require.NotEmpty(t, may[id], "nobody says who may do %s", id)
		if may[id] == "*" || may[id] == "-" {
			continue
		}
		for _, as := range people[:len(people)-1] {
			a := d.call(as, o.method, o.in(d), bodies[id])
			if slices.Contains(strings.Fields(may[id]), as) {
				require.Less(t, a.status, 300, "%s by %s: %s", id, as, a.body)
				continue
			}
			require.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, a.status, "%s by %s", id, as)
			d.problem(a.status, a)
		}
	}
	// Acts that are somebody's: by each of those whose they are not.
	for _, c := range []struct {
		method, path string
		body         any
		not          string
	}{
		{"POST", "/v1/apply", map[string]any{"documents": "apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: fresh}\nspec: {title: {zh: 机构, en: O}, type: provider}\n"},
			"security auditor steward provider reviewer_1 analyst_a"},
		{"POST", "/v1/accounts/waiting/confirm", nil, "admin auditor steward provider reviewer_1 analyst_a"},
		{"POST", "/v1/freezes", map[string]any{"kind": "runs", "reason": "x"}, "steward provider reviewer_1 analyst_a analyst_b"},
		{"POST", "/v1/budget/top-ups", map[string]any{"group": "group_a", "entity": "person", "grade": 2, "days": 30, "units": 1, "reason": "x"}, "admin auditor steward provider reviewer_1 analyst_a analyst_b"},
		{"POST", "/v1/sanctions", map[string]any{"kind": "termination", "organization": "bank_b", "reason": "x"}, "auditor steward provider reviewer_1 analyst_a analyst_b"},
		{"POST", "/v1/sanctions", map[string]any{"kind": "blacklist", "organization": "bank_b", "reason": "x"}, "auditor steward provider reviewer_1 analyst_a analyst_b"},
		{"POST", "/v1/instructions", map[string]any{"document": "1", "demand": "report", "text": "x"}, "admin security auditor steward provider reviewer_1 analyst_a analyst_b"},
		{"POST", "/v1/freezes/lift", map[string]any{"kind": "runs"}, "auditor steward provider reviewer_1 analyst_a analyst_b"},
		{"POST", "/v1/datasets/clients/seal", map[string]any{"reason": "x"}, "reviewer_1 analyst_a analyst_b"},
		{"POST", "/v1/datasets/clients/unseal", map[string]any{"reason": "x"}, "auditor reviewer_1 analyst_a analyst_b"},
		{"POST", "/v1/policy/bundles", map[string]any{"archive": "AAAA", "revision": "2027.01.01-1", "envelope": map[string]any{}}, "auditor steward provider analyst_a analyst_b"},
		{"POST", "/v1/policy/test", map[string]any{"archive": "AAAA"}, "auditor steward provider analyst_a analyst_b"},
		{"POST", "/v1/policy/shadow", map[string]any{"archive": "AAAA"}, "steward provider analyst_a analyst_b"},
		{"POST", "/v1/authorizations", map[string]any{"dataset": "clients", "organization": "bank_a", "scenario": "x", "purpose": "x", "document": "id,evidence,not_after\n7,x,2030-01-01\n"},
			"admin security auditor steward reviewer_1 analyst_a analyst_b"},
		{"POST", "/v1/authorizations/withdraw", map[string]any{"dataset": "clients", "organization": "bank_a", "scenario": "x", "purpose": "x", "document": "id\n7\n"},
			"admin security auditor reviewer_1 analyst_b"},
		{"POST", "/v1/accounts/analyst_b/suspend", map[string]any{"reason": "x"}, "auditor steward provider reviewer_1 analyst_a analyst_b"},
		{"POST", "/v1/accounts/analyst_b/resume", nil, "admin auditor steward provider reviewer_1 analyst_a analyst_b"},
		{"POST", "/v1/accounts/analyst_b/reset", nil, "security auditor steward provider reviewer_1 analyst_a analyst_b"},
		{"DELETE", "/v1/accounts/analyst_b/sessions", nil, "auditor steward provider reviewer_1 analyst_a"},
		{"DELETE", "/v1/accounts/analyst_b/totp", nil, "admin auditor steward provider reviewer_1 analyst_a analyst_b"},
		{"GET", "/v1/sessions?account=analyst_b", nil, "auditor steward provider reviewer_1 analyst_a"},
		{"POST", "/v1/datasets/clients/snapshots", "id,city,segment,amount\n1,north,a,1\n", "admin security auditor steward reviewer_1 analyst_a"},
		{"POST", "/v1/applications", map[string]any{"scenario": "x", "purpose": "x", "datasets": []any{map[string]any{"dataset": "clients", "columns": map[string]string{"city": "x"}}}},
			"admin security auditor steward provider reviewer_1"},
		{"POST", "/v1/applications/" + d.app + "/review", map[string]any{"approve": true, "comment": "x", "version": 1}, "admin security auditor provider reviewer_1 analyst_a"},
		{"POST", "/v1/applications/" + d.app + "/withdraw", nil, "admin security auditor steward provider reviewer_1 analyst_b"},
		{"POST", "/v1/applications/" + d.app + "/resubmit", map[string]any{"scenario": "x", "purpose": "x", "datasets": []any{}}, "admin security auditor steward provider reviewer_1 analyst_b"},
		{"POST", "/v1/grants/" + d.grant + "/suspend", map[string]any{"reason": "x"}, "admin auditor provider reviewer_1 analyst_a analyst_b"},
		{"POST", "/v1/grants/" + d.grant + "/resume", map[string]any{}, "admin security auditor steward provider reviewer_1 analyst_a analyst_b"},
		{"POST", "/v1/grants/" + d.grant + "/terminate", map[string]any{}, "admin auditor provider reviewer_1 analyst_b"},
		{"POST", "/v1/runs/" + d.run + "/withdraw", nil, "admin security auditor steward provider reviewer_1 analyst_b"},
		{"POST", "/v1/runs/" + d.run + "/resubmit", map[string]any{"note": "x"}, "admin security auditor steward provider reviewer_1 analyst_b"},
		{"DELETE", "/v1/resources/Dataset/clients", nil, "security auditor reviewer_1 analyst_a analyst_b"},
	} {
		for _, as := range strings.Fields(c.not) {
			a := d.call(as, c.method, c.path, c.body)
			require.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, a.status, "%s %s by %s: %s", c.method, c.path, as, a.body)
			d.problem(a.status, a)
		}
	}
}
