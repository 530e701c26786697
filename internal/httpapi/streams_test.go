package httpapi_test

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

func testUpload(t *testing.T, d *door) {
	const path = "/v1/datasets/clients/snapshots"
	file := enclavetest.CSV(enclavetest.ClientRows())
	var s api.Snapshot
	d.ok(http.StatusCreated, d.call("provider", "POST", path, file), &s)
	require.Equal(t, "loaded", s.State)
	require.EqualValues(t, enclavetest.Rows, s.Rows)

	req := d.request("provider", "POST", path, strings.NewReader(file))
	req.Header.Set("X-Content-Digest", string(catalog.DigestOf([]byte(file))))
	d.ok(http.StatusCreated, d.send(req), &s)
	req = d.request("provider", "POST", path, strings.NewReader(file))
	req.Header.Set("X-Content-Digest", string(catalog.DigestOf([]byte("another file"))))
	p := d.problem(http.StatusBadRequest, d.send(req))
	require.Equal(t, string(enclave.KindInvalid), p.Kind)

	p = d.problem(http.StatusUnprocessableEntity, d.call("provider", "POST", path, "id,city,segment,amount\n1,nowhere,a,1\n"))
	require.Equal(t, string(enclave.KindQuarantined), p.Kind)
	require.Equal(t, []api.Fault{{Row: 1, Column: "city", Rule: "domain"}}, p.Faults)

	// Over the limit, whether it says so or not: of the file nothing is kept.
	keys := len(d.zone.Files(t, "keys", "data"))
	big := strings.Repeat("x", maxUpload+1)
	p = d.problem(http.StatusRequestEntityTooLarge, d.call("provider", "POST", path, big))
	require.Equal(t, string(enclave.KindTooLarge), p.Kind)
	req = d.request("provider", "POST", path, io.MultiReader(strings.NewReader(big)))
	req.ContentLength = -1
	d.problem(http.StatusRequestEntityTooLarge, d.send(req))
	require.Len(t, d.zone.Files(t, "keys", "data"), keys)
	d.zone.Check(t)
}

// The names of a run's states come as they become visible, each once, and the stream ends at rest.
func testStreams(t *testing.T, d *door) {
	release := d.zone.Runner.Hold()
	defer release()
	var run api.Run
	d.ok(http.StatusAccepted, d.call("analyst_a", "POST", "/v1/runs", api.RunRequest{Grant: d.grant, SQL: "SELECT segment, sum(amount) AS s FROM clients GROUP BY segment"}), &run)
	require.Equal(t, "running", run.State)
	resp, err := http.DefaultClient.Do(d.request("analyst_a", "GET", "/v1/runs/"+run.Run+"/events", nil))
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	lines := bufio.NewReader(resp.Body)
	event := func(state string) {
		for _, want := range []string{"event: state\n", `data: {"state":"` + state + `"}` + "\n", "\n"} {
			line, err := lines.ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, want, line)
		}
	}
	event("running")
	release()
	d.zone.Executed(t, run.Run)
	d.zone.Clock.Advance(time.Second)
	event("released")
	_, err = lines.ReadByte()
	require.ErrorIs(t, err, io.EOF, "a released run rests")

	// One that waits for a reviewer goes on; whoever leaves ends it.
	resp, err = http.DefaultClient.Do(d.request("analyst_a", "GET", "/v1/runs/"+d.review+"/events", nil))
	require.NoError(t, err)
	lines = bufio.NewReader(resp.Body)
	event("in_review")
	require.NoError(t, resp.Body.Close())
	d.problem(http.StatusNotFound, d.call("analyst_b", "GET", "/v1/runs/"+d.review+"/events", nil))

	a := d.call("analyst_a", "GET", "/v1/releases/"+d.rel+"/bundle", nil)
	require.Equal(t, http.StatusOK, a.status)
	require.Equal(t, "application/x-tar", a.header.Get("Content-Type"))
	require.Equal(t, []string{"data.csv", "LABEL.txt", "receipt.json", "receipt.proof"}, files(t, a.body))
	a = d.call("auditor", "GET", "/v1/audit/export", nil)
	require.Equal(t, http.StatusOK, a.status)
	require.Contains(t, files(t, a.body), "checkpoint")
}

