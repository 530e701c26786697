package enclave

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/internal/faultpoint"
	"yumen/policy"
	"yumen/sandbox"
)

// partBytes is what a client should send at once.
const partBytes = 4 << 20

// upload is a file that arrives in parts. What has arrived is encrypted under a data key of its own while it arrives, in the folder of
// snapshots; no record names it, so that a gateway which starts again removes it.
type upload struct {
	id, account, dataset string
	group                string   // whose share of the room it uses
	pulls                bool     // the gateway reads it in place: nobody sends it, and it is not kept on its way
	twin                 api.Twin // that it makes; zero of what is read in place
	size                 int64
	about                Supply
	expected             catalog.Digest

	mu       sync.Mutex // guards what follows
	received int64
	turn     int // of the sender whose bytes are taken: a new one displaces an old one whose connection has died
	touched  time.Time
	to       *io.PipeWriter
	stored   chan struct{} // closed when nothing is written any more
	lost     error         // why it could not be stored, once stored is closed
	working  chan struct{}
	percent  int // of the check
	snapshot api.Snapshot
	err      error // of the load, once working is closed
}

// BeginUpload opens an upload of one file in parts, or finds the one that this account has begun with the same file for the same
// dataset under the same manifest.
func (s *Service) BeginUpload(ctx context.Context, p Principal, name string, in api.UploadRequest) (api.Upload, error) {
	if _, err := s.mayLoad(ctx, p, name, pushed(p)); err != nil {
		s.denied(ctx, p, policy.ActionSupplyLoad, name, err)
		return api.Upload{}, known(err)
	}
	digest := catalog.Digest(in.Digest)
	switch {
	case s.work.closed():
		return api.Upload{}, errDraining
	case in.Size > s.limits.Upload:
		return api.Upload{}, ErrUploadTooLarge
	case in.Size <= 0 || digest.Validate() != nil:
		return api.Upload{}, fault(KindInvalid, "请给出文件大小与摘要（sha256:…）", "give the size of the file and its digest (sha256:…)")
	}
	if _, err := parseManifest([]byte(in.Manifest)); err != nil {
		return api.Upload{}, err
	}
	s.sweepUploads()
	u := &upload{id: newID(catalog.PrefixSnapshot) + "-upload", account: p.Account, group: p.sharer(), dataset: name, size: in.Size, expected: digest,
		about: Supply{Digest: digest, Manifest: []byte(in.Manifest)}, touched: s.clock.Now(), stored: make(chan struct{})}
	for {
		v, err := s.openUpload(u)
		if !errors.Is(err, errUploadShare) && !errors.Is(err, errManyUploads) {
			return v, err
		}
		if old, ok := s.parts.quiet(p.Account, s.clock.Now()); !ok || s.removeUpload(old) != nil {
			return v, err
		}
	}
}

// openUpload finds the upload of the same file, or opens the new one.
func (s *Service) openUpload(next *upload) (api.Upload, error) {
	s.parts.mu.Lock()
	defer s.parts.mu.Unlock()
	for _, u := range s.parts.all {
		same := !u.pulls && u.account == next.account && u.dataset == next.dataset && u.expected == next.expected && u.size == next.size &&
			string(u.about.Manifest) == string(next.about.Manifest)
		switch {
		case same && u.failed():
			delete(s.parts.all, u.id) // nothing of it is left: it begins anew
		case same:
			u.touch(s.clock.Now())
			return u.view(), nil
		}
	}
	if err := s.parts.room(next, s.limits.Upload); err != nil {
		return api.Upload{}, err
	}
	s.parts.add(next)
	s.receive(next)
	return next.view(), nil
}

// receive starts the encryption of what will arrive.
func (s *Service) receive(u *upload) {
	from, to := io.Pipe()
	u.to = to
	go func() {
		_, _, err := s.snapshots.Put(u.id, func(w io.Writer) error {
			_, err := sandbox.Pour(w, from)
			return err
		})
		_ = from.Close() // nothing waits for a reader that is gone
		u.lost = err
		close(u.stored)
	}()
}

