-- statement 0
WITH base AS (SELECT CAST(CASE WHEN (u1.v0 IS NOT NULL AND (u1.v0 < CAST($1 AS BIGINT))) THEN 0 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($1 AS BIGINT) AND u1.v0 < CAST($2 AS BIGINT))) THEN 1 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($2 AS BIGINT))) THEN 2 END AS BIGINT) AS k0, CAST(CASE WHEN (u1.v1 IS NOT NULL AND (u1.v1 < CAST($3 AS DECIMAL(38,2)))) THEN 0 WHEN (u1.v1 IS NOT NULL AND (u1.v1 >= CAST($3 AS DECIMAL(38,2)))) THEN 1 WHEN u1.v1 IS NULL THEN 2 END AS BIGINT) AS k1, r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."__ekey_1" AS m0
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0, sum(r."paid") AS v1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))) GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))))
SELECT k0, k1, count(DISTINCT m0), count(*) FROM base GROUP BY k0, k1
-- $1 BIGINT "5"
-- $2 BIGINT "20"
-- $3 DECIMAL(38,2) "1000.00"
-- $4 BIGINT "1"
-- $5 BIGINT "2"
-- $6 BIGINT "3"
-- $7 BIGINT "4"
-- $8 BIGINT "6"
-- statement 1
WITH base AS (SELECT CAST(CASE WHEN (u1.v0 IS NOT NULL AND (u1.v0 < CAST($1 AS BIGINT))) THEN 0 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($1 AS BIGINT) AND u1.v0 < CAST($2 AS BIGINT))) THEN 1 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($2 AS BIGINT))) THEN 2 END AS BIGINT) AS k0, CAST(CASE WHEN (u1.v1 IS NOT NULL AND (u1.v1 < CAST($3 AS DECIMAL(38,2)))) THEN 0 WHEN (u1.v1 IS NOT NULL AND (u1.v1 >= CAST($3 AS DECIMAL(38,2)))) THEN 1 WHEN u1.v1 IS NULL THEN 2 END AS BIGINT) AS k1, r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."__ekey_1" AS m0
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0, sum(r."paid") AS v1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))) GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT))))),
entity AS (SELECT k0, k1, e0, count(*) AS r, nullif(count(DISTINCT m0), 0) AS s0 FROM base WHERE e0 IS NOT NULL GROUP BY k0, k1, e0)
SELECT k0, k1, count(*), count(s0), coalesce(max(abs(s0), 2)[1], 0), coalesce(max(abs(s0), 2)[2], 0), coalesce(sum(abs(s0)), 0), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0) FROM entity GROUP BY k0, k1
-- $1 BIGINT "5"
-- $2 BIGINT "20"
-- $3 DECIMAL(38,2) "1000.00"
-- $4 BIGINT "1"
-- $5 BIGINT "2"
-- $6 BIGINT "3"
-- $7 BIGINT "4"
-- $8 BIGINT "6"
-- statement 2
WITH base AS (SELECT CAST(CASE WHEN (u1.v0 IS NOT NULL AND (u1.v0 < CAST($1 AS BIGINT))) THEN 0 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($1 AS BIGINT) AND u1.v0 < CAST($2 AS BIGINT))) THEN 1 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($2 AS BIGINT))) THEN 2 END AS BIGINT) AS k0, CAST(CASE WHEN (u1.v1 IS NOT NULL AND (u1.v1 < CAST($3 AS DECIMAL(38,2)))) THEN 0 WHEN (u1.v1 IS NOT NULL AND (u1.v1 >= CAST($3 AS DECIMAL(38,2)))) THEN 1 WHEN u1.v1 IS NULL THEN 2 END AS BIGINT) AS k1, r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."__ekey_1" AS m0
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0, sum(r."paid") AS v1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))) GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT))))),
entity AS (SELECT k0, k1, e1, count(*) AS r FROM base WHERE e1 IS NOT NULL GROUP BY k0, k1, e1)
SELECT k0, k1, count(*), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0) FROM entity GROUP BY k0, k1
-- $1 BIGINT "5"
-- $2 BIGINT "20"
-- $3 DECIMAL(38,2) "1000.00"
-- $4 BIGINT "1"
-- $5 BIGINT "2"
-- $6 BIGINT "3"
-- $7 BIGINT "4"
-- $8 BIGINT "6"
-- statement 3
WITH base AS (SELECT CAST(CASE WHEN (u1.v0 IS NOT NULL AND (u1.v0 < CAST($1 AS BIGINT))) THEN 0 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($1 AS BIGINT) AND u1.v0 < CAST($2 AS BIGINT))) THEN 1 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($2 AS BIGINT))) THEN 2 END AS BIGINT) AS k0, CAST(CASE WHEN (u1.v1 IS NOT NULL AND (u1.v1 < CAST($3 AS DECIMAL(38,2)))) THEN 0 WHEN (u1.v1 IS NOT NULL AND (u1.v1 >= CAST($3 AS DECIMAL(38,2)))) THEN 1 WHEN u1.v1 IS NULL THEN 2 END AS BIGINT) AS k1, r."__ekey_0" AS e, (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))) AS inside
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0, sum(r."paid") AS v1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))) GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, k1, e, count(*) AS r FROM base WHERE inside GROUP BY k0, k1, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, part.k1, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0, part.k1
-- $1 BIGINT "5"
-- $2 BIGINT "20"
-- $3 DECIMAL(38,2) "1000.00"
-- $4 BIGINT "1"
-- $5 BIGINT "2"
-- $6 BIGINT "3"
-- $7 BIGINT "4"
-- $8 BIGINT "6"
-- statement 4
WITH base AS (SELECT CAST(CASE WHEN (u1.v0 IS NOT NULL AND (u1.v0 < CAST($1 AS BIGINT))) THEN 0 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($1 AS BIGINT) AND u1.v0 < CAST($2 AS BIGINT))) THEN 1 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($2 AS BIGINT))) THEN 2 END AS BIGINT) AS k0, CAST(CASE WHEN (u1.v1 IS NOT NULL AND (u1.v1 < CAST($3 AS DECIMAL(38,2)))) THEN 0 WHEN (u1.v1 IS NOT NULL AND (u1.v1 >= CAST($3 AS DECIMAL(38,2)))) THEN 1 WHEN u1.v1 IS NULL THEN 2 END AS BIGINT) AS k1, r."__ekey_1" AS e, (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))) AS inside
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0, sum(r."paid") AS v1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))) GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, k1, e, count(*) AS r FROM base WHERE inside GROUP BY k0, k1, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, part.k1, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0, part.k1
-- $1 BIGINT "5"
-- $2 BIGINT "20"
-- $3 DECIMAL(38,2) "1000.00"
-- $4 BIGINT "1"
-- $5 BIGINT "2"
-- $6 BIGINT "3"
-- $7 BIGINT "4"
-- $8 BIGINT "6"
-- statement 5
WITH x AS (SELECT DISTINCT CAST(CASE WHEN (u1.v0 IS NOT NULL AND (u1.v0 < CAST($1 AS BIGINT))) THEN 0 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($1 AS BIGINT) AND u1.v0 < CAST($2 AS BIGINT))) THEN 1 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($2 AS BIGINT))) THEN 2 END AS BIGINT) AS a0, CAST(CASE WHEN (u1.v1 IS NOT NULL AND (u1.v1 < CAST($3 AS DECIMAL(38,2)))) THEN 0 WHEN (u1.v1 IS NOT NULL AND (u1.v1 >= CAST($3 AS DECIMAL(38,2)))) THEN 1 WHEN u1.v1 IS NULL THEN 2 END AS BIGINT) AS a1, r."__ekey_1" AS e
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0, sum(r."paid") AS v1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))) GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT))))),
y AS (SELECT DISTINCT CAST(CASE WHEN (u1.v0 IS NOT NULL AND (u1.v0 < CAST($1 AS BIGINT))) THEN 0 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($1 AS BIGINT) AND u1.v0 < CAST($2 AS BIGINT))) THEN 1 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($2 AS BIGINT))) THEN 2 END AS BIGINT) AS b0, CAST(CASE WHEN (u1.v1 IS NOT NULL AND (u1.v1 < CAST($3 AS DECIMAL(38,2)))) THEN 0 WHEN (u1.v1 IS NOT NULL AND (u1.v1 >= CAST($3 AS DECIMAL(38,2)))) THEN 1 WHEN u1.v1 IS NULL THEN 2 END AS BIGINT) AS b1, r."__ekey_1" AS e
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0, sum(r."paid") AS v1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))) GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT))))),
size_x AS (SELECT a0, a1, count(*) AS n FROM x GROUP BY a0, a1),
size_y AS (SELECT b0, b1, count(*) AS n FROM y GROUP BY b0, b1),
common AS (SELECT x.a0, x.a1, y.b0, y.b1, x.e FROM x AS x JOIN y AS y ON x.e = y.e WHERE NOT (x.a0 IS NOT DISTINCT FROM y.b0 AND x.a1 IS NOT DISTINCT FROM y.b1)),
pairs AS (SELECT a0, a1, b0, b1, count(*) AS n, 0 AS apart FROM common GROUP BY a0, a1, b0, b1)
SELECT pairs.a0, pairs.a1, pairs.b0, pairs.b1, pairs.apart, size_x.n - pairs.n, size_y.n - pairs.n FROM pairs JOIN size_x ON pairs.a0 IS NOT DISTINCT FROM size_x.a0 AND pairs.a1 IS NOT DISTINCT FROM size_x.a1 JOIN size_y ON pairs.b0 IS NOT DISTINCT FROM size_y.b0 AND pairs.b1 IS NOT DISTINCT FROM size_y.b1 WHERE pairs.n > 0 LIMIT 200001
-- $1 BIGINT "5"
-- $2 BIGINT "20"
-- $3 DECIMAL(38,2) "1000.00"
-- $4 BIGINT "1"
-- $5 BIGINT "2"
-- $6 BIGINT "3"
-- $7 BIGINT "4"
-- $8 BIGINT "6"
-- statement 6
WITH x AS (SELECT CAST(CASE WHEN (u1.v0 IS NOT NULL AND (u1.v0 < CAST($1 AS BIGINT))) THEN 0 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($1 AS BIGINT) AND u1.v0 < CAST($2 AS BIGINT))) THEN 1 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($2 AS BIGINT))) THEN 2 END AS BIGINT) AS a0, CAST(CASE WHEN (u1.v1 IS NOT NULL AND (u1.v1 < CAST($3 AS DECIMAL(38,2)))) THEN 0 WHEN (u1.v1 IS NOT NULL AND (u1.v1 >= CAST($3 AS DECIMAL(38,2)))) THEN 1 WHEN u1.v1 IS NULL THEN 2 END AS BIGINT) AS a1, r."__ekey_1" AS e, count(*) AS s
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0, sum(r."paid") AS v1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))) GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))) GROUP BY ALL),
y AS (SELECT DISTINCT CAST(CASE WHEN (u1.v0 IS NOT NULL AND (u1.v0 < CAST($1 AS BIGINT))) THEN 0 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($1 AS BIGINT) AND u1.v0 < CAST($2 AS BIGINT))) THEN 1 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($2 AS BIGINT))) THEN 2 END AS BIGINT) AS b0, CAST(CASE WHEN (u1.v1 IS NOT NULL AND (u1.v1 < CAST($3 AS DECIMAL(38,2)))) THEN 0 WHEN (u1.v1 IS NOT NULL AND (u1.v1 >= CAST($3 AS DECIMAL(38,2)))) THEN 1 WHEN u1.v1 IS NULL THEN 2 END AS BIGINT) AS b1, r."__ekey_1" AS e, 1 AS s
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0, sum(r."paid") AS v1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))) GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT))))),
size_x AS (SELECT a0, a1, count(*) AS n FROM x GROUP BY a0, a1),
size_y AS (SELECT b0, b1, count(*) AS n FROM y GROUP BY b0, b1),
common AS (SELECT x.a0, x.a1, y.b0, y.b1, x.e, x.s AS sa, y.s AS sb, CASE WHEN x.s <> 0 AND y.s <> 0 THEN 2 * CAST(round(10000000 * ln(abs(CAST(x.s AS DOUBLE) / CAST(y.s AS DOUBLE)))) AS BIGINT) + CASE WHEN (x.s > 0) = (y.s > 0) THEN 0 ELSE 1 END END AS z, CASE WHEN x.s <> 0 AND y.s <> 0 THEN 2 * CAST(floor(10000000 * ln(abs(CAST(x.s AS DOUBLE) / CAST(y.s AS DOUBLE)))) AS BIGINT) + CASE WHEN (x.s > 0) = (y.s > 0) THEN 0 ELSE 1 END END AS zz FROM x AS x JOIN y AS y ON x.e = y.e WHERE TRUE),
pairs AS (SELECT a0, a1, b0, b1, count(*) AS n, count(*) - count(*) FILTER (WHERE sa = 0 AND sb = 0) - greatest(coalesce(list_max(map_values(histogram(z))), 0), coalesce(list_max(map_values(histogram(zz))), 0)) AS apart FROM common GROUP BY a0, a1, b0, b1)
SELECT pairs.a0, pairs.a1, pairs.b0, pairs.b1, pairs.apart, size_x.n - pairs.n, size_y.n - pairs.n FROM pairs JOIN size_x ON pairs.a0 IS NOT DISTINCT FROM size_x.a0 AND pairs.a1 IS NOT DISTINCT FROM size_x.a1 JOIN size_y ON pairs.b0 IS NOT DISTINCT FROM size_y.b0 AND pairs.b1 IS NOT DISTINCT FROM size_y.b1 WHERE pairs.n > 0 LIMIT 200001
-- $1 BIGINT "5"
-- $2 BIGINT "20"
-- $3 DECIMAL(38,2) "1000.00"
-- $4 BIGINT "1"
-- $5 BIGINT "2"
-- $6 BIGINT "3"
-- $7 BIGINT "4"
-- $8 BIGINT "6"
-- statement 7
WITH u AS (SELECT 0 AS f, e, n, x, CAST(k0 AS VARCHAR) AS k0, CAST(k1 AS VARCHAR) AS k1 FROM (SELECT DISTINCT CAST(CASE WHEN (u1.v0 IS NOT NULL AND (u1.v0 < CAST($1 AS BIGINT))) THEN 0 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($1 AS BIGINT) AND u1.v0 < CAST($2 AS BIGINT))) THEN 1 WHEN (u1.v0 IS NOT NULL AND (u1.v0 >= CAST($2 AS BIGINT))) THEN 2 END AS BIGINT) AS k0, CAST(CASE WHEN (u1.v1 IS NOT NULL AND (u1.v1 < CAST($3 AS DECIMAL(38,2)))) THEN 0 WHEN (u1.v1 IS NOT NULL AND (u1.v1 >= CAST($3 AS DECIMAL(38,2)))) THEN 1 WHEN u1.v1 IS NULL THEN 2 END AS BIGINT) AS k1, r."__ekey_1" AS e, 1 AS n, 1 AS x
  FROM "social_insurance".main.data AS r
  LEFT JOIN (SELECT r."__ekey_1" AS e, count(*) AS v0, sum(r."paid") AS v1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))) GROUP BY ALL) AS u1 ON u1.e = r."__ekey_1"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."month" IS NOT NULL AND (r."month" IN (CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($1 AS BIGINT), CAST($8 AS BIGINT)))))),
cell AS (SELECT *, dense_rank() OVER (ORDER BY f, k0, k1, n) AS d FROM u),
mark AS (SELECT e, string_agg(CAST(d AS VARCHAR), ',' ORDER BY d) AS s, max(x) AS x FROM cell GROUP BY e),
atom AS (SELECT s, count(*) AS n, min(e) AS e FROM mark GROUP BY s)
SELECT atom.s, atom.n, u.n, u.f, u.k0, u.k1 FROM atom JOIN u ON u.e = atom.e LIMIT 200001
-- $1 BIGINT "5"
-- $2 BIGINT "20"
-- $3 DECIMAL(38,2) "1000.00"
-- $4 BIGINT "1"
-- $5 BIGINT "2"
-- $6 BIGINT "3"
-- $7 BIGINT "4"
-- $8 BIGINT "6"
