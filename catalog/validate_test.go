package catalog_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
)

// swap returns the loans declaration with one text replaced; a text that is not there is a fault of the test.
func swap(t *testing.T, document, from, to string) string {
	t.Helper()
	require.Contains(t, document, from)
	return strings.Replace(document, from, to, 1)
}

func TestValidateDataset(t *testing.T) {
	for _, c := range []struct{ name, from, to, field, en string }{
		{"version", "yumen/v1", "yumen/v2", "apiVersion", "write apiVersion"},
		{"resource name", "{name: loans}", "{name: Loans}", "metadata.name", "lower-case"},
		{"reserved dataset", "{name: loans}", "{name: cells}", "metadata.name", "reserved"},
		{"one language", "{zh: 贷款, en: Loans}", "{zh: 贷款}", "spec.title.en", "in zh and en"},
		{"title of two lines", "en: Loans", `en: "a\nb"`, "spec.title.en", "one line"},
		{"sharing", "provider: bank", "sharing: some", "spec.sharing", "unconditional, conditional or none"},
		{"market", "provider: bank", "market: open", "spec.market", "ordinary, authorised or sealed"},
		{"frequency", "provider: bank", "frequency: often", "spec.frequency", "one of"},
		{"retention", "provider: bank", "retention: P", "spec.retention", "P3Y"},
		{"provider", "provider: bank", "provider: Bank A", "spec.provider", "lower-case"},
		{"public with entities", "provider: bank", "public: true", "spec.public", "no entities"},
		{"type", "type: DATE", "type: TIMESTAMP", "spec.columns[2].type", "DECIMAL(p,s)"},
		{"precision", "DECIMAL(12,2)", "DECIMAL(40,2)", "spec.columns[4].type", "at most 38"},
		{"grade 0", "grade: 4", "grade: 0", "spec.columns[4].grade", "missing"},
		{"grade 5", "grade: 4", "grade: 5", "spec.columns[4].grade", "missing"},
		{"no role", "roles: [measure, dimension]", "roles: []", "spec.columns[4].roles", "at least one role"},
		{"unknown role", "roles: [measure, dimension]", "roles: [measure, filter]", "spec.columns[4].roles[1]", "entity_key, identifier"},
		{"role twice", "roles: [measure, dimension]", "roles: [measure, measure]", "spec.columns[4].roles[1]", "twice"},
		{"key as dimension", "roles: [entity_key], identifier", "roles: [entity_key, dimension], identifier", "spec.columns[0].roles", "never meet a query"},
		{"identifier without kind", "grade: 3, roles: [entity_key]}", "grade: 3, roles: [entity_key, identifier]}", "spec.columns[1].identifier", "names its kind"},
		{"unknown category", "identifier: resident_id", "identifier: resident_id, category: secret", "spec.columns[0].category", "biometric"},
		{"reason for nothing", "identifier: resident_id", "identifier: resident_id, grade_reason: none", "spec.columns[0].grade_reason", "remove grade_reason"},
		{"unknown kind", "identifier: resident_id", "identifier: ssn", "spec.columns[0].identifier", "unknown"},
		{"kind on a dimension", "grid: quarter", "identifier: record", "spec.columns[2].identifier", "needs the role"},
		{"key column missing", "key: [contract_no]", "key: [contract]", "spec.entities[1].key[0]", "no such column"},
		{"key without role", "key: [contract_no]", "key: [contract_no, issued]", "spec.entities[1].key[1]", "role entity_key"},
		{"key twice", "key: [contract_no]", "key: [contract_no, CONTRACT_NO]", "spec.entities[1].key", "twice"},
		{"same key", "key: [contract_no]", "key: [person_id]", "spec.entities[1].key", "same key"},
		{"no key", "key: [contract_no], unique: true", "unique: true", "spec.entities[1].key", "rows: true"},
		{"rows with key", "key: [contract_no], unique: true", "key: [contract_no], rows: true", "spec.entities[1]", "neither key nor unique"},
		{"entity type", "{type: person,", "{type: Person,", "spec.entities[0].type", "lower-case"},
		{"nullable unique key", "grade: 3, roles: [entity_key]}", "grade: 3, roles: [entity_key], nullable: true}", "spec.entities[1].key[0]", "never empty"},
		{"generaliser", "generalise: [year, quarter]", "generalise: [year, week]", "spec.columns[2].generalise[1]", "unknown"},
		{"generaliser for the type", "generalise: [year, quarter]", "generalise: [band(5)]", "spec.columns[2].generalise[0]", "does not fit"},
		{"generaliser twice", "generalise: [year, quarter]", "generalise: [year, year]", "spec.columns[2].generalise[1]", "twice"},
		{"generalised only", "bounds: [0, 1e6]", "bounds: [0, 1e6], generalised_only: true", "spec.columns[4].generalised_only", "at least one generaliser"},
		{"grid", `grid: "1-2-5"`, "grid: 1-3-10", "spec.columns[4].grid", "1-2-5"},
		{"grid for the type", "grid: quarter", `grid: "1-2-5"`, "spec.columns[2].grid", "quarter"},
		{"measure without bounds", "bounds: [0, 1e6], ", "", "spec.columns[4].bounds", "declares its bounds"},
		{"one bound", "bounds: [0, 1e6]", "bounds: [0]", "spec.columns[4].bounds", "two numbers"},
		{"bounds in disorder", "bounds: [0, 1e6]", "bounds: [1, 0]", "spec.columns[4].bounds", "above the high"},
		{"bounds too fine", "bounds: [0, 1e6]", "bounds: [0.001, 1]", "spec.columns[4].bounds", "do not fit"},
		{"bounds too wide", "bounds: [0, 1e6]", "bounds: [0, 1e10]", "spec.columns[4].bounds", "do not fit"},
		{"bounds of a date", "grid: quarter", "bounds: [0, 1]", "spec.columns[2].bounds", "days such as 2024-12-31"},
		{"days in disorder", "grid: quarter", "bounds: [2024-12-31, 2024-12-30]", "spec.columns[2].bounds", "above the high"},
		{"days of a number", "bounds: [0, 1e6]", "bounds: [2024-01-01, 2024-12-31]", "spec.columns[4].bounds", "do not fit"},
		{"domain outside days", "grid: quarter", "bounds: [2024-01-01, 2024-12-31], domain: [2023-12-31]", "spec.columns[2].domain[0]", "outside the bounds"},
		{"values of a number", "grid: quarter", "grid: quarter, max_values: 5", "spec.columns[2].max_values", "a text that is a dimension"},
		{"values of a domain", "domain: [0, 1, 2]", "max_values: 5, domain: [0, 1, 2]", "spec.columns[3].max_values", "without a domain"},
		{"overflow", `"DECIMAL(12,2)", grade: 4, roles: [measure, dimension], bounds: [0, 1e6]`,
			`"DECIMAL(38,2)", grade: 4, roles: [measure], bounds: [0, 1e30]`, "spec.columns[4].bounds", "overflow"},
		{"measure of text", `type: "DECIMAL(12,2)"`, "type: VARCHAR", "spec.columns[4].type", "numeric"},
		{"domain value", "domain: [0, 1, 2]", "domain: [0, 1, two]", "spec.columns[3].domain[2]", "does not fit"},
		{"domain twice", "domain: [0, 1, 2]", "domain: [0, 1, 2, 1.0]", "spec.columns[3].domain[3]", "twice"},
		{"domain outside bounds", "domain: [0, 1, 2]", "bounds: [0, 1], domain: [0, 1, 2]", "spec.columns[3].domain[2]", "outside the bounds"},
		{"sensitive value unknown", "sensitive_values: [2]", "sensitive_values: [3]", "spec.columns[3].sensitive_values[0]", "not in the domain"},
		{"sensitive value alone", "sensitive: true, ", "", "spec.columns[3].sensitive_values", "need sensitive"},
		{"sensitive key", "roles: [entity_key], identifier", "sensitive: true, roles: [entity_key], identifier", "spec.columns[0].sensitive", "never meet"},
		{"constant per", "grid: quarter", "constant_per: house", "spec.columns[2].constant_per", "declared entity type"},
		{"constant measure", "roles: [measure, dimension]", "constant_per: person, roles: [measure]", "spec.columns[4].constant_per", "for dimensions"},
		{"column name", "name: issued", `name: 'is"sued'`, "spec.columns[2].name", "letters, digits"},
		{"reserved column", "name: issued", "name: __ekey_0", "spec.columns[2].name", "reserved"},
		{"label column", "name: issued", "name: _Grade", "spec.columns[2].name", "reserved"},
		{"receipt column", "name: issued", "name: _receipt", "spec.columns[2].name", "reserved"},
		{"same name", "name: issued", "name: AMOUNT", "spec.columns[4].name", "another column"},
		{"group of nobody", "key: [person_id]}", "key: [person_id], group: [family]}", "spec.entities[0].group[0]", "no such column"},
		{"group without role", "key: [person_id]}", "key: [person_id], group: [issued]}", "spec.entities[0].group[0]", "role entity_key"},
		{"group of another type", "key: [person_id]}", "key: [person_id], group: [issued]}", "spec.entities[0].group[0]", "hashes never match"},
		{"group of two", "key: [person_id]}", "key: [person_id], group: [contract_no, issued]}", "spec.entities[0].group", "as many columns"},
		{"group of its own", "key: [person_id]}", "key: [person_id], group: [person_id]}", "spec.entities[0].group", "twice"},
		{"group of rows", "key: [contract_no], unique: true}", "rows: true, group: [contract_no]}", "spec.entities[1]", "nor group"},
		{"empty group", "key: [person_id]}", "key: [person_id], group: }", "spec.entities[0].group", "empty"},
		{"rows of a unique entity", "unique: true}", "unique: true, max_rows: 2}", "spec.entities[1].max_rows", "unique entity needs none"},
		{"rows below one", "key: [person_id]}", "key: [person_id], max_rows: -1}", "spec.entities[0].max_rows", "whole number"},
		{"rows of no group", "key: [person_id]}", "key: [person_id], group_max_rows: 3}", "spec.entities[0].group_max_rows", "that has one"},
		{"clip of a dimension", "grid: quarter", "clip: 3", "spec.columns[2].clip", "for measures"},
		{"clip of nothing", "bounds: [0, 1e6]", "bounds: [0, 1e6], clip: 0", "spec.columns[4].clip", "positive"},
		{"clip too fine", "bounds: [0, 1e6]", "bounds: [0, 1e6], clip: 0.001", "spec.columns[4].clip", "the type holds"},
		{"cardinality", "many_to_one", "many_to_many", "spec.joins[0].cardinality", "many_to_one or one_to_one"},
		{"one to one from many", "many_to_one", "one_to_one", "spec.joins[0].cardinality", "unique entity"},
		{"join column", "joins: [{columns: [person_id]", "joins: [{columns: [nobody]", "spec.joins[0].columns[0]", "no such column"},
		{"join on a measure", "joins: [{columns: [person_id]", "joins: [{columns: [contract_no, issued]", "spec.joins[0].columns", "same number"},
		{"join on part of a key", "{columns: [person_id], to: {dataset: persons, columns: [person_id]}",
			"{columns: [person_id, contract_no], to: {dataset: persons, columns: [a, b]}", "spec.joins[0].columns[0]", "full key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := problems(t, swap(t, loans, c.from, c.to))
			fields := map[string]string{}
			for _, one := range p {
				fields[one.Field] += one.Message.En
				require.Positive(t, one.Line, "every problem has a line")
				require.NotEmpty(t, one.Message.Zh)
			}
			require.Contains(t, fields, c.field)
			require.Contains(t, fields[c.field], c.en)
		})
	}
}

