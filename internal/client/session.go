package client

import (
	"context"
	"net/http"
	"net/url"

	"yumen/internal/api"
)

// Login opens a session. The client itself stays without the token: make a new one with it.
func (c *Client) Login(ctx context.Context, l api.Login) (*api.Session, error) {
	return callWith[api.Session](ctx, c, post("/v1/sessions"), l)
}

// Logout closes the session of the token.
func (c *Client) Logout(ctx context.Context) error {
	return c.done(ctx, request{method: http.MethodDelete, path: "/v1/sessions/current"})
}

// RotateSession gives the session another token; the client's own opens nothing from then on.
func (c *Client) RotateSession(ctx context.Context) (*api.Session, error) {
	return call[api.Session](ctx, c, post("/v1/sessions/current/rotate"))
}

// Sessions lists the open sessions of an account, or the caller's own for "".
func (c *Client) Sessions(ctx context.Context, account string) ([]api.OpenSession, error) {
	r := get("/v1/sessions")
	if account != "" {
		r.query = url.Values{"account": {account}}
	}
	return list[api.OpenSession](ctx, c, r)
}

// RevokeSession ends one session.
func (c *Client) RevokeSession(ctx context.Context, id string) error {
	return c.done(ctx, request{method: http.MethodDelete, path: "/v1/sessions/" + url.PathEscape(id)})
}

// RevokeSessions ends all sessions of an account, but for the one that asks.
func (c *Client) RevokeSessions(ctx context.Context, account string) error {
	return c.done(ctx, request{method: http.MethodDelete, path: "/v1/accounts/" + url.PathEscape(account) + "/sessions"})
}

// ChangePassword sets a new password; all sessions end, and a new one is returned.
func (c *Client) ChangePassword(ctx context.Context, p api.PasswordChange) (*api.Session, error) {
	return callWith[api.Session](ctx, c, post("/v1/password"), p)
}

// EnrolTOTP makes a secret for an authenticator app.
func (c *Client) EnrolTOTP(ctx context.Context, password string) (*api.TOTP, error) {
	return callWith[api.TOTP](ctx, c, post("/v1/totp"), api.Password{Password: password})
}

// ConfirmTOTP makes the second factor count, with its first code.
func (c *Client) ConfirmTOTP(ctx context.Context, code string) (*api.FactorConfirmed, error) {
	return callWith[api.FactorConfirmed](ctx, c, post("/v1/totp/confirm"), api.Code{Code: code})
}

// ResetTOTP removes a second factor that was lost.
func (c *Client) ResetTOTP(ctx context.Context, account string) (*api.FactorReset, error) {
	return call[api.FactorReset](ctx, c, request{method: http.MethodDelete, path: "/v1/accounts/" + url.PathEscape(account) + "/totp"})
}

// SuspendAccount ends all that an account may do.
func (c *Client) SuspendAccount(ctx context.Context, name, reason string) (*api.Resource, error) {
	return callWith[api.Resource](ctx, c, post("/v1/accounts/"+url.PathEscape(name)+"/suspend"), api.Reason{Reason: reason})
}

// ResumeAccount brings a suspended account back.
func (c *Client) ResumeAccount(ctx context.Context, name string) (*api.Resource, error) {
	return call[api.Resource](ctx, c, post("/v1/accounts/"+url.PathEscape(name)+"/resume"))
}

// ResetAccount makes an account's password void and returns its new activation code.
func (c *Client) ResetAccount(ctx context.Context, name string) (*api.ActivationCode, error) {
	return call[api.ActivationCode](ctx, c, post("/v1/accounts/"+url.PathEscape(name)+"/reset"))
}

// Activate sets the first password of an account.
func (c *Client) Activate(ctx context.Context, a api.Activation) error {
	r, err := post("/v1/activations").with(a)
	if err != nil {
		return err
	}
	return c.done(ctx, r)
}

// Whoami says who the token belongs to.
func (c *Client) Whoami(ctx context.Context) (*api.Whoami, error) {
	return call[api.Whoami](ctx, c, get("/v1/whoami"))
}

// PublicKeys returns the zone's public keys document, as the bytes the gateway gave. It needs no token.
func (c *Client) PublicKeys(ctx context.Context) ([]byte, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	return c.text(ctx, get("/v1/keys"), maxProblem)
}

// RegisterKey registers the public half of a signing key, which is then pending.
func (c *Client) RegisterKey(ctx context.Context, k api.KeyRegistration) (*api.Key, error) {
	return callWith[api.Key](ctx, c, post("/v1/signing-keys"), k)
}

// SigningKeys lists the registered signing keys that the caller may see.
func (c *Client) SigningKeys(ctx context.Context) ([]api.Key, error) {
	return list[api.Key](ctx, c, get("/v1/signing-keys"))
}

// ConfirmKey confirms a pending signing key.
func (c *Client) ConfirmKey(ctx context.Context, id string) (*api.Key, error) {
	return call[api.Key](ctx, c, post("/v1/signing-keys/"+url.PathEscape(id)+"/confirm"))
}

// ConfirmAccount confirms the role of an account.
func (c *Client) ConfirmAccount(ctx context.Context, name string) (*api.Resource, error) {
	return call[api.Resource](ctx, c, post("/v1/accounts/"+url.PathEscape(name)+"/confirm"))
}

// items is the shape of every list.
type items[T any] struct {
	Items []T `json:"items"`
}

func list[T any](ctx context.Context, c *Client, r request) ([]T, error) {
	l, err := call[items[T]](ctx, c, r)
	if err != nil {
		return nil, err
	}
	return l.Items, nil
}
