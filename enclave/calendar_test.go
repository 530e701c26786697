package enclave_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// XC-21a: a term that reaches into a year whose working days are not known is provisional. The administrator imports the year, and terms
// count by it, after a restart too.
func TestXC_21a_AnImportedYearCounts(t *testing.T) {
	z := enclavetest.New(t)
	r, ctx, admin := z.Regulator(t), t.Context(), enclavetest.As("admin")
	z.Clock.Advance(time.Date(2027, 2, 2, 2, 0, 0, 0, time.UTC).Sub(z.Clock.Now()))
	v, err := z.Service.Instruct(ctx, r, api.InstructionRequest{Document: "1", Demand: "report", Text: "x", Days: 4})
	require.NoError(t, err)
	require.Equal(t, "2027-02-08", v.Due, "Monday to Friday count")
	require.True(t, v.Provisional)

	apply := func(p enclave.Principal, docs string, dry bool) (api.ApplyOutcome, error) {
		out, err := z.Service.Apply(ctx, p, api.Apply{Documents: docs, DryRun: dry})
		if err != nil {
			return api.ApplyOutcome{}, err
		}
		return out.Results[0], nil
	}
	for _, p := range enclavetest.People[1:] {
		_, err := apply(p, enclavetest.Calendar2027, false)
		require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), p.Account)
	}
	for _, edit := range [][2]string{{`"2027-01-31", `, `"2027-02-03", `}, {`"2027-02-05"`, `"2026-02-05"`}, {`"2027-02-05"`, `"2027-02-31"`},
		{`"2027-02-05"`, `"2027-02-06"`}, {`"2027"`, `"1927"`}, {`"2027"`, `holidays`}, {"a paper of the test", `""`}, {`"2027-02-05"`, `"tomorrow"`}} {
		_, err := apply(admin, strings.Replace(enclavetest.Calendar2027, edit[0], edit[1], 1), false)
		require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err), "%v", edit)
	}
	due := func(day string, provisional bool) {
		t.Helper()
		got, err := z.Service.Instruction(ctx, admin, v.ID)
		require.NoError(t, err)
		require.Equal(t, []any{day, provisional}, []any{got.Due, got.Provisional})
	}
	_, err = apply(admin, enclavetest.Calendar2027, true)
	require.NoError(t, err)
	due("2027-02-08", true)
	out, err := apply(admin, enclavetest.Calendar2027, false)
	require.NoError(t, err)
	require.Equal(t, "created", out.Outcome)
	due("2027-02-14", false)
	out, err = apply(admin, enclavetest.Calendar2027, false)
	require.NoError(t, err)
	require.Equal(t, "unchanged", out.Outcome)
	out, err = apply(admin, strings.Replace(enclavetest.Calendar2027, `, "2027-02-14"`, "", 1), false)
	require.NoError(t, err)
	require.Equal(t, "changed", out.Outcome)
	z.Restart(t)
	due("2027-02-15", false)

	for _, p := range enclavetest.People {
		all, err := z.Service.Resources(ctx, p, "Calendar")
		require.NoError(t, err)
		names := map[string]string{}
		for _, c := range all.Items {
			names[c.Name] = c.State
		}
		require.Equal(t, map[string]string{"2025": "embedded", "2026": "embedded", "2027": "imported"}, names)
	}
	one, err := z.Service.Resource(ctx, admin, "Calendar", "2026")
	require.NoError(t, err)
	require.Contains(t, string(one.Spec), "2026-10-01")
	_, err = z.Service.Resource(ctx, admin, "Calendar", "2028")
	require.Equal(t, enclave.KindNotFound, enclavetest.Kind(err))
	require.Equal(t, enclave.KindConflict, enclavetest.Kind(z.Service.Delete(ctx, admin, "Calendar", "2027")))
	log := z.Check(t)
	require.Equal(t, 1, enclavetest.Count(log, audit.ActionCalendarApply, "created"))
	require.Equal(t, 1, enclavetest.Count(log, audit.ActionCalendarApply, "changed"))
}
