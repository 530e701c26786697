package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yumen/internal/api"
)

// authorizations are the operations upon authorizations of subjects.
func (d *door) authorizations(a huma.API) {
	huma.Register(a, op("authorization-list", http.MethodGet, "/v1/authorizations", 200), func(ctx context.Context, _ *nothing) (*out[api.Registers], error) {
		v, err := d.svc.Registers(ctx, who(ctx))
		return reply(v, err)
	})
	huma.Register(a, op("authorization-record", http.MethodPost, "/v1/authorizations", 200), func(ctx context.Context, i *in[api.Authorizations]) (*out[api.Register], error) {
		v, err := d.svc.RecordAuthorizations(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("authorization-withdraw", http.MethodPost, "/v1/authorizations/withdraw", 200), func(ctx context.Context, i *in[api.Authorizations]) (*out[api.Register], error) {
		v, err := d.svc.WithdrawAuthorizations(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
}
