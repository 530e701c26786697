package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yumen/internal/api"
)

// uploads are the operations of a file that arrives in parts; the parts themselves are a stream.
func (d *door) uploads(a huma.API) {
	type begun struct {
		Named
		Body api.UploadRequest
	}
	type excepted struct {
		Named
		Body api.SupplyException
	}
	huma.Register(a, op("supply-except", http.MethodPost, "/v1/datasets/{name}/exceptions", 200), func(ctx context.Context, i *excepted) (*out[api.SupplyException], error) {
		v, err := d.svc.ExceptSupply(ctx, who(ctx), i.Name, i.Body)
		return reply(v, err)
	})
	type destroyed struct {
		Named
		Body api.DestroyRequest
	}
	huma.Register(a, op("upload-begin", http.MethodPost, "/v1/datasets/{name}/uploads", 201), func(ctx context.Context, i *begun) (*out[api.Upload], error) {
		v, err := d.svc.BeginUpload(ctx, who(ctx), i.Name, i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("dataset-pull", http.MethodPost, "/v1/datasets/{name}/pulls", 202), func(ctx context.Context, i *Named) (*out[api.Upload], error) {
		v, err := d.svc.BeginPull(ctx, who(ctx), i.Name)
		return reply(v, err)
	})
	type made struct {
		Named
		Body api.Twin
	}
	huma.Register(a, op("dataset-twin", http.MethodPost, "/v1/datasets/{name}/twins", 202), func(ctx context.Context, i *made) (*out[api.Upload], error) {
		v, err := d.svc.BeginTwin(ctx, who(ctx), i.Name, i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("upload-get", http.MethodGet, "/v1/uploads/{id}", 200), func(ctx context.Context, i *Identified) (*out[api.Upload], error) {
		v, err := d.svc.Upload(ctx, who(ctx), i.ID)
		return reply(v, err)
	})
	huma.Register(a, op("upload-finish", http.MethodPost, "/v1/uploads/{id}/finish", 201), func(ctx context.Context, i *Identified) (*out[api.Snapshot], error) {
		v, err := d.svc.FinishUpload(ctx, who(ctx), i.ID)
		return reply(v, err)
	})
	huma.Register(a, op("snapshot-destroy", http.MethodPost, "/v1/datasets/{name}/snapshots/destroy", 200), func(ctx context.Context, i *destroyed) (*out[api.Snapshots], error) {
		v, err := d.svc.DestroySnapshots(ctx, who(ctx), i.Name, i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("upload-remove", http.MethodDelete, "/v1/uploads/{id}", 204), func(ctx context.Context, i *Identified) (*struct{}, error) {
		return empty(d.svc.RemoveUpload(ctx, who(ctx), i.ID))
	})
}
