package sandbox_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"yumen/sandbox"
	"yumen/sandbox/wire"
)

// attempt runs one attack and says how it ended.
func attempt(t *testing.T, run func() (string, error)) string {
	got, err := run()
	if err != nil {
		assert.ErrorIs(t, err, sandbox.ErrExecution)
		if strings.Contains(err.Error(), "bad system call") {
			return dead
		}
		return crashed
	}
	return got
}

// each does something with every case, a few at a time.
func each[C any](cases []C, do func(C)) {
	var wait sync.WaitGroup
	defer wait.Wait()
	free := make(chan struct{}, 3)
	for _, c := range cases {
		free <- struct{}{}
		wait.Go(func() {
			defer func() { <-free }()
			do(c)
		})
	}
}

// TestAttacks starts one worker for each attack, in the full cage and at the floor.
func TestAttacks(t *testing.T) {
	o := newOutside(t)
	file := fileWithout(t, nil)
	for _, level := range []string{"full", "floor"} {
		t.Run(level, func(t *testing.T) {
			r, err := sandbox.New(sandbox.Config{Worker: attackWorker(t), Level: level, SpillMB: 4})
			require.NoError(t, err)
			defer r.Close()
			if r.LevelName() != level {
				t.Skip("the host does not allow this level")
			}
			each(attacks, func(a attack) {
				want := a.full
				if level == "floor" {
					want = a.floor
				}
				got := attempt(t, func() (string, error) {
					out, err := r.Run(soon(t), sandbox.RunSpec{Snapshots: []sandbox.SnapshotRef{{Name: "d", File: file}}, Statements: []sandbox.Statement{o.statement(t, a.name)}})
					if err != nil {
						return "", err
					}
					return *out[0][0][0], nil
				})
				if want == "" { // refused, for a reason that depends on the user or the kernel
					assert.NotContains(t, []string{done, dead}, got, a.name)
					return
				}
				assert.Equal(t, want, got, a.name)
			})
		})
	}
}

// TestAttacksOfWarmWorkers gives every attack to a worker that was started in advance. It may make one system call more than others; when an
// attack begins, the socket for it is closed.
func TestAttacksOfWarmWorkers(t *testing.T) {
	o := newOutside(t)
	file := fileWithout(t, nil)
	r, err := sandbox.New(sandbox.Config{Worker: attackWorker(t), SpillMB: 4, Warm: 2})
	require.NoError(t, err)
	defer r.Close()
	if r.LevelName() != "full" {
		t.Skip("the host does not allow the full cage")
	}
	for _, a := range append(slices.Clone(attacks), attack{name: "receive a job", full: badfd}) {
		require.Eventually(t, func() bool { return r.Warm()["run"].Idle > 0 }, time.Minute, time.Millisecond)
		got := attempt(t, func() (string, error) {
			out, err := r.Run(soon(t), sandbox.RunSpec{Snapshots: []sandbox.SnapshotRef{{Name: "d", File: file}}, Statements: []sandbox.Statement{o.statement(t, a.name)}})
			if err != nil {
				return "", err
			}
			return *out[0][0][0], nil
		})
		if a.full == "" {
			assert.NotContains(t, []string{done, dead}, got, a.name)
			continue
		}
		assert.Equal(t, a.full, got, a.name)
	}
	require.EqualValues(t, len(attacks)+1, r.Warm()["run"].Hits)
	require.Zero(t, r.Warm()["run"].Misses)
}

// TestEveryAttackIsInTheTable says that what the worker can do is what the table holds.
func TestEveryAttackIsInTheTable(t *testing.T) {
	r, err := sandbox.New(sandbox.Config{Worker: attackWorker(t)})
	require.NoError(t, err)
	defer r.Close()
	text, err := r.Loose(soon(t), fileWithout(t, nil), sandbox.Statement{SQL: "names"})
	require.NoError(t, err)
	known := map[string]bool{}
	require.NoError(t, json.Unmarshal([]byte(text), &known))
	for _, a := range attacks {
		require.True(t, known[a.name], "%s is no attack", a.name)
		delete(known, a.name)
	}
	for _, other := range []string{"victim", "burn", "sleep", "abort", "limits", "die of the cpu", "receive a job", "dump", "meet: wait", "meet: wake"} { // of other tests
		delete(known, other)
	}
	require.Empty(t, known)
}

var layerBits = map[string]uint64{ns: sandbox.WithoutNamespaces, root: wire.LayerRoot, limits: wire.LayerLimits, nocaps: wire.LayerCaps, undumpable: wire.LayerUndumpable,
	landlock: wire.LayerLandlock, calls: wire.LayerSeccomp}

// weakened keeps a runner for every set of layers that is taken away.
type weakened struct {
	t       *testing.T
	worker  string
	mu      sync.Mutex
	runners map[uint64]*sandbox.Runner
}

