package client

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"strconv"

	"yumen/internal/api"
)

// The states of a run that somebody may wait for to end.
const (
	StateRunning  = "running"
	StateInReview = "in_review"
)

// CheckQuery asks for the static verdict of a query; nothing runs.
func (c *Client) CheckQuery(ctx context.Context, r api.RunRequest) (*api.CheckResult, error) {
	return callWith[api.CheckResult](ctx, c, post("/v1/queries/check"), r)
}

// SubmitRun submits a query. Each call is a run of its own: the idempotency key is fresh.
func (c *Client) SubmitRun(ctx context.Context, r api.RunRequest) (*api.Run, error) {
	req, err := post("/v1/runs").with(r)
	if err != nil {
		return nil, err
	}
	var key [16]byte
	_, _ = rand.Read(key[:]) // never fails
	req.header.Set("Idempotency-Key", hex.EncodeToString(key[:]))
	return call[api.Run](ctx, c, req)
}

// Runs lists a page of the caller's organization's runs, newest first.
func (c *Client) Runs(ctx context.Context, p api.Page) ([]api.Run, error) {
	return list[api.Run](ctx, c, get("/v1/runs"+pageQuery(p)))
}

// pageQuery is the page as a query string.
func pageQuery(p api.Page) string {
	q := url.Values{}
	if p.Before != "" {
		q.Set("before", p.Before)
	}
	if p.Limit != 0 {
		q.Set("limit", strconv.Itoa(p.Limit))
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// Run returns one run, with its rows when it is released.
func (c *Client) Run(ctx context.Context, id string) (*api.Run, error) {
	return call[api.Run](ctx, c, get(runPath(id)))
}

// WithdrawRun withdraws a run.
func (c *Client) WithdrawRun(ctx context.Context, id string) (*api.Run, error) {
	return call[api.Run](ctx, c, post(runPath(id)+"/withdraw"))
}

// ResubmitRun sends a returned run back to review with a note; the artefact stays the same.
func (c *Client) ResubmitRun(ctx context.Context, id, note string) (*api.Run, error) {
	body := struct {
		Note string `json:"note"`
	}{note}
	return callWith[api.Run](ctx, c, post(runPath(id)+"/resubmit"), body)
}

// Budget returns what a legal group has spent of its noise budget: the caller's unless one is named.
func (c *Client) Budget(ctx context.Context, group string) (*api.Budget, error) {
	path := "/v1/budget"
	if group != "" {
		path += "?group=" + url.QueryEscape(group)
	}
	return call[api.Budget](ctx, c, get(path))
}

// TopUp adds to one window of a noise budget, or proposes to: two people must call it.
func (c *Client) TopUp(ctx context.Context, t api.TopUpRequest) (*api.TopUp, error) {
	return callWith[api.TopUp](ctx, c, post("/v1/budget/top-ups"), t)
}

// Ledger returns the earlier answers of the caller's legal group.
func (c *Client) Ledger(ctx context.Context) (*api.Ledger, error) {
	return call[api.Ledger](ctx, c, get("/v1/ledger"))
}

func runPath(id string) string { return "/v1/runs/" + url.PathEscape(id) }
