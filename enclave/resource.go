package enclave

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/declaration"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

func versionID(dataset string, n int) string { return fmt.Sprintf("%s@%08d", dataset, n) }

func yamlLines(v any) ([][]byte, error) {
	b, err := yaml.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	return bytes.Split(bytes.TrimRight(b, "\n"), []byte("\n")), nil
}

// kinds maps the kinds that a person can list to their records.
var kinds = map[string]string{
	string(catalog.KindOrganization): recOrg,
	string(catalog.KindAccount):      recAccount,
	string(catalog.KindDataset):      recDataset,
	string(catalog.KindComputation):  recComputation,
	string(catalog.KindProduct):      recProduct,
	string(catalog.KindCalendar):     recCalendar,
}

// Resources lists declared resources that the caller may see.
func (s *Service) Resources(ctx context.Context, p Principal, kind string) (api.Resources, error) {
	out := api.Resources{Items: []api.Resource{}}
	rk, ok := kinds[kind]
	if !ok {
		return out, fault(KindInvalid, "资源类型只有 Organization、Account、Dataset、Computation、Product、Calendar", "the kinds are Organization, Account, Dataset, Computation, Product and Calendar")
	}
	err := s.store.View(ctx, func(tx Tx) error {
		rs, err := tx.List(rk, metastore.Query{})
		if err != nil {
			return err
		}
		for _, r := range rs {
			v, seen, err := s.look(tx, p, kind, r)
			if err != nil {
				return err
			}
			if seen {
				out.Items = append(out.Items, v)
			}
		}
		if rk != recCalendar || p.Role == "" {
			return nil
		}
		more, err := s.embeddedCalendars(tx)
		out.Items = append(more, out.Items...)
		return err
	})
	return out, known(err)
}

// Resource returns one of them; what is not visible does not exist.
func (s *Service) Resource(ctx context.Context, p Principal, kind, name string) (api.Resource, error) {
	var out api.Resource
	rk, ok := kinds[kind]
	if !ok {
		return out, errNotFound
	}
	err := s.store.View(ctx, func(tx Tx) error {
		r, err := tx.Get(rk, name)
		if rk == recCalendar && p.Role != "" && errors.Is(err, metastore.ErrNotFound) {
			out, err = s.embeddedCalendar(tx, name)
			return err
		}
		if err != nil {
			return err
		}
		v, seen, err := s.look(tx, p, kind, r)
		if err == nil && !seen {
			return errNotFound
		}
		out = v
		return err
	})
	return out, known(err)
}

// look is show for whoever looks: of a dataset that is withdrawn from use, those who hold a grant on it see that it is there, and no more.
func (s *Service) look(tx Tx, p Principal, kind string, r metastore.Record) (api.Resource, bool, error) {
	out, seen, err := s.show(p, kind, r)
	if err != nil || seen || kind != string(catalog.KindDataset) || p.Role == "" {
		return out, seen, err
	}
	var v datasetRecord
	if err := json.Unmarshal(r.Doc, &v); err != nil {
		return out, false, fmt.Errorf("stored dataset: %w", err)
	}
	if v.Approved == nil {
		return out, false, nil
	}
	held, err := holds(tx, p.Organization, r.ID)
	return api.Resource{Kind: kind, Name: r.ID, State: string(declaration.Approved), Seal: v.sealView(false)}, held, err
}

// holds reports whether an organization has, or had, a grant on a dataset.
func holds(tx Tx, organization, dataset string) (held bool, err error) {
	err = each(tx, recGrant, metastore.Query{Owner: organization}, func(_ metastore.Record, g grantRecord) error {
		held = held || slices.ContainsFunc(g.Datasets, func(d api.ApplicationDataset) bool { return d.Dataset == dataset })
		return nil
	})
	return held, err
}

