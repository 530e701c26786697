package enclave

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/enclave/application"
	"yumen/internal/api"
	"yumen/internal/metastore"
)

// sameUse is what makes two authorizations the same use (XM-30): scenario and scope. Why a column is needed, when the term begins and how
// often is not part of it.
type sameUse struct {
	Organization string          `json:"organization"`
	Scenario     string          `json:"scenario"`
	Purpose      string          `json:"purpose"`
	Datasets     []sameData      `json:"datasets"`
	Methods      []string        `json:"methods"`
	Modes        []string        `json:"modes"`
	Recipients   []api.Recipient `json:"recipients"`
}

type sameData struct {
	Dataset string          `json:"dataset"`
	Columns []string        `json:"columns"`
	Rows    []api.ScopeTerm `json:"rows"`
}

// fingerprint is the digest of a grant's scenario and scope. The order in which an application lists things makes no other use.
func fingerprint(g *api.Grant) (string, error) {
	use := sameUse{Organization: g.Organization, Scenario: g.Scenario, Purpose: g.Purpose, Methods: slices.Sorted(slices.Values(g.Methods)),
		Modes: slices.Sorted(slices.Values(g.Modes))}
	for _, d := range g.Datasets {
		data := sameData{Dataset: d.Dataset, Columns: slices.Sorted(maps.Keys(d.Columns))}
		for _, t := range d.RowScope {
			data.Rows = append(data.Rows, api.ScopeTerm{Column: t.Column, Values: slices.Compact(slices.Sorted(slices.Values(t.Values)))})
		}
		slices.SortFunc(data.Rows, func(x, y api.ScopeTerm) int {
			return strings.Compare(x.Column+"\x00"+strings.Join(x.Values, "\x00"), y.Column+"\x00"+strings.Join(y.Values, "\x00"))
		})
		use.Datasets = append(use.Datasets, data)
	}
	slices.SortFunc(use.Datasets, func(x, y sameData) int { return strings.Compare(x.Dataset, y.Dataset) })
	for _, r := range g.Recipients {
		use.Recipients = append(use.Recipients, api.Recipient{Organization: r.Organization, Persons: slices.Sorted(slices.Values(r.Persons))})
	}
	slices.SortFunc(use.Recipients, func(x, y api.Recipient) int { return strings.Compare(x.Organization, y.Organization) })
	b, err := json.Marshal(use)
	if err != nil {
		return "", fmt.Errorf("encode a scope: %w", err)
	}
	return string(catalog.DigestOf(b)), nil
}

// reusable notes in an application the grant in force that gives what it asks for, if there is one, and what of it nobody used.
func (s *Service) reusable(tx Tx, a *applicationRecord) error {
	asked := a.grant()
	want, err := fingerprint(&asked)
	if err != nil {
		return err
	}
	a.Standing, a.Unused = "", nil
	return each(tx, recGrant, metastore.Query{Owner: a.Organization, State: string(application.Granted), Newest: true, Limit: 1000}, func(r metastore.Record, g grantRecord) error {
		if a.Standing != "" || g.Fingerprint != want || s.over(g.NotAfter) {
			return nil
		}
		used, err := usageOf(tx, r.ID)
		if err == nil && !g.lapsedIdle(used.Used, s.clock.Now().Unix()) {
			a.Standing, a.Unused = r.ID, used.unused(g.Datasets)
		}
		return err
	})
}
