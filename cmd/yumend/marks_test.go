//go:build !race

package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/internal/api"
)

// markedTable declares a table of people with a public district and a mark that is sensitive.
func markedTable(name, unique string) string {
	return fmt.Sprintf(`apiVersion: yumen/v1
kind: Dataset
metadata: {name: %s}
spec:
  title: {zh: 居民, en: Residents}
  provider: bureau
  directory: {duty: a, data: b, system: c, table: %[1]s}
  sharing: conditional
  market: ordinary
  entities: [{type: person, key: [id]%s}]
  columns:
  - {name: id, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: district, type: VARCHAR, grade: 2, roles: [dimension], domain: [all, some, few, none, most, rest, other], nullable: false}
  - {name: mark, type: VARCHAR, grade: 2, roles: [dimension], sensitive: true, sensitive_values: [yes], domain: [yes, no, maybe], nullable: false}
  - {name: owed, type: "DECIMAL(9,2)", grade: 2, roles: [measure], bounds: [0, 100000], grid: "1-2-5", nullable: false}
`, name, unique)
}

// residents is a file of twenty people of each district, each so many times: how many of them are marked, the district's name says.
func residents(times int) string {
	text := "id,district,mark,owed\n"
	for d, district := range []string{"all", "some", "few", "none", "most", "rest", "other"} {
		for i := range 20 {
			mark := "no"
			if i < map[string]int{"all": 20, "some": 10, "few": 2, "none": 0, "most": 18, "rest": 9, "other": 8}[district] {
				mark = "yes"
			}
			for range times {
				text += fmt.Sprintf("%d,%s,%s,%d\n", 20*d+i, district, mark, 1000+i)
			}
		}
	}
	return text
}

// TestMarksTogether asks for the marked of the city and then for those of all districts but one: where that tells that all of its people are
// marked, or none, or nearly so, the second answer stays away, from whatever table; where it does not, it is given.
func TestMarksTogether(t *testing.T) {
	z := newTestZone(t)
	provider := z.by("provider", "bureau", "pr-001", "provider")
	tables := []api.ApplicationDataset{z.loadMarked(t, provider, "residents", ", unique: true", 1), z.loadMarked(t, provider, "visits", "", 3)}
	without := func(count, table, district string) []string {
		where := func(more string) string {
			return fmt.Sprintf("SELECT %s AS n FROM %s WHERE mark = 'yes'%s", count, table, more)
		}
		return []string{where(""), where(" AND district <> '" + district + "'")}
	}
	split := func(district string) []string {
		const by = "SELECT mark, count(*) AS n FROM residents%s GROUP BY mark"
		return []string{fmt.Sprintf(by, ""), fmt.Sprintf(by, " WHERE district NOT IN ("+district+")")}
	}
	owed := func(districts ...string) (out []string) {
		for _, d := range districts {
			out = append(out, fmt.Sprintf("SELECT sum(owed) AS s FROM residents WHERE mark = 'yes' AND district IN ('%s')", d))
		}
		return out
	}
	tests := []struct {
		name string
		asks []string
		want []int // rows of each answer
	}{
		{"nobody owes anything", owed("rest', 'some', 'none", "rest", "some"), []int{1, 1, 0}},
		{"somebody does", owed("rest', 'some', 'other", "rest", "some"), []int{1, 1, 1}},
		{"everybody", without("count(*)", "residents", "all"), []int{1, 0}},
		{"all but two", without("count(*)", "residents", "most"), []int{1, 0}},
		{"two", without("count(*)", "residents", "few"), []int{1, 0}},
		{"nobody", without("count(*)", "residents", "none"), []int{1, 0}},
		{"half", without("count(*)", "residents", "some"), []int{1, 1}},
		{"everybody, by rows", without("count(*)", "visits", "all"), []int{1, 0}},
		{"half, by rows", without("count(*)", "visits", "some"), []int{1, 1}},
		{"everybody, of several rows", without("count(DISTINCT id)", "visits", "all"), []int{1, 0}},
		{"half, of several rows", without("count(DISTINCT id)", "visits", "some"), []int{1, 1}},
		{"by the mark itself", split("'all'"), []int{2, 0}},
		{"by the mark itself, a half", split("'some'"), []int{2, 2}},
		{"nearly everybody of two districts, by three answers", []string{
			"SELECT count(*) AS n FROM residents WHERE mark = 'yes' AND district IN ('all', 'some', 'most')",
			"SELECT count(*) AS n FROM residents WHERE mark = 'yes' AND district IN ('some', 'rest')",
			"SELECT count(*) AS n FROM residents WHERE mark = 'yes' AND district IN ('rest', 'most')"}, []int{1, 1, 0}},
		{"nobody, by three answers", []string{
			"SELECT count(*) AS n FROM residents WHERE mark = 'yes' AND district IN ('all', 'some', 'rest')",
			"SELECT count(*) AS n FROM residents WHERE mark = 'no' AND district IN ('some', 'none')",
			"SELECT count(*) AS n FROM residents WHERE mark = 'yes' AND district IN ('none', 'rest')"}, []int{1, 1, 0}},
	}
	z.institutions(t, len(tests))
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asks := z.asInstitution(t, i, tables)
			var got []int
			for _, text := range tt.asks {
				run := asks(text)
				require.Equal(t, "released", run.State, "%+v", run.Refusal)
				got = append(got, len(run.Rows))
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func (z *testZone) loadMarked(t *testing.T, provider enclave.Principal, name, unique string, times int) api.ApplicationDataset {
	ctx := context.Background()
	z.apply(t, provider, markedTable(name, unique))
	_, err := z.svc.ReviewDataset(ctx, z.by("steward", "operator", "op-004", "steward"), name, api.Review{Digest: z.seen(t, name), Approve: true, Comment: "marks"})
	require.NoError(t, err)
	_, err = z.svc.LoadDataset(ctx, provider, name, strings.NewReader(residents(times)), "")
	require.NoError(t, err)
	return api.ApplicationDataset{Dataset: name, Columns: map[string]string{"id": "marks", "district": "marks", "mark": "marks", "owed": "marks"}}
}
