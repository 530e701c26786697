package httpapi_test

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

func manifest(rows int, file string) string {
	sum := strings.TrimPrefix(string(catalog.DigestOf([]byte(file))), "sha256:")
	return fmt.Sprintf(`{"rows": %d, "sha256": %q, "period": "2024-03", "batch": "B-7"}`, rows, sum)
}

// breaking is a body whose connection breaks after some bytes.
type breaking struct {
	io.Reader
}

func (b breaking) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		return n, errors.New("broken")
	}
	return n, err
}

// A file arrives in parts, is gone on with after a broken connection, and is loaded once, whoever asks how often.
func testUploadInParts(t *testing.T, d *door) {
	file := enclavetest.CSV(enclavetest.ClientRows())
	request := api.UploadRequest{Size: int64(len(file)), Digest: string(catalog.DigestOf([]byte(file))), Manifest: manifest(enclavetest.Rows, file)}
	var u, same api.Upload
	d.ok(http.StatusCreated, d.call("provider", "POST", "/v1/datasets/clients/uploads", request), &u)
	require.Equal(t, "receiving", u.State)
	path := "/v1/uploads/" + u.ID
	put := func(offset int, body io.Reader) answer {
		return d.send(d.request("provider", "PUT", fmt.Sprintf("%s?offset=%d", path, offset), body))
	}
	d.ok(http.StatusOK, put(0, strings.NewReader(file[:1000])), &u)
	require.EqualValues(t, 1000, u.Received)
	d.problem(http.StatusConflict, put(0, strings.NewReader(file[:1000])))
	d.problem(http.StatusConflict, put(2000, strings.NewReader(file[2000:])))
	d.problem(http.StatusConflict, d.call("provider", "POST", path+"/finish", nil))

	// The connection breaks in the middle of a part: what has arrived stays, and the same file finds it again.
	req := d.request("provider", "PUT", path+"?offset=1000", breaking{Reader: strings.NewReader(file[1000:3000])})
	req.ContentLength = int64(len(file) - 1000)
	resp, err := http.DefaultClient.Do(req)
	if err == nil {
		resp.Body.Close()
	}
	require.Error(t, err)
	require.Eventually(t, func() bool {
		d.ok(http.StatusCreated, d.call("provider", "POST", "/v1/datasets/clients/uploads", request), &same)
		return same.Received == 3000
	}, 10*time.Second, 10*time.Millisecond)
	require.Equal(t, u.ID, same.ID)

	// Nothing of it is on the disk in clear, and it is nobody else's.
	kept := d.zone.Files(t, "snapshots")
	require.NotEmpty(t, kept)
	for _, name := range kept {
		b, err := os.ReadFile(filepath.Join(d.zone.Dir, "snapshots", name))
		require.NoError(t, err)
		require.NotContains(t, string(b), "north,a", name)
	}
	for _, as := range []string{"steward", "analyst_a", "admin"} {
		d.problem(http.StatusNotFound, d.call(as, "GET", path, nil))
		d.problem(http.StatusNotFound, d.call(as, "POST", path+"/finish", nil))
		d.problem(http.StatusNotFound, d.call(as, "DELETE", path, nil))
		d.problem(http.StatusNotFound, d.send(d.request(as, "PUT", path+"?offset=3000", strings.NewReader("x"))))
	}
	d.problem(http.StatusBadRequest, put(3000, strings.NewReader(file[3000:]+"more")))
	d.ok(http.StatusOK, d.call("provider", "GET", path, nil), &u)
	if u.Received < u.Size { // what came before the surplus counts
		d.ok(http.StatusOK, put(int(u.Received), strings.NewReader(file[u.Received:])), &u)
	}
	var s, again api.Snapshot
	d.ok(http.StatusCreated, d.call("provider", "POST", path+"/finish", nil), &s)
	require.EqualValues(t, enclavetest.Rows, s.Rows)
	require.Equal(t, &api.ManifestStamp{Digest: string(catalog.DigestOf([]byte(request.Manifest))), Rows: enclavetest.Rows, Period: "2024-03", Batch: "B-7"}, s.Manifest)
	d.ok(http.StatusCreated, d.call("provider", "POST", path+"/finish", nil), &again)
	require.Equal(t, s.ID, again.ID)
	d.ok(http.StatusNoContent, d.call("provider", "DELETE", path, nil), nil)
	d.problem(http.StatusNotFound, d.call("provider", "GET", path, nil))
	d.zone.Check(t)
}

// A batch that is not what its manifest says is quarantined, before anything of it is stored.
func testManifest(t *testing.T, d *door) {
	file := enclavetest.CSV(enclavetest.ClientRows())
	load := func(text, with string) answer {
		req := d.request("provider", "POST", "/v1/datasets/clients/snapshots", strings.NewReader(text))
		req.Header.Set("X-Batch-Manifest", base64.StdEncoding.EncodeToString([]byte(with)))
		return d.send(req)
	}
	var s api.Snapshot
	d.ok(http.StatusCreated, load(file, manifest(enclavetest.Rows, file)), &s)
	require.NotNil(t, s.Manifest)
	files := len(d.zone.Files(t, "snapshots"))
	for rule, with := range map[string]string{"manifest_rows": manifest(enclavetest.Rows-1, file), "manifest_digest": manifest(enclavetest.Rows, file+"\n")} {
		p := d.problem(http.StatusUnprocessableEntity, load(file, with))
		require.Equal(t, string(enclave.KindQuarantined), p.Kind)
		require.Equal(t, []api.Fault{{Rule: rule}}, p.Faults)
	}
	require.Len(t, d.zone.Files(t, "snapshots"), files)
	sum := hex.EncodeToString(make([]byte, 32))
	for _, bad := range []string{"{}", "[]", "x", `{"rows":1}`, `{"sha256":"` + sum + `"}`, `{"rows":-1,"sha256":"` + sum + `"}`, `{"rows":1,"sha256":"x"}`,
		`{"rows":1,"sha256":"` + sum + `","more":1}`, `{"rows":1,"sha256":"` + sum + `"} {}`, `{"rows":1,"sha256":"` + sum + `","batch":"a b"}`,
		`{"rows":1,"sha256":"` + sum + `","period":"March"}`} {
		require.Equal(t, string(enclave.KindInvalid), d.problem(http.StatusBadRequest, load(file, bad)).Kind, bad)
	}
	d.zone.Check(t)
}
