package enclave_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/internal/buildtest"
	"yumen/sandbox/sandboxtest"
)

// daemon is a real gateway process over the directory of a zone.
type daemon struct {
	t      *testing.T
	dir    string
	bin    string
	log    string
	worker string
	cmd    *exec.Cmd
	url    string
	tokens map[string]string
	flags  []string
}

// newDaemon gives yumend a worker of its own, so that its processes can be told from others.
func newDaemon(t *testing.T, dir string) *daemon {
	d := &daemon{t: t, dir: dir, log: filepath.Join(t.TempDir(), "log"), worker: filepath.Join(t.TempDir(), "yumen-worker")}
	var err error
	d.bin, err = buildtest.Command("yumend", "")
	require.NoError(t, err)
	b, err := os.ReadFile(sandboxtest.Worker(t))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(d.worker, b, 0o700))
	return d
}

func (d *daemon) start() {
	d.cmd = exec.Command(d.bin, append([]string{"serve", "--data", d.dir, "--listen", "127.0.0.1:0", "--worker", d.worker}, d.flags...)...)
	log, err := os.OpenFile(d.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(d.t, err)
	defer log.Close()
	d.cmd.Stderr = log
	out, err := d.cmd.StdoutPipe()
	require.NoError(d.t, err)
	require.NoError(d.t, d.cmd.Start())
	d.t.Cleanup(func() { _ = d.cmd.Process.Kill() })
	var announced struct{ Listening string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(d.t, err, "the gateway did not announce itself")
	require.NoError(d.t, json.Unmarshal(line, &announced))
	d.url = announced.Listening
	if d.tokens != nil {
		return // a session outlives the gateway
	}
	d.tokens = map[string]string{}
	for _, name := range []string{"analyst_a", "provider"} {
		var s api.Session
		require.Equal(d.t, 201, d.call("", "POST", "/v1/sessions", api.Login{User: name, Password: enclavetest.Password}, &s))
		d.tokens[name] = s.Token
	}
}

// call does one request and decodes its answer.
func (d *daemon) call(as, method, path string, in, out any) int {
	b, err := json.Marshal(in)
	require.NoError(d.t, err)
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, bytes.NewReader(b))
	require.NoError(d.t, err)
	req.Header.Set("Authorization", "Bearer "+d.tokens[as])
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(d.t, err)
	defer resp.Body.Close()
	require.NoError(d.t, json.NewDecoder(resp.Body).Decode(out))
	return resp.StatusCode
}

// kill ends the gateway as a power cut would, and requires that its workers end with it.
func (d *daemon) kill() {
	require.NoError(d.t, d.cmd.Process.Kill())
	_ = d.cmd.Wait()
	require.Eventually(d.t, func() bool { return d.workers() == 0 }, 20*time.Second, 10*time.Millisecond, "workers outlive their gateway")
}

func (d *daemon) stop() {
	require.NoError(d.t, d.cmd.Process.Signal(os.Interrupt))
	require.NoError(d.t, d.cmd.Wait())
}

// workers counts the processes that run this daemon's worker.
func (d *daemon) workers() int {
	all, err := filepath.Glob("/proc/[0-9]*/exe")
	require.NoError(d.t, err)
	n := 0
	for _, p := range all {
		if exe, err := os.Readlink(p); err == nil && strings.HasPrefix(exe, d.worker) {
			n++
		}
	}
	return n
}

func (d *daemon) run(id string) api.Run {
	var out api.Run
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		require.Equal(d.t, 200, d.call("analyst_a", "GET", "/v1/runs/"+id, nil, &out))
		if out.State != "running" {
			return out
		}
		require.True(d.t, time.Now().Before(end), "the run does not end")
	}
}

// The gateway is killed while it answers, and while it loads. When it starts again, every run has an end with its entry, what was
// loaded before is whole, nothing is left over, and the log is intact.
func TestKilledGatewayRecovers(t *testing.T) {
	t.Parallel()
	z := enclavetest.New(t)
	z.Activate(t, "analyst_a", "provider")
	z.Clock.Advance(time.Since(z.Clock.Now()))
	grant := z.Grant(t, enclavetest.As("analyst_a"))
	z.Shut(t)
	d := newDaemon(t, z.Dir)

	failed := 0
	for try := 0; failed < 2 && try < 8; try++ {
		d.start()
		var run api.Run
		ask := api.RunRequest{Grant: grant, SQL: "SELECT city, count(*) AS n FROM clients WHERE amount >= " + strconv.Itoa(100*(1+try%2)) + " GROUP BY city"}
		require.Equal(t, 202, d.call("analyst_a", "POST", "/v1/runs", ask, &run))
		time.Sleep(time.Duration(try%4) * 10 * time.Millisecond)
		d.kill()
		d.start()
		state := d.run(run.Run).State
		require.Contains(t, []string{"failed", "released"}, state)
		if state == "failed" {
			failed++
		}
		d.kill()
		z.CheckOffline(t)
	}
	require.Positive(t, failed, "the gateway was never killed during a run")

	d.start()
	rows := [][]string{enclavetest.ClientRows()[0]}
	for i := range 300_000 {
		rows = append(rows, []string{strconv.Itoa(i), "north", "a", "100"})
	}
	before := len(z.Files(t, "keys", "data"))
	go func() {
		req, err := http.NewRequestWithContext(t.Context(), "POST", d.url+"/v1/datasets/clients/snapshots", strings.NewReader(enclavetest.CSV(rows)))
		if err != nil {
			return
		}
		req.Header.Set("Authorization", "Bearer "+d.tokens["provider"])
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	}()
	require.Eventually(t, func() bool { return len(z.Files(t, "keys", "data")) > before && d.workers() > 0 }, time.Minute, time.Millisecond)
	d.kill()
	require.Greater(t, len(z.Files(t, "keys", "data")), before, "it was killed too late")
	d.start()
	var all api.Snapshots
	require.Equal(t, 200, d.call("provider", "GET", "/v1/datasets/clients/snapshots", nil, &all))
	require.Len(t, all.Items, 1, "what was not recorded is not there")
	var run api.Run
	require.Equal(t, 202, d.call("analyst_a", "POST", "/v1/runs", api.RunRequest{Grant: grant, SQL: "SELECT count(*) AS n FROM clients WHERE city = 'south'"}, &run))
	require.Equal(t, enclavetest.Text(api.Run{State: "released", Rows: []json.RawMessage{json.RawMessage("[100]")}}), enclavetest.Text(d.run(run.Run)))
	d.stop()
	z.CheckOffline(t)
	require.Len(t, z.Files(t, "keys", "data"), before+2, "the last answer's two keys")
}
