package catalog_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
)

const offered = `
apiVersion: yumen/v1
kind: Product
metadata: {name: overdue_by_city}
spec:
  title: {zh: 各区逾期率, en: Overdue by district}
  type: aggregate
  scenario: lending
  computations: [overdue]
  price: {amount: 2e2, unit: answer, basis: decision 12}
`

func TestProduct(t *testing.T) {
	docs, err := catalog.DecodeDocuments(strings.NewReader(offered))
	require.NoError(t, err)
	require.Equal(t, catalog.Number("200.00"), docs[0].Body.(*catalog.Product).Spec.Price.Amount)
	text, err := docs[0].Canonical()
	require.NoError(t, err)
	again, err := catalog.DecodeCanonical(text)
	require.NoError(t, err)
	require.Equal(t, docs[0].Body, again.Body)

	for name, x := range map[string]struct{ old, new, want string }{
		"raw":                               {"type: aggregate", "type: raw", "raw data are no product"},
		"rows":                              {"type: aggregate", "type: rows", "raw data are no product"},
		"a dataset as a type":               {"type: aggregate", "type: dataset", "raw data are no product"},
		"no type":                           {"  type: aggregate\n", "", "type"},
		"an aggregate of a dataset":         {"computations: [overdue]", "datasets: [credit]", "list"},
		"an aggregate with a dataset":       {"computations: [overdue]", "computations: [overdue]\n  datasets: [credit]", "list"},
		"a report of nothing":               {"type: aggregate\n  scenario: lending\n  computations: [overdue]", "type: report\n  scenario: lending", "list"},
		"columns":                           {"computations: [overdue]", "computations: [overdue]\n  columns: [id]", "field"},
		"a file":                            {"computations: [overdue]", "computations: [overdue]\n  file: all.csv", "field"},
		"an output form beside the type":    {"computations: [overdue]", "computations: [overdue]\n  output: raw", "field"},
		"a price for each row":              {"unit: answer", "unit: row", "not priced by row"},
		"a price for each megabyte":         {"unit: answer", "unit: megabyte", "not priced by row"},
		"a price below zero":                {"amount: 2e2", "amount: -1", "amount"},
		"a price without a basis":           {", basis: decision 12", "", "basis"},
		"an aggregate of many computations": {"[overdue]", "[overdue, other]", "report"},
		"a name twice":                      {"type: aggregate\n  scenario: lending\n  computations: [overdue]", "type: report\n  scenario: lending\n  computations: [overdue, overdue]", "twice"},
	} {
		t.Run("BJ-FIN-19c: "+name, func(t *testing.T) {
			changed := strings.Replace(offered, x.old, x.new, 1)
			require.NotEqual(t, offered, changed)
			_, err := catalog.DecodeDocuments(strings.NewReader(changed))
			require.ErrorContains(t, err, x.want)
		})
	}
	t.Run("BJ-FIN-19c,BJ-OPS-5a: the forms are a closed list", func(t *testing.T) {
		require.Equal(t, []catalog.ProductType{"aggregate", "verification", "report"}, catalog.ProductTypes())
	})
}
