package faultpoint_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/enclavetest"
	"yumen/enclave/receipt"
	"yumen/internal/api"
)

// canary is a value that is in every loaded file, and may lie nowhere in clear.
const canary = "907341562281734"

// act is something that somebody does.
type act struct {
	counts string // the entries that tell of its effect: an action, or an action and its outcome
	// ready brings the zone to the point before and returns what does it. That returns the answer's status; 0 is no answer.
	ready func(s *stage) func() int
}

// posts is an act of one request.
func posts(counts, as, method, path string, body any) act {
	return act{counts, func(s *stage) func() int {
		return func() int { status, _ := s.call(as, method, path, body); return status }
	}}
}

const (
	answered = "SELECT city, count(*) AS n FROM clients GROUP BY city" // at once
	reviewed = "SELECT kind, count(*) AS n FROM cases GROUP BY kind"   // waits for a reviewer
	refused  = "SELECT id FROM clients"
)

const organizationYAML = "apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: org_new}\nspec: {title: {zh: 机构, en: Organization}, type: provider}\n"

const accountYAML = "apiVersion: yumen/v1\nkind: Account\nmetadata: {name: newcomer}\nspec: {organization: bank_a, person: p-new, role: analyst, title: {zh: 职务, en: Duty}}\n"

func applies(counts, as, documents string) act {
	return posts(counts, as, "POST", "/v1/apply", api.Apply{Documents: documents})
}

// newDataset is another dataset of the same form.
var newDataset = strings.Replace(enclavetest.Clients, "name: clients", "name: clients_new", 1)

// newProduct is one over a dataset that is approved.
const newProduct = `{apiVersion: yumen/v1, kind: Product, metadata: {name: is_client}, spec: {title: {zh: 客户核验, en: Is a client}, type: verification, scenario: lending, datasets: [clients],
  price: {amount: 1.50, unit: answer, basis: decision 12}}}`

func csv(rows int) string {
	all := [][]string{enclavetest.ClientRows()[0], {canary, "north", "a", "100"}}
	for i := range rows {
		all = append(all, []string{fmt.Sprint(i), "north", "a", "100"})
	}
	return enclavetest.CSV(all)
}

