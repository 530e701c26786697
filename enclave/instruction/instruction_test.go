package instruction_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/audit"
	"yumen/enclave/instruction"
)

// Whatever is not in the table is refused, and what is in it leads where it says.
func TestBJ_OPS_18a_OnlyTheTableMoves(t *testing.T) {
	moves := 0
	for _, from := range append(instruction.States(), instruction.None) {
		for _, act := range instruction.Acts() {
			to, err := instruction.Next(from, act)
			if err != nil {
				require.ErrorIs(t, err, instruction.ErrNoTransition)
				continue
			}
			require.Contains(t, instruction.Transitions(), instruction.Transition{From: from, Act: act, To: to})
			require.NotEqual(t, instruction.Confirmed, from, "what is confirmed is done")
			require.Equal(t, act == instruction.Execute, to == instruction.Executed)
			moves++
		}
	}
	require.Len(t, instruction.Transitions(), moves)
	for _, s := range instruction.States() {
		require.Equal(t, s != instruction.Executed && s != instruction.Confirmed, s.Open(), s)
	}
}

// Each demand is proven by the entries of its own act upon its own object alone.
func TestBJ_OPS_18a_WhatProvesADemand(t *testing.T) {
	on := instruction.Object{Organization: "bank_a", Dataset: "clients"}
	freeze := func(kind, subject string) instruction.Entry {
		return instruction.Entry{Action: audit.ActionFreezeSet, Subject: subject, Outcome: "frozen", Facts: map[string]string{"kind": kind}}
	}
	sanction := func(kind, outcome, organization, dataset string) instruction.Entry {
		return instruction.Entry{Action: audit.ActionSanctionApply, Subject: "sanction_1", Outcome: outcome, Facts: map[string]string{"kind": kind, "organization": organization, "dataset": dataset}}
	}
	load := func(outcome, dataset string) instruction.Entry {
		return instruction.Entry{Action: audit.ActionSnapshotLoad, Subject: "snap_1", Outcome: outcome, Facts: map[string]string{"dataset": dataset}}
	}
	proof := map[instruction.Demand][]instruction.Entry{
		instruction.SuspendOrganization:   {freeze("organization", "bank_a"), sanction("termination", "terminated", "bank_a", "")},
		instruction.TerminateOrganization: {sanction("termination", "terminated", "bank_a", "")},
		instruction.SuspendDataset:        {freeze("dataset", "clients"), {Action: audit.ActionDatasetSeal, Subject: "clients", Outcome: "sealed"}},
		instruction.CloseDataset:          {sanction("closure", "closed", "bank_a", "clients"), sanction("closure", "ended", "bank_a", "clients")},
		instruction.CorrectDataset:        {load("loaded", "clients"), {Action: audit.ActionDatasetReview, Subject: "clients", Outcome: "approved"}},
		instruction.StopEgress:            {freeze("egress", "egress")},
		instruction.StopRuns:              {freeze("runs", "runs"), freeze("egress", "egress")},
		instruction.Report:                {{Action: audit.ActionAuditExport, Outcome: "exported"}},
	}
	require.Len(t, instruction.Demands(), len(proof))
	for _, d := range instruction.Demands() {
		require.NotEmpty(t, proof[d], d)
		for _, e := range proof[d] {
			proves, lasts := d.Proves(e, on)
			require.True(t, proves, "%s by %v", d, e)
			require.Equal(t, e.Action == audit.ActionFreezeSet || e.Action == audit.ActionSanctionApply || e.Action == audit.ActionDatasetSeal, lasts)
			denied := e
			denied.Outcome = "denied"
			drill := e
			drill.Facts = map[string]string{"mode": "drill"}
			for k, v := range e.Facts {
				drill.Facts[k] = v
			}
			for _, other := range []instruction.Entry{denied, drill, {}} {
				proves, _ = d.Proves(other, on)
				require.False(t, proves, "%s by %v", d, other)
			}
			if d == instruction.StopEgress || d == instruction.StopRuns || d == instruction.Report {
				continue
			}
			for _, elsewhere := range []instruction.Object{{}, {Organization: "bank_b", Dataset: "cases"}} {
				proves, _ = d.Proves(e, elsewhere)
				require.False(t, proves, "%s of something else by %v", d, e)
			}
		}
	}
	for _, e := range []instruction.Entry{freeze("dataset", "bank_a"), freeze("organization", "clients"), freeze("runs", "runs"), load("quarantined", "clients"),
		sanction("blacklist", "listed", "bank_a", ""), sanction("closure", "reinstated", "bank_a", "clients"), sanction("closure", "closed", "bank_a", "cases")} {
		for _, d := range []instruction.Demand{instruction.SuspendOrganization, instruction.SuspendDataset, instruction.CloseDataset, instruction.CorrectDataset, instruction.StopEgress, "other"} {
			proves, _ := d.Proves(e, on)
			require.False(t, proves, "%s by %v", d, e)
		}
	}
}
