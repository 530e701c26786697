package enclavetest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/internal/api"
	"yumen/internal/metastore"
)

// Clients is a dataset of grade 2, Cases one of grade 3. Both are about persons, one row each, and a case
// joins its client.
const (
	Clients = `apiVersion: yumen/v1
kind: Dataset
metadata: {name: clients}
spec:
  title: {zh: 客户, en: Clients}
  provider: bureau
  entities: [{type: person, key: [id], unique: true}]
  columns:
  - {name: id, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: city, type: VARCHAR, grade: 2, roles: [dimension], domain: [north, south, east], nullable: false}
  - {name: segment, type: VARCHAR, grade: 2, roles: [dimension], domain: [a, b, c, d], nullable: false}
  - {name: amount, type: "DECIMAL(12,2)", grade: 2, roles: [measure, dimension], bounds: [0, 100000], grid: "1-2-5", nullable: false}
`
	Cases = `apiVersion: yumen/v1
kind: Dataset
metadata: {name: cases}
spec:
  title: {zh: 案件, en: Cases}
  provider: court
  entities: [{type: person, key: [id], unique: true}]
  columns:
  - {name: id, type: BIGINT, grade: 3, roles: [entity_key]}
  - {name: kind, type: VARCHAR, grade: 3, roles: [dimension], domain: [civil, criminal, fiscal], nullable: false}
  - {name: heard, type: INTEGER, grade: 3, roles: [dimension], domain: [2023, 2024, 2025], nullable: false}
  joins:
  - {columns: [id], to: {dataset: clients, columns: [id]}, cardinality: many_to_one}
`
)

// Rows is how many rows both datasets have: 100 of each city, and 100 of each kind.
const Rows = 300

// ClientRows are the clients: in each city 40, 30 and 30 persons of the segments a, b and c, but two of segment d in the north.
func ClientRows() [][]string {
	out := [][]string{{"id", "city", "segment", "amount"}}
	for i := range Rows {
		segment := []string{"a", "a", "a", "a", "b", "b", "b", "c", "c", "c"}[i/3%10]
		if i == 0 || i == 3 {
			segment = "d"
		}
		out = append(out, []string{fmt.Sprint(i), []string{"north", "south", "east"}[i%3], segment, fmt.Sprint(100 + i*37%900)})
	}
	return out
}

// CaseRows are the cases.
func CaseRows() [][]string {
	out := [][]string{{"id", "kind", "heard"}}
	for i := range Rows {
		out = append(out, []string{fmt.Sprint(i), []string{"civil", "criminal", "fiscal"}[i%3], fmt.Sprint(2023 + i/3%3)})
	}
	return out
}

// CSV is rows as a file.
func CSV(rows [][]string) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(strings.Join(r, ",") + "\n")
	}
	return b.String()
}

// datasets declares, approves and loads Clients and Cases.
func (z *Zone) datasets(t testing.TB) {
	t.Helper()
	z.Apply(t, "provider", Clients)
	z.Apply(t, "provider_2", Cases)
	for _, name := range []string{"clients", "cases"} {
		_, err := z.Service.ReviewDataset(t.Context(), As("steward"), name, api.Review{Digest: z.Seen(t, "Dataset", name), Approve: true, Comment: "test"})
		require.NoError(t, err)
	}
	z.Load(t, "clients", ClientRows())
	z.Load(t, "cases", CaseRows())
}

// Load loads a new snapshot of Clients or Cases and returns its identifier.
func (z *Zone) Load(t testing.TB, name string, rows [][]string) string {
	t.Helper()
	by := As("provider")
	if name == "cases" {
		by = As("provider_2")
	}
	out, err := z.Service.LoadDataset(t.Context(), by, name, strings.NewReader(CSV(rows)), "")
	require.NoError(t, err)
	require.Equal(t, "loaded", out.State)
	return out.ID
}

// Wanted asks for all columns of both datasets.
func Wanted() api.Application {
	all := func(names ...string) map[string]string {
		out := map[string]string{}
		for _, n := range names {
			out[n] = "test"
		}
		return out
	}
	return api.Application{Scenario: "test", Purpose: "test", Datasets: []api.ApplicationDataset{
		{Dataset: "clients", Columns: all("id", "city", "segment", "amount")}, {Dataset: "cases", Columns: all("id", "kind", "heard")}}}
}

// Grant makes a grant on all columns of both datasets for an analyst's organization.
func (z *Zone) Grant(t testing.TB, p enclave.Principal) string {
	t.Helper()
	app, err := z.Service.SubmitApplication(t.Context(), p, Wanted())
	require.NoError(t, err)
	app, err = z.Service.ReviewApplication(t.Context(), As("steward"), app.ID, api.Review{Version: app.Version, Approve: true, Comment: "test"})
	require.NoError(t, err)
	return app.Grant
}

// Ask asks and waits until the run has been executed and its tick has come. A released run carries its rows.
func (z *Zone) Ask(t testing.TB, p enclave.Principal, grant, sql string) api.Run {
	t.Helper()
	run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: sql}, "")
	require.NoError(t, err)
	z.Executed(t, run.Run)
	return z.See(t, p, run.Run)
}

// See returns a run as its author sees it when its tick has come, with its rows when it is released.
func (z *Zone) See(t testing.TB, p enclave.Principal, id string) api.Run {
	t.Helper()
	z.Clock.Advance(15 * time.Second)
	run, err := z.Service.Run(t.Context(), p, id)
	require.NoError(t, err)
	if run.State == "released" {
		rel, err := z.Service.Collect(t.Context(), p, run.Release)
		require.NoError(t, err)
		run.Columns, run.Rows, err = rel.Rows()
		require.NoError(t, err)
	}
	return run
}

// Executed waits until a run is not running any more, or until nobody can record its end.
func (z *Zone) Executed(t testing.TB, id string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); z.State(t, id) == "running" && !z.Store.Blind(); time.Sleep(5 * time.Millisecond) {
		require.True(t, time.Now().Before(end), "the run does not end")
	}
}

// Settled waits until no run is running.
func (z *Zone) Settled(t testing.TB) {
	t.Helper()
	for _, r := range z.Records(t, "run") {
		z.Executed(t, r.ID)
	}
}

// State is the state of a run as it is stored, whatever its author sees.
func (z *Zone) State(t testing.TB, id string) string {
	t.Helper()
	var out string
	require.NoError(t, z.Store.inner.View(t.Context(), func(tx *txn) error {
		r, err := tx.Get("run", id)
		out = r.State
		return err
	}))
	return out
}

// Records lists the records of a kind as they are stored.
func (z *Zone) Records(t testing.TB, kind string) []metastore.Record {
	return records(t, z.Store, kind)
}

func records(t testing.TB, s *Store, kind string) []metastore.Record {
	t.Helper()
	var out []metastore.Record
	require.NoError(t, s.inner.View(t.Context(), func(tx *txn) error {
		var err error
		out, err = tx.List(kind, metastore.Query{})
		return err
	}))
	return out
}

// Text is the rows of an answer, to compare.
func Text(run api.Run) string {
	b, err := json.Marshal(run.Rows)
	if err != nil {
		panic(err)
	}
	return run.State + " " + string(b)
}

// Kind is the kind of an error of the enclave, or "" of another one.
func Kind(err error) enclave.ErrorKind {
	if e, ok := enclave.Of(err); ok {
		return e.Kind
	}
	return ""
}
