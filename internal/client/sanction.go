package client

import (
	"context"
	"net/url"

	"yumen/internal/api"
)

// Sanction imposes a sanction; the second of two people calls it again.
func (c *Client) Sanction(ctx context.Context, in api.SanctionRequest) (*api.Sanction, error) {
	return callWith[api.Sanction](ctx, c, post("/v1/sanctions"), in)
}

// ActOnSanction carries a sanction on or undoes it, or proposes to.
func (c *Client) ActOnSanction(ctx context.Context, id string, in api.SanctionAct) (*api.Sanction, error) {
	return callWith[api.Sanction](ctx, c, post("/v1/sanctions/"+url.PathEscape(id)+"/act"), in)
}

// Sanctions lists sanctions, newest first.
func (c *Client) Sanctions(ctx context.Context) ([]api.Sanction, error) {
	return list[api.Sanction](ctx, c, get("/v1/sanctions"))
}
