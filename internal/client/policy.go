package client

import (
	"context"
	"time"

	"yumen/internal/api"
)

// patienceOfTests is how long the checks of a bundle may take: its own tests are many.
const patienceOfTests = 10 * time.Minute

// Policy tells which bundle decides, and what its rules say.
func (c *Client) Policy(ctx context.Context) (*api.Policy, error) {
	return call[api.Policy](ctx, c, get("/v1/policy"))
}

// LoadPolicy proposes a bundle, or confirms one: two people must call it.
func (c *Client) LoadPolicy(ctx context.Context, l api.PolicyLoad) (*api.PolicyBundle, error) {
	return slowly[api.PolicyBundle](ctx, c, "/v1/policy/bundles", l)
}

// TestPolicy has a bundle checked; nothing of it is kept.
func (c *Client) TestPolicy(ctx context.Context, archive []byte) (*api.PolicyReport, error) {
	return slowly[api.PolicyReport](ctx, c, "/v1/policy/test", api.PolicyArchive{Archive: archive})
}

// ReplayPolicy asks decisions of the past again, under their own bundles.
func (c *Client) ReplayPolicy(ctx context.Context, r api.PolicyReplay) (*api.PolicyReplayed, error) {
	return slowly[api.PolicyReplayed](ctx, c, "/v1/policy/replay", r)
}

// ShadowPolicy asks decisions of the past again, under another bundle.
func (c *Client) ShadowPolicy(ctx context.Context, r api.PolicyReplay) (*api.PolicyReplayed, error) {
	return slowly[api.PolicyReplayed](ctx, c, "/v1/policy/shadow", r)
}

func slowly[T any](ctx context.Context, c *Client, path string, body any) (*T, error) {
	r, err := post(path).with(body)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patienceOfTests)
	defer cancel()
	return decode[T](ctx, c, r)
}
