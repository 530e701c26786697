package enclave

import "context"

// maxIntake is how many files are taken in at once.
const maxIntake = 2

// intake is where files are taken in: each one that is holds itself in memory as a whole. Of one legal group there is one at a time, the
// first that came, so that nobody's slow senders keep everybody else out.
type intake struct {
	places chan struct{}
	groups *turnstile
}

func newIntake() *intake {
	return &intake{places: make(chan struct{}, maxIntake), groups: newTurnstile()}
}

// enter waits for a place; leave gives it back and must be called, unless it fails.
func (i *intake) enter(ctx context.Context, p Principal) (leave func(), err error) {
	turn := i.groups.queue(p.sharer())
	if err = turn.pass(ctx); err != nil {
		turn.done()
		return nil, err
	}
	select {
	case i.places <- struct{}{}:
		return func() {
			<-i.places
			turn.done()
		}, nil
	case <-ctx.Done():
		turn.done()
		return nil, ctx.Err()
	}
}
