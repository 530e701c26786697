package enclave_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// ask submits a question and does not wait for it.
func submit(t *testing.T, z *enclavetest.Zone, p enclave.Principal, grant, sql string) string {
	run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: sql}, "")
	require.NoError(t, err)
	return run.Run
}

// A gateway that drains takes nothing new and finishes what runs and what is queued behind it.
func TestDrainFinishesWhatIsQueued(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	release := z.Runner.Hold()
	first := submit(t, z, p, grant, "SELECT count(*) AS n FROM clients WHERE city = 'north'")
	second := submit(t, z, p, grant, "SELECT count(*) AS n FROM clients WHERE city = 'south'")
	closed := make(chan error, 1)
	go func() { closed <- z.Service.Close(context.Background()) }()
	require.Eventually(t, func() bool { return z.Service.Ready(t.Context()) != nil }, time.Minute, time.Millisecond)
	_, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: "SELECT count(*) AS n FROM clients"}, "")
	refuses(t, enclave.KindUnavailable, err)
	e, _ := enclave.Of(err)
	require.Positive(t, e.Retry)
	_, err = z.Service.LoadDataset(t.Context(), enclavetest.As("provider"), "clients", strings.NewReader(""), "")
	refuses(t, enclave.KindUnavailable, err)
	release()
	require.NoError(t, <-closed)
	for _, run := range []string{first, second} {
		require.Equal(t, "issued", z.State(t, run))
	}
	require.Len(t, z.Records(t, "run"), 2, "what was refused left nothing")
	z.Check(t)
}

// At the limit, what runs and what is queued ends as failed, with its entry; whoever watches learns it and is let go.
func TestDrainEndsAtItsLimit(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	defer z.Runner.Hold()()
	first := submit(t, z, p, grant, "SELECT count(*) AS n FROM clients WHERE city = 'north'")
	second := submit(t, z, p, grant, "SELECT count(*) AS n FROM clients WHERE city = 'south'")
	states, err := z.Service.Watch(t.Context(), p, second)
	require.NoError(t, err)
	require.Equal(t, "running", <-states)
	limit, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, z.Service.Close(limit))
	for range states { // it ends
	}
	for _, run := range []string{first, second} {
		require.Equal(t, "failed", z.State(t, run))
	}
	log := z.Check(t)
	require.Equal(t, 2, enclavetest.Count(log, "query.execute", "failed"))
}

// SIGTERM on a real gateway: an upload that is on its way arrives, new work is told to come back, and the exit code is 0. A second signal
// ends it at once, and the next start leaves nothing of the upload.
func TestTerminatedGatewayDrains(t *testing.T) {
	t.Parallel()
	z := enclavetest.New(t)
	z.Activate(t, "analyst_a", "provider")
	z.Clock.Advance(time.Since(z.Clock.Now()))
	grant := z.Grant(t, enclavetest.As("analyst_a"))
	z.Shut(t)
	d := newDaemon(t, z.Dir)
	d.start()
	content := enclavetest.CSV(enclavetest.ClientRows())

	body, answer := d.upload()
	_, err := io.WriteString(body, content[:100])
	require.NoError(t, err)
	require.Eventually(t, d.loading, time.Minute, 10*time.Millisecond)
	require.NoError(t, d.cmd.Process.Signal(syscall.SIGTERM))
	ask := api.RunRequest{Grant: grant, SQL: "SELECT count(*) AS n FROM clients"}
	var refused *http.Response
	require.Eventually(t, func() bool {
		refused = d.ask(ask) //nolint:bodyclose // ask has read and closed it
		return refused.StatusCode == http.StatusServiceUnavailable
	}, time.Minute, 10*time.Millisecond)
	require.NotEmpty(t, refused.Header.Get("Retry-After"))
	_, err = io.WriteString(body, content[100:])
	require.NoError(t, err)
	require.NoError(t, body.Close())
	require.Equal(t, 201, <-answer)
	require.NoError(t, d.cmd.Wait(), "exit code 0")
	z.CheckOffline(t)

	d.start()
	body, answer = d.upload()
	_, err = io.WriteString(body, content[:100])
	require.NoError(t, err)
	require.Eventually(t, d.loading, time.Minute, 10*time.Millisecond)
	for range 2 {
		require.NoError(t, d.cmd.Process.Signal(syscall.SIGTERM))
		require.Eventually(t, d.draining, time.Minute, 10*time.Millisecond)
	}
	require.Error(t, d.cmd.Wait())
	require.Equal(t, syscall.SIGTERM, d.cmd.ProcessState.Sys().(syscall.WaitStatus).Signal())
	_ = body.Close()
	require.Zero(t, <-answer)
	d.start()
	d.stop()
	z.CheckOffline(t)

	// Nobody is waited for beyond the limit.
	config := filepath.Join(t.TempDir(), "yumend.yaml")
	require.NoError(t, os.WriteFile(config, []byte("drain_seconds: 1\n"), 0o600))
	d.flags = []string{"--config", config}
	d.start()
	body, answer = d.upload()
	_, err = io.WriteString(body, content[:100])
	require.NoError(t, err)
	require.Eventually(t, d.loading, time.Minute, 10*time.Millisecond)
	d.stop()
	_ = body.Close() // the gateway is gone, whatever the sender does
	require.NotEqual(t, 201, <-answer)
	z.CheckOffline(t)
}

// upload begins to load clients; what is written to body is sent. The answer is 0 when there is none.
func (d *daemon) upload() (body *io.PipeWriter, answer chan int) {
	r, w := io.Pipe()
	answer = make(chan int, 1)
	req, err := http.NewRequestWithContext(d.t.Context(), "POST", d.url+"/v1/datasets/clients/snapshots", r)
	require.NoError(d.t, err)
	req.Header.Set("Authorization", "Bearer "+d.tokens["provider"])
	go func() {
		resp, err := http.DefaultClient.Do(req)
		_ = r.CloseWithError(io.ErrClosedPipe)
		if err != nil {
			answer <- 0
			return
		}
		_ = resp.Body.Close()
		answer <- resp.StatusCode
	}()
	return w, answer
}

func (d *daemon) ask(in api.RunRequest) *http.Response {
	b := strings.NewReader(`{"grant":"` + in.Grant + `","sql":"` + in.SQL + `"}`)
	req, err := http.NewRequestWithContext(d.t.Context(), "POST", d.url+"/v1/runs", b)
	require.NoError(d.t, err)
	req.Header.Set("Authorization", "Bearer "+d.tokens["analyst_a"])
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(d.t, err)
	_ = resp.Body.Close()
	return resp
}

// loading reports whether the gateway is taking a file in.
func (d *daemon) loading() bool {
	fds, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", d.cmd.Process.Pid))
	require.NoError(d.t, err)
	return slices.ContainsFunc(fds, func(fd string) bool {
		name, _ := os.Readlink(fd)
		return strings.HasPrefix(name, "/memfd:source")
	})
}

// draining reports whether the gateway's log said so since its last start, or it is gone.
func (d *daemon) draining() bool {
	f, err := os.Open(d.log)
	require.NoError(d.t, err)
	defer f.Close()
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.Contains(lines.Text(), "draining") {
			n++
		}
	}
	return n >= 2
}
