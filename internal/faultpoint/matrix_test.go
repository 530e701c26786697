package faultpoint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/internal/faultpoint"
)

// moment is one place at which one act is interrupted.
type moment struct {
	point faultpoint.Point
	n     int // the time at which the point is reached
	act   string
	// after is how many effects there are when the gateway has started again, again how many when the act was repeated.
	after, again int
}

// both are the two moments of a commit: before it nothing is done and a repetition does it; after it everything is, and a repetition
// finds it done.
func both(action, act string) []moment {
	return []moment{{faultpoint.Point("written:" + action), 1, act, 0, 1}, {faultpoint.Point("committed:" + action), 1, act, 1, 1}}
}

// anew are those of an act that is done anew by every repetition.
func anew(action, act string) []moment {
	out := both(action, act)
	out[1].again = 2
	return out
}

// matrix is every point of the list with the acts that meet it.
func matrix() []moment {
	var out []moment
	for action, act := range map[string]string{ // which a repetition finds done
		"organization.apply": "declare an organization", "account.apply": "declare an account", "account.confirm": "confirm an account",
		"account.activate": "activate", "session.close": "log out", "factor.confirm": "confirm a second factor", "factor.reset": "reset a second factor",
		"session.rotate":   "rotate a session",
		"account.password": "change a password", "account.suspend": "suspend an account", "account.resume": "resume an account",
		"key.register": "register a key", "key.confirm": "confirm a key",
		"computation.submit": "declare a computation", "product.submit": "file a product", "computation.review": "approve a computation", "dataset.draft": "keep a draft", "dataset.submit": "declare a dataset", "dataset.review": "approve a dataset", "resource.delete": "delete a declaration",
		"application.review": "refuse a grant", "grant.create": "grant",
		"application.withdraw": "withdraw an application", "application.expire": "start when an application is over",
		"grant.expire": "start when a grant is over", "grant.suspend": "suspend a grant", "grant.resume": "resume a grant",
		"grant.terminate": "terminate a grant", "query.expire": "terminate a grant with a request",
		"supply.except": "propose an exception", "snapshot.destroy": "destroy what was read in place", "freeze.set": "freeze", "act.propose": "ask to lift a freeze", "freeze.lift": "lift a freeze", "dataset.seal": "seal", "dataset.unseal": "unseal", "budget.topup": "add to a noise budget", "policy.activate": "change the rules",
		"sanction.apply": "close a dataset to an organization", "account.close": "terminate an organization", "key.revoke": "terminate an organization whose last account signs",
		"instruction.overdue": "start when an instruction is overdue", "instruction.step": "acknowledge an instruction", "calendar.apply": "import a calendar", "application.close": "terminate an organization with an open application",
		"review.vote": "return a request", "query.withdraw": "withdraw a request",
		"query.resubmit": "send a request again", "release.issue": "approve and issue", "query.run": "ask what is refused",
	} {
		out = append(out, both(action, act)...)
	}
	for action, act := range map[string]string{ // which a repetition does anew
		"authorization.record": "record authorizations", "authorization.withdraw": "withdraw authorizations",
		"session.open": "log in", "application.submit": "apply for a grant", "query.check": "check", "denied": "do what is not allowed",
		"review.open": "open a review", "release.collect": "collect", "audit.export": "export the log",
		"dataset.suggest": "suggest", "policy.shadow": "try other rules", "dataset.alert": "declare what is marked", "factor.enrol": "enrol a second factor",
		"session.revoke": "end all sessions of an account", "account.reset": "reset an account", "snapshot.load": "load", "computation.certify": "certify a computation", "computation.promote": "promote a computation",
	} {
		out = append(out, anew(action, act)...)
	}
	return append(out, []moment{
		{"load.received", 1, "load", 0, 1},
		{"key.made", 2, "load", 0, 1},
		{"blob.half", 1, "load", 0, 1},
		{"file.synced", 1, "load", 0, 1},
		{"file.synced", 3, "load", 0, 1},
		{"file.renamed", 4, "load", 0, 1},
		{"blob.stored", 2, "load", 0, 1},
		{"committed:snapshot.load", 1, "load what is quarantined", 1, 2},
		{"key.made", 1, "send a file in parts", 0, 1},
		{"upload.half", 1, "send a file in parts", 0, 1},
		{"upload.half", 2, "send a file in parts", 0, 1},
		{"blob.stored", 1, "send a file in parts", 0, 1},
		{"load.received", 1, "send a file in parts", 0, 1},
		{"written:snapshot.load", 1, "send a file in parts", 0, 1},
		{"committed:snapshot.load", 1, "send a file in parts", 1, 2},
		{"blob.keyless", 1, "send a file in parts", 1, 2},
		{"worker.half:ingest", 1, "send a file in parts", 0, 1},
		{"written:snapshot.destroy", 1, "start when a lease is over", 0, 1},
		{"committed:snapshot.destroy", 1, "start when a lease is over", 1, 1},
		{"key.overwritten", 1, "destroy what was read in place", 1, 1},
		{"blob.keyless", 1, "destroy what was read in place", 1, 1},
		{"file.removed", 1, "destroy what was read in place", 1, 1},
		{"worker.started:suggest", 1, "suggest", 0, 1},
		{"worker.half:suggest", 1, "suggest", 0, 1},
		{"worker.started:ingest", 1, "load", 0, 1},
		{"worker.half:ingest", 1, "load", 0, 1},

		{"worker.half:run", 2, "certify a computation", 0, 1},
		{"blob.stored", 2, "certify a computation", 0, 1},
		{"key.overwritten", 1, "certify a computation again", 1, 2},

		// A question that was accepted keeps its key: after a fault it has failed, and a repetition says so.
		{"worker.started:parse", 1, "ask", 0, 1},
		{"worker.half:parse", 1, "ask", 0, 1},
		{"written:query.run", 1, "ask", 0, 1},
		{"committed:query.run", 1, "ask", 0, 0},
		{"worker.started:run", 1, "ask", 0, 0},
		{"worker.half:run", 1, "ask", 0, 0},
		{"run.judged", 1, "ask", 0, 0},
		{"blob.stored", 1, "ask", 0, 0},
		{"written:query.reserve", 1, "ask", 0, 0},
		{"committed:query.reserve", 1, "ask", 0, 0},
		{"worker.started:post", 1, "ask", 0, 0},
		{"worker.half:post", 1, "ask", 0, 0},
		{"run.posted", 1, "ask", 0, 0},
		{"blob.half", 2, "ask", 0, 0},
		{"blob.stored", 2, "ask", 0, 0},
		{"written:release.issue", 1, "ask", 0, 0},
		{"committed:release.issue", 1, "ask", 1, 1},
		{"written:query.execute", 1, "ask what needs review", 0, 0},
		{"committed:query.execute", 1, "ask what needs review", 1, 1},
		{"written:query.execute", 1, "ask and fail", 1, 1},

		{"collect.ready", 1, "collect", 1, 2},
		{"collect.half", 1, "collect", 1, 2},
		{"blob.stored", 1, "send a request again", 0, 1},
		{"blob.keyless", 1, "send a request again", 1, 1},
		{"key.overwritten", 1, "withdraw a request", 1, 1},
		{"blob.keyless", 2, "withdraw a request", 1, 1},
		{"file.removed", 1, "withdraw a request", 1, 1},
		{"file.removed", 4, "reject a request", 1, 1},

		{"written:none", 1, "start", 0, 0},
		{"committed:none", 1, "start", 0, 0},
		{"written:query.execute", 1, "start after a killed run", 1, 1},
		{"committed:query.execute", 1, "start after a killed run", 1, 1},
		{"blob.keyless", 1, "start after a killed load", 0, 0},
		{"file.removed", 3, "start after a killed load", 0, 0},
	}...)
}

