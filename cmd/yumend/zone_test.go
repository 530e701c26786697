package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/internal/api"
	"yumen/sandbox/sandboxtest"
)

// testZone is a zone of jurisdiction lab with a real store and real workers. Principals are made by hand: what is tested here is what
// a question may do, not who may log in.
type testZone struct {
	svc   *enclave.Service
	admin enclave.Principal
}

func newTestZone(t testing.TB) *testZone {
	return testZoneOf(t, "lab")
}

func testZoneOf(t testing.TB, jurisdiction string) *testZone {
	t.Setenv("YUMEN_WORKER", sandboxtest.Worker(t))
	dir := filepath.Join(t.TempDir(), "zone")
	ctx := context.Background()
	_, err := initZone(ctx, initOptions{dir: dir, admin: "administrator", person: "op-001", organization: "operator", jurisdiction: jurisdiction, password: "correct horse battery"})
	require.NoError(t, err)
	g, err := build(ctx, dir, defaults(dir), slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn})))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.close(context.Background())) })
	return officials(t, g.service)
}

// officials names the officers of a new zone, and a bank with its analyst.
func officials(t testing.TB, svc *enclave.Service) *testZone {
	z := &testZone{svc: svc, admin: enclave.Principal{Account: "administrator", Person: "op-001", Organization: "operator", Type: catalog.OrganizationOperator, LegalGroup: "operator", Role: "administrator"}}
	z.apply(t, z.admin, account("security", "operator", "op-002", "security_administrator")+"---\n"+
		organization("bureau", "provider", "")+"---\n"+organization("bank", "institution", "bank"))
	z.apply(t, z.admin, account("steward", "operator", "op-004", "steward")+"---\n"+account("provider", "bureau", "pr-001", "provider")+"---\n"+account("analyst", "bank", "an-001", "analyst"))
	z.apply(t, z.by("security", "operator", "op-002", "security_administrator"),
		account("steward", "operator", "op-004", "steward")+"---\n"+account("provider", "bureau", "pr-001", "provider")+"---\n"+account("analyst", "bank", "an-001", "analyst"))
	return z
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimRight(string(b), "\n"))
	return len(b), nil
}

func (z *testZone) by(account, org, person, role string) enclave.Principal {
	kind, named := map[string]catalog.OrganizationType{"operator": catalog.OrganizationOperator, "bureau": catalog.OrganizationProvider}[org]
	if !named {
		kind = catalog.OrganizationInstitution
	}
	return enclave.Principal{Account: account, Person: person, Organization: org, Type: kind, LegalGroup: org, Role: role}
}

// seen is the digest of a dataset's declaration as the steward looks at it.
func (z *testZone) seen(t testing.TB, name string) string {
	r, err := z.svc.Resource(context.Background(), z.by("steward", "operator", "op-004", "steward"), "Dataset", name)
	require.NoError(t, err)
	return r.Digest
}

func (z *testZone) apply(t testing.TB, p enclave.Principal, docs string) {
	_, err := z.svc.Apply(context.Background(), p, api.Apply{Documents: docs})
	require.NoError(t, err)
}

func organization(name, typ, group string) string {
	extra := ""
	if group != "" {
		extra = ", legalGroup: " + group + ", admitted: true"
	}
	return fmt.Sprintf("apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: %s}\nspec: {title: {zh: 机构, en: Organization}, type: %s%s}\n", name, typ, extra)
}

func account(name, org, person, role string) string {
	return fmt.Sprintf("apiVersion: yumen/v1\nkind: Account\nmetadata: {name: %s}\nspec: {organization: %s, person: %s, role: %s, title: {zh: 职务, en: Duty}}\n", name, org, person, role)
}

// institutions declares one organization a pattern, each a legal group of its own, with an analyst.
func (z *testZone) institutions(t testing.TB, n int) { z.institutionsFrom(t, 0, n) }

// institutionsFrom declares the institutions from one number on.
func (z *testZone) institutionsFrom(t testing.TB, from, n int) {
	for at := from; at < from+n; at += 50 {
		var groups, people []string
		for i := at; i < min(from+n, at+50); i++ {
			p := z.analyst(i)
			groups = append(groups, organization(p.Organization, "institution", p.LegalGroup))
			people = append(people, account(p.Account, p.Organization, p.Person, p.Role))
		}
		z.apply(t, z.admin, strings.Join(append(groups, people...), "---\n"))
		z.apply(t, z.by("security", "operator", "op-002", "security_administrator"), strings.Join(people, "---\n"))
	}
}

// analyst is the analyst of the i-th institution.
func (z *testZone) analyst(i int) enclave.Principal {
	return z.by(fmt.Sprintf("analyst%d", i), fmt.Sprintf("bank%d", i), fmt.Sprintf("an-%d", i), "analyst")
}

// institution is the analyst of the i-th institution, with a grant on all columns.
func (z *testZone) institution(t testing.TB, i int, tables []api.ApplicationDataset) (p enclave.Principal, grant string) {
	ctx := context.Background()
	p = z.analyst(i)
	app, err := z.svc.SubmitApplication(ctx, p, api.Application{Scenario: "corpus", Purpose: "corpus", Datasets: tables})
	require.NoError(t, err)
	app, err = z.svc.ReviewApplication(ctx, z.by("steward", "operator", "op-004", "steward"), app.ID, api.Review{Version: app.Version, Approve: true, Comment: "corpus"})
	require.NoError(t, err)
	return p, app.Grant
}

// asInstitution returns a function by which the i-th institution asks under a grant on all columns.
func (z *testZone) asInstitution(t testing.TB, i int, tables []api.ApplicationDataset) func(string) api.Run {
	ctx := context.Background()
	p, grant := z.institution(t, i, tables)
	return func(text string) api.Run {
		run, err := z.svc.Submit(ctx, p, api.RunRequest{Grant: grant, SQL: text}, "")
		require.NoError(t, err)
		for end := time.Now().Add(time.Minute); run.State == "running"; time.Sleep(20 * time.Millisecond) {
			require.True(t, time.Now().Before(end), "the run does not end")
			run, err = z.svc.Run(ctx, p, run.Run)
			require.NoError(t, err)
		}
		require.NotEqual(t, "failed", run.State)
		if run.State == "released" {
			rel, err := z.svc.Collect(ctx, p, run.Release)
			require.NoError(t, err)
			run.Columns, run.Rows, err = rel.Rows()
			require.NoError(t, err)
		}
		return run
	}
}