func (w *weakened) without(off []string) *sandbox.Runner {
	var bits uint64
	for _, name := range off {
		bits |= layerBits[name]
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.runners[bits] == nil {
		r, err := sandbox.Weakened(sandbox.Config{Worker: w.worker, SpillMB: 4}, bits)
		require.NoError(w.t, err)
		w.t.Cleanup(r.Close)
		w.runners[bits] = r
	}
	return w.runners[bits]
}

// TestEveryLayerStopsWhatItIsSaidTo takes layers away. Without all that are said to stop an attack it succeeds, so nothing else stops it; and
// each of them stops it without the others.
func TestEveryLayerStopsWhatItIsSaidTo(t *testing.T) {
	o := newOutside(t)
	w := &weakened{t: t, worker: attackWorker(t), runners: map[uint64]*sandbox.Runner{}}
	if r, err := sandbox.Weakened(sandbox.Config{Worker: attackWorker(t)}, 0); err != nil {
		t.Skip("the host does not allow the full cage")
	} else {
		r.Close()
	}
	for _, a := range attacks {
		layers := a.by
		if os.Getuid() == 0 && a.root != nil {
			layers = a.root
		}
		if layers == nil {
			continue
		}
		try := func(off []string) string {
			o.tidy(t)
			r, file := w.without(off), fileWithout(t, off)
			got := ""
			run := func() {
				got = attempt(t, func() (string, error) { return r.Loose(soon(t), file, o.statement(t, a.name)) })
			}
			if strings.Contains(a.name, "worker") {
				o.withVictim(t, r, run)
			} else {
				run()
			}
			return got
		}
		want := done
		if a.after != "" {
			want = a.after
		}
		assert.Contains(t, strings.Split(want, "|"), try(layers), "%s without %v", a.name, layers)
		if len(layers) < 2 {
			continue
		}
		for i, l := range layers {
			off := slices.Delete(slices.Clone(layers), i, i+1)
			if l == root { // there is no private root without namespaces
				off = slices.DeleteFunc(off, func(o string) bool { return o == ns })
			}
			assert.NotEqual(t, done, try(off), "%s with %s and without %v", a.name, l, off)
		}
	}
}

// TestNothingIsLeftInADescription lets one worker leave something in the description of a snapshot that the next one gets too.
func TestNothingIsLeftInADescription(t *testing.T) {
	r, err := sandbox.New(sandbox.Config{Worker: attackWorker(t)})
	require.NoError(t, err)
	defer r.Close()
	for _, what := range []string{"offset", "flag"} {
		file := fileWithout(t, nil)
		leave, see := sandbox.Statement{SQL: "leave " + what}, sandbox.Statement{SQL: "see " + what}
		run := func(st sandbox.Statement) string {
			out, err := r.Run(soon(t), sandbox.RunSpec{Snapshots: []sandbox.SnapshotRef{{Name: "d", File: file}}, Statements: []sandbox.Statement{st}})
			require.NoError(t, err)
			return *out[0][0][0]
		}
		require.Equal(t, done, run(leave))
		require.Equal(t, "nothing was left", run(see))
		_, err = r.Loose(soon(t), file, leave)
		require.NoError(t, err)
		got, err := r.Loose(soon(t), file, see)
		require.NoError(t, err)
		require.Equal(t, done, got, "and with one description for all of them it is a channel")
	}
}

// TestWorkersDoNotMeet lets two workers that share a snapshot look for each other at one of its pages.
func TestWorkersDoNotMeet(t *testing.T) {
	w := &weakened{t: t, worker: attackWorker(t), runners: map[uint64]*sandbox.Runner{}}
	if r, err := sandbox.Weakened(sandbox.Config{Worker: w.worker}, 0); err != nil {
		t.Skip("the host does not allow the full cage")
	} else {
		r.Close()
	}
	for _, off := range [][]string{nil, {calls}} {
		file := fileWithout(t, nil)
		r := w.without(off)
		answers := make([]string, 2)
		each([]int{0, 1}, func(i int) {
			answers[i] = attempt(t, func() (string, error) {
				return r.Loose(soon(t), file, sandbox.Statement{SQL: []string{"meet: wait", "meet: wake"}[i]})
			})
		})
		want := perm
		if off != nil {
			want = done
		}
		require.Equal(t, []string{want, want}, answers)
	}
}

// TestOnlyTestsTakeLayersAway says that no program can: nothing but a test of this package sets what takes them.
func TestOnlyTestsTakeLayersAway(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		if !strings.HasSuffix(f, "_test.go") {
			require.NotRegexp(t, `weaken\s*[:=][^=]|&\w+(\.\w+)*\.weaken`, string(b), f)
		}
	}
}

// TestAttacksAsOrdinaryUser does all this again as a user who is nobody: a gateway is not always root.
func TestAttacksAsOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("this is one")
	}
	c := exec.Command("/proc/self/exe", "-test.run=^(TestAttacks|TestEveryLayerStopsWhatItIsSaidTo)$")
	c.Env = append(os.Environ(), "YUMEN_ATTACK="+attackWorker(t))
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := c.CombinedOutput()
	require.NoError(t, err, string(out))
}
