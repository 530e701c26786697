package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/internal/api"
	"yumen/internal/client"
	"yumen/sandbox/sandboxtest"
)

// crowdSize is how many clients speak at once; crowdTime for how long, unless YUMEN_CROWD_SECONDS says otherwise.
const (
	crowdSize = 64
	crowdTime = 5 * time.Second
)

// crowd is a gateway behind its real door, and the clients in front of it.
type crowd struct {
	url     string
	gateway *gateway
	zone    *testZone
	members []*member
}

// member is one account with its session, its grant and what it was told.
type member struct {
	*client.Client
	token, grant string
	mu           sync.Mutex
	runs         map[string]string // run by idempotency key
	released     map[string]string // release by run
}

// TestCrowd lets 64 clients of 16 institutions do everything an institution does, at once, and retry it, while others hold
// connections open, send too much or read too slowly. No effect may be lost or doubled, and memory must stay bounded.
func TestCrowd(t *testing.T) {
	length := crowdTime
	if s := os.Getenv("YUMEN_CROWD_SECONDS"); s != "" {
		n, err := strconv.Atoi(s)
		require.NoError(t, err)
		length = time.Duration(n) * time.Second
	}
	c := gather(t)
	before := memory()
	goroutines := runtime.NumGoroutine()
	ctx, stop := context.WithTimeout(context.Background(), length)
	defer stop()
	var all sync.WaitGroup
	for i, m := range c.members {
		all.Go(func() { m.live(t, ctx, c.url, rand.New(rand.NewPCG(7, uint64(i)))) })
	}
	for _, nuisance := range []func(*testing.T, context.Context, string){halfOpen, slowBody, hugeBody, deafReader} {
		all.Go(func() { nuisance(t, ctx, c.url) })
	}
	all.Wait()
	runs := c.settle(t)
	c.prove(t)
	t.Logf("%d runs; heap %d MiB before, %d MiB after", runs, before>>20, memory()>>20)
	require.Less(t, memory(), before+512<<20, "memory grows with what was served")
	require.Eventually(t, func() bool { return runtime.NumGoroutine() < goroutines+4*crowdSize }, 30*time.Second, 100*time.Millisecond, "goroutines stay behind")
}

func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

const crowdRows = 2000

// gather makes a zone with one dataset, opens its door, and logs everybody in.
func gather(t testing.TB) *crowd {
	t.Setenv("YUMEN_WORKER", sandboxtest.Worker(t))
	dir := filepath.Join(t.TempDir(), "zone")
	ctx := context.Background()
	_, err := initZone(ctx, initOptions{dir: dir, admin: "administrator", person: "op-001", organization: "operator", jurisdiction: "lab", password: "correct horse battery"})
	require.NoError(t, err)
	cfg := defaults(dir)
	cfg.Listen = "127.0.0.1:0"
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	g, err := build(ctx, dir, cfg, log)
	require.NoError(t, err)
	srv, url, err := listen(cfg, g, log)
	require.NoError(t, err)
	t.Cleanup(func() {
		stop, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = srv.Shutdown(stop) // those who never read are cut off
		_ = srv.Close()
		require.NoError(t, g.close(context.Background()))
	})
	z := officials(t, g.service)
	z.apply(t, z.by("provider", "bureau", "pr-001", "provider"), benchDataset)
	_, err = z.svc.ReviewDataset(ctx, z.by("steward", "operator", "op-004", "steward"), "clients", api.Review{Digest: z.seen(t, "clients"), Approve: true, Comment: "crowd"})
	require.NoError(t, err)
	_, err = z.svc.LoadDataset(ctx, z.by("provider", "bureau", "pr-001", "provider"), "clients", strings.NewReader(crowdFile()), "")
	require.NoError(t, err)
	z.institutions(t, crowdSize/4)
	c := &crowd{url: url, gateway: g, zone: z}
	c.enrol(t)
	return c
}

func crowdFile() string {
	var b strings.Builder
	b.WriteString("id,segment,region,amount\n")
	for i := range crowdRows {
		fmt.Fprintf(&b, "%d,s%d,%d,%d.%02d\n", i, (i*7919)%8, (i/8)%10, (i*15485863)%1000000, i%100)
	}
	return b.String()
}

