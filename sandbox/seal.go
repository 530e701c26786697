package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Seal makes a sealed, read-only memory file. fill writes its content through ordinary writes (never a mapping), or through
// WriteAt of the same value. After it the content can neither change nor grow, and every worker that gets the file shares
// its pages. The caller closes it; the memory returns when the last worker that holds it has exited.
func Seal(name string, fill func(w *os.File) error) (*os.File, error) {
	const flags = unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	fd, err := unix.MemfdCreate(name, flags|unix.MFD_NOEXEC_SEAL)
	if errors.Is(err, unix.EINVAL) { // before Linux 6.3; a worker cannot execute anything in any case
		fd, err = unix.MemfdCreate(name, flags)
	}
	if err != nil {
		return nil, fmt.Errorf("sandbox: memory file: %w", err)
	}
	w := os.NewFile(uintptr(fd), name)
	defer w.Close()
	if err := fill(w); err != nil {
		return nil, err
	}
	if err := silence(fd); err != nil {
		return nil, fmt.Errorf("sandbox: reading times: %w", err)
	}
	// A worker reopens the file by path under another user, hence the mode; the seals are what protects it.
	if err := unix.Fchmod(fd, 0o444); err != nil {
		return nil, fmt.Errorf("sandbox: mode: %w", err)
	}
	const seals = unix.F_SEAL_WRITE | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_SEAL
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals); err != nil {
		return nil, fmt.Errorf("sandbox: seal: %w", err)
	}
	return reopen(fd, name)
}

// silence keeps readings out of the file's times: who has the file too would see when another tenant's worker reads it. A kernel before 6.0
// has no such flag for memory files.
func silence(fd int) error {
	const noAtime = 0x80 // FS_NOATIME_FL
	err := unix.IoctlSetPointerInt(fd, unix.FS_IOC_SETFLAGS, noAtime)
	if errors.Is(err, unix.ENOTTY) || errors.Is(err, unix.EOPNOTSUPP) {
		return nil
	}
	return err
}

func reopen(fd int, name string) (*os.File, error) {
	ro, err := unix.Open(fmt.Sprintf("/proc/self/fd/%d", fd), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("sandbox: reopen: %w", err)
	}
	return os.NewFile(uintptr(ro), name), nil
}

// apart opens every file anew: workers with one description of a file share its position and its flags, and could talk through them.
func apart(files []*os.File) ([]*os.File, error) {
	var own []*os.File
	for _, f := range files {
		conn, err := f.SyscallConn()
		if err != nil {
			closeAll(own)
			return nil, violation("a file is closed")
		}
		var o *os.File
		if controlled := conn.Control(func(fd uintptr) { o, err = reopen(int(fd), f.Name()) }); controlled != nil || err != nil {
			closeAll(own)
			return nil, violation("a file cannot be opened")
		}
		own = append(own, o)
	}
	return own, nil
}

// Pour copies what a reader holds and wipes the buffer that it went through, which would else lie in the gateway's memory for whoever gets
// it next. It returns the bytes written.
func Pour(w io.Writer, r io.Reader) (int64, error) {
	buf := make([]byte, 256<<10)
	defer clear(buf)
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{r}, buf) // no other way of copying, which would have a buffer of its own
}

// SealReader seals what a reader holds, at most limit bytes.
func SealReader(name string, r io.Reader, limit int64) (*os.File, error) {
	return Seal(name, func(w *os.File) error {
		n, err := Pour(w, io.LimitReader(r, limit+1))
		if err == nil && n > limit {
			err = fmt.Errorf("sandbox: %s is over %d bytes: %w", name, limit, ErrCapacity)
		}
		return err
	})
}

// sealed reports whether a file is a read-only descriptor of a sealed memory file: nothing else may reach a worker.
func sealed(f *os.File) bool {
	if f == nil {
		return false
	}
	const want = unix.F_SEAL_WRITE | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_SEAL
	conn, err := f.SyscallConn()
	if err != nil {
		return false
	}
	ok := false
	err = conn.Control(func(fd uintptr) {
		seals, err1 := unix.FcntlInt(fd, unix.F_GET_SEALS, 0)
		mode, err2 := unix.FcntlInt(fd, unix.F_GETFL, 0)
		ok = err1 == nil && err2 == nil && seals&want == want && mode&unix.O_ACCMODE == unix.O_RDONLY
	})
	return err == nil && ok
}