// Whatever is killed at whatever moment: when the gateway has started again the act is wholly done or wholly not, and repeating it
// has one effect; the log is intact, every effect has its entry, nothing is released twice, no file and no key is left over, and no
// value lies in clear.
func TestKilledAtEveryMoment(t *testing.T) {
	m := shared(t)
	for _, c := range matrix() {
		if !thorough && halved(c) {
			continue
		}
		t.Run(fmt.Sprintf("%s %d, %s", c.point, c.n, c.act), func(t *testing.T) {
			t.Parallel()
			interrupt(newStage(t, m), c)
		})
	}
}

// halved reports whether a moment of a commit is of the night: by day each act is killed either before its commit or after it, by the
// parity of the act's name.
func halved(c moment) bool {
	before := strings.HasPrefix(string(c.point), "written:")
	return (before || strings.HasPrefix(string(c.point), "committed:")) && (len(c.act)%2 == 0) == before
}

func interrupt(s *stage, c moment) {
	a := acts[c.act]
	s.mustStart()
	before := s.count(a.counts)
	do := a.ready(s)
	if s.up {
		before = s.count(a.counts)
	}
	s.arm(c.point, c.n, "kill")
	status := do()
	if ofWorker(c.point) {
		require.NotEqual(s.t, 0, status, "the gateway goes on")
		s.hit()
	} else {
		s.killed()
		s.mustStart()
	}
	if thorough { // otherwise what the start left is checked together with what the repetition did
		s.stop()
		s.mustStart()
	}
	require.Equal(s.t, c.after, s.count(a.counts)-before, "after the start")
	do()
	require.Equal(s.t, c.again, s.count(a.counts)-before, "after a repetition")
	if sql := questions[c.act]; sql != "" {
		s.answeredOnce(c, sql)
	}
	s.stop()
}