// show renders a record for a caller: staff of the zone see all, others their own organization's accounts and approved datasets.
func (s *Service) show(p Principal, kind string, r metastore.Record) (api.Resource, bool, error) {
	out := api.Resource{Kind: kind, Name: r.ID, State: r.State, Version: r.Version, Created: r.Created, Updated: r.Updated}
	var spec any
	seen := staff(p)
	switch kind {
	case string(catalog.KindDataset):
		var v datasetRecord
		if err := json.Unmarshal(r.Doc, &v); err != nil {
			return out, false, fmt.Errorf("stored dataset: %w", err)
		}
		spec, out.Digest, out.Seal = v.Spec, string(v.Version.Digest), v.sealView(seen || v.belongsTo(p.Organization))
		if !seen && !v.belongsTo(p.Organization) {
			if !v.offered() {
				return out, false, nil
			}
			shown := *v.Approved
			shown.Supply = nil // where it lies is its provider's matter
			spec, out.State = shown, string(declaration.Approved)
		}
		seen = true
	case string(catalog.KindComputation):
		var err error
		if spec, err = showComputation(r, &out); err != nil {
			return out, false, fmt.Errorf("stored computation: %w", err)
		}
		seen = seesComputation(p, r.Owner)
	case string(catalog.KindProduct):
		var v productRecord
		if err := json.Unmarshal(r.Doc, &v); err != nil {
			return out, false, fmt.Errorf("stored product: %w", err)
		}
		spec, out.Digest, seen = v.Spec, string(v.Digest), true // what is offered is offered to all
	case string(catalog.KindCalendar):
		var v calendarRecord
		if err := json.Unmarshal(r.Doc, &v); err != nil {
			return out, false, fmt.Errorf("stored calendar: %w", err)
		}
		spec, seen = v.Spec, true // everybody counts by it
	case string(catalog.KindAccount):
		var v accountRecord
		if err := json.Unmarshal(r.Doc, &v); err != nil {
			return out, false, fmt.Errorf("stored account: %w", err)
		}
		spec, seen = v.Spec, seen || v.Spec.Organization == p.Organization
	default:
		var v orgRecord
		if err := json.Unmarshal(r.Doc, &v); err != nil {
			return out, false, fmt.Errorf("stored organization: %w", err)
		}
		spec, seen = v.Spec, seen || r.ID == p.Organization
	}
	if p.Role == "" {
		return out, false, nil
	}
	b, err := json.Marshal(spec)
	out.Spec = b
	return out, seen, err
}

// staff are the roles that look after the zone. A steward of a provider looks after that provider's data alone, and is none of them.
func staff(p Principal) bool {
	switch catalog.AccountRole(p.Role) {
	case catalog.AccountAdministrator, catalog.AccountSecurityAdministrator, catalog.AccountAuditor, catalog.AccountRegulator:
		return true
	case catalog.AccountSteward:
		return p.Type == catalog.OrganizationOperator || p.Type == catalog.OrganizationRegulator
	}
	return false
}

// forget removes the sessions and signing keys of an account that is deleted, so that nobody who takes its name inherits them.
func (s *Service) forget(tx Tx, account string) error {
	for _, kind := range []string{recSession, recKey} {
		rs, err := tx.List(kind, metastore.Query{Owner: account})
		if err != nil {
			return err
		}
		for _, r := range rs {
			if err := tx.Delete(kind, r.ID, r.Version); err != nil {
				return err
			}
		}
	}
	return nil
}

// Delete removes a declaration that nothing rests on yet: a dataset that was never approved, or an account that was never confirmed.
func (s *Service) Delete(ctx context.Context, p Principal, kind, name string) error {
	rk, ok := kinds[kind]
	if !ok {
		return errNotFound
	}
	var gone []string
	err := s.ending(ctx, name, func(tx Tx) error {
		gone = nil
		r, err := tx.Get(rk, name)
		if err != nil {
			return err
		}
		_, seen, err := s.show(p, kind, r)
		if err != nil {
			return err
		}
		if !seen {
			return errNotFound
		}
		var free bool
		switch rk {
		case recDataset:
			var v datasetRecord
			if err := json.Unmarshal(r.Doc, &v); err != nil {
				return fmt.Errorf("stored dataset: %w", err)
			}
			free = v.Approved == nil && v.Seal == nil && v.AuthorOrg == p.Organization
			if err := declares(p, &catalog.Dataset{Spec: v.Spec}); err != nil {
				return err
			}
		case recComputation:
			if gone, err = s.deleteComputation(tx, p, r); err != nil {
				return err
			}
			free = true
		case recAccount:
			var v accountRecord
			if err := json.Unmarshal(r.Doc, &v); err != nil {
				return fmt.Errorf("stored account: %w", err)
			}
			free = r.State == accountPending && v.DeclaredBy == p.Account
			if err := s.forget(tx, name); err != nil {
				return err
			}
		}
		if !free {
			return fault(KindConflict, "已批准或已被使用的声明不能删除", "a declaration that was approved or is in use cannot be deleted")
		}
		if err := tx.Delete(rk, name, r.Version); err != nil {
			return err
		}
		return s.log1(tx, p, audit.ActionResourceDelete, name, "deleted", nil)
	})
	s.denied(ctx, p, policy.ActionCatalogChange, name, err)
	if err == nil {
		s.destroy(gone...)
	}
	return known(err)
}
