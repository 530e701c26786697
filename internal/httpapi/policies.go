package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yumen/internal/api"
)

// policies are the operations about the rules themselves.
func (d *door) policies(a huma.API) {
	huma.Register(a, op("policy-get", http.MethodGet, "/v1/policy", 200), func(ctx context.Context, _ *nothing) (*out[api.Policy], error) {
		v, err := d.svc.Policy(ctx, who(ctx))
		return reply(v, err)
	})
	huma.Register(a, op("policy-load", http.MethodPost, "/v1/policy/bundles", 200), func(ctx context.Context, i *in[api.PolicyLoad]) (*out[api.PolicyBundle], error) {
		v, err := d.svc.LoadPolicy(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("policy-test", http.MethodPost, "/v1/policy/test", 200), func(ctx context.Context, i *in[api.PolicyArchive]) (*out[api.PolicyReport], error) {
		v, err := d.svc.TestPolicy(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("policy-replay", http.MethodPost, "/v1/policy/replay", 200), func(ctx context.Context, i *in[api.PolicyReplay]) (*out[api.PolicyReplayed], error) {
		v, err := d.svc.ReplayPolicy(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("policy-shadow", http.MethodPost, "/v1/policy/shadow", 200), func(ctx context.Context, i *in[api.PolicyReplay]) (*out[api.PolicyReplayed], error) {
		v, err := d.svc.ShadowPolicy(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
}
