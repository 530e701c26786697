package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"yumen/internal/api"
)

// Events follows a run's progress: it calls on with each state until the gateway ends the stream. State names are all there is.
func (c *Client) Events(ctx context.Context, run string, on func(state string)) error {
	r := get(runPath(run) + "/events")
	r.header = map[string][]string{"Accept": {"text/event-stream"}}
	resp, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if t := resp.Header.Get("Content-Type"); !strings.HasPrefix(t, "text/event-stream") {
		return fmt.Errorf("%w: not an event stream", ErrProtocol)
	}
	err = readEvents(&capped{ReadCloser: resp.Body, left: maxEvents}, func(event, data string) error {
		if event != "state" {
			return nil
		}
		var s struct {
			State string `json:"state"`
		}
		if err := json.Unmarshal([]byte(data), &s); err != nil || s.State == "" {
			return fmt.Errorf("%w: not a state event", ErrProtocol)
		}
		on(s.State)
		return nil
	})
	if err != nil && !errors.Is(err, ErrProtocol) && !errors.Is(err, ErrTooLarge) {
		return unreachable(ctx, err)
	}
	return err
}

// readEvents parses a stream of server-sent events (WHATWG HTML §9.2.6): named events with data; comments, ids and retry times
// are skipped. An event cut off by the end of the stream is dropped, as the standard says.
func readEvents(r io.Reader, on func(event, data string) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<10)
	event, data := "", []string(nil)
	for lines.Scan() {
		line := strings.TrimSuffix(lines.Text(), "\r")
		if line == "" {
			if data != nil {
				if err := on(event, strings.Join(data, "\n")); err != nil {
					return err
				}
			}
			event, data = "", nil
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			event = value
		case "data":
			data = append(data, value)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return ErrTooLarge
	}
	return lines.Err()
}

// Rests reports whether a run in this state no longer runs: it waits for a person, or its state is final.
func Rests(state string) bool { return state != StateRunning }

// Decided reports whether a run in this state no longer waits for the gateway or a reviewer.
func Decided(state string) bool { return state != StateRunning && state != StateInReview }

// Wait follows a run until it rests or patience is over, and returns it as it then is. on is called with each new state; it may be nil.
func (c *Client) Wait(ctx context.Context, run *api.Run, patience time.Duration, on func(state string)) (*api.Run, error) {
	return c.WaitUntil(ctx, run, patience, Rests, on)
}

// WaitUntil is Wait with another end. A gateway or proxy that does not deliver events is polled.
func (c *Client) WaitUntil(ctx context.Context, run *api.Run, patience time.Duration, end func(state string) bool, on func(state string)) (*api.Run, error) {
	if end(run.State) || patience <= 0 {
		return run, nil
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	last := run.State
	note := func(state string) {
		if state != last && on != nil {
			on(state)
		}
		last = state
	}
	following, enough := context.WithCancel(limited)
	defer enough()
	err := c.Events(following, run.Run, func(state string) {
		if note(state); end(state) {
			enough()
		}
	})
	if err != nil && (ctx.Err() != nil || hopeless(err)) {
		return nil, err
	}
	return c.poll(ctx, limited, run.Run, end, note)
}

// poll asks for the run until its end; when limited is over, once more under ctx.
func (c *Client) poll(ctx, limited context.Context, id string, end func(string) bool, note func(string)) (*api.Run, error) {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		now, err := c.Run(ctx, id)
		if err != nil {
			return nil, err
		}
		note(now.State)
		if end(now.State) || limited.Err() != nil {
			return now, nil
		}
		select {
		case <-limited.Done():
		case <-time.After(pause):
		}
	}
}

// hopeless tells a failure that polling would only repeat from one of the stream alone.
func hopeless(err error) bool {
	return IsKind(err, KindUnauthenticated) || IsKind(err, KindForbidden)
}
