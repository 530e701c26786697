package compile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint"
	"yumen/catalog/footprint/viewtest"
	"yumen/catalog/sqltree"
	"yumen/enclave/compile"
)

// A text at its cap is planned in moments: what a caller writes cannot occupy the gateway.
func TestLargeTextsArePlannedQuickly(t *testing.T) {
	var domain, list []string
	for i := range 10_000 {
		domain = append(domain, fmt.Sprintf("v%05d", i))
		if i < 6_500 {
			list = append(list, fmt.Sprintf("'v%05d'", i*3%10_000))
		}
	}
	view := viewtest.View(t, `
apiVersion: yumen/v1
kind: Dataset
metadata: {name: t}
spec:
  title: {zh: 表, en: Table}
  entities: [{type: person, key: [id], unique: true}]
  columns:
  - {name: id, type: VARCHAR, grade: 1, roles: [entity_key]}
  - {name: open, type: VARCHAR, grade: 1, roles: [dimension]}
  - {name: closed, type: VARCHAR, grade: 1, roles: [dimension], domain: [`+strings.Join(domain, ", ")+`]}
`)
	e := newEngine(t)
	for _, sql := range []string{
		"SELECT count(*) FROM t WHERE closed IN (" + strings.Join(list, ",") + ")",
		"SELECT count(*) FROM t WHERE closed NOT IN (" + strings.Join(list, ",") + ")",
		"SELECT count(*) FROM t WHERE open NOT IN (" + strings.Join(list, ",") + ")",
		"SELECT count(*) FROM t WHERE open <> 'x'" + strings.Repeat(" AND open <> 'x'", 3_500),
		"SELECT " + strings.Repeat("count(*),", 7_000) + "1 FROM t",
		"SELECT count(*)" + strings.Repeat("+1", 30_000) + " FROM t",
	} {
		require.LessOrEqual(t, len(sql), 64<<10)
		tree := e.parse(sql)
		start := time.Now()
		q, err := sqltree.Decode(tree)
		if err == nil {
			var bound *footprint.Query
			if bound, err = footprint.Bind(q, view); err == nil {
				_, err = compile.Build(bound, compile.Facts{})
			}
		}
		require.Less(t, time.Since(start), 5*time.Second, sql[:60])
		t.Log(time.Since(start), err)
	}
}
