package httpapi

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"sync"
	"time"

	"yumen/enclave"
)

// Pace is how slowly a file may arrive before its sender is cut off. A field of zero has its default.
type Pace struct {
	Idle  time.Duration // without a byte: 30 seconds
	Rate  int64         // bytes in a second, from the first to the last one: 32 KiB
	Whole time.Duration // for a whole file that is sent in one request, which holds a place meanwhile: 15 minutes
}

func (p Pace) orDefault() Pace {
	return Pace{Idle: cmp.Or(p.Idle, 30*time.Second), Rate: cmp.Or(p.Rate, 32<<10), Whole: cmp.Or(p.Whole, 15*time.Minute)}
}

// ofPart is the pace of a part: it holds no place, so that only its rate counts.
func (p Pace) ofPart() Pace {
	p.Whole = math.MaxInt64
	return p
}

// paced is the body of a request whose sender must keep up. Only the time that was spent waiting for him counts.
type paced struct {
	io.ReadCloser
	control  *http.ResponseController
	pace     Pace
	received int64
	waited   time.Duration
	slow     bool // its sender was cut off

	mu       sync.Mutex // guards what follows
	ended    bool       // nobody waits for the sender any more
	deadline time.Time  // that was set; zero for none
}

// Read waits for the next bytes as long as the sender may take for them.
func (b *paced) Read(p []byte) (int, error) {
	start := time.Now()
	b.await(start)
	n, err := b.ReadCloser.Read(p)
	b.received += int64(n)
	b.waited += time.Since(start)
	switch {
	case errors.Is(err, io.EOF):
		b.set(time.Time{}) // whatever is done with the file, the connection stays
	case errors.Is(err, os.ErrDeadlineExceeded) && b.late(time.Now()):
		b.slow = true
		err = fmt.Errorf("%w: %w", enclave.ErrTooSlow, err)
	}
	return n, err
}

// await sets how long the next bytes may take, unless what is set differs little.
func (b *paced) await(now time.Time) {
	earned := time.Duration(float64(b.received) / float64(b.pace.Rate) * float64(time.Second))
	left := b.pace.Idle + min(earned, b.pace.Whole) - b.waited
	until := now.Add(min(left, b.pace.Idle))
	b.mu.Lock()
	near := !b.deadline.IsZero() && until.Sub(b.deadline).Abs() < b.pace.Idle/8
	b.mu.Unlock()
	if !near {
		b.set(until)
	}
}

// set sets the deadline of the connection, unless it has ended.
func (b *paced) set(until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ended {
		b.deadline = until
		_ = b.control.SetReadDeadline(until)
	}
}

// end ends the wait for the sender for good.
func (b *paced) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	_ = b.control.SetReadDeadline(time.Unix(1, 0))
}

// late reports whether the sender has used up his time, whatever else ended the wait.
func (b *paced) late(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.deadline.IsZero() && !now.Before(b.deadline)
}
