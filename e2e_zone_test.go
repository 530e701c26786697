package yumen_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// zone is what the commands of one script share about its zone.
type zone struct {
	gateway *exec.Cmd
	done    chan error        // the gateway's end
	codes   map[string]string // one-time activation codes, by account
	watched string            // the directory of watch, and its descriptor
	watch   int
}

type zoneKey struct{}

func zoneOf(ts *testscript.TestScript) *zone { return ts.Value(zoneKey{}).(*zone) }

// serve DIR: starts a gateway for the zone in DIR on a free port and puts its address into URL. It is stopped with the script.
// One that is served already goes on beside it.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: serve DIR [CONFIG]")
	}
	z := zoneOf(ts)
	if z.gateway != nil { // it goes on beside the new one, to the end of the script
		beside := &zone{gateway: z.gateway, done: z.done}
		ts.Defer(func() { _ = beside.halt() })
	}
	flags := []string{"serve", "--data", ts.MkAbs(args[0]), "--listen", "127.0.0.1:0"}
	if len(args) == 2 {
		flags = append(flags, "--config", ts.MkAbs(args[1]))
	}
	cmd := exec.Command(filepath.Join(bin, "yumend"), flags...)
	cmd.Env = append(os.Environ(), "YUMEN_WORKER="+ts.Getenv("YUMEN_WORKER"), "HOME="+ts.Getenv("HOME"))
	log, err := os.OpenFile(ts.MkAbs("yumend.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	ts.Check(err)
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	done := make(chan error, 1) // of this gateway, whichever the zone has by then
	z.gateway, z.done = cmd, done
	ts.Defer(func() { _ = z.halt() })
	lines := bufio.NewReader(out)
	line, _ := lines.ReadBytes('\n')
	go func() {
		_, _ = io.Copy(io.Discard, lines)
		done <- errors.Join(cmd.Wait(), log.Close())
	}()
	var announced struct {
		Listening string `json:"listening"`
		Metrics   string `json:"metrics"`
	}
	if json.Unmarshal(line, &announced) != nil || announced.Listening == "" {
		_ = z.halt()
		ts.Fatalf("the gateway did not announce itself:\n%s", ts.ReadFile("yumend.log"))
	}
	ts.Setenv("URL", announced.Listening)
	ts.Setenv("METRICS", announced.Metrics)
}

// halt ends the gateway as an operator would; it must drain and exit 0. A script that says stop ends there, and passes: that is the word of testscript itself.
func halt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: halt")
	}
	if err := zoneOf(ts).halt(); err != nil {
		ts.Fatalf("the gateway did not end well: %v\n%s", err, ts.ReadFile("yumend.log"))
	}
}

func (z *zone) halt() error {
	if z.gateway == nil {
		return nil
	}
	cmd := z.gateway
	z.gateway = nil
	_ = cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-z.done:
		return err
	case <-time.After(40 * time.Second):
		_ = cmd.Process.Kill()
		<-z.done
		return errors.New("it had to be killed")
	}
}

// client runs the client outside the script's own output; it must end with one of the exit codes.
func client(ts *testscript.TestScript, in string, want int, args ...string) []byte {
	cmd := exec.Command(filepath.Join(bin, "yumen"), args...)
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "LC_ALL", "PATH"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	cmd.Dir, cmd.Stdin = ts.MkAbs("."), strings.NewReader(in)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("yumen %s: exit code %d, want %d (%v)\n%s", strings.Join(args, " "), got, want, err, errs.String())
	}
	return out.Bytes()
}

// remember keeps the activation codes of an apply.
func (z *zone) remember(ts *testscript.TestScript, output []byte) {
	var applied struct {
		Results []struct {
			Name string `json:"name"`
			Code string `json:"activation_code"`
		} `json:"results"`
	}
	ts.Check(json.Unmarshal(output, &applied))
	for _, r := range applied.Results {
		if r.Code != "" {
			z.codes[r.Name] = r.Code
		}
	}
}

