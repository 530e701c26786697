package sandbox

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// WithTenant says on whose behalf jobs run: a legal group. Tenants that wait share the workers equally, whatever each of them asks
// for. Without one, jobs belong to the gateway, which is a tenant like the others.
func WithTenant(ctx context.Context, tenant string) context.Context {
	return context.WithValue(ctx, tenantKey{}, tenant)
}

type tenantKey struct{}

func tenantOf(ctx context.Context) string {
	tenant, _ := ctx.Value(tenantKey{}).(string)
	return tenant
}

// queue admits jobs under two budgets, slots and memory, and gives out a third, cores: a job gets the threads that it asks for while
// others leave them free, and one in any case, so that a long job holds nobody up and all of them together take no more threads than there
// are cores, but for one each. Of the tenants that wait, the one with the fewest running jobs is next, then the
// one that was served the least; within a tenant the order is that of arrival. A job that is next but does not fit yet holds the others
// back, so that large jobs are not starved by small ones.
type queue struct {
	now func() time.Time

	mu      sync.Mutex // guards what follows
	slots   int        // free
	memory  int64      // free, in MiB
	cores   int        // free; below zero by the jobs that run with one thread beyond them
	arrived int
	tenants map[string]*tenant
}

// tenant is what the queue knows of one: nothing is kept of a tenant that neither runs nor waits.
type tenant struct {
	served  time.Duration // time of its jobs, and what others had been served when it came
	running int
	waiting []*waiter // in order
}

type waiter struct {
	need     int64 // MiB
	threads  int   // asked for; what it gets once it is admitted
	arrival  int
	admitted chan struct{}
}

func newQueue(slots int, memory int64, cores int, now func() time.Time) *queue {
	return &queue{now: now, slots: slots, memory: memory, cores: cores, tenants: map[string]*tenant{}}
}

// acquire waits for a slot and for so much memory. It returns how many threads the job may have, and what gives all of it back. It fails
// when the context ends.
func (q *queue) acquire(ctx context.Context, name string, need int64, threads int) (granted int, release func(), err error) {
	w := &waiter{need: need, threads: threads, admitted: make(chan struct{})}
	q.mu.Lock()
	t := q.tenants[name]
	if t == nil {
		t = &tenant{served: q.least()}
		q.tenants[name] = t
	}
	q.arrived++
	w.arrival = q.arrived
	t.waiting = append(t.waiting, w)
	q.admit()
	q.mu.Unlock()
	select {
	case <-w.admitted:
	case <-ctx.Done():
		if !q.leave(name, w) {
			return 0, nil, ctx.Err()
		}
	}
	start := q.now()
	return w.threads, sync.OnceFunc(func() { q.release(name, w, q.now().Sub(start)) }), nil
}

// least is what the least served tenant was served: whoever comes now has no claim on the time before.
func (q *queue) least() time.Duration {
	least := time.Duration(0)
	first := true
	for _, t := range q.tenants {
		if first || t.served < least {
			least, first = t.served, false
		}
	}
	return least
}

// admit lets in whoever is next, as long as there is room. The caller holds the lock.
func (q *queue) admit() {
	for {
		var next *tenant
		for _, t := range q.tenants {
			if len(t.waiting) > 0 && (next == nil || t.before(next)) {
				next = t
			}
		}
		if next == nil || q.slots < 1 || q.memory < next.waiting[0].need {
			return
		}
		w := next.waiting[0]
		next.waiting = next.waiting[1:]
		next.running++
		q.slots--
		q.memory -= w.need
		w.threads = max(1, min(w.threads, q.cores))
		q.cores -= w.threads
		close(w.admitted)
	}
}

// before reports whether a waiting tenant is next, rather than another.
func (t *tenant) before(other *tenant) bool {
	return cmp.Or(cmp.Compare(t.running, other.running), cmp.Compare(t.served, other.served), cmp.Compare(t.waiting[0].arrival, other.waiting[0].arrival)) < 0
}

// leave gives up waiting. It reports whether the job was admitted meanwhile.
func (q *queue) leave(name string, w *waiter) (admitted bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := q.tenants[name]
	i := slices.Index(t.waiting, w)
	if i < 0 {
		return true
	}
	t.waiting = slices.Delete(t.waiting, i, i+1)
	q.forget(name)
	q.admit() // it may have held others back
	return false
}

func (q *queue) release(name string, w *waiter, took time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := q.tenants[name]
	t.running--
	t.served += took
	q.slots++
	q.memory += w.need
	q.cores += w.threads
	q.admit()
	q.forget(name)
}

func (q *queue) forget(name string) {
	if t := q.tenants[name]; t.running == 0 && len(t.waiting) == 0 {
		delete(q.tenants, name)
	}
}