func TestValidateAccepts(t *testing.T) {
	for name, change := range map[string][2]string{
		"names of real tables": {"name: issued", "name: default.payment-next month"},
		"chinese names":        {"name: issued", "name: 发放日期"},
		"period":               {"provider: bank", "retention: P1Y6M"},
		"rows as entities":     {"{type: contract, key: [contract_no], unique: true}", "{type: contract, rows: true}\n  - {type: x, key: [contract_no]}"},
		"not nullable":         {"grid: quarter", "grid: quarter, nullable: false"},
	} {
		t.Run(name, func(t *testing.T) { decode(t, swap(t, loans, change[0], change[1])) })
	}
}

func TestValidateSizes(t *testing.T) {
	var b strings.Builder
	for i := range 501 {
		fmt.Fprintf(&b, "\n  - {name: c%d, type: DATE, grade: 1, roles: [dimension]}", i)
	}
	require.Contains(t, problems(t, swap(t, loans, "  columns:", "  columns:"+b.String())).Error(), "1 to 500 columns")
	b.Reset()
	for i := range 11 {
		fmt.Fprintf(&b, "\n  - {type: e%d, key: [person_id, k%d]}", i, i)
	}
	require.Contains(t, problems(t, swap(t, loans, "  entities:", "  entities:"+b.String())).Error(), "at most 10 entities")
	require.Contains(t, problems(t, "apiVersion: yumen/v1\nkind: Dataset\nmetadata: {name: d}\nspec: {title: {zh: 表, en: T}, columns: []}").Error(), "1 to 500")
	nobody := "apiVersion: yumen/v1\nkind: Dataset\nmetadata: {name: d}\nspec: {title: {zh: 表, en: T}, columns: [{name: a, type: DATE, grade: 1, roles: [dimension]}]}"
	require.Contains(t, problems(t, nobody).Error(), "public: true")
	decode(t, swap(t, nobody, "title:", "public: true, title:"))
}

