package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// groups makes one control group (cgroup v2) for every worker, below the group that was delegated to this process and nowhere else.
type groups struct {
	dir     string   // the delegated group
	binds   []string // the controllers that bind its children
	atClone bool     // a worker is born in its group; otherwise it is moved there before it gets its plan
	serial  atomic.Int64
}

// group is the control group of one worker.
type group struct {
	path string
	dir  *os.File
}

// groupLimits bound a worker as a whole, whatever its processes do.
type groupLimits struct {
	memory    int64 // bytes: its own memory and its private files; nothing of it is swapped
	processes int   // threads included
	cores     int
}

// controllers are those that bind a worker. The layer cgroup is there when all of them are.
var controllers = []string{"cpu", "memory", "pids"}

const (
	gatewayGroup = "gateway" // where this process goes: a group with controlled children holds no process of its own
	workerGroup  = "worker-" // and the gateway's process number, and a serial number
)

// openGroups takes possession of the delegated group of this process. Whoever starts the gateway delegates it: systemd with Delegate=,
// a container's runtime with a control group namespace that can be written to.
func openGroups() (*groups, error) {
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, fmt.Errorf("control groups cannot be seen")
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("mounts cannot be seen")
	}
	dir, err := ownGroup(string(own), string(mounts))
	if err != nil {
		return nil, err
	}
	if filepath.Base(dir) == gatewayGroup && delegated(filepath.Dir(dir)) {
		dir = filepath.Dir(dir) // this process was moved there before
	}
	if !delegated(dir) {
		return nil, fmt.Errorf("no control group is delegated to this process")
	}
	return adoptGroup(dir, os.Getpid())
}

// ownGroup is where the group of this process is seen, from the texts of /proc/self/cgroup and /proc/self/mountinfo.
func ownGroup(own, mounts string) (string, error) {
	path, found := "", false
	for line := range strings.Lines(own) {
		if path, found = strings.CutPrefix(strings.TrimSpace(line), "0::"); found {
			break
		}
	}
	if !found || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "/..") || strings.HasSuffix(path, " (deleted)") {
		return "", fmt.Errorf("this process is in no control group of version 2")
	}
	for line := range strings.Lines(mounts) {
		left, right, _ := strings.Cut(line, " - ")
		fields := strings.Fields(left)
		if !strings.HasPrefix(right, "cgroup2 ") || len(fields) < 6 {
			continue
		}
		root, at := fields[3], fields[4]
		if rest, ok := strings.CutPrefix(path, strings.TrimSuffix(root, "/")); ok && (rest == "" || rest[0] == '/') {
			return filepath.Join(at, rest), nil
		}
	}
	return "", fmt.Errorf("control groups of version 2 are not mounted")
}

// delegated reports whether a group was given to this process to be divided: systemd marks such a group, an ordinary user owns it, and
// the root of a control group namespace belongs to whoever lives in it. The root of all groups is nobody's.
func delegated(dir string) bool {
	if _, err := os.Stat(filepath.Join(dir, "cgroup.events")); err != nil {
		return false
	}
	for _, mark := range []string{"user.delegate", "trusted.delegate"} {
		value := make([]byte, 8)
		if n, err := unix.Getxattr(dir, mark, value); err == nil && string(value[:n]) == "1" {
			return true
		}
	}
	st, err := os.Stat(filepath.Join(dir, "cgroup.subtree_control"))
	if err != nil {
		return false
	}
	uid := os.Getuid()
	owner, ok := st.Sys().(*syscall.Stat_t)
	if ok && uid != 0 && owner.Uid == uint32(uid) {
		return true
	}
	_, err = os.Stat(filepath.Join(filepath.Dir(dir), "cgroup.procs"))
	return errors.Is(err, fs.ErrNotExist) && unix.Access(filepath.Join(dir, "cgroup.subtree_control"), unix.W_OK) == nil
}

// adoptGroup moves a process into a group below dir and switches on the controllers that are there.
func adoptGroup(dir string, pid int) (*groups, error) {
	g := &groups{dir: dir, atClone: true}
	leaf := filepath.Join(dir, gatewayGroup)
	if err := os.Mkdir(leaf, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("the delegated control group cannot be divided")
	}
	if err := tell(leaf, "cgroup.procs", strconv.Itoa(pid)); err != nil {
		return nil, fmt.Errorf("this process cannot go into a control group of its own")
	}
	g.sweep()
	there, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if err != nil {
		return nil, fmt.Errorf("the controllers cannot be seen")
	}
	for _, c := range controllers {
		if slices.Contains(strings.Fields(string(there)), c) && tell(dir, "cgroup.subtree_control", "+"+c) == nil {
			g.binds = append(g.binds, c)
		}
	}
	return g, nil
}

