package enclave_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

func stewardOf(t *testing.T, z *enclavetest.Zone, organization string) enclave.Principal {
	t.Helper()
	p := enclave.Principal{Account: organization + "_steward", Person: "st-" + organization, Organization: organization, Type: catalog.OrganizationProvider, LegalGroup: organization, Role: "steward"}
	z.Apply(t, "admin", enclavetest.AccountYAML(p))
	_, err := z.Service.ConfirmAccount(t.Context(), enclavetest.As("security"), p.Account)
	require.NoError(t, err)
	return p
}

func TestSJZ_6a_ProvidersStewardActsOnItsOwnData(t *testing.T) {
	z, _ := space(t)
	ctx := t.Context()
	stranger, own := stewardOf(t, z, "court"), stewardOf(t, z, "bureau")
	z.InPlace(t, "leased", tenantSpace)
	loaded, err := z.Pull(t, "provider", "leased")
	require.NoError(t, err)
	a := enclavetest.As("analyst_a")
	wanted := enclavetest.Wanted()
	wanted.Datasets = slices.DeleteFunc(wanted.Datasets, func(d api.ApplicationDataset) bool { return d.Dataset != "clients" })
	app, err := z.Service.SubmitApplication(ctx, a, wanted)
	require.NoError(t, err)
	app, err = z.Service.ReviewApplication(ctx, enclavetest.As("steward"), app.ID, api.Review{Version: app.Version, Approve: true, Comment: "test"})
	require.NoError(t, err)
	grant := app.Grant
	z.Apply(t, "provider", strings.Replace(enclavetest.Supplied("leased", tenantSpace), "clients.csv", "others.csv", 1))

	for what, do := range map[string]func(p enclave.Principal) error{
		"approve": func(p enclave.Principal) error {
			_, err := z.Service.ReviewDataset(ctx, p, "leased", api.Review{Digest: z.Seen(t, "Dataset", "leased"), Approve: true, Comment: "test"})
			return err
		},
		"declare": func(p enclave.Principal) error {
			_, err := z.Service.Apply(ctx, p, api.Apply{Documents: strings.Replace(enclavetest.Clients, "name: clients", "name: clients_2", 1)})
			return err
		},
		"pull": func(p enclave.Principal) error { _, err := z.Service.BeginPull(ctx, p, "leased"); return err },
		"destroy": func(p enclave.Principal) error {
			_, err := z.Service.DestroySnapshots(ctx, p, "leased", api.DestroyRequest{Reason: "test"})
			return err
		},
		"reports": func(p enclave.Principal) error { _, err := z.Service.Snapshots(ctx, p, "leased"); return err },
		"close": func(p enclave.Principal) error {
			_, err := z.Service.Sanction(ctx, p, api.SanctionRequest{Kind: "closure", Organization: "bank_b", Dataset: "clients", Deadline: z.Clock.Now().Add(24 * time.Hour).Unix(), Reason: "test"})
			return err
		},
		"grant": func(p enclave.Principal) error { _, err := z.Service.Grant(ctx, p, grant); return err },
	} {
		require.Error(t, do(stranger), what)
	}
	all, err := z.Service.Snapshots(ctx, own, "leased")
	require.NoError(t, err)
	require.Equal(t, loaded.ID, all.Items[0].ID)
	_, err = z.Service.Grant(ctx, own, grant)
	require.NoError(t, err)
	for p, sees := range map[*enclave.Principal]bool{&own: true, &stranger: false} {
		apps, err := z.Service.Applications(ctx, *p)
		require.NoError(t, err)
		require.Equal(t, sees, len(apps.Items) > 0)
		grants, err := z.Service.Grants(ctx, *p)
		require.NoError(t, err)
		require.Equal(t, sees, len(grants.Items) > 0)
	}

	// His own provider's declaration he does not approve either: the zone looks at it.
	_, err = z.Service.ReviewDataset(ctx, own, "leased", api.Review{Digest: z.Seen(t, "Dataset", "leased"), Approve: true, Comment: "test"})
	require.ErrorContains(t, err, "his provider declared")
	_, err = z.Service.ReviewDataset(ctx, enclavetest.As("steward"), "leased", api.Review{Digest: z.Seen(t, "Dataset", "leased"), Approve: true, Comment: "test"})
	require.NoError(t, err)
	z.Check(t)
}
