package sandbox

import "os"

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
	if down {
		p.child, p.parent = append(p.child, r), append(p.parent, w)
	} else {
		p.child, p.parent = append(p.child, w), append(p.parent, r)
	}
	return r, w
}

func (p *pipes) closeChild() { closeAll(p.child) }

func (p *pipes) closeParent() { closeAll(p.parent) }

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}
