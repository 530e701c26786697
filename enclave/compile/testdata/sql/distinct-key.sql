-- statement 0
WITH base AS (SELECT j1."district" AS k0, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, r."__ekey_0" AS m0
  FROM "court_judgments".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL AND (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR)))))
SELECT k0, count(DISTINCT m0) FROM base GROUP BY k0
-- $1 VARCHAR "executed"
-- statement 1
WITH base AS (SELECT j1."district" AS k0, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, r."__ekey_0" AS m0
  FROM "court_judgments".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL AND (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR))))),
entity AS (SELECT k0, e0, count(*) AS r FROM base WHERE e0 IS NOT NULL GROUP BY k0, e0)
SELECT k0, count(*) FROM entity GROUP BY k0
-- $1 VARCHAR "executed"
-- statement 2
WITH base AS (SELECT j1."district" AS k0, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, r."__ekey_0" AS m0
  FROM "court_judgments".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL AND (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR))))),
entity AS (SELECT k0, e1, count(*) AS r, nullif(count(DISTINCT m0), 0) AS s0 FROM base WHERE e1 IS NOT NULL GROUP BY k0, e1)
SELECT k0, count(*), count(s0), coalesce(max(abs(s0), 2)[1], 0), coalesce(max(abs(s0), 2)[2], 0), coalesce(sum(abs(s0)), 0) FROM entity GROUP BY k0
-- $1 VARCHAR "executed"
-- statement 3
WITH base AS (SELECT j1."district" AS k0, r."__ekey_0" AS e, j1."__ekey_0" IS NOT NULL AND (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR)))) AS inside
  FROM "court_judgments".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- $1 VARCHAR "executed"
-- statement 4
WITH base AS (SELECT j1."district" AS k0, j1."__ekey_1" AS e, j1."__ekey_0" IS NOT NULL AND (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR)))) AS inside
  FROM "court_judgments".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_1" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- $1 VARCHAR "executed"
-- statement 5
WITH base AS (SELECT j1."district" AS k0, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, coalesce(CAST(r."status" AS VARCHAR) = CAST($1 AS VARCHAR), FALSE) AS h0
  FROM "court_judgments".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL)
SELECT k0, count(DISTINCT e0), count(DISTINCT e0) FILTER (WHERE h0), count(DISTINCT e1), count(DISTINCT e1) FILTER (WHERE h0) FROM base GROUP BY k0
-- $1 VARCHAR "executed"
-- statement 6
WITH base AS (SELECT j1."district" AS k0, r."__ekey_0" AS e, j1."__ekey_0" IS NOT NULL AND (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR)))) AS inside
  FROM "court_judgments".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL),
whole AS (SELECT k0, e, count(*) AS r FROM base GROUP BY k0, e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT k0, count(*) AS n FROM whole GROUP BY k0)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e AND part.k0 IS NOT DISTINCT FROM whole.k0 JOIN size ON part.k0 IS NOT DISTINCT FROM size.k0 GROUP BY part.k0
-- $1 VARCHAR "executed"
-- statement 7
WITH base AS (SELECT j1."district" AS k0, j1."__ekey_1" AS e, j1."__ekey_0" IS NOT NULL AND (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR)))) AS inside
  FROM "court_judgments".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_1" IS NOT NULL AND j1."__ekey_0" IS NOT NULL),
whole AS (SELECT k0, e, count(*) AS r FROM base GROUP BY k0, e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT k0, count(*) AS n FROM whole GROUP BY k0)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e AND part.k0 IS NOT DISTINCT FROM whole.k0 JOIN size ON part.k0 IS NOT DISTINCT FROM size.k0 GROUP BY part.k0
-- $1 VARCHAR "executed"
-- statement 8
WITH x AS (SELECT DISTINCT j1."district" AS a0, r."__ekey_0" AS e
  FROM "court_judgments".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL AND (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR))))),
