package worker

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"yumen/sandbox/wire"
)

// progress reports how far an ingest is, in whole percents that only grow, as pieces of a file of the result. The work comes in
// parts, one after the other; a part that begins gets a share of what is left, by what it and all that follows are expected to cost.
// A nil progress reports nothing.
type progress struct {
	mu       sync.Mutex // guards what follows
	out      *wire.FileWriter
	last     int
	from, to float64 // of the part that is done now, of 1
}

// begin starts a part that costs so much, with the rest still to come, both in one unit.
func (p *progress) begin(work, rest float64) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.from = p.to
	if work+rest > 0 {
		p.to += (1 - p.from) * work / (work + rest)
	}
	p.tell(p.from)
}

// reach reports how much of the part is done.
func (p *progress) reach(done, total int64) {
	if p == nil || total <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tell(p.from + (p.to-p.from)*float64(min(done, total))/float64(total))
}

// tell sends a percentage; an error of the pipe comes again when the files are sent.
func (p *progress) tell(share float64) {
	if percent := int(100 * share); percent > p.last && percent < 100 {
		p.last = percent
		_ = p.out.Progress(percent)
	}
}

// rows reports a part by a count of rows that others raise, until the returned function is called.
func (p *progress) rows(seen *atomic.Int64, total int64) (stop func()) {
	return p.watch(func() int64 { return seen.Load() }, total)
}

// time reports a part by the time that it is expected to take, until the returned function is called.
func (p *progress) time(expected time.Duration) (stop func()) {
	start := time.Now()
	return p.watch(func() int64 { return int64(time.Since(start)) }, int64(expected))
}

func (p *progress) watch(done func() int64, total int64) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				p.reach(done(), total)
			case <-end:
				return
			}
		}
	}()
	return func() {
		close(end)
		<-ended
	}
}

// metered reads and reports how much of a size was read.
type metered struct {
	io.Reader
	way         *progress
	done, total int64
}

func (m *metered) Read(b []byte) (int, error) {
	n, err := m.Reader.Read(b)
	m.done += int64(n)
	m.way.reach(m.done, m.total)
	return n, err
}