// acts are all acts that have a moment in the list.
var acts = map[string]act{
	"declare an organization": applies("organization.apply", "admin", organizationYAML),
	"declare an account":      applies("account.apply", "admin", accountYAML),
	"confirm an account": {"account.confirm", func(s *stage) func() int {
		must[api.ApplyResult](s, "admin", "POST", "/v1/apply", api.Apply{Documents: accountYAML})
		return func() int {
			status, _ := s.call("security", "POST", "/v1/accounts/newcomer/confirm", nil)
			return status
		}
	}},
	"activate": {"account.activate", func(s *stage) func() int {
		out := must[api.ApplyResult](s, "admin", "POST", "/v1/apply", api.Apply{Documents: accountYAML})
		in := api.Activation{User: "newcomer", Code: out.Results[0].ActivationCode, Password: enclavetest.Password}
		return func() int { status, _ := s.call("", "POST", "/v1/activations", in); return status }
	}},
	"log in": posts("session.open", "", "POST", "/v1/sessions", api.Login{User: "admin", Password: enclavetest.Password}),
	"log out": {"session.close", func(s *stage) func() int {
		in := must[api.Session](s, "", "POST", "/v1/sessions", api.Login{User: "admin", Password: enclavetest.Password})
		return func() int { status, _ := s.call(in.Token, "DELETE", "/v1/sessions/current", nil); return status }
	}},
	"rotate a session": {"session.rotate", func(s *stage) func() int {
		in := must[api.Session](s, "", "POST", "/v1/sessions", api.Login{User: "admin", Password: enclavetest.Password})
		return func() int { status, _ := s.call(in.Token, "POST", "/v1/sessions/current/rotate", nil); return status }
	}},
	"end all sessions of an account": posts("session.revoke", "security", "DELETE", "/v1/accounts/admin/sessions", nil),
	"change a password": {"account.password", func(s *stage) func() int {
		in := must[api.Session](s, "", "POST", "/v1/sessions", api.Login{User: "admin", Password: enclavetest.Password})
		return func() int {
			status, _ := s.call(in.Token, "POST", "/v1/password", api.PasswordChange{Password: enclavetest.Password, New: "another " + enclavetest.Password})
			return status
		}
	}},
	"enrol a second factor": posts("factor.enrol", "analyst_a", "POST", "/v1/totp", api.Password{Password: enclavetest.Password}),
	"confirm a second factor": {"factor.confirm", func(s *stage) func() int {
		enrolled := must[api.TOTP](s, "analyst_a", "POST", "/v1/totp", api.Password{Password: enclavetest.Password})
		return func() int {
			in := api.Code{Code: appCode(s, enrolled.Secret)}
			status, _ := s.call("analyst_a", "POST", "/v1/totp/confirm", in)
			return status
		}
	}},
	"reset a second factor": {"factor.reset", func(s *stage) func() int {
		must[api.TOTP](s, "analyst_a", "POST", "/v1/totp", api.Password{Password: enclavetest.Password})
		return func() int {
			status, _ := s.call("security", "DELETE", "/v1/accounts/analyst_a/totp", nil)
			return status
		}
	}},
	"suspend an account": posts("account.suspend", "security", "POST", "/v1/accounts/analyst_a/suspend", api.Reason{Reason: "test"}),
	"resume an account": {"account.resume", func(s *stage) func() int {
		must[json.RawMessage](s, "security", "POST", "/v1/accounts/analyst_a/suspend", api.Reason{Reason: "test"})
		return func() int {
			status, _ := s.call("security", "POST", "/v1/accounts/analyst_a/resume", nil)
			return status
		}
	}},
	"reset an account": posts("account.reset", "admin", "POST", "/v1/accounts/analyst_a/reset", nil),
	"register a key": {"key.register", func(s *stage) func() int {
		key := newKey(s)
		return func() int { status, _ := s.call("reviewer_2", "POST", "/v1/signing-keys", key); return status }
	}},
	"confirm a key": {"key.confirm", func(s *stage) func() int {
		key := must[api.Key](s, "reviewer_2", "POST", "/v1/signing-keys", newKey(s))
		return func() int {
			status, _ := s.call("security", "POST", "/v1/signing-keys/"+url.PathEscape(key.ID)+"/confirm", nil)
			return status
		}
	}},
	"declare a dataset":      applies("dataset.submit", "provider", newDataset),
	"keep a draft":           posts("dataset.draft", "provider", "POST", "/v1/apply", api.Apply{Documents: newDataset, Draft: true}),
	"declare what is marked": applies("dataset.alert", "provider", strings.Replace(newDataset, "zh: 客户", "zh: 机密★10年", 1)),
	"approve a dataset": {"dataset.review", func(s *stage) func() int {
		must[api.ApplyResult](s, "provider", "POST", "/v1/apply", api.Apply{Documents: newDataset})
		digest := seen(s, "Dataset/clients_new")
		return func() int {
			status, _ := s.call("steward", "POST", "/v1/datasets/clients_new/review", api.Review{Digest: digest, Approve: true, Comment: "test"})
			return status
		}
	}},
	"delete a declaration": {"resource.delete", func(s *stage) func() int {
		must[api.ApplyResult](s, "provider", "POST", "/v1/apply", api.Apply{Documents: newDataset})
		return func() int {
			status, _ := s.call("provider", "DELETE", "/v1/resources/Dataset/clients_new", nil)
			return status
		}
	}},
	"declare a computation": applies("computation.submit", "analyst_a", enclavetest.ByCity("by_city")),
	"file a product":        applies("product.submit", "steward", newProduct),
	"promote a computation": {"computation.promote", func(s *stage) func() int {
		must[api.ApplyResult](s, "analyst_a", "POST", "/v1/apply", api.Apply{Documents: enclavetest.ByCity("by_city")})
		digest := seen(s, "Computation/by_city")
		must[api.Certificate](s, "reviewer_1", "POST", "/v1/computations/by_city/certify", api.Certify{Digest: digest})
		must[api.Resource](s, "reviewer_1", "POST", "/v1/computations/by_city/review", api.Review{Digest: digest, Approve: true, Comment: "test"})
		return func() int {
			status, _ := s.call("analyst_a", "POST", "/v1/computations/by_city/promotion", nil)
			return status
		}
	}},
	"certify a computation": {"computation.certify", func(s *stage) func() int {
		must[api.ApplyResult](s, "analyst_a", "POST", "/v1/apply", api.Apply{Documents: enclavetest.ByCity("by_city")})
		digest := seen(s, "Computation/by_city")
		return func() int {
			status, _ := s.call("reviewer_1", "POST", "/v1/computations/by_city/certify", api.Certify{Digest: digest})
			return status
		}
	}},
	"certify a computation again": {"computation.certify", func(s *stage) func() int {
		must[api.ApplyResult](s, "analyst_a", "POST", "/v1/apply", api.Apply{Documents: enclavetest.ByCity("by_city")})
		must[api.Certificate](s, "reviewer_1", "POST", "/v1/computations/by_city/certify", api.Certify{Digest: seen(s, "Computation/by_city")})
		digest := seen(s, "Computation/by_city")
		return func() int {
			status, _ := s.call("reviewer_1", "POST", "/v1/computations/by_city/certify", api.Certify{Digest: digest})
			return status
		}
	}},
	"approve a computation": {"computation.review", func(s *stage) func() int {
		must[api.ApplyResult](s, "analyst_a", "POST", "/v1/apply", api.Apply{Documents: enclavetest.ByCity("by_city")})
		must[api.Certificate](s, "reviewer_1", "POST", "/v1/computations/by_city/certify", api.Certify{Digest: seen(s, "Computation/by_city")})
		digest := seen(s, "Computation/by_city")
		return func() int {
			status, _ := s.call("reviewer_1", "POST", "/v1/computations/by_city/review", api.Review{Digest: digest, Approve: true, Comment: "test"})
			return status
		}
	}},
	"load":                 {"snapshot.load", func(s *stage) func() int { return loads(s, csv(3)) }},
	"send a file in parts": {"snapshot.load", func(s *stage) func() int { return sends(s, csv(3)) }},
	"load what is quarantined": {"snapshot.load", func(s *stage) func() int {
		return loads(s, "id,city,segment,amount\n"+canary+",nowhere,a,1\n")
	}},
	"apply for a grant": posts("application.submit", "analyst_a", "POST", "/v1/applications", enclavetest.Wanted()),
	"grant":             {"grant.create", func(s *stage) func() int { return decides(s, true) }},
	"refuse a grant":    {"application.review", func(s *stage) func() int { return decides(s, false) }},
	"withdraw an application": {"application.withdraw", func(s *stage) func() int {
		a := must[api.Application](s, "analyst_a", "POST", "/v1/applications", enclavetest.Wanted())
		return func() int {
			status, _ := s.call("analyst_a", "POST", "/v1/applications/"+a.ID+"/withdraw", nil)
			return status
		}
	}},
	"start when an application is over": {"application.expire", func(s *stage) func() int {
		must[api.Application](s, "analyst_a", "POST", "/v1/applications", enclavetest.Wanted())
		return s.startsLater
	}},
	"start when a grant is over": {"grant.expire", func(s *stage) func() int { return s.startsLater }},
	"propose an exception": {"supply.except", func(s *stage) func() int {
		return func() int {
			status, _ := s.call("provider", "POST", "/v1/datasets/secrets/exceptions", api.SupplyException{Batch: string(catalog.DigestOf([]byte("a"))),
				Document: string(catalog.DigestOf([]byte("b"))), Reason: "test", NotAfter: s.now.Unix() + 1e6})
			return status
		}
	}},
	"start when a lease is over": {"snapshot.destroy", func(s *stage) func() int { return s.startsLater }},
	"destroy what was read in place": {"snapshot.destroy", func(s *stage) func() int {
		return func() int {
			status, _ := s.call("provider", "POST", "/v1/datasets/leased/snapshots/destroy", api.DestroyRequest{Reason: "test"})
			return status
		}
	}},
	"suspend a grant": {"grant.suspend", func(s *stage) func() int { return s.changes("suspend") }},
	"resume a grant": {"grant.resume", func(s *stage) func() int {
		require.Equal(s.t, 200, s.changes("suspend")())
		return s.changes("resume")
	}},
	"terminate a grant": {"grant.terminate", func(s *stage) func() int { return s.changes("terminate") }},
	"terminate a grant with a request": {"query.expire", func(s *stage) func() int {
		s.inReview()
		return s.changes("terminate")
	}},
	"record authorizations":   posts("authorization.record", "provider", "POST", "/v1/authorizations", authorized("id,evidence,not_after\n7,sha256:"+strings.Repeat("a", 64)+",2030-01-31\n")),
	"withdraw authorizations": posts("authorization.withdraw", "provider", "POST", "/v1/authorizations/withdraw", authorized("id\n7\n")),
	"freeze":                  posts("freeze.set", "security", "POST", "/v1/freezes", frozen),
	"ask to lift a freeze": {"act.propose", func(s *stage) func() int {
		must[api.Freeze](s, "security", "POST", "/v1/freezes", frozen)
		return func() int { status, _ := s.call("admin", "POST", "/v1/freezes/lift", frozen); return status }
	}},
	"lift a freeze": {"freeze.lift", func(s *stage) func() int {
		must[api.Freeze](s, "auditor", "POST", "/v1/freezes", frozen)
		must[api.Freeze](s, "admin", "POST", "/v1/freezes/lift", frozen)
		return func() int { status, _ := s.call("security", "POST", "/v1/freezes/lift", frozen); return status }
	}},
	"add to a noise budget": {"budget.topup", func(s *stage) func() int {
		more := api.TopUpRequest{Group: "group_a", Entity: "person", Grade: 2, Days: 30, Units: 5, Reason: "test"}
		must[api.TopUp](s, "security", "POST", "/v1/budget/top-ups", more)
		return func() int { status, _ := s.call("provider", "POST", "/v1/budget/top-ups", more); return status }
	}},
	"seal": posts("dataset.seal", "security", "POST", "/v1/datasets/clients/seal", api.Reason{Reason: "test"}),
	"unseal": {"dataset.unseal", func(s *stage) func() int {
		why := api.Reason{Reason: "test"}
		must[api.Seal](s, "security", "POST", "/v1/datasets/clients/seal", why)
		must[api.Seal](s, "admin", "POST", "/v1/datasets/clients/unseal", why)
		return func() int { status, _ := s.call("provider", "POST", "/v1/datasets/clients/unseal", why); return status }
	}},
	"close a dataset to an organization": posts("sanction.apply", "security", "POST", "/v1/sanctions",
		api.SanctionRequest{Kind: "closure", Organization: "bank_b", Dataset: "clients", Deadline: 1 << 40, Reason: "test"}),
	"terminate an organization": terminates("analyst_a"),
	"terminate an organization with an open application": {"application.close", func(s *stage) func() int {
		must[api.Application](s, "analyst_a", "POST", "/v1/applications", enclavetest.Wanted())
		return terminates("analyst_a").ready(s)
	}},
	"terminate an organization whose last account signs": terminates("analyst_a2"),
	"import a calendar": applies("calendar.apply", "admin", enclavetest.Calendar2027),
	"acknowledge an instruction": {"instruction.step acknowledged", func(s *stage) func() int {
		v := must[api.Instruction](s, "watch", "POST", "/v1/instructions", instructed)
		return func() int {
			status, _ := s.call("steward", "POST", "/v1/instructions/"+v.ID+"/act", api.InstructionAct{Act: "acknowledge"})
			return status
		}
	}},
	"start when an instruction is overdue": {"instruction.overdue", func(s *stage) func() int {
		must[api.Instruction](s, "watch", "POST", "/v1/instructions", instructed)
		return s.startsLater
	}},
	"change the rules": {"policy.activate", func(s *stage) func() int {
		files := enclavetest.Bundle(s.t, "2099.01.01-1", "", "", "")
		security, reviewer := s.signer("security", "auditor"), s.signer("reviewer_2", "security")
		must[api.PolicyBundle](s, "security", "POST", "/v1/policy/bundles", s.signed("security", security, files, true))
		confirmed := s.signed("reviewer_2", reviewer, files, false)
		return func() int { status, _ := s.call("reviewer_2", "POST", "/v1/policy/bundles", confirmed); return status }
	}},
	"try other rules": {"policy.shadow", func(s *stage) func() int {
		packed, err := enclavetest.Bundle(s.t, "2099.01.01-1", "", "", "").Pack()
		require.NoError(s.t, err)
		return func() int {
			status, _ := s.call("auditor", "POST", "/v1/policy/shadow", api.PolicyReplay{Archive: packed, Limit: 1})
			return status
		}
	}},
	"suggest": {"dataset.suggest suggested", func(s *stage) func() int {
		return func() int {
			status, _ := s.send("provider", "POST", "/v1/suggestions?name=suggested", nil, strings.NewReader(csv(3)))
			return status
		}
	}},
	"check": {"query.check", func(s *stage) func() int {
		return func() int {
			status, _ := s.call("analyst_a", "POST", "/v1/queries/check", api.RunRequest{Grant: s.grant, SQL: answered})
			return status
		}
	}},
	"ask":                       {"release.issue", func(s *stage) func() int { return s.asks(answered) }},
	"ask what needs review":     {"query.execute in_review", func(s *stage) func() int { return s.asks(reviewed) }},
	"ask what is refused":       {"query.run refused", func(s *stage) func() int { return s.asks(refused) }},
	"ask and fail":              {"query.execute failed", failing},
	"do what is not allowed":    posts("denied", "steward", "POST", "/v1/applications", enclavetest.Wanted()),
	"open a review":             {"review.open", func(s *stage) func() int { return s.opens(s.inReview()) }},
	"return a request":          {"review.vote return", func(s *stage) func() int { return s.votes(s.inReview(), receipt.VerdictReturn) }},
	"reject a request":          {"review.vote reject", func(s *stage) func() int { return s.votes(s.inReview(), receipt.VerdictReject) }},
	"approve and issue":         {"release.issue", func(s *stage) func() int { return s.votes(s.inReview(), receipt.VerdictApprove) }},
	"withdraw a request":        {"query.withdraw", func(s *stage) func() int { return s.withdraws(s.inReview()) }},
	"send a request again":      {"query.resubmit", resubmits},
	"collect":                   {"release.collect", collects},
	"export the log":            {"audit.export", func(s *stage) func() int { return s.gets("auditor", "/v1/audit/export") }},
	"start":                     {"zone.init", func(s *stage) func() int { return s.starts }},
	"start after a killed run":  {"query.execute failed", afterRun},
	"start after a killed load": {"snapshot.load", afterLoad},
}

