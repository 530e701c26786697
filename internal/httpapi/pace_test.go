package httpapi_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/internal/httpapi"
)

// silent never sends a byte.
func silent(t *testing.T) io.Reader {
	from, to := io.Pipe()
	t.Cleanup(func() { _ = to.Close() })
	return from
}

// dripping sends a byte now and then until nobody takes it.
func dripping(t *testing.T) io.Reader {
	from, to := io.Pipe()
	tick := time.NewTicker(10 * time.Millisecond)
	t.Cleanup(func() { _ = to.Close() })
	go func() {
		defer tick.Stop()
		for range tick.C {
			if _, err := io.WriteString(to, "x"); err != nil {
				return
			}
		}
	}()
	return from
}

// A sender who falls silent, or sends next to nothing, is cut off and told what to do; whoever keeps up is not, however long the check of
// his file takes.
func testSlowSenders(t *testing.T, d *door) {
	file := enclavetest.CSV(enclavetest.ClientRows())
	begun := api.UploadRequest{Size: int64(len(file)), Digest: string(catalog.DigestOf([]byte(file + "slow")))}
	for _, http2 := range []bool{false, true} {
		srv := httptest.NewUnstartedServer(httpapi.New(httpapi.Config{Service: d.zone.Service, Log: enclavetest.Logger(t), MaxUpload: maxUpload, Version: "test",
			Pace: httpapi.Pace{Idle: 100 * time.Millisecond, Rate: 1 << 20}}))
		srv.EnableHTTP2 = http2
		srv.StartTLS()
		t.Cleanup(srv.Close)
		slow := *d
		slow.url = srv.URL
		send := func(req *http.Request) answer {
			resp, err := srv.Client().Do(req)
			require.NoError(t, err)
			defer resp.Body.Close()
			require.Equal(t, map[bool]int{false: 1, true: 2}[http2], resp.ProtoMajor)
			b, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			return answer{resp.StatusCode, resp.Header, b}
		}
		var u api.Upload
		a := send(slow.request("provider", "POST", "/v1/datasets/clients/uploads", strings.NewReader(text(t, begun))))
		d.ok(http.StatusCreated, a, &u)
		for _, to := range []struct{ as, method, path string }{
			{"provider", "POST", "/v1/datasets/clients/snapshots"},
			{"provider", "PUT", "/v1/uploads/" + u.ID + "?offset=0"},
			{"steward", "POST", "/v1/suggestions?name=other"},
		} {
			p := d.problem(http.StatusServiceUnavailable, send(slow.request(to.as, to.method, to.path, silent(t))))
			require.Equal(t, string(enclave.KindUnavailable), p.Kind)
			require.Contains(t, p.Detail, "too slowly", to.path)
			// What still comes when the connection is closed may cost the answer on its way; the sender ends in any case.
			resp, err := srv.Client().Do(slow.request(to.as, to.method, to.path, dripping(t)))
			if err == nil {
				require.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
				require.NoError(t, resp.Body.Close())
			}
		}
		d.ok(http.StatusNoContent, send(slow.request("provider", "DELETE", "/v1/uploads/"+u.ID, nil)), nil)
		d.ok(http.StatusCreated, send(slow.request("provider", "POST", "/v1/datasets/clients/snapshots", strings.NewReader(file))), nil)
	}
	d.zone.Check(t)
}

func text(t *testing.T, v any) string {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}
