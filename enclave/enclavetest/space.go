package enclavetest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/internal/api"
	"yumen/internal/source"
)

// Space is a tenant space of the bureau: a directory in the domain, listed as bureau_space, with the clients in clients.csv.
func Space(t testing.TB) (dir string, change func(*enclave.Config)) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o755)) //nolint:gosec // as a provider's folder is
	PutFile(t, dir, "clients.csv", CSV(ClientRows()))
	return dir, SpaceOf(t, dir, "bureau")
}

// SpaceOf lists a directory as bureau_space of a provider.
func SpaceOf(t testing.TB, dir, provider string) (change func(*enclave.Config)) {
	t.Helper()
	set, err := source.New([]source.Location{{Name: "bureau_space", Provider: provider, Directory: dir}})
	require.NoError(t, err)
	return func(c *enclave.Config) { c.Places = set }
}

// PutFile puts a file into a space, whole or not at all.
func PutFile(t testing.TB, dir, name, text string) {
	t.Helper()
	tmp := filepath.Join(dir, "."+name)
	require.NoError(t, os.WriteFile(tmp, []byte(text), 0o600))
	require.NoError(t, os.Rename(tmp, filepath.Join(dir, name)))
}

// Supplied is the declaration of Clients under another name, with these words about its supply.
func Supplied(name, supply string) string {
	doc := strings.Replace(Clients, "name: clients", "name: "+name, 1)
	return strings.Replace(doc, "  entities:", "  supply: {"+supply+"}\n  entities:", 1)
}

// InPlace declares a dataset like Clients with these words about its supply, and approves it.
func (z *Zone) InPlace(t testing.TB, name, supply string) {
	t.Helper()
	z.Apply(t, "provider", Supplied(name, supply))
	_, err := z.Service.ReviewDataset(t.Context(), As("steward"), name, api.Review{Digest: z.Seen(t, "Dataset", name), Approve: true, Comment: "test"})
	require.NoError(t, err)
}

// Pull has somebody read a dataset in place, and waits.
func (z *Zone) Pull(t testing.TB, as, name string) (api.Snapshot, error) {
	t.Helper()
	p := As(as)
	u, err := z.Service.BeginPull(t.Context(), p, name)
	if err != nil {
		return api.Snapshot{}, err
	}
	out, err := z.Service.FinishUpload(t.Context(), p, u.ID)
	require.NoError(t, z.Service.RemoveUpload(t.Context(), p, u.ID))
	return out, err
}