func newKey(s *stage) api.KeyRegistration {
	public, _, err := ed25519.GenerateKey(nil)
	require.NoError(s.t, err)
	return api.KeyRegistration{PublicKey: base64.StdEncoding.EncodeToString(public)}
}

func loads(s *stage, text string) func() int {
	return func() int {
		status, _ := s.send("provider", "POST", "/v1/datasets/clients/snapshots", nil, strings.NewReader(text))
		return status
	}
}

// sends sends a file in two parts, from where it stopped, and has it loaded.
func sends(s *stage, text string) func() int {
	return func() int {
		in := api.UploadRequest{Size: int64(len(text)), Digest: string(catalog.DigestOf([]byte(text)))}
		status, b := s.call("provider", "POST", "/v1/datasets/clients/uploads", in)
		var u api.Upload
		if status/100 != 2 {
			return status
		}
		require.NoError(s.t, json.Unmarshal(b, &u))
		for from := int(u.Received); from < len(text); {
			to := min(len(text), from+len(text)/2+1)
			status, _ := s.send("provider", "PUT", fmt.Sprintf("/v1/uploads/%s?offset=%d", u.ID, from), nil, strings.NewReader(text[from:to]))
			if from = to; status != 200 {
				return status
			}
		}
		status, _ = s.send("provider", "POST", "/v1/uploads/"+u.ID+"/finish", nil, nil)
		return status
	}
}

