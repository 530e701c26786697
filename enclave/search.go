package enclave

import (
	"context"
	"slices"
	"strings"
	"time"

	"yumen/catalog"
	"yumen/internal/api"
)

// viewer says what of the catalog somebody sees.
type viewer func(l *listed) (s *catalog.DatasetSpec, words string, own bool)

// Everybody sees what is in force and may be used in the zone: of grade 4 the title and the provider, of grades 2 and 3 no columns, and never where
// in the provider's systems it lies.
func seenByAll(l *listed) (*catalog.DatasetSpec, string, bool) {
	if l.approved == nil || l.withdrawn() {
		return nil, "", false
	}
	return l.approved, l.open, false
}

func (l *listed) withdrawn() bool { return withdrawn(l.sealed, l.approved) }

// withdrawn reports whether a seal or the attributes keep everybody from using a dataset: the strictest decides.
func withdrawn(sealed bool, s *catalog.DatasetSpec) bool {
	return sealed || s.Market == catalog.MarketSealed || s.Sharing == catalog.SharingNone || s.Opening == catalog.OpeningNone
}

// seenBy is what a caller with a session sees: the zone's staff and those who declared or provide it as it was declared last, others what is in
// force and may be used.
func seenBy(p Principal) viewer {
	return func(l *listed) (*catalog.DatasetSpec, string, bool) {
		switch {
		case p.Role == "":
			return nil, "", false
		case staff(p) || l.author == p.Organization || l.provider == p.Organization:
			return &l.declared, l.own, true
		case l.approved == nil || l.withdrawn():
			return nil, "", false
		}
		return l.approved, l.inside, false
	}
}

// PublicCatalog finds datasets for everybody, by metadata that anybody may know.
func (s *Service) PublicCatalog(ctx context.Context, q api.CatalogQuery) (api.CatalogPage, error) {
	return s.search(ctx, q, seenByAll, publicItem, func(l *listed, spec *catalog.DatasetSpec) int64 {
		if spec.Grade() >= 4 {
			return 0 // when it was loaded does not show, and is not found by either
		}
		return l.loaded
	})
}

// SearchDatasets finds datasets by their metadata, among those and by that which the caller may see.
func (s *Service) SearchDatasets(ctx context.Context, p Principal, q api.CatalogQuery) (api.CatalogPage, error) {
	return s.search(ctx, q, seenBy(p), insideItem, func(l *listed, _ *catalog.DatasetSpec) int64 { return l.loaded })
}

func (s *Service) search(ctx context.Context, q api.CatalogQuery, sees viewer, show func(*listed, *catalog.DatasetSpec, bool) api.CatalogItem,
	loaded func(*listed, *catalog.DatasetSpec) int64) (api.CatalogPage, error) {
	out := api.CatalogPage{Items: []api.CatalogItem{}}
	limit := q.Limit
	if limit <= 0 || limit > 100 {
		limit = 20
	}
	words := strings.Fields(folded(q.Words))
	since := freshSince(s.nowMS(), q.FreshDays)
	var all []*listed
	err := s.store.View(ctx, func(tx Tx) (err error) {
		all, err = s.index.follow(tx)
		return err
	})
	if err != nil {
		return out, known(err)
	}
	for _, l := range all {
		spec, text, own := sees(l)
		if spec == nil || q.Provider != "" && l.provider != q.Provider || loaded(l, spec) < since ||
			q.Grade > 0 && (spec.Grade() == 0 || int(spec.Grade()) > q.Grade) ||
			slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			continue
		}
		if out.Total++; l.name > q.After && len(out.Items) < limit {
			out.Items = append(out.Items, show(l, spec, own))
		}
	}
	return out, nil
}

// publicItem shows what everybody may see.
func publicItem(l *listed, s *catalog.DatasetSpec, _ bool) api.CatalogItem {
	out := api.CatalogItem{Name: l.name, Title: s.Title, Provider: s.Provider, Grade: int(s.Grade())}
	if out.Grade >= 4 {
		return out
	}
	out = withAttributes(out, l, s)
	out.Directory = &catalog.Directory{Duty: s.Directory.Duty, Data: s.Directory.Data}
	if out.Grade == 1 {
		out.Columns = columnsOf(s)
	}
	return out
}

// insideItem shows what a caller with a session may see.
func insideItem(l *listed, s *catalog.DatasetSpec, own bool) api.CatalogItem {
	out := withAttributes(api.CatalogItem{Name: l.name, Title: s.Title, Provider: s.Provider, Grade: int(s.Grade())}, l, s)
	out.Directory, out.CatalogID, out.Columns = &s.Directory, s.CatalogID, columnsOf(s)
	if own {
		out.State = l.state
	}
	return out
}

func withAttributes(out api.CatalogItem, l *listed, s *catalog.DatasetSpec) api.CatalogItem {
	out.Sharing, out.Opening, out.Market, out.Frequency = string(s.Sharing), string(s.Opening), string(s.Market), s.Frequency
	if l.sealed {
		out.Market = string(catalog.MarketSealed)
	}
	if l.loaded > 0 {
		out.Fresh = time.UnixMilli(l.loaded).UTC().Format(time.DateOnly)
	}
	return out
}

func columnsOf(s *catalog.DatasetSpec) []api.CatalogColumn {
	out := make([]api.CatalogColumn, len(s.Columns))
	for i := range s.Columns {
		c := &s.Columns[i]
		out[i] = api.CatalogColumn{Name: c.Name, Title: c.Title, Type: c.Type, Grade: int(c.Grade)}
	}
	return out
}
