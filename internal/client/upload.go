package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"yumen/internal/api"
)

// File is a file on its way into the zone in parts, so that a broken upload can go on where it stopped.
type File struct {
	Content io.ReaderAt
	Size    int64
	Digest  string // "sha256:" and hexadecimal digits
	// Manifest is the provider's batch manifest, as it stands in its file. Optional.
	Manifest string
	// Rate bounds the bytes that are sent in a second. Optional.
	Rate int64
	// Progress is told the state of the upload: how much the gateway has, and how far its check is. It may be called from another
	// goroutine, never from two at once. Optional.
	Progress func(api.Upload)
}

// Bounds of going on after a failure: how often without any progress, and how long between.
const (
	maxRetries = 8
	firstPause = 250 * time.Millisecond
	lastPause  = 10 * time.Second
	lookAgain  = 500 * time.Millisecond
)

// errAgain is a failure after which the upload can go on.
var errAgain = errors.New("the upload was interrupted")

// LoadFile sends a file into a dataset and waits until it is loaded. It goes on where an earlier call with the same file stopped, also
// one of another process, and after a broken connection by itself. A batch that breaks its declaration or its manifest is an *Error
// of KindQuarantined with the faults.
func (c *Client) LoadFile(ctx context.Context, dataset string, f File) (*api.Snapshot, error) {
	s := &sending{c: c, dataset: dataset, file: f, pause: firstPause}
	for {
		snapshot, err := s.attempt(ctx)
		if !errors.Is(err, errAgain) {
			s.forget(ctx)
			return snapshot, err
		}
		if s.failures++; s.failures > maxRetries || ctx.Err() != nil {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(s.pause):
			s.pause = min(2*s.pause, lastPause)
		}
	}
}

// sending is one upload and its failures in a row.
type sending struct {
	c        *Client
	dataset  string
	file     File
	upload   *api.Upload
	failures int
	pause    time.Duration
}

// Pull has the gateway read a dataset in place and waits until it is loaded. What breaks its declaration or its manifest is an *Error of
// KindQuarantined with the faults.
func (c *Client) Pull(ctx context.Context, dataset string, progress func(api.Upload)) (*api.Snapshot, error) {
	return c.reading(ctx, dataset, progress, post(datasetPath(dataset)+"/pulls"))
}

// Twin has the gateway of a development zone make a synthetic twin of a dataset and load it, and waits until it is loaded.
func (c *Client) Twin(ctx context.Context, dataset string, which api.Twin, progress func(api.Upload)) (*api.Snapshot, error) {
	begin, err := post(datasetPath(dataset) + "/twins").with(which)
	if err != nil {
		return nil, err
	}
	return c.reading(ctx, dataset, progress, begin)
}

// reading begins a load that needs no sender and waits for its end.
func (c *Client) reading(ctx context.Context, dataset string, progress func(api.Upload), begin request) (*api.Snapshot, error) {
	u, err := call[api.Upload](ctx, c, begin)
	if err != nil {
		return nil, err
	}
	s := &sending{c: c, dataset: dataset, upload: u, file: File{Progress: progress}}
	stop := s.follow(ctx, u.ID)
	snapshot, err := decode[api.Snapshot](ctx, c, post(uploadPath(u.ID)+"/finish"))
	stop()
	s.forget(ctx)
	return snapshot, err
}

// attempt finds out what has arrived, sends the rest and has it loaded.
func (s *sending) attempt(ctx context.Context) (*api.Snapshot, error) {
	u, err := callWith[api.Upload](ctx, s.c, post(datasetPath(s.dataset)+"/uploads"), api.UploadRequest{Size: s.file.Size, Digest: s.file.Digest, Manifest: s.file.Manifest})
	if err != nil {
		if s.upload == nil { // nothing to go on with
			return nil, err
		}
		return nil, again(err)
	}
	s.progress(u)
	for u.State == "receiving" && u.Received < s.file.Size {
		if u, err = s.part(ctx, *u); err != nil {
			return nil, again(err, KindConflict, KindNotFound, KindUnavailable)
		}
		s.progress(u)
		s.failures, s.pause = 0, firstPause
	}
	u.State = "checking"
	s.progress(u)
	stop := s.follow(ctx, u.ID)
	snapshot, err := decode[api.Snapshot](ctx, s.c, post(uploadPath(u.ID)+"/finish"))
	stop()
	return snapshot, again(err, KindConflict, KindNotFound)
}

// part sends the next bytes.
func (s *sending) part(ctx context.Context, u api.Upload) (*api.Upload, error) {
	size := min(max(u.PartBytes, 1), s.file.Size-u.Received)
	start := time.Now()
	if s.file.Rate > 0 {
		size = min(size, s.file.Rate)
	}
	r := request{method: http.MethodPut, path: uploadPath(u.ID), query: url.Values{"offset": {fmt.Sprint(u.Received)}},
		header: http.Header{"Content-Type": {"application/octet-stream"}}, body: io.NewSectionReader(s.file.Content, u.Received, size), size: size}
	next, err := call[api.Upload](ctx, s.c, r)
	if err != nil {
		return nil, err
	}
	if next.Received <= u.Received || next.Received > s.file.Size {
		return nil, fmt.Errorf("%w: an upload goes backwards", ErrProtocol)
	}
	if s.file.Rate > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(size)*time.Second/time.Duration(s.file.Rate) - time.Since(start)):
		}
	}
	return next, nil
}

// follow looks after the check of the file until the returned function is called. That it cannot look is no failure.
func (s *sending) follow(ctx context.Context, id string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(lookAgain)
		defer tick.Stop()
		for s.file.Progress != nil {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			if u, err := call[api.Upload](ctx, s.c, get(uploadPath(id))); err == nil && u.State != "done" {
				s.file.Progress(*u)
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

func (s *sending) progress(u *api.Upload) {
	s.upload = u
	if s.file.Progress != nil {
		s.file.Progress(*u)
	}
}

// forget tells the gateway that the answer has arrived, or that nobody waits for one. It expires by itself otherwise.
func (s *sending) forget(ctx context.Context) {
	if s.upload == nil || ctx.Err() != nil {
		return
	}
	_ = s.c.done(ctx, request{method: http.MethodDelete, path: uploadPath(s.upload.ID)})
}

// again marks an error as one after which the upload can go on: no answer came, or it is of one of these kinds.
func again(err error, kinds ...Kind) error {
	goes := errors.Is(err, ErrUnreachable) || slices.ContainsFunc(kinds, func(k Kind) bool { return IsKind(err, k) })
	if !goes {
		return err
	}
	return fmt.Errorf("%w: %w", errAgain, err)
}

func uploadPath(id string) string { return "/v1/uploads/" + url.PathEscape(id) }
