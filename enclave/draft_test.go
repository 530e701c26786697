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

// keep keeps a dataset as a draft.
func keep(t *testing.T, z *enclavetest.Zone, as, doc string) api.ApplyOutcome {
	t.Helper()
	out, err := z.Service.Apply(t.Context(), enclavetest.As(as), api.Apply{Documents: doc, Draft: true})
	require.NoError(t, err)
	return out.Results[0]
}

// handIn submits it.
func handIn(t *testing.T, z *enclavetest.Zone, as, doc string) api.ApplyOutcome {
	t.Helper()
	out, err := z.Service.Apply(t.Context(), enclavetest.As(as), api.Apply{Documents: doc})
	require.NoError(t, err)
	return out.Results[0]
}

// A declaration goes from draft to submitted to approved: nobody reviews a draft, keeping one takes a submission back, the same text is submitted as a
// version of its own, and what is approved stays in force beside it.
func TestSJZ_15a_DraftSubmittedApproved(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	steward := enclavetest.As("steward")
	state := func(name string) string {
		got, err := z.Service.Resource(t.Context(), steward, "Dataset", name)
		require.NoError(t, err)
		return got.State
	}
	review := func(name string) error {
		_, err := z.Service.ReviewDataset(t.Context(), steward, name, api.Review{Digest: z.Seen(t, "Dataset", name), Approve: true, Comment: "test"})
		return err
	}
	said := func(o api.ApplyOutcome) []string { return []string{o.Outcome, o.Note} }

	require.Equal(t, []string{"created", "draft"}, said(keep(t, z, "provider", dataset("d"))))
	require.Equal(t, []string{"unchanged", ""}, said(keep(t, z, "provider", dataset("d"))))
	require.Equal(t, enclave.KindConflict, enclavetest.Kind(review("clients_d")), "nobody reviews a draft")
	_, err := z.Service.LoadDataset(t.Context(), enclavetest.As("provider"), "clients_d", strings.NewReader(enclavetest.CSV(enclavetest.ClientRows())), "")
	require.Error(t, err, "nothing is loaded into it")
	_, err = z.Service.Resource(t.Context(), enclavetest.As("analyst_a"), "Dataset", "clients_d")
	require.Equal(t, enclave.KindNotFound, enclavetest.Kind(err), "others do not see it")
	_, err = z.Service.Apply(t.Context(), enclavetest.As("provider_2"), api.Apply{Documents: dataset("d"), Draft: true})
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "it is another's")
	require.Equal(t, []string{"changed", "submitted"}, said(handIn(t, z, "provider", dataset("d"))), "the same text")
	require.Equal(t, []string{"unchanged", ""}, said(handIn(t, z, "provider", dataset("d"))))
	require.Equal(t, []string{"changed", "draft"}, said(keep(t, z, "provider", dataset("d"))), "taken back")
	require.Equal(t, enclave.KindConflict, enclavetest.Kind(review("clients_d")))
	handIn(t, z, "provider", dataset("d"))
	require.NoError(t, review("clients_d"))
	require.Equal(t, []string{"unchanged", ""}, said(keep(t, z, "provider", dataset("d"))), "what is approved is not drafted without a change")
	require.Equal(t, "approved", state("clients_d"))

	next := strings.Replace(enclavetest.Clients, "title: {zh: 客户", "title: {zh: 客户们", 1)
	keep(t, z, "provider", next)
	require.Equal(t, "draft", state("clients"))
	require.Equal(t, "released", z.Ask(t, p, grant, north).State, "the approved one is in force")
	seen, err := z.Service.Resource(t.Context(), p, "Dataset", "clients")
	require.NoError(t, err)
	require.Equal(t, "approved", seen.State)
	require.NotContains(t, string(seen.Spec), "客户们")
	z.Restart(t)
	handIn(t, z, "provider", next)
	require.NoError(t, review("clients"))
	versions, err := z.Service.DatasetVersions(t.Context(), steward, "clients_d")
	require.NoError(t, err)
	require.Len(t, versions.Items, 4, "draft, submission, draft, submission")
	require.Equal(t, enclave.KindConflict, enclavetest.Kind(z.Service.Delete(t.Context(), enclavetest.As("provider"), "Dataset", "clients")))
	keep(t, z, "provider", dataset("gone"))
	require.NoError(t, z.Service.Delete(t.Context(), enclavetest.As("provider"), "Dataset", "clients_gone"))
	log := z.Check(t)
	require.Equal(t, 2, enclavetest.Count(log, audit.ActionDatasetDraft, "created"))
	z.Shut(t)
	z.CheckOffline(t)
}

// A draft may be incomplete and join what is not there, and binds nobody; only datasets have drafts.
func TestSJZ_15a_ADraftBindsNobody(t *testing.T) {
	z := enclavetest.New(t)
	far := "\n  joins:\n  - {columns: [id], to: {dataset: clients_far, columns: [id]}, cardinality: many_to_one}\n"
	near := strings.TrimRight(dataset("near"), "\n") + far
	keep(t, z, "provider", near)
	keep(t, z, "provider", strings.ReplaceAll(strings.Replace(dataset("far"), "{name: id,", "{name: other,", 1), "key: [id]", "key: [other]"))
	require.Equal(t, "submitted", handIn(t, z, "provider", near).Note, "the far end is a draft")
	_, err := z.Service.Apply(t.Context(), enclavetest.As("provider"), api.Apply{Documents: strings.ReplaceAll(strings.Replace(dataset("far"), "{name: id,", "{name: other,", 1), "key: [id]", "key: [other]")})
	require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err), "submitted, it must fit")
	_, err = z.Service.Apply(t.Context(), enclavetest.As("admin"), api.Apply{Documents: organization("x"), Draft: true})
	require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err))
	out, err := z.Service.Apply(t.Context(), enclavetest.As("provider"), api.Apply{Documents: dataset("dry"), Draft: true, DryRun: true})
	require.NoError(t, err)
	require.Equal(t, "draft", out.Results[0].Note)
	_, err = z.Service.Resource(t.Context(), enclavetest.As("provider"), "Dataset", "clients_dry")
	require.Equal(t, enclave.KindNotFound, enclavetest.Kind(err))
	z.Check(t)
}
