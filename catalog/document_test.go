package catalog_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
)

const loans = `
# comments and spelling do not count
apiVersion: yumen/v1
kind: Dataset
metadata: {name: loans}
spec:
  title: {zh: 贷款, en: Loans}
  provider: bank
  entities:
  - {type: person, key: [person_id]}
  - {type: contract, key: [contract_no], unique: true}
  columns:
  - {name: person_id, type: VARCHAR, grade: 3, roles: [entity_key], identifier: resident_id}
  - {name: contract_no, type: VARCHAR, grade: 3, roles: [entity_key]}
  - {name: issued, type: DATE, grade: 2, roles: [dimension], generalise: [year, quarter], grid: quarter}
  - {name: status, type: INTEGER, grade: 3, roles: [dimension], sensitive: true, sensitive_values: [2], domain: [0, 1, 2]}
  - {name: amount, type: "DECIMAL(12,2)", grade: 4, roles: [measure, dimension], bounds: [0, 1e6], grid: "1-2-5"}
  joins: [{columns: [person_id], to: {dataset: persons, columns: [person_id]}, cardinality: many_to_one}]
`

const bank = `
apiVersion: yumen/v1
kind: Organization
metadata: {name: bank}
spec: {title: {zh: 甲银行, en: Bank A}, type: institution, legalGroup: group_a, admitted: true}
`

const analyst = `
apiVersion: yumen/v1
kind: Account
metadata: {name: wang}
spec: {organization: bank, person: a-0007, role: analyst, title: {zh: 分析员, en: Analyst}}
`

func decode(t *testing.T, text string) []catalog.Document {
	t.Helper()
	docs, err := catalog.DecodeDocuments(strings.NewReader(text))
	require.NoError(t, err)
	return docs
}

func problems(t *testing.T, text string) catalog.Problems {
	t.Helper()
	_, err := catalog.DecodeDocuments(strings.NewReader(text))
	var p catalog.Problems
	require.True(t, errors.As(err, &p), "%v", err)
	require.NotEmpty(t, p)
	return p
}

func TestDecodeDocuments(t *testing.T) {
	docs := decode(t, loans+"---\n"+bank+"---\n---\n"+analyst)
	require.Len(t, docs, 3)
	require.Equal(t, []catalog.Kind{"Dataset", "Organization", "Account"}, []catalog.Kind{docs[0].Kind, docs[1].Kind, docs[2].Kind})
	require.Equal(t, "loans", docs[0].Name)
	spec := docs[0].Body.(*catalog.Dataset).Spec
	require.Equal(t, []catalog.Bound{"0.00", "1000000.00"}, spec.Column("AMOUNT").Bounds, "values are normalised")
	dated := decode(t, strings.Replace(loans, "grid: quarter", "grid: quarter, bounds: [2020-01-01, 2024-12-31]", 1))[0].Body.(*catalog.Dataset)
	require.Equal(t, []catalog.Bound{"2020-01-01", "2024-12-31"}, dated.Spec.Column("issued").Bounds)
	text, err := json.Marshal(dated.Spec)
	require.NoError(t, err)
	var again catalog.DatasetSpec
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, dated.Spec, again)
	require.Error(t, json.Unmarshal([]byte(`{"columns":[{"name":"a","bounds":["2020-02-30","2020-03-01"]}]}`), &again))
	require.Equal(t, catalog.Grade(4), spec.Grade())
	require.Equal(t, "group_a", docs[1].Body.(*catalog.Organization).Group())
	require.Equal(t, catalog.AccountAnalyst, docs[2].Body.(*catalog.Account).Spec.Role)
	empty, err := catalog.DecodeDocuments(strings.NewReader("# nothing\n"))
	require.NoError(t, err)
	require.Empty(t, empty)
}

