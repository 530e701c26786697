package enclave

import (
	"context"
	"errors"
	"io"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/policy"
)

// BeginPull has the gateway read a dataset in place, from the location that its declaration names, and returns at once: how far it is stands
// in the upload, and FinishUpload waits for its end. One dataset is read once at a time: who asks meanwhile gets the reading that goes on.
func (s *Service) BeginPull(ctx context.Context, p Principal, name string) (api.Upload, error) {
	d, err := s.mayLoad(ctx, p, name, catalog.SupplyTenantSpace)
	if err != nil {
		s.denied(ctx, p, policy.ActionSupplyLoad, name, err)
		return api.Upload{}, known(err)
	}
	return s.reads(p, name, api.Twin{}, func(ctx context.Context, u *upload) (api.Snapshot, error) { return s.pull(ctx, u, p, d) })
}

// reads has the gateway itself come by a file, read in place or made as a twin, in an upload that nobody sends to.
func (s *Service) reads(p Principal, name string, which api.Twin, read func(context.Context, *upload) (api.Snapshot, error)) (api.Upload, error) {
	s.sweepUploads()
	s.parts.mu.Lock()
	defer s.parts.mu.Unlock()
	for _, u := range s.parts.all {
		if u.dataset != name || !u.pulls || u.isDone() {
			continue
		}
		if u.account == p.Account && u.twin == which {
			return u.view(), nil
		}
		return api.Upload{}, fault(KindConflict, "该数据集正在读取或生成，请稍后查看快照", "this dataset is being read or made right now: look at its snapshots later")
	}
	u := &upload{id: newID(catalog.PrefixSnapshot) + "-upload", account: p.Account, group: p.sharer(), dataset: name, pulls: true, twin: which, touched: s.clock.Now(),
		stored: make(chan struct{}), working: make(chan struct{})}
	if err := s.parts.room(u, s.limits.Upload); err != nil {
		return api.Upload{}, err
	}
	if err := s.work.begin(); err != nil {
		return api.Upload{}, err
	}
	close(u.stored) // nothing is kept of it on its way
	s.parts.add(u)
	go func() {
		defer s.work.done()
		snapshot, err := read(s.ctx, u)
		u.mu.Lock()
		defer u.mu.Unlock()
		u.snapshot, u.err, u.touched = snapshot, err, s.clock.Now()
		close(u.working)
	}()
	return u.view(), nil
}

// pull reads the file or table and loads it.
func (s *Service) pull(ctx context.Context, u *upload, p Principal, d *datasetRecord) (api.Snapshot, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b := &batch{dataset: u.dataset, mode: catalog.SupplyTenantSpace, spec: d.Approved, version: d.ApprovedVersion.Digest, progress: u.checked}
	text, err := s.places.Manifest(ctx, d.Approved)
	if err != nil {
		return api.Snapshot{}, s.placeFault(u.dataset, err)
	}
	if b.manifest, err = parseManifest(text); err != nil {
		return api.Snapshot{}, err
	}
	from, to := io.Pipe()
	read := make(chan struct{})
	go func() {
		defer close(read)
		w := &arriving{to: to, upload: u, left: s.limits.Upload}
		err := s.places.Read(ctx, d.Approved, u.sized, w)
		if err != nil && !errors.Is(err, io.ErrClosedPipe) {
			err = s.placeFault(u.dataset, err)
		}
		_ = to.CloseWithError(err)
	}()
	out, err := s.load(ctx, p, b, from)
	cancel()
	_ = from.Close()
	<-read
	return out, err
}

// placeFault is what a person is told of a location that could not be read: its own words, which hold no value, or that something is wrong
// with it.
func (s *Service) placeFault(dataset string, err error) error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	var told interface{ Told() catalog.Text }
	if errors.As(err, &told) {
		t := told.Told()
		s.log.Warn("read a dataset in place", "dataset", dataset, "error", t.En)
		return fault(KindConflict, t.Zh, t.En).because(err)
	}
	return fault(KindUnavailable, "无法读取该存储位置，请稍后再试", "the location cannot be read: try again later").because(err)
}

// arriving counts the bytes of a pull on their way, and bounds them as those of an upload are.
type arriving struct {
	to     *io.PipeWriter
	upload *upload
	left   int64
}

func (a *arriving) Write(p []byte) (int, error) {
	if a.left -= int64(len(p)); a.left < 0 {
		return 0, ErrUploadTooLarge
	}
	n, err := a.to.Write(p)
	a.upload.mu.Lock()
	a.upload.received += int64(n)
	a.upload.mu.Unlock()
	return n, err
}

// sized notes the size of what is read.
func (u *upload) sized(n int64) {
	u.mu.Lock()
	u.size = n
	u.mu.Unlock()
}

// checked notes how far the check of what was read is.
func (u *upload) checked(percent int) {
	u.mu.Lock()
	u.percent = percent
	u.mu.Unlock()
}

// isDone reports whether the load has ended.
func (u *upload) isDone() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.working != nil && u.done()
}