// seen is the digest of a dataset or computation as the steward looks at it.
func seen(s *stage, resource string) string {
	return must[api.Resource](s, "steward", "GET", "/v1/resources/"+resource, nil).Digest
}

func decides(s *stage, approve bool) func() int {
	a := must[api.Application](s, "analyst_a", "POST", "/v1/applications", enclavetest.Wanted())
	in := api.Review{Approve: approve, Version: a.Version, Comment: "test"}
	if !approve {
		in.Reason = "PURPOSE"
	}
	return func() int {
		status, _ := s.call("steward", "POST", "/v1/applications/"+a.ID+"/review", in)
		return status
	}
}

// changes is an act upon the model's grant.
func (s *stage) changes(how string) func() int {
	return func() int {
		status, _ := s.call("steward", "POST", "/v1/grants/"+s.grant+"/"+how, api.GrantAct{Reason: "test"})
		return status
	}
}

// startsLater starts the gateway in another year, and again in this one; 0 when the first does not come to serve.
func (s *stage) startsLater() int {
	if s.up {
		s.stop()
	}
	s.setClock(s.now.AddDate(2, 0, 0))
	served := s.start()
	s.tick()
	if !served {
		return 0
	}
	s.stop()
	return s.starts()
}

var instructed = api.InstructionRequest{Document: "1", Demand: "report", Text: "test", Days: 3}