// Upload is how far an upload of the caller's own is.
func (s *Service) Upload(_ context.Context, p Principal, id string) (api.Upload, error) {
	s.sweepUploads()
	u, err := s.ownUpload(p, id)
	if err != nil {
		return api.Upload{}, err
	}
	return u.view(), nil
}

// PutPart takes the bytes of the file from an offset on, which must be the number of bytes that have arrived.
func (s *Service) PutPart(_ context.Context, p Principal, id string, offset int64, body io.Reader) (api.Upload, error) {
	u, err := s.ownUpload(p, id)
	if err != nil {
		return api.Upload{}, err
	}
	turn, err := u.begin(offset)
	if err != nil {
		return u.view(), err
	}
	buf := make([]byte, 256<<10)
	for {
		n, err := body.Read(buf)
		if n > 0 {
			if err := u.take(turn, buf[:n], s.clock.Now()); err != nil {
				return u.view(), err
			}
		}
		if err == io.EOF {
			return u.view(), nil
		}
		if err != nil {
			return u.view(), uploadFault(err)
		}
	}
}

// FinishUpload loads a file that has arrived as a whole, and waits for the end. What happens goes on when the caller leaves; he, or
// whoever calls again, gets the same answer until the upload is removed.
func (s *Service) FinishUpload(ctx context.Context, p Principal, id string) (api.Snapshot, error) {
	u, err := s.ownUpload(p, id)
	if err != nil {
		return api.Snapshot{}, err
	}
	working, err := s.begin(u, p)
	if err != nil {
		return api.Snapshot{}, err
	}
	select {
	case <-working:
		return u.snapshot, u.err
	case <-ctx.Done():
		return api.Snapshot{}, fault(KindConflict, "仍在校验，请稍后再问", "it is still being checked: ask again").because(ctx.Err())
	}
}

// begin starts the load of an upload once.
func (s *Service) begin(u *upload, p Principal) (<-chan struct{}, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.working != nil {
		return u.working, nil
	}
	if u.received != u.size {
		return nil, fault(KindConflict, "文件尚未全部到达：请续传", "the file has not arrived as a whole: go on sending it")
	}
	if err := s.work.begin(); err != nil {
		return nil, err
	}
	u.working = make(chan struct{})
	go func() {
		defer s.work.done()
		snapshot, err := s.finish(u, p)
		u.mu.Lock()
		defer u.mu.Unlock()
		u.snapshot, u.err, u.touched = snapshot, err, s.clock.Now()
		close(u.working)
	}()
	return u.working, nil
}

// finish loads the file and destroys what arrived.
func (s *Service) finish(u *upload, p Principal) (api.Snapshot, error) {
	defer s.destroyUpload(u)
	_ = u.to.Close()
	if <-u.stored; u.lost != nil {
		return api.Snapshot{}, uploadFault(u.lost)
	}
	body, err := s.snapshots.Open(u.id)
	if err != nil {
		return api.Snapshot{}, err
	}
	defer body.Close()
	about := u.about
	about.Progress = u.checked
	return s.loadBatch(s.ctx, p, u.dataset, body, about)
}

// RemoveUpload gives an upload up, or forgets one whose answer has arrived. One that is being loaded is loaded.
func (s *Service) RemoveUpload(_ context.Context, p Principal, id string) error {
	u, err := s.ownUpload(p, id)
	if err != nil {
		return err
	}
	return s.removeUpload(u)
}

func (s *Service) removeUpload(u *upload) error {
	u.mu.Lock()
	if u.working != nil && !u.done() {
		u.mu.Unlock()
		return fault(KindConflict, "正在校验，不能放弃", "it is being checked and cannot be given up")
	}
	started := u.working != nil
	u.turn++
	if u.to != nil {
		_ = u.to.CloseWithError(errors.New("given up"))
	}
	u.mu.Unlock()
	s.parts.mu.Lock()
	delete(s.parts.all, u.id)
	s.parts.mu.Unlock()
	if !started {
		s.destroyUpload(u)
	}
	return nil
}