// A stream ends with the session that it belongs to, at once, and not as if it were whole.
func testStreamsEndWithTheirSession(t *testing.T, d *door) {
	const other = "another horse battery"
	change := func(from, to string) {
		var s api.Session
		d.ok(http.StatusOK, d.call("guest", "POST", "/v1/password", api.PasswordChange{Password: from, New: to}), &s)
		d.tokens["guest"] = s.Token
	}
	d.zone.Clock.Advance(20 * time.Minute) // no account is locked by what was tried before
	var opened api.Session
	for name, end := range map[string]func(){
		"logout":  func() { d.ok(http.StatusNoContent, d.call("guest", "DELETE", "/v1/sessions/current", nil), nil) },
		"revoked": func() { d.ok(http.StatusNoContent, d.call("security", "DELETE", "/v1/sessions/"+opened.ID, nil), nil) },
		"all revoked": func() {
			d.ok(http.StatusNoContent, d.call("admin", "DELETE", "/v1/accounts/analyst_a/sessions", nil), nil)
		},
		"password": func() { change(enclavetest.Password, other); change(other, enclavetest.Password) },
		"suspended": func() {
			d.ok(http.StatusOK, d.call("security", "POST", "/v1/accounts/analyst_a/suspend", api.Reason{Reason: "x"}), nil)
			d.ok(http.StatusOK, d.call("security", "POST", "/v1/accounts/analyst_a/resume", nil), nil)
		},
		"absolute end": func() { d.zone.Clock.Advance(13 * time.Hour) },
	} {
		for _, as := range []string{"admin", "security", "guest"} {
			user := map[bool]string{true: "analyst_a", false: as}[as == "guest"]
			opened = api.Session{}
			d.ok(http.StatusCreated, d.call("", "POST", "/v1/sessions", api.Login{User: user, Password: enclavetest.Password}), &opened)
			d.tokens[as] = opened.Token
		}
		resp, err := http.DefaultClient.Do(d.request("guest", "GET", "/v1/runs/"+d.review+"/events", nil))
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, resp.StatusCode, name)
		lines := bufio.NewReader(resp.Body)
		for range 3 {
			_, err := lines.ReadString('\n')
			require.NoError(t, err, name)
		}
		end()
		_, err = io.ReadAll(lines)
		require.Error(t, err, "%s: it is cut off", name)
		require.NoError(t, resp.Body.Close())
		if name != "password" {
			d.problem(http.StatusUnauthorized, d.call("guest", "GET", "/v1/whoami", nil))
		}
	}
	// What names a session in lists opens nothing.
	d.tokens["guest"] = opened.ID
	d.problem(http.StatusUnauthorized, d.call("guest", "GET", "/v1/whoami", nil))
}

func files(t *testing.T, b []byte) []string {
	var out []string
	for r := tar.NewReader(bytes.NewReader(b)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		require.NoError(t, err)
		out = append(out, h.Name)
	}
}

// A question from its submission to its rows; what is refused statically is a run, and withheld rows are an empty array, not null.
func testRuns(t *testing.T, d *door) {
	ask := func(sql, key string) api.Run {
		var run api.Run
		b := d.request("analyst_a", "POST", "/v1/runs", strings.NewReader(`{"grant":"`+d.grant+`","sql":"`+sql+`"}`))
		b.Header.Set("Idempotency-Key", key)
		d.ok(http.StatusAccepted, d.send(b), &run)
		d.zone.Executed(t, run.Run)
		d.zone.Clock.Advance(time.Second)
		return run
	}
	run := ask("SELECT city, sum(amount) AS s FROM clients GROUP BY city", "k1")
	require.Equal(t, run.Run, ask("SELECT city, sum(amount) AS s FROM clients GROUP BY city", "k1").Run)
	req := d.request("analyst_a", "POST", "/v1/runs", strings.NewReader(`{"grant":"`+d.grant+`","sql":"SELECT 1"}`))
	req.Header.Set("Idempotency-Key", "k1")
	d.problem(http.StatusConflict, d.send(req))
	a := d.call("analyst_a", "GET", "/v1/runs/"+run.Run, nil)
	d.ok(http.StatusOK, a, &run)
	require.Equal(t, "released", run.State)
	require.Len(t, run.Rows, 2, "the amounts by segment, asked before, left out two persons: beside all cities they would be found")
	require.NotContains(t, string(d.call("analyst_a", "GET", "/v1/runs", nil).body), `"rows"`)

	small := ask("SELECT count(*) AS n FROM clients WHERE segment = 'd' AND city = 'south'", "")
	require.Contains(t, string(d.call("analyst_a", "GET", "/v1/runs/"+small.Run, nil).body), `"rows":[]`)
	refused := ask("SELECT id FROM clients", "")
	require.Equal(t, "refused", refused.State)
	require.NotEmpty(t, refused.Refusal.Code)
}
