package yumen_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// The canaries: each column of each table has its own, and so has each file that is refused.
func canaries() []canary {
	return []canary{
		text("harbour.person_id", "CNRYKEYQZXWVK"), text("harbour.id_card", "CNRYIDCQZXWVK"), text("harbour.name", "CNRYNAMQZXWVK"),
		text("harbour.district", "CNRYDISQZXWVK"), text("harbour.remark", "CNRYREMQZXWVK"), day("harbour.opened", time.Date(1913, 11, 7, 0, 0, 0, 0, time.UTC)),
		number("harbour.amount", "918273.64", 91827364), number("harbour.score", "777321333", 777321333),
		text("berths.person_id", "CNRYKEYQZXWVK"), text("berths.kind", "CNRYKINQZXWVK"), number("berths.fee", "645546.81", 64554681),
		text("a broken file", "CNRYBADQZXWVK"), number("a broken number", "555444333222", 555444333222),
	}
}

const harbour = `apiVersion: yumen/v1
kind: Dataset
metadata: {name: harbour}
spec:
  title: {zh: 港口, en: Harbour}
  provider: credit_bureau
  directory: {duty: 港务, data: 港口, system: 港口系统, table: harbour}
  sharing: conditional
  market: ordinary
  prohibited: {national_security: false, public_interest: false, source_agreement: false, law: false}
  state_secret: false
  entities: [{type: person, key: [person_id], unique: true}]
  columns:
  - {name: person_id, type: VARCHAR, grade: 2, roles: [entity_key], nullable: false}
  - {name: id_card, type: VARCHAR, grade: 3, roles: [identifier], identifier: resident_id}
  - {name: name, type: VARCHAR, grade: 3, roles: [identifier], identifier: person_name}
  - {name: district, type: VARCHAR, grade: 2, roles: [dimension]}
  - {name: opened, type: DATE, grade: 2, roles: [dimension], generalise: [year, decade], grid: year}
  - {name: amount, type: "DECIMAL(12,2)", grade: 2, roles: [measure, dimension], bounds: [0, 1000000], grid: "1-2-5"}
  - {name: score, type: BIGINT, grade: 2, roles: [measure], bounds: [0, 1000000000]}
  - {name: remark, type: VARCHAR, grade: 3, roles: [dimension]}
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: berths}
spec:
  title: {zh: 泊位, en: Berths}
  provider: credit_bureau
  directory: {duty: 港务, data: 泊位, system: 港口系统, table: berths}
  sharing: conditional
  market: ordinary
  prohibited: {national_security: false, public_interest: false, source_agreement: false, law: false}
  state_secret: false
  entities: [{type: person, key: [person_id]}]
  columns:
  - {name: person_id, type: VARCHAR, grade: 2, roles: [entity_key], nullable: false}
  - {name: kind, type: VARCHAR, grade: 2, roles: [dimension]}
  - {name: fee, type: "DECIMAL(12,2)", grade: 2, roles: [measure], bounds: [0, 1000000]}
  joins:
  - {columns: [person_id], to: {dataset: harbour, columns: [person_id]}, cardinality: many_to_one}
`

const harbourHead = "person_id,id_card,name,district,opened,amount,score,remark\n"

// harbourRow is the row of one person; the rare ones carry the canaries of the columns whose values may be seen when they are many's.
func harbourRow(i int) string {
	district, opened, amount, score, remark := fmt.Sprintf("D%d", i%3), fmt.Sprintf("20%02d-03-01", i%20), fmt.Sprint(1000+i*7), fmt.Sprint(500+i), fmt.Sprintf("R%d", i%2)
	switch i {
	case 11:
		district, remark = "CNRYDISQZXWVK0001", "CNRYREMQZXWVK0001"
	case 12:
		opened, amount, score = "1913-11-07", "918273.64", "777321333"
	}
	return fmt.Sprintf("CNRYKEYQZXWVK%04d,CNRYIDCQZXWVK%04d,CNRYNAMQZXWVK%04d,%s,%s,%s,%s,%s\n", i, i, i, district, opened, amount, score, remark)
}

func harbourFile(n int) string {
	var b strings.Builder
	b.WriteString(harbourHead)
	for i := range n {
		b.WriteString(harbourRow(i))
	}
	return b.String()
}

