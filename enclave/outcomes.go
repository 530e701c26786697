package enclave

import (
	"sync"

	"yumen/enclave/compile"
)

// outcomes keeps the decrypted ledgers of legal groups in memory: a group's ledger is read whole for each of its questions, and an entry
// never changes. What is destroyed, and what a group's ledger has no more, is forgotten.
type outcomes struct {
	mu    sync.Mutex
	rows  int // kept in all
	limit int
	all   map[string]map[string][]compile.Outcome // by legal group and identifier
}

// outcomeRows bounds the released cells that are kept in memory, over all groups.
const outcomeRows = 500_000

func newOutcomes() *outcomes {
	return &outcomes{limit: outcomeRows, all: map[string]map[string][]compile.Outcome{}}
}

// of is what is kept of a group; the caller does not change it.
func (o *outcomes) of(group string) map[string][]compile.Outcome {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all[group]
}

// keep replaces what is kept of a group. Where there is no room for it, everything else goes; what never fits is not kept.
func (o *outcomes) keep(group string, now map[string][]compile.Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rows -= rowsOf(o.all[group])
	delete(o.all, group)
	n := rowsOf(now)
	if n > o.limit {
		return
	}
	if o.rows+n > o.limit {
		clear(o.all)
		o.rows = 0
	}
	o.all[group], o.rows = now, o.rows+n
}

// forget drops every group that has the outcome: it was destroyed.
func (o *outcomes) forget(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for group, all := range o.all {
		if _, have := all[id]; have {
			o.rows -= rowsOf(all)
			delete(o.all, group)
		}
	}
}

func rowsOf(all map[string][]compile.Outcome) int {
	n := 0
	for _, list := range all {
		for _, x := range list {
			n += 1 + len(x.Rows)
		}
	}
	return n
}
