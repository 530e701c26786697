package enclave_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

func space(t *testing.T) (*enclavetest.Zone, string) {
	t.Helper()
	dir, places := enclavetest.Space(t)
	return enclavetest.New(t, places), dir
}

const tenantSpace = "mode: tenant_space, location: bureau_space, path: clients.csv, platform: city_platform, lease: P2D"

func TestBJ_OPS_27c_TenantSpaceIsReadInPlace(t *testing.T) {
	z, _ := space(t)
	bank, grant := z.Bank(t)
	z.InPlace(t, "clients", tenantSpace)

	// What is declared to be read in place is not pushed, by nobody.
	for _, as := range []string{"provider", "steward"} {
		_, err := z.Service.LoadDataset(t.Context(), enclavetest.As(as), "clients", strings.NewReader(enclavetest.CSV(enclavetest.ClientRows())), "")
		require.Equal(t, catalog.CodeSupplyMode, code(err), as)
	}
	refused := z.Ask(t, bank, grant, north)
	require.Equal(t, catalog.CodeNotLoaded, refused.Refusal.Code)
	require.Contains(t, refused.Refusal.Remedy.En, "yumen dataset pull clients")

	v, err := z.Pull(t, "provider", "clients")
	require.NoError(t, err)
	require.Equal(t, "loaded", v.State)
	require.Equal(t, "tenant_space", v.Supply)
	require.Equal(t, "city_platform", v.Platform)
	require.Equal(t, "bureau_space", v.Location)
	require.Equal(t, z.Clock.Now().Add(48*time.Hour).UnixMilli(), v.Until)
	require.EqualValues(t, enclavetest.Rows, v.Report.Rows)
	require.Equal(t, shown, enclavetest.Text(z.Ask(t, bank, grant, north)))

	again, err := z.Pull(t, "steward", "clients")
	require.NoError(t, err)
	require.NotEqual(t, v.ID, again.ID)
	for _, as := range []string{"provider_2", "analyst_a"} {
		_, err = z.Pull(t, as, "clients")
		require.Error(t, err, as)
	}
	z.Check(t)
}

func TestBJ_OPS_27b_GradeTwoIsNoCopy(t *testing.T) {
	z := enclavetest.New(t)
	_, err := z.Service.LoadDataset(t.Context(), enclavetest.As("steward"), "clients", strings.NewReader(enclavetest.CSV(enclavetest.ClientRows())), "")
	require.Equal(t, catalog.CodeSupplyMode, code(err))
	one := strings.ReplaceAll(strings.Replace(enclavetest.Clients, "name: clients", "name: open_clients", 1), "grade: 2", "grade: 1")
	z.Apply(t, "provider", one)
	_, err = z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "open_clients", api.Review{Digest: z.Seen(t, "Dataset", "open_clients"), Approve: true, Comment: "test"})
	require.NoError(t, err)
	for as, want := range map[string]string{"steward": "copy", "provider": "interface"} {
		v, err := z.Service.LoadDataset(t.Context(), enclavetest.As(as), "open_clients", strings.NewReader(enclavetest.CSV(enclavetest.ClientRows())), "")
		require.NoError(t, err)
		require.Equal(t, want, v.Supply)
	}
	z.Check(t)
}

func TestXM_63_LocationOutsideTheDomainIsRefused(t *testing.T) {
	z, dir := space(t)
	for _, supply := range []string{
		strings.Replace(tenantSpace, "bureau_space", "elsewhere", 1),
		"mode: tenant_space, location: bureau_space, table: clients", // a directory holds none
		"mode: copy", // grade 2
	} {
		_, err := z.Service.Apply(t.Context(), enclavetest.As("provider"), api.Apply{Documents: enclavetest.Supplied("clients", supply)})
		require.Equal(t, catalog.CodeSupplyMode, code(err), supply)
	}
	z.InPlace(t, "clients", tenantSpace)
	require.NoError(t, os.Remove(filepath.Join(dir, "clients.csv")))
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(dir, "clients.csv")))
	_, err := z.Pull(t, "provider", "clients")
	require.ErrorContains(t, err, "symbolic link")
	z.Restart(t, func(c *enclave.Config) { c.Places = nil })
	_, err = z.Pull(t, "provider", "clients")
	require.Equal(t, catalog.CodeSupplyMode, code(err), "a location that the configuration does not list any more")
	z.Check(t)
}

