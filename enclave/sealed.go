package enclave

import (
	"container/list"
	"context"
	"fmt"
	"os"
	"sync"

	"yumen/catalog"
)

// sealedFile is a decrypted snapshot in a sealed memory file.
type sealedFile struct {
	file *os.File
	size int64
}

// sealedCache keeps decrypted snapshots in memory: each is decrypted once and shared read-only by every worker that needs it. It
// evicts the least recently used beyond its budget; a file that a run still holds stays until the run gives it back, and counts
// until then. A run takes all its snapshots at once, and waits while others hold the room for them.
type sealedCache struct {
	turn chan struct{} // held by whoever makes room: one after the other, so that large ones are not starved
	open func(id string) (sealedFile, error)

	mu     sync.Mutex // guards what follows
	budget int64
	used   int64
	items  map[string]*sealedItem
	order  *list.List    // front = most recent; values are ids
	freed  chan struct{} // closed and made anew when something is given back
}

type sealedItem struct {
	sealedFile
	held    int
	place   *list.Element
	ready   chan struct{}
	err     error
	dropped bool
}

// wanted is a snapshot that a run reads, with its size.
type wanted struct {
	id   string
	size int64
}

func newSealedCache(budget int64, open func(string) (sealedFile, error)) *sealedCache {
	return &sealedCache{turn: make(chan struct{}, 1), budget: budget, open: open, items: map[string]*sealedItem{}, order: list.New(), freed: make(chan struct{})}
}

// fits reports whether snapshots of these sizes can be in memory together at all.
func (c *sealedCache) fits(all []wanted) bool {
	var sum int64
	for _, size := range distinct(all) {
		sum += size
	}
	return sum <= c.budget
}

func distinct(all []wanted) map[string]int64 {
	out := map[string]int64{}
	for _, w := range all {
		out[w.id] = w.size
	}
	return out
}

// take returns the files of snapshots, in order; give must be called once when the run is over. It waits for room until the context ends.
func (c *sealedCache) take(ctx context.Context, all ...wanted) (files []*os.File, give func(), err error) {
	if !c.fits(all) {
		return nil, nil, tooBig()
	}
	held, fresh, err := c.hold(ctx, all)
	if err != nil {
		return nil, nil, err
	}
	give = sync.OnceFunc(func() { c.give(held) })
	for id, it := range fresh {
		c.fill(id, it)
	}
	for _, it := range held {
		<-it.ready
		if it.err != nil {
			give()
			return nil, nil, fmt.Errorf("open snapshot: %w", it.err)
		}
		files = append(files, it.file)
	}
	return files, give, nil
}

// hold holds all of them, or none. Those that nobody has opened yet are fresh: the caller opens them.
func (c *sealedCache) hold(ctx context.Context, all []wanted) (held []*sealedItem, fresh map[string]*sealedItem, err error) {
	if held := c.present(all); held != nil {
		return held, nil, nil
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	for {
		c.mu.Lock()
		if c.makeRoom(all) {
			held, fresh = c.enter(all)
			c.mu.Unlock()
			return held, fresh, nil
		}
		freed := c.freed
		c.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// present holds all of them if all are there: that takes no room, and waits for nobody.
func (c *sealedCache) present(all []wanted) (held []*sealedItem) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range all {
		if c.items[w.id] == nil {
			return nil
		}
	}
	held, _ = c.enter(all)
	return held
}

// enter holds items, and makes those that are not there. The caller holds the lock, and has made room.
func (c *sealedCache) enter(all []wanted) (held []*sealedItem, fresh map[string]*sealedItem) {
	held, fresh = []*sealedItem{}, map[string]*sealedItem{}
	for _, w := range all {
		it := c.items[w.id]
		if it == nil {
			it = &sealedItem{sealedFile: sealedFile{size: w.size}, ready: make(chan struct{}), place: c.order.PushFront(w.id)}
			c.items[w.id], fresh[w.id], c.used = it, it, c.used+w.size
		}
		c.order.MoveToFront(it.place)
		it.held++
		held = append(held, it)
	}
	return held, fresh
}

func (c *sealedCache) fill(id string, it *sealedItem) {
	f, err := c.open(id)
	c.mu.Lock()
	defer c.mu.Unlock()
	it.file, it.err = f.file, err
	if err != nil {
		c.drop(id, it)
	}
	close(it.ready)
}

func (c *sealedCache) give(held []*sealedItem) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, it := range held {
		it.held--
		if it.dropped && it.held == 0 {
			c.release(it)
		}
	}
	close(c.freed)
	c.freed = make(chan struct{})
}

// makeRoom evicts files that nobody holds, and that are not wanted, until what is missing fits.
func (c *sealedCache) makeRoom(all []wanted) bool {
	missing, keep := int64(0), distinct(all)
	for id, size := range keep {
		if c.items[id] == nil {
			missing += size
		}
	}
	for e := c.order.Back(); e != nil && c.used+missing > c.budget; {
		prev := e.Prev()
		id, _ := e.Value.(string)
		_, wanted := keep[id]
		if it := c.items[id]; it != nil && it.held == 0 && !wanted {
			c.drop(id, it)
			c.release(it)
		}
		e = prev
	}
	return c.used+missing <= c.budget
}

// evict forgets a snapshot that is destroyed: at once, or when the last run that holds it gives it back.
func (c *sealedCache) evict(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if it := c.items[id]; it != nil {
		c.drop(id, it)
		if it.held == 0 {
			c.release(it)
		}
	}
}

func (c *sealedCache) drop(id string, it *sealedItem) {
	if it.dropped {
		return
	}
	it.dropped = true
	c.order.Remove(it.place)
	delete(c.items, id)
}

func (c *sealedCache) release(it *sealedItem) {
	c.used -= it.size
	if it.file != nil {
		_ = it.file.Close()
		it.file = nil
	}
}

// bytes is what counts against the budget now.
func (c *sealedCache) bytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.used
}

func (c *sealedCache) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, it := range c.items {
		c.drop(id, it)
		if it.held == 0 {
			c.release(it)
		}
	}
}

// tooBig refuses a question whose snapshots can never be in this machine's memory together. It depends on their sizes alone.
func tooBig() *catalog.Refusal {
	return &catalog.Refusal{Code: catalog.CodeCapacity, Position: -1, Articles: []string{"BJ-OPS-32b"},
		Message: catalog.Text{Zh: "该查询所涉快照合计超出本机内存预算", En: "the snapshots that this query reads are together larger than this machine's memory budget"},
		Remedy:  catalog.Text{Zh: "减少所涉数据集，或请运营方提高 snapshot_cache_mb 或接入分布式引擎", En: "ask over fewer datasets, or ask the operator to raise snapshot_cache_mb or to attach a distributed engine"}}
}