func berthsFile() string {
	var b strings.Builder
	b.WriteString("person_id,kind,fee\n")
	for i := range 600 {
		kind, fee := fmt.Sprintf("K%d", i%4), fmt.Sprint(100+i)
		if i == 17 {
			kind, fee = "CNRYKINQZXWVK0001", "645546.81"
		}
		fmt.Fprintf(&b, "CNRYKEYQZXWVK%04d,%s,%s\n", i%240, kind, fee)
	}
	return b.String()
}

// broken are files that are refused, each for another reason, each with canaries where the reason is.
func broken() map[string]string {
	good := harbourRow(1)
	return map[string]string{
		"bounds":    harbourHead + strings.Replace(good, "1007", "555444333222", 1),
		"type":      harbourHead + strings.Replace(good, "1007", "CNRYBADQZXWVK", 1),
		"date":      harbourHead + strings.Replace(good, "2001-03-01", "CNRYBADQZXWVK-03", 1),
		"ragged":    harbourHead + "CNRYBADQZXWVK,CNRYBADQZXWVK\n",
		"header":    good + good,
		"extra":     strings.Replace(harbourHead, "\n", ",CNRYBADQZXWVK column\n", 1) + strings.Replace(good, "\n", ",CNRYBADQZXWVK\n", 1),
		"double":    harbourHead + good + good,
		"quote":     harbourHead + `"CNRYBADQZXWVK` + good,
		"utf8":      harbourHead + "CNRYBADQZXWVK\xff\xfe" + good,
		"binary":    "CNRYBADQZXWVK\x00\x01\x02" + good,
		"null":      harbourHead + good[strings.Index(good, ","):],
		"no header": "CNRYBADQZXWVK",
		"empty":     "",
		"json":      `{"person_id": "CNRYBADQZXWVK", "amount": "CNRYBADQZXWVK"` + "\n",
		"parquet":   "PAR1CNRYBADQZXWVKPAR1",
	}
}

// register declares, approves and loads both tables, and has every broken file refused.
func (s *stage) register() {
	s.t.Helper()
	f := s.file("datasets.yaml", harbour)
	s.say("credit_provider", 0, "apply", "-f", f, "--dry-run")
	s.say("credit_provider", 0, "apply", "-f", f, "--draft")
	s.say("credit_provider", 0, "apply", "-f", f)
	for _, name := range []string{"harbour", "berths"} {
		s.say("credit_provider", 3, "dataset", "load", name, s.file("early.csv", harbourFile(20)))
		s.say("steward", 0, "dataset", "review", name, "--approve", "--comment", "checked")
	}
	for name, content := range broken() {
		path := s.file("broken.csv", content)
		s.say("credit_provider", -1, "dataset", "load", "harbour", path)
		if name != "extra" { // a column's name is no value, and stands in a proposal
			s.say("credit_provider", -1, "dataset", "suggest", path)
		}
		out := s.say("credit_provider", -1, "dataset", "load", "harbour", path, "-o", "json")
		if strings.Contains(string(out), `"loaded"`) {
			s.t.Errorf("the broken file %q was loaded", name)
		}
	}
	for _, form := range []string{"yaml", "json"} {
		s.say("credit_provider", 0, "dataset", "suggest", s.file("harbour.csv", harbourFile(240)), "-o", form)
		s.say("credit_provider", 0, "dataset", "suggest", s.file("berths.csv", berthsFile()), "-o", form)
		s.say("credit_provider", -1, "disclosure", "check", s.file("harbour.csv", harbourFile(240)), "--entity", "person_id", "--measure", "amount", "--measure", "score", "--total", "-o", form)
	}
	s.say("credit_provider", 0, "dataset", "load", "harbour", s.file("harbour.csv", harbourFile(240)))
	s.say("credit_provider", 0, "dataset", "load", "berths", s.file("berths.csv", berthsFile()))
	s.say("credit_provider", 0, "dataset", "load", "harbour", s.file("harbour.csv", harbourFile(260)))
	s.say("credit_provider", 0, "dataset", "snapshots", "harbour")
	s.say("analyst_a", 0, "dataset", "synthesize", "harbour", "--out", s.dir+"/tmp/twin.csv")
	s.say("credit_provider", 3, "dataset", "synthesize", "harbour", "--load")
	s.say("credit_provider", 3, "dataset", "pull", "harbour")
	s.say("credit_provider", -1, "dataset", "except", "harbour", "--batch", s.file("harbour.csv", harbourFile(240)), "--document", f, "--until", "2026-12-31", "--reason", "checked")
	s.say("credit_provider", 3, "dataset", "destroy", "harbour", "--reason", "checked")
	for _, who := range []string{"credit_provider", "analyst_a", "steward"} {
		s.say(who, 0, "dataset", "search", "harbour", "-o", "json")
	}
	s.say("analyst_a", 0, "dataset", "search", "港口", "--public", "-o", "json")
	s.say("analyst_a", 0, "dataset", "search", "CNRYDISQZXWVK", "--public", "-o", "json")
	s.say("credit_provider", 0, "dataset", "history", "harbour")
	s.say("analyst_a", 3, "dataset", "history", "harbour")
	s.say("analyst_a", 0, "dataset", "lineage", "harbour", "amount", "-o", "json")
	s.say("analyst_a", 3, "dataset", "lineage", "harbour", "CNRYDISQZXWVK")
	s.say("analyst_a", -1, "get", "Dataset", "harbour", "-o", "yaml")
	s.say("steward", 0, "get", "Dataset")
	s.say("analyst_a", 3, "delete", "Dataset", "harbour")
	s.say("analyst_a", 3, "dataset", "load", "harbour", s.file("stolen.csv", harbourFile(3)))
}