var questions = map[string]string{"ask": answered, "ask what needs review": reviewed}

// answeredOnce requires what holds of a question that was interrupted and repeated: it is one run, failed or answered in full; it counts
// in the ledger as the list says; and asked anew it is answered.
func (s *stage) answeredOnce(c moment, sql string) {
	s.tick()
	ledger := must[api.Ledger](s, "analyst_a", "GET", "/v1/ledger", nil)
	runs := must[api.Runs](s, "analyst_a", "GET", "/v1/runs", nil)
	require.Len(s.t, runs.Items, 1)
	run := s.see(runs.Items[0].Run)
	if c.again == 0 {
		require.Equal(s.t, "failed", run.State)
		require.Empty(s.t, run.Rows)
		counts := map[bool]int{true: 1}[strings.Contains(row(c.point).After, "it counts")]
		if !strings.Contains(row(c.point).After, "count") { // the point lies before the reservation in one act and behind it in another
			counts = s.count("query.reserve")
		}
		require.Len(s.t, ledger.Items, counts)
		require.Equal(s.t, counts, s.count("query.reserve"))
	}
	_, run = s.submit(sql, "anew")
	require.True(s.t, s.executed(run.Run))
	s.tick()
	run = s.see(run.Run)
	require.Contains(s.t, []string{"released", "in_review"}, run.State)
	if run.State == "released" {
		require.Len(s.t, run.Rows, 3)
	}
}

// row is the line of a point in the list.
func row(p faultpoint.Point) faultpoint.Row {
	all := faultpoint.Points()
	return all[slices.IndexFunc(all, func(r faultpoint.Row) bool { return r.Point == p })]
}

// Requests that wait under rules which are not in force any more are bound to those that are: the kill comes at the start.
func TestKilledWhileRulesChange(t *testing.T) {
	m := newModel(t, []string{"auditor", "analyst_a"}, func(m *model) {
		run := m.Ask(t, enclavetest.As("analyst_a"), m.grant, reviewed) // under the policy of the test's own gateway
		require.Equal(t, "in_review", run.State)
	})
	for _, c := range ruleChanges {
		t.Run(string(c.point), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, m)
			s.arm(c.point, c.n, "kill")
			require.False(t, s.start())
			s.killed()
			s.mustStart()
			require.Equal(t, c.again, s.count("release.decide in_review"))
			s.stop()
			s.mustStart()
			require.Equal(t, c.again, s.count("release.decide in_review"), "at the next start")
			s.stop()
		})
	}
}

var ruleChanges = []moment{
	{"blob.stored", 1, "start under other rules", 0, 1},
	{"written:release.decide", 1, "start under other rules", 0, 1},
	{"committed:release.decide", 1, "start under other rules", 1, 1},
	{"blob.keyless", 1, "start under other rules", 1, 1},
}

// A killed init leaves a zone or none: what is half made is neither served nor taken over.
func TestKilledInit(t *testing.T) {
	for _, c := range inits {
		t.Run(fmt.Sprint(c.point, c.n), func(t *testing.T) {
			t.Parallel()
			s := &stage{model: &model{now: time.Now()}, t: t, dir: filepath.Join(t.TempDir(), "zone"), side: t.TempDir()}
			password := filepath.Join(s.side, "password")
			require.NoError(t, os.WriteFile(password, []byte(enclavetest.Password+"\n"), 0o600))
			init := func() error {
				s.cmd, s.ended = s.command("init", "--data", s.dir, "--admin", "admin", "--password-file", password, "--jurisdiction", "lab"), make(chan error, 1)
				err := s.cmd.Run()
				s.ended <- err
				return err
			}
			s.arm(c.point, c.n, "kill")
			require.Error(t, init())
			s.killed()
			require.Equal(t, c.after == 1, s.start())
			if c.after == 1 {
				s.stop()
			}
			require.Error(t, init(), "a directory that holds something")
			require.NoError(t, os.RemoveAll(s.dir))
			require.NoError(t, init())
			s.mustStart()
			s.stop()
		})
	}
}

var inits = []moment{
	{"file.synced", 1, "make a zone", 0, 0},
	{"file.renamed", 1, "make a zone", 0, 0},
	{"file.renamed", 4, "make a zone", 0, 0},
	{"file.renamed", 5, "make a zone", 0, 0},
	{"written:zone.init", 1, "make a zone", 0, 0},
	{"committed:zone.init", 1, "make a zone", 1, 1},
}

// ofWorker reports whether a point ends a worker and not the gateway.
func ofWorker(p faultpoint.Point) bool { return len(p) > 7 && p[:7] == "worker." }
