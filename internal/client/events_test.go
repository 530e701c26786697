package client_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/internal/api"
	"yumen/internal/client"
)

func events(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = io.WriteString(w, text)
}

func TestEvents(t *testing.T) {
	for _, c := range []struct {
		name, stream string
		want         []string
	}{
		{"two states", "event: state\ndata: {\"state\":\"running\"}\n\nevent: state\ndata: {\"state\":\"released\"}\n\n", []string{"running", "released"}},
		{"comments, ids, carriage returns, split data", ": hi\r\nid: 4\r\nevent:state\r\ndata:{\"state\":\r\ndata:\"in_review\"}\r\n\r\n", []string{"in_review"}},
		{"other events are skipped", "event: ping\ndata: x\n\nevent: state\ndata: {\"state\":\"failed\"}\n\n", []string{"failed"}},
		{"an unfinished event is dropped", "event: state\ndata: {\"state\":\"released\"}", nil},
		{"nothing", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl := serve(t, func(w http.ResponseWriter, _ *http.Request) { events(w, c.stream) })
			var got []string
			require.NoError(t, cl.Events(t.Context(), "run_1", func(s string) { got = append(got, s) }))
			require.Equal(t, c.want, got)
		})
	}
}

func TestHostileEvents(t *testing.T) {
	for _, c := range []struct {
		name, stream string
		want         error
	}{
		{"a line without an end", "data: " + strings.Repeat("x", 100<<10), client.ErrTooLarge},
		{"events without an end", strings.Repeat(": "+strings.Repeat("x", 1000)+"\n", 2000), client.ErrTooLarge},
		{"not JSON", "event: state\ndata: nope\n\n", client.ErrProtocol},
		{"no state", "event: state\ndata: {}\n\n", client.ErrProtocol},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl := serve(t, func(w http.ResponseWriter, _ *http.Request) { events(w, c.stream) })
			require.ErrorIs(t, cl.Events(t.Context(), "run_1", func(string) {}), c.want)
		})
	}
}

func TestWaitFollowsEvents(t *testing.T) {
	cl := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/events") {
			events(w, "event: state\ndata: {\"state\":\"released\"}\n\n")
			return
		}
		answer(w, 200, api.Run{Run: "run_1", State: "released", Release: "rel_1"})
	})
	var seen []string
	run, err := cl.Wait(t.Context(), &api.Run{Run: "run_1", State: "running"}, time.Minute, func(s string) { seen = append(seen, s) })
	require.NoError(t, err)
	require.Equal(t, "rel_1", run.Release)
	require.Equal(t, []string{"released"}, seen)
}

func TestWaitPollsWithoutEvents(t *testing.T) {
	var polls atomic.Int32
	cl := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/events") {
			_, _ = fmt.Fprint(w, "a proxy that ate the stream")
			return
		}
		state := "running"
		if polls.Add(1) == 3 {
			state = "in_review"
		}
		answer(w, 200, api.Run{Run: "run_1", State: state})
	})
	run, err := cl.Wait(t.Context(), &api.Run{Run: "run_1", State: "running"}, time.Minute, nil)
	require.NoError(t, err)
	require.Equal(t, "in_review", run.State)
}

func TestWaitGivesUp(t *testing.T) {
	cl := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/events") {
			w.Header().Set("Content-Type", "text/event-stream")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return
		}
		answer(w, 200, api.Run{Run: "run_1", State: "running"})
	})
	run, err := cl.Wait(t.Context(), &api.Run{Run: "run_1", State: "running"}, 150*time.Millisecond, nil)
	require.NoError(t, err)
	require.Equal(t, "running", run.State)

	run, err = cl.Wait(t.Context(), &api.Run{Run: "run_1", State: "refused"}, time.Minute, nil)
	require.NoError(t, err)
	require.Equal(t, "refused", run.State)
}

func TestWaitDoesNotStayForTheReviewer(t *testing.T) {
	state := "in_review"
	left := make(chan struct{}, 2)
	cl := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/events") {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "event: state\ndata: {\"state\":\""+state+"\"}\n\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done() // the stream goes on until the client leaves it
			left <- struct{}{}
			return
		}
		answer(w, 200, api.Run{Run: "run_1", State: state})
	})
	run, err := cl.Wait(t.Context(), &api.Run{Run: "run_1", State: "running"}, 24*time.Hour, nil)
	require.NoError(t, err)
	require.Equal(t, "in_review", run.State)
	<-left

	run, err = cl.WaitUntil(t.Context(), run, 200*time.Millisecond, client.Decided, nil)
	require.NoError(t, err)
	require.Equal(t, "in_review", run.State, "nobody decided in time")
	state = "released"
	run, err = cl.WaitUntil(t.Context(), run, time.Minute, client.Decided, nil)
	require.NoError(t, err)
	require.Equal(t, "released", run.State)
}
