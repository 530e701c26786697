//go:build !race

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// firmsCatalog is one table of firms, whose capital everybody knows to be at most a thousand.
const firmsCatalog = `apiVersion: yumen/v1
kind: Dataset
metadata: {name: firms}
spec:
  title: {zh: 企业, en: Firms}
  entities: [{type: enterprise, key: [id], unique: true}]
  columns:
  - {name: id,       type: VARCHAR, grade: 2, roles: [entity_key]}
  - {name: district, type: VARCHAR, grade: 1, roles: [dimension], domain: [N, S, E, W]}
  - {name: product,  type: VARCHAR, grade: 1, roles: [dimension], domain: [X, Y, V, Z]}
  - {name: capital,  type: "DECIMAL(12,2)", grade: 2, roles: [measure], bounds: [0, 1000]}
`

// firmsWorld writes the catalog and the rows of a world whose cells are (district, product): one large firm in N, X; whatever else is known of
// its line and of the columns beside it, S leaves eight for it to be less, E leaves forty-two.
func firmsWorld(t *testing.T) string {
	some, large, small, room := []string{"3", "3", "4", "2", "3"}, []string{"100", "2", "1", "1", "1"}, []string{"1", "1", "1", "0.5", "0.5"}, []string{"4", "5", "4", "3", "5"}
	many := []string{"5", "6", "7", "5", "6", "7", "4"}
	cells := map[string][]string{"N,X": large, "N,Y": some, "N,V": some, "S,Y": small, "S,V": small, "E,Y": room, "E,V": room}
	var rows []string
	for _, district := range []string{"N", "S", "E", "W"} {
		for _, product := range []string{"X", "Y", "V", "Z"} {
			amounts := cells[district+","+product]
			if amounts == nil {
				amounts = many
			}
			for _, capital := range amounts {
				rows = append(rows, fmt.Sprintf("('F%03d', '%s', '%s', %s)", len(rows), district, product, capital))
			}
		}
	}
	dir := t.TempDir()
	schema := "CREATE TABLE firms (id VARCHAR, district VARCHAR, product VARCHAR, capital DECIMAL(12,2))\n;\nINSERT INTO firms VALUES " + strings.Join(rows, ", ") + "\n;\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "schema.sql"), []byte(schema), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "catalog.yaml"), []byte(firmsCatalog), 0o600))
	return dir
}

// TestRangeAudit asks, through the whole gateway, for sums that determine nothing, and leave a withheld amount no room beside its value: what
// its neighbours can be at most bounds it from below. Where there is room, the same sums are answered.
func TestRangeAudit(t *testing.T) {
	dir := firmsWorld(t)
	raw := rawTables(t, dir)
	z := newTestZone(t)
	tables := z.loadCorpus(t, dir, raw)
	const (
		large = "SELECT product, sum(capital) FROM firms WHERE district = 'N' AND product IN ('X', 'Z') GROUP BY product"
		line  = "SELECT sum(capital) FROM firms WHERE district = 'N' AND product IN ('X', 'Y', 'V')"
	)
	columns := func(other string) string {
		return fmt.Sprintf("SELECT product, sum(capital) FROM firms WHERE district IN ('N', '%s') AND product IN ('Y', 'V') GROUP BY product", other)
	}
	tests := []struct {
		name string
		asks []string
		want []int // rows of each answer
	}{
		{"neighbours that leave no room", []string{large, line, columns("S")}, []int{1, 1, 1}},
		{"neighbours that leave room", []string{large, line, columns("E")}, []int{1, 1, 2}},
		{"the line last", []string{columns("S"), large, line}, []int{2, 1, 0}},
		{"the withheld amount last", []string{columns("S"), line, large}, []int{2, 1, 1}},
	}
	z.institutions(t, len(tests))
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asks := z.asInstitution(t, i, tables)
			var got []int
			for _, text := range tt.asks {
				run := asks(text)
				require.Equal(t, "released", run.State, "%+v", run.Refusal)
				requireTrue(t, run, text, raw)
				got = append(got, len(run.Rows))
			}
			require.Equal(t, tt.want, got)
		})
	}
}
