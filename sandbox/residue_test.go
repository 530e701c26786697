package sandbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// remains lists what a worker could leave behind on this host: its processes, the memory files and pipes that this process or a spawner still
// holds, mounts, directories for private files, and control groups. It is the same before a job and after it.
func remains(t testing.TB) []string {
	t.Helper()
	var out []string
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)
	for line := range strings.Lines(string(mounts)) {
		out = append(out, "mount "+strings.TrimSpace(line))
	}
	for _, dir := range []string{"/dev/shm", os.TempDir()} {
		found, err := filepath.Glob(filepath.Join(dir, "yumen-worker-[0-9]*"))
		require.NoError(t, err)
		for _, f := range found {
			if strings.Count(filepath.Base(f), "-") == 2 { // with one more it is where tests keep the worker
				out = append(out, "directory "+f)
			}
		}
	}
	groups, _ := filepath.Glob(filepath.Join(os.Getenv(delegatedGroup), "worker-*"))
	out = append(out, groups...)
	mine := append([]int{os.Getpid()}, childrenOf(os.Getpid(), "yumen-spawner")...)
	for i, pid := range mine {
		for _, child := range childrenOf(pid, "yumen-worker") {
			out = append(out, fmt.Sprintf("process %d of %d", child, pid))
		}
		for _, kind := range openFiles(t, pid) {
			out = append(out, fmt.Sprintf("%s of %d", kind, i))
		}
	}
	slices.Sort(out)
	return out
}

// openFiles are the descriptors of a process: memory files by their number, everything that has none by its kind.
func openFiles(t testing.TB, pid int) []string {
	t.Helper()
	fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return nil // it has ended since it was listed, and holds nothing
	}
	require.NoError(t, err)
	var out []string
	for _, fd := range fds {
		path := fmt.Sprintf("/proc/%d/fd/%s", pid, fd.Name())
		target, err := os.Readlink(path)
		if err != nil || strings.HasPrefix(target, "/proc/") {
			continue // the one through which this is read
		}
		kind, _, numbered := strings.Cut(target, ":[")
		var st syscall.Stat_t
		if strings.HasPrefix(target, "/memfd:") && syscall.Stat(path, &st) == nil {
			kind = fmt.Sprintf("%s number %d", target, st.Ino)
		} else if !numbered {
			kind = "file " + target
		}
		out = append(out, kind)
	}
	return out
}

// leavesNothing does a job and requires that all is as before.
func leavesNothing(t *testing.T, name string, job func()) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		before := remains(t)
		job()
		require.Eventually(t, func() bool {
			left := remains(t)
			for _, was := range before { // what went meanwhile was somebody else's
				if i := slices.Index(left, was); i >= 0 {
					left = slices.Delete(left, i, i+1)
				}
			}
			return len(left) == 0
		}, 20*time.Second, 5*time.Millisecond, "a spawner closes what it holds a moment later")
	})
}

// Whatever a worker does and however it ends, nothing of its own is left: each kind of job, and each kind of end.
func TestWorkersLeaveNothing(t *testing.T) {
	for _, spawner := range []string{"", self} {
		t.Run("spawner "+spawner, func(t *testing.T) {
			r := sandboxtest.Runner(t, func(c *sandbox.Config) { c.Spawner, c.SpillMB = spawner, 64 })
			file := numbers(t, r, 100_000)
			leavesNothing(t, "parse", func() { _, _ = r.Parse(soon(t), "SELECT 1") })
			leavesNothing(t, "syntax", func() { _, _ = r.Parse(soon(t), "SELEC 1") })
			leavesNothing(t, "run", func() { ask(t, r, file, `SELECT sum(x) FROM d.main.data`) })
			leavesNothing(t, "failing run", func() { _, _ = r.Run(soon(t), one(file, `SELECT * FROM read_text('/etc/passwd')`, 0)) })
			leavesNothing(t, "post", func() {
				n := "7"
				_, err := r.Post(soon(t), sandbox.PostSpec{Relations: cells("n", "BIGINT", [][]*string{{&n}}), SQL: "SELECT n FROM cells", Formats: []string{"parquet"}})
				require.NoError(t, err)
			})
			for _, source := range []string{"x\n1\n", "x\nquarantined\n"} {
				leavesNothing(t, "ingest", func() { ingests(t, r, source) })
			}
			leavesNothing(t, "cancelled", func() {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(200*time.Millisecond, cancel)
				_, _ = r.Run(ctx, one(file, endless, 0))
			})
			leavesNothing(t, "deadline", func() { _, _ = r.Run(soon(t), one(file, endless, 200*time.Millisecond)) })
			leavesNothing(t, "killed", func() { killedFromOutside(t, r, file) })
		})
	}
}

