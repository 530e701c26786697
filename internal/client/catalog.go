package client

import (
	"context"
	"net/url"
	"strconv"

	"yumen/internal/api"
)

// SearchDatasets finds datasets among those that the caller may see.
func (c *Client) SearchDatasets(ctx context.Context, q api.CatalogQuery) (*api.CatalogPage, error) {
	return call[api.CatalogPage](ctx, c, asking(get("/v1/datasets"), q))
}

// PublicCatalog finds datasets by what everybody may know; it needs no session.
func (c *Client) PublicCatalog(ctx context.Context, q api.CatalogQuery) (*api.CatalogPage, error) {
	return call[api.CatalogPage](ctx, c, asking(get("/v1/catalog"), q))
}

func asking(r request, q api.CatalogQuery) request {
	r.query = url.Values{}
	for name, text := range map[string]string{"words": q.Words, "provider": q.Provider, "after": q.After} {
		if text != "" {
			r.query.Set(name, text)
		}
	}
	for name, n := range map[string]int{"grade": q.Grade, "fresh_days": q.FreshDays, "limit": q.Limit} {
		if n != 0 {
			r.query.Set(name, strconv.Itoa(n))
		}
	}
	return r
}

// DatasetVersions lists the chain of a dataset's versions.
func (c *Client) DatasetVersions(ctx context.Context, name string) ([]api.DatasetVersion, error) {
	return list[api.DatasetVersion](ctx, c, get(datasetPath(name)+"/versions"))
}

// DatasetLineage says who used which columns of a dataset for what; an empty column is all of them.
func (c *Client) DatasetLineage(ctx context.Context, name, column string) (*api.Lineage, error) {
	r := get(datasetPath(name) + "/lineage")
	if column != "" {
		r.query = url.Values{"column": {column}}
	}
	return call[api.Lineage](ctx, c, r)
}

// ReleaseLineage says from which columns of which datasets a release came.
func (c *Client) ReleaseLineage(ctx context.Context, id string) (*api.ReleaseLineage, error) {
	return call[api.ReleaseLineage](ctx, c, get("/v1/releases/"+url.PathEscape(id)+"/lineage"))
}
