package client_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/api"
	"yumen/internal/client"
)

// shaky is a gateway that takes a file in parts and breaks every third connection in the middle of an answer.
type shaky struct {
	t        *testing.T
	calls    int
	received strings.Builder
	finished int
	removed  int
	restarts int // how often it forgets everything
}

func (g *shaky) view(size int64) api.Upload {
	return api.Upload{ID: "snap_1-upload", State: "receiving", Size: size, Received: int64(g.received.Len()), PartBytes: 1000}
}

func (g *shaky) serve(w http.ResponseWriter, r *http.Request) {
	var in api.UploadRequest
	switch {
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/uploads"):
		require.NoError(g.t, json.NewDecoder(r.Body).Decode(&in))
		answer(w, 201, g.view(in.Size))
	case r.Method == http.MethodPut:
		if g.restarts > 0 && g.received.Len() > 5000 {
			g.restarts--
			g.received.Reset()
			answer(w, 404, api.Problem{Kind: "not_found"})
			return
		}
		require.Equal(g.t, strconv.Itoa(g.received.Len()), r.URL.Query().Get("offset"))
		b, err := io.ReadAll(r.Body)
		require.NoError(g.t, err)
		g.received.Write(b)
		if g.calls++; g.calls%3 == 0 {
			panic(http.ErrAbortHandler) // the part has arrived, the answer has not
		}
		answer(w, 200, g.view(0))
	case strings.HasSuffix(r.URL.Path, "/finish"):
		if g.finished++; g.finished == 1 {
			panic(http.ErrAbortHandler)
		}
		answer(w, 201, api.Snapshot{ID: "snap_2", State: "loaded"})
	case r.Method == http.MethodDelete:
		g.removed++
		w.WriteHeader(http.StatusNoContent)
	}
}

func TestLoadFileGoesOn(t *testing.T) {
	g := &shaky{t: t, restarts: 1}
	c := serve(t, g.serve)
	text := strings.Repeat("0123456789", 1200)
	var seen []int64
	s, err := c.LoadFile(t.Context(), "d", client.File{Content: strings.NewReader(text), Size: int64(len(text)), Digest: "sha256:d", Progress: func(u api.Upload) {
		seen = append(seen, u.Received)
	}})
	require.NoError(t, err)
	require.Equal(t, "snap_2", s.ID)
	require.Equal(t, text, g.received.String())
	require.Equal(t, 2, g.finished)
	require.Equal(t, 1, g.removed)
	require.EqualValues(t, len(text), seen[len(seen)-1])
}

func TestLoadFileGivesUp(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 403, api.Problem{Kind: "forbidden"}) })
	_, err := c.LoadFile(t.Context(), "d", client.File{Content: strings.NewReader("x"), Size: 1, Digest: "sha256:d"})
	require.True(t, client.IsKind(err, client.KindForbidden))
}
