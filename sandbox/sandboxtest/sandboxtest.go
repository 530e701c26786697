// Package sandboxtest owns real workers for tests: it builds the worker once a process and starts runners on it.
package sandboxtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"yumen/sandbox"
)

// built is the worker of this test process.
var built = sync.OnceValues(func() (string, error) {
	if ready := os.Getenv(EnvWorker); ready != "" {
		return ready, nil
	}
	return build()
})

// What a test process that another one starts is told in its environment, so that the tests of the first run again under other conditions:
// a worker that is built already, and the program to start workers through (sandbox.Config.Spawner).
const (
	EnvWorker  = "YUMEN_TEST_WORKER"
	EnvSpawner = "YUMEN_TEST_SPAWNER"
)

// Worker returns the path of an up-to-date yumen-worker. It is built once a process, and kept under the temporary directory so
// that the next process links it again only when something has changed.
func Worker(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Runner returns a runner on the worker, closed with the test. Its configuration can be changed before it starts.
func Runner(t testing.TB, change ...func(*sandbox.Config)) *sandbox.Runner {
	t.Helper()
	config := sandbox.Config{Worker: Worker(t), Spawner: os.Getenv(EnvSpawner)}
	for _, f := range change {
		f(&config)
	}
	r, err := sandbox.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func build() (string, error) {
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	module := strings.TrimSpace(string(root))
	key := sha256.Sum256([]byte(module))
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("yumen-worker-%d-%s", os.Getuid(), hex.EncodeToString(key[:6])))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("build directory: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", fmt.Errorf("build lock: %w", err)
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return "", fmt.Errorf("build lock: %w", err)
	}
	path := filepath.Join(dir, "yumen-worker")
	cmd := exec.Command("go", "build", "-tags", "duckdb_arrow", "-o", path, "./cmd/yumen-worker")
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the worker: %w\n%s", err, out)
	}
	return path, nil
}
