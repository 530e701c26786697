package rewrite_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/rewrite"
)

// A rewrite says as much of the refused text as can be said.
func TestRewrites(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ sql, want string }{
		// conditions
		{"SELECT count(*) FROM tax WHERE tax_paid > 100", "SELECT count(*) FROM tax WHERE tax_paid >= 100"},
		{"SELECT count(*) FROM tax WHERE 137 < tax_paid", "SELECT count(*) FROM tax WHERE tax_paid >= 100"},
		{"SELECT count(*) FROM tax WHERE NOT tax_paid < 137", "SELECT count(*) FROM tax WHERE tax_paid >= 100"},
		{"SELECT count(*) FROM tax WHERE tax_paid IN (3, 150)", "SELECT count(*) FROM tax WHERE tax_paid >= 2 AND tax_paid < 5 OR tax_paid >= 100 AND tax_paid < 200"},
		{"SELECT count(*) FROM tax WHERE tax_paid BETWEEN 110 AND 120", "SELECT count(*) FROM tax WHERE tax_paid >= 100 AND tax_paid < 200"},
		{"SELECT count(*) FILTER (WHERE tax_paid >= 137) AS n FROM tax", "SELECT count(*) FILTER (WHERE tax_paid >= 100) AS n FROM tax"},
		{"SELECT count(*) FROM persons WHERE birth_date = DATE '1970-03-15'", "SELECT count(*) FROM persons WHERE birth_date >= DATE '1970-01-01' AND birth_date < DATE '1971-01-01'"},
		{"SELECT count(*) FROM persons WHERE lower(gender) = 'f' AND district = 'D1'", "SELECT count(*) FROM persons WHERE gender = 'F' AND district = 'D1'"},
		{"SELECT count(*) FROM persons WHERE district ~ 'D[12]'", "SELECT count(*) FROM persons WHERE district IN ('D1', 'D2')"},
		{"SELECT count(*) FROM persons WHERE district = 'd1'", "SELECT count(*) FROM persons WHERE district = 'D1'"},
		{"SELECT count(*) FROM tax WHERE year = '2024'", `SELECT count(*) FROM tax WHERE year = 2024`},
		{"SELECT count(*) FROM tax WHERE yaer = 2024", `SELECT count(*) FROM tax WHERE year = 2024`},
		{"SELECT gender, count(*) AS n FROM persons WHERE gender = 'F' OR district = 'D1' GROUP BY gender ORDER BY n DESC LIMIT 3",
			"WITH cells AS (SELECT gender, count(*) AS cell, district FROM persons GROUP BY gender, district) SELECT gender, sum(cell) AS n FROM cells WHERE gender = 'F' OR district = 'D1' GROUP BY gender ORDER BY n DESC LIMIT 3"},
		{"SELECT sum(tax_paid) AS s FROM tax WHERE sum(tax_paid) > 5", "SELECT sum(tax_paid) AS s FROM tax HAVING sum(tax_paid) > 5"},
		{"SELECT year, count(*) FROM tax GROUP BY year HAVING tax_paid > 100", `SELECT year, count(*) FROM tax WHERE tax_paid >= 100 GROUP BY year`},
		// subqueries and unions
		{"SELECT count(*) FROM enterprises e WHERE EXISTS (SELECT 1 FROM tax t WHERE t.uscc = e.uscc AND t.year = 2024) AND industry = 'I1'",
			`SELECT count(DISTINCT e.uscc) FROM tax AS t JOIN enterprises AS e ON t.uscc = e.uscc WHERE e.industry = 'I1' AND t.year = 2024`},
		{"SELECT sum(tax_paid) FROM tax WHERE uscc IN (SELECT uscc FROM enterprises WHERE industry = 'I1')",
			"SELECT sum(tax.tax_paid) FROM tax JOIN enterprises ON tax.uscc = enterprises.uscc WHERE enterprises.industry = 'I1'"},
		{"SELECT count(*) AS n FROM persons WHERE gender = 'F' AND district = 'D1' UNION SELECT count(*) AS n FROM persons WHERE gender = 'F' AND district = 'D2'",
			"SELECT district, count(*) AS n FROM persons WHERE gender = 'F' AND district IN ('D1', 'D2') GROUP BY district"},
		{"SELECT 'big' AS c, count(*) AS n FROM tax WHERE tax_paid >= 1370 UNION ALL SELECT 'all', count(*) FROM tax ORDER BY n LIMIT 5",
			"SELECT 'big' AS c, count(*) AS n FROM tax WHERE tax_paid >= 1000 UNION ALL SELECT 'all', count(*) FROM tax ORDER BY n LIMIT 5"},
		{"SELECT industry, sum(registered_capital) AS s FROM enterprises GROUP BY 1 QUALIFY rank() OVER (ORDER BY sum(registered_capital)) <= 3",
			"WITH cells AS (SELECT industry, sum(registered_capital) AS s, rank() OVER (ORDER BY sum(registered_capital)) AS place FROM enterprises GROUP BY industry) SELECT industry, s FROM cells WHERE place <= 3"},
		// aggregates
		{"SELECT sum(nullif(base, 0)) FROM social_insurance", "SELECT sum(base) FROM social_insurance"},
		{"SELECT count_if(base > 100) AS n FROM social_insurance", "SELECT count(*) FILTER (WHERE base >= 100) AS n FROM social_insurance"},
		{"SELECT sum(base / paid) FROM social_insurance", "SELECT sum(base) / sum(paid) FROM social_insurance"},
		{"SELECT year, max(year) FROM tax GROUP BY 1", `SELECT year, count(*) AS n FROM tax GROUP BY year`},
		{"SELECT count(DISTINCT name) FROM persons", "SELECT count(DISTINCT person_id) FROM persons"},
		// keys and outputs
		{"SELECT district AS d, gender, count(*) FROM persons GROUP BY d", "SELECT district AS d, gender, count(*) FROM persons GROUP BY district, gender"},
		{"SELECT upper(district) AS d, avg(1) FROM persons GROUP BY upper(district)", "SELECT district AS d, count(*) AS n FROM persons GROUP BY district"},
		{"SELECT year, tax_paid FROM tax ORDER BY tax_paid DESC LIMIT 10", `SELECT year, avg(tax_paid) FROM tax GROUP BY year`},
		{"SELECT district, count(*) FROM social_insurance JOIN persons USING (person_id) JOIN enterprises ON employer_uscc = uscc GROUP BY district",
			"SELECT persons.district, count(*) FROM social_insurance JOIN persons USING (person_id) JOIN enterprises ON employer_uscc = uscc GROUP BY persons.district"},
		{"SELECT year(birth_date), district, gender, left(district, 1), substr(gender, 1, 1), count(*) FROM persons GROUP BY ALL", "SELECT year(birth_date), district, gender, count(*) FROM persons GROUP BY year(birth_date), district, gender"},
		// no query, several, or one inside
		{"SUMMARIZE SELECT name FROM persons", "SELECT district, gender, count(*) AS n FROM persons GROUP BY district, gender"},
		{"CHECKPOINT", ""},
		{"PIVOT persons ON gender USING count(*) GROUP BY district", "SELECT district, gender, count(*) FROM persons GROUP BY ALL"},
		{"COPY (SELECT district, count(*) FROM persons GROUP BY 1) TO 'x;y.csv'", "SELECT district, count(*) FROM persons GROUP BY 1"},
		{"EXPLAIN /* select */ SELECT ';' AS x, count(*) FROM persons; DROP TABLE persons", "SELECT ';' AS x, count(*) FROM persons"},
	} {
		t.Run(c.sql, func(t *testing.T) {
			tree, err := w.check(t, c.sql)
			require.Error(t, err)
			out, found := w.near(t, c.sql, tree)
			require.Equal(t, c.want, out.SQL)
			require.Equal(t, c.want != "", found)
			if found {
				_, err = w.check(t, out.SQL)
				require.NoError(t, err)
			}
			for _, said := range out.Changes {
				require.NotEmpty(t, said.Zh)
				require.NotContains(t, said.Zh+said.En, "%!")
			}
		})
	}
}

// What is inside is found by words alone, and never by what stands in quotes or comments.
func TestInside(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT 1":                            "",
		"DELETE FROM t":                       "",
		"x 'select' \"from\" -- with\n y":     "",
		"EXPLAIN WITH a AS (SELECT 1) FROM a": "WITH a AS (SELECT 1) FROM a",
		"COPY (SELECT (1)) TO 'x'":            "SELECT (1)",
		"a; SELECT 2; SELECT 3":               "SELECT 2",
		"EXPLAIN SELECT '":                    "SELECT '",
		"selected /* from":                    "",
		"PIVOT t ON (a) USING sum(b)":         "SELECT  (a) ,  sum(b) FROM  t  GROUP BY ALL",
	} {
		got, found := rewrite.Inside(sql)
		require.Equal(t, want, got, sql)
		require.Equal(t, want != "", found, sql)
	}
}
