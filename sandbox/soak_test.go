package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// soak is a gateway's day: jobs of every kind, most of them good, some refused, cancelled, over a limit or taken over.
type soak struct {
	t       *testing.T
	r       *sandbox.Runner // real workers
	taken   *sandbox.Runner // workers that were taken over
	trade   *trade
	numbers *os.File
	source  *os.File
	kinds   []func(n int) error
}

func newSoak(t *testing.T) *soak {
	s := &soak{t: t, r: warmed(t)}
	var err error
	s.taken, err = sandbox.New(sandbox.Config{Worker: attackWorker(t)})
	require.NoError(t, err)
	t.Cleanup(s.taken.Close)
	s.trade, s.numbers = newTrade(t, s.r), numbers(t, s.r, 100_000)
	s.source = sandboxtest.Seal(t, []byte("a,b\n1,x\n2,y\n"))
	s.kinds = []func(int) error{s.parse, s.query, s.query, s.query, s.post, s.ingest, s.suggest, s.refused, s.cancelled, s.overdue, s.broken, s.attacked, s.crashed}
	return s
}

// failed requires an error that is the one expected.
func failed(err, want error) error {
	if !errors.Is(err, want) {
		return fmt.Errorf("want %w, got %w", want, err)
	}
	return nil
}

func (s *soak) parse(n int) error {
	_, err := s.r.Parse(s.t.Context(), "SELECT count(*) FROM persons WHERE age > "+strconv.Itoa(n))
	return err
}

func (s *soak) query(n int) error {
	_, err := s.r.Run(s.t.Context(), s.trade.spec(tradeQueries[n%len(tradeQueries)]))
	return err
}

func (s *soak) post(int) error {
	_, err := s.r.Post(s.t.Context(), sandbox.PostSpec{Relations: cells("x", "BIGINT", [][]*string{{text("1")}, {text("2")}}), SQL: "SELECT x, rank() OVER (ORDER BY x) AS r FROM cells",
		Formats: []string{"parquet", "csv", "json"}})
	return err
}

func (s *soak) ingest(int) error {
	_, err := s.r.Ingest(s.t.Context(), sandbox.IngestSpec{Source: s.source, Query: nothing{}, Identity: nothing{}, Declaration: catalog.DatasetSpec{Public: true, Columns: []catalog.Column{
		{Name: "a", Type: "BIGINT", Roles: []catalog.Role{catalog.RoleMeasure}}, {Name: "b", Type: "VARCHAR", Roles: []catalog.Role{catalog.RoleDimension}}}}})
	return err
}

type nothing struct{}

func (nothing) Write(p []byte) (int, error) { return len(p), nil }

func (s *soak) suggest(int) error {
	_, err := s.r.Suggest(s.t.Context(), sandbox.SuggestSpec{Source: s.source, Today: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)})
	return err
}

func (s *soak) refused(int) error {
	_, err := s.r.Run(s.t.Context(), one(s.numbers, "SELECT * FROM read_text('/etc/passwd')", 0))
	return failed(err, sandbox.ErrExecution)
}

func (s *soak) cancelled(n int) error {
	ctx, cancel := context.WithCancel(s.t.Context())
	defer time.AfterFunc(time.Duration(n%60)*time.Millisecond, cancel).Stop()
	_, err := s.r.Run(ctx, one(s.numbers, endless, 0))
	return failed(err, context.Canceled)
}

func (s *soak) overdue(int) error {
	_, err := s.r.Run(s.t.Context(), one(s.numbers, endless, 60*time.Millisecond))
	return failed(err, sandbox.ErrTimeout)
}

func (s *soak) broken(int) error {
	_, err := s.r.Run(s.t.Context(), one(s.numbers, strings.ReplaceAll(doubled(40), "TABLE", "d.main.data"), 0))
	return failed(err, sandbox.ErrExecution)
}

func (s *soak) attacked(int) error {
	_, err := s.taken.Run(s.t.Context(), one(s.source, "fork", 0))
	return failed(err, sandbox.ErrExecution)
}

func (s *soak) crashed(int) error {
	_, err := s.taken.Run(s.t.Context(), one(s.source, "abort", 0))
	return failed(err, sandbox.ErrExecution)
}

// round runs jobs of all kinds, four at a time.
func (s *soak) round(jobs int) {
	random := rand.New(rand.NewPCG(1, uint64(jobs)))
	work := make(chan [2]int)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for w := range work {
				assert.NoError(s.t, s.kinds[w[0]](w[1]), "kind %d, number %d", w[0], w[1])
			}
		})
	}
	for i := range jobs {
		work <- [2]int{i % len(s.kinds), random.IntN(1000)}
	}
	close(work)
	wait.Wait()
}

// held is what a gateway has at one time.
type held struct {
	goroutines, descriptors, mounts, children int
	memory                                    int // MiB
}

// remaining waits until what the last jobs used has been given back: a goroutine ends soon after the job that it was for.
func remaining(t *testing.T, before *held) held {
	var now held
	until := time.Now().Add(10 * time.Second)
	for {
		now = look(t)
		if before == nil || *before == (held{now.goroutines, now.descriptors, now.mounts, now.children, before.memory}) || time.Now().After(until) {
			return now
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func look(t *testing.T) held {
	descriptors, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)
	debug.FreeOSMemory()
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	h := held{goroutines: runtime.NumGoroutine(), descriptors: len(descriptors), mounts: strings.Count(string(mounts), "\n")}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); f[0] == "VmRSS:" {
			kb, err := strconv.Atoi(f[1])
			require.NoError(t, err)
			h.memory = kb >> 10
		}
	}
	children, _ := filepath.Glob("/proc/self/task/*/children")
	for _, f := range children {
		b, _ := os.ReadFile(f)
		h.children += len(strings.Fields(string(b)))
	}
	return h
}

// TestSoak runs a gateway's day, with workers started in advance and without, and looks whether it left anything. What is to succeed succeeds every time: no worker is killed that does its job.
func TestSoak(t *testing.T) {
	s := newSoak(t)
	s.round(2 * len(s.kinds)) // what is made once has been made
	waitWarm(t, s.r, 1, warmKinds...)
	before := remaining(t, nil)
	s.round(soakJobs)
	waitWarm(t, s.r, 1, warmKinds...)
	after := remaining(t, &before)
	t.Logf("%d jobs: before %+v, after %+v", soakJobs, before, after)
	require.LessOrEqual(t, after.memory, before.memory+48, "MiB")
	after.memory = before.memory
	require.Equal(t, before, after)
	require.Len(t, caged(), len(warmKinds), "those that wait")
}
