package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/receipt"
	"yumen/internal/api"
)

func receiptReviewer(account string, k receipt.PublicKey) receipt.Reviewer {
	return receipt.Reviewer{Account: account, Person: "p-" + account, Organization: "provider", Key: k}
}

func digest(s string) string { return string(catalog.DigestOf([]byte(s))) }

func detail() api.ReviewDetail {
	report := `{"a":"<k>","cells":2}`
	return api.ReviewDetail{
		ReviewItem:     api.ReviewItem{Run: testRun, State: "in_review", Grade: 3, Organization: "bank", Needed: 1},
		ArtefactDigest: digest("artefact"), ReportDigest: digest(report), PolicyDigest: digest("policy"),
		Report: json.RawMessage(report), Text: catalog.Text{Zh: "风险报告\n两个单元格", En: "risk report\ntwo cells"},
	}
}

func TestReviewShow(t *testing.T) {
	b, g := loggedIn(t)
	g.answer("GET /v1/reviews/"+testRun, 200, detail())
	require.Equal(t, exitOK, b.do("review", "show", testRun, "--lang", "zh"), b.err)
	require.Contains(t, b.out, "风险报告\n两个单元格\n")
	require.Contains(t, b.out, digest("artefact"))
	g.answer("GET /v1/reviews", 200, api.ReviewItems{Items: []api.ReviewItem{detail().ReviewItem}})
	require.Equal(t, exitOK, b.do("review", "list"))
	require.Contains(t, b.out, "0/1")

	forged := detail()
	forged.Report = json.RawMessage(`{"a":"<k>","cells":1}`)
	g.answer("GET /v1/reviews/"+testRun, 200, forged)
	require.Equal(t, exitNotGenuine, b.do("review", "show", testRun), "a report that is not the one its digest names")
}

func TestVote(t *testing.T) {
	b, g := loggedIn(t)
	passphrase := b.file("passphrase", "a long passphrase\n")
	require.Equal(t, exitOK, b.do("key", "new", "--passphrase-file", passphrase, "-o", "json"), b.err)
	var made struct {
		File      string `json:"file"`
		ID        string `json:"id"`
		PublicKey string `json:"public_key"`
	}
	require.NoError(t, json.Unmarshal([]byte(b.out), &made))
	info, err := os.Stat(made.File)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.Equal(t, exitUsage, b.do("key", "new", "--passphrase-file", passphrase), "a key is never overwritten")

	g.answer("POST /v1/signing-keys", 201, api.Key{ID: made.ID, Account: "ann", State: "pending"})
	require.Equal(t, exitWaiting, b.do("key", "register"))
	require.JSONEq(t, `{"public_key":"`+made.PublicKey+`"}`, g.bodies[len(g.bodies)-1])

	g.answer("GET /v1/reviews/"+testRun, 200, detail())
	g.answer("GET /v1/whoami", 200, api.Whoami{Account: "ann", Person: "p-ann", Organization: "provider"})
	g.answer("POST /v1/reviews/"+testRun+"/votes", 200, api.ReviewItem{Run: testRun, State: "in_review", Votes: 1, Needed: 1})
	require.Equal(t, exitOK, b.do("review", "vote", testRun, "--return", "--reason", "CONTEXT", "--comment", "which product?", "--passphrase-file", passphrase), b.err)

	var request struct{ Envelope dsse.Envelope }
	require.NoError(t, json.Unmarshal([]byte(g.bodies[len(g.bodies)-1]), &request))
	public, err := base64.StdEncoding.DecodeString(made.PublicKey)
	require.NoError(t, err)
	vote, err := receipt.OpenVote(&request.Envelope, receiptReviewer("ann", receipt.PublicKey{ID: made.ID, Key: public}))
	require.NoError(t, err)
	require.Equal(t, receipt.VerdictReturn, vote.Verdict)
	require.Equal(t, []string{"CONTEXT"}, vote.Reasons)
	require.Equal(t, [3]catalog.Digest{catalog.Digest(digest("artefact")), catalog.Digest(detail().ReportDigest), catalog.Digest(digest("policy"))},
		[3]catalog.Digest{vote.Artefact, vote.RiskReport, vote.Policy})
}

func TestVoteIsNotCast(t *testing.T) {
	b, g := loggedIn(t)
	good, bad := b.file("good", "a long passphrase\n"), b.file("bad", "another passphrase\n")
	key := filepath.Join(t.TempDir(), "k")
	require.Equal(t, exitOK, b.do("key", "new", "--out", key, "--passphrase-file", good))
	g.answer("GET /v1/reviews/"+testRun, 200, detail())
	g.answer("GET /v1/whoami", 200, api.Whoami{Account: "ann", Person: "p-ann", Organization: "provider"})
	vote := []string{"review", "vote", testRun, "--approve", "--comment", "read", "--key", key, "--passphrase-file"}
	require.Equal(t, exitUsage, b.do(append(vote, bad)...))
	require.Equal(t, exitDenied, b.do(append(vote, good, "--artefact", digest("another"))...))
	forged := detail()
	forged.ReportDigest = digest("another")
	g.answer("GET /v1/reviews/"+testRun, 200, forged)
	require.Equal(t, exitNotGenuine, b.do(append(vote, good)...))
	for _, r := range g.seen {
		require.NotEqual(t, "/v1/reviews/"+testRun+"/votes", r.URL.Path)
	}
	b.secrets = []string{"short", "short"}
	require.Equal(t, exitUsage, b.do("key", "new", "--out", key+"2"), "a short passphrase")
}
