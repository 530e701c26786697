package enclave

import (
	"context"
	"strconv"
	"sync"
	"time"

	"yumen/enclave/audit"
)

// refusalPause is how often the log tells of refused logins that changed nothing.
const refusalPause = time.Minute

// refusals counts the logins that were refused without changing anything: for a name that nobody has, for an account that is locked or
// suspended. The first is logged at once, those that follow as one entry each refusalPause: whoever tries cannot make the log grow.
type refusals struct {
	mu    sync.Mutex
	count int
	timer *time.Timer // runs while the log has told less than a pause ago
}

// refusedLogin counts one.
func (s *Service) refusedLogin() error {
	s.refused.mu.Lock()
	defer s.refused.mu.Unlock()
	s.refused.count++
	if s.refused.timer != nil {
		return nil
	}
	if err := s.tellRefused(); err != nil {
		return err
	}
	s.refused.timer = time.AfterFunc(refusalPause, s.refusedSince)
	return nil
}

// refusedSince tells of those that came in the pause, and goes on as long as there are any.
func (s *Service) refusedSince() {
	s.refused.mu.Lock()
	defer s.refused.mu.Unlock()
	if s.refused.timer == nil || s.ctx.Err() != nil {
		return
	}
	if s.refused.count == 0 {
		s.refused.timer = nil
		return
	}
	if err := s.tellRefused(); err != nil {
		s.log.Error("log refused logins", "error", err)
	}
	s.refused.timer.Reset(refusalPause)
}

// endRefusals tells of the rest.
func (s *Service) endRefusals() error {
	s.refused.mu.Lock()
	defer s.refused.mu.Unlock()
	if s.refused.timer != nil {
		s.refused.timer.Stop()
		s.refused.timer = nil
	}
	if s.refused.count == 0 {
		return nil
	}
	return s.tellRefused()
}

// tellRefused writes the entry, under the lock.
func (s *Service) tellRefused() error {
	err := s.store.Update(context.WithoutCancel(s.ctx), func(tx Tx) error {
		return s.record(tx, entry{by: Principal{Role: audit.RoleAnonymous}, action: audit.ActionSessionOpen, outcome: "denied",
			facts: map[string]string{"count": strconv.Itoa(s.refused.count)}})
	})
	if err == nil {
		s.refused.count = 0
	}
	return err
}
