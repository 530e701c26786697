package sqltree

import "yumen/catalog"

// Example is a refused text beside one that asks what was probably meant, over two tables that everybody can imagine: clients (id, city,
// segment, amount) and cases (id, kind, heard) of the same persons.
type Example struct {
	Refused string
	Instead string
}

// ExampleOf returns the example of a code, and false where another text is no cure. A test asks the gateway both.
func ExampleOf(code catalog.Code) (Example, bool) {
	e, ok := examples[code]
	return e, ok
}

const byCity = "SELECT city, count(*) AS n FROM clients GROUP BY city"

var examples = map[catalog.Code]Example{
	catalog.CodeSyntax:        {"SELECT city count(*) FROM clients GROUP city", byCity},
	catalog.CodeStmtKind:      {"DELETE FROM clients", byCity},
	catalog.CodeMultiStmt:     {byCity + "; SELECT count(*) AS n FROM cases", byCity},
	catalog.CodeType:          {"SELECT count(*) AS n FROM clients WHERE amount >= 'much'", "SELECT count(*) AS n FROM clients WHERE amount >= 500"},
	catalog.CodeAmbiguous:     {"SELECT count(*) AS n FROM cases JOIN cases ON cases.id = cases.id", "SELECT count(*) AS n FROM cases JOIN clients ON cases.id = clients.id"},
	catalog.CodeAlias:         {"SELECT t.a, count(*) AS n FROM clients AS t(i, a) GROUP BY t.a", "SELECT t.city AS a, count(*) AS n FROM clients AS t GROUP BY t.city"},
	catalog.CodeParam:         {"SELECT count(*) AS n FROM clients WHERE city = $1", "SELECT count(*) AS n FROM clients WHERE city = 'north'"},
	catalog.CodeUnknownTable:  {"SELECT count(*) AS n FROM customers", "SELECT count(*) AS n FROM clients"},
	catalog.CodeUnknownColumn: {"SELECT town, count(*) AS n FROM clients GROUP BY town", byCity},
	catalog.CodeDomain:        {"SELECT count(*) AS n FROM clients WHERE city = 'west'", "SELECT count(*) AS n FROM clients WHERE city = 'north'"},

	catalog.CodeStar:         {"SELECT * FROM clients", byCity},
	catalog.CodeRowAsValue:   {"SELECT count(clients) AS n FROM clients", "SELECT count(*) AS n FROM clients"},
	catalog.CodeNoAggregate:  {"SELECT city, amount FROM clients", "SELECT city, avg(amount) AS mean FROM clients GROUP BY city"},
	catalog.CodeGroupKey:     {"SELECT id, count(*) AS n FROM clients GROUP BY id", "SELECT city, count(DISTINCT id) AS n FROM clients GROUP BY city"},
	catalog.CodeGroupingSets: {"SELECT city, count(*) AS n FROM clients GROUP BY ROLLUP (city)", byCity},
	catalog.CodeIDPredicate:  {"SELECT sum(amount) AS s FROM clients WHERE id = 7", "SELECT sum(amount) AS s FROM clients WHERE city = 'north'"},

	catalog.CodeAggFn:     {"SELECT city, max(amount) AS most FROM clients GROUP BY city", "SELECT city, avg(amount) AS mean, stddev(amount) AS spread FROM clients GROUP BY city"},
	catalog.CodeAggArg:    {"SELECT sum(abs(amount)) AS s FROM clients", "SELECT sum(amount) AS s, sum(amount) FILTER (WHERE amount >= 500) AS large FROM clients"},
	catalog.CodeAggFilter: {"WITH p AS (SELECT id, count(*) FILTER (WHERE heard = 2024) AS n FROM cases GROUP BY id) SELECT n, count(*) AS persons FROM p GROUP BY n", "SELECT count(*) FILTER (WHERE heard = 2024) AS n FROM cases"},

	catalog.CodePredicateForm: {"SELECT count(*) AS n FROM clients WHERE city = 'north' OR segment = 'a'", "SELECT count(*) AS n FROM clients WHERE city = 'north' AND segment = 'a'"},
	catalog.CodeLiteralGrid:   {"SELECT count(*) AS n FROM clients WHERE amount >= 137", "SELECT count(*) AS n FROM clients WHERE amount >= 100"},
	catalog.CodeScalarFn:      {"SELECT upper(city) AS c, count(*) AS n FROM clients GROUP BY upper(city)", byCity},
	catalog.CodeCast:          {"SELECT sum(CAST(amount AS INTEGER)) AS s FROM clients", "SELECT CAST(sum(amount) AS DOUBLE) AS s FROM clients"},

	catalog.CodeJoinType:     {"SELECT count(*) AS n FROM cases CROSS JOIN clients", "SELECT count(*) AS n FROM cases JOIN clients ON cases.id = clients.id"},
	catalog.CodeJoinEdge:     {"SELECT count(*) AS n FROM cases JOIN clients ON cases.kind = clients.segment", "SELECT clients.city, count(*) AS n FROM cases JOIN clients ON cases.id = clients.id GROUP BY clients.city"},
	catalog.CodeTableFn:      {"SELECT count(*) AS n FROM read_csv('clients.csv')", "SELECT count(*) AS n FROM clients"},
	catalog.CodeFromValues:   {"SELECT count(*) AS n FROM (VALUES (1), (2)) AS t(a)", "SELECT count(*) AS n FROM clients"},
	catalog.CodeSetOp:        {"SELECT count(*) AS n FROM (SELECT id FROM clients WHERE city = 'north' UNION SELECT id FROM clients WHERE segment = 'a') AS c", "SELECT count(*) AS n FROM clients WHERE city = 'north' UNION ALL SELECT count(*) AS n FROM clients WHERE segment = 'a'"},
	catalog.CodeSubquery:     {"SELECT count(*) AS n FROM clients WHERE amount > (SELECT avg(amount) FROM clients)", "SELECT count(*) AS n, avg(amount) AS mean FROM clients WHERE amount >= 500"},
	catalog.CodeCTERecursive: {"WITH RECURSIVE t AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM t) SELECT count(*) AS n FROM t", "SELECT count(*) AS n FROM clients"},
	catalog.CodeCTEShadow:    {"WITH clients AS (SELECT id, count(*) AS n FROM cases GROUP BY id) SELECT n, count(*) AS persons FROM clients GROUP BY n", "WITH each AS (SELECT id, sum(amount) AS s FROM clients GROUP BY id) SELECT count(*) AS persons, avg(s) AS mean FROM each"},
	catalog.CodeWindow:       {"SELECT city, rank() OVER (ORDER BY amount DESC) AS place FROM clients", "SELECT city, sum(amount) AS s, rank() OVER (ORDER BY sum(amount) DESC) AS place FROM clients GROUP BY city"},
	catalog.CodeSample:       {"SELECT count(*) AS n FROM clients USING SAMPLE 10%", "SELECT count(*) AS n FROM clients"},
}
