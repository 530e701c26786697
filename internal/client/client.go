// Package client owns the Go client of the gateway's HTTP interface: one typed method for each route. It trusts nothing that it
// reads: every body is capped, redirects are refused, and only reads are ever sent twice.
package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// The most that the client reads of one answer, in bytes. A longer one is ErrTooLarge, never a truncated value.
const (
	maxJSON    = 64 << 20
	maxProblem = 1 << 20
	maxBundle  = 256 << 20
	maxExport  = 16 << 30
	maxEvents  = 1 << 20
)

// Config says which gateway to talk to, and how.
type Config struct {
	// Server is the base URL, https://host[:port]. Plain http is accepted for a loopback address alone, because the token would
	// travel in clear.
	Server string
	// Token is the bearer token. Optional: empty sends none, which is enough for the public routes.
	Token string
	// Language is sent as Accept-Language. Optional.
	Language string
	// RootCAs are the authorities that may have signed the gateway's certificate. Optional: nil means the system's.
	RootCAs *x509.CertPool
	// Patience bounds one ordinary call. Optional: zero means one minute. Uploads, downloads and events are not bounded by it.
	Patience time.Duration
}

// Client talks to one gateway. It is safe for concurrent use.
type Client struct {
	base     *url.URL
	token    string
	language string
	patience time.Duration
	http     *http.Client
}

// New returns a client for the gateway, without contacting it. It fails for a URL that would carry the token in clear.
func New(c Config) (*Client, error) {
	base, err := parseServer(c.Server)
	if err != nil {
		return nil, err
	}
	if c.Patience == 0 {
		c.Patience = time.Minute
	}
	dial := (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	if base.Scheme == "http" {
		dial = loopbackOnly(dial)
	}
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment, // never used for loopback addresses
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.RootCAs},
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  2 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		ForceAttemptHTTP2:      true,
	}
	return &Client{
		base: base, token: c.Token, language: c.Language, patience: c.Patience,
		http: &http.Client{Transport: transport, CheckRedirect: refuseRedirect},
	}, nil
}

// Server is the base URL of the gateway, in the one spelling that New accepts for it.
func (c *Client) Server() string { return c.base.String() }

// NormalServer returns the one spelling of a gateway's base URL, or why New would refuse it.
func NormalServer(server string) (string, error) {
	u, err := parseServer(server)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

func parseServer(server string) (*url.URL, error) {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, fmt.Errorf("%w: want https://host[:port]", ErrServerURL)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, fmt.Errorf("%w: plain http would show the token to the network; use https", ErrServerURL)
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: strings.TrimRight(u.Path, "/")}, nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// loopbackOnly holds plain http to what its address promised, whatever the name "localhost" resolves to.
func loopbackOnly(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		if a, ok := conn.RemoteAddr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
			conn.Close()
			return nil, fmt.Errorf("%w: plain http left the machine", ErrServerURL)
		}
		return conn, nil
	}
}

// refuseRedirect hands the redirect itself to the caller, who takes it for a failure: a token goes to one server only.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (c *Client) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.patience)
}
