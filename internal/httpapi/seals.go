package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yumen/internal/api"
)

// seals are the operations that seal and unseal a dataset.
func (d *door) seals(a huma.API) {
	type reasoned struct {
		Named
		Body api.Reason
	}
	huma.Register(a, op("dataset-seal", http.MethodPost, "/v1/datasets/{name}/seal", 200), func(ctx context.Context, i *reasoned) (*out[api.Seal], error) {
		v, err := d.svc.Seal(ctx, who(ctx), i.Name, i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("dataset-unseal", http.MethodPost, "/v1/datasets/{name}/unseal", 200), func(ctx context.Context, i *reasoned) (*out[api.Seal], error) {
		v, err := d.svc.Unseal(ctx, who(ctx), i.Name, i.Body)
		return reply(v, err)
	})
}
