package compile_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
)

var update = flag.Bool("update", false, "write the golden plans")

// golden are one query for every shape of the language.
var golden = map[string]string{
	"count":           "SELECT count(*) FROM persons",
	"dimension":       "SELECT district, count(*) AS n FROM persons GROUP BY district",
	"several":         "SELECT industry, avg(registered_capital) AS a, count(*) AS n FROM enterprises GROUP BY industry",
	"join":            "SELECT e.industry, t.year, sum(t.tax_paid) AS s FROM tax t JOIN enterprises e ON t.uscc = e.uscc GROUP BY e.industry, t.year ORDER BY s DESC LIMIT 5",
	"left-join":       "SELECT e.district, count(*), count(e.uscc), count(DISTINCT e.uscc) FROM tax LEFT JOIN enterprises e USING (uscc) GROUP BY 1",
	"decade":          "SELECT decade(birth_date) AS decade, gender, count(*) AS n FROM persons GROUP BY ALL",
	"distinct-key":    "SELECT e.district, count(DISTINCT c.party_uscc) AS n FROM court_judgments c JOIN enterprises e ON c.party_uscc = e.uscc WHERE c.status = 'executed' GROUP BY e.district",
	"two-entities":    "SELECT e.district, count(DISTINCT s.person_id) AS staff, count(DISTINCT s.employer_uscc) AS firms FROM social_insurance s JOIN enterprises e ON s.employer_uscc = e.uscc WHERE s.month = 12 GROUP BY e.district",
	"roll-up":         "WITH per AS (SELECT person_id, sum(paid) AS y FROM social_insurance GROUP BY person_id) SELECT count(*) AS n, avg(y) AS a FROM per",
	"roll-up-filter":  "WITH per AS (SELECT person_id, count(*) AS n, sum(paid) AS y FROM social_insurance WHERE month <= 6 GROUP BY person_id HAVING sum(base) >= 5000) SELECT p.district, count(*), sum(y), avg(n) FROM per JOIN persons p USING (person_id) WHERE n >= 5 AND p.gender = 'F' GROUP BY p.district",
	"ratio":           "SELECT e.industry, sum(t.arrears) / nullif(sum(t.tax_paid), 0) AS ratio FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE t.year = 2024 GROUP BY e.industry",
	"having":          "SELECT district, count(*) AS n FROM persons WHERE gender = 'F' AND birth_date >= DATE '1960-01-01' AND birth_date < DATE '1970-01-01' GROUP BY district HAVING count(*) >= 5",
	"stddev":          "SELECT district, stddev_pop(registered_capital) AS sd, var_samp(registered_capital) AS v FROM enterprises GROUP BY district",
	"select-distinct": "SELECT DISTINCT industry FROM enterprises",
	"order-by-hidden": "SELECT industry FROM enterprises GROUP BY industry ORDER BY sum(registered_capital) LIMIT 1",
	"filter":          "SELECT year, count(*) FILTER (WHERE arrears > 0) AS debtors, count(*) AS n FROM tax GROUP BY year",
	"case":            "SELECT district, CASE WHEN count(*) > 50 THEN 'many' ELSE 'few' END AS size, round(100.0 * count(*) / 500, 1) AS share FROM persons GROUP BY district ORDER BY 2, district DESC",
	"conditional":     "SELECT industry, sum(CASE WHEN registered_capital >= 1000 THEN 1 ELSE 0 END) AS large, avg(CASE WHEN registered_capital >= 1000 THEN 1.0 ELSE 0.0 END) AS share, sum(CASE WHEN registered_capital >= 1000 THEN registered_capital ELSE 0 END) AS capital FROM enterprises GROUP BY industry",
	"window":          "SELECT industry, count(*) AS n, 100.0 * count(*) / sum(count(*)) OVER () AS share, rank() OVER (ORDER BY sum(registered_capital) DESC) AS place FROM enterprises GROUP BY industry HAVING count(*) > 1 ORDER BY industry",
	"window-parts":    "SELECT district, gender, count(*) AS n, row_number() OVER (PARTITION BY district ORDER BY n DESC, gender) AS place, avg(count(*)) OVER (PARTITION BY district) AS mean, sum(count(*)) OVER (PARTITION BY district ORDER BY gender) AS up_to FROM persons GROUP BY district, gender ORDER BY district, gender",
	"complement":      "SELECT count(*) FROM enterprises WHERE industry NOT IN ('rocket') AND NOT (registered_capital < 1000 OR registered_capital >= 5000)",
	"polynomial":      "SELECT year, sum(tax_paid + 2 * arrears - 1) AS s, avg((tax_paid + arrears) / 3) AS a, sum(-0.5 * tax_paid) AS h FROM tax GROUP BY year",
	"products":        "SELECT e.industry, sum(t.tax_paid * t.tax_paid) AS squares, sum(e.registered_capital * t.arrears) / sum(e.registered_capital) AS weighted, var_samp(t.tax_paid - t.arrears) AS v FROM tax t JOIN enterprises e USING (uscc) GROUP BY e.industry",
	"regression":      "SELECT year, corr(tax_paid, arrears) AS r, covar_pop(tax_paid, arrears) AS c, regr_slope(tax_paid, arrears) AS b, regr_intercept(tax_paid, arrears) AS a, regr_r2(tax_paid, arrears) AS r2 FROM tax GROUP BY year",
	"over-window":     "WITH d AS (SELECT district, count(*) AS n FROM persons GROUP BY district) SELECT district, n, rank() OVER (ORDER BY n DESC) AS place FROM d WHERE n > 10 ORDER BY place, district LIMIT 5",
	"over-value":      "WITH d AS (SELECT e.district, avg(t.tax_paid) AS mean FROM tax t JOIN enterprises e USING (uscc) GROUP BY e.district), a AS (SELECT count(*) AS n, max(mean) AS most FROM d) SELECT d.district, mean, mean - (SELECT avg(mean) FROM d) AS above, a.n FROM d JOIN a ON d.mean < a.most ORDER BY d.district",
	"several-joined":  "WITH a AS (SELECT district, gender, count(*) AS n FROM persons GROUP BY 1, 2), b AS (SELECT district, avg(registered_capital) AS m FROM enterprises GROUP BY district) SELECT a.district, gender, n, m FROM a LEFT JOIN b USING (district) ORDER BY 1, 2",
	"several-values":  "SELECT industry, count(*) AS n, count(*) * 100.0 / (SELECT count(*) FROM enterprises) AS share FROM enterprises WHERE district = 'D1' GROUP BY industry HAVING count(*) > (SELECT avg(n) FROM (SELECT industry, count(*) AS n FROM enterprises GROUP BY 1) AS i) ORDER BY share DESC",
	"several-union":   "SELECT industry, sum(registered_capital) AS s FROM enterprises GROUP BY industry UNION ALL (SELECT 'all', sum(registered_capital) FROM enterprises LIMIT 1) ORDER BY s DESC NULLS FIRST, 1 LIMIT 10",
	"case-key":        "SELECT CASE WHEN registered_capital < 100 THEN 'small' WHEN registered_capital < 10000 THEN 'medium' ELSE 'large' END AS size, industry IN ('I0', 'I1') AS trade, count(*) AS n, avg(registered_capital) AS mean FROM enterprises GROUP BY size, trade HAVING size <> 'medium' ORDER BY n DESC",
	"case-left-join":  "SELECT CASE e.district WHEN 'D0' THEN 1 WHEN 'D1' THEN 1.0 ELSE 2 END AS zone, count(*) AS n FROM tax LEFT JOIN enterprises e USING (uscc) GROUP BY 1",
	"case-sensitive":  "SELECT CASE WHEN status = 'executed' THEN 'yes' END AS executed, count(*) AS n FROM court_judgments GROUP BY executed",
	"roll-up-key":     "WITH f AS (SELECT employer_uscc, count(*) AS n, sum(paid) AS paid FROM social_insurance WHERE month <= 6 GROUP BY 1) SELECT CASE WHEN n < 5 THEN 'to 5' WHEN n < 20 THEN '5 to 20' ELSE '20 and more' END AS staff, paid >= 1000 AS payer, count(*) AS firms, sum(n) AS payments FROM f GROUP BY 1, 2",
	"roll-up-band":    "SELECT floor(n / 10) * 10 AS band, count(*) AS firms FROM (SELECT employer_uscc, count(*) AS n FROM social_insurance GROUP BY employer_uscc) GROUP BY band",
	"contributors":    "SELECT count(DISTINCT employer_uscc), sum(base) FROM social_insurance WHERE base BETWEEN 1000 AND 4999.99",
}

func TestGoldenPlans(t *testing.T) {
	view := viewtest.Corpus(t)
	for name, sql := range golden {
		t.Run(name, func(t *testing.T) {
			p, err := build(t, sql, view, noNulls(view))
			require.NoError(t, err)
			got, err := json.MarshalIndent(struct {
				SQL  string        `json:"sql"`
				Plan *compile.Plan `json:"plan"`
			}{sql, p}, "", "  ")
			require.NoError(t, err)
			path := filepath.Join("testdata", "plans", name+".json")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				require.NoError(t, os.WriteFile(path, append(got, '\n'), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.JSONEq(t, string(want), string(got))
		})
	}
}
