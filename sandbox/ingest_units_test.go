package sandbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// branches are firms known by two columns, in groups named alike, several rows a firm.
func branches() catalog.DatasetSpec {
	key := []catalog.Role{catalog.RoleEntityKey}
	return catalog.DatasetSpec{
		Entities: []catalog.Entity{{Type: "enterprise", Key: []string{"country", "number"}, Group: []string{"holding_country", "holding_number"}}},
		Columns: []catalog.Column{
			{Name: "country", Type: "VARCHAR", Roles: key}, {Name: "number", Type: "BIGINT", Roles: key},
			{Name: "holding_country", Type: "VARCHAR", Roles: key}, {Name: "holding_number", Type: "BIGINT", Roles: key},
		},
	}
}

const branchesHead = "country,number,holding_country,holding_number\n"

func TestIngestGroups(t *testing.T) {
	r := sandboxtest.Runner(t)
	report, query, _, err := load(t, r, branches(), []byte(branchesHead+
		"cn,1,,\ncn,2,cn,1\ncn,2,cn,1\ncn,3,hk,\nhk,1,cn,1\n,4,cn,1\nhk,11,,\n"))
	require.NoError(t, err)
	require.Equal(t, []sandbox.EntityReport{{Type: "enterprise", Distinct: 5, MaxRows: 2, Nulls: 1}, {Type: "enterprise:group", Distinct: 3, MaxRows: 4, Nulls: 1}}, report.Entities)
	hash := func(parts ...string) string { return decimalKey(sandboxtest.Key("enterprise"), "enterprise", parts...) }
	require.ElementsMatch(t, [][]string{
		{hash("cn", "1"), hash("cn", "1")},
		{hash("cn", "2"), hash("cn", "1")},
		{hash("cn", "2"), hash("cn", "1")},
		{hash("cn", "3"), hash("cn", "3")}, // a part of the group is missing: its own
		{hash("hk", "1"), hash("cn", "1")},
		{"∅", "∅"},
		{hash("hk", "11"), hash("hk", "11")},
	}, ask(t, r, query, `SELECT __ekey_0, __ekey_1 FROM "d".main.data`))
}

func TestIngestQuarantinesGroups(t *testing.T) {
	r := sandboxtest.Runner(t)
	for name, c := range map[string]struct {
		csv  string
		want []sandbox.Fault
	}{
		"two groups":       {"cn,2,cn,1\ncn,2,cn,3\n", []sandbox.Fault{{Row: 2, Column: "holding_number", Rule: "constant"}}},
		"a group or none":  {"cn,2,cn,1\ncn,2,,1\n", []sandbox.Fault{{Row: 2, Column: "holding_country", Rule: "constant"}}},
		"a group in group": {"cn,2,cn,1\ncn,1,cn,9\ncn,5,,\n", []sandbox.Fault{{Row: 1, Column: "holding_country", Rule: "nested_group"}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, _, err := load(t, r, branches(), []byte(branchesHead+c.csv))
			var quarantined *sandbox.IngestRejected
			require.ErrorAs(t, err, &quarantined)
			require.Equal(t, c.want, quarantined.Faults)
		})
	}
}

// An entity, and a group, has no more rows than are declared: what noise is scaled by is true of every snapshot.
func TestIngestHoldsRowsToTheirNumber(t *testing.T) {
	r := sandboxtest.Runner(t)
	spec := branches()
	spec.Entities[0].MaxRows, spec.Entities[0].GroupMaxRows = 2, 3
	report, _, _, err := load(t, r, spec, []byte(branchesHead+"cn,1,,\ncn,1,,\ncn,2,cn,1\n,9,,\n,9,,\n,9,,\n,9,,\n"))
	require.NoError(t, err, "rows of nobody are not counted")
	require.Equal(t, []sandbox.EntityReport{{Type: "enterprise", Distinct: 2, MaxRows: 2, Nulls: 4}, {Type: "enterprise:group", Distinct: 1, MaxRows: 3, Nulls: 4}}, report.Entities)
	for name, c := range map[string]struct {
		csv  string
		want []sandbox.Fault
	}{
		"of an entity": {"cn,1,,\ncn,2,,\ncn,1,,\ncn,1,,\n", []sandbox.Fault{{Row: 4, Column: "country", Rule: "max_rows"}}},
		"of a group":   {"cn,1,,\ncn,2,cn,1\ncn,3,cn,1\ncn,4,cn,1\n", []sandbox.Fault{{Row: 4, Column: "holding_country", Rule: "max_rows"}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, _, err := load(t, r, spec, []byte(branchesHead+c.csv))
			var quarantined *sandbox.IngestRejected
			require.ErrorAs(t, err, &quarantined)
			require.Equal(t, c.want, quarantined.Faults)
		})
	}
}
