package client

import (
	"context"

	"yumen/internal/api"
)

// Freeze stops something at once.
func (c *Client) Freeze(ctx context.Context, f api.FreezeRequest) (*api.Freeze, error) {
	return callWith[api.Freeze](ctx, c, post("/v1/freezes"), f)
}

// Unfreeze lifts a freeze, or proposes to: two people must call it.
func (c *Client) Unfreeze(ctx context.Context, f api.FreezeRequest) (*api.Freeze, error) {
	return callWith[api.Freeze](ctx, c, post("/v1/freezes/lift"), f)
}

// Freezes lists what is frozen.
func (c *Client) Freezes(ctx context.Context) ([]api.Freeze, error) {
	return list[api.Freeze](ctx, c, get("/v1/freezes"))
}
