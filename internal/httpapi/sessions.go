package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yumen/internal/api"
)

// sessions are the operations about who the caller is.
func (d *door) sessions(a huma.API) {
	type listed struct {
		Account string `query:"account" maxLength:"63"`
	}
	huma.Register(a, op("login", http.MethodPost, "/v1/sessions", 201), func(ctx context.Context, i *in[api.Login]) (*out[api.Session], error) {
		v, err := d.svc.Login(ctx, i.Body, from(ctx))
		return reply(v, err)
	})
	huma.Register(a, op("logout", http.MethodDelete, "/v1/sessions/current", 204), func(ctx context.Context, _ *nothing) (*struct{}, error) {
		return empty(d.svc.Logout(ctx, who(ctx)))
	})
	huma.Register(a, op("session-rotate", http.MethodPost, "/v1/sessions/current/rotate", 200), func(ctx context.Context, _ *nothing) (*out[api.Session], error) {
		v, err := d.svc.RotateSession(ctx, who(ctx))
		return reply(v, err)
	})
	huma.Register(a, op("session-list", http.MethodGet, "/v1/sessions", 200), func(ctx context.Context, i *listed) (*out[api.Sessions], error) {
		v, err := d.svc.Sessions(ctx, who(ctx), i.Account)
		return reply(v, err)
	})
	huma.Register(a, op("session-revoke", http.MethodDelete, "/v1/sessions/{id}", 204), func(ctx context.Context, i *Identified) (*struct{}, error) {
		return empty(d.svc.RevokeSession(ctx, who(ctx), i.ID))
	})
	huma.Register(a, op("account-sessions-revoke", http.MethodDelete, "/v1/accounts/{name}/sessions", 204), func(ctx context.Context, i *Named) (*struct{}, error) {
		return empty(d.svc.RevokeSessions(ctx, who(ctx), i.Name))
	})
	huma.Register(a, op("password-change", http.MethodPost, "/v1/password", 200), func(ctx context.Context, i *in[api.PasswordChange]) (*out[api.Session], error) {
		v, err := d.svc.ChangePassword(ctx, who(ctx), i.Body, from(ctx))
		return reply(v, err)
	})
	huma.Register(a, op("totp-enrol", http.MethodPost, "/v1/totp", 200), func(ctx context.Context, i *in[api.Password]) (*out[api.TOTP], error) {
		v, err := d.svc.EnrolTOTP(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("totp-confirm", http.MethodPost, "/v1/totp/confirm", 200), func(ctx context.Context, i *in[api.Code]) (*out[api.FactorConfirmed], error) {
		v, err := d.svc.ConfirmTOTP(ctx, who(ctx), i.Body, from(ctx))
		return reply(v, err)
	})
	huma.Register(a, op("totp-reset", http.MethodDelete, "/v1/accounts/{name}/totp", 200), func(ctx context.Context, i *Named) (*out[api.FactorReset], error) {
		v, err := d.svc.ResetTOTP(ctx, who(ctx), i.Name)
		return reply(v, err)
	})
	huma.Register(a, op("activate", http.MethodPost, "/v1/activations", 204), func(ctx context.Context, i *in[api.Activation]) (*struct{}, error) {
		return empty(d.svc.Activate(ctx, i.Body))
	})
	huma.Register(a, op("whoami", http.MethodGet, "/v1/whoami", 200), func(ctx context.Context, _ *nothing) (*out[api.Whoami], error) {
		v, err := d.svc.Whoami(ctx, who(ctx))
		return reply(v, err)
	})
}
