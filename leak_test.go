package yumen_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"yumen/internal/contexts"
)

// TestLeak plants a canary in every column of every table and in every file that is refused, uses every command of the client and
// every operation of the interface, provokes every kind of error, lets the gateway crash, and looks for the canaries in everything
// that is not the data: answers, output, logs, the metastore, artefacts, temporary and core files.
func TestLeak(t *testing.T) {
	t.Parallel()
	s := newStage(t, bin)
	s.people("auditor", "steward", "credit_provider", "analyst_a", "analyst_b", "reviewer_1", "supervisor")
	s.register()
	grant := s.granted()
	s.ask(grant)
	s.compute(grant)
	s.review(grant)
	s.audit()
	s.mischief()
	s.sessions()
	s.authority(grant)
	s.observe()
	s.say("analyst_a", 0, "logout")
	if left := s.wire.unasked(operations(t, s.wire.URL)); len(left) > 0 {
		t.Errorf("no request of the session reached: %s", strings.Join(left, ", "))
	}
	if left := s.unused(); len(left) > 0 {
		t.Errorf("the session never gave: yumen %s", strings.Join(left, ", yumen "))
	}
	kinds := s.wire.kinds()
	for _, kind := range []string{"unauthenticated", "forbidden", "not_found", "conflict", "invalid", "too_large", "quarantined"} {
		if !kinds[kind] {
			t.Errorf("the session provoked no error of kind %s", kind)
		}
	}
	s.yumend("backup", "--data", filepath.Join(s.dir, "zone"), "--out", filepath.Join(s.dir, "tmp", "zone.backup"))
	s.crash()
	s.yumend("check", "--data", filepath.Join(s.dir, "zone"), "--deep")
	a := newAviary(canaries())
	s.look(a)
	t.Run("BJ-OPS-25a,SJZ-23b,XC-40,XM-40a: no value of a row is in anything that anybody got, nor in a backup or a core", func(t *testing.T) { a.report(t) })
}

// token is that of an account's context.
func (s *stage) token(account string) string {
	s.t.Helper()
	f, err := contexts.Load(contexts.Path(filepath.Join(s.dir, "home", "config", "yumen")))
	if err != nil {
		s.t.Fatal(err)
	}
	return f.Contexts[account].Token
}

// sessions uses what an account can do with its own sessions, and an administrator with another's.
func (s *stage) sessions() {
	s.t.Helper()
	s.say("analyst_b", 0, "session", "list")
	s.say("analyst_b", 0, "session", "rotate")
	s.say("analyst_b", 0, "session", "revoke", "--all")
	s.tell("analyst_b", password("analyst_b")+"another "+password("analyst_b"), -1, "password", "--password-stdin")
	s.say("analyst_b", -1, "session", "list")
	s.say("security", 0, "account", "suspend", "analyst_b", "--reason", "left the bank")
	s.say("security", 0, "account", "resume", "analyst_b")
	s.say("admin", -1, "account", "reset", "analyst_b")
}

