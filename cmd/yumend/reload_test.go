package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/api"
)

// reloadedTable declares a table of borrowers, one row each, with seven sensitive columns.
func reloadedTable() string {
	text := `apiVersion: yumen/v1
kind: Dataset
metadata: {name: borrowers}
spec:
  title: {zh: 借款人, en: Borrowers}
  provider: bureau
  directory: {duty: a, data: b, system: c, table: borrowers}
  sharing: conditional
  market: ordinary
  entities: [{type: person, key: [id], unique: true}]
  columns:
  - {name: id, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: city, type: VARCHAR, grade: 2, roles: [dimension], domain: [north, south], nullable: false}
  - {name: owed, type: "DECIMAL(9,2)", grade: 2, roles: [measure], bounds: [0, 100000], grid: "1-2-5", nullable: false}
`
	for i := range 7 {
		text += fmt.Sprintf("  - {name: mark%d, type: VARCHAR, grade: 2, roles: [dimension], sensitive: true, sensitive_values: [yes], domain: [yes, no], nullable: false}\n", i)
	}
	return text
}

// borrowers is a file of n people of each city; so many have left the north, and the next raised of them owe more.
func borrowers(n, gone, raised int) string {
	text := "id,city,owed"
	for i := range 7 {
		text += fmt.Sprintf(",mark%d", i)
	}
	text += "\n"
	for i := range 2 * n {
		if i%2 == 0 && i/2 < gone {
			continue
		}
		owed := 1000 + i%7
		if i%2 == 0 && i/2 < gone+raised {
			owed += 50 + i
		}
		text += fmt.Sprintf("%d,%s,%d%s\n", i, []string{"north", "south"}[i%2], owed, strings.Repeat(",no", 6)+","+[]string{"yes", "no", "no"}[i%3])
	}
	return text
}

// TestReload loads a table again and again: where fewer than k people changed an answer stays as it was, and nothing is found by asking
// for its parts; where enough did, there is a new one. A question that takes too many comparisons is refused.
func TestReload(t *testing.T) {
	z := newTestZone(t)
	ctx := context.Background()
	provider := z.by("provider", "bureau", "pr-001", "provider")
	z.apply(t, provider, reloadedTable())
	_, err := z.svc.ReviewDataset(ctx, z.by("steward", "operator", "op-004", "steward"), "borrowers", api.Review{Digest: z.seen(t, "borrowers"), Approve: true, Comment: "reload"})
	require.NoError(t, err)
	load := func(text string) {
		_, err := z.svc.LoadDataset(ctx, provider, "borrowers", strings.NewReader(text), "")
		require.NoError(t, err)
	}
	load(borrowers(40, 0, 0))
	z.institutions(t, 3)
	columns := map[string]string{"id": "reload", "city": "reload", "owed": "reload"}
	for i := range 7 {
		columns[fmt.Sprintf("mark%d", i)] = "reload"
	}
	tables := []api.ApplicationDataset{{Dataset: "borrowers", Columns: columns}}
	const all, cities = "SELECT count(*) AS n FROM borrowers", "SELECT city, count(*) AS n, sum(owed) AS s FROM borrowers GROUP BY city ORDER BY city"
	said := func(asks func(string) api.Run, sql string) string {
		run := asks(sql)
		require.Equal(t, "released", run.State, "%+v", run.Refusal)
		var out []string
		for _, row := range run.Rows {
			out = append(out, string(row))
		}
		return strings.Join(out, " ")
	}
	first := z.asInstitution(t, 0, tables)
	before := said(first, cities)
	require.Equal(t, "[80]", said(first, all))

	load(borrowers(40, 0, 0))
	require.Equal(t, before, said(first, cities), "nothing changed")
	load(borrowers(40, 1, 0))
	require.Equal(t, before, said(first, cities), "one has left")
	require.Equal(t, "[80]", said(first, all))
	require.Empty(t, said(first, "SELECT city, mark6, count(*) AS n FROM borrowers WHERE city = 'north' GROUP BY city, mark6"), "its parts add up to 39")
	load(borrowers(40, 4, 0))
	require.Equal(t, "[80]", said(first, all), "three more have left: four since the answer")
	second := z.asInstitution(t, 1, tables)
	require.Equal(t, "[76]", said(second, all), "who was never answered is told the number of now")

	load(borrowers(40, 6, 0))
	require.Equal(t, "[74]", said(first, all), "six since the answer")
	require.Equal(t, "[76]", said(second, all), "two since the answer")
	require.Contains(t, said(first, cities), `["north",34,`)
	require.Contains(t, said(first, cities), `["south",40,`)
	known := said(first, cities)
	load(borrowers(40, 6, 3))
	require.Equal(t, known, said(first, cities), "three owe more")
	load(borrowers(40, 6, 9))
	require.NotEqual(t, known, said(first, cities), "nine do")

	refused := z.asInstitution(t, 2, tables)("SELECT count(*) AS n FROM borrowers WHERE " + marks())
	require.Equal(t, "refused", refused.State)
	require.EqualValues(t, "CAPACITY", refused.Refusal.Code)
	require.NotEmpty(t, refused.Refusal.Remedy.Zh)
	require.NotEmpty(t, refused.Refusal.Remedy.En)
}

func marks() string {
	var out []string
	for i := range 7 {
		out = append(out, fmt.Sprintf("mark%d = 'no'", i))
	}
	return strings.Join(out, " AND ")
}