const demand = `scenario: berth planning
purpose: statistics
datasets:
- dataset: harbour
  columns: [person_id, district, opened, amount, score, remark]
- dataset: berths
  columns: [person_id, kind, fee]
`

// granted applies and has the application approved.
func (s *stage) granted() string {
	s.t.Helper()
	s.say("analyst_a", 2, "application", "submit", "-f", s.file("wrong.yaml", "scenari: x\n"))
	app := s.id("app", s.say("analyst_a", 0, "application", "submit", "-f", s.file("application.yaml", demand), "-o", "json"))
	s.say("analyst_a", 0, "application", "list")
	s.say("steward", 0, "application", "show", app)
	s.say("analyst_a", 3, "application", "review", app, "--approve", "--comment", "my own")
	s.say("steward", 0, "application", "review", app, "--approve", "--comment", "the least for its purpose")
	s.say("steward", 3, "application", "review", app, "--approve", "--comment", "twice")
	grant := s.id("grant", s.say("analyst_a", 0, "grant", "list", "-o", "json"))
	s.say("analyst_a", 0, "grant", "show", grant)
	s.say("analyst_b", 3, "grant", "show", grant)
	return grant
}

// answered are questions that are answered; cells of few are in each of them.
var answered = []string{
	"SELECT amount, count(*) AS n FROM harbour GROUP BY amount",
	"SELECT district, count(*) AS n, sum(amount) AS a FROM harbour GROUP BY district",
	"SELECT year(opened) AS y, count(*) AS n, avg(score) AS s FROM harbour GROUP BY y",
	"SELECT kind, count(DISTINCT person_id) AS n, sum(fee) AS f FROM berths GROUP BY kind",
	"SELECT h.district, count(*) AS n FROM berths b JOIN harbour h ON b.person_id = h.person_id GROUP BY h.district",
	"SELECT count(*) AS n FROM harbour WHERE amount >= 500000",
	"SELECT sum(score) AS s FROM harbour WHERE amount >= 500000",
	"SELECT district, count(*) AS n FROM harbour WHERE opened < DATE '1950-01-01' GROUP BY district",
	"SELECT stddev_samp(score) AS s FROM harbour",
}

