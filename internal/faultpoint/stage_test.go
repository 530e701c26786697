package faultpoint_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/internal/buildtest"
	"yumen/internal/faultpoint"
	"yumen/sandbox/sandboxtest"
)

// model is the zone that every case begins with a copy of: people who are logged in, two loaded datasets, a grant.
type model struct {
	*enclavetest.Zone
	tokens map[string]string
	grant  string
	now    time.Time
}

var everybody = []string{"admin", "security", "auditor", "steward", "provider", "reviewer_1", "reviewer_2", "analyst_a", "analyst_a2"}

// newModel makes one in which these people have logged in; last is what is done before its gateway ends.
func newModel(t *testing.T, people []string, last func(m *model)) *model {
	_, places := enclavetest.Space(t)
	m := &model{Zone: enclavetest.New(t, places), tokens: map[string]string{}}
	m.Activate(t, slices.DeleteFunc(slices.Clone(people), func(p string) bool { return p == "admin" })...) // who has his password
	m.Signer(t, enclavetest.As("reviewer_1"), true)
	m.grant = m.Grant(t, enclavetest.As("analyst_a"))
	last(m)
	for _, name := range people {
		s, err := m.Service.Login(t.Context(), api.Login{User: name, Password: enclavetest.Password}, "")
		require.NoError(t, err)
		m.tokens[name] = s.Token
	}
	m.now = m.Clock.Now()
	m.Shut(t)
	return m
}

// shared is the zone of all tests that change nothing before their gateway starts, made once.
func shared(t *testing.T) *model {
	common.Do(func() {
		m := newModel(t, everybody, func(m *model) {
			m.InPlace(t, "leased", "mode: tenant_space, location: bureau_space, path: clients.csv")
			_, err := m.Pull(t, "provider", "leased")
			require.NoError(t, err)
			m.Apply(t, "provider", strings.ReplaceAll(enclavetest.Supplied("secrets", "mode: interface"), "grade: 2", "grade: 4"))
			_, err = m.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "secrets", api.Review{Digest: m.Seen(t, "Dataset", "secrets"), Approve: true, Comment: "test"})
			require.NoError(t, err)
			m.Regulator(t)
			m.Activate(t, "watch")
			in, err := m.Service.Login(t.Context(), api.Login{User: "watch", Password: enclavetest.Password}, "")
			require.NoError(t, err)
			m.tokens["watch"] = in.Token
		})
		dir, err := os.MkdirTemp("", "yumen-zone-*")
		require.NoError(t, err)
		require.NoError(t, os.CopyFS(filepath.Join(dir, "zone"), os.DirFS(m.Dir)))
		m.Dir = filepath.Join(dir, "zone")
		common.model = m
	})
	require.NotNil(t, common.model)
	return common.model
}

var common struct {
	sync.Once
	model *model
}

// gateway is yumend with the tag yumentest, client is yumen; each is built once.
var (
	gateway = sync.OnceValues(func() (string, error) { return buildtest.Command("yumend", "yumentest") })
	client  = sync.OnceValues(func() (string, error) { return buildtest.Command("yumen", "") })
)

func TestMain(m *testing.M) {
	code := m.Run()
	if common.model != nil {
		_ = os.RemoveAll(filepath.Dir(common.model.Dir))
	}
	os.Exit(code)
}

// stage is one zone with its gateway process, its clock and the file that chooses a fault.
type stage struct {
	*model
	t      *testing.T
	dir    string // of the zone
	side   string // for clock, fault and log
	listen string // address, if it matters
	url    string
	cmd    *exec.Cmd
	ended  chan error
	serial int
	up     bool // it serves
}

func newStage(t *testing.T, m *model) *stage {
	s := &stage{model: m, t: t, dir: filepath.Join(t.TempDir(), "zone"), side: t.TempDir()}
	require.NoError(t, os.CopyFS(s.dir, os.DirFS(m.Dir)))
	private(t, s.dir)
	s.tick()
	return s
}

// private closes a copied zone to others.
func private(t *testing.T, dir string) {
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	}))
}

func (s *stage) file(name string) string { return filepath.Join(s.side, name) }

// tick moves the gateway's clock on by more than a tick of visible state.
func (s *stage) tick() {
	s.serial++
	s.setClock(s.now.Add(time.Duration(s.serial) * 15 * time.Second))
}

func (s *stage) setClock(at time.Time) {
	require.NoError(s.t, os.WriteFile(s.file("clock.new"), []byte(at.Format(time.RFC3339)), 0o600))
	require.NoError(s.t, os.Rename(s.file("clock.new"), s.file("clock")))
}

// arm chooses a fault beside those that are chosen: what happens when the point is reached for the n-th time from now on.
func (s *stage) arm(p faultpoint.Point, n int, what string) {
	before, _ := os.ReadFile(s.file("fault"))
	require.NoError(s.t, os.WriteFile(s.file("fault.new"), []byte(fmt.Sprintf("%s\n%s %d %s", before, p, n, what)), 0o600))
	require.NoError(s.t, os.Rename(s.file("fault.new"), s.file("fault")))
}