// A declared value must never come back in a problem: only names and paths do.
func TestProblemsCarryNoValues(t *testing.T) {
	text := swap(t, swap(t, loans, "domain: [0, 1, 2]", "domain: [0, 1, 2, 8675309, x8675309]"), "bounds: [0, 1e6]", "bounds: [8675309, 1]")
	require.NotContains(t, problems(t, text).Error(), "8675309")
	require.NotContains(t, problems(t, swap(t, bank, "admitted: true", `"x 8675309": 1`)).Error(), "8675309")
	require.NotContains(t, problems(t, swap(t, bank, "admitted: true", "admitted: x8675309")).Error(), "8675309")
}

func TestValidateOrganizationAndAccount(t *testing.T) {
	for _, c := range []struct{ document, from, to, field string }{
		{bank, "institution", "bank", "spec.type"},
		{bank, "legalGroup: group_a, ", "", "spec.legalGroup"},
		{bank, "legalGroup: group_a", "legalGroup: Group A", "spec.legalGroup"},
		{analyst, "organization: bank, ", "", "spec.organization"},
		{analyst, "person: a-0007", "person: 11010519491231002X", "spec.person"},
		{analyst, "role: analyst", "role: root", "spec.role"},
		{analyst, "{zh: 分析员, en: Analyst}", "{zh: 分析员, en: ' '}", "spec.title.en"},
	} {
		p := problems(t, swap(t, c.document, c.from, c.to))
		require.Equal(t, c.field, p[0].Field)
	}
	operator := decode(t, strings.NewReplacer("institution", "operator", "legalGroup: group_a, ", "").Replace(bank))[0]
	require.Equal(t, "bank", operator.Body.(*catalog.Organization).Group())
}

