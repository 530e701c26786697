package sandbox

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// pipes makes pipes and remembers which ends are whose.
type pipes struct {
	child, parent []*os.File
	err           error
}

// pipe makes one pipe; down says that the child reads it.
func (p *pipes) pipe(down bool) (r, w *os.File) {
	if p.err != nil {
		return nil, nil
	}
	if r, w, p.err = os.Pipe(); p.err != nil {
		return nil, nil
	}
	p.keep(r, w, down)
	return r, w
}

func (p *pipes) keep(r, w *os.File, down bool) {
	if down {
		p.child, p.parent = append(p.child, r), append(p.parent, w)
	} else {
		p.child, p.parent = append(p.child, w), append(p.parent, r)
	}
}

// socket is a pipe that descriptors can go through, in the one direction alone.
func (p *pipes) socket(down bool) (r, w *os.File) {
	if p.err != nil {
		return nil, nil
	}
	var fds [2]int
	if fds, p.err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); p.err != nil {
		return nil, nil
	}
	p.err = errors.Join(unix.Shutdown(fds[1], unix.SHUT_RD), unix.SetNonblock(fds[1], true))
	r, w = os.NewFile(uintptr(fds[0]), "job"), os.NewFile(uintptr(fds[1]), "job")
	p.keep(r, w, down)
	return r, w
}

func (p *pipes) closeChild() { closeAll(p.child) }

func (p *pipes) closeParent() { closeAll(p.parent) }

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}
