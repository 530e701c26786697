package worker

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"yumen/sandbox/wire"
)

// Where the parts of an ingest end, in percent, as they were measured for a million rows: the check of the records, the stage, the
// profile; the rest is writing.
const (
	checkedAt  = 15
	stagedAt   = 70
	profiledAt = 85
)

// progress reports how far an ingest is, in whole percents that only grow, as pieces of a file of the result.
type progress struct {
	mu   sync.Mutex // guards what follows
	out  *wire.FileWriter
	last int
}

// tell reports a percentage; an error of the pipe comes again when the files are sent.
func (p *progress) tell(percent int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if percent > p.last && percent < 100 {
		p.last = percent
		_ = p.out.Progress(percent)
	}
}

// within reports a part of the way between two percentages.
func (p *progress) within(from, to int, done, total int64) {
	if total > 0 {
		p.tell(from + int(int64(to-from)*min(done, total)/total))
	}
}

// watch reports the stage by the rows that were hashed, until the returned function is called.
func (p *progress) watch(hashed *atomic.Int64, rows int64) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				p.within(checkedAt, stagedAt, hashed.Load(), rows)
			case <-end:
				return
			}
		}
	}()
	return func() {
		close(end)
		<-ended
		p.tell(stagedAt)
	}
}

// metered counts what is read.
type metered struct {
	io.Reader
	done int64
}

func (m *metered) Read(b []byte) (int, error) {
	n, err := m.Reader.Read(b)
	m.done += int64(n)
	return n, err
}
