package main

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// progress is a bar on standard error that only a person at a terminal sees.
type progress struct {
	a       *app
	label   string
	total   int64
	percent bool // what is counted are percents, not bytes

	mu    sync.Mutex // guards what follows
	shown bool
	last  time.Time
	final bool
}

const barWidth = 30

func (a *app) progress(label string, total int64) *progress {
	return &progress{a: a, label: label, total: total}
}

// set draws the bar at most ten times a second, and always at its end. It is safe for concurrent use.
func (p *progress) set(done int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.a.now()
	if p.final || !p.a.terminal(p.a.err) || now.Sub(p.last) < 100*time.Millisecond && done < p.total {
		return
	}
	p.last, p.shown = now, true
	share := 1.0
	if p.total > 0 {
		share = min(1, float64(done)/float64(p.total))
	}
	full := int(share * barWidth)
	text := fmt.Sprintf("%s [%s%s] %3.0f%%  %s", p.label, strings.Repeat("█", full), strings.Repeat("░", barWidth-full), share*100, p.amount(done))
	if done >= p.total {
		text += p.a.t("，网关正在校验", ", the gateway is checking")
	}
	fmt.Fprintf(p.a.err, "\r\x1b[K%s", text)
}

// amountOf draws the bar of something whose size may not be known yet.
func (p *progress) amountOf(done, total int64) {
	p.mu.Lock()
	p.total = max(total, done+1)
	p.mu.Unlock()
	p.set(done)
}

func (p *progress) amount(done int64) string {
	if p.percent {
		return ""
	}
	return size(done)
}

// close erases the bar.
func (p *progress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.final = true; p.shown {
		fmt.Fprint(p.a.err, "\r\x1b[K")
	}
}

func size(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	f, suffix := float64(n)/unit, "KiB"
	for _, s := range []string{"MiB", "GiB", "TiB"} {
		if f < unit {
			break
		}
		f, suffix = f/unit, s
	}
	return fmt.Sprintf("%.1f %s", f, suffix)
}