func TestCanonicalFormIsTheMeaning(t *testing.T) {
	first := decode(t, loans)[0]
	same := decode(t, strings.NewReplacer("1e6", "1000000.0", "domain: [0, 1, 2]", `domain: ["0", "1", "2"]`,
		"# comments and spelling do not count", "", "{zh: 贷款, en: Loans}", "\n    en: Loans\n    zh: 贷款").Replace(loans))[0]
	other := decode(t, strings.Replace(loans, "grade: 4", "grade: 3", 1))[0]
	digest := func(d catalog.Document) catalog.Digest {
		got, err := d.Digest()
		require.NoError(t, err)
		require.NoError(t, got.Validate())
		return got
	}
	require.Equal(t, digest(first), digest(same))
	require.NotEqual(t, digest(first), digest(other))
	for _, d := range decode(t, loans+"---\n"+bank+"---\n"+analyst) {
		text, err := d.Canonical()
		require.NoError(t, err)
		back, err := catalog.DecodeCanonical(text)
		require.NoError(t, err)
		require.Equal(t, d.Body, back.Body)
		again, err := back.Canonical()
		require.NoError(t, err)
		require.Equal(t, text, again)
	}
}

func TestDecodeCanonicalIsStrict(t *testing.T) {
	text, err := decode(t, bank)[0].Canonical()
	require.NoError(t, err)
	for name, bad := range map[string]string{
		"unknown field": strings.Replace(string(text), `"spec":{`, `"spec":{"extra":1,`, 1),
		"unknown kind":  strings.Replace(string(text), "Organization", "Tenant", 1),
		"not valid":     strings.Replace(string(text), "institution", "bank", 1),
		"trailing":      string(text) + "{}",
		"not JSON":      "kind: Organization",
	} {
		_, err := catalog.DecodeCanonical([]byte(bad))
		require.Error(t, err, name)
	}
}

func TestDecodeRefusesForm(t *testing.T) {
	for name, c := range map[string]struct {
		text, field, en string
		line            int
	}{
		"unknown kind":       {strings.Replace(bank, "Organization", "Tenant", 1), "kind", "kind is missing or unknown", 2},
		"no kind":            {"a: 1\n", "kind", "kind is missing or unknown", 1},
		"unknown field":      {strings.Replace(bank, "legalGroup", "legalgroup", 1), "spec", "did you mean legalGroup?", 5},
		"far from any":       {strings.Replace(bank, "legalGroup", "colour", 1), "spec", "unknown field colour: remove it", 5},
		"duplicate field":    {strings.Replace(bank, "admitted: true", "type: operator", 1), "spec.type", "given twice", 5},
		"duplicate document": {bank + "---" + bank, "metadata.name", "declared twice", 7},
		"empty value":        {strings.Replace(bank, "admitted: true", "admitted: ", 1), "spec.admitted", "empty", 5},
		"quoted boolean":     {strings.Replace(bank, "admitted: true", `admitted: "true"`, 1), "spec.admitted", "true or false", 5},
		"merge key":          {strings.Replace(bank, "admitted: true", "<<: {admitted: true}", 1), "spec", "merge keys", 5},
		"scalar for mapping": {strings.Replace(bank, "{zh: 甲银行, en: Bank A}", "Bank A", 1), "spec.title", "fields are expected", 5},
		"grade as text":      {strings.Replace(loans, "grade: 4", `grade: "4"`, 1), "spec.columns[4].grade", "whole number", 17},
		"grade too large":    {strings.Replace(loans, "grade: 4", "grade: 300", 1), "spec.columns[4].grade", "whole number", 17},
		"negative grade":     {strings.Replace(loans, "grade: 4", "grade: -1", 1), "spec.columns[4].grade", "whole number", 17},
		"not a number":       {strings.Replace(loans, "1e6", "0x10", 1), "spec.columns[4].bounds[1]", "decimal number", 17},
		"list for value":     {strings.Replace(loans, "domain: [0, 1, 2]", "domain: [[0]]", 1), "spec.columns[3].domain[0]", "single value", 16},
		"null in domain":     {strings.Replace(loans, "domain: [0, 1, 2]", "domain: [0, 2, ~]", 1), "spec.columns[3].domain[2]", "empty", 16},
		"value for list":     {strings.Replace(loans, "roles: [measure, dimension]", "roles: measure", 1), "spec.columns[4].roles", "list", 17},
		"binary":             {strings.Replace(bank, "en: Bank A", "en: !!binary QQ==", 1), "spec.title.en", "text", 5},
		"tabs":               {"kind: Organization\n\tname: x\n", "", "not valid YAML", 2},
		"not utf-8":          {"a: \xff\n", "", "UTF-8", 0},
		"too large":          {strings.Repeat("#", catalog.MaxDocumentBytes+1), "", "1 MiB", 0},
		"too many":           {strings.Repeat("---\na: 1\n", 300), "", "more than 200", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := problems(t, c.text)[0]
			require.Equal(t, c.field, p.Field)
			require.Contains(t, p.Message.En, c.en)
			require.NotEmpty(t, p.Message.Zh)
			if c.line > 0 {
				require.Equal(t, c.line, p.Line)
			}
		})
	}
}