var frozen = api.FreezeRequest{Kind: "organization", Name: "bank_b", Reason: "test"}

// submit asks with an idempotency key, and returns the run.
func (s *stage) submit(sql, key string) (int, api.Run) {
	b, err := json.Marshal(api.RunRequest{Grant: s.grant, SQL: sql})
	require.NoError(s.t, err)
	status, body := s.send("analyst_a", "POST", "/v1/runs", map[string]string{"Idempotency-Key": key}, strings.NewReader(string(b)))
	var run api.Run
	if status/100 == 2 {
		require.NoError(s.t, json.Unmarshal(body, &run))
	}
	return status, run
}

// asks is a question until it is answered, always under the same idempotency key.
func (s *stage) asks(sql string) func() int {
	return func() int {
		status, run := s.submit(sql, "key-"+sql[:20])
		if status/100 != 2 || run.State == "refused" {
			return status
		}
		if !s.executed(run.Run) {
			return 0
		}
		s.tick()
		return status
	}
}

// executed waits until the end of a run is on record; it reports false when the gateway ends first, or cannot record it.
func (s *stage) executed(run string) bool {
	deadline := time.Now().Add(time.Minute)
	for {
		status, b := s.send("auditor", "GET", "/v1/audit/entries?limit=1000", nil, nil)
		if status == 0 || strings.Contains(s.log(), "record a failed run") {
			return false
		}
		var page api.AuditEntries
		require.NoError(s.t, json.Unmarshal(b, &page))
		if slices.ContainsFunc(page.Entries, func(e json.RawMessage) bool {
			var l logged
			return json.Unmarshal(e, &l) == nil && l.Subject == run && l.Action == "query.execute"
		}) {
			return true
		}
		require.True(s.t, time.Now().Before(deadline), "the run does not end")
		time.Sleep(10 * time.Millisecond)
	}
}

