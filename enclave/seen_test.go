package enclave_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// A person decides about what he looked at: what was changed meanwhile is not approved, rejected or certified in its place, and neither is what
// he does not name.
func TestBJ_FIN_29_WhatIsDecidedIsWhatWasLookedAt(t *testing.T) {
	z := enclavetest.New(t)
	p, steward, reviewer := enclavetest.As("analyst_a"), enclavetest.As("steward"), enclavetest.As("reviewer_1")
	declared := strings.Replace(enclavetest.Clients, "name: clients", "name: new_clients", 1)
	changed := strings.ReplaceAll(declared, "grade: 2", "grade: 1")
	computation := enclavetest.ByCity("by_city")
	for name, c := range map[string]struct {
		kind, name string
		first      func()
		second     func()
		decide     func(digest string) error
	}{
		"a dataset": {"Dataset", "new_clients", func() { z.Apply(t, "provider", declared) }, func() { z.Apply(t, "provider", changed) }, func(digest string) error {
			_, err := z.Service.ReviewDataset(t.Context(), steward, "new_clients", api.Review{Approve: true, Digest: digest, Comment: "read"})
			return err
		}},
		"a computation, certified": {"Computation", "by_city", func() { z.Declare(t, p, computation) }, func() { z.Declare(t, p, strings.ReplaceAll(computation, "count(*) AS n", "count(*) AS m")) }, func(digest string) error {
			_, err := z.Service.CertifyComputation(t.Context(), reviewer, "by_city", api.Certify{Digest: digest})
			return err
		}},
		"a computation, approved": {"Computation", "by_city", func() {
			z.Declare(t, p, computation)
			z.Certify(t, "by_city")
		}, func() {
			z.Declare(t, p, strings.ReplaceAll(computation, "count(*) AS n", "count(*) AS o"))
			z.Certify(t, "by_city")
		}, func(digest string) error {
			_, err := z.Service.ReviewComputation(t.Context(), reviewer, "by_city", api.Review{Approve: true, Digest: digest, Comment: "read"})
			return err
		}},
	} {
		t.Run("BJ-FIN-29: "+name, func(t *testing.T) {
			c.first()
			read := z.Seen(t, c.kind, c.name)
			c.second()
			require.NotEqual(t, read, z.Seen(t, c.kind, c.name))
			require.Equal(t, enclave.KindConflict, enclavetest.Kind(c.decide(read)))
			require.Equal(t, enclave.KindInvalid, enclavetest.Kind(c.decide("")))
			require.NoError(t, c.decide(z.Seen(t, c.kind, c.name)))
		})
	}
	app, err := z.Service.SubmitApplication(t.Context(), p, enclavetest.Wanted())
	require.NoError(t, err)
	_, err = z.Service.ReviewApplication(t.Context(), steward, app.ID, api.Review{Approve: true, Comment: "read"})
	require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err))
	_, err = z.Service.ReviewApplication(t.Context(), steward, app.ID, api.Review{Approve: true, Version: 2, Comment: "read"})
	require.Equal(t, enclave.KindConflict, enclavetest.Kind(err))
	z.Check(t)
}
