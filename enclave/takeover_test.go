package enclave_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// What the operator froze first does not keep the regulator's freeze from holding: the regulator takes it over, a lift that waits falls, and
// it is not lifted without the regulator.
func TestBJ_OPS_18a_TheRegulatorTakesAFreezeOver(t *testing.T) {
	z := enclavetest.New(t)
	r := z.Regulator(t)
	wanted := api.FreezeRequest{Kind: "organization", Name: "bank_a", Reason: "ordered"}
	require.NoError(t, freeze(z, "admin", "organization", "bank_a"))
	require.NoError(t, unfreeze(z, "admin", "organization", "bank_a", "lift_pending"))
	var out api.Freeze
	for range 2 {
		var err error
		out, err = z.Service.Freeze(t.Context(), r, wanted)
		require.NoError(t, err)
		require.Equal(t, api.Freeze{Kind: "organization", Name: "bank_a", State: "frozen", Reason: "ordered", By: "watch", Since: out.Since}, out)
	}
	require.NoError(t, freeze(z, "admin", "organization", "bank_a"), "nobody takes it from the regulator")
	require.NoError(t, unfreeze(z, "admin", "organization", "bank_a", "lift_pending"))
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(unfreeze(z, "security", "organization", "bank_a", "")))

	out, err := z.Service.Freeze(t.Context(), r, wanted)
	require.NoError(t, err)
	require.Equal(t, "frozen", out.State, "the regulator says no to a lift")
	require.NoError(t, unfreeze(z, "security", "organization", "bank_a", "lift_pending"))
	out, err = z.Service.Unfreeze(t.Context(), r, wanted)
	require.NoError(t, err)
	require.Equal(t, "lifted", out.State)
	log := z.Check(t)
	require.Equal(t, 3, enclavetest.Count(log, audit.ActionFreezeSet, "frozen"), "the operator's, the regulator's, and the regulator's no")
}

// A sanction in which the regulator took part is the regulator's, whoever proposed it, and so is one that the regulator takes over.
func TestBJ_OPS_18a_TheRegulatorsPartInASanctionStays(t *testing.T) {
	z := enclavetest.New(t)
	r := z.Regulator(t)
	listing := api.SanctionRequest{Kind: "blacklist", Organization: "bank_a"}
	byRegulator := func(in api.SanctionRequest) api.Sanction {
		out, err := z.Service.Sanction(t.Context(), r, withReason(in))
		require.NoError(t, err)
		return out
	}
	undo := func(id, word, first, second string) (api.Sanction, error) {
		out := carry(t, z, id, word, first)
		require.NotNil(t, out.Pending)
		return z.Service.ActOnSanction(t.Context(), enclavetest.As(second), id, api.SanctionAct{Act: word, Reason: "x"})
	}
	for name, start := range map[string]func() api.Sanction{
		"confirmed by the regulator": func() api.Sanction {
			impose(t, z, listing, "admin")
			return byRegulator(listing)
		},
		"proposed anew by the regulator": func() api.Sanction {
			impose(t, z, listing, "admin")
			z.Clock.Advance(25 * time.Hour)
			byRegulator(listing)
			return impose(t, z, listing, "security")
		},
		"taken over by the regulator": func() api.Sanction {
			listed := impose(t, z, listing, "admin", "security")
			carry(t, z, listed.ID, "lift", "admin")
			out := byRegulator(listing)
			require.Equal(t, listed.ID, out.ID)
			require.Nil(t, out.Pending, "what was asked before falls")
			require.Equal(t, api.SanctionStep{Act: "blacklist", By: "watch", Reason: "as decided", Time: out.Steps[len(out.Steps)-1].Time}, out.Steps[len(out.Steps)-1])
			require.Len(t, byRegulator(listing).Steps, len(out.Steps), "said twice")
			return out
		},
	} {
		listed := start()
		require.Equal(t, "listed", listed.State, name)
		_, err := undo(listed.ID, "lift", "admin", "security")
		require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), name)
		out, err := z.Service.ActOnSanction(t.Context(), r, listed.ID, api.SanctionAct{Act: "lift", Reason: "x"})
		require.NoError(t, err)
		require.Equal(t, "lifted", out.State, name)
	}

	closing := api.SanctionRequest{Kind: "closure", Organization: "bank_a", Dataset: "clients", Deadline: z.Clock.Now().Add(time.Hour).Unix()}
	closed := impose(t, z, closing, "steward")
	z.Clock.Advance(2 * time.Hour)
	closing.Deadline = z.Clock.Now().Add(48 * time.Hour).Unix()
	out := byRegulator(closing)
	require.Equal(t, []any{closed.ID, closing.Deadline, false}, []any{out.ID, out.Deadline, out.Overdue}, "the regulator's deadline holds")
	_, err := undo(closed.ID, "reinstate", "provider", "steward")
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err))
	out, err = z.Service.ActOnSanction(t.Context(), r, closed.ID, api.SanctionAct{Act: "reinstate", Reason: "x"})
	require.NoError(t, err)
	require.Equal(t, "reinstated", out.State)

	closed = impose(t, z, closing, "steward")
	z.Clock.Advance(72 * time.Hour)
	carry(t, z, closed.ID, "end", "steward")
	_, err = z.Service.ActOnSanction(context.Background(), r, closed.ID, api.SanctionAct{Act: "end", Reason: "x"})
	require.NoError(t, err)
	_, err = undo(closed.ID, "reinstate", "provider", "admin")
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "ended by the regulator")
	z.Check(t)
}