y AS (SELECT DISTINCT r."__ekey_0" AS e
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
size_x AS (SELECT a0, count(*) AS n FROM x GROUP BY a0),
size_y AS (SELECT count(*) AS n FROM y),
common AS (SELECT x.a0, x.e FROM x AS x JOIN y AS y ON x.e = y.e WHERE TRUE),
pairs AS (SELECT a0, count(*) AS n, 0 AS apart FROM common GROUP BY a0)
SELECT pairs.a0, pairs.apart, size_x.n - pairs.n, size_y.n - pairs.n FROM pairs JOIN size_x ON pairs.a0 IS NOT DISTINCT FROM size_x.a0 JOIN size_y ON TRUE WHERE pairs.n > 0 LIMIT 200001
-- $1 VARCHAR "executed"
-- statement 9
WITH x AS (SELECT DISTINCT j1."district" AS a0, r."__ekey_0" AS e
  FROM "court_judgments".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL AND (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR))))),
y AS (SELECT DISTINCT j1."district" AS b0, r."__ekey_0" AS e
  FROM "court_judgments".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL AND (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR))))),
size_x AS (SELECT a0, count(*) AS n FROM x GROUP BY a0),
size_y AS (SELECT b0, count(*) AS n FROM y GROUP BY b0),
common AS (SELECT x.a0, y.b0, x.e FROM x AS x JOIN y AS y ON x.e = y.e WHERE NOT (x.a0 IS NOT DISTINCT FROM y.b0)),
pairs AS (SELECT a0, b0, count(*) AS n, 0 AS apart FROM common GROUP BY a0, b0)
SELECT pairs.a0, pairs.b0, pairs.apart, size_x.n - pairs.n, size_y.n - pairs.n FROM pairs JOIN size_x ON pairs.a0 IS NOT DISTINCT FROM size_x.a0 JOIN size_y ON pairs.b0 IS NOT DISTINCT FROM size_y.b0 WHERE pairs.n > 0 LIMIT 200001
-- $1 VARCHAR "executed"
-- statement 10
WITH raw AS (SELECT r."__ekey_0" AS e, j1."__ekey_0" IS NOT NULL AS p0, j1."district" AS k0_0, (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR)))) AS s0, coalesce(CAST(r."status" AS VARCHAR) = CAST($1 AS VARCHAR), FALSE) AS h0
  FROM "court_judgments".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
base AS (SELECT e, p0, CASE WHEN p0 THEN k0_0 END AS p0_0, s0, h0 FROM raw WHERE p0),
part AS (SELECT DISTINCT e, p0, p0_0, s0 FROM base),
ranked AS (SELECT *, dense_rank() OVER (ORDER BY p0, p0_0, s0) AS d FROM part),
mark AS (SELECT e, string_agg(CAST(d AS VARCHAR), ',' ORDER BY d) AS s FROM ranked GROUP BY e),
held AS (SELECT e, bool_or(h0) AS h0 FROM base GROUP BY e),
sight AS (SELECT s, count(*) AS n, min(mark.e) AS e, count(*) FILTER (WHERE h0) AS h0 FROM mark JOIN held ON mark.e = held.e GROUP BY s)
SELECT sight.s, sight.n, sight.h0, ranked.p0, ranked.p0_0, ranked.s0 FROM sight JOIN ranked ON ranked.e = sight.e LIMIT 200001
-- $1 VARCHAR "executed"
-- statement 11
WITH u AS (SELECT 0 AS f, e, n, x, CAST(k0 AS VARCHAR) AS k0 FROM (SELECT DISTINCT j1."district" AS k0, r."__ekey_0" AS e, 1 AS n, 1 AS x
  FROM "court_judgments".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL AND (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR)))))),
cell AS (SELECT *, dense_rank() OVER (ORDER BY f, k0, n) AS d FROM u),
mark AS (SELECT e, string_agg(CAST(d AS VARCHAR), ',' ORDER BY d) AS s, max(x) AS x FROM cell GROUP BY e),
atom AS (SELECT s, count(*) AS n, min(e) AS e FROM mark GROUP BY s)
SELECT atom.s, atom.n, u.n, u.f, u.k0 FROM atom JOIN u ON u.e = atom.e LIMIT 200001
-- $1 VARCHAR "executed"
