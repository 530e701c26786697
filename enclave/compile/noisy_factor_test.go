package compile_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
	"yumen/enclave/noise"
)

// factorWorld has amounts of every type, of customers alone and of two at once.
const factorWorld = `
apiVersion: yumen/v1
kind: Dataset
metadata: {name: customers}
spec:
  title: {zh: 客户, en: Customers}
  entities:
  - {type: customer, key: [id], unique: true}
  columns:
  - {name: id, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: town, type: VARCHAR, grade: 2, roles: [dimension], domain: [n, s]}
  - {name: ill, type: BOOLEAN, grade: 2, roles: [dimension], sensitive: true, sensitive_values: ["true"]}
  - {name: income, type: "DECIMAL(12,2)", grade: 2, roles: [measure, dimension], grid: step(500), generalise: [band(1000)], bounds: [0, 100000], clip: 9}
  - {name: wealth, type: BIGINT, grade: 2, roles: [measure], bounds: [0, 900000000000000000], clip: 9}
  - {name: house, type: "DECIMAL(38,2)", grade: 2, roles: [measure], bounds: [0, 9000000000000000], clip: 9}
  - {name: pension, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 2000000000], clip: 2000000000}
  - {name: wide, type: "DECIMAL(30,0)", grade: 2, roles: [measure], bounds: [0, 10000000000000000000000], clip: 9}
  - {name: balance, type: BIGINT, grade: 2, roles: [measure], bounds: [-1, 100000], clip: 9}
  - {name: flag, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 1], clip: 1}
  - {name: fine, type: BIGINT, grade: 2, roles: [measure], sensitive: true, sensitive_values: ["5000"], bounds: [0, 100000], clip: 9}
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: loans}
spec:
  title: {zh: 贷款, en: Loans}
  entities:
  - {type: customer, key: [id], max_rows: 5}
  columns:
  - {name: id, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: branch, type: VARCHAR, grade: 2, roles: [dimension], domain: [a, b]}
  - {name: owed, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 100000], clip: 9}
  joins:
  - {columns: [id], to: {dataset: customers, columns: [id]}, cardinality: many_to_one}
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: deals}
spec:
  title: {zh: 买卖, en: Deals}
  entities:
  - {type: customer, key: [seller], max_rows: 9}
  - {type: customer, key: [buyer], max_rows: 9}
  columns:
  - {name: seller, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: buyer, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: price, type: BIGINT, grade: 2, roles: [measure], bounds: [0, 100000], clip: 9}
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: people}
spec:
  title: {zh: 人员, en: People}
  entities:
  - {type: person, rows: true}
  columns:
  - {name: pay, type: BIGINT, grade: 2, roles: [measure], bounds: [0, 100000], clip: 9}
`

var factorSecret = noise.Secret{7, 7}

func factorInputs(in *compile.NoisyInputs) {
	in.Reading = func(entity, column string) (noise.Reading, error) { return factorSecret.Reading(10, entity, column) }
	in.Snapshots = map[string]string{"customers": "s1", "loans": "s2", "deals": "s3", "people": "s4"}
}

