package compile_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint"
	"yumen/catalog/footprint/viewtest"
	"yumen/catalog/sqltree"
	"yumen/enclave/compile"
)

// A text at its cap is work in proportion to its length: planning one of twice the length takes about twice the memory, so what a caller writes
// cannot occupy the gateway.
func TestLargeTextsAreWorkInProportion(t *testing.T) {
	texts := map[string]struct {
		most int
		of   func(n int) string
	}{
		"values":       {6_500, func(n int) string { return "SELECT count(*) FROM t WHERE closed IN (" + listed(n, ",") + ")" }},
		"other values": {6_500, func(n int) string { return "SELECT count(*) FROM t WHERE closed NOT IN (" + listed(n, ",") + ")" }},
		"open values":  {6_500, func(n int) string { return "SELECT count(*) FROM t WHERE open NOT IN (" + listed(n, ",") + ")" }},
		"conditions":   {2_800, func(n int) string { return "SELECT count(*) FROM t WHERE open <> " + listed(n, " AND open <> ") }},
		"a condition": {3_500, func(n int) string {
			return "SELECT count(*) FROM t WHERE open <> 'x'" + strings.Repeat(" AND open <> 'x'", n)
		}},
		"aggregates": {7_000, func(n int) string { return "SELECT " + strings.Repeat("count(*),", n) + "1 FROM t" }},
		"operators":  {30_000, func(n int) string { return "SELECT count(*)" + strings.Repeat("+1", n) + " FROM t" }},
	}
	view, e := wide(t), newEngine(t)
	for name, c := range texts {
		require.LessOrEqual(t, len(c.of(c.most)), 64<<10)
		half, whole := planned(e.parse(c.of(c.most/2)), view), planned(e.parse(c.of(c.most)), view)
		t.Log(name, half, whole)
		require.Less(t, whole, 3*half, name)
	}
}

// TestAliasesAreLookedAtOnce: forty aliases, each twice the one before, end.
func TestAliasesAreLookedAtOnce(t *testing.T) {
	view, e := wide(t), newEngine(t)
	for _, first := range []string{"closed", "count(*)"} {
		chain := "SELECT " + first + " AS a0"
		for i := range 40 {
			chain += fmt.Sprintf(", a%d || a%[1]d AS a%d", i, i+1)
		}
		planned(e.parse(chain+" FROM t"), view)
		planned(e.parse(chain+" FROM t GROUP BY closed"), view)
		planned(e.parse(chain+" FROM t GROUP BY a0 HAVING a40 IS NOT NULL ORDER BY a40"), view)
	}
}

// planned is how many bytes planning a tree takes from the allocator, whether a plan or a refusal comes of it.
func planned(tree []byte, view footprint.View) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if q, err := sqltree.Decode(tree); err == nil {
		if bound, err := footprint.Bind(q, view); err == nil {
			_, _ = compile.Build(bound, compile.Facts{})
		}
	}
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// listed is a list of n values of the closed domain, as literals.
func listed(n int, between string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("'v%05d'", i*3%10_000)
	}
	return strings.Join(all, between)
}

// wide is a table with a closed domain of ten thousand values.
func wide(t *testing.T) footprint.View {
	domain := make([]string, 10_000)
	for i := range domain {
		domain[i] = fmt.Sprintf("v%05d", i)
	}
	return viewtest.View(t, `
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
}
