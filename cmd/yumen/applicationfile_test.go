package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/internal/api"
)

const wholeApplication = `apiVersion: yumen/v1
kind: Application
scenario: inclusive credit
purpose: credit risk model
datasets:
- dataset: credit
  columns: {ID: counting clients, EDUCATION: segment}
  row_scope: [{column: EDUCATION, values: ["1", "2"]}]
methods: [count]
not_before: 2027-01-01
not_after: 2027-12-31
frequency: {per_day: 5, per_month: 100, total: 1000}
safeguards: managed machines
recipients: [{organization: bank_a, persons: [a-1]}]
`

func TestParseApplication(t *testing.T) {
	a, err := parseApplication([]byte(wholeApplication))
	require.NoError(t, err)
	require.Equal(t, api.Application{Scenario: "inclusive credit", Purpose: "credit risk model", Methods: []string{"count"},
		Datasets: []api.ApplicationDataset{{Dataset: "credit", Columns: map[string]string{"ID": "counting clients", "EDUCATION": "segment"},
			RowScope: []api.ScopeTerm{{Column: "EDUCATION", Values: []string{"1", "2"}}}}},
		NotBefore: time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC).Unix(), NotAfter: time.Date(2027, 12, 31, 16, 0, 0, 0, time.UTC).Unix(),
		Frequency: api.Frequency{Day: 5, Month: 100, Total: 1000}, Safeguards: "managed machines",
		Recipients: []api.Recipient{{Organization: "bank_a", Persons: []string{"a-1"}}}}, a)

	a, err = parseApplication([]byte("scenario: x\npurpose: why\ndatasets: [{dataset: d, columns: [A, B]}, {dataset: e, columns: {C: \"\"}}, {dataset: f}]\n"))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"A": "why", "B": "why"}, a.Datasets[0].Columns, "a list is for the purpose itself")
	require.Equal(t, map[string]string{"C": ""}, a.Datasets[1].Columns, "a necessity that is left blank stays blank, and the gateway refuses it")
	require.NotNil(t, a.Datasets[2].Columns)

	for name, text := range map[string]string{
		"nothing": "", "an unknown field": "scenery: x\n", "another kind": "kind: Dataset\n", "another version": "apiVersion: yumen/v2\n",
		"two documents": "scenario: x\n---\nscenario: y\n", "a field twice": "scenario: x\nscenario: y\n", "no date": "not_after: tomorrow\n",
		"a term that is over before it begins": "not_before: 2027-02-01\nnot_after: 2027-01-01\n", "a number that is none": "frequency: {per_day: often}\n",
		"an unknown limit": "frequency: {per_hour: 5}\n", "an unknown field of a recipient": "recipients: [{bank: x}]\n",
	} {
		_, err := parseApplication([]byte(text))
		require.Error(t, err, name)
		require.Equal(t, exitUsage, codeOf(err), name)
	}
}

// Whatever the file holds, it is decoded into something that can be sent, or refused as a mistake of the caller.
func FuzzApplicationFile(f *testing.F) {
	for _, text := range []string{wholeApplication, "", "datasets: [{columns: [A]}]", "datasets: [{columns: {A: }}]", "datasets: [null]", "columns: &a [*a]", "not_after: 9999-12-31"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := parseApplication(text)
		if err != nil {
			require.Equal(t, exitUsage, codeOf(err))
			return
		}
		require.NotNil(t, a.Datasets)
		for _, d := range a.Datasets {
			require.NotNil(t, d.Columns)
		}
	})
}