// inReview is a question that waits for a reviewer.
func (s *stage) inReview() string {
	status, run := s.submit(reviewed, "in review")
	require.Equal(s.t, 202, status)
	require.True(s.t, s.executed(run.Run))
	s.tick()
	require.Equal(s.t, "in_review", s.see(run.Run).State)
	return run.Run
}

// see is a run as its author sees it.
func (s *stage) see(run string) api.Run {
	return must[api.Run](s, "analyst_a", "GET", "/v1/runs/"+run, nil)
}

func (s *stage) gets(as, path string) func() int {
	return func() int { status, _ := s.send(as, "GET", path, nil, nil); return status }
}

func (s *stage) opens(run string) func() int { return s.gets("reviewer_1", "/v1/reviews/"+run) }

func (s *stage) withdraws(run string) func() int {
	return func() int { status, _ := s.call("analyst_a", "POST", "/v1/runs/"+run+"/withdraw", nil); return status }
}

func (s *stage) votes(run string, verdict receipt.Verdict) func() int {
	seen := must[api.ReviewDetail](s, "reviewer_1", "GET", "/v1/reviews/"+run, nil)
	var reasons []string
	if verdict != receipt.VerdictApprove {
		reasons = []string{"PURPOSE"}
	}
	ballot := s.Ballot(s.t, enclavetest.As("reviewer_1"), seen, verdict, reasons...)
	return func() int {
		status, _ := s.call("reviewer_1", "POST", "/v1/reviews/"+run+"/votes", ballot)
		return status
	}
}

