package client

import (
	"context"
	"net/url"

	"yumen/internal/api"
)

// SubmitApplication submits a demand application.
func (c *Client) SubmitApplication(ctx context.Context, a api.Application) (*api.Application, error) {
	return callWith[api.Application](ctx, c, post("/v1/applications"), a)
}

// Applications lists the applications that the caller may see.
func (c *Client) Applications(ctx context.Context) ([]api.Application, error) {
	return list[api.Application](ctx, c, get("/v1/applications"))
}

// Application returns one application.
func (c *Client) Application(ctx context.Context, id string) (*api.Application, error) {
	return call[api.Application](ctx, c, get("/v1/applications/"+url.PathEscape(id)))
}

// ReviewApplication decides about an application; an approved one names its grant.
func (c *Client) ReviewApplication(ctx context.Context, id string, r api.Review) (*api.Application, error) {
	return callWith[api.Application](ctx, c, post("/v1/applications/"+url.PathEscape(id)+"/review"), r)
}

// WithdrawApplication takes an application back.
func (c *Client) WithdrawApplication(ctx context.Context, id string) (*api.Application, error) {
	return call[api.Application](ctx, c, post("/v1/applications/"+url.PathEscape(id)+"/withdraw"))
}

// ResubmitApplication answers a return with a new version of the document.
func (c *Client) ResubmitApplication(ctx context.Context, id string, a api.Application) (*api.Application, error) {
	return callWith[api.Application](ctx, c, post("/v1/applications/"+url.PathEscape(id)+"/resubmit"), a)
}

// Grants lists the grants that the caller may see.
func (c *Client) Grants(ctx context.Context) ([]api.Grant, error) {
	return list[api.Grant](ctx, c, get("/v1/grants"))
}

// Grant returns one grant.
func (c *Client) Grant(ctx context.Context, id string) (*api.Grant, error) {
	return call[api.Grant](ctx, c, get("/v1/grants/"+url.PathEscape(id)))
}

// SuspendGrant stops a grant until it is resumed.
func (c *Client) SuspendGrant(ctx context.Context, id string, a api.GrantAct) (*api.Grant, error) {
	return callWith[api.Grant](ctx, c, post("/v1/grants/"+url.PathEscape(id)+"/suspend"), a)
}

// ResumeGrant lifts a suspension.
func (c *Client) ResumeGrant(ctx context.Context, id string, a api.GrantAct) (*api.Grant, error) {
	return callWith[api.Grant](ctx, c, post("/v1/grants/"+url.PathEscape(id)+"/resume"), a)
}

// TerminateGrant ends a grant for good.
func (c *Client) TerminateGrant(ctx context.Context, id string, a api.GrantAct) (*api.Grant, error) {
	return callWith[api.Grant](ctx, c, post("/v1/grants/"+url.PathEscape(id)+"/terminate"), a)
}
