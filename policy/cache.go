package policy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"strconv"
	"sync"

	"yumen/catalog"
)

// The bounds of one generation of a cache; two are kept at a time.
const (
	cacheEntries = 4096
	cacheBytes   = 16 << 20
	// alikeMost bounds the questions that differ in nothing that shape names.
	alikeMost = 32
	// entryFactor is what an entry may take in memory, by the length of its canonical text.
	entryFactor = 6
)

// cache holds the permitted answers of one bundle to questions that recur: the same statement under the same grant. It belongs to
// the compiled bundle, so another bundle begins with none. What is asked is compared whole, to the last name; only the clock may
// differ, and only where the rules provably cannot tell (clockUse). Refusals, failures and whatever comes too late are never kept.
type cache struct {
	mu         sync.Mutex
	young, old generation
}

// generation is what was kept or answered since the last one was full.
type generation struct {
	alike map[shape][]*answered // a list is replaced, never written
	count int
	bytes int
}

// answered is one question with its answer. It is never written after it is kept.
type answered struct {
	question    Query
	from, until int64 // seconds: the answer is the same from the first on and before the second
	decision    Decision
	head, tail  []byte    // the canonical text around the value of the clock
	sum         hash.Hash // of the head
}

// known answers a question that was answered before.
func (c *cache) known(q *Query) (Decision, bool) {
	s := shapeOf(q)
	c.mu.Lock()
	young, old := c.young.alike[s], c.old.alike[s]
	c.mu.Unlock()
	for _, a := range young {
		if a.answers(q) {
			return a.again(q.Now)
		}
	}
	for _, a := range old {
		if a.answers(q) {
			c.put(s, a)
			return a.again(q.Now)
		}
	}
	return Decision{}, false
}

// keep remembers a permitted answer, under a bundle that reads the clock in this way.
func (c *cache) keep(q *Query, d *Decision, clock clockUse) {
	if !d.Allow || d.Obligations.Run == nil {
		return
	}
	at, marks, ok := readMarks(d.Input)
	now := strconv.FormatInt(q.Now, 10)
	if !ok || !bytes.HasPrefix(d.Input[at:], []byte(now)) {
		return
	}
	text := slices.Clone(d.Input)
	a := &answered{question: q.clone(), decision: d.clone(), head: text[:at:at], tail: text[at+len(now):], sum: sha256.New()}
	a.decision.Input, a.decision.ID = nil, ""
	a.from, a.until = clock.span(q.Now, marks)
	a.sum.Write(a.head)
	c.put(shapeOf(q), a)
}

func (c *cache) put(s shape, a *answered) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Contains(c.young.alike[s], a) {
		return
	}
	if size := a.size(); c.young.count >= cacheEntries || c.young.bytes+size > cacheBytes {
		c.old, c.young = c.young, generation{}
		if size > cacheBytes {
			return
		}
	}
	c.young.add(s, a)
}

func (g *generation) add(s shape, a *answered) {
	if g.alike == nil {
		g.alike = map[shape][]*answered{}
	}
	list := g.alike[s]
	if len(list) >= alikeMost {
		g.count--
		g.bytes -= list[len(list)-1].size()
		list = list[:len(list)-1]
	}
	g.alike[s] = append([]*answered{a}, list...)
	g.count++
	g.bytes += a.size()
}

func (a *answered) size() int { return entryFactor * (len(a.head) + len(a.tail) + 512) }

func (a *answered) answers(q *Query) bool {
	return a.from <= q.Now && q.Now < a.until && a.question.same(q)
}

// again is the answer as it would be made now: with its own identifier, time, text and digest.
func (a *answered) again(now int64) (Decision, bool) {
	sum, ok := a.sum.(hash.Cloner)
	if !ok {
		return Decision{}, false
	}
	h, err := sum.Clone()
	if err != nil {
		return Decision{}, false
	}
	d := a.decision.clone()
	d.ID, d.At = catalog.NewID(catalog.PrefixDecision), now
	d.Input = make([]byte, 0, len(a.head)+len(a.tail)+20)
	d.Input = append(d.Input, a.head...)
	d.Input = strconv.AppendInt(d.Input, now, 10)
	d.Input = append(d.Input, a.tail...)
	h.Write(d.Input[len(a.head):])
	var digest [sha256.Size]byte
	d.InputDigest = catalog.Digest("sha256:" + hex.EncodeToString(h.Sum(digest[:0])))
	return d, true
}

// clone is a permitted decision that shares nothing that anybody could write.
func (d *Decision) clone() Decision {
	c := *d
	c.Proven = slices.Clone(d.Proven)
	if r := d.Obligations.Run; r != nil {
		rules := *r
		rules.Dominance, rules.Noise = slices.Clone(r.Dominance), slices.Clone(r.Noise)
		c.Obligations.Run = &rules
	}
	return c
}