// authority uses what changes a grant, an application, a factor, or all at once.
func (s *stage) authority(grant string) {
	s.t.Helper()
	app := s.id("app", s.say("analyst_a", 0, "application", "submit", "-f", "application.yaml", "-o", "json"))
	s.say("steward", 0, "application", "review", app, "--return", "--reason", "NECESSITY", "--comment", "why the remarks?")
	s.say("analyst_a", 0, "application", "resubmit", app, "-f", "application.yaml")
	s.say("analyst_a", 0, "application", "withdraw", app)
	for _, act := range []string{"suspend", "resume", "terminate"} {
		s.say("security", 0, "grant", act, grant, "--reason", "looked into")
	}
	s.say("security", 0, "freeze", "--dataset", "harbour", "--reason", "looked into")
	s.say("security", 0, "freeze", "list")
	use := []string{"--dataset", "harbour", "--organization", "bank_a", "--scenario", "inclusive credit", "--purpose", "credit risk model"}
	subjects := s.file("subjects.csv", "person_id,evidence,not_after\nCNRYKEYQZXWVK0003,sha256:"+strings.Repeat("a", 64)+",2099-12-31\nCNRYKEYQZXWVK0004,"+strings.Repeat("b", 9)+",2099-12-31\n")
	s.say("credit_provider", 3, append([]string{"authorization", "import", "--in", subjects}, use...)...)
	subjects = s.file("subjects.csv", "person_id,evidence,not_after\nCNRYKEYQZXWVK0003,sha256:"+strings.Repeat("a", 64)+",2099-12-31\n")
	s.say("credit_provider", 0, append([]string{"authorization", "import", "--in", subjects}, use...)...)
	s.say("credit_provider", 0, append([]string{"authorization", "basis", "--until", "2099-12-31", "--evidence", subjects}, use...)...)
	s.say("analyst_a", 0, append([]string{"authorization", "withdraw", "--in", s.file("gone.csv", "person_id\nCNRYKEYQZXWVK0003\n")}, use...)...)
	s.say("credit_provider", 0, "authorization", "list")
	s.say("security", 4, "unfreeze", "--dataset", "harbour", "--reason", "cleared")
	s.say("admin", 0, "unfreeze", "--dataset", "harbour")
	s.say("credit_provider", 0, "dataset", "seal", "harbour", "--reason", "looked into")
	s.say("credit_provider", 4, "dataset", "unseal", "harbour", "--reason", "cleared")
	s.say("admin", 0, "dataset", "unseal", "harbour", "--reason", "cleared")
	s.sanctions()
	s.rules()
	s.tell("auditor", password("auditor"), 0, "totp", "enrol", "--password-stdin")
	s.tell("auditor", "000000\n", -1, "totp", "confirm", "--code-stdin")
	s.say("security", -1, "totp", "reset", "auditor")
	s.say("credit_provider", -1, "dataset", "convert", s.file("broken.xlsx", "PK\x03\x04"+broken()["binary"]), "--out", "converted.csv")
}

// sanctions uses what is imposed upon a bank, and undoes it.
func (s *stage) sanctions() {
	s.t.Helper()
	closure := s.id("sanction", s.say("steward", 0, "sanction", "close", "--organization", "bank_b", "--dataset", "harbour", "--until", "2099-01-31", "--reason", "looked into", "-o", "json"))
	s.say("steward", 3, "sanction", "end", closure, "--reason", "too early")
	s.say("steward", 4, "sanction", "reinstate", closure, "--reason", "put right")
	s.say("admin", 0, "sanction", "reinstate", closure, "--reason", "seen")
	listed := s.id("sanction", s.say("admin", 4, "sanction", "blacklist", "--organization", "bank_b", "--reason", "looked into", "-o", "json"))
	s.say("security", 3, "sanction", "lift", listed, "--reason", "not yet on it")
	s.say("security", 0, "sanction", "dismiss", listed, "--reason", "cleared")
	s.say("security", 3, "sanction", "terminate", "--organization", "nobody", "--reason", "there is no such")
	s.say("security", 0, "sanction", "list")
	s.instructions()
	s.say("security", -1, "health")
	s.say("auditor", 0, "incident", "report", "--dataset", "harbour", "--out", "incident.json")
	s.say("credit_provider", 0, "dataset", "export", "--exchange", "catalog.json")
	s.say("credit_provider", 0, "dataset", "import", "catalog.json", "--dry-run")
}

// instructions uses what the regulator demands.
func (s *stage) instructions() {
	s.t.Helper()
	report := s.id("ins", s.say("supervisor", 0, "instruction", "issue", "--document", "JX-1", "--demand", "report", "--text", "who was given what", "-o", "json"))
	s.say("supervisor", 0, "instruction", "list")
	s.say("steward", 0, "instruction", "acknowledge", report)
	s.say("steward", 3, "instruction", "confirm", report)
	s.say("steward", 3, "instruction", "execute", report, "--entry", "0")
	s.say("auditor", 0, "audit", "export", "--out", "instructed")
	s.say("steward", 0, "instruction", "execute", report)
	s.say("supervisor", 0, "instruction", "return", report, "--note", "in print")
	s.say("steward", 0, "instruction", "show", report)
}

