package enclave_test

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// BJ-OPS-18a: the regulator instructs; the operator acknowledges, and executes by entries of the log that prove it; the regulator returns it
// or confirms it. What proves nothing executes nothing.
func TestBJ_OPS_18a_AnInstructionIsExecutedWithProof(t *testing.T) {
	z := enclavetest.New(t)
	r, ctx := z.Regulator(t), t.Context()
	do := func(p enclave.Principal, id, word string, entries ...int64) (api.Instruction, error) {
		return z.Service.ActOnInstruction(ctx, p, id, api.InstructionAct{Act: word, Entries: entries, Note: "noted"})
	}
	last := func() int64 {
		v, err := z.Service.AuditEntries(ctx, enclavetest.As("auditor"), 0, 1)
		require.NoError(t, err)
		return v.Size - 1
	}
	steward, admin := enclavetest.As("steward"), enclavetest.As("admin")

	require.NoError(t, freeze(z, "auditor", "organization", "bank_a"))
	early := last()
	wanted := api.InstructionRequest{Document: "JX-14", Demand: "suspend_organization", Organization: "bank_a", Text: "pending the inquiry", Days: 3}
	_, err := z.Service.Instruct(ctx, r, wanted)
	require.Equal(t, enclave.KindConflict, enclavetest.Kind(err), "it is in force already: nothing later could prove it")
	require.NoError(t, unfreeze(z, "admin", "organization", "bank_a", "lift_pending"))
	require.NoError(t, unfreeze(z, "security", "organization", "bank_a", "lifted"))
	for _, in := range []api.InstructionRequest{{Document: " ", Demand: "report", Text: "x"}, {Document: "1", Demand: "please", Text: "x"}, {Document: "1", Demand: "report"},
		{Document: "1", Demand: "suspend_organization", Text: "x"}, {Document: "1", Demand: "stop_egress", Dataset: "clients", Text: "x"}} {
		_, err := z.Service.Instruct(ctx, r, in)
		require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "%+v", in)
	}
	_, err = z.Service.Instruct(ctx, r, api.InstructionRequest{Document: "1", Demand: "suspend_dataset", Dataset: "nothing", Text: "x"})
	require.Equal(t, enclave.KindNotFound, enclavetest.Kind(err))
	_, err = z.Service.Instruct(ctx, r, api.InstructionRequest{Document: "1", Demand: "suspend_organization", Organization: "operator", Text: "x"})
	require.Equal(t, enclave.KindConflict, enclavetest.Kind(err), "nobody could carry it out")
	_, err = z.Service.Instruct(ctx, admin, wanted)
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "the operator does not instruct itself")

	v, err := z.Service.Instruct(ctx, r, wanted)
	require.NoError(t, err)
	require.Equal(t, "issued", v.State)
	_, err = do(admin, v.ID, "execute", v.Entry)
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "it is acknowledged first")
	_, err = do(steward, v.ID, "acknowledge")
	require.NoError(t, err)
	require.NoError(t, freeze(z, "auditor", "organization", "bank_b"))
	other := last()
	_, err = z.Service.Freeze(ctx, admin, api.FreezeRequest{Kind: "organization", Name: "bank_a", Reason: "exercise", Drill: true})
	require.NoError(t, err)
	drill := last()
	for _, entries := range [][]int64{nil, {early}, {other}, {drill}, {v.Entry}, {1 << 40}, {-1}} {
		_, err = do(admin, v.ID, "execute", entries...)
		require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "%v proves nothing", entries)
	}
	z.Clock.Advance(time.Hour)
	require.NoError(t, freeze(z, "security", "organization", "bank_a"))
	proof := last()
	for _, entries := range [][]int64{{early, proof}, {other, proof}} {
		_, err = do(admin, v.ID, "execute", entries...)
		require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "each entry that is named must prove it")
	}
	own := steward
	own.Organization = r.Organization
	_, err = do(own, v.ID, "execute", proof)
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "who issued it does not execute it")
	done, err := do(admin, v.ID, "execute") // the newest that proves it
	require.NoError(t, err)
	require.Equal(t, "executed", done.State)
	require.Equal(t, []int64{proof}, done.Steps[len(done.Steps)-1].Entries)
	require.Equal(t, time.Hour.Milliseconds(), done.Elapsed)

	_, err = do(admin, v.ID, "confirm")
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err))
	require.NoError(t, unfreeze(z, "admin", "organization", "bank_a", "lift_pending"))
	require.NoError(t, unfreeze(z, "security", "organization", "bank_a", "lifted"))
	_, err = do(r, v.ID, "confirm")
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "it was undone meanwhile")
	_, err = do(r, v.ID, "return")
	require.NoError(t, err)
	_, err = do(admin, v.ID, "execute", proof)
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "it was undone meanwhile")
	require.NoError(t, freeze(z, "security", "organization", "bank_a"))
	_, err = do(admin, v.ID, "execute", last())
	require.NoError(t, err)
	stranger := r
	stranger.Organization = "another"
	_, err = do(stranger, v.ID, "confirm")
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "another authority")
	confirmed, err := do(r, v.ID, "confirm")
	require.NoError(t, err)
	require.Equal(t, "confirmed", confirmed.State)
	require.False(t, confirmed.Overdue)
	for _, word := range []string{"acknowledge", "execute", "return", "confirm", "issue"} {
		for _, p := range []enclave.Principal{r, admin} {
			_, err = do(p, v.ID, word)
			require.Error(t, err, word)
		}
	}
	all, err := z.Service.Instructions(ctx, r)
	require.NoError(t, err)
	require.Len(t, all.Items, 1)
	require.Len(t, all.Items[0].Steps, 6)
	z.Restart(t)
	log := z.Check(t)
	require.Equal(t, 2, enclavetest.Count(log, audit.ActionInstructionStep, "executed"))
}

