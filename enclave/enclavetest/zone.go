// Package enclavetest owns whole gateways for tests: a zone with a real store, keyring, policy and workers whose clock, store and
// workers a test can disturb; the people of the zone; and the invariants that must hold after every step, whatever was disturbed.
package enclavetest

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/internal/artefact"
	"yumen/internal/authn"
	"yumen/internal/keyring"
	"yumen/internal/metastore/sqlite"
	"yumen/policy"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// Password is everybody's who has one.
const Password = "correct horse battery"

// Zone is one gateway under test.
type Zone struct {
	Dir       string
	Service   *enclave.Service
	Store     *Store
	Runner    *Runner
	Decider   *Decider
	Keys      *keyring.Ring
	Clock     *Clock
	Snapshots *artefact.Store
	Artefacts *artefact.Store
	Config    enclave.Config // what Service was made of

	signers map[string]signer
	codes   map[string]string // activation codes, by account
	banks   int
}

// New makes a zone of jurisdiction lab with the people of People, and Clients and Cases loaded; it is closed with the test. The
// configuration can be changed before the gateway starts.
func New(t testing.TB, change ...func(*enclave.Config)) *Zone {
	t.Helper()
	first.once.Do(func() { first.files, first.codes = found(t) })
	require.NotNil(t, first.files, "the first zone of this process could not be made")
	z := &Zone{Dir: t.TempDir(), Clock: NewClock(), signers: map[string]signer{}, codes: first.codes}
	for name, content := range first.files {
		path := filepath.Join(z.Dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, content, 0o600))
	}
	z.open(t, change...)
	return z
}

// first is the zone from which all others of a process are copied: what it takes to make one is done once.
var first struct {
	once  sync.Once
	files map[string][]byte
	codes map[string]string
}

// found makes the first zone and returns its files and the activation codes of its people.
func found(t testing.TB) (files map[string][]byte, codes map[string]string) {
	t.Helper()
	z := &Zone{Dir: t.TempDir(), Clock: NewClock(), signers: map[string]signer{}}
	require.NoError(t, keyring.CreateMaster(z.master()))
	id := catalog.NewID(catalog.PrefixZone)
	keys, err := keyring.Create(filepath.Join(z.Dir, "keys"), keyring.Config{Zone: id, Master: keyring.File{Path: z.master()}})
	require.NoError(t, err)
	store := OpenStore(t, filepath.Join(z.Dir, "meta.db"))
	require.NoError(t, enclave.Init(t.Context(), enclave.InitConfig{Store: store, Keys: keys, Clock: z.Clock, Zone: id, Jurisdiction: "lab",
		Administrator: "admin", Person: "op-admin", Organization: "operator", Password: Password, PasswordCost: cheap()}))
	require.NoError(t, errors.Join(store.close(), keys.Close()))
	z.open(t)
	z.settle(t)
	z.datasets(t)
	z.Shut(t)
	files = map[string][]byte{}
	require.NoError(t, filepath.WalkDir(z.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(z.Dir, path)
		if err != nil {
			return err
		}
		files[name], err = os.ReadFile(path)
		return err
	}))
	return files, z.codes
}

// cheap is little work for a password: tests log in often.
func cheap() authn.Cost { return authn.Cost{Memory: 8 << 10, Passes: 1, Threads: 1} }

func (z *Zone) master() string { return filepath.Join(z.Dir, "master.key") }

// open opens the parts of a zone that lies in its directory, and starts its gateway.
func (z *Zone) open(t testing.TB, change ...func(*enclave.Config)) {
	t.Helper()
	var err error
	require.NoError(t, os.Chmod(z.Dir, 0o700))
	for _, kind := range []string{"", "data", "entity", "sign"} {
		require.NoError(t, os.MkdirAll(filepath.Join(z.Dir, "keys", kind), 0o700))
	}
	z.Keys, err = keyring.Open(filepath.Join(z.Dir, "keys"), keyring.Config{Master: keyring.File{Path: z.master()}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = z.Keys.Close() })
	z.Store = OpenStore(t, filepath.Join(z.Dir, "meta.db"))
	z.Snapshots, err = artefact.NewStore(filepath.Join(z.Dir, "snapshots"), catalog.PrefixSnapshot, z.Keys)
	require.NoError(t, err)
	z.Artefacts, err = artefact.NewStore(filepath.Join(z.Dir, "artefacts"), catalog.PrefixArtefact, z.Keys)
	require.NoError(t, err)
	worker := sandboxtest.Worker(t)
	cage, err := workers(worker)
	require.NoError(t, err)
	z.Runner = &Runner{Runner: cage}
	engine, err := lab()
	require.NoError(t, err)
	engine = engine.Clone()
	z.Decider = &Decider{Decider: engine}
	z.Config = enclave.Config{PasswordCost: cheap(), Store: z.Store, Decider: z.Decider, Runner: z.Runner, Snapshots: z.Snapshots, Artefacts: z.Artefacts, Keys: z.Keys,
		Clock: z.Clock, Log: Logger(t), Level: "test", Engine: engine, Limits: enclave.Limits{RunMemoryMB: 256, RunThreads: 1}}
	for _, f := range change {
		f(&z.Config)
	}
	z.start(t)
	t.Cleanup(func() { require.NoError(t, z.Service.Close(context.Background())) })
}