// destroyUpload destroys what arrived, once nothing is written any more.
func (s *Service) destroyUpload(u *upload) {
	<-u.stored
	if err := s.snapshots.Destroy(u.id); err != nil {
		s.log.Error("remove an upload", "error", err)
	}
}

// sweepUploads removes the uploads that nobody has touched for a day, and answers that nobody has fetched for an hour.
func (s *Service) sweepUploads() {
	now := s.clock.Now()
	for _, u := range s.parts.list() {
		u.mu.Lock()
		idle := now.Sub(u.touched)
		over := idle > uploadIdle || idle > answerIdle && u.working != nil
		u.mu.Unlock()
		if over {
			_ = s.removeUpload(u) // one that is being loaded stays
		}
	}
}

// expireUploads sweeps until the service is closed.
func (s *Service) expireUploads() {
	tick := time.NewTicker(answerIdle / 4)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.sweepUploads()
		case <-s.ctx.Done():
			return
		}
	}
}

// closeUploads removes every upload: nothing could go on with them.
func (s *Service) closeUploads() {
	for _, u := range s.parts.list() {
		_ = s.removeUpload(u)
	}
}

func (s *Service) ownUpload(p Principal, id string) (*upload, error) {
	s.parts.mu.Lock()
	defer s.parts.mu.Unlock()
	u, ok := s.parts.all[id]
	if !ok || p.Role == "" || u.account != p.Account {
		return nil, errNoUpload
	}
	return u, nil
}

// errNoUpload: it is not there, or it is somebody else's.
var errNoUpload = fault(KindNotFound, "没有这个上传：它已结束或已放弃，或网关在此后重新启动过；请从头重新上传",
	"there is no such upload: it is over or was given up, or the gateway has started again since; send the file from its beginning")

// begin gives the turn to a new sender.
func (u *upload) begin(offset int64) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.working != nil || offset != u.received {
		return 0, fault(KindConflict, "已到达的字节数与此不同：请查看后续传", "another number of bytes has arrived: look, then go on from there")
	}
	u.turn++
	return u.turn, nil
}

// take encrypts the next bytes of the sender whose turn it is.
func (u *upload) take(turn int, b []byte, now time.Time) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case turn != u.turn || u.working != nil:
		return fault(KindConflict, "另一个连接正在续传", "another connection goes on with this upload")
	case u.received+int64(len(b)) > u.size:
		return fault(KindInvalid, "数据多于声明的大小", "there is more than the size that was given")
	}
	n, err := u.to.Write(b)
	u.received, u.touched = u.received+int64(n), now
	if err != nil {
		return fault(KindUnavailable, "无法保存，请稍后重新上传", "it cannot be kept: send it again later").because(err)
	}
	faultpoint.Hit(faultpoint.UploadHalf)
	return nil
}

func (u *upload) touch(now time.Time) {
	u.mu.Lock()
	u.touched = now
	u.mu.Unlock()
}

func (u *upload) done() bool {
	select {
	case <-u.working:
		return true
	default:
		return false
	}
}

// failed reports whether the load ended without a verdict about the file.
func (u *upload) failed() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.working == nil || !u.done() {
		return false
	}
	e, known := Of(u.err)
	return u.err != nil && !(known && e.Kind == KindQuarantined)
}

func (u *upload) view() api.Upload {
	u.mu.Lock()
	defer u.mu.Unlock()
	v := api.Upload{ID: u.id, Dataset: u.dataset, State: "receiving", Size: u.size, Received: u.received, PartBytes: partBytes,
		Expires: u.touched.Add(uploadIdle).UnixMilli()}
	switch {
	case u.working == nil:
	case u.done():
		v.State, v.Percent = "done", 100
	case u.pulls && u.percent == 0:
	default:
		v.State, v.Percent = "checking", u.percent
	}
	return v
}
