package httpapi

import (
	"log/slog"
	"net/http"
	"net/netip"
	"time"
)

// Guard is what stands before every handler.
func Guard(log *slog.Logger, mux *http.ServeMux) http.Handler {
	return (&door{log: log}).guard(mux)
}

// Buckets are buckets under test.
type Buckets = buckets

// NewBuckets makes them.
func NewBuckets(perSecond float64, burst int) *Buckets { return newBuckets(perSecond, burst) }

// Take takes a token.
func (b *buckets) Take(key string, now time.Time) time.Duration { return b.take(key, now) }

// Len is how many keys are remembered.
func (b *buckets) Len() int { return b.order.Len() }

// AddressOf is where a request came from, and what it counts as.
func AddressOf(r *http.Request, proxies []netip.Prefix) (address, key string) {
	l := limits{proxies: proxies}
	address = l.addressOf(r)
	return address, keyOf(address)
}
