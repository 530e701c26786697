package enclave_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
)

// passes reports whether a ticket can pass now.
func passes(k enclave.Ticket) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	return enclave.Pass(k, ctx) == nil
}

func TestTurnstileKeepsTheOrder(t *testing.T) {
	s := enclave.NewTurnstile()
	first, second, third := s.Queue("a"), s.Queue("a"), s.Queue("a")
	require.True(t, passes(first))
	require.False(t, passes(second))
	require.False(t, passes(third))
	require.True(t, passes(s.Queue("b")), "another group does not wait")
	enclave.Done(first)
	require.True(t, passes(second))
	require.False(t, passes(third))
	enclave.Done(second)
	require.True(t, passes(third))
	enclave.Done(third)
	require.True(t, passes(s.Queue("a")))
}

// A question that was refused gives its place up at once. The one behind it must still wait for the answer that is being made, or
// the two would be judged without each other.
func TestGivingUpAPlaceLetsNobodyOvertake(t *testing.T) {
	s := enclave.NewTurnstile()
	running, refused, next := s.Queue("a"), s.Queue("a"), s.Queue("a")
	enclave.Done(refused)
	require.False(t, passes(next), "the first answer is still being made")
	enclave.Done(running)
	require.NoError(t, enclave.Pass(next, t.Context()))

	running, waited, next := next, s.Queue("a"), s.Queue("a")
	require.False(t, passes(waited), "it waits in vain")
	enclave.Done(waited)
	require.False(t, passes(next))
	enclave.Done(running)
	require.NoError(t, enclave.Pass(next, t.Context()))
	enclave.Done(next)
}

func TestTurnstileUnderLoad(t *testing.T) {
	s := enclave.NewTurnstile()
	var wg sync.WaitGroup
	var mu sync.Mutex
	inside, last := 0, -1
	for i := range 200 {
		k, gone := s.Queue("a"), rand.IntN(3) == 0
		wg.Go(func() {
			defer enclave.Done(k)
			if gone {
				return
			}
			require.NoError(t, enclave.Pass(k, context.Background()))
			mu.Lock()
			inside++
			require.Equal(t, 1, inside, "one at a time")
			require.Greater(t, i, last, "in order")
			last = i
			mu.Unlock()
			time.Sleep(time.Microsecond)
			mu.Lock()
			inside--
			mu.Unlock()
		})
	}
	wg.Wait()
}

func TestWatchersAreForgotten(t *testing.T) {
	w := enclave.NewWatchers()
	changed, off := w.On("run")
	other, otherOff := w.On("run")
	off()
	require.Equal(t, 1, w.Waiting(), "who left is forgotten, or watching would fill the memory")
	select {
	case <-changed:
		t.Fatal("nothing changed")
	default:
	}
	w.Changed("run")
	<-other
	otherOff()
	off()
	require.Zero(t, w.Waiting())
}