// enrol declares, confirms, activates and logs in one account a member, and gets each a grant.
func (c *crowd) enrol(t testing.TB) {
	ctx := context.Background()
	var docs []string
	for i := range crowdSize {
		docs = append(docs, account(fmt.Sprintf("member%d", i), fmt.Sprintf("bank%d", i%(crowdSize/4)), fmt.Sprintf("person-%d", i), "analyst"))
	}
	all := strings.Join(docs, "---\n")
	res, err := c.zone.svc.Apply(ctx, c.zone.admin, api.Apply{Documents: all})
	require.NoError(t, err)
	c.zone.apply(t, c.zone.by("security", "operator", "op-002", "security_administrator"), all)
	anyone, err := client.New(client.Config{Server: c.url})
	require.NoError(t, err)
	for i := range crowdSize {
		name, pw := fmt.Sprintf("member%d", i), fmt.Sprintf("a long password of %d", i)
		require.NoError(t, anyone.Activate(ctx, api.Activation{User: name, Code: res.Results[i].ActivationCode, Password: pw}))
		ses, err := anyone.Login(ctx, api.Login{User: name, Password: pw})
		require.NoError(t, err)
		m := &member{token: ses.Token, runs: map[string]string{}, released: map[string]string{}}
		m.Client, err = client.New(client.Config{Server: c.url, Token: ses.Token, Patience: 2 * time.Minute})
		require.NoError(t, err)
		app, err := m.SubmitApplication(ctx, api.Application{Scenario: "crowd", Purpose: "crowd", Datasets: []api.ApplicationDataset{
			{Dataset: "clients", Columns: map[string]string{"id": "x", "segment": "x", "region": "x", "amount": "x"}}}})
		require.NoError(t, err)
		done, err := c.zone.svc.ReviewApplication(ctx, c.zone.by("steward", "operator", "op-004", "steward"), app.ID, api.Review{Version: app.Version, Approve: true, Comment: "crowd"})
		require.NoError(t, err)
		m.grant = done.Grant
		c.members = append(c.members, m)
	}
}

// live does what an institution does until its time is over. Only a gateway that is full may say no.
func (m *member) live(t *testing.T, ctx context.Context, url string, r *rand.Rand) {
	for n := 0; ctx.Err() == nil; n++ {
		var err error
		switch r.IntN(8) {
		case 0, 1:
			m.submitTwice(t, ctx, url, fmt.Sprintf("key-%d", n), r)
		case 2:
			_, err = m.CheckQuery(ctx, api.RunRequest{Grant: m.grant, SQL: question(r)})
		case 3:
			_, err = m.Runs(ctx, api.Page{})
		case 4:
			_, err = m.Ledger(ctx)
		case 5:
			err = m.lookAt(ctx, r)
		case 6:
			_, err = m.Grants(ctx)
		case 7:
			_, err = m.Whoami(ctx)
		}
		if err != nil && ctx.Err() == nil {
			var problem *client.Error
			if !errors.As(err, &problem) || problem.Kind != "unavailable" && problem.Kind != "conflict" && problem.Kind != "not_found" && problem.Kind != "rate_limited" {
				t.Errorf("a call failed: %v", err)
				return
			}
		}
	}
}

func question(r *rand.Rand) string {
	return fmt.Sprintf("SELECT segment, count(*) AS n, sum(amount) AS s FROM clients WHERE region IN (%d, %d, %d) GROUP BY segment", r.IntN(4), 4+r.IntN(3), 7+r.IntN(3))
}

// submitTwice submits one question two times at once under one idempotency key, as a client does whose connection broke.
func (m *member) submitTwice(t *testing.T, ctx context.Context, url, key string, r *rand.Rand) {
	body, err := json.Marshal(api.RunRequest{Grant: m.grant, SQL: question(r)})
	if err != nil {
		t.Error(err)
		return
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			id, err := m.submit(context.WithoutCancel(ctx), url, key, body)
			if err != nil {
				t.Errorf("submit: %v", err)
				return
			}
			if id == "" {
				return
			}
			m.mu.Lock()
			defer m.mu.Unlock()
			if was := m.runs[key]; was != "" && was != id {
				t.Error("one key made two runs")
			}
			m.runs[key] = id
		})
	}
	both.Wait()
}

// submit returns the run, or none when the gateway said that it is full.
func (m *member) submit(ctx context.Context, url, key string, body []byte) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/runs", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+m.token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusServiceUnavailable || resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusConflict {
		return "", nil
	}
	var run api.Run
	if err := json.NewDecoder(resp.Body).Decode(&run); err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusAccepted {
		return "", fmt.Errorf("status %d", resp.StatusCode)
	}
	return run.Run, nil
}

