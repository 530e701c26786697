package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/internal/httpapi"
)

// Tokens come back at their rate, one key takes nothing from another, and a refusal takes nothing at all.
func TestBuckets(t *testing.T) {
	b, now := httpapi.NewBuckets(2, 4), time.Unix(1_800_000_000, 0)
	for range 4 {
		require.Zero(t, b.Take("a", now))
	}
	for range 100 {
		require.Equal(t, 500*time.Millisecond, b.Take("a", now), "a refusal takes nothing")
	}
	require.Zero(t, b.Take("b", now))
	require.Zero(t, b.Take("", now), "who has no key is bounded elsewhere")
	require.Zero(t, b.Take("a", now.Add(500*time.Millisecond)))
	require.Positive(t, b.Take("a", now.Add(500*time.Millisecond)))
	for range 4 {
		require.Zero(t, b.Take("a", now.Add(time.Hour)))
	}
	require.Positive(t, b.Take("a", now.Add(time.Hour)), "no more than its burst comes together")
	require.Zero(t, httpapi.NewBuckets(0, 0).Take("a", now), "no rate is no limit")
}

// However many callers there are, only so many are remembered, and those that were seen last.
func TestBucketsAreBounded(t *testing.T) {
	b, now := httpapi.NewBuckets(1, 1), time.Unix(1_800_000_000, 0)
	for i := range 25_000 {
		require.Zero(t, b.Take(fmt.Sprint("attacker ", i), now))
		b.Take("regular", now)
	}
	require.Equal(t, 10_000, b.Len())
	require.Positive(t, b.Take("regular", now), "who comes again and again is not forgotten")
	require.Zero(t, b.Take("attacker 0", now))
}

// Sixty-four at once get no more than there is.
func TestBucketsAtOnce(t *testing.T) {
	b, now := httpapi.NewBuckets(1, 10), time.Unix(1_800_000_000, 0)
	var all sync.WaitGroup
	results := make(chan time.Duration, 64)
	for range cap(results) {
		all.Go(func() { results <- b.Take("a", now) })
	}
	all.Wait()
	close(results)
	granted := 0
	for wait := range results {
		if wait == 0 {
			granted++
		}
	}
	require.Equal(t, 10, granted)
}

// Where a request comes from: only a trusted proxy is believed, and only about the hop before it.
func TestAddressOfARequest(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		remote, forwarded string
		proxies           []netip.Prefix
		want, key         string
	}{
		{"192.0.2.7:1234", "", proxies, "192.0.2.7", "192.0.2.7"},
		{"192.0.2.7:1234", "198.51.100.1", proxies, "192.0.2.7", "192.0.2.7"},
		{"10.1.1.1:1234", "198.51.100.1", nil, "10.1.1.1", "10.1.1.1"},
		{"10.1.1.1:1234", "198.51.100.1", proxies, "198.51.100.1", "198.51.100.1"},
		{"10.1.1.1:1234", "203.0.113.9, 198.51.100.1", proxies, "198.51.100.1", "198.51.100.1"},
		{"10.1.1.1:1234", "203.0.113.9, 198.51.100.1, 10.2.2.2", proxies, "198.51.100.1", "198.51.100.1"},
		{"10.1.1.1:1234", "203.0.113.9, nonsense", proxies, "10.1.1.1", "10.1.1.1"},
		{"10.1.1.1:1234", "", proxies, "10.1.1.1", "10.1.1.1"},
		{"[2001:db8:1:2:3:4:5:6]:1", "", proxies, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"[fd00::1%eth0]:1", "2001:db8::1", proxies, "2001:db8::1", "2001:db8::/64"},
		{"[::ffff:192.0.2.7]:1", "", proxies, "192.0.2.7", "192.0.2.7"},
		{"@", "198.51.100.1", proxies, "", ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		address, key := httpapi.AddressOf(r, c.proxies)
		require.Equal(t, c.want, address, "%+v", c)
		require.Equal(t, c.key, key, "%+v", c)
	}
}

// What comes too soon is a problem with Retry-After: by account, by address, and logins apart; health is answered in any case.
func TestRequestsAreLimited(t *testing.T) {
	z := enclavetest.New(t)
	z.Activate(t, "security")
	limited := func(l httpapi.Limits) *door {
		srv := httptest.NewServer(httpapi.New(httpapi.Config{Service: z.Service, Log: enclavetest.Logger(t), MaxUpload: maxUpload, Version: "test", Limits: l}))
		t.Cleanup(srv.Close)
		return &door{t: t, zone: z, url: srv.URL, tokens: map[string]string{}}
	}
	login := func(d *door, user, password string) answer {
		return d.call("", "POST", "/v1/sessions", api.Login{User: user, Password: password})
	}
	refused := func(d *door, a answer) {
		p := d.problem(http.StatusTooManyRequests, a)
		require.Equal(t, "limited", p.Kind)
		after, err := strconv.Atoi(a.header.Get("Retry-After"))
		require.NoError(t, err)
		require.Positive(t, after)
	}

	d := limited(httpapi.Limits{AccountPerSecond: 1})
	for _, name := range []string{"admin", "security"} {
		var s api.Session
		d.ok(http.StatusCreated, login(d, name, enclavetest.Password), &s)
		d.tokens[name] = s.Token
	}
	var last answer
	for range 50 {
		if last = d.call("admin", "GET", "/v1/whoami", nil); last.status != http.StatusOK {
			break
		}
	}
	refused(d, last)
	refused(d, d.call("admin", "GET", "/v1/audit/export", nil))
	d.ok(http.StatusOK, d.call("security", "GET", "/v1/whoami", nil), nil)

	other := limited(httpapi.Limits{AddressPerSecond: 1})
	for range 50 {
		if last = other.call("", "GET", "/v1/keys", nil); last.status != http.StatusOK {
			break
		}
	}
	refused(other, last)
	require.Equal(t, http.StatusOK, other.call("", "GET", "/healthz", nil).status)
	require.Equal(t, http.StatusOK, other.call("", "GET", "/v1/health/live", nil).status)

	// A login that is refused for its address was never looked at: it locks nobody.
	guess := limited(httpapi.Limits{LoginsPerMinute: 1})
	refusals := 0
	for range 12 {
		if a := login(guess, "security", "not the password"); a.status == http.StatusTooManyRequests {
			refused(guess, a)
			refusals++
		}
	}
	require.GreaterOrEqual(t, refusals, 8)
	d.ok(http.StatusCreated, login(d, "security", enclavetest.Password), nil)
	guess.tokens["security"] = d.tokens["security"]
	guess.ok(http.StatusOK, guess.call("security", "GET", "/v1/sessions", nil), nil)
}