// asked are questions that want rows, people or more than there is.
var asked = []string{
	"SELECT * FROM harbour", "SELECT person_id FROM harbour", "SELECT name FROM harbour LIMIT 1", "SELECT max(amount) FROM harbour", "SELECT min(opened) FROM harbour",
	"SELECT list(remark) FROM harbour", "SELECT string_agg(district, ',') FROM harbour", "SELECT first(score) FROM harbour", "SELECT arg_max(person_id, amount) FROM harbour",
	"SELECT person_id, count(*) FROM harbour GROUP BY person_id", "SELECT count(*) FROM harbour WHERE name LIKE 'A%'",
	"SELECT count(*) FROM harbour WHERE person_id = 'x'", "SELECT harbour FROM harbour", "SELECT h FROM harbour h", "SELECT count(*) FROM 'x.csv'", "SELECT * FROM read_csv('/etc/passwd')",
	"SELECT error(name) FROM harbour", "SELECT CAST(name AS INTEGER) FROM harbour", "SELECT count(*) FROM harbour WHERE CAST(remark AS INTEGER) > 0", "SELECT count(*) FROM harbour WHERE 1/(score-1) > 0",
	"SELECT row_number() OVER () FROM harbour", "SELECT count(*) FROM harbour h1, harbour h2", "SELECT district FROM harbour UNION SELECT name FROM harbour", "COPY harbour TO 'x.csv'", "PRAGMA show_tables",
	"ATTACH 'x' AS y", "SELECT 1; SELECT 2", "SELECT", "SELECT count(*) FROM nowhere", "SELECT nothing FROM harbour", "SELECT count(*) FROM harbour TABLESAMPLE 10%", "SUMMARIZE harbour", "DESCRIBE harbour",
	"EXPLAIN ANALYZE SELECT count(*) FROM harbour", "SELECT quantile_cont(amount, 0.5) FROM harbour", "SELECT mode(remark) FROM harbour", "SELECT approx_top_k(remark, 3) FROM harbour", "SELECT count(*) FROM harbour WHERE score = 7",
}

// ask puts every question, to check and to run, and leaves two runs for the reviewer.
func (s *stage) ask(grant string) {
	s.t.Helper()
	for _, q := range append(answered[:len(answered):len(answered)], asked...) {
		s.say("analyst_a", -1, "query", "check", "--grant", grant, "--sql", q)
	}
	for i, q := range answered {
		format := []string{"csv", "parquet", "json"}[i%3]
		out := s.say("analyst_a", -1, "query", "run", "--grant", grant, "--sql", q, "--format", format, "-o", "json")
		var run struct {
			State   string `json:"state"`
			Release string `json:"release"`
		}
		_ = json.Unmarshal(out, &run)
		if run.State == "released" {
			dir := fmt.Sprintf("bundle%d", i)
			s.say("analyst_a", 0, "release", "download", run.Release, "--out", dir)
			s.say("analyst_a", 0, "receipt", "verify", dir)
			s.say("analyst_b", 3, "release", "download", run.Release, "--out", "stolen")
			s.say("analyst_a", 0, "release", "lineage", run.Release)
		}
	}
	for _, q := range asked {
		if s.say("analyst_a", -1, "query", "run", "--grant", grant, "--sql", q); s.code != 3 {
			s.t.Errorf("%s: exit code %d, want 3", q, s.code)
		}
	}
	s.say("analyst_b", 3, "query", "run", "--grant", grant, "--sql", answered[0])
	s.say("analyst_a", 3, "query", "run", "--grant", "grant_00000000000000000000000000000000", "--sql", answered[0])
	s.say("analyst_a", 0, "query", "list")
	s.say("analyst_a", 0, "query", "ledger")
	s.say("analyst_a", 0, "budget", "show")
	s.say("security", -1, "budget", "top-up", "--group", "group_a", "--entity", "person", "--grade", "2", "--window", "30", "--units", "5", "--reason", "checked")
	s.say("analyst_a", 0, "release", "list")
}

// review takes one run through return, resubmission and approval, one through rejection, and one back.
func (s *stage) review(grant string) {
	s.t.Helper()
	s.file("passphrase.txt", "a reviewer keeps this\n")
	s.say("reviewer_1", 0, "key", "new", "--passphrase-file", "passphrase.txt")
	s.say("reviewer_1", 4, "key", "register")
	var keys []struct {
		ID string `json:"id"`
	}
	out := s.say("security", 0, "key", "list", "-o", "json")
	if json.Unmarshal(out, &keys) != nil || len(keys) == 0 {
		var page struct {
			Items []struct {
				ID string `json:"id"`
			} `json:"items"`
		}
		if json.Unmarshal(out, &page) != nil || len(page.Items) == 0 {
			s.t.Fatal("key list printed no key")
		}
		keys = page.Items
	}
	s.say("security", 0, "key", "confirm", keys[0].ID)
	run := func(q string) string {
		return s.id("run", s.say("analyst_a", 4, "query", "run", "--grant", grant, "--sql", q, "--note", "report", "-o", "json"))
	}
	vote := func(id string, args ...string) {
		s.say("reviewer_1", 0, append([]string{"review", "vote", id, "--comment", "read", "--passphrase-file", "passphrase.txt"}, args...)...)
	}
	first, second, third := run("SELECT remark, count(*) AS n FROM harbour GROUP BY remark"), run("SELECT remark, sum(score) AS n FROM harbour GROUP BY remark"), run("SELECT remark, sum(amount) AS n FROM harbour GROUP BY remark")
	s.say("reviewer_1", 0, "review", "list")
	s.say("reviewer_1", 0, "review", "show", first)
	s.say("analyst_a", 3, "review", "show", first)
	vote(first, "--return", "--reason", "CONTEXT")
	s.await("analyst_a", 4, "query", "resubmit", first, "--note", "more")
	vote(first, "--approve")
	vote(second, "--reject", "--reason", "PURPOSE")
	s.say("analyst_a", 0, "query", "withdraw", third)
	s.say("analyst_a", 0, "query", "show", first, "--wait", "40s", "--exit-status")
	s.say("analyst_a", 3, "query", "show", second, "--wait", "40s", "--exit-status")
}

