package client

import (
	"context"

	"yumen/internal/api"
)

// RecordAuthorizations records authorizations of subjects, or a legal basis.
func (c *Client) RecordAuthorizations(ctx context.Context, in api.Authorizations) (*api.Register, error) {
	return callWith[api.Register](ctx, c, post("/v1/authorizations"), in)
}

// WithdrawAuthorizations takes back the authorizations of subjects.
func (c *Client) WithdrawAuthorizations(ctx context.Context, in api.Authorizations) (*api.Register, error) {
	return callWith[api.Register](ctx, c, post("/v1/authorizations/withdraw"), in)
}

// Registers lists what is recorded of authorizations.
func (c *Client) Registers(ctx context.Context) ([]api.Register, error) {
	return list[api.Register](ctx, c, get("/v1/authorizations"))
}