// rules uses what looks at the rules, checks and tries them. The key of this signer is nobody's yet.
func (s *stage) rules() {
	s.t.Helper()
	s.yumend("policy", "export", "--out", "rules")
	s.file("rules/.manifest", `{"revision": "2099.01.01-1", "roots": ["yumen"]}`)
	s.file("signer.txt", "the rules are hers to sign\n")
	s.say("security", 0, "policy", "show")
	s.say("security", 0, "policy", "test", "rules")
	s.say("security", 0, "policy", "shadow", "rules")
	s.say("auditor", 0, "policy", "replay")
	s.say("security", 0, "key", "new", "--passphrase-file", "signer.txt")
	s.say("security", -1, "policy", "load", "rules", "--comment", "looked into", "--passphrase-file", "signer.txt")
}

// observe reads the metrics.
func (s *stage) observe() {
	s.t.Helper()
	resp, err := http.Get("http://" + s.metrics + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || len(b) == 0 {
		s.t.Fatal("no metrics")
	}
	s.seen = append(s.seen, shown{"metrics", b})
}

// operations are all that the interface offers, by its own description.
func operations(t testing.TB, url string) []string {
	t.Helper()
	resp, err := http.Get(url + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil || len(doc.Paths) == 0 {
		t.Fatal("the description of the interface cannot be read")
	}
	var out []string
	for path, methods := range doc.Paths {
		for m := range methods {
			out = append(out, strings.ToUpper(m)+" "+path)
		}
	}
	return out
}

// unused are the commands of the client, by its own help, that nobody gave. Those that only print what is built in are left out.
func (s *stage) unused(parents ...string) []string {
	s.t.Helper()
	out, err := exec.Command(filepath.Join(s.bin, "yumen"), append(parents, "--help", "--lang", "en")...).Output()
	if err != nil {
		s.t.Fatal(err)
	}
	_, list, ok := strings.Cut(string(out), "\nCommands:\n")
	if !ok {
		if name := strings.Join(parents, " "); !s.used[name] {
			return []string{name}
		}
		return nil
	}
	list, _, _ = strings.Cut(list, "\n\n")
	var left []string
	for _, line := range strings.Split(list, "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "help" || fields[0] == "completion" || fields[0] == "version" || fields[0] == "man" {
			continue
		}
		left = append(left, s.unused(append(parents[:len(parents):len(parents)], fields[0])...)...)
	}
	return left
}

// mischief sends what no client of ours would.
func (s *stage) mischief() {
	s.t.Helper()
	s.tell("nobody", "a wrong password\n", -1, "login", "--server", s.wire.URL, "--user", "admin", "--password-stdin")
	s.tell("nobody", "some password of somebody\n", -1, "activate", "--server", s.wire.URL, "--user", "reviewer_2", "--code", "00000000", "--password-stdin")
	s.say("nobody", -1, "query", "list")
	s.say("security", -1, "account", "confirm", "analyst_a")
	for _, m := range []struct{ account, method, path, body string }{
		{"credit_provider", "POST", "/v1/datasets/harbour/snapshots", broken()["type"]}, {"credit_provider", "GET", "/v1/uploads/none", ""},
		{"", "GET", "/v1/runs", ""}, {"", "GET", "/nowhere", ""}, {"", "POST", "/v1/sessions", "{"}, {"", "POST", "/v1/sessions", `{"user":1}`},
		{"", "POST", "/v1/sessions", `{"user":"` + strings.Repeat("x", 9<<20) + `"}`}, {"", "PUT", "/v1/runs", "x"}, {"", "GET", "/healthz", ""}, {"", "GET", "/openapi.json", ""}, {"", "GET", "/v1/audit/checkpoint", ""}, {"", "GET", "/v1/health/live", ""}, {"", "GET", "/v1/health/ready", ""},
	} {
		req, err := http.NewRequest(m.method, s.wire.URL+m.path, strings.NewReader(m.body))
		if err != nil {
			s.t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		if m.account != "" {
			req.Header.Set("Content-Type", "text/csv")
			req.Header.Set("Authorization", "Bearer "+s.token(m.account))
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			continue // a gateway may hang up on a body that is over its limit
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}