// ingests loads one column from a source that is closed afterwards.
func ingests(t *testing.T, r *sandbox.Runner, text string) {
	source, err := sandbox.SealReader("source", strings.NewReader(text), 1<<20)
	require.NoError(t, err)
	defer source.Close()
	var query, identity bytes.Buffer
	_, _ = r.Ingest(soon(t), sandbox.IngestSpec{Source: source, Query: &query, Identity: &identity, Declaration: catalog.DatasetSpec{Public: true,
		Columns: []catalog.Column{{Name: "x", Type: "BIGINT", Roles: []catalog.Role{catalog.RoleMeasure}}}}})
}

// killedFromOutside lets somebody else end the worker of a run.
func killedFromOutside(t *testing.T, r *sandbox.Runner, file *os.File) {
	var wait sync.WaitGroup
	wait.Go(func() { _, _ = r.Run(soon(t), one(file, endless, 0)) })
	defer wait.Wait()
	require.Eventually(t, func() bool {
		for _, parent := range append(childrenOf(os.Getpid(), "yumen-spawner"), os.Getpid()) {
			for _, pid := range childrenOf(parent, "yumen-worker") {
				return syscall.Kill(pid, syscall.SIGKILL) == nil
			}
		}
		return false
	}, 20*time.Second, time.Millisecond)
}

// The same for workers that break the protocol, or themselves.
func TestBrokenWorkersLeaveNothing(t *testing.T) {
	r := hostile(t)
	for _, name := range []string{"honest", "exit", "failing exit", "panic", "no status", "cut", "garbage", "endless rows", "endless words"} {
		leavesNothing(t, name, func() {
			_, _ = r.Run(soon(t), sandbox.RunSpec{Statements: []sandbox.Statement{{SQL: name}}})
		})
	}
	leavesNothing(t, "silence", func() {
		_, _ = r.Run(soon(t), sandbox.RunSpec{Statements: []sandbox.Statement{{SQL: "silence"}}, Timeout: 200 * time.Millisecond})
	})
	leavesNothing(t, "runner", func() {
		other, err := sandbox.New(sandbox.Config{Worker: sandboxtest.Worker(t), Warm: 1, Spawner: self})
		require.NoError(t, err)
		_, err = other.Parse(soon(t), "SELECT 1")
		require.NoError(t, err)
		other.Close()
	})
}

// At the floor a load builds its files in a directory of the host: it is gone afterwards, whatever happened.
func TestFloorLeavesNothing(t *testing.T) {
	r := sandboxtest.Runner(t, func(c *sandbox.Config) { c.Level = "floor" })
	for _, source := range []string{"x\n1\n", "x\nquarantined\n"} {
		leavesNothing(t, "ingest", func() { ingests(t, r, source) })
	}
}

// A buffer that data went through holds nothing of it afterwards.
func TestPourWipes(t *testing.T) {
	var seen []byte
	var out bytes.Buffer
	secret := strings.Repeat("secret ", 100_000)
	n, err := sandbox.Pour(&out, readerOf(func(p []byte) (int, error) {
		seen = p
		return strings.NewReader(secret[out.Len():]).Read(p)
	}))
	require.NoError(t, err)
	require.EqualValues(t, len(secret), n)
	require.Equal(t, secret, out.String())
	require.NotEmpty(t, seen)
	require.Empty(t, bytes.Trim(seen, "\x00"))
}

type readerOf func([]byte) (int, error)

func (f readerOf) Read(p []byte) (int, error) { return f(p) }
