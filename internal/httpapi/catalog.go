package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yumen/internal/api"
)

// catalog are the operations that find datasets and say where they come from and who used them. The public one needs no session.
func (d *door) catalog(a huma.API) {
	type columned struct {
		Named
		Column string `query:"column" maxLength:"63"`
	}
	huma.Register(a, op("catalog-public", http.MethodGet, "/v1/catalog", 200), func(ctx context.Context, i *api.CatalogQuery) (*out[api.CatalogPage], error) {
		v, err := d.svc.PublicCatalog(ctx, *i)
		return reply(v, err)
	})
	huma.Register(a, op("dataset-search", http.MethodGet, "/v1/datasets", 200), func(ctx context.Context, i *api.CatalogQuery) (*out[api.CatalogPage], error) {
		v, err := d.svc.SearchDatasets(ctx, who(ctx), *i)
		return reply(v, err)
	})
	huma.Register(a, op("dataset-versions", http.MethodGet, "/v1/datasets/{name}/versions", 200), func(ctx context.Context, i *Named) (*out[api.DatasetVersions], error) {
		v, err := d.svc.DatasetVersions(ctx, who(ctx), i.Name)
		return reply(v, err)
	})
	huma.Register(a, op("dataset-lineage", http.MethodGet, "/v1/datasets/{name}/lineage", 200), func(ctx context.Context, i *columned) (*out[api.Lineage], error) {
		v, err := d.svc.DatasetLineage(ctx, who(ctx), i.Name, i.Column)
		return reply(v, err)
	})
	huma.Register(a, op("release-lineage", http.MethodGet, "/v1/releases/{id}/lineage", 200), func(ctx context.Context, i *Identified) (*out[api.ReleaseLineage], error) {
		v, err := d.svc.ReleaseLineage(ctx, who(ctx), i.ID)
		return reply(v, err)
	})
}
