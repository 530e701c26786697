package sandbox_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
	"yumen/sandbox/wire"
)

// outsideSecret is what an attack is to find, in this process' memory and in a file.
var outsideSecret = []byte("the secret of the outside")

// attackDir is where attackProgram has built it; TestMain removes it.
var attackDir string

// attackProgram builds the worker that was taken over, once, where every user can start it.
var attackProgram = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("YUMEN_ATTACK"); path != "" {
		return path, nil
	}
	var err error
	if attackDir, err = os.MkdirTemp("", "yumen-attack-"); err != nil {
		return "", err
	}
	path := filepath.Join(attackDir, "attack")
	build := exec.Command("go", "build", "-o", path, "./testdata/attack")
	build.Env = append(os.Environ(), "CGO_ENABLED=1")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, os.Chmod(attackDir, 0o755)
})

// attackWorker is the path of the worker that was taken over.
func attackWorker(t *testing.T) string {
	path, err := attackProgram()
	require.NoError(t, err)
	return path
}

// outside is what the host has to offer to an attack. It is sent to the attack as it is.
type outside struct {
	PID, Victim int
	Address     uint64
	Dir         string
	TCP, UDP    int
	Abstract    string
	Shm         int
	Queue       string
	Host        string
}

// newOutside puts up a host that can be reached by everybody but a worker.
func newOutside(t *testing.T) *outside {
	dir, err := os.MkdirTemp("", "yumen-outside-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o777))
	o := &outside{PID: os.Getpid(), Address: uint64(uintptr(unsafe.Pointer(&outsideSecret[0]))), Dir: dir, Abstract: "@yumen-" + filepath.Base(dir),
		Queue: filepath.Base(dir)}
	o.Host, err = os.Hostname()
	require.NoError(t, err)
	o.tidy(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "program"), elf(), 0o755))
	tcp, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	udp, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	o.TCP, o.UDP = tcp.Addr().(*net.TCPAddr).Port, udp.LocalAddr().(*net.UDPAddr).Port
	abstract, err := net.Listen("unix", o.Abstract)
	require.NoError(t, err)
	path, err := net.Listen("unix", filepath.Join(dir, "socket"))
	require.NoError(t, err)
	require.NoError(t, os.Chmod(filepath.Join(dir, "socket"), 0o777))
	t.Cleanup(func() {
		for _, c := range []interface{ Close() error }{tcp, udp, abstract, path} {
			_ = c.Close()
		}
	})
	o.Shm, err = unix.SysvShmGet(unix.IPC_PRIVATE, 4096, unix.IPC_CREAT|0o666)
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = unix.SysvShmCtl(o.Shm, unix.IPC_RMID, nil) })
	name, err := unix.BytePtrFromString(o.Queue)
	require.NoError(t, err)
	q, _, errno := unix.Syscall6(unix.SYS_MQ_OPEN, uintptr(unsafe.Pointer(name)), unix.O_CREAT|unix.O_RDWR, 0o666, 0, 0, 0)
	require.Zero(t, errno)
	t.Cleanup(func() {
		_ = unix.Close(int(q))
		_, _, _ = unix.Syscall(unix.SYS_MQ_UNLINK, uintptr(unsafe.Pointer(name)), 0, 0)
	})
	return o
}

// tidy makes the files that an attack may have changed.
func (o *outside) tidy(t *testing.T) {
	for _, name := range []string{"x", "d", "s", "f", "victim2", "secret2"} {
		require.NoError(t, os.RemoveAll(filepath.Join(o.Dir, name)))
	}
	for _, name := range []string{"secret", "victim"} {
		path := filepath.Join(o.Dir, name)
		require.NoError(t, os.WriteFile(path, outsideSecret, 0o666))
		require.NoError(t, os.Chmod(path, 0o666))
	}
}

