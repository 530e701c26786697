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

// Grants lists the grants that the caller may see.
func (c *Client) Grants(ctx context.Context) ([]api.Grant, error) {
	return list[api.Grant](ctx, c, get("/v1/grants"))
}

// Grant returns one grant.
func (c *Client) Grant(ctx context.Context, id string) (*api.Grant, error) {
	return call[api.Grant](ctx, c, get("/v1/grants/"+url.PathEscape(id)))
}