// A location is one provider's: nobody else's declaration reads from it, whoever wrote or approved that, and neither after the location was given
// to another.
func TestXM_63_LocationIsOneProviders(t *testing.T) {
	z, dir := space(t)
	mine := strings.ReplaceAll(strings.Replace(enclavetest.Supplied("mine", tenantSpace), "provider: bureau", "provider: court", 1), "grade: 2", "grade: 1")
	for _, as := range []string{"provider_2", "steward", "admin"} {
		_, err := z.Service.Apply(t.Context(), enclavetest.As(as), api.Apply{Documents: mine})
		require.Equal(t, catalog.CodeSupplyMode, code(err), as)
	}
	z.InPlace(t, "clients", tenantSpace)
	z.Restart(t, enclavetest.SpaceOf(t, dir, "court"))
	_, err := z.Pull(t, "provider", "clients")
	require.Equal(t, catalog.CodeSupplyMode, code(err))
	z.Check(t)
}

func TestBJ_OPS_27c_LeaseEnds(t *testing.T) {
	z, _ := space(t)
	bank, grant := z.Bank(t)
	z.InPlace(t, "clients", tenantSpace)
	v, err := z.Pull(t, "provider", "clients")
	require.NoError(t, err)
	require.Equal(t, shown, enclavetest.Text(z.Ask(t, bank, grant, north)))

	// The moment it is over, nothing is answered from it, whether or not anybody has looked after leases.
	z.Clock.Advance(48 * time.Hour)
	refused := z.Ask(t, bank, grant, northWithout)
	require.Equal(t, catalog.CodeNotLoaded, refused.Refusal.Code)
	require.NoError(t, z.Service.Lapse(t.Context()))
	require.NoError(t, z.Service.Lapse(t.Context()), "it ends once")
	gone(t, z, v.ID)

	// The same file, read again, is the same data: what was answered is answered again, and differences are still seen.
	v, err = z.Pull(t, "provider", "clients")
	require.NoError(t, err)
	require.Equal(t, shown, enclavetest.Text(z.Ask(t, bank, grant, north)))
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, bank, grant, northWithout)))

	// A start ends what ended while nothing ran.
	z.Clock.Advance(48 * time.Hour)
	z.Restart(t)
	gone(t, z, v.ID)
	z.Check(t)
}

// gone requires that nothing is left of a snapshot but its record.
func gone(t *testing.T, z *enclavetest.Zone, id string) {
	t.Helper()
	all, err := z.Service.Snapshots(t.Context(), enclavetest.As("provider"), "clients")
	require.NoError(t, err)
	for _, v := range all.Items {
		if v.ID == id {
			require.Equal(t, "destroyed", v.State)
		}
	}
	for _, name := range append(z.Files(t, "snapshots"), z.Files(t, "keys", "data")...) {
		require.NotContains(t, name, id)
	}
}

func TestBJ_OPS_27c_DestroyingStopsWhatRuns(t *testing.T) {
	z, _ := space(t)
	bank, grant := z.Bank(t)
	z.InPlace(t, "clients", tenantSpace)
	v, err := z.Pull(t, "provider", "clients")
	require.NoError(t, err)
	release := z.Runner.Hold()
	defer release()
	run, err := z.Service.Submit(t.Context(), bank, api.RunRequest{Grant: grant, SQL: north}, "")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return z.Runner.Jobs() > 0 }, time.Minute, time.Millisecond)

	_, err = z.Service.DestroySnapshots(t.Context(), enclavetest.As("analyst_a"), "clients", api.DestroyRequest{Reason: "x"})
	require.Equal(t, enclave.KindNotFound, enclavetest.Kind(err))
	_, err = z.Service.DestroySnapshots(t.Context(), enclavetest.As("provider"), "clients", api.DestroyRequest{})
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "without a reason")
	all, err := z.Service.DestroySnapshots(t.Context(), enclavetest.As("provider"), "clients", api.DestroyRequest{Reason: "the agreement ended"})
	require.NoError(t, err)
	require.Len(t, all.Items, 1)
	require.Equal(t, v.ID, all.Items[0].ID, "what was pushed before stays")
	z.Executed(t, run.Run)
	ended := z.See(t, bank, run.Run)
	require.Equal(t, "refused", ended.State)
	require.Equal(t, catalog.CodeNotLoaded, ended.Refusal.Code)
	gone(t, z, v.ID)
	_, err = z.Service.DestroySnapshots(t.Context(), enclavetest.As("provider"), "clients", api.DestroyRequest{Reason: "again"})
	require.Equal(t, enclave.KindNotFound, enclavetest.Kind(err))
	z.Check(t)
}
