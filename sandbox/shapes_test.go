package sandbox_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// trade is a small world of orders and deliveries: eight tables, as decision support is measured on.
type trade struct{ files map[string]*os.File }

// tradeColumns are the tables: a name, its rows, and its columns with the rule for a value: k counts, a number n is below n, d is a date, and
// words are one of them.
var tradeColumns = []struct {
	table   string
	rows    int
	columns string
}{
	{"region", 5, "r_regionkey:k r_name:AFRICA|AMERICA|ASIA|EUROPE|OCEANIA"},
	{"nation", 25, "n_nationkey:k n_name:k n_regionkey:5"},
	{"supplier", 20, "s_suppkey:k s_name:k s_nationkey:25 s_acctbal:$9000"},
	{"customer", 150, "c_custkey:k c_name:k c_nationkey:25 c_acctbal:$9000 c_mktsegment:BUILDING|MACHINERY|FURNITURE c_code:13-x|31-x|23-x|99-x"},
	{"part", 100, "p_partkey:k p_name:forest-green|lime|red p_mfgr:M1|M2 p_brand:B1|B2|B3 p_type:PROMO-TIN|SMALL-TIN|LARGE-BRASS p_size:50 p_container:SM-BOX|LG-BAG p_retailprice:$2000"},
	{"partsupp", 400, "ps_partkey:100 ps_suppkey:20 ps_availqty:9999 ps_supplycost:$1000"},
	{"orders", 900, "o_orderkey:k o_custkey:100 o_orderstatus:F|O|P o_totalprice:$400000 o_orderdate:d o_orderpriority:HIGH|LOW|URGENT o_shippriority:2 o_comment:special|plain"},
	{"lineitem", 4000, "l_orderkey:900 l_partkey:100 l_suppkey:20 l_quantity:50 l_extendedprice:$90000 l_discount:$0.11 l_tax:$0.09 l_returnflag:A|N|R l_linestatus:F|O l_shipdate:d l_commitdate:d l_receiptdate:d " +
		"l_shipinstruct:IN_PERSON|COD l_shipmode:AIR|MAIL|SHIP|RAIL"},
}

func newTrade(t testing.TB, r *sandbox.Runner) *trade {
	w := &trade{files: map[string]*os.File{}}
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(7, 7))
	var loads []func()
	for _, table := range tradeColumns {
		spec, text := tradeTableOf(random, table.columns, table.rows)
		loads = append(loads, func() {
			s, err := sandboxtest.Load(t, r, spec, text)
			if assert.NoError(t, err, table.table) {
				mu.Lock()
				defer mu.Unlock()
				w.files[table.table] = s.Query
			}
		})
	}
	each(loads, func(load func()) { load() })
	require.Len(t, w.files, len(tradeColumns))
	return w
}

// tradeTableOf is the declaration and the text of one table.
func tradeTableOf(random *rand.Rand, columns string, rows int) (catalog.DatasetSpec, []byte) {
	spec := catalog.DatasetSpec{Public: true}
	var names, rules []string
	for c := range strings.FieldsSeq(columns) {
		name, rule, _ := strings.Cut(c, ":")
		column := catalog.Column{Name: name, Type: "BIGINT", Roles: []catalog.Role{catalog.RoleMeasure}}
		switch {
		case rule == "d":
			column.Type, column.Roles = "DATE", []catalog.Role{catalog.RoleDimension}
		case strings.HasPrefix(rule, "$"):
			column.Type = "DECIMAL(12,2)"
		case strings.Contains(rule, "|"):
			column.Type, column.Roles = "VARCHAR", []catalog.Role{catalog.RoleDimension}
		}
		spec.Columns, names, rules = append(spec.Columns, column), append(names, name), append(rules, rule)
	}
	lines := []string{strings.Join(names, ",")}
	for i := range rows {
		var cells []string
		for _, rule := range rules {
			cells = append(cells, tradeValue(random, rule, i))
		}
		lines = append(lines, strings.Join(cells, ","))
	}
	return spec, []byte(strings.Join(lines, "\n") + "\n")
}