// missing says which controllers do not bind workers; nil when all of them do.
func (g *groups) missing() error {
	var out []string
	for _, c := range controllers {
		if !slices.Contains(g.binds, c) {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return fmt.Errorf("the delegated control group is without the controllers %s", strings.Join(out, ", "))
}

// sweep removes the groups of gateways that are gone. Their workers died with them.
func (g *groups) sweep() {
	entries, _ := os.ReadDir(g.dir)
	for _, e := range entries {
		owner, _, _ := strings.Cut(strings.TrimPrefix(e.Name(), workerGroup), "-")
		pid, err := strconv.Atoi(owner)
		if err != nil || !e.IsDir() || !strings.HasPrefix(e.Name(), workerGroup) || !errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
			continue
		}
		_ = os.Remove(filepath.Join(g.dir, e.Name())) // one that still holds a process stays
	}
}

// make makes a group with limits.
func (g *groups) make(l groupLimits) (*group, error) {
	path := filepath.Join(g.dir, fmt.Sprintf("%s%d-%d", workerGroup, os.Getpid(), g.serial.Add(1)))
	if err := os.Mkdir(path, 0o755); err != nil {
		return nil, fmt.Errorf("make a control group: %w", err)
	}
	w := &group{path: path}
	for _, s := range g.settings(l) {
		if err := tell(path, s[0], s[1]); err != nil {
			w.remove()
			return nil, fmt.Errorf("set %s: %w", s[0], err)
		}
	}
	var err error
	if w.dir, err = os.Open(path); err != nil {
		w.remove()
		return nil, fmt.Errorf("open a control group: %w", err)
	}
	return w, nil
}

// settings are the files of a group with what is written into them, as far as the controllers go.
func (g *groups) settings(l groupLimits) (out [][2]string) {
	const period = 100_000 // µs, the kernel's own default
	all := map[string][][2]string{
		"cpu":    {{"cpu.max", fmt.Sprintf("%d %d", l.cores*period, period)}},
		"memory": {{"memory.max", strconv.FormatInt(l.memory, 10)}, {"memory.swap.max", "0"}, {"memory.oom.group", "1"}},
		"pids":   {{"pids.max", strconv.Itoa(l.processes)}},
	}
	for _, c := range g.binds {
		out = append(out, all[c]...)
	}
	return out
}

// tell writes one setting. A kernel that cannot swap has no file for it.
func tell(dir, file, text string) error {
	path := filepath.Join(dir, file)
	if file == "memory.swap.max" {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	return os.WriteFile(path, []byte(text), 0o600)
}

// hold puts a process into the group, unless it was born there, and makes sure that it is there.
func (w *group) hold(pid int, born bool) error {
	number := strconv.Itoa(pid)
	if !born {
		if err := tell(w.path, "cgroup.procs", number); err != nil {
			return err
		}
	}
	there, err := os.ReadFile(filepath.Join(w.path, "cgroup.procs"))
	if err != nil {
		return err
	}
	if !slices.Contains(strings.Fields(string(there)), number) {
		return errors.New("the process is not in its control group")
	}
	return nil
}

// kill ends every process of the group.
func (w *group) kill() { _ = tell(w.path, "cgroup.kill", "1") }

// outOfMemory reports whether the kernel ended the worker because it had used up its memory.
func (w *group) outOfMemory() bool {
	b, _ := os.ReadFile(filepath.Join(w.path, "memory.events"))
	for line := range strings.Lines(string(b)) {
		if n, ok := strings.CutPrefix(line, "oom_kill "); ok && strings.TrimSpace(n) != "0" {
			return true
		}
	}
	return false
}

// remove removes the group of a worker that was reaped. The kernel may still be taking its processes apart, for a moment.
func (w *group) remove() {
	if w.dir != nil {
		_ = w.dir.Close()
	}
	for range 200 {
		if err := os.Remove(w.path); !errors.Is(err, unix.EBUSY) {
			return
		}
		w.kill()
		time.Sleep(5 * time.Millisecond)
	}
}
