package enclave_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// A unit has one legal group, whatever it is called: under another it would have an empty ledger and a fresh budget.
func TestOneUnitHasOneLegalGroup(t *testing.T) {
	z := enclavetest.New(t)
	declare := func(name, group string) error {
		_, err := z.Service.Apply(t.Context(), enclavetest.As("admin"), api.Apply{Documents: "apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: " + name + "}\n" +
			"spec: {title: {zh: 丙银行, en: Bank C}, type: institution, legalGroup: " + group + ", admitted: true, uscc: 91350100M000100Y43}\n"})
		return err
	}
	require.NoError(t, declare("bank_c", "group_c"))
	refuses(t, enclave.KindConflict, declare("bank_d", "group_d"))
	require.NoError(t, declare("bank_d", "group_c"))
	z.Check(t)
}