// hit requires that every chosen fault happened.
func (s *stage) hit() {
	left, err := os.ReadFile(s.file("fault"))
	require.NoError(s.t, err)
	require.Empty(s.t, string(bytes.TrimSpace(left)), "never reached\n%s", s.log())
}

func (s *stage) command(args ...string) *exec.Cmd {
	path, err := gateway()
	require.NoError(s.t, err)
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "YUMEN_TEST_CLOCK="+s.file("clock"), "YUMEN_TEST_FAULT="+s.file("fault"))
	return cmd
}

// start starts the gateway and reports whether it came to serve.
func (s *stage) start() bool {
	s.cmd = s.command("serve", "--data", s.dir, "--listen", cmp.Or(s.listen, "127.0.0.1:0"), "--worker", sandboxtest.Worker(s.t))
	log, err := os.OpenFile(s.file("log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(s.t, err)
	defer log.Close()
	s.cmd.Stderr = log
	out, err := s.cmd.StdoutPipe()
	require.NoError(s.t, err)
	require.NoError(s.t, s.cmd.Start())
	cmd, ended := s.cmd, make(chan error, 1)
	s.ended = ended
	s.t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, _ := bufio.NewReader(out).ReadBytes('\n')
	go func() { ended <- cmd.Wait() }()
	var announced struct{ Listening string }
	if json.Unmarshal(line, &announced) != nil {
		return false
	}
	s.url, s.up = announced.Listening, true
	return true
}

func (s *stage) mustStart() { require.True(s.t, s.start(), "the gateway does not start:\n%s", s.log()) }

func (s *stage) log() string {
	b, _ := os.ReadFile(s.file("log"))
	return string(b)
}

// end waits for the gateway's end.
func (s *stage) end() error {
	s.up = false
	select {
	case err := <-s.ended:
		return err
	case <-time.After(time.Minute):
		s.t.Fatalf("the gateway goes on:\n%s", s.log())
		return nil
	}
}

// killed requires that the gateway was killed where it was to be.
func (s *stage) killed() {
	var exit *exec.ExitError
	require.ErrorAs(s.t, s.end(), &exit, "%s", s.log())
	require.Equal(s.t, syscall.SIGKILL, exit.Sys().(syscall.WaitStatus).Signal(), "%s", s.log())
	s.hit()
}

// stop ends the gateway as an operator does, and requires the invariants of what it leaves.
func (s *stage) stop() {
	require.NoError(s.t, s.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(s.t, s.end(), "%s", s.log())
	s.check()
}

// check requires the invariants of the zone that nobody serves.
func (s *stage) check() {
	out, err := s.command("check", "--data", s.dir, "--deep").CombinedOutput()
	require.NoError(s.t, err, "%s", out)
	require.NoError(s.t, filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		require.False(s.t, bytes.Contains(b, []byte(canary)), "a value of a loaded file lies in clear in %s", path)
		require.False(s.t, len(b) > 12 && string(b[8:12]) == "DUCK", "a table lies in clear in %s", path)
		return err
	}))
}

// send does one request; 0 means that no whole answer came.
func (s *stage) send(as, method, path string, header map[string]string, body io.Reader) (int, []byte) {
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, body)
	require.NoError(s.t, err)
	req.Header.Set("Content-Type", "application/json")
	if as != "" {
		token := s.tokens[as]
		if token == "" {
			token = as
		}
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, b
	}
	return resp.StatusCode, b
}

// call does one request with a document.
func (s *stage) call(as, method, path string, in any) (int, []byte) {
	b, err := json.Marshal(in)
	require.NoError(s.t, err)
	return s.send(as, method, path, nil, bytes.NewReader(b))
}

// must does one request that succeeds, and decodes its answer.
func must[T any](s *stage, as, method, path string, in any) T {
	s.t.Helper()
	status, b := s.call(as, method, path, in)
	require.Equal(s.t, 2, status/100, "%s %s: %s", method, path, b)
	var out T
	if len(b) > 0 {
		require.NoError(s.t, json.Unmarshal(b, &out))
	}
	return out
}

type logged struct {
	Action  string            `json:"action"`
	Outcome string            `json:"outcome"`
	Subject string            `json:"subject"`
	Facts   map[string]string `json:"facts"`
}

// entries is the whole log.
func (s *stage) entries() []logged {
	var out []logged
	for {
		page := must[api.AuditEntries](s, "auditor", "GET", "/v1/audit/entries?limit=1000&from="+strconv.Itoa(len(out)), nil)
		for _, b := range page.Entries {
			var e logged
			require.NoError(s.t, json.Unmarshal(b, &e))
			out = append(out, e)
		}
		if int64(len(out)) == page.Size {
			return out
		}
	}
}

// count counts the entries of an action; "action outcome" counts those with the outcome.
func (s *stage) count(what string) int {
	action, outcome, _ := strings.Cut(what, " ")
	n := 0
	for _, e := range s.entries() {
		if e.Action == action && (outcome == "" || e.Outcome == outcome) {
			n++
		}
	}
	return n
}
