// Package sandboxtest owns real workers for tests: it has the worker built and starts runners on it.
package sandboxtest

import (
	"os"
	"sync"
	"testing"

	"yumen/internal/buildtest"
	"yumen/sandbox"
)

// built is the worker of this test process.
var built = sync.OnceValues(func() (string, error) {
	if ready := os.Getenv(EnvWorker); ready != "" {
		return ready, nil
	}
	return buildtest.Command(buildtest.Worker, "")
})

// What a test process that another one starts is told in its environment, so that the tests of the first run again under other conditions:
// a worker that is built already, and the program to start workers through (sandbox.Config.Spawner).
const (
	EnvWorker  = "YUMEN_TEST_WORKER"
	EnvSpawner = "YUMEN_TEST_SPAWNER"
)

// Worker returns the path of an up-to-date yumen-worker.
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
