-- statement 0
WITH base AS (SELECT r."year" AS k0, r."__ekey_0" AS e0
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL)
SELECT k0, count(*) FROM base GROUP BY k0
-- statement 1
WITH base AS (SELECT r."year" AS k0, r."__ekey_0" AS e0
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND (r."arrears" IS NOT NULL AND (r."arrears" >= CAST($1 AS DECIMAL(18,2)))))
SELECT k0, count(*) FROM base GROUP BY k0
-- $1 DECIMAL(18,2) "0.01"
-- statement 2
WITH base AS (SELECT r."year" AS k0, r."__ekey_0" AS e0
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL),
entity AS (SELECT k0, e0, count(*) AS r FROM base WHERE e0 IS NOT NULL GROUP BY k0, e0)
SELECT k0, count(*), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0) FROM entity GROUP BY k0
-- statement 3
WITH base AS (SELECT r."year" AS k0, r."__ekey_0" AS e0
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND (r."arrears" IS NOT NULL AND (r."arrears" >= CAST($1 AS DECIMAL(18,2))))),
entity AS (SELECT k0, e0, count(*) AS r FROM base WHERE e0 IS NOT NULL GROUP BY k0, e0)
SELECT k0, count(*), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0) FROM entity GROUP BY k0
-- $1 DECIMAL(18,2) "0.01"
-- statement 4
WITH base AS (SELECT r."year" AS k0, r."__ekey_0" AS e, TRUE AS inside
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- statement 5
WITH base AS (SELECT r."year" AS k0, r."__ekey_0" AS e, (r."arrears" IS NOT NULL AND (r."arrears" >= CAST($1 AS DECIMAL(18,2)))) AS inside
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- $1 DECIMAL(18,2) "0.01"
-- statement 6
WITH base AS (SELECT r."year" AS k0, r."__ekey_0" AS e, (r."arrears" IS NOT NULL AND (r."arrears" >= CAST($1 AS DECIMAL(18,2)))) AS inside
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT k0, e, count(*) AS r FROM base GROUP BY k0, e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT k0, count(*) AS n FROM whole GROUP BY k0)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e AND part.k0 IS NOT DISTINCT FROM whole.k0 JOIN size ON part.k0 IS NOT DISTINCT FROM size.k0 GROUP BY part.k0
-- $1 DECIMAL(18,2) "0.01"
-- statement 7
WITH base AS (SELECT r."year" AS a0, r."year" AS b0, r."__ekey_0" AS e, 1 AS ma, 1 AS mb, (r."arrears" IS NOT NULL AND (r."arrears" >= CAST($1 AS DECIMAL(18,2)))) AS ina, TRUE AS inb
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL AND (((r."arrears" IS NOT NULL AND (r."arrears" >= CAST($1 AS DECIMAL(18,2))))) OR (TRUE))),
common AS (SELECT a0, b0, e, count(*) AS r, count(*) AS s FROM base WHERE ina AND inb GROUP BY a0, b0, e),
ent_a AS (SELECT a0, e, count(*) AS r, count(*) AS s FROM base WHERE ina GROUP BY a0, e),
rank_a AS (SELECT *, row_number() OVER (PARTITION BY a0 ORDER BY abs(s) DESC, e) AS h FROM ent_a),
size_a AS (SELECT a0, count(*) AS n, coalesce(sum(abs(s)), 0) AS t FROM ent_a GROUP BY a0),
over_a AS (SELECT c.a0, c.b0, x.r - c.r AS r, abs(x.s) AS x, abs(x.s - c.s) AS d, x.h - row_number() OVER (PARTITION BY c.a0, c.b0 ORDER BY x.h) AS g FROM common AS c JOIN rank_a AS x ON c.e = x.e AND c.a0 IS NOT DISTINCT FROM x.a0),
gaps_a AS (SELECT a0, b0, count(*) FILTER (WHERE r = 0) AS full, coalesce(sum(x), 0) AS m, coalesce(sum(d), 0) AS q, max(d, 2) AS p, 1 + count(*) FILTER (WHERE g = 0) AS f, 2 + count(*) FILTER (WHERE g <= 1) AS l FROM over_a GROUP BY a0, b0),
ent_b AS (SELECT b0, e, count(*) AS r, count(*) AS s FROM base WHERE inb GROUP BY b0, e),
rank_b AS (SELECT *, row_number() OVER (PARTITION BY b0 ORDER BY abs(s) DESC, e) AS h FROM ent_b),
size_b AS (SELECT b0, count(*) AS n, coalesce(sum(abs(s)), 0) AS t FROM ent_b GROUP BY b0),
over_b AS (SELECT c.a0, c.b0, x.r - c.r AS r, abs(x.s) AS x, abs(x.s - c.s) AS d, x.h - row_number() OVER (PARTITION BY c.a0, c.b0 ORDER BY x.h) AS g FROM common AS c JOIN rank_b AS x ON c.e = x.e AND c.b0 IS NOT DISTINCT FROM x.b0),
gaps_b AS (SELECT a0, b0, count(*) FILTER (WHERE r = 0) AS full, coalesce(sum(x), 0) AS m, coalesce(sum(d), 0) AS q, max(d, 2) AS p, 1 + count(*) FILTER (WHERE g = 0) AS f, 2 + count(*) FILTER (WHERE g <= 1) AS l FROM over_b GROUP BY a0, b0)
SELECT gaps_a.a0, gaps_a.b0, size_a.n - gaps_a.full, size_a.t - gaps_a.m + gaps_a.q, coalesce(abs(f_a.s), 0), coalesce(abs(l_a.s), 0), coalesce(gaps_a.p[1], 0), coalesce(gaps_a.p[2], 0), size_b.n - gaps_b.full, size_b.t - gaps_b.m + gaps_b.q, coalesce(abs(f_b.s), 0), coalesce(abs(l_b.s), 0), coalesce(gaps_b.p[1], 0), coalesce(gaps_b.p[2], 0) FROM gaps_a JOIN size_a ON gaps_a.a0 IS NOT DISTINCT FROM size_a.a0 LEFT JOIN rank_a AS f_a ON gaps_a.a0 IS NOT DISTINCT FROM f_a.a0 AND f_a.h = gaps_a.f LEFT JOIN rank_a AS l_a ON gaps_a.a0 IS NOT DISTINCT FROM l_a.a0 AND l_a.h = gaps_a.l JOIN gaps_b ON gaps_a.a0 IS NOT DISTINCT FROM gaps_b.a0 AND gaps_a.b0 IS NOT DISTINCT FROM gaps_b.b0 JOIN size_b ON gaps_b.b0 IS NOT DISTINCT FROM size_b.b0 LEFT JOIN rank_b AS f_b ON gaps_b.b0 IS NOT DISTINCT FROM f_b.b0 AND f_b.h = gaps_b.f LEFT JOIN rank_b AS l_b ON gaps_b.b0 IS NOT DISTINCT FROM l_b.b0 AND l_b.h = gaps_b.l LIMIT 200001
-- $1 DECIMAL(18,2) "0.01"
-- statement 8
WITH x AS (SELECT r."year" AS a0, r."__ekey_0" AS e, count(*) AS s
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL AND (r."arrears" IS NOT NULL AND (r."arrears" >= CAST($1 AS DECIMAL(18,2)))) GROUP BY ALL),
y AS (SELECT r."year" AS b0, r."__ekey_0" AS e, count(*) AS s
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL GROUP BY ALL),
size_x AS (SELECT a0, count(*) AS n FROM x GROUP BY a0),
size_y AS (SELECT b0, count(*) AS n FROM y GROUP BY b0),
common AS (SELECT x.a0, y.b0, x.e, x.s AS sa, y.s AS sb, CASE WHEN x.s <> 0 AND y.s <> 0 THEN 2 * CAST(round(10000000 * ln(abs(CAST(x.s AS DOUBLE) / CAST(y.s AS DOUBLE)))) AS BIGINT) + CASE WHEN (x.s > 0) = (y.s > 0) THEN 0 ELSE 1 END END AS z, CASE WHEN x.s <> 0 AND y.s <> 0 THEN 2 * CAST(floor(10000000 * ln(abs(CAST(x.s AS DOUBLE) / CAST(y.s AS DOUBLE)))) AS BIGINT) + CASE WHEN (x.s > 0) = (y.s > 0) THEN 0 ELSE 1 END END AS zz FROM x AS x JOIN y AS y ON x.e = y.e WHERE TRUE),
pairs AS (SELECT a0, b0, count(*) AS n, count(*) - count(*) FILTER (WHERE sa = 0 AND sb = 0) - greatest(coalesce(list_max(map_values(histogram(z))), 0), coalesce(list_max(map_values(histogram(zz))), 0)) AS apart FROM common GROUP BY a0, b0)
SELECT pairs.a0, pairs.b0, pairs.apart, size_x.n - pairs.n, size_y.n - pairs.n FROM pairs JOIN size_x ON pairs.a0 IS NOT DISTINCT FROM size_x.a0 JOIN size_y ON pairs.b0 IS NOT DISTINCT FROM size_y.b0 WHERE pairs.n > 0 LIMIT 200001
-- $1 DECIMAL(18,2) "0.01"
-- statement 9
WITH raw AS (SELECT r."__ekey_0" AS e, TRUE AS p0, r."year" AS k0_0, (r."arrears" IS NOT NULL AND (r."arrears" >= CAST($1 AS DECIMAL(18,2)))) AS s0
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
base AS (SELECT e, p0, CASE WHEN p0 THEN k0_0 END AS p0_0, s0 FROM raw WHERE p0),
part AS (SELECT p0, p0_0, s0, e FROM base GROUP BY p0, p0_0, s0, e),
ranked AS (SELECT *, dense_rank() OVER (ORDER BY e) AS d FROM part)
SELECT count(*), CASE WHEN count(*) <= 64 THEN string_agg(CAST(d AS VARCHAR), ',') END, p0, p0_0, s0 FROM ranked GROUP BY p0, p0_0, s0 LIMIT 200001
-- $1 DECIMAL(18,2) "0.01"
-- statement 10
WITH raw AS (SELECT r."__ekey_0" AS e, coalesce(1, 0) AS m, TRUE AS i0, r."year" AS k0_0, (r."arrears" IS NOT NULL AND (r."arrears" >= CAST($1 AS DECIMAL(18,2)))) AS i1, r."year" AS k1_0
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
base AS (SELECT i0, CASE WHEN i0 THEN k0_0 END AS l0_0, i1, CASE WHEN i1 THEN k1_0 END AS l1_0, e, m FROM raw WHERE i0 OR i1),
part AS (SELECT i0, l0_0, i1, l1_0, e, sum(m) AS s FROM base GROUP BY i0, l0_0, i1, l1_0, e),
ranked AS (SELECT *, dense_rank() OVER (ORDER BY e) AS d FROM part)
SELECT i0, l0_0, i1, l1_0, count(*), CASE WHEN count(*) <= 64 THEN string_agg(CAST(d AS VARCHAR), ',') END, coalesce(max(abs(s), 2)[1], 0), coalesce(max(abs(s), 2)[2], 0), coalesce(sum(abs(s)), 0), coalesce(sum(s), 0) FROM ranked GROUP BY i0, l0_0, i1, l1_0 LIMIT 50001
-- $1 DECIMAL(18,2) "0.01"
