// Package buildtest builds the module's commands for tests. Each is linked once a machine, and again only when something has changed,
// whichever test process asks first.
package buildtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Worker is the one command that links DuckDB, and so the one that is built with cgo.
const Worker = "yumen-worker"

// Command builds a command, with one more build tag if tag names one, and returns its path. Commands of the same tag lie in one directory,
// which every user may read. The file may be the one that other tests run: it is not to be written.
func Command(name, tag string) (string, error) {
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	module := strings.TrimSpace(string(root))
	key := sha256.Sum256([]byte(module))
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("yumen-test-%d-%s", os.Getuid(), hex.EncodeToString(key[:6])), "bin"+tag)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("build directory: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, name+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", fmt.Errorf("build lock: %w", err)
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return "", fmt.Errorf("build lock: %w", err)
	}
	path, cgo := filepath.Join(dir, name), "CGO_ENABLED=0"
	tags := []string{}
	if name == Worker {
		tags, cgo = append(tags, "duckdb_arrow"), "CGO_ENABLED=1"
	}
	if tag != "" {
		tags = append(tags, tag)
	}
	cmd := exec.Command("go", "build", "-tags", strings.Join(tags, ","), "-o", path, "./cmd/"+name)
	cmd.Dir = module
	cmd.Env = append(os.Environ(), cgo)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", name, err, out)
	}
	return path, nil
}
