package client

import (
	"context"

	"yumen/internal/api"
)

// Mechanisms is the health page of the zone.
func (c *Client) Mechanisms(ctx context.Context) (*api.Mechanisms, error) {
	return call[api.Mechanisms](ctx, c, get("/v1/mechanisms"))
}
