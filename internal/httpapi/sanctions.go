package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yumen/internal/api"
)

// sanctions are the operations upon what is imposed upon organizations.
func (d *door) sanctions(a huma.API) {
	type actOn struct {
		ID   string `path:"id"`
		Body api.SanctionAct
	}
	huma.Register(a, op("sanction-list", http.MethodGet, "/v1/sanctions", 200), func(ctx context.Context, _ *nothing) (*out[api.Sanctions], error) {
		v, err := d.svc.Sanctions(ctx, who(ctx))
		return reply(v, err)
	})
	huma.Register(a, op("sanction-impose", http.MethodPost, "/v1/sanctions", 200), func(ctx context.Context, i *in[api.SanctionRequest]) (*out[api.Sanction], error) {
		v, err := d.svc.Sanction(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("sanction-act", http.MethodPost, "/v1/sanctions/{id}/act", 200), func(ctx context.Context, i *actOn) (*out[api.Sanction], error) {
		v, err := d.svc.ActOnSanction(ctx, who(ctx), i.ID, i.Body)
		return reply(v, err)
	})
}