const persons = `
apiVersion: yumen/v1
kind: Dataset
metadata: {name: persons}
spec:
  title: {zh: 人口, en: Persons}
  entities: [{type: person, key: [person_id], unique: true}]
  columns:
  - {name: person_id, type: VARCHAR, grade: 3, roles: [entity_key]}
  - {name: district, type: VARCHAR, grade: 2, roles: [dimension]}
`

// Firms are of groups everywhere or nowhere.
func TestGroupsAreEverywhere(t *testing.T) {
	const firm = `
apiVersion: yumen/v1
kind: Dataset
metadata: {name: %s}
spec:
  title: {zh: 表, en: T}
  entities: [{type: enterprise, key: [uscc]%s}]
  columns:
  - {name: uscc, type: VARCHAR, grade: 2, roles: [entity_key]}
  - {name: holding, type: VARCHAR, grade: 2, roles: [%s]}
`
	one := func(name string, group bool) *catalog.Dataset {
		args := []any{name, "", "dimension"}
		if group {
			args = []any{name, ", group: [holding]", "entity_key"}
		}
		return decode(t, fmt.Sprintf(firm, args...))[0].Body.(*catalog.Dataset)
	}
	require.NoError(t, catalog.CheckJoins([]*catalog.Dataset{one("a", true), one("b", true)}))
	require.NoError(t, catalog.CheckJoins([]*catalog.Dataset{one("a", false), one("b", false)}))
	err := catalog.CheckJoins([]*catalog.Dataset{one("a", true), one("b", false)})
	var p catalog.Problems
	require.ErrorAs(t, err, &p)
	require.Len(t, p, 1)
	require.Equal(t, "dataset b: spec.entities[0].group", p[0].Field)
	require.Contains(t, p[0].Message.En, "declare it here too")
	units := one("a", true).Spec
	require.Equal(t, []string{"enterprise", "enterprise:group"}, []string{units.Units()[0].Type, units.Units()[1].Type})
}

