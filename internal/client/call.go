package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// request is one call: a path under the base URL, already escaped, and what goes with it.
type request struct {
	method string
	path   string
	query  url.Values
	header http.Header
	body   io.Reader
	size   int64 // of the body; -1 when unknown
}

// A request that came too soon was not carried out: it is sent again when the gateway says so, a bounded number of times and for a
// bounded time each.
const (
	patientTries = 4
	longestWait  = 30 * time.Second
)

// attempts is how often a read is sent before the gateway counts as unreachable.
const attempts = 3

func get(path string) request { return request{method: http.MethodGet, path: path} }

func post(path string) request { return request{method: http.MethodPost, path: path} }

// with adds a JSON body.
func (r request) with(body any) (request, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return r, fmt.Errorf("encode request: %w", err)
	}
	r.body, r.size = bytes.NewReader(b), int64(len(b))
	r.header = http.Header{"Content-Type": {"application/json"}}
	return r, nil
}

// call sends the request and decodes the JSON answer.
func call[T any](ctx context.Context, c *Client, r request) (*T, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	return decode[T](ctx, c, r)
}

// callWith sends a JSON body and decodes the JSON answer.
func callWith[T any](ctx context.Context, c *Client, r request, body any) (*T, error) {
	r, err := r.with(body)
	if err != nil {
		return nil, err
	}
	return call[T](ctx, c, r)
}

func decode[T any](ctx context.Context, c *Client, r request) (*T, error) {
	body, err := c.text(ctx, r, maxJSON)
	if err != nil {
		return nil, err
	}
	out := new(T)
	if err := json.Unmarshal(body, out); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	return out, nil
}

// done sends the request and expects an answer without content.
func (c *Client) done(ctx context.Context, r request) error {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	_, err := c.text(ctx, r, maxProblem)
	return err
}

// text sends the request and returns the whole body of a successful answer.
func (c *Client) text(ctx context.Context, r request, limit int64) ([]byte, error) {
	resp, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := readCapped(resp.Body, limit)
	if err != nil && !errors.Is(err, ErrTooLarge) {
		return nil, unreachable(ctx, err)
	}
	return body, err
}

// send returns a successful answer, whose body the caller closes. What came too soon is sent again when the gateway says so: nothing
// of it was done.
func (c *Client) send(ctx context.Context, r request) (*http.Response, error) {
	for tries := patientTries; ; tries-- {
		resp, err := c.deliver(ctx, r)
		var e *Error
		if err == nil || tries == 0 || !errors.As(err, &e) || e.Kind != KindLimited || e.wait == 0 || e.wait > longestWait || !r.rewind() {
			return resp, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(e.wait):
		}
	}
}

// rewind makes the request's body ready to be sent again; a stream cannot be.
func (r request) rewind() bool {
	if r.body == nil {
		return true
	}
	s, ok := r.body.(io.Seeker)
	if !ok {
		return false
	}
	_, err := s.Seek(0, io.SeekStart)
	return err == nil
}

// deliver sends a request. Reads are repeated when no answer came or the gateway is briefly unavailable; nothing else is sent twice.
func (c *Client) deliver(ctx context.Context, r request) (*http.Response, error) {
	tries := 1
	if r.method == http.MethodGet {
		tries = attempts
	}
	pause := 150 * time.Millisecond
	for {
		resp, err := c.once(ctx, r)
		tries--
		if err == nil || tries == 0 || !(errors.Is(err, ErrUnreachable) || IsKind(err, KindUnavailable)) {
			return resp, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(pause):
			pause *= 3
		}
	}
}

func (c *Client) once(ctx context.Context, r request) (*http.Response, error) {
	u := c.base.String() + r.path
	if len(r.query) > 0 {
		u += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, u, r.body)
	if err != nil {
		return nil, fmt.Errorf("build request: %w", err)
	}
	if r.body != nil {
		req.ContentLength = r.size
	}
	for k, v := range r.header {
		req.Header[k] = v
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.language != "" {
		req.Header.Set("Accept-Language", c.language)
	}
	req.Header.Set("User-Agent", "yumen")
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	if resp.StatusCode/100 == 2 {
		return resp, nil
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 == 3 {
		return nil, fmt.Errorf("%w: it redirects; give the final address as the server", ErrProtocol)
	}
	return nil, problemOf(resp)
}

// readCapped reads to the end, or fails with ErrTooLarge after limit bytes.
func readCapped(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if int64(len(b)) > limit {
		return nil, ErrTooLarge
	}
	return b, nil
}

// capped is a body that fails with ErrTooLarge after its limit, where io.LimitedReader would feign an end.
type capped struct {
	io.ReadCloser
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}