// Which sums factors cover: those of one entity's amounts, where nothing sensitive and no amount decides who is in them.
func TestFactoredSums(t *testing.T) {
	e := newEngine(t)
	for text, want := range map[string]bool{
		"SELECT sum(income) AS s FROM customers":                                                                       true,
		"SELECT avg(pension) AS s FROM customers":                                                                      true,
		"SELECT sum(income) / count(*) AS s FROM customers WHERE town = 'n'":                                           true,
		"SELECT town, sum(house) AS s FROM customers GROUP BY town":                                                    true,
		"SELECT town, sum(wealth) AS s FROM customers GROUP BY town":                                                   true,
		"SELECT branch, sum(owed) AS s FROM loans GROUP BY branch":                                                     true,
		"SELECT c.town, sum(l.owed) AS s FROM loans l JOIN customers c ON l.id = c.id GROUP BY c.town":                 true,
		"SELECT sum(c.income) AS s FROM loans l JOIN customers c ON l.id = c.id WHERE l.branch = 'a'":                  true,
		"SELECT var_pop(pension) AS s FROM customers":                                                                  true, // squares are not cut, so both are of one column
		"SELECT var_pop(income) AS s FROM customers":                                                                   false,
		"SELECT sum(income) AS s, sum(income * pension) AS t FROM customers":                                           false,
		"SELECT sum(income * income) AS s FROM customers":                                                              false,
		"SELECT sum(income * pension) AS s FROM customers":                                                             false,
		"SELECT sum(income) AS s FROM customers WHERE ill = true":                                                      false,
		"SELECT sum(income) AS s FROM customers WHERE ill IS NOT NULL":                                                 false,
		"SELECT ill, sum(income) AS s FROM customers GROUP BY ill":                                                     false,
		"SELECT sum(l.owed) AS s FROM loans l JOIN customers c ON l.id = c.id WHERE c.ill = true":                      false,
		"SELECT sum(pension) AS s FROM customers WHERE income >= 500":                                                  false,
		"SELECT sum(income) AS s FROM customers WHERE income < 500":                                                    false,
		"SELECT floor(income / 1000) * 1000 AS b, sum(pension) AS s FROM customers GROUP BY b":                         false,
		"SELECT sum(fine) AS s FROM customers":                                                                         false,
		"SELECT sum(balance) AS s FROM customers":                                                                      false,
		"SELECT sum(flag) AS s FROM customers":                                                                         false,
		"SELECT sum(wide) AS s FROM customers":                                                                         false,
		"SELECT sum(price) AS s FROM deals":                                                                            false,
		"SELECT sum(pay) AS s FROM people":                                                                             false,
		"SELECT sum(r.s) AS s FROM (SELECT id, sum(owed) AS s, count(*) AS n FROM loans GROUP BY id) r WHERE r.n >= 2": false,
	} {
		n, err := e.noisy(text, factorWorld, factorInputs)
		require.NoError(t, err, text)
		for _, s := range n.Statistics {
			if s.Measure.Kind == compile.MeasureRows || s.Measure.Kind == compile.MeasureEntities {
				require.Nil(t, s.Factored, text)
				continue
			}
			require.Equal(t, want && s.Measure.Kind == compile.MeasureSum, s.Factored != nil, text)
			if s.Factored != nil {
				require.Equal(t, []int64{1, 1, 1}, []int64{s.Units, s.Touched, s.Sensitivity.Int64()}, "it costs what a column costs")
			}
		}
		n, err = e.noisy(text, factorWorld, factorInputs, func(in *compile.NoisyInputs) { in.Reading = nil })
		require.NoError(t, err, text)
		for _, s := range n.Statistics {
			require.Nil(t, s.Factored, text)
		}
	}
	// A set stands for itself: what is asked beside it changes nothing about it.
	n, err := e.noisy("SELECT sum(income) AS s, sum(income) FILTER (WHERE ill = true) AS t FROM customers", factorWorld, factorInputs)
	require.NoError(t, err)
	var covered []bool
	for _, s := range n.Statistics {
		if s.Measure.Kind == compile.MeasureSum {
			covered = append(covered, s.Factored != nil)
		}
	}
	require.ElementsMatch(t, []bool{true, false}, covered)
	for _, s := range n.Statistics {
		if s.Factored != nil {
			require.Equal(t, "10000000", s.Factored.Most.String())
		}
	}
	n, err = e.noisy("SELECT sum(owed) AS s FROM loans", factorWorld, factorInputs)
	require.NoError(t, err)
	require.Equal(t, "500000", n.Statistics[slices.IndexFunc(n.Statistics, func(s compile.Statistic) bool { return s.Factored != nil })].Factored.Most.String())
	// Without a scope there is no sensitive condition; the row scope of a grant is one as well.
	n, err = e.noisy("SELECT sum(income) AS s FROM customers", factorWorld, factorInputs, func(in *compile.NoisyInputs) {
		in.Scope = compile.Scope{"customers": {{Column: compile.ColumnRef{Path: "customers", Column: "ill"}, Type: "BOOLEAN", Set: compile.Set{Values: []string{"true"}}, Sensitive: true}}}
	})
	require.NoError(t, err)
	for _, s := range n.Statistics {
		require.Nil(t, s.Factored)
	}
}