// lookAt follows one of the own runs by its events for a moment, and collects it when it is released.
func (m *member) lookAt(ctx context.Context, r *rand.Rand) error {
	m.mu.Lock()
	var ids []string
	for _, id := range m.runs {
		ids = append(ids, id)
	}
	m.mu.Unlock()
	if len(ids) == 0 {
		return nil
	}
	id := ids[r.IntN(len(ids))]
	brief, stop := context.WithTimeout(ctx, time.Duration(r.IntN(400))*time.Millisecond)
	_ = m.Events(brief, id, func(string) {})
	stop()
	run, err := m.Run(ctx, id)
	if err != nil || run.State != "released" {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if was := m.released[id]; was != "" && was != run.Release {
		return errors.New("a run has two releases")
	}
	m.released[id] = run.Release
	return nil
}

// settle waits until no run goes on, and returns how many there are. Every run that was promised is there, and no other.
func (c *crowd) settle(t *testing.T) int {
	total := 0
	for i := range crowdSize / 4 {
		promised := map[string]bool{}
		for j := i; j < crowdSize; j += crowdSize / 4 {
			for _, id := range c.members[j].runs {
				promised[id] = true
			}
		}
		var got []api.Run
		require.Eventually(t, func() bool {
			var err error
			got, err = c.members[i].Runs(context.Background(), api.Page{Limit: 1000})
			require.NoError(t, err)
			for _, r := range got {
				if r.State == "running" {
					return false
				}
			}
			return true
		}, 5*time.Minute, 200*time.Millisecond, "runs never end")
		if len(promised) < 900 { // a list has a thousand at most
			require.Len(t, got, len(promised), "runs were lost or doubled")
		}
		for _, r := range got {
			require.True(t, promised[r.Run], "a run that nobody asked for")
			require.Contains(t, []string{"released", "refused"}, r.State)
		}
		total += len(got)
	}
	require.Positive(t, total)
	return total
}

// prove reads the whole log: one submission and at most one issue a run, and each release that was shown has its entry.
func (c *crowd) prove(t *testing.T) {
	auditor := c.zone.by("auditor", "operator", "op-003", "auditor")
	seen := map[string]int{}
	for from := int64(0); ; {
		page, err := c.zone.svc.AuditEntries(context.Background(), auditor, from, 1000)
		require.NoError(t, err)
		for _, raw := range page.Entries {
			var e struct{ Action, Subject string }
			require.NoError(t, json.Unmarshal(raw, &e))
			if e.Action == "release.issue" || e.Action == "query.run" {
				seen[e.Action+" "+e.Subject]++
			}
		}
		if from += int64(len(page.Entries)); from >= page.Size || len(page.Entries) == 0 {
			break
		}
	}
	for what, n := range seen {
		require.Equal(t, 1, n, "an effect is twice in the log: %s", strings.Fields(what)[0])
	}
	for _, m := range c.members {
		for _, release := range m.released {
			require.Equal(t, 1, seen["release.issue "+release], "a release without its entry")
		}
	}
}

func dial(t *testing.T, url string) net.Conn {
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Error(err)
		return nil
	}
	return conn
}

// halfOpen holds connections on which no request ever comes.
func halfOpen(t *testing.T, ctx context.Context, url string) {
	for range 100 {
		if conn := dial(t, url); conn != nil {
			defer conn.Close()
			_, _ = io.WriteString(conn, "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-")
		}
	}
	<-ctx.Done()
}

// slowBody promises bodies and sends them a byte at a time.
func slowBody(t *testing.T, ctx context.Context, url string) {
	var conns []net.Conn
	for range 50 {
		if conn := dial(t, url); conn != nil {
			defer conn.Close()
			_, _ = io.WriteString(conn, "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{")
			conns = append(conns, conn)
		}
	}
	for ctx.Err() == nil {
		for _, conn := range conns {
			_, _ = conn.Write([]byte(" "))
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// hugeBody sends bodies that are over every limit.
func hugeBody(t *testing.T, ctx context.Context, url string) {
	for ctx.Err() == nil {
		resp, err := http.Post(url+"/v1/sessions", "application/json", io.MultiReader(strings.NewReader(`{"user":"`), io.LimitReader(endless{}, 64<<20)))
		if err != nil {
			continue // the gateway hung up, which is its right
		}
		if resp.StatusCode < 400 {
			t.Errorf("a huge body was taken: %d", resp.StatusCode)
		}
		resp.Body.Close()
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

// deafReader asks for long answers and never reads them.
func deafReader(t *testing.T, ctx context.Context, url string) {
	for range 50 {
		if conn := dial(t, url); conn != nil {
			defer conn.Close()
			for range 20 {
				_, _ = io.WriteString(conn, "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
			}
		}
	}
	<-ctx.Done()
}
