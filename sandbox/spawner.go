package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
)

// A gateway that holds keys closes itself to debuggers, and can then write no identity map of a worker's namespace unless it is root. So
// it starts workers through a process that holds nothing: the spawner, the same program under another name, which gets what a worker is
// started from as one message with descriptors, and one end of a line for each worker: on it it says that the worker started and how it
// ended, and the gateway closes its end to have it killed. The spawner dies with the gateway, and the workers with the spawner.

// spawnerName is the name that a program is started under to be a spawner.
const spawnerName = "yumen-spawner"

// controlFD is where a spawner finds its socket.
const controlFD = 3

// Spawning reports whether this process was started to be a spawner. A program that gives its own path as [Config].Spawner asks it first of
// all, and calls [Spawn] then.
func Spawning() bool { return len(os.Args) == 1 && os.Args[0] == spawnerName }

// Spawn starts workers for the gateway that started this process, until that ends. It returns the exit status.
func Spawn() int {
	runtime.LockOSThread()                                      // the thread whose end is the death of the workers
	_ = os.WriteFile("/proc/self/comm", []byte(spawnerName), 0) // for those who read lists of processes
	control, err := connection(os.NewFile(controlFD, "control"))
	if err != nil {
		return 71
	}
	for {
		s, line, err := receive(control)
		if err != nil {
			return 0 // the gateway is gone, or what it says is no request
		}
		s.spawn(line)
	}
}

// spawn starts one worker, says so on its line, and looks after it.
func (s *start) spawn(line *net.UnixConn) {
	cmd := s.command()
	err := cmd.Start()
	closeAll(append(s.files, s.stderr, s.group))
	if err != nil {
		_ = say(line, &report{Failed: err.Error()})
		_ = line.Close()
		return
	}
	_ = say(line, &report{PID: cmd.Process.Pid})
	c := child{cmd}
	go func() {
		_, _ = line.Read(make([]byte, 1)) // the gateway says nothing on a line: it closes it
		c.kill()
	}()
	go func() {
		var last report
		var d died
		if err := c.wait(); errors.As(err, &d) {
			last.Status = uint32(d)
		} else if err != nil {
			last.Failed = err.Error()
		}
		_ = say(line, &last)
		_ = line.Close()
	}()
}

// report is what a spawner says on a line: first that the worker started or why it did not, then how it ended.
type report struct {
	PID    int    `json:"pid,omitempty"` // of one that started
	Failed string `json:"failed,omitempty"`
	Status uint32 `json:"status,omitempty"`
}

func say(line *net.UnixConn, r *report) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = line.Write(b)
	return err
}

func hear(line *net.UnixConn) (r report, err error) {
	b := make([]byte, 4096)
	n, err := line.Read(b)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(b[:n], &r)
}

// maxStart bounds the message of a start; maxHanded the descriptors with it: line, stderr, the control group, the files of a job and the program.
const (
	maxStart  = 16 << 10
	maxHanded = 3 + (wire.FDFirst - wire.FDJob) + wire.MaxFiles + 1
)

// send sends a start with its descriptors and the spawner's end of its line.
func send(control *net.UnixConn, s *start, line *os.File) error {
	s.Grouped = s.group != nil
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if len(b) > maxStart {
		return fmt.Errorf("sandbox: a start of %d bytes is too long", len(b))
	}
	fds := []int{int(line.Fd()), int(s.stderr.Fd())}
	if s.Grouped {
		fds = append(fds, int(s.group.Fd()))
	}
	for _, f := range s.files {
		fds = append(fds, int(f.Fd()))
	}
	_, _, err = control.WriteMsgUnix(b, unix.UnixRights(fds...), nil)
	runtime.KeepAlive(s)
	return err
}

// receive is the other end of send.
func receive(control *net.UnixConn) (*start, *net.UnixConn, error) {
	b, oob := make([]byte, maxStart), make([]byte, unix.CmsgSpace(4*maxHanded))
	n, m, flags, _, err := control.ReadMsgUnix(b, oob)
	if err != nil {
		return nil, nil, err
	}
	messages, err := unix.ParseSocketControlMessage(oob[:m])
	if err != nil || len(messages) != 1 {
		return nil, nil, errors.New("sandbox: a start without descriptors")
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || flags&(unix.MSG_CTRUNC|unix.MSG_TRUNC) != 0 || len(fds) < 4 {
		return nil, nil, errors.New("sandbox: a start that was cut")
	}
	var s start
	if err := json.Unmarshal(b[:n], &s); err != nil {
		return nil, nil, err
	}
	var files []*os.File
	for _, fd := range fds {
		files = append(files, os.NewFile(uintptr(fd), "handed"))
	}
	line, err := connection(files[0])
	s.stderr, s.files = files[1], files[2:]
	if s.Grouped {
		s.group, s.files = files[2], files[3:]
	}
	return &s, line, err
}

// connection makes a connection of a socket and closes the file.
func connection(f *os.File) (*net.UnixConn, error) {
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		_ = c.Close()
		return nil, syscall.ENOTSOCK
	}
	return u, nil
}