func tradeValue(random *rand.Rand, rule string, i int) string {
	var n int
	var most float64
	switch {
	case rule == "k":
		return fmt.Sprint(i)
	case rule == "d":
		return fmt.Sprintf("%d-%02d-%02d", 1992+random.IntN(7), 1+random.IntN(12), 1+random.IntN(28))
	case strings.Contains(rule, "|"):
		words := strings.Split(rule, "|")
		return words[(i+random.IntN(2))%len(words)]
	}
	if k, _ := fmt.Sscanf(rule, "$%g", &most); k == 1 {
		return fmt.Sprintf("%.2f", random.Float64()*most)
	}
	_, _ = fmt.Sscan(rule, &n)
	return fmt.Sprint(random.IntN(n))
}

var tradeTable = regexp.MustCompile(`@(\w+)`)

// spec is a run of one statement, in which @table names a table.
func (w *trade) spec(sql string) sandbox.RunSpec {
	var spec sandbox.RunSpec
	var reads []string
	for _, m := range tradeTable.FindAllStringSubmatch(sql, -1) {
		if !slices.Contains(reads, m[1]) {
			reads = append(reads, m[1])
			spec.Snapshots = append(spec.Snapshots, sandbox.SnapshotRef{Name: m[1], File: w.files[m[1]]})
		}
	}
	spec.Statements = []sandbox.Statement{{SQL: tradeTable.ReplaceAllString(sql, "$1.main.data"), Reads: reads}}
	return spec
}

