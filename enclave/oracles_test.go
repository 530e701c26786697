package enclave_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// Somebody who may not do a thing is answered the same whether what he names is there or not.
func TestRefusalsDoNotTellWhatIsThere(t *testing.T) {
	z := enclavetest.New(t)
	ctx, a := t.Context(), enclavetest.As("analyst_a")
	z.Apply(t, "provider", strings.Replace(enclavetest.Clients, "name: clients", "name: drafted", 1))
	review := func(name string) error {
		_, err := z.Service.ReviewDataset(ctx, a, name, api.Review{Approve: true, Comment: "test"})
		return err
	}
	remove := func(kind string) func(string) error {
		return func(name string) error { return z.Service.Delete(ctx, a, kind, name) }
	}
	for what, c := range map[string]struct {
		do   func(name string) error
		name string
	}{
		"delete an account":       {remove("Account"), "steward"},
		"delete an organization":  {remove("Organization"), "bank_b"},
		"delete a draft":          {remove("Dataset"), "drafted"},
		"review a draft":          {review, "drafted"},
		"review what is in force": {review, "clients"},
		"suspend an account": {func(name string) error {
			_, err := z.Service.SuspendAccount(ctx, a, name, api.Reason{Reason: "test"})
			return err
		}, "steward"},
		"sanction an organization": {func(name string) error {
			_, err := z.Service.Sanction(ctx, a, api.SanctionRequest{Kind: "termination", Organization: name, Reason: "test"})
			return err
		}, "bank_b"},
		"a recipient of another group": {func(person string) error {
			in := enclavetest.Wanted()
			in.Recipients = []api.Recipient{{Organization: "bank_b", Persons: []string{person}}}
			_, err := z.Service.SubmitApplication(ctx, a, in)
			return err
		}, "b-1"},
	} {
		there, none := c.do(c.name), c.do("nobody_at_all")
		require.Error(t, there, what)
		require.Equal(t, enclavetest.Kind(none), enclavetest.Kind(there), what)
		require.Equal(t, none.Error(), there.Error(), what)
	}
	refuses(t, enclave.KindForbidden, z.Service.Delete(ctx, a, "Dataset", "clients"))
	require.Equal(t, 7, enclavetest.Count(z.Check(t), audit.ActionDenied, "denied"), "a deletion, and the others that are forbidden")
}

// What somebody else only drafts stops nobody; it is looked at when it comes into force.
func TestOthersDraftsStopNobody(t *testing.T) {
	z := enclavetest.New(t)
	z.Apply(t, "provider_2", strings.NewReplacer("name: cases", "name: trap", "to: {dataset: clients, columns: [id]}", "to: {dataset: planned, columns: [city]}").Replace(enclavetest.Cases))
	planned := strings.Replace(enclavetest.Clients, "name: clients", "name: planned", 1)
	z.Apply(t, "provider", planned)
	approve(t, z, "planned")
	_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "trap", api.Review{Approve: true, Digest: z.Seen(t, "Dataset", "trap"), Comment: "test"})
	refuses(t, enclave.KindInvalid, err)
	require.ErrorContains(t, err, "joins")
	z.Check(t)
}