// A cell that factors cover is another than the one that noise covers, and than the one of another p; wording and snapshot are as ever.
func TestFactoredCells(t *testing.T) {
	e := newEngine(t)
	cell := func(text string, change ...func(*compile.NoisyInputs)) string {
		n, err := e.noisy(text, factorWorld, append([]func(*compile.NoisyInputs){factorInputs}, change...)...)
		require.NoError(t, err, text)
		return noisyCells(t, n, compile.MeasureSum)[""]
	}
	const text = "SELECT sum(income) AS s FROM customers WHERE town = 'n'"
	require.Equal(t, cell(text), cell("SELECT 3 * sum(c.income) AS s FROM customers c WHERE c.town IN ('n')"))
	all := map[string]bool{cell(text): true}
	for _, change := range []func(*compile.NoisyInputs){
		func(in *compile.NoisyInputs) { in.Reading = nil },
		func(in *compile.NoisyInputs) { in.Snapshots["customers"] = "s9" },
		func(in *compile.NoisyInputs) {
			in.Reading = func(entity, column string) (noise.Reading, error) { return factorSecret.Reading(11, entity, column) }
		},
	} {
		all[cell(text, change)] = true
	}
	require.Len(t, all, 4)
	wider := func(in *compile.NoisyInputs) {
		spec := *in.Specs["customers"]
		spec.Columns = slices.Clone(spec.Columns)
		for i := range spec.Columns {
			if spec.Columns[i].Name == "income" {
				spec.Columns[i].Clip = "20"
			}
		}
		in.Specs = map[string]*catalog.DatasetSpec{"customers": &spec}
	}
	require.Equal(t, cell(text), cell(text, wider), "nothing is cut, so a clip means nothing")
}

// factorRows fills the tables with few customers, of amounts that lie at the ends of what is declared or anywhere between.
func factorRows(e *engine, view map[string]catalog.DatasetSpec, rng *rand.Rand) {
	amount := func(most int64) string {
		switch rng.IntN(5) {
		case 0:
			return strconv.FormatInt(most, 10)
		case 1:
			return "0"
		case 2:
			return "NULL"
		}
		return strconv.FormatInt(rng.Int64N(most+1), 10)
	}
	var customers, loans []string
	for id := range 1 + rng.IntN(8) {
		customers = append(customers, fmt.Sprintf("(%d, %s, %s, %s, %s, %s, %s, 0, 0, 0, 0)", id*rng.IntN(1<<30), []string{"'n'", "'s'", "NULL"}[rng.IntN(3)], []string{"true", "false"}[rng.IntN(2)],
			amount(100000), amount(900000000000000000), amount(9000000000000000), amount(2000000000)))
		for range rng.IntN(5) {
			loans = append(loans, fmt.Sprintf("(%d, %s, %s)", id, []string{"'a'", "'b'"}[rng.IntN(2)], amount(100000)))
		}
	}
	loans = append(loans, "(99, 'a', 77)") // of nobody
	for name, rows := range map[string][]string{"customers": customers, "loans": loans} {
		var columns []string
		for _, c := range view[name].Columns {
			columns = append(columns, c.Name+" "+c.Type)
		}
		e.exec(fmt.Sprintf("CREATE OR REPLACE TABLE memory.main.%s_source (%s)", name, strings.Join(columns, ", ")))
		e.exec(fmt.Sprintf("INSERT INTO memory.main.%s_source VALUES %s", name, strings.Join(rows, ", ")))
		e.snapshot(name, view[name], "memory.main."+name+"_source")
	}
}

