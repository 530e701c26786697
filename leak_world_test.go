package yumen_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stage is one zone with its gateway, behind a recorder, and everything that anybody saw of it.
type stage struct {
	t       testing.TB
	bin     string // where the binaries lie
	dir     string
	gateway *exec.Cmd
	ended   chan error
	wire    *recorder
	metrics string // address of the gateway's metrics
	traces  *sink
	seen    []shown         // what the client printed
	used    map[string]bool // commands of the client that were given
	codes   map[string]string
	code    int // of the last command of the client
}

// shown is what one command printed.
type shown struct {
	command string
	text    []byte
}

// newStage makes a zone and serves it. Everything of it lies under one folder, temporary files too.
func newStage(t testing.TB, bin string) *stage {
	t.Helper()
	s := &stage{t: t, bin: bin, dir: t.TempDir(), used: map[string]bool{}, codes: map[string]string{}}
	for _, d := range []string{"tmp", "home", "work"} {
		if err := os.Mkdir(filepath.Join(s.dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s.file("admin.pw", password("admin"))
	s.yumend("init", "--data", filepath.Join(s.dir, "zone"), "--admin", "admin", "--password-file", "admin.pw", "--jurisdiction", "lab")
	s.serve()
	return s
}

// file writes a file of the clients' working folder.
func (s *stage) file(name, content string) string {
	path := filepath.Join(s.dir, "work", name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func (s *stage) environment() []string {
	return append(os.Environ(), "PATH="+s.bin+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+filepath.Join(s.dir, "home"), "XDG_CONFIG_HOME="+filepath.Join(s.dir, "home", "config"),
		"TMPDIR="+filepath.Join(s.dir, "tmp"), "YUMEN_WORKER="+filepath.Join(s.bin, "yumen-worker"), "LC_ALL=en_US.UTF-8")
}

// yumend runs a command of the daemon to its end.
func (s *stage) yumend(args ...string) {
	s.t.Helper()
	cmd := exec.Command(filepath.Join(s.bin, "yumend"), args...)
	cmd.Env, cmd.Dir = s.environment(), filepath.Join(s.dir, "work")
	out, err := cmd.CombinedOutput()
	s.seen = append(s.seen, shown{"yumend " + args[0], out})
	if err != nil {
		s.t.Fatalf("yumend %s: %v", args[0], err)
	}
}

// serve starts the gateway. Core files are asked for: the gateway must refuse to leave one.
func (s *stage) serve() {
	s.t.Helper()
	log, err := os.OpenFile(filepath.Join(s.dir, "yumend.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	s.metrics, s.traces = "127.0.0.1:"+freePort(s.t), newSink(s.t)
	config := s.file("yumend.yaml", fmt.Sprintf("log_level: debug\nmetrics_listen: %s\ntracing: {endpoint: %q, fraction: 1}\n", s.metrics, s.traces.URL))
	cmd := exec.Command("bash", "-c", "ulimit -c unlimited 2>/dev/null || true; exec yumend serve --data \"$0\" --config \"$1\" --listen 127.0.0.1:0", filepath.Join(s.dir, "zone"), config)
	cmd.Env, cmd.Dir, cmd.Stderr = s.environment(), filepath.Join(s.dir, "tmp"), log
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.gateway, s.ended = cmd, make(chan error, 1)
	s.t.Cleanup(s.kill)
	lines := bufio.NewReader(out)
	line, _ := lines.ReadBytes('\n')
	go func() {
		_, _ = io.Copy(log, lines)
		s.ended <- errors.Join(cmd.Wait(), log.Close())
	}()
	var announced struct {
		Listening string `json:"listening"`
	}
	if json.Unmarshal(line, &announced) != nil || announced.Listening == "" {
		s.t.Fatal("the gateway did not announce itself")
	}
	s.wire = record(s.t, announced.Listening)
}

func (s *stage) kill() {
	if s.gateway == nil {
		return
	}
	_ = s.gateway.Process.Kill()
	<-s.ended
	s.gateway = nil
}

// crash ends the gateway as a fault of its own would, and waits.
func (s *stage) crash() {
	s.t.Helper()
	if err := s.gateway.Process.Signal(syscall.SIGABRT); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-s.ended:
		s.gateway = nil
	case <-time.After(30 * time.Second):
		s.t.Fatal("the gateway does not end by SIGABRT")
	}
}

// tell runs a command of the client for an account with something on its standard input, keeps what it printed, and checks the exit
// code. Code -1 takes any.
func (s *stage) tell(account, in string, want int, args ...string) []byte {
	s.t.Helper()
	cmd := exec.Command(filepath.Join(s.bin, "yumen"), args...)
	cmd.Env = append(s.environment(), "YUMEN_CONTEXT="+account)
	cmd.Dir, cmd.Stdin = filepath.Join(s.dir, "work"), strings.NewReader(in)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	var words []string
	for _, a := range args {
		if strings.HasPrefix(a, "-") || len(words) == 2 {
			break
		}
		words = append(words, a)
	}
	for i := range words {
		s.used[strings.Join(words[:i+1], " ")] = true
	}
	command := "yumen " + strings.Join(words, " ")
	s.seen = append(s.seen, shown{command, slices.Concat(out.Bytes(), errs.Bytes())})
	if s.code = cmd.ProcessState.ExitCode(); want >= 0 && s.code != want {
		s.t.Fatalf("%s as %s: exit code %d, want %d\n%s", command, account, s.code, want, errs.String())
	}
	return out.Bytes()
}

// say is tell without input.
func (s *stage) say(account string, want int, args ...string) []byte {
	s.t.Helper()
	return s.tell(account, "", want, args...)
}

var named = regexp.MustCompile(`(?:app|grant|run|rel|snap|ses|appl|sanction|ins)_[0-9a-f]{32}`)

// id is the first identifier of a kind in some output.
func (s *stage) id(prefix string, out []byte) string {
	s.t.Helper()
	for _, id := range named.FindAllString(string(out), -1) {
		if strings.HasPrefix(id, prefix+"_") {
			return id
		}
	}
	s.t.Fatalf("the output names no %s_…", prefix)
	return ""
}

// remember keeps the activation codes of an apply.
func (s *stage) remember(out []byte) {
	s.t.Helper()
	var applied struct {
		Results []struct {
			Name string `json:"name"`
			Code string `json:"activation_code"`
		} `json:"results"`
	}
	if err := json.Unmarshal(out, &applied); err != nil {
		s.t.Fatal("apply printed no JSON")
	}
	for _, r := range applied.Results {
		if r.Code != "" {
			s.codes[r.Name] = r.Code
		}
	}
}

// enter activates accounts and logs them in.
func (s *stage) enter(names ...string) {
	s.t.Helper()
	for _, n := range names {
		s.tell(n, password(n), 0, "activate", "--server", s.wire.URL, "--user", n, "--code", s.codes[n], "--password-stdin")
		s.login(n)
	}
}

func (s *stage) login(name string) {
	s.t.Helper()
	s.tell(name, password(name), 0, "login", "--server", s.wire.URL, "--user", name, "--password-stdin", "--context", name)
}

// people brings in the organizations and accounts of testdata/zone.
func (s *stage) people(names ...string) {
	s.t.Helper()
	zone, err := os.ReadFile("testdata/zone/organizations.yaml")
	if err != nil {
		s.t.Fatal(err)
	}
	all := s.file("organizations.yaml", string(zone))
	s.login("admin")
	s.remember(s.tell("admin", officers, 0, "apply", "-f", "-", "-o", "json"))
	s.enter("security")
	s.remember(s.say("admin", 4, "apply", "-f", all, "-o", "json"))
	s.say("security", 0, "apply", "-f", all)
	s.enter(names...)
}

// look searches everything that is outside the data: what was answered, printed and logged, and every file that was left.
func (s *stage) look(a *aviary) {
	s.t.Helper()
	s.wire.search(a)
	if seen := s.traces.search(a); seen == 0 {
		s.t.Error("no trace was exported")
	}
	for _, x := range s.seen {
		a.search("output of "+x.command, x.text)
	}
	for _, d := range []string{"zone", "tmp", "home"} {
		a.tree(s.t, d, filepath.Join(s.dir, d))
	}
	log, err := os.ReadFile(filepath.Join(s.dir, "yumend.log"))
	if err != nil {
		s.t.Fatal(err)
	}
	a.search("log", log)
	if a.bytes < 100_000 {
		s.t.Fatal("there was hardly anything to look through")
	}
}

// report fails for every finding.
func (a *aviary) report(t testing.TB) {
	t.Helper()
	for f, n := range a.found {
		t.Errorf("canary of %s: %d times in the %s", f.canary, n, f.place)
	}
}