func TestCheckJoins(t *testing.T) {
	check := func(near, far string) error {
		var all []*catalog.Dataset
		for _, d := range decode(t, near+"---"+far) {
			all = append(all, d.Body.(*catalog.Dataset))
		}
		return catalog.CheckJoins(all)
	}
	require.NoError(t, check(loans, persons))
	for _, c := range []struct{ from, to, want string }{
		{"{name: persons}", "{name: people}", "no such dataset"},
		{", unique: true", "", "declared unique"},
		{"type: person,", "type: human,", "entity types"},
		{"person_id, type: VARCHAR", "person_id, type: BIGINT", "types of the two ends"},
	} {
		require.ErrorContains(t, check(loans, swap(t, persons, c.from, c.to)), c.want)
	}
	toDistrict := swap(t, loans, "columns: [person_id]}, card", "columns: [district]}, card")
	require.ErrorContains(t, check(toDistrict, persons), "unique")
	require.ErrorContains(t, check(swap(t, loans, "columns: [person_id]}, card", "columns: [nothing]}, card"), persons), "no such column")
	public := swap(t, swap(t, persons, "entities: [{type: person, key: [person_id], unique: true}]", "public: true"), "[entity_key]", "[dimension]")
	require.ErrorContains(t, check(loans, public), "a public table has none")
	var p catalog.Problems
	require.True(t, errors.As(check(loans, swap(t, persons, ", unique: true", "")), &p))
	require.Contains(t, p[0].Field, "dataset loans")
}

func TestCheckJoinsKeepsKeyOrder(t *testing.T) {
	two := `
apiVersion: yumen/v1
kind: Dataset
metadata: {name: %s}
spec:
  title: {zh: 表, en: T}
  entities: [{type: plot, key: [a, b], unique: true}]
  columns:
  - {name: a, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: b, type: BIGINT, grade: 2, roles: [entity_key]}
%s`
	join := "  joins: [{columns: [%s], to: {dataset: far, columns: [%s]}, cardinality: one_to_one}]\n"
	check := func(near, far string) error {
		docs := decode(t, fmt.Sprintf(two, "near", fmt.Sprintf(join, near, far))+"---"+fmt.Sprintf(two, "far", ""))
		return catalog.CheckJoins([]*catalog.Dataset{docs[0].Body.(*catalog.Dataset), docs[1].Body.(*catalog.Dataset)})
	}
	require.NoError(t, check("a, b", "a, b"))
	require.NoError(t, check("b, a", "b, a"))
	require.ErrorContains(t, check("a, b", "b, a"), "different order")
}

func TestMinimumGrades(t *testing.T) {
	for kind, want := range map[catalog.IdentifierKind]catalog.Grade{"resident_id": 3, "uscc": 1, "bank_card": 4, "person_name": 2, "ssn": 0} {
		require.Equal(t, want, kind.MinimumGrade(), kind)
		require.Equal(t, want != 0, kind.Valid())
	}
}

// A column has the least grade of its identifier and its category, or a reason for less.
func TestXM_16c_LeastGrades(t *testing.T) {
	require.Equal(t, []catalog.Category{"biometric", "health", "identity", "network_identity", "property"}, catalog.Categories())
	for _, c := range []struct {
		column catalog.Column
		least  catalog.Grade
		below  int
	}{
		{catalog.Column{Grade: 1}, 1, 0},
		{catalog.Column{Grade: 3, Category: catalog.CategoryBiometric}, 4, 1},
		{catalog.Column{Grade: 4, Category: catalog.CategoryBiometric}, 4, 0},
		{catalog.Column{Grade: 2, Category: catalog.CategoryProperty}, 3, 1},
		{catalog.Column{Grade: 2, Category: catalog.CategoryProperty, GradeReason: "in bands of a million"}, 3, 0},
		{catalog.Column{Grade: 3, Category: catalog.CategoryProperty, Identifier: "bank_card"}, 4, 1},
		{catalog.Column{Grade: 2, Identifier: "mobile"}, 3, 1},
	} {
		require.Equal(t, c.least, c.column.LeastGrade())
		require.Equal(t, c.below, (&catalog.DatasetSpec{Columns: []catalog.Column{{Grade: 1}, c.column}}).Below(), "%+v", c.column)
	}
}