// A seal executes the suspension of a dataset as long as it is on it; a dataset that is gone is suspended no more.
func TestBJ_OPS_18a_ASealIsAProof(t *testing.T) {
	z := enclavetest.New(t)
	r, ctx, admin := z.Regulator(t), t.Context(), enclavetest.As("admin")
	v, err := z.Service.Instruct(ctx, r, api.InstructionRequest{Document: "1", Demand: "suspend_dataset", Dataset: "clients", Text: "x", Days: 1})
	require.NoError(t, err)
	act := func(p enclave.Principal, word string) error {
		_, err := z.Service.ActOnInstruction(ctx, p, v.ID, api.InstructionAct{Act: word})
		return err
	}
	require.NoError(t, act(admin, "acknowledge"))
	require.NoError(t, seal(z, "security", "cases"))
	require.Error(t, act(admin, "execute"))
	require.NoError(t, seal(z, "security", "clients"))
	require.NoError(t, act(admin, "execute"))
	require.NoError(t, unseal(z, "provider", "clients", "unseal_pending"))
	require.NoError(t, unseal(z, "security", "clients", "unsealed"))
	require.Error(t, act(r, "confirm"), "it was taken off")
	require.NoError(t, seal(z, "security", "clients"))
	require.NoError(t, act(r, "confirm"))
	z.Check(t)
}

// BJ-OPS-18a: what is not executed in its term is overdue, is found so once by the clock, and stays marked; a return gives the term anew.
func TestBJ_OPS_18a_AnInstructionFallsOverdue(t *testing.T) {
	z := enclavetest.New(t)
	r, ctx, admin := z.Regulator(t), t.Context(), enclavetest.As("admin")
	z.Clock.Advance(time.Date(2026, 9, 30, 10, 0, 0, 0, time.UTC).Sub(z.Clock.Now()))
	soon, err := z.Service.Instruct(ctx, r, api.InstructionRequest{Document: "1", Demand: "report", Text: "who was given what"})
	require.NoError(t, err)
	require.Equal(t, "2026-09-30", soon.Due, "at once: by the end of the day")
	later, err := z.Service.Instruct(ctx, r, api.InstructionRequest{Document: "2", Demand: "stop_runs", Text: "x", Days: 2})
	require.NoError(t, err)
	require.Equal(t, "2026-10-09", later.Due, "the first week of October is no work")
	overdue := func() map[string]bool {
		all, err := z.Service.Instructions(ctx, admin)
		require.NoError(t, err)
		out := map[string]bool{}
		for _, v := range all.Items {
			out[v.Document] = v.Overdue
		}
		return out
	}
	require.NoError(t, z.Service.Lapse(ctx))
	require.Equal(t, map[string]bool{"1": false, "2": false}, overdue())
	z.Clock.Advance(6 * time.Hour) // midnight has passed in +08:00
	require.Equal(t, map[string]bool{"1": true, "2": false}, overdue(), "as soon as the clock says so")
	require.NoError(t, z.Service.Lapse(ctx))
	require.NoError(t, z.Service.Lapse(ctx))
	require.Equal(t, 1, enclavetest.Count(z.Check(t), audit.ActionInstructionOverdue, "overdue"))

	act := func(p enclave.Principal, id, word string) api.Instruction {
		v, err := z.Service.ActOnInstruction(ctx, p, id, api.InstructionAct{Act: word, Note: "x"})
		require.NoError(t, err)
		return v
	}
	act(admin, soon.ID, "acknowledge")
	_, err = z.Service.AuditExport(ctx, enclavetest.As("auditor"), io.Discard)
	require.NoError(t, err)
	require.True(t, act(admin, soon.ID, "execute").Overdue, "it stays marked")
	require.True(t, act(r, soon.ID, "confirm").Overdue)

	z.Clock.Advance(240 * time.Hour)
	act(admin, later.ID, "acknowledge") // finds it overdue, before any clock did
	require.NoError(t, freeze(z, "admin", "runs", ""))
	act(admin, later.ID, "execute")
	returned := act(r, later.ID, "return")
	require.Equal(t, "2026-10-13", returned.Due, "the term begins anew")
	require.NoError(t, z.Service.Lapse(ctx))
	require.Equal(t, 2, enclavetest.Count(z.Check(t), audit.ActionInstructionOverdue, "overdue"))
	z.Clock.Advance(96 * time.Hour)
	require.NoError(t, z.Service.Lapse(ctx))
	require.Equal(t, 3, enclavetest.Count(z.Check(t), audit.ActionInstructionOverdue, "overdue"), "once for each term")
}