// The SQL adds up what it is to mean, in tiny worlds: each amount times what noise.Reading.Of says of its entity's key, by key, to the last digit.
func TestFactoredMeaning(t *testing.T) {
	view := viewtest.View(t, factorWorld)
	specs := map[string]catalog.DatasetSpec{}
	for name, g := range view.Datasets {
		specs[name] = g.Spec
	}
	e := newEngine(t)
	const c, l = `FROM "customers".main.data c`, `FROM "loans".main.data c`
	for _, q := range []struct{ text, column, rows string }{
		{"SELECT sum(income) AS s FROM customers", "income", "SELECT '', c.__ekey_0, c.income " + c},
		{"SELECT town, sum(income) AS s FROM customers GROUP BY town", "income", "SELECT c.town, c.__ekey_0, c.income " + c},
		{"SELECT town, sum(wealth) AS s, count(*) AS n FROM customers GROUP BY town", "wealth", "SELECT c.town, c.__ekey_0, c.wealth " + c},
		{"SELECT sum(house) AS s FROM customers WHERE town = 'n'", "house", "SELECT '', c.__ekey_0, c.house " + c + " WHERE c.town = 'n'"},
		{"SELECT avg(pension) AS s FROM customers WHERE town <> 'n'", "pension", "SELECT '', c.__ekey_0, c.pension " + c + " WHERE c.town <> 'n'"},
		{"SELECT branch, sum(owed) AS s, sum(owed) FILTER (WHERE branch = 'a') AS t FROM loans GROUP BY branch", "owed", "SELECT c.branch, c.__ekey_0, c.owed " + l},
		{"SELECT d.town, sum(c.owed) AS s, sum(c.owed) AS u FROM loans c JOIN customers d ON c.id = d.id GROUP BY d.town", "owed",
			`SELECT d.town, c.__ekey_0, c.owed ` + l + ` JOIN "customers".main.data d ON c.__ekey_0 = d.__ekey_0`},
		{"SELECT sum(d.income) AS s FROM loans c LEFT JOIN customers d ON c.id = d.id WHERE c.branch = 'b'", "income",
			`SELECT '', c.__ekey_0, d.income ` + l + ` JOIN "customers".main.data d ON c.__ekey_0 = d.__ekey_0 WHERE c.branch = 'b'`},
	} {
		program, err := e.noisy(q.text, factorWorld, factorInputs)
		require.NoError(t, err, q.text)
		reading, err := factorSecret.Reading(10, "customer", q.column)
		require.NoError(t, err)
		for seed := range trials(t, 12) {
			factorRows(e, specs, rand.New(rand.NewPCG(uint64(seed), 5)))
			want := map[string]*big.Int{}
			for _, row := range e.rows(compile.Statement{SQL: q.rows}) {
				name := "NULL"
				if row[0] != nil {
					name = *row[0]
				}
				if row[2] == nil {
					continue
				}
				key, err := strconv.ParseUint(*row[1], 10, 64)
				require.NoError(t, err)
				amount, ok := new(big.Int).SetString(strings.Replace(*row[2], ".", "", 1), 10)
				require.True(t, ok)
				if want[name] == nil {
					want[name] = new(big.Int)
				}
				want[name].Add(want[name], amount.Mul(amount, big.NewInt(reading.Of(key))))
			}
			figures := e.figures(program)
			for s, statistic := range program.Statistics {
				if statistic.Factored == nil || statistic.Set != 0 && strings.Contains(q.text, "FILTER") {
					continue
				}
				for k, key := range program.Keys {
					name := ""
					if len(key) > 0 {
						name = "NULL"
						if key[0] != nil {
							name = *key[0]
						}
					}
					if want[name] == nil {
						want[name] = new(big.Int)
					}
					require.Equal(t, want[name].String(), figures[k][s].String(), "%s\nseed %d, %s", q.text, seed, name)
				}
			}
		}
	}
}

// The statements that read amounts times factors, with their literals.
func TestFactoredSQL(t *testing.T) {
	n, err := newEngine(t).noisy("SELECT town, sum(income) AS s FROM customers GROUP BY town", factorWorld, factorInputs)
	require.NoError(t, err)
	var sql string
	for _, s := range n.Statements {
		if strings.Contains(s.SQL, "CASE") {
			sql = s.SQL
		}
	}
	require.Equal(t, factoredSQL, sql)
}

const factoredSQL = `WITH base AS (SELECT r."town" AS k0, CAST(r."income" AS DECIMAL(8,2)) AS m0, ((CAST(r."__ekey_0" >> 33 AS BIGINT) * CAST($1 AS BIGINT) + CAST($2 AS BIGINT)) >> 24) & 131071 AS m1, r."income" AS m2
  FROM "customers".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL)
SELECT k0, sum(m0 * CAST(m1 + CASE WHEN m1 < 65536 THEN CAST($3 AS BIGINT) ELSE CAST($4 AS BIGINT) END AS DECIMAL(7,0))), count(m2), count(*) FROM base GROUP BY k0`
