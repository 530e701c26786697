package httpapi_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// seen is every byte that who asked sees of a question: the answer at submission, the run while it runs and when it rests, its events, the lists,
// the parts of the bundle and the sizes on the wire. (The ledger, which grows with every question, is compared in package enclave.)
func seen(d *door, sql string) (view string, sizes []int) {
	var run api.Run
	submitted := d.call("analyst_b", "POST", "/v1/runs", api.RunRequest{Grant: d.grant, SQL: sql})
	d.ok(http.StatusAccepted, submitted, &run)
	d.zone.Executed(d.t, run.Run)
	running := d.call("analyst_b", "GET", "/v1/runs/"+run.Run, nil)
	d.zone.Clock.Advance(time.Second)
	rests := d.call("analyst_b", "GET", "/v1/runs/"+run.Run, nil)
	d.ok(http.StatusOK, rests, &run)
	require.Equal(d.t, "released", run.State)
	bundle := d.call("analyst_b", "GET", "/v1/releases/"+run.Release+"/bundle", nil)
	var out strings.Builder
	for _, a := range []answer{submitted, running, rests, d.call("analyst_b", "GET", "/v1/runs/"+run.Run+"/events", nil)} {
		fmt.Fprintf(&out, "%d %s %s\n", a.status, a.header.Get("Content-Type"), a.body)
	}
	for _, list := range []string{"/v1/runs?limit=1", "/v1/releases?limit=1"} {
		fmt.Fprintf(&out, "%s\n", d.call("analyst_b", "GET", list, nil).body)
	}
	fmt.Fprintf(&out, "%d %s\n%s", bundle.status, bundle.header.Get("Content-Type"), contents(d.t, bundle.body))
	for id, word := range map[string]string{run.Run: "RUN", run.Release: "RELEASE"} {
		view = strings.ReplaceAll(out.String(), id, word)
		out.Reset()
		out.WriteString(view)
	}
	return view, []int{len(submitted.body), len(running.body), len(rests.body), len(bundle.body)}
}

// contents are the files of a bundle; what is signed differs by what it signs, so of it only the size is looked at.
func contents(t *testing.T, b []byte) string {
	var out strings.Builder
	for r := tar.NewReader(bytes.NewReader(b)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		if h.Name == "LABEL.txt" || strings.HasPrefix(h.Name, "receipt") || strings.HasSuffix(h.Name, ".parquet") {
			text = nil
		}
		fmt.Fprintf(&out, "%s %o\n%s\n", h.Name, h.Mode, text)
	}
}

// varying is what differs between any two runs: identifiers, digests, times.
var varying = regexp.MustCompile(`[a-z]+_[0-9a-f]{32}|sha256:[0-9a-f]{64}|"created":\d+|"position":\d+|"sql":"(\\.|[^"\\])*"|"box":\[[^\]]*\]`)

// What is withheld, what nobody answers to and what is about too few look alike in every byte that who asked can see; and an answer with rows has
// the size on the wire of one without.
func testChannels(t *testing.T, d *door) {
	d.grant = d.zone.Grant(t, enclavetest.As("analyst_b"))
	ask := func(where string) (string, []int) {
		view, sizes := seen(d, "SELECT segment, count(*) AS n, sum(amount) AS s FROM clients WHERE "+where+" GROUP BY segment")
		return varying.ReplaceAllString(view, "X"), sizes
	}
	want, sizes := ask("city = 'north' AND segment IN ('d')")
	require.Contains(t, want, `"rows":[]`)
	for name, where := range map[string]string{"empty": "city = 'south' AND segment IN ('d')", "withheld": "city <> 'east' AND segment IN ('d')"} {
		got, its := ask(where)
		require.Equal(t, want, got, name)
		require.Equal(t, sizes, its, name)
	}
	full, its := seen(d, "SELECT city, count(*) AS n FROM clients GROUP BY city")
	require.NotContains(t, full, `"rows":[]`)
	require.Equal(t, sizes, its, "an answer with rows")
	for _, n := range sizes {
		require.Equal(t, 16<<10, n)
	}
}
