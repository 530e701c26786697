//go:build yumentest

package faultpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// The file that YUMEN_TEST_FAULT names holds lines "POINT N WHAT": at the N-th time that the point is reached the process is killed
// (WHAT is kill), or every later fsync fails (fsync); of a worker's point any WHAT kills the worker. The line moves to FILE.hit before,
// so that it happens once and can be proven.
const variable = "YUMEN_TEST_FAULT"

var armed struct {
	sync.Mutex
	left map[string]int // times until it happens, by line
}

// reached says what is to happen at this point, now.
func reached(p Point) (what string) {
	if !slices.ContainsFunc(Points(), func(r Row) bool { return r.Point == p }) {
		fmt.Fprintln(os.Stderr, "not in the list of fault points:", p)
		os.Exit(70)
	}
	path := os.Getenv(variable)
	if path == "" {
		return ""
	}
	armed.Lock()
	defer armed.Unlock()
	b, err := os.ReadFile(path)
	if err != nil {
		armed.left = nil
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	for i, line := range lines {
		if what := due(line, p); what != "" && happens(path, line, slices.Delete(lines, i, i+1)) == nil {
			return what
		}
	}
	return ""
}

// due counts the point against a line, and returns what is to happen when it is its turn.
func due(line string, p Point) string {
	f := strings.Fields(line)
	if len(f) != 3 || f[0] != string(p) {
		return ""
	}
	left, counted := armed.left[line]
	if !counted {
		left, _ = strconv.Atoi(f[1])
	}
	if armed.left == nil {
		armed.left = map[string]int{}
	}
	if armed.left[line] = left - 1; left > 1 {
		return ""
	}
	delete(armed.left, line)
	return f[2]
}

// happens moves a line to the file of those that happened.
func happens(path, line string, rest []string) error {
	hit, err := os.OpenFile(path+".hit", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = hit.WriteString(line + "\n")
	return errors.Join(err, hit.Close(), os.WriteFile(path+".tmp", []byte(strings.Join(rest, "\n")), 0o600), os.Rename(path+".tmp", path))
}

// Hit fails as the file says if the point is the chosen one.
func Hit(p Point) {
	switch reached(p) {
	case "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "fsync":
		failSync()
	}
}

// Written is the moment before the commit of a transaction whose last audit entry is this.
func Written(entry []byte) { Hit(Point("written:" + action(entry))) }

// Committed is the moment after it.
func Committed(entry []byte) { Hit(Point("committed:" + action(entry))) }

func action(entry []byte) string {
	var e struct{ Action string }
	if len(entry) == 0 || json.Unmarshal(entry, &e) != nil {
		return None
	}
	return e.Action
}

// Writer hits the point after each of its writes.
func Writer(w io.Writer, p Point) io.Writer { return writer{w, p} }

type writer struct {
	io.Writer
	point Point
}

func (w writer) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	Hit(w.point)
	return n, err
}

// Started is the moment at which a worker of a kind has been started; kill kills it.
func Started(kind string, kill func()) {
	if named(kind) && reached(Point("worker.started:"+kind)) != "" {
		kill()
	}
}

// Answer is a worker's answer, which ends after its first bytes at the moment worker.half of its kind; kill kills the worker.
func Answer(r io.Reader, kind string, kill func()) io.Reader {
	if !named(kind) {
		return r
	}
	return &cut{r: r, point: Point("worker.half:" + kind), kill: kill}
}

// named reports whether workers of this kind have points: those that probe the host do not.
func named(kind string) bool {
	for _, w := range workers {
		if w.kind == kind {
			return true
		}
	}
	return false
}

type cut struct {
	r     io.Reader
	point Point
	kill  func()
	begun bool
	ended bool
}

func (c *cut) Read(b []byte) (int, error) {
	if c.ended {
		return 0, io.EOF
	}
	if !c.begun && len(b) > 8 {
		b = b[:8]
	}
	n, err := c.r.Read(b)
	if n > 0 && !c.begun {
		c.begun = true
		if c.ended = reached(c.point) != ""; c.ended {
			c.kill()
		}
	}
	return n, err
}