func resubmits(s *stage) func() int {
	run := s.inReview()
	require.Equal(s.t, 200, s.votes(run, receipt.VerdictReturn)())
	s.tick()
	return func() int {
		status, _ := s.call("analyst_a", "POST", "/v1/runs/"+run+"/resubmit", map[string]string{"note": "what it is for"})
		return status
	}
}

func collects(s *stage) func() int {
	status, run := s.submit(answered, "to collect")
	require.Equal(s.t, 202, status)
	require.True(s.t, s.executed(run.Run))
	s.tick()
	run = s.see(run.Run)
	require.Equal(s.t, "released", run.State)
	return s.gets("analyst_a", "/v1/releases/"+run.Release+"/bundle")
}

// failing is a question whose outer query fails.
func failing(s *stage) func() int {
	s.arm("worker.started:post", 1, "kill")
	return s.asks(answered)
}

// starts starts the gateway, again if it serves; 0 when it does not come to serve.
func (s *stage) starts() int {
	if s.up {
		s.stop()
	}
	if s.start() {
		return 200
	}
	return 0
}

func afterRun(s *stage) func() int {
	s.arm("committed:query.run", 1, "kill")
	s.asks(answered)()
	s.killed()
	return s.starts
}

func afterLoad(s *stage) func() int {
	s.arm("blob.stored", 2, "kill")
	loads(s, csv(3))()
	s.killed()
	return s.starts
}

// appCode is what an authenticator app shows at the gateway's time.
func appCode(s *stage, secret string) string {
	at, err := os.ReadFile(s.file("clock"))
	require.NoError(s.t, err)
	now, err := time.Parse(time.RFC3339, string(at))
	require.NoError(s.t, err)
	code, err := totp.GenerateCode(secret, now)
	require.NoError(s.t, err)
	return code
}

// authorized are authorizations of clients for a bank.
func authorized(document string) api.Authorizations {
	return api.Authorizations{Dataset: "clients", Organization: "bank_a", Scenario: "test", Purpose: "test", Document: document}
}

// terminates ends an organization one of whose accounts has a signing key.
func terminates(signer string) act {
	return act{"sanction.apply terminated", func(s *stage) func() int {
		terminated := api.SanctionRequest{Kind: "termination", Organization: "bank_a", Reason: "test"}
		s.signer(signer, "security")
		must[api.Sanction](s, "admin", "POST", "/v1/sanctions", terminated)
		return func() int { status, _ := s.call("security", "POST", "/v1/sanctions", terminated); return status }
	}}
}