// tradeQueries have the shapes of the 22 queries of TPC-H, in the functions that generated statements call.
var tradeQueries = []string{
	`SELECT l_returnflag, l_linestatus, sum(l_quantity), sum(l_extendedprice), sum(l_extendedprice * (1 - l_discount)), sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)), avg(l_quantity), avg(l_discount), count(*)
		FROM @lineitem WHERE l_shipdate <= DATE '1998-09-02' GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus`,
	`SELECT s_acctbal, s_name, n_name, p_partkey FROM @part, @supplier, @partsupp, @nation, @region WHERE p_partkey = ps_partkey AND s_suppkey = ps_suppkey AND p_size < 25 AND s_nationkey = n_nationkey AND n_regionkey = r_regionkey
		AND r_name = 'EUROPE' AND ps_supplycost = (SELECT min(ps.ps_supplycost) FROM @partsupp ps, @supplier s, @nation n, @region r WHERE p_partkey = ps.ps_partkey AND s.s_suppkey = ps.ps_suppkey AND s.s_nationkey = n.n_nationkey
		AND n.n_regionkey = r.r_regionkey AND r.r_name = 'EUROPE') ORDER BY s_acctbal DESC, n_name, s_name, p_partkey LIMIT 100`,
	`SELECT l_orderkey, sum(l_extendedprice * (1 - l_discount)) AS revenue, o_orderdate, o_shippriority FROM @customer, @orders, @lineitem WHERE c_mktsegment = 'BUILDING' AND c_custkey = o_custkey AND l_orderkey = o_orderkey
		AND o_orderdate < DATE '1995-03-15' AND l_shipdate > DATE '1995-03-15' GROUP BY l_orderkey, o_orderdate, o_shippriority ORDER BY revenue DESC, o_orderdate LIMIT 10`,
	`SELECT o_orderpriority, count(*) FROM @orders o WHERE o_orderdate >= DATE '1993-07-01' AND o_orderdate < DATE '1994-10-01' AND EXISTS (SELECT * FROM @lineitem WHERE l_orderkey = o.o_orderkey AND l_commitdate < l_receiptdate)
		GROUP BY o_orderpriority ORDER BY o_orderpriority`,
	`SELECT n_name, sum(l_extendedprice * (1 - l_discount)) AS revenue FROM @customer, @orders, @lineitem, @supplier, @nation, @region WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND l_suppkey = s_suppkey
		AND s_nationkey = n_nationkey AND n_regionkey = r_regionkey AND r_name IN ('ASIA', 'EUROPE') AND o_orderdate >= DATE '1994-01-01' GROUP BY n_name ORDER BY revenue DESC`,
	`SELECT sum(l_extendedprice * l_discount) FROM @lineitem WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1995-01-01' AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24`,
	`SELECT supp_nation, cust_nation, l_year, sum(volume) FROM (SELECT n1.n_name AS supp_nation, n2.n_name AS cust_nation, year(l_shipdate) AS l_year, l_extendedprice * (1 - l_discount) AS volume
		FROM @supplier, @lineitem, @orders, @customer, @nation n1, @nation n2 WHERE s_suppkey = l_suppkey AND o_orderkey = l_orderkey AND c_custkey = o_custkey AND s_nationkey = n1.n_nationkey AND c_nationkey = n2.n_nationkey
		AND (n1.n_name < 12 AND n2.n_name > 12 OR n1.n_name > 12 AND n2.n_name < 12)) AS shipping GROUP BY supp_nation, cust_nation, l_year ORDER BY supp_nation, cust_nation, l_year`,
	`SELECT o_year, sum(CASE WHEN nation > 10 THEN volume ELSE 0 END) / sum(volume) AS share FROM (SELECT year(o_orderdate) AS o_year, l_extendedprice * (1 - l_discount) AS volume, n2.n_name AS nation
		FROM @part, @supplier, @lineitem, @orders, @customer, @nation n1, @nation n2, @region WHERE p_partkey = l_partkey AND s_suppkey = l_suppkey AND l_orderkey = o_orderkey AND o_custkey = c_custkey
		AND c_nationkey = n1.n_nationkey AND n1.n_regionkey = r_regionkey AND s_nationkey = n2.n_nationkey) AS all_nations GROUP BY o_year ORDER BY o_year`,
	`SELECT nation, o_year, sum(amount) FROM (SELECT n_name AS nation, year(o_orderdate) AS o_year, l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity AS amount FROM @part, @supplier, @lineitem, @partsupp, @orders, @nation
		WHERE s_suppkey = l_suppkey AND ps_suppkey = l_suppkey AND ps_partkey = l_partkey AND p_partkey = l_partkey AND o_orderkey = l_orderkey AND s_nationkey = n_nationkey AND starts_with(p_name, 'forest')) AS profit
		GROUP BY nation, o_year ORDER BY nation, o_year DESC`,
	`SELECT c_custkey, c_name, sum(l_extendedprice * (1 - l_discount)) AS revenue, c_acctbal, n_name FROM @customer, @orders, @lineitem, @nation WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND l_returnflag = 'R'
		AND c_nationkey = n_nationkey GROUP BY c_custkey, c_name, c_acctbal, n_name ORDER BY revenue DESC LIMIT 20`,
	`SELECT ps_partkey, sum(ps_supplycost * ps_availqty) AS value FROM @partsupp, @supplier WHERE ps_suppkey = s_suppkey GROUP BY ps_partkey HAVING sum(ps_supplycost * ps_availqty) > (SELECT sum(ps_supplycost * ps_availqty) * 0.0001
		FROM @partsupp, @supplier WHERE ps_suppkey = s_suppkey) ORDER BY value DESC`,
	`SELECT l_shipmode, sum(CASE WHEN o_orderpriority = 'URGENT' OR o_orderpriority = 'HIGH' THEN 1 ELSE 0 END), sum(CASE WHEN o_orderpriority <> 'URGENT' AND o_orderpriority <> 'HIGH' THEN 1 ELSE 0 END) FROM @orders, @lineitem
		WHERE o_orderkey = l_orderkey AND l_shipmode IN ('MAIL', 'SHIP') AND l_commitdate < l_receiptdate AND l_shipdate < l_commitdate GROUP BY l_shipmode ORDER BY l_shipmode`,
	`SELECT c_count, count(*) AS custdist FROM (SELECT c_custkey, count(o_orderkey) AS c_count FROM @customer LEFT JOIN @orders ON c_custkey = o_custkey AND o_comment <> 'special' GROUP BY c_custkey) AS c_orders
		GROUP BY c_count ORDER BY custdist DESC, c_count DESC`,
	`SELECT 100.00 * sum(CASE WHEN starts_with(p_type, 'PROMO') THEN l_extendedprice * (1 - l_discount) ELSE 0 END) / sum(l_extendedprice * (1 - l_discount)) FROM @lineitem, @part WHERE l_partkey = p_partkey AND l_shipdate >= DATE '1995-09-01'`,
	`WITH revenue AS (SELECT l_suppkey AS supplier_no, sum(l_extendedprice * (1 - l_discount)) AS total FROM @lineitem WHERE l_shipdate >= DATE '1996-01-01' GROUP BY l_suppkey)
		SELECT s_suppkey, s_name, total FROM @supplier, revenue WHERE s_suppkey = supplier_no AND total = (SELECT max(total) FROM revenue) ORDER BY s_suppkey`,
	`SELECT p_brand, p_type, p_size, count(DISTINCT ps_suppkey) AS n FROM @partsupp, @part WHERE p_partkey = ps_partkey AND p_brand <> 'B3' AND NOT starts_with(p_type, 'LARGE') AND ps_suppkey NOT IN (SELECT s_suppkey FROM @supplier WHERE s_acctbal < 1000)
		GROUP BY p_brand, p_type, p_size ORDER BY n DESC, p_brand, p_type, p_size`,
	`SELECT sum(l_extendedprice) / 7.0 FROM @lineitem, @part WHERE p_partkey = l_partkey AND p_brand = 'B1' AND l_quantity < (SELECT 0.5 * avg(l.l_quantity) FROM @lineitem l WHERE l.l_partkey = p_partkey)`,
	`SELECT c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, sum(l_quantity) FROM @customer, @orders, @lineitem WHERE o_orderkey IN (SELECT l.l_orderkey FROM @lineitem l GROUP BY l.l_orderkey HAVING sum(l.l_quantity) > 200)
		AND c_custkey = o_custkey AND o_orderkey = l_orderkey GROUP BY c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice ORDER BY o_totalprice DESC, o_orderdate LIMIT 100`,
	`SELECT sum(l_extendedprice * (1 - l_discount)) FROM @lineitem, @part WHERE p_partkey = l_partkey AND l_shipmode IN ('AIR', 'RAIL') AND l_shipinstruct = 'IN_PERSON' AND (p_brand = 'B1' AND p_container = 'SM-BOX' AND l_quantity BETWEEN 1 AND 30
		OR p_brand = 'B2' AND p_container = 'LG-BAG' AND l_quantity BETWEEN 10 AND 40 OR p_brand = 'B3' AND p_size BETWEEN 1 AND 15)`,
	`SELECT s_name, s_nationkey FROM @supplier, @nation WHERE s_suppkey IN (SELECT ps_suppkey FROM @partsupp WHERE ps_partkey IN (SELECT p_partkey FROM @part WHERE starts_with(p_name, 'forest'))
		AND ps_availqty > (SELECT 0.5 * sum(l_quantity) FROM @lineitem WHERE l_partkey = ps_partkey AND l_suppkey = ps_suppkey)) AND s_nationkey = n_nationkey ORDER BY s_name`,
	`SELECT s_name, count(*) AS numwait FROM @supplier, @lineitem l1, @orders WHERE s_suppkey = l1.l_suppkey AND o_orderkey = l1.l_orderkey AND o_orderstatus = 'F' AND l1.l_receiptdate > l1.l_commitdate
		AND EXISTS (SELECT * FROM @lineitem l2 WHERE l2.l_orderkey = l1.l_orderkey AND l2.l_suppkey <> l1.l_suppkey)
		AND NOT EXISTS (SELECT * FROM @lineitem l3 WHERE l3.l_orderkey = l1.l_orderkey AND l3.l_suppkey <> l1.l_suppkey AND l3.l_receiptdate > l3.l_commitdate) GROUP BY s_name ORDER BY numwait DESC, s_name LIMIT 100`,
	`SELECT code, count(*), sum(c_acctbal) FROM (SELECT left(c_code, 2) AS code, c_acctbal FROM @customer WHERE left(c_code, 2) IN ('13', '31', '23') AND c_acctbal > (SELECT avg(c_acctbal) FROM @customer WHERE c_acctbal > 0.00)
		AND NOT EXISTS (SELECT * FROM @orders WHERE o_custkey = c_custkey)) AS custsale GROUP BY code ORDER BY code`,
}

// TestShapesOfQueries says that the cage and the worker's checks let through what decision support asks.
func TestShapesOfQueries(t *testing.T) {
	require.Len(t, tradeQueries, 22)
	w := newTrade(t, sandboxtest.Runner(t))
	for _, level := range []string{"full", "floor"} {
		t.Run(level, func(t *testing.T) {
			r := at(t, level)
			each(tradeQueries, func(sql string) {
				out, err := r.Run(soon(t), w.spec(sql))
				if err != nil {
					t.Errorf("%v: %s", err, sql)
					return
				}
				if len(out[0]) == 0 {
					t.Errorf("no row: %s", sql)
				}
			})
		})
	}
}
