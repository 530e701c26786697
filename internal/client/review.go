package client

import (
	"context"
	"io"
	"net/url"
	"strconv"

	"yumen/internal/api"
)

// Reviews lists the artefacts that wait for reviewers.
func (c *Client) Reviews(ctx context.Context) ([]api.ReviewItem, error) {
	return list[api.ReviewItem](ctx, c, get("/v1/reviews"))
}

// Review returns what a reviewer decides from.
func (c *Client) Review(ctx context.Context, run string) (*api.ReviewDetail, error) {
	return call[api.ReviewDetail](ctx, c, get("/v1/reviews/"+url.PathEscape(run)))
}

// Vote casts a signed vote.
func (c *Client) Vote(ctx context.Context, run string, v api.VoteRequest) (*api.ReviewItem, error) {
	return callWith[api.ReviewItem](ctx, c, post("/v1/reviews/"+url.PathEscape(run)+"/votes"), v)
}

// Releases lists the caller's releases.
func (c *Client) Releases(ctx context.Context, p api.Page) ([]api.ReleaseItem, error) {
	return list[api.ReleaseItem](ctx, c, get("/v1/releases"+pageQuery(p)))
}

// Bundle opens the bundle of a release, a tar archive. The caller closes it; a read past the cap fails.
func (c *Client) Bundle(ctx context.Context, release string) (io.ReadCloser, error) {
	return c.open(ctx, get("/v1/releases/"+url.PathEscape(release)+"/bundle"), maxBundle)
}

// AuditEntries returns up to limit entries of the log from an index on.
func (c *Client) AuditEntries(ctx context.Context, from int64, limit int) (*api.AuditEntries, error) {
	r := get("/v1/audit/entries")
	r.query = url.Values{"from": {strconv.FormatInt(from, 10)}, "limit": {strconv.Itoa(limit)}}
	return call[api.AuditEntries](ctx, c, r)
}

// AuditExport opens the whole log as a tar archive. The caller closes it; a read past the cap fails.
func (c *Client) AuditExport(ctx context.Context) (io.ReadCloser, error) {
	return c.open(ctx, get("/v1/audit/export"), maxExport)
}

// Checkpoint returns the log's newest signed checkpoint. It needs no token.
func (c *Client) Checkpoint(ctx context.Context) ([]byte, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	return c.text(ctx, get("/v1/audit/checkpoint"), maxProblem)
}

func (c *Client) open(ctx context.Context, r request, limit int64) (io.ReadCloser, error) {
	resp, err := c.send(ctx, r) //nolint:bodyclose // whoever gets the reader closes it
	if err != nil {
		return nil, err
	}
	return &capped{ReadCloser: resp.Body, left: limit}, nil
}