func TestAliasesAreBounded(t *testing.T) {
	decode(t, strings.Replace(loans, "sensitive_values: [2], domain: [0, 1, 2]", "sensitive_values: [&v 2], domain: [0, 1, *v]", 1))
	var b strings.Builder
	b.WriteString("kind: Dataset\nspec:\n  joins:\n  - &j {columns: [a], to: {dataset: d, columns: [a]}, cardinality: many_to_one}\n")
	for range 200 {
		b.WriteString("  - *j\n")
	}
	require.Contains(t, problems(t, b.String()).Error(), "too many aliases")
	b.Reset()
	b.WriteString("kind: Dataset\nspec:\n  columns:\n  - name: &l [" + strings.Repeat("x,", 5000) + "x]\n")
	for range 60 {
		b.WriteString("  - {domain: *l}\n")
	}
	require.Contains(t, problems(t, b.String()).Error(), "expands to too much")
	require.NotEmpty(t, problems(t, "kind: Dataset\nspec: &s\n  columns: *s\n"), "an anchor inside itself")
}

func TestProblemsNameTheirPlace(t *testing.T) {
	text := bank + "---\n" + strings.NewReplacer("grade: 4, ", "", "legalGroup", "legalGroup").Replace(loans)
	p := problems(t, text)
	require.Len(t, p, 1)
	require.Equal(t, 2, p[0].Document)
	require.Equal(t, "spec.columns[4].grade", p[0].Field)
	require.Equal(t, 23, p[0].Line)
	require.Equal(t, "line 23: spec.columns[4].grade: the grade is missing: give 1 to 4", p.Error())
	var many catalog.Problems
	for range 30 {
		many = append(many, p[0])
	}
	require.Contains(t, many.Error(), "and 10 more")
}

func TestVersions(t *testing.T) {
	a, b := catalog.DigestOf([]byte("a")), catalog.DigestOf([]byte("b"))
	history := []catalog.Version{catalog.FirstVersion(a)}
	for _, d := range []catalog.Digest{b, a, b} {
		history = append(history, history[len(history)-1].Next(d))
	}
	require.NoError(t, catalog.CheckVersions(history))
	require.Equal(t, 4, history[3].Number)
	for i := range history {
		for name, change := range map[string]func(v *catalog.Version){
			"number":   func(v *catalog.Version) { v.Number++ },
			"digest":   func(v *catalog.Version) { v.Digest = catalog.DigestOf([]byte("c")) },
			"previous": func(v *catalog.Version) { v.Previous = catalog.DigestOf([]byte("c")) },
		} {
			if i == len(history)-1 && name == "digest" {
				continue // the newest link is covered by whoever names it: the audit log
			}
			broken := append([]catalog.Version(nil), history...)
			change(&broken[i])
			require.ErrorIs(t, catalog.CheckVersions(broken), catalog.ErrVersionChain, "%d %s", i, name)
		}
	}
	require.ErrorIs(t, catalog.CheckVersions(history[1:]), catalog.ErrVersionChain, "a missing beginning")
}

func FuzzDecodeDocuments(f *testing.F) {
	for _, s := range []string{loans, bank, analyst, "kind: Dataset\nspec: &s\n  columns: *s\n", "a: [", "---\n---\n", fmt.Sprintf("%s---%s", bank, analyst)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		docs, err := catalog.DecodeDocuments(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, d := range docs {
			canonical, err := d.Canonical()
			require.NoError(t, err)
			back, err := catalog.DecodeCanonical(canonical)
			require.NoError(t, err)
			require.Equal(t, d.Body, back.Body)
		}
	})
}

// The declarations of the adversarial corpus are documents like any other.
func TestCorpusDeclarations(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "testdata", "corpus", "catalog.yaml"))
	require.NoError(t, err)
	var all []*catalog.Dataset
	for _, d := range decode(t, string(text)) {
		all = append(all, d.Body.(*catalog.Dataset))
	}
	require.Len(t, all, 5)
	require.NoError(t, catalog.CheckJoins(all))
}
