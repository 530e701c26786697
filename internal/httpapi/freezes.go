package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yumen/internal/api"
)

// freezes are the operations of the emergency switch.
func (d *door) freezes(a huma.API) {
	huma.Register(a, op("freeze-list", http.MethodGet, "/v1/freezes", 200), func(ctx context.Context, _ *nothing) (*out[api.Freezes], error) {
		v, err := d.svc.Freezes(ctx, who(ctx))
		return reply(v, err)
	})
	huma.Register(a, op("freeze-set", http.MethodPost, "/v1/freezes", 200), func(ctx context.Context, i *in[api.FreezeRequest]) (*out[api.Freeze], error) {
		v, err := d.svc.Freeze(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("freeze-lift", http.MethodPost, "/v1/freezes/lift", 200), func(ctx context.Context, i *in[api.FreezeRequest]) (*out[api.Freeze], error) {
		v, err := d.svc.Unfreeze(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
}