// statement is one attack as the job that names it.
func (o *outside) statement(t *testing.T, name string) sandbox.Statement {
	b, err := json.Marshal(o)
	require.NoError(t, err)
	return sandbox.Statement{SQL: name, Args: []sandbox.Value{{Type: "VARCHAR", Text: string(b)}}}
}

// elf is an executable of a few bytes: it writes the answer of an attack that is done to its descriptor 4 and exits.
func elf() []byte {
	var answer bytes.Buffer
	out := wire.NewCellWriter(&answer)
	done := "done"
	if out.Write(0, wire.Row{&done}) != nil || out.Close() != nil {
		return nil
	}
	code := []byte{0xb8, 1, 0, 0, 0, 0xbf, 4, 0, 0, 0, 0x48, 0x8d, 0x35, 16, 0, 0, 0, 0xba} // write(4, after the code,
	code = binary.LittleEndian.AppendUint32(code, uint32(answer.Len()))
	code = append(code, 0x0f, 0x05, 0xb8, 60, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05) // size); exit(0)
	const base, head = 0x400000, 64 + 56
	size := uint64(head + len(code) + answer.Len())
	file := []byte{0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	for _, v := range []any{uint16(2), uint16(62), uint32(1), uint64(base + head), uint64(64), uint64(0), uint32(0), uint16(64), uint16(56), uint16(1), uint16(0), uint16(0), uint16(0),
		uint32(1), uint32(5), uint64(0), uint64(base), uint64(base), size, size, uint64(4096)} {
		file, _ = binary.Append(file, binary.LittleEndian, v)
	}
	return append(append(file, code...), answer.Bytes()...)
}

// fileWithout is a snapshot that lacks what protects one.
func fileWithout(t *testing.T, off []string) *os.File {
	lacks := func(name string) bool { return slices.Contains(off, name) }
	if !lacks("mode") && !lacks("seals") && !lacks("readonly") && !lacks("noatime") {
		return sandboxtest.Seal(t, elf())
	}
	flags, mode := unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING, uint32(0o444)
	if lacks("mode") {
		mode = 0o777
	}
	fd, err := unix.MemfdCreate("test", flags)
	require.NoError(t, err)
	w := os.NewFile(uintptr(fd), "test")
	t.Cleanup(func() { _ = w.Close() })
	_, err = w.Write(elf())
	require.NoError(t, err)
	require.NoError(t, unix.Fchmod(fd, mode))
	if !lacks("seals") {
		_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_WRITE|unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL)
		require.NoError(t, err)
	}
	if lacks("readonly") {
		return w
	}
	ro, err := os.Open(fmt.Sprintf("/proc/self/fd/%d", fd))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	t.Cleanup(func() { _ = ro.Close() })
	return ro
}

// caged are the processes that this one has started as workers, by their numbers.
func caged() []int {
	var out []int
	found, _ := filepath.Glob("/proc/self/task/*/children")
	for _, f := range found {
		b, _ := os.ReadFile(f)
		for p := range strings.FieldsSeq(string(b)) {
			if name, _ := os.ReadFile("/proc/" + p + "/comm"); string(name) == "yumen-worker\n" {
				n, _ := strconv.Atoi(p)
				out = append(out, n)
			}
		}
	}
	return out
}

// withVictim starts another tenant's worker beside the attack.
func (o *outside) withVictim(t *testing.T, r *sandbox.Runner, attack func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	defer wait.Wait()
	defer cancel()
	before := caged()
	wait.Go(func() { _, _ = r.Loose(ctx, sandboxtest.Seal(t, elf()), o.statement(t, "victim")) })
	require.Eventually(t, func() bool {
		for _, p := range caged() {
			// Who may not look at it cannot see whether it is ready; neither can the attack.
			maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", p))
			if !slices.Contains(before, p) && (err != nil || bytes.Contains(maps, []byte("1000000000-1000001000 "))) {
				o.Victim = p
				return true
			}
		}
		return false
	}, 10*time.Second, 5*time.Millisecond)
	attack()
}
