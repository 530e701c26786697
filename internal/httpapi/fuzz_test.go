package httpapi_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/internal/httpapi"
)

// FuzzBodies sends anything at all as the body of each request that has one: the answer is a success or a whole problem document that is
// the sender's fault, never an internal error.
func FuzzBodies(f *testing.F) {
	z := enclavetest.New(f)
	z.Activate(f, "steward", "security", "provider", "reviewer_1", "analyst_a")
	a := enclavetest.As("analyst_a")
	grant := z.Grant(f, a)
	run := z.Ask(f, a, grant, "SELECT heard, count(*) AS n FROM cases GROUP BY heard").Run
	u, err := z.Service.BeginUpload(f.Context(), enclavetest.As("provider"), "clients", api.UploadRequest{Size: 1 << 20, Digest: string(catalog.DigestOf(nil))})
	require.NoError(f, err)
	file := enclavetest.CSV(enclavetest.ClientRows()[:20])
	ops := []struct {
		as, path string
		seed     any
	}{
		{"", "POST /v1/sessions", api.Login{User: "admin", Password: "another password"}},
		{"", "POST /v1/activations", api.Activation{User: "newcomer", Code: "1234", Password: enclavetest.Password}},
		{"analyst_a", "POST /v1/password", api.PasswordChange{Password: "another password", New: enclavetest.Password}},
		{"analyst_a", "POST /v1/totp/confirm", api.Code{Code: "123456"}},
		{"admin", "POST /v1/apply", api.Apply{Documents: enclavetest.Clients}},
		{"steward", "POST /v1/datasets/clients/review", api.Review{Approve: true, Comment: "x"}},
		{"provider", "POST /v1/datasets/clients/uploads", api.UploadRequest{Size: 9, Digest: string(catalog.DigestOf(nil)), Manifest: manifest(3, "x")}},
		{"provider", "POST /v1/datasets/clients/snapshots", file},
		{"provider", "POST /v1/suggestions?name=suggested", file},
		{"provider", "PUT /v1/uploads/" + u.ID + "?offset=0", file},
		{"analyst_a", "POST /v1/applications", enclavetest.Wanted()},
		{"steward", "POST /v1/applications/" + z.Records(f, "application")[0].ID + "/review", api.Review{Reason: "PURPOSE"}},
		{"steward", "POST /v1/grants/" + grant + "/resume", api.GrantAct{Reason: "x"}},
		{"analyst_a", "POST /v1/queries/check", api.RunRequest{Grant: grant, SQL: "SELECT city, count(*) FROM clients GROUP BY city"}},
		{"analyst_a", "POST /v1/runs", api.RunRequest{Grant: grant, SQL: "SELECT city, count(*) FROM clients GROUP BY city"}},
		{"analyst_a", "POST /v1/runs/" + run + "/resubmit", map[string]string{"note": "x"}},
		{"reviewer_1", "POST /v1/reviews/" + run + "/votes", api.VoteRequest{Envelope: json.RawMessage(`{"payloadType":"x","payload":"e30=","signatures":[{"keyid":"k","sig":"e30="}]}`)}},
		{"reviewer_1", "POST /v1/signing-keys", api.KeyRegistration{PublicKey: "AAAA"}},
		{"security", "POST /v1/freezes/lift", api.FreezeRequest{Kind: "organization", Name: "bank_b", Reason: "x"}},
	}
	tokens := map[string]string{}
	for i, op := range ops {
		b, raw := op.seed.(string)
		if !raw {
			text, err := json.Marshal(op.seed)
			require.NoError(f, err)
			b = string(text)
		}
		f.Add(uint8(i), []byte(b))
		if op.as != "" && tokens[op.as] == "" {
			s, err := z.Service.Login(f.Context(), api.Login{User: op.as, Password: enclavetest.Password}, "")
			require.NoError(f, err)
			tokens[op.as] = s.Token
		}
	}
	handler := httpapi.New(httpapi.Config{Service: z.Service, Log: enclavetest.Logger(f), MaxUpload: maxUpload, Version: "test"})
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		op := ops[int(which)%len(ops)]
		method, path, _ := strings.Cut(op.path, " ")
		req := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		if op.as != "" {
			req.Header.Set("Authorization", "Bearer "+tokens[op.as])
		}
		out := httptest.NewRecorder()
		handler.ServeHTTP(out, req)
		require.NotEqual(t, http.StatusInternalServerError, out.Code, "%s: %s", op.path, out.Body)
		if out.Code >= 400 {
			(&door{t: t}).problem(out.Code, answer{out.Code, out.Result().Header, out.Body.Bytes()})
		}
	})
}