// codes: keeps the activation codes that apply -o json just printed, for enter.
func codes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: codes")
	}
	zoneOf(ts).remember(ts, []byte(ts.ReadFile("stdout")))
}

func password(account string) string { return "correct horse of " + account + "\n" }

// enter NAME…: activates each account with its code, and logs in to a context of its name.
func enter(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: enter NAME…")
	}
	url := ts.Getenv("URL")
	for _, name := range args {
		client(ts, password(name), 0, "activate", "--server", url, "--user", name, "--code", zoneOf(ts).codes[name], "--password-stdin")
		client(ts, password(name), 0, "login", "--server", url, "--user", name, "--password-stdin", "--context", name)
	}
}

// zone [jurisdiction=J] [environment=E] [dir=D] [config=FILE] NAME…: makes and serves a zone under a jurisdiction (lab unless one is given), with
// the organizations and accounts of $ZONE, and enters the named accounts. bootstrap.txt does the same step by step. FILE is more configuration,
// with variables. It lies in the directory zone unless another is given.
func makeZone(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: zone [jurisdiction=J] [environment=E] [dir=D] [config=FILE] NAME…")
	}
	how := map[string]string{"jurisdiction": "lab", "environment": "production", "dir": "zone"}
	for len(args) > 0 && strings.Contains(args[0], "=") {
		name, value, _ := strings.Cut(args[0], "=")
		how[name], args = value, args[1:]
	}
	config := "second_factor: enrolled\n" // the people of these scripts have no second factor: totp.txt is about it
	if how["config"] != "" {
		config += os.Expand(ts.ReadFile(how["config"]), ts.Getenv)
	}
	ts.Check(os.WriteFile(ts.MkAbs("admin.pw"), []byte(password("admin")), 0o600))
	ts.Check(ts.Exec("yumend", "init", "--data", how["dir"], "--admin", "admin", "--password-file", "admin.pw", "--jurisdiction", how["jurisdiction"],
		"--environment", how["environment"]))
	ts.Check(os.WriteFile(ts.MkAbs("yumend.yaml"), []byte(config), 0o600))
	serve(ts, false, []string{how["dir"], "yumend.yaml"})
	z, all := zoneOf(ts), filepath.Join(ts.Getenv("ZONE"), "organizations.yaml")
	client(ts, password("admin"), 0, "login", "--server", ts.Getenv("URL"), "--user", "admin", "--password-stdin", "--context", "admin")
	z.remember(ts, client(ts, officers, 0, "--context", "admin", "apply", "-f", "-", "-o", "json"))
	enter(ts, false, []string{"security"})
	z.remember(ts, client(ts, "", 4, "--context", "admin", "apply", "-f", all, "-o", "json"))
	client(ts, "", 0, "--context", "security", "apply", "-f", all)
	if len(args) > 0 {
		enter(ts, false, args)
	}
}

// officers are the two accounts that the administrator may name himself while there is none.
const officers = `apiVersion: yumen/v1
kind: Account
metadata: {name: security}
spec: {organization: operator, person: op-security, role: security_administrator, title: {zh: 安全管理员, en: Security administrator}}
---
apiVersion: yumen/v1
kind: Account
metadata: {name: auditor}
spec: {organization: operator, person: op-auditor, role: auditor, title: {zh: 审计员, en: Auditor}}
`

// freePort is a port that nobody listens on.
func freePort(t testing.TB) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// fetch STATUS URL: reads an address without a session; what it answers is there for stdout.
func fetch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: fetch STATUS URL")
	}
	resp, err := http.Get(args[1])
	ts.Check(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if strconv.Itoa(resp.StatusCode) != args[0] {
		ts.Fatalf("status %d, want %s:\n%s", resp.StatusCode, args[0], b)
	}
	_, err = ts.Stdout().Write(b)
	ts.Check(err)
}
