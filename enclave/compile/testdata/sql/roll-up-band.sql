-- statement 0
WITH base AS (SELECT CAST(u1.v0 - ((u1.v0 % CAST($1 AS BIGINT) + CAST($1 AS BIGINT)) % CAST($1 AS BIGINT)) AS BIGINT) AS k0, r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."__ekey_1" AS m0
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL)
SELECT k0, count(DISTINCT m0) FROM base GROUP BY k0
-- $1 BIGINT "10"
-- statement 1
WITH base AS (SELECT CAST(u1.v0 - ((u1.v0 % CAST($1 AS BIGINT) + CAST($1 AS BIGINT)) % CAST($1 AS BIGINT)) AS BIGINT) AS k0, r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."__ekey_1" AS m0
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
entity AS (SELECT k0, e0, count(*) AS r, nullif(count(DISTINCT m0), 0) AS s0 FROM base WHERE e0 IS NOT NULL GROUP BY k0, e0)
SELECT k0, count(*), count(s0), coalesce(max(abs(s0), 2)[1], 0), coalesce(max(abs(s0), 2)[2], 0), coalesce(sum(abs(s0)), 0) FROM entity GROUP BY k0
-- $1 BIGINT "10"
-- statement 2
WITH base AS (SELECT CAST(u1.v0 - ((u1.v0 % CAST($1 AS BIGINT) + CAST($1 AS BIGINT)) % CAST($1 AS BIGINT)) AS BIGINT) AS k0, r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."__ekey_1" AS m0
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
entity AS (SELECT k0, e1, count(*) AS r FROM base WHERE e1 IS NOT NULL GROUP BY k0, e1)
SELECT k0, count(*) FROM entity GROUP BY k0
-- $1 BIGINT "10"
-- statement 3
WITH base AS (SELECT CAST(u1.v0 - ((u1.v0 % CAST($1 AS BIGINT) + CAST($1 AS BIGINT)) % CAST($1 AS BIGINT)) AS BIGINT) AS k0, r."__ekey_0" AS e, TRUE AS inside
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- $1 BIGINT "10"
-- statement 4
WITH base AS (SELECT CAST(u1.v0 - ((u1.v0 % CAST($1 AS BIGINT) + CAST($1 AS BIGINT)) % CAST($1 AS BIGINT)) AS BIGINT) AS k0, r."__ekey_1" AS e, TRUE AS inside
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- $1 BIGINT "10"
-- statement 5
WITH x AS (SELECT DISTINCT CAST(u1.v0 - ((u1.v0 % CAST($1 AS BIGINT) + CAST($1 AS BIGINT)) % CAST($1 AS BIGINT)) AS BIGINT) AS a0, r."__ekey_1" AS e
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
y AS (SELECT DISTINCT CAST(u1.v0 - ((u1.v0 % CAST($1 AS BIGINT) + CAST($1 AS BIGINT)) % CAST($1 AS BIGINT)) AS BIGINT) AS b0, r."__ekey_1" AS e
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
size_x AS (SELECT a0, count(*) AS n FROM x GROUP BY a0),
size_y AS (SELECT b0, count(*) AS n FROM y GROUP BY b0),
common AS (SELECT x.a0, y.b0, x.e FROM x AS x JOIN y AS y ON x.e = y.e WHERE NOT (x.a0 IS NOT DISTINCT FROM y.b0)),
pairs AS (SELECT a0, b0, count(*) AS n, 0 AS apart FROM common GROUP BY a0, b0)
SELECT pairs.a0, pairs.b0, pairs.apart, size_x.n - pairs.n, size_y.n - pairs.n FROM pairs JOIN size_x ON pairs.a0 IS NOT DISTINCT FROM size_x.a0 JOIN size_y ON pairs.b0 IS NOT DISTINCT FROM size_y.b0 WHERE pairs.n > 0 LIMIT 200001
-- $1 BIGINT "10"
-- statement 6
WITH u AS (SELECT 0 AS f, e, n, x, CAST(k0 AS VARCHAR) AS k0 FROM (SELECT DISTINCT CAST(u1.v0 - ((u1.v0 % CAST($1 AS BIGINT) + CAST($1 AS BIGINT)) % CAST($1 AS BIGINT)) AS BIGINT) AS k0, r."__ekey_1" AS e, 1 AS n, 1 AS x
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL)),
cell AS (SELECT *, dense_rank() OVER (ORDER BY f, k0, n) AS d FROM u),
mark AS (SELECT e, string_agg(CAST(d AS VARCHAR), ',' ORDER BY d) AS s, max(x) AS x FROM cell GROUP BY e),
atom AS (SELECT s, count(*) AS n, min(e) AS e FROM mark GROUP BY s)
SELECT atom.s, atom.n, u.n, u.f, u.k0 FROM atom JOIN u ON u.e = atom.e LIMIT 200001
-- $1 BIGINT "10"
