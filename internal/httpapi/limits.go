package httpapi

import (
	"container/list"
	"context"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"yumen/catalog"
)

// Limits bound how often one caller may ask. A rate of zero is none.
type Limits struct {
	AccountPerSecond int            // requests of one account; for a moment, four times as many
	AddressPerSecond int            // requests from one address, whoever asks; for a moment, four times as many
	LoginsPerMinute  int            // acts that stretch a password, from one address; at first, twice as many
	Proxies          []netip.Prefix // whose X-Forwarded-For is believed
}

// maxCallers is how many accounts and how many addresses are remembered: the least recently seen are forgotten first.
const maxCallers = 10_000

// stretching lists the operations that stretch a password, which costs the gateway much and the caller nothing.
var stretching = map[string]bool{"login": true, "activate": true, "password-change": true, "totp-enrol": true}

// buckets are token buckets by key, as many as fit.
type buckets struct {
	rate  rate.Limit
	burst int

	mu    sync.Mutex
	order *list.List // of *bucket, the most recently used first
	all   map[string]*list.Element
}

type bucket struct {
	key   string
	limit *rate.Limiter
}

// newBuckets makes buckets of a rate per second, or nil for none.
func newBuckets(perSecond float64, burst int) *buckets {
	if perSecond <= 0 {
		return nil
	}
	return &buckets{rate: rate.Limit(perSecond), burst: burst, order: list.New(), all: map[string]*list.Element{}}
}

// take takes one token of a key. When there is none it takes nothing, and says how long to wait for one.
func (b *buckets) take(key string, now time.Time) (wait time.Duration) {
	if b == nil || key == "" {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	at, there := b.all[key]
	if !there {
		for b.order.Len() >= maxCallers {
			old := b.order.Back()
			delete(b.all, old.Value.(*bucket).key)
			b.order.Remove(old)
		}
		at = b.order.PushFront(&bucket{key: key, limit: rate.NewLimiter(b.rate, b.burst)})
		b.all[key] = at
	}
	b.order.MoveToFront(at)
	r := at.Value.(*bucket).limit.ReserveN(now, 1)
	if wait = r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

// limits are the buckets of a door.
type limits struct {
	accounts, addresses, logins *buckets
	proxies                     []netip.Prefix
}

func newLimits(l Limits) limits {
	return limits{accounts: newBuckets(float64(l.AccountPerSecond), 4*l.AccountPerSecond), addresses: newBuckets(float64(l.AddressPerSecond), 4*l.AddressPerSecond),
		logins: newBuckets(float64(l.LoginsPerMinute)/60, 2*l.LoginsPerMinute), proxies: l.Proxies}
}

// addressOf is the address that a request came from, or "" when there is none to be seen: of the connection, or of the nearest hop that
// is no trusted proxy. What anybody else wrote into the header counts for nothing.
func (l *limits) addressOf(r *http.Request) string {
	conn, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	at := conn.Addr().Unmap().WithZone("")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && l.trusts(at); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		at = hop.Unmap().WithZone("")
	}
	return at.String()
}

func (l *limits) trusts(a netip.Addr) bool {
	for _, p := range l.proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// keyOf is what an address counts as: of IPv6 the network of 64 bits, for its holder has all of it.
func keyOf(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Is4() {
		return address
	}
	p, err := a.Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

// patience is how long a caller must wait, in whole seconds.
func patience(wait time.Duration) int { return max(int(math.Ceil(wait.Seconds())), 1) }

// limited is the refusal of a request that came too soon: nothing of it was done.
func limited() *problem {
	return newProblem(http.StatusTooManyRequests, "limited", catalog.Text{Zh: "请求过于频繁；请按 Retry-After 稍候重试", En: "too many requests: wait as Retry-After says, then try again"})
}

// tooSoon refuses a request from an address that asks too often; the answer is written already.
func (d *door) tooSoon(w http.ResponseWriter, r *http.Request) bool {
	wait := d.limits.addresses.take(keyOf(callOf(r.Context()).address), time.Now())
	if wait == 0 {
		return false
	}
	d.hold(w, r, wait)
	return true
}

func (d *door) hold(w http.ResponseWriter, r *http.Request, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(patience(wait)))
	p := limited()
	d.finish(r.Context(), p)
	d.send(w, p)
}

// stretchWait is how long a caller must wait before he may make the gateway stretch a password again.
func (d *door) stretchWait(ctx context.Context, operation string) time.Duration {
	if !stretching[operation] {
		return 0
	}
	return d.limits.logins.take(keyOf(callOf(ctx).address), time.Now())
}