// await repeats a command until it ends as wanted.
func (s *stage) await(account string, want int, args ...string) {
	s.t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		s.say(account, -1, args...)
		if s.code == want {
			return
		}

	}
	s.t.Fatalf("yumen %s never ended with %d", args[0], want)
}

// audit reads the log in every way.
func (s *stage) audit() {
	s.t.Helper()
	s.say("auditor", 0, "audit", "tail", "--lines", "500", "-o", "json")
	s.say("auditor", 0, "audit", "show", "5")
	s.say("auditor", 3, "audit", "show", "1000000")
	s.say("auditor", 0, "audit", "export", "--out", "log")
	s.say("auditor", 0, "keys", "export", "--out", "keys.json")
	s.say("auditor", 0, "audit", "verify", "--from", "log", "--keys", "keys.json")
	s.say("auditor", 0, "audit", "verify")
	s.say("auditor", 0, "whoami")
}

// counted is a computation over a table with rare values, one of its parameters' values reaching them alone.
const counted = `apiVersion: yumen/v1
kind: Computation
metadata: {name: counted}
spec:
  title: {zh: 计数, en: Counted}
  datasets: [harbour]
  parameters: [{name: least, type: "DECIMAL(12,2)", values: [0, 1000, 500000]}]
  sql: SELECT district, count(*) AS n, sum(score) AS s FROM harbour WHERE amount >= $least GROUP BY district
`

// compute takes a computation from its declaration to its answers, and has others refused.
func (s *stage) compute(grant string) {
	s.t.Helper()
	f := s.file("counted.yaml", counted)
	s.say("analyst_a", 0, "apply", "-f", f)
	for _, wrong := range []string{"SELECT name FROM harbour WHERE amount >= $least", "SELECT max(amount) FROM harbour WHERE amount >= $least", "SELECT count(*) FROM harbour WHERE name = $least", "SELECT"} {
		text, _, _ := strings.Cut(strings.Replace(counted, "name: counted", "name: wrong", 1), "SELECT")
		s.say("analyst_a", 3, "apply", "-f", s.file("wrong.yaml", text+wrong+"\n"))
	}
	s.say("analyst_a", 3, "computation", "certify", "counted")
	s.say("reviewer_1", 0, "computation", "certify", "counted")
	s.say("reviewer_1", 0, "computation", "certify", "counted", "-o", "json")
	s.say("reviewer_1", 0, "computation", "show", "counted")
	s.say("analyst_a", 0, "computation", "show", "counted", "-o", "json")
	s.say("analyst_a", 3, "computation", "promote", "counted", "--out", s.dir+"/tmp/counted.promotion")
	s.say("analyst_a", 3, "computation", "promote", "counted", "--from", f)
	s.say("analyst_a", 3, "query", "run", "--grant", grant, "--computation", "counted", "--param", "least=0")
	s.say("reviewer_1", 0, "computation", "review", "counted", "--approve", "--comment", "cells and purpose checked")
	for _, value := range []string{"0", "1000", "500000", "918273.64", "CNRYBADQZXWVK"} {
		s.say("analyst_a", -1, "query", "check", "--grant", grant, "--computation", "counted", "--param", "least="+value)
		s.say("analyst_a", -1, "query", "run", "--grant", grant, "--computation", "counted", "--param", "least="+value, "-o", "json")
	}
	s.say("analyst_a", 0, "query", "ledger")
	s.say("auditor", 0, "get", "Computation", "counted", "-o", "yaml")
}
