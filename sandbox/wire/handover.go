package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// A worker that is started in advance has a socket in the place of its job pipe, and descriptors that show nothing in the places of its
// files. Its first frame, of the kind warm, names what it is for; the second one is its job, and the files come with it.

// TakeJob reads the job of this process from descriptor FDJob, and closes it. In a worker that was started in advance, warm is called
// before, with what it is for.
func TakeJob(warm func(*Job) error) (*Job, error) {
	var st unix.Stat_t
	if err := unix.Fstat(FDJob, &st); err != nil {
		return nil, fmt.Errorf("job: %w", err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFSOCK {
		in := os.NewFile(FDJob, "job")
		defer in.Close()
		return ReadJob(in)
	}
	first, files, err := receive()
	if err != nil {
		return nil, err
	}
	if first.Kind != KindWarm || len(files) > 0 {
		return nil, fmt.Errorf("a worker that was started in advance was not told what for")
	}
	if err := warm(first); err != nil {
		return nil, err
	}
	j, files, err := receive()
	if err != nil {
		return nil, err
	}
	if j.Kind == KindWarm {
		return nil, fmt.Errorf("a worker is told once what it is for")
	}
	return j, errors.Join(place(files), unix.Close(FDJob))
}

// receive reads one frame from the socket, with the descriptors that come with its first byte.
func receive() (*Job, []int, error) {
	head, oob := make([]byte, 4), make([]byte, unix.CmsgSpace(4*MaxFiles))
	n, m, flags, _, err := unix.Recvmsg(FDJob, head, oob, unix.MSG_CMSG_CLOEXEC)
	for errors.Is(err, unix.EINTR) {
		n, m, flags, _, err = unix.Recvmsg(FDJob, head, oob, unix.MSG_CMSG_CLOEXEC)
	}
	if err == nil && (n == 0 || flags&unix.MSG_CTRUNC != 0) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, nil, fmt.Errorf("job: %w", err)
	}
	files, err := rights(oob[:m])
	if err != nil {
		return nil, nil, err
	}
	j, err := ReadJob(io.MultiReader(bytes.NewReader(head[:n]), socket(FDJob)))
	return j, files, err
}

// rights are the descriptors in control messages.
func rights(oob []byte) ([]int, error) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, fmt.Errorf("descriptors: %w", err)
	}
	var files []int
	for i := range messages {
		more, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			return nil, fmt.Errorf("descriptors: %w", err)
		}
		files = append(files, more...)
	}
	return files, nil
}

// place puts files where a worker expects them, and closes the places that stay empty.
func place(files []int) error {
	for i := range MaxFiles {
		if i >= len(files) {
			_ = unix.Close(FDFirst + i)
			continue
		}
		if err := unix.Dup3(files[i], FDFirst+i, unix.O_CLOEXEC); err != nil {
			return fmt.Errorf("place a file: %w", err)
		}
		_ = unix.Close(files[i])
	}
	return nil
}

// socket reads from a descriptor with nothing between.
type socket int

// Read implements io.Reader.
func (s socket) Read(p []byte) (int, error) {
	for {
		n, err := unix.Read(int(s), p)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return 0, err
		case n == 0 && len(p) > 0:
			return 0, io.EOF
		}
		return n, nil
	}
}
