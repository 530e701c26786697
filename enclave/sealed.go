package enclave

import (
	"container/list"
	"fmt"
	"os"
	"sync"
)

// sealedFile is a decrypted snapshot in a sealed memory file.
type sealedFile struct {
	file *os.File
	size int64
}

// sealedCache keeps decrypted snapshots in memory: each is decrypted once and shared read-only by every worker that needs it. It
// evicts the least recently used beyond its budget; a file that a run still holds stays until the run gives it back, and counts
// until then.
type sealedCache struct {
	mu     sync.Mutex
	budget int64
	used   int64
	open   func(id string) (sealedFile, error)
	items  map[string]*sealedItem
	order  *list.List // front = most recent; values are ids
}

type sealedItem struct {
	sealedFile
	held    int
	place   *list.Element
	ready   chan struct{}
	err     error
	dropped bool
}

func newSealedCache(budget int64, open func(string) (sealedFile, error)) *sealedCache {
	return &sealedCache{budget: budget, open: open, items: map[string]*sealedItem{}, order: list.New()}
}

// take returns the file of a snapshot; give must be called once when the run is over.
func (c *sealedCache) take(id string, size int64) (f *os.File, give func(), err error) {
	c.mu.Lock()
	it := c.items[id]
	if it == nil {
		if !c.makeRoom(size) {
			c.mu.Unlock()
			return nil, nil, fault(KindUnavailable, "快照超出本机内存预算；请联系运营方使用分布式引擎或稍后再试",
				"the snapshot does not fit into this machine's memory budget: ask the operator for the distributed engine, or try later")
		}
		it = &sealedItem{sealedFile: sealedFile{size: size}, ready: make(chan struct{})}
		it.place = c.order.PushFront(id)
		c.items[id], c.used = it, c.used+size
		it.held++
		c.mu.Unlock()
		c.fill(id, it)
	} else {
		it.held++
		c.order.MoveToFront(it.place)
		c.mu.Unlock()
		<-it.ready
	}
	if it.err != nil {
		c.give(id, it)
		return nil, nil, fmt.Errorf("open snapshot: %w", it.err)
	}
	return it.file, sync.OnceFunc(func() { c.give(id, it) }), nil
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

func (c *sealedCache) give(_ string, it *sealedItem) {
	c.mu.Lock()
	defer c.mu.Unlock()
	it.held--
	if it.dropped && it.held == 0 {
		c.release(it)
	}
}

// makeRoom evicts files that nobody holds until size more bytes fit.
func (c *sealedCache) makeRoom(size int64) bool {
	if size > c.budget {
		return false // nobody is thrown out for what never fits
	}
	for e := c.order.Back(); e != nil && c.used+size > c.budget; {
		prev := e.Prev()
		id, _ := e.Value.(string)
		if it := c.items[id]; it != nil && it.held == 0 {
			c.drop(id, it)
			c.release(it)
		}
		e = prev
	}
	return c.used+size <= c.budget
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
