package sandbox

import (
	"os"
	"slices"
	"sync"
	"time"

	"yumen/sandbox/wire"
)

// warm keeps workers that were started in advance: they are in their cage, their engine is open, and they have seen nothing. Each is used
// for one job, like any other; the files of the job come with it. A job that finds none, or none that fits, starts its own.
type warm struct {
	start   func(*task) (*worker, error)
	each    int // workers for each kind
	patient time.Duration
	nothing *os.File // an empty sealed file, in the places of those that come with the job

	mu      sync.Mutex // guards what follows
	shelves []*shelf
	closed  bool
	running sync.WaitGroup
}

// shelf holds the workers for one kind of job.
type shelf struct {
	model    task // what a worker is started for: the limits of its cage
	idle     []*idler
	starting int
	pause    time.Duration // before the next start, when the last one ended badly
	waiting  bool          // for the next start
	hits     int64
	misses   int64
}

// idler is a worker that waits for its job.
type idler struct {
	*worker
	taken chan struct{}
}

// WarmFigures are the numbers of the workers that are started in advance for one kind of job.
type WarmFigures struct {
	Idle         int   // waiting now
	Hits, Misses int64 // jobs that found one, and jobs that did not
}

// courtesy is how long a job has the processors to itself before another worker is started in the place of the one it took; the pauses are those
// after a worker that did not start or died.
const (
	courtesy     = 20 * time.Millisecond
	firstPause   = time.Second
	longestPause = time.Minute
)

func newWarm(start func(*task) (*worker, error), each int, patient time.Duration, models []task) (*warm, error) {
	nothing, err := Seal("nothing", func(*os.File) error { return nil })
	if err != nil {
		return nil, err
	}
	p := &warm{start: start, each: each, patient: patient, nothing: nothing}
	for _, m := range models {
		m.early, m.files = true, slices.Repeat([]*os.File{nothing}, wire.MaxFiles)
		p.shelves = append(p.shelves, &shelf{model: m})
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.shelves {
		p.fill(s)
	}
	return p, nil
}

// take returns a worker that a job fits; nil when there is none. Another one is started in its place, a little later.
func (p *warm) take(t *task) *worker {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.shelves {
		if s.model.job.Kind != t.job.Kind {
			continue
		}
		defer p.later(s, courtesy)
		if len(s.idle) == 0 || !s.model.takes(t) {
			s.misses++
			return nil
		}
		i := s.idle[0]
		s.idle = s.idle[1:]
		s.hits++
		close(i.taken)
		return i.worker
	}
	return nil
}

// takes reports whether the cage of the model holds a job to its limits: the same memory, and no more of anything else.
func (m *task) takes(t *task) bool {
	return t.memoryMB == m.memoryMB && t.threads <= m.threads && t.spillMB == m.spillMB && t.dataMB == m.dataMB && t.timeout <= m.timeout && len(t.files) <= wire.MaxFiles
}

// fill starts what is missing on a shelf, in the background. The caller holds the lock.
func (p *warm) fill(s *shelf) {
	for !p.closed && !s.waiting && len(s.idle)+s.starting < p.each {
		s.starting++
		p.running.Go(func() { p.add(s) })
	}
}

func (p *warm) add(s *shelf) {
	model := s.model
	w, err := p.start(&model)
	p.mu.Lock()
	defer p.mu.Unlock()
	s.starting--
	if err != nil {
		p.rest(s)
		return
	}
	i := &idler{w, make(chan struct{})}
	s.idle = append(s.idle, i)
	if p.closed {
		w.kill()
	}
	p.running.Go(func() { p.watch(s, i) })
}

// watch looks after a worker until it is taken. One that ends by itself is replaced after a pause; one that waited too long is ended, and
// replaced when the next job has come.
func (p *warm) watch(s *shelf, i *idler) {
	late := time.NewTimer(p.patient)
	defer late.Stop()
	select {
	case <-i.taken:
		return
	case <-late.C:
		if p.drop(s, i) {
			i.end()
		}
	case err := <-i.exited:
		i.exited <- err
		if p.drop(s, i) {
			i.close()
			p.mu.Lock()
			defer p.mu.Unlock()
			p.rest(s)
		}
	}
}

// drop takes a worker from its shelf. It reports whether it was still there: then it is the caller's.
func (p *warm) drop(s *shelf, i *idler) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.Index(s.idle, i)
	if at < 0 {
		return false
	}
	s.idle = slices.Delete(s.idle, at, at+1)
	return true
}

// rest waits before the next start, longer each time; a worker that served resets it. The caller holds the lock.
func (p *warm) rest(s *shelf) {
	s.pause = min(max(firstPause, 2*s.pause), longestPause)
	p.later(s, s.pause)
}

// later fills a shelf after a time, unless that is to be done already. The caller holds the lock.
func (p *warm) later(s *shelf, d time.Duration) {
	if p.closed || s.waiting {
		return
	}
	s.waiting = true
	time.AfterFunc(d, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		s.waiting = false
		p.fill(s)
	})
}

// served says that a worker of this kind did its job.
func (p *warm) served(kind wire.Kind) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.shelves {
		if s.model.job.Kind == kind {
			s.pause = 0
		}
	}
}

// close ends all that wait, and returns when they have ended.
func (p *warm) close() {
	p.mu.Lock()
	p.closed = true
	for _, s := range p.shelves {
		for _, i := range s.idle {
			i.kill()
		}
	}
	p.mu.Unlock()
	p.running.Wait()
	_ = p.nothing.Close()
}

// Warm tells of the workers that are started in advance, by kind of job; nil when there are none.
func (r *Runner) Warm() map[string]WarmFigures {
	if r.warm == nil {
		return nil
	}
	r.warm.mu.Lock()
	defer r.warm.mu.Unlock()
	out := map[string]WarmFigures{}
	for _, s := range r.warm.shelves {
		out[string(s.model.job.Kind)] = WarmFigures{Idle: len(s.idle), Hits: s.hits, Misses: s.misses}
	}
	return out
}

// warmKinds are the kinds of jobs that workers are started for in advance.
const warmKinds = 3

// advance starts workers in advance, as many as the configuration says.
func (r *Runner) advance() (err error) {
	c := r.config
	if c.Warm == 0 {
		return nil
	}
	models := []task{{job: wire.Job{Kind: wire.KindParse}, memoryMB: parseMB, threads: 1, timeout: c.ParseTimeout},
		{job: wire.Job{Kind: wire.KindRun}, memoryMB: c.JobMemoryMB, threads: c.Threads, spillMB: c.SpillMB, timeout: c.Timeout}}
	if r.level.bits&wire.LayerRoot != 0 { // without a private root an answer's directory is made for one job
		models = append(models, task{job: wire.Job{Kind: wire.KindPost}, memoryMB: postMB(c), threads: c.Threads, dataMB: maxPostMB, timeout: c.Timeout})
	}
	for i := range models {
		r.furnish(&models[i])
	}
	r.warm, err = newWarm(r.launchEarly, c.Warm, c.WarmFor, models)
	return err
}

// launchEarly starts a worker and tells it what it is for.
func (r *Runner) launchEarly(t *task) (*worker, error) {
	w, err := r.launch(t)
	if err != nil {
		return nil, err
	}
	of := t.job
	of.Kind = wire.KindWarm
	frame, err := wire.EncodeJob(&of)
	if err == nil {
		_, err = w.job.Write(frame)
	}
	if err != nil {
		w.end()
		return nil, violation("start in advance")
	}
	return w, nil
}