func (z *Zone) start(t testing.TB) {
	var err error
	z.Service, err = enclave.New(t.Context(), z.Config)
	require.NoError(t, err)
}

// Restart ends the gateway and starts it again over the same store, keys and files, under another configuration if need be.
func (z *Zone) Restart(t testing.TB, change ...func(*enclave.Config)) {
	t.Helper()
	z.Store.Heal()
	require.NoError(t, z.Service.Close(context.Background()))
	for _, f := range change {
		f(&z.Config)
	}
	z.start(t)
}

// Shut ends the gateway and closes its parts, so that another process can serve the zone's directory.
func (z *Zone) Shut(t testing.TB) {
	t.Helper()
	require.NoError(t, z.Service.Close(context.Background()))
	require.NoError(t, z.Store.close())
	require.NoError(t, z.Keys.Close())
}

// CheckOffline requires the invariants of a zone that was shut, and that no process serves.
func (z *Zone) CheckOffline(t testing.TB) []audit.Entry {
	t.Helper()
	return CheckDir(t, z.Dir)
}

// CheckDir requires the invariants of the zone in a directory that no process serves.
func CheckDir(t testing.TB, dir string) []audit.Entry {
	t.Helper()
	keys, err := keyring.Open(filepath.Join(dir, "keys"), keyring.Config{Master: keyring.File{Path: filepath.Join(dir, "master.key")}})
	require.NoError(t, err)
	defer keys.Close()
	store, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(dir, "meta.db")})
	require.NoError(t, err)
	defer store.Close()
	return Check(t, Parts{Store: &Store{inner: store}, Keys: keys, Dir: dir})
}

// lab is the policy of jurisdiction lab, read once a process. A decision may take its time on a busy machine.
var lab = sync.OnceValues(func() (*policy.Engine, error) {
	return policy.Open(policy.Config{Jurisdiction: "lab", Salt: make([]byte, 32), Timeout: time.Minute})
})

// Salted is an engine whose bundle outsiders know by another digest, as that of a bundle that differs.
func Salted(t testing.TB, salt string) *policy.Engine {
	t.Helper()
	e, err := policy.Open(policy.Config{Jurisdiction: "lab", Salt: []byte(strings.Repeat(salt, 32)), Timeout: time.Minute})
	require.NoError(t, err)
	return e
}

// workers is the runner of all zones of a process. It ends with the process.
var workers = func() func(path string) (*sandbox.Runner, error) {
	var once sync.Once
	var r *sandbox.Runner
	var err error
	return func(path string) (*sandbox.Runner, error) {
		once.Do(func() { r, err = sandbox.New(sandbox.Config{Worker: path}) })
		return r, err
	}
}()

// Logger writes what a gateway logs into the test's own log, from warnings on.
func Logger(t testing.TB) *slog.Logger {
	w := &logWriter{t: t}
	t.Cleanup(w.stop)
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

type logWriter struct {
	mu sync.Mutex
	t  testing.TB
}

func (w *logWriter) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.t = nil
}

func (w *logWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.t != nil {
		w.t.Log(strings.TrimRight(string(b), "\n"))
	}
	return len(b), nil
}

// Clock is a clock that stands still until a test advances it.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock makes a clock that shows an early morning of 2026.
func NewClock() *Clock { return &Clock{at: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)} }

// Now is the time it shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Advance moves it on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// OpenStore opens a real metastore, closed with the test.
func OpenStore(t testing.TB, path string) *Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), sqlite.Config{Path: path})
	require.NoError(t, err)
	out := &Store{inner: s, close: sync.OnceValue(s.Close)}
	t.Cleanup(func() { _ = out.close() })
	return out
}

// Files lists what lies in a folder of the zone.
func (z *Zone) Files(t testing.TB, folder ...string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(append([]string{z.Dir}, folder...)...))
	require.NoError(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}
