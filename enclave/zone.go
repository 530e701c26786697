package enclave

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/authn"
	"yumen/internal/keyring"
	"yumen/internal/metastore"
	"yumen/policy"
)

// InitConfig makes a zone.
type InitConfig struct {
	Store         Store
	Keys          *keyring.Ring
	Clock         Clock
	Zone          string // identifier
	Jurisdiction  string
	Environment   policy.Environment // empty is production
	Administrator string             // account name
	Person        string             // the administrator's person number
	Organization  string             // name of the operator's organization
	Password      string
	PasswordCost  authn.Cost // the work of that password; zero is authn.DefaultCost
}

// Init makes a zone in an empty store: the zone, the operator's organization and the first administrator, in one transaction with
// the first entry of the log.
func Init(ctx context.Context, c InitConfig) error {
	org := &catalog.Organization{APIVersion: catalog.APIVersion, Kind: catalog.KindOrganization, Metadata: catalog.Metadata{Name: c.Organization},
		Spec: catalog.OrganizationSpec{Title: catalog.Text{Zh: "运营机构", En: "Operator"}, Type: catalog.OrganizationOperator}}
	acc := &catalog.Account{APIVersion: catalog.APIVersion, Kind: catalog.KindAccount, Metadata: catalog.Metadata{Name: c.Administrator},
		Spec: catalog.AccountSpec{Organization: c.Organization, Person: c.Person, Role: catalog.AccountAdministrator, Title: catalog.Text{Zh: "系统管理员", En: "System administrator"}}}
	if err := errors.Join(org.Validate(), acc.Validate()); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	environment := cmp.Or(c.Environment, policy.Production)
	if !slices.Contains(policy.Environments(), environment) {
		return errors.New("init: no such environment")
	}
	hash, err := authn.HashPassword(c.Password, cmp.Or(c.PasswordCost, authn.DefaultCost()))
	if err != nil {
		return fmt.Errorf("init: %w", err)
	}
	s := &Service{clock: c.Clock, keys: c.Keys}
	now := s.nowMS()
	return certain{Store: c.Store}.Update(ctx, func(tx Tx) error {
		if _, err := tx.Get(recZone, recZone); !errors.Is(err, metastore.ErrNotFound) {
			return errors.New("init: the store holds a zone already")
		}
		z := zoneRecord{ID: c.Zone, Jurisdiction: c.Jurisdiction, Environment: string(environment), Created: now}
		if err := save(tx, recZone, metastore.Record{ID: recZone}, now, z); err != nil {
			return err
		}
		rec := metastore.Record{ID: c.Organization, Name: c.Organization, Owner: c.Organization, State: "active"}
		if err := save(tx, recOrg, rec, now, orgRecord{Spec: org.Spec, DeclaredBy: c.Administrator}); err != nil {
			return err
		}
		rec = metastore.Record{ID: c.Administrator, Name: c.Administrator, Owner: c.Organization, State: accountConfirmed}
		if err := save(tx, recAccount, rec, now, accountRecord{Spec: acc.Spec, DeclaredBy: c.Administrator, ConfirmedBy: c.Administrator, Password: hash}); err != nil {
			return err
		}
		return s.record(tx, entry{action: audit.ActionZoneInit, on: c.Zone, outcome: "created",
			facts: map[string]string{"jurisdiction": c.Jurisdiction, "environment": string(environment), "account": c.Administrator}})
	})
}

// JurisdictionOf reads which rules a store's zone is under.
func JurisdictionOf(ctx context.Context, store Store) (string, error) {
	var j string
	err := store.View(ctx, func(tx Tx) error {
		z, _, err := load[zoneRecord](tx, recZone, recZone)
		j = z.Jurisdiction
		return err
	})
	if errors.Is(err, metastore.ErrNotFound) {
		return "", ErrNoZone
	}
	return j, err
}
