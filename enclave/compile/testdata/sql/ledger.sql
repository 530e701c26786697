-- statement 0
WITH base AS (SELECT j1."industry" AS k0, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, r."arrears" AS m0, r."tax_paid" AS m1
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL AND (r."year" IS NOT NULL AND (r."year" IN (CAST($1 AS BIGINT)))))
SELECT k0, sum(m0), sum(m1) FROM base GROUP BY k0
-- $1 BIGINT "2024"
-- statement 1
WITH base AS (SELECT j1."industry" AS k0, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, r."arrears" AS m0, r."tax_paid" AS m1
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL AND (r."year" IS NOT NULL AND (r."year" IN (CAST($1 AS BIGINT))))),
entity AS (SELECT k0, e0, count(*) AS r, sum(m0) AS s0, sum(m1) AS s1 FROM base WHERE e0 IS NOT NULL GROUP BY k0, e0)
SELECT k0, count(*), count(s0), coalesce(max(abs(s0), 2)[1], 0), coalesce(max(abs(s0), 2)[2], 0), coalesce(sum(abs(s0)), 0), count(s1), coalesce(max(abs(s1), 2)[1], 0), coalesce(max(abs(s1), 2)[2], 0), coalesce(sum(abs(s1)), 0) FROM entity GROUP BY k0
-- $1 BIGINT "2024"
-- statement 2
WITH base AS (SELECT j1."industry" AS k0, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, r."arrears" AS m0, r."tax_paid" AS m1
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL AND (r."year" IS NOT NULL AND (r."year" IN (CAST($1 AS BIGINT))))),
entity AS (SELECT k0, e1, count(*) AS r, sum(m0) AS s0, sum(m1) AS s1 FROM base WHERE e1 IS NOT NULL GROUP BY k0, e1)
SELECT k0, count(*), count(s0), coalesce(max(abs(s0), 2)[1], 0), coalesce(max(abs(s0), 2)[2], 0), coalesce(sum(abs(s0)), 0), count(s1), coalesce(max(abs(s1), 2)[1], 0), coalesce(max(abs(s1), 2)[2], 0), coalesce(sum(abs(s1)), 0) FROM entity GROUP BY k0
-- $1 BIGINT "2024"
-- statement 3
WITH base AS (SELECT j1."industry" AS k0, r."__ekey_0" AS e, j1."__ekey_0" IS NOT NULL AND (r."year" IS NOT NULL AND (r."year" IN (CAST($1 AS BIGINT)))) AS inside
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- $1 BIGINT "2024"
-- statement 4
WITH base AS (SELECT j1."industry" AS k0, j1."__ekey_1" AS e, j1."__ekey_0" IS NOT NULL AND (r."year" IS NOT NULL AND (r."year" IN (CAST($1 AS BIGINT)))) AS inside
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_1" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- $1 BIGINT "2024"
-- statement 5
WITH base AS (SELECT j1."industry" AS a0, r."year" AS b0, j1."industry" AS b1, r."__ekey_0" AS e, r."tax_paid" AS ma, r."tax_paid" AS mb, j1."__ekey_0" IS NOT NULL AND (r."year" IS NOT NULL AND (r."year" IN (CAST($1 AS BIGINT)))) AS ina, j1."__ekey_0" IS NOT NULL AS inb
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL AND ((j1."__ekey_0" IS NOT NULL AND (r."year" IS NOT NULL AND (r."year" IN (CAST($1 AS BIGINT))))) OR (j1."__ekey_0" IS NOT NULL))),
common AS (SELECT a0, b0, b1, e, count(*) AS r, coalesce(sum(ma), 0) AS s FROM base WHERE ina AND inb GROUP BY a0, b0, b1, e),
ent_a AS (SELECT a0, e, count(*) AS r, coalesce(sum(ma), 0) AS s FROM base WHERE ina GROUP BY a0, e),
rank_a AS (SELECT *, row_number() OVER (PARTITION BY a0 ORDER BY abs(s) DESC, e) AS h FROM ent_a),
size_a AS (SELECT a0, count(*) AS n, coalesce(sum(abs(s)), 0) AS t FROM ent_a GROUP BY a0),
over_a AS (SELECT c.a0, c.b0, c.b1, x.r - c.r AS r, abs(x.s) AS x, abs(x.s - c.s) AS d, x.h - row_number() OVER (PARTITION BY c.a0, c.b0, c.b1 ORDER BY x.h) AS g FROM common AS c JOIN rank_a AS x ON c.e = x.e AND c.a0 IS NOT DISTINCT FROM x.a0),
gaps_a AS (SELECT a0, b0, b1, count(*) FILTER (WHERE r = 0) AS full, coalesce(sum(x), 0) AS m, coalesce(sum(d), 0) AS q, max(d, 2) AS p, 1 + count(*) FILTER (WHERE g = 0) AS f, 2 + count(*) FILTER (WHERE g <= 1) AS l FROM over_a GROUP BY a0, b0, b1),
ent_b AS (SELECT b0, b1, e, count(*) AS r, coalesce(sum(mb), 0) AS s FROM base WHERE inb GROUP BY b0, b1, e),
rank_b AS (SELECT *, row_number() OVER (PARTITION BY b0, b1 ORDER BY abs(s) DESC, e) AS h FROM ent_b),
size_b AS (SELECT b0, b1, count(*) AS n, coalesce(sum(abs(s)), 0) AS t FROM ent_b GROUP BY b0, b1),
over_b AS (SELECT c.a0, c.b0, c.b1, x.r - c.r AS r, abs(x.s) AS x, abs(x.s - c.s) AS d, x.h - row_number() OVER (PARTITION BY c.a0, c.b0, c.b1 ORDER BY x.h) AS g FROM common AS c JOIN rank_b AS x ON c.e = x.e AND c.b0 IS NOT DISTINCT FROM x.b0 AND c.b1 IS NOT DISTINCT FROM x.b1),
gaps_b AS (SELECT a0, b0, b1, count(*) FILTER (WHERE r = 0) AS full, coalesce(sum(x), 0) AS m, coalesce(sum(d), 0) AS q, max(d, 2) AS p, 1 + count(*) FILTER (WHERE g = 0) AS f, 2 + count(*) FILTER (WHERE g <= 1) AS l FROM over_b GROUP BY a0, b0, b1)
SELECT gaps_a.a0, gaps_a.b0, gaps_a.b1, size_a.n - gaps_a.full, size_a.t - gaps_a.m + gaps_a.q, coalesce(abs(f_a.s), 0), coalesce(abs(l_a.s), 0), coalesce(gaps_a.p[1], 0), coalesce(gaps_a.p[2], 0), size_b.n - gaps_b.full, size_b.t - gaps_b.m + gaps_b.q, coalesce(abs(f_b.s), 0), coalesce(abs(l_b.s), 0), coalesce(gaps_b.p[1], 0), coalesce(gaps_b.p[2], 0) FROM gaps_a JOIN size_a ON gaps_a.a0 IS NOT DISTINCT FROM size_a.a0 LEFT JOIN rank_a AS f_a ON gaps_a.a0 IS NOT DISTINCT FROM f_a.a0 AND f_a.h = gaps_a.f LEFT JOIN rank_a AS l_a ON gaps_a.a0 IS NOT DISTINCT FROM l_a.a0 AND l_a.h = gaps_a.l JOIN gaps_b ON gaps_a.a0 IS NOT DISTINCT FROM gaps_b.a0 AND gaps_a.b0 IS NOT DISTINCT FROM gaps_b.b0 AND gaps_a.b1 IS NOT DISTINCT FROM gaps_b.b1 JOIN size_b ON gaps_b.b0 IS NOT DISTINCT FROM size_b.b0 AND gaps_b.b1 IS NOT DISTINCT FROM size_b.b1 LEFT JOIN rank_b AS f_b ON gaps_b.b0 IS NOT DISTINCT FROM f_b.b0 AND gaps_b.b1 IS NOT DISTINCT FROM f_b.b1 AND f_b.h = gaps_b.f LEFT JOIN rank_b AS l_b ON gaps_b.b0 IS NOT DISTINCT FROM l_b.b0 AND gaps_b.b1 IS NOT DISTINCT FROM l_b.b1 AND l_b.h = gaps_b.l LIMIT 200001
-- $1 BIGINT "2024"
-- statement 6
WITH base AS (SELECT j1."industry" AS a0, r."year" AS b0, j1."industry" AS b1, j1."__ekey_1" AS e, r."tax_paid" AS ma, r."tax_paid" AS mb, j1."__ekey_0" IS NOT NULL AND (r."year" IS NOT NULL AND (r."year" IN (CAST($1 AS BIGINT)))) AS ina, j1."__ekey_0" IS NOT NULL AS inb
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_1" IS NOT NULL AND ((j1."__ekey_0" IS NOT NULL AND (r."year" IS NOT NULL AND (r."year" IN (CAST($1 AS BIGINT))))) OR (j1."__ekey_0" IS NOT NULL))),
common AS (SELECT a0, b0, b1, e, count(*) AS r, coalesce(sum(ma), 0) AS s FROM base WHERE ina AND inb GROUP BY a0, b0, b1, e),
ent_a AS (SELECT a0, e, count(*) AS r, coalesce(sum(ma), 0) AS s FROM base WHERE ina GROUP BY a0, e),
rank_a AS (SELECT *, row_number() OVER (PARTITION BY a0 ORDER BY abs(s) DESC, e) AS h FROM ent_a),
size_a AS (SELECT a0, count(*) AS n, coalesce(sum(abs(s)), 0) AS t FROM ent_a GROUP BY a0),
over_a AS (SELECT c.a0, c.b0, c.b1, x.r - c.r AS r, abs(x.s) AS x, abs(x.s - c.s) AS d, x.h - row_number() OVER (PARTITION BY c.a0, c.b0, c.b1 ORDER BY x.h) AS g FROM common AS c JOIN rank_a AS x ON c.e = x.e AND c.a0 IS NOT DISTINCT FROM x.a0),
gaps_a AS (SELECT a0, b0, b1, count(*) FILTER (WHERE r = 0) AS full, coalesce(sum(x), 0) AS m, coalesce(sum(d), 0) AS q, max(d, 2) AS p, 1 + count(*) FILTER (WHERE g = 0) AS f, 2 + count(*) FILTER (WHERE g <= 1) AS l FROM over_a GROUP BY a0, b0, b1),
ent_b AS (SELECT b0, b1, e, count(*) AS r, coalesce(sum(mb), 0) AS s FROM base WHERE inb GROUP BY b0, b1, e),
rank_b AS (SELECT *, row_number() OVER (PARTITION BY b0, b1 ORDER BY abs(s) DESC, e) AS h FROM ent_b),
size_b AS (SELECT b0, b1, count(*) AS n, coalesce(sum(abs(s)), 0) AS t FROM ent_b GROUP BY b0, b1),
over_b AS (SELECT c.a0, c.b0, c.b1, x.r - c.r AS r, abs(x.s) AS x, abs(x.s - c.s) AS d, x.h - row_number() OVER (PARTITION BY c.a0, c.b0, c.b1 ORDER BY x.h) AS g FROM common AS c JOIN rank_b AS x ON c.e = x.e AND c.b0 IS NOT DISTINCT FROM x.b0 AND c.b1 IS NOT DISTINCT FROM x.b1),
gaps_b AS (SELECT a0, b0, b1, count(*) FILTER (WHERE r = 0) AS full, coalesce(sum(x), 0) AS m, coalesce(sum(d), 0) AS q, max(d, 2) AS p, 1 + count(*) FILTER (WHERE g = 0) AS f, 2 + count(*) FILTER (WHERE g <= 1) AS l FROM over_b GROUP BY a0, b0, b1)
SELECT gaps_a.a0, gaps_a.b0, gaps_a.b1, size_a.n - gaps_a.full, size_a.t - gaps_a.m + gaps_a.q, coalesce(abs(f_a.s), 0), coalesce(abs(l_a.s), 0), coalesce(gaps_a.p[1], 0), coalesce(gaps_a.p[2], 0), size_b.n - gaps_b.full, size_b.t - gaps_b.m + gaps_b.q, coalesce(abs(f_b.s), 0), coalesce(abs(l_b.s), 0), coalesce(gaps_b.p[1], 0), coalesce(gaps_b.p[2], 0) FROM gaps_a JOIN size_a ON gaps_a.a0 IS NOT DISTINCT FROM size_a.a0 LEFT JOIN rank_a AS f_a ON gaps_a.a0 IS NOT DISTINCT FROM f_a.a0 AND f_a.h = gaps_a.f LEFT JOIN rank_a AS l_a ON gaps_a.a0 IS NOT DISTINCT FROM l_a.a0 AND l_a.h = gaps_a.l JOIN gaps_b ON gaps_a.a0 IS NOT DISTINCT FROM gaps_b.a0 AND gaps_a.b0 IS NOT DISTINCT FROM gaps_b.b0 AND gaps_a.b1 IS NOT DISTINCT FROM gaps_b.b1 JOIN size_b ON gaps_b.b0 IS NOT DISTINCT FROM size_b.b0 AND gaps_b.b1 IS NOT DISTINCT FROM size_b.b1 LEFT JOIN rank_b AS f_b ON gaps_b.b0 IS NOT DISTINCT FROM f_b.b0 AND gaps_b.b1 IS NOT DISTINCT FROM f_b.b1 AND f_b.h = gaps_b.f LEFT JOIN rank_b AS l_b ON gaps_b.b0 IS NOT DISTINCT FROM l_b.b0 AND gaps_b.b1 IS NOT DISTINCT FROM l_b.b1 AND l_b.h = gaps_b.l LIMIT 200001
-- $1 BIGINT "2024"
-- statement 7
WITH x AS (SELECT j1."industry" AS a0, r."__ekey_0" AS e, coalesce(sum(r."tax_paid"), 0) AS s
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL AND (r."year" IS NOT NULL AND (r."year" IN (CAST($1 AS BIGINT)))) GROUP BY ALL),
y AS (SELECT r."year" AS b0, j1."industry" AS b1, r."__ekey_0" AS e, coalesce(sum(r."tax_paid"), 0) AS s
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL GROUP BY ALL),
rank_x AS (SELECT *, row_number() OVER (PARTITION BY a0 ORDER BY abs(s) DESC, e) AS h FROM x),
rank_y AS (SELECT *, row_number() OVER (PARTITION BY b0, b1 ORDER BY abs(s) DESC, e) AS h FROM y),
size_x AS (SELECT a0, count(*) AS n, coalesce(sum(abs(s)), 0) AS t FROM x GROUP BY a0),
size_y AS (SELECT b0, b1, count(*) AS n, coalesce(sum(abs(s)), 0) AS t FROM y GROUP BY b0, b1),
common AS (SELECT x.a0, y.b0, y.b1, x.e, x.s AS sa, y.s AS sb, CASE WHEN x.s <> 0 AND y.s <> 0 THEN 2 * CAST(round(10000000 * ln(abs(CAST(x.s AS DOUBLE) / CAST(y.s AS DOUBLE)))) AS BIGINT) + CASE WHEN (x.s > 0) = (y.s > 0) THEN 0 ELSE 1 END END AS z, CASE WHEN x.s <> 0 AND y.s <> 0 THEN 2 * CAST(floor(10000000 * ln(abs(CAST(x.s AS DOUBLE) / CAST(y.s AS DOUBLE)))) AS BIGINT) + CASE WHEN (x.s > 0) = (y.s > 0) THEN 0 ELSE 1 END END AS zz, x.h - row_number() OVER (PARTITION BY x.a0, y.b0, y.b1 ORDER BY x.h) AS ga, y.h - row_number() OVER (PARTITION BY x.a0, y.b0, y.b1 ORDER BY y.h) AS gb FROM rank_x AS x JOIN rank_y AS y ON x.e = y.e WHERE TRUE),
pairs AS (SELECT a0, b0, b1, count(*) AS n, count(*) - count(*) FILTER (WHERE sa = 0 AND sb = 0) - greatest(coalesce(list_max(map_values(histogram(z))), 0), coalesce(list_max(map_values(histogram(zz))), 0)) AS apart, coalesce(sum(abs(sa)), 0) AS ma, 1 + count(*) FILTER (WHERE ga = 0) AS fa, 2 + count(*) FILTER (WHERE ga <= 1) AS la, coalesce(sum(abs(sb)), 0) AS mb, 1 + count(*) FILTER (WHERE gb = 0) AS fb, 2 + count(*) FILTER (WHERE gb <= 1) AS lb FROM common GROUP BY a0, b0, b1)
SELECT pairs.a0, pairs.b0, pairs.b1, pairs.apart, size_x.n - pairs.n, size_x.t - pairs.ma, coalesce(abs(fa.s), 0), coalesce(abs(la.s), 0), size_y.n - pairs.n, size_y.t - pairs.mb, coalesce(abs(fb.s), 0), coalesce(abs(lb.s), 0) FROM pairs JOIN size_x ON pairs.a0 IS NOT DISTINCT FROM size_x.a0 JOIN size_y ON pairs.b0 IS NOT DISTINCT FROM size_y.b0 AND pairs.b1 IS NOT DISTINCT FROM size_y.b1 LEFT JOIN rank_x AS fa ON pairs.a0 IS NOT DISTINCT FROM fa.a0 AND fa.h = pairs.fa LEFT JOIN rank_x AS la ON pairs.a0 IS NOT DISTINCT FROM la.a0 AND la.h = pairs.la LEFT JOIN rank_y AS fb ON pairs.b0 IS NOT DISTINCT FROM fb.b0 AND pairs.b1 IS NOT DISTINCT FROM fb.b1 AND fb.h = pairs.fb LEFT JOIN rank_y AS lb ON pairs.b0 IS NOT DISTINCT FROM lb.b0 AND pairs.b1 IS NOT DISTINCT FROM lb.b1 AND lb.h = pairs.lb WHERE pairs.n > 0 LIMIT 200001
-- $1 BIGINT "2024"
-- statement 8
WITH x AS (SELECT j1."industry" AS a0, j1."__ekey_1" AS e, coalesce(sum(r."tax_paid"), 0) AS s
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_1" IS NOT NULL AND j1."__ekey_0" IS NOT NULL AND (r."year" IS NOT NULL AND (r."year" IN (CAST($1 AS BIGINT)))) GROUP BY ALL),
y AS (SELECT r."year" AS b0, j1."industry" AS b1, j1."__ekey_1" AS e, coalesce(sum(r."tax_paid"), 0) AS s
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_1" IS NOT NULL AND j1."__ekey_0" IS NOT NULL GROUP BY ALL),
rank_x AS (SELECT *, row_number() OVER (PARTITION BY a0 ORDER BY abs(s) DESC, e) AS h FROM x),
rank_y AS (SELECT *, row_number() OVER (PARTITION BY b0, b1 ORDER BY abs(s) DESC, e) AS h FROM y),
size_x AS (SELECT a0, count(*) AS n, coalesce(sum(abs(s)), 0) AS t FROM x GROUP BY a0),
size_y AS (SELECT b0, b1, count(*) AS n, coalesce(sum(abs(s)), 0) AS t FROM y GROUP BY b0, b1),
common AS (SELECT x.a0, y.b0, y.b1, x.e, x.s AS sa, y.s AS sb, CASE WHEN x.s <> 0 AND y.s <> 0 THEN 2 * CAST(round(10000000 * ln(abs(CAST(x.s AS DOUBLE) / CAST(y.s AS DOUBLE)))) AS BIGINT) + CASE WHEN (x.s > 0) = (y.s > 0) THEN 0 ELSE 1 END END AS z, CASE WHEN x.s <> 0 AND y.s <> 0 THEN 2 * CAST(floor(10000000 * ln(abs(CAST(x.s AS DOUBLE) / CAST(y.s AS DOUBLE)))) AS BIGINT) + CASE WHEN (x.s > 0) = (y.s > 0) THEN 0 ELSE 1 END END AS zz, x.h - row_number() OVER (PARTITION BY x.a0, y.b0, y.b1 ORDER BY x.h) AS ga, y.h - row_number() OVER (PARTITION BY x.a0, y.b0, y.b1 ORDER BY y.h) AS gb FROM rank_x AS x JOIN rank_y AS y ON x.e = y.e WHERE TRUE),
pairs AS (SELECT a0, b0, b1, count(*) AS n, count(*) - count(*) FILTER (WHERE sa = 0 AND sb = 0) - greatest(coalesce(list_max(map_values(histogram(z))), 0), coalesce(list_max(map_values(histogram(zz))), 0)) AS apart, coalesce(sum(abs(sa)), 0) AS ma, 1 + count(*) FILTER (WHERE ga = 0) AS fa, 2 + count(*) FILTER (WHERE ga <= 1) AS la, coalesce(sum(abs(sb)), 0) AS mb, 1 + count(*) FILTER (WHERE gb = 0) AS fb, 2 + count(*) FILTER (WHERE gb <= 1) AS lb FROM common GROUP BY a0, b0, b1)
SELECT pairs.a0, pairs.b0, pairs.b1, pairs.apart, size_x.n - pairs.n, size_x.t - pairs.ma, coalesce(abs(fa.s), 0), coalesce(abs(la.s), 0), size_y.n - pairs.n, size_y.t - pairs.mb, coalesce(abs(fb.s), 0), coalesce(abs(lb.s), 0) FROM pairs JOIN size_x ON pairs.a0 IS NOT DISTINCT FROM size_x.a0 JOIN size_y ON pairs.b0 IS NOT DISTINCT FROM size_y.b0 AND pairs.b1 IS NOT DISTINCT FROM size_y.b1 LEFT JOIN rank_x AS fa ON pairs.a0 IS NOT DISTINCT FROM fa.a0 AND fa.h = pairs.fa LEFT JOIN rank_x AS la ON pairs.a0 IS NOT DISTINCT FROM la.a0 AND la.h = pairs.la LEFT JOIN rank_y AS fb ON pairs.b0 IS NOT DISTINCT FROM fb.b0 AND pairs.b1 IS NOT DISTINCT FROM fb.b1 AND fb.h = pairs.fb LEFT JOIN rank_y AS lb ON pairs.b0 IS NOT DISTINCT FROM lb.b0 AND pairs.b1 IS NOT DISTINCT FROM lb.b1 AND lb.h = pairs.lb WHERE pairs.n > 0 LIMIT 200001
-- $1 BIGINT "2024"
-- statement 9
WITH raw AS (SELECT r."__ekey_0" AS e, coalesce(r."tax_paid", 0) AS m, j1."__ekey_0" IS NOT NULL AND (r."year" IS NOT NULL AND (r."year" IN (CAST($1 AS BIGINT)))) AS i0, j1."industry" AS k0_0, j1."__ekey_0" IS NOT NULL AS i1, r."year" AS k1_0, j1."industry" AS k1_1
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
base AS (SELECT i0, CASE WHEN i0 THEN k0_0 END AS l0_0, i1, CASE WHEN i1 THEN k1_0 END AS l1_0, CASE WHEN i1 THEN k1_1 END AS l1_1, e, m FROM raw WHERE i0 OR i1),
part AS (SELECT i0, l0_0, i1, l1_0, l1_1, e, sum(m) AS s FROM base GROUP BY i0, l0_0, i1, l1_0, l1_1, e),
ranked AS (SELECT *, dense_rank() OVER (ORDER BY e) AS d FROM part)
SELECT i0, l0_0, i1, l1_0, l1_1, count(*), CASE WHEN count(*) <= 64 THEN string_agg(CAST(d AS VARCHAR), ',') END, coalesce(max(abs(s), 2)[1], 0), coalesce(max(abs(s), 2)[2], 0), coalesce(sum(abs(s)), 0), coalesce(sum(s), 0) FROM ranked GROUP BY i0, l0_0, i1, l1_0, l1_1 LIMIT 50001
-- $1 BIGINT "2024"
-- statement 10
WITH raw AS (SELECT j1."__ekey_1" AS e, coalesce(r."tax_paid", 0) AS m, j1."__ekey_0" IS NOT NULL AND (r."year" IS NOT NULL AND (r."year" IN (CAST($1 AS BIGINT)))) AS i0, j1."industry" AS k0_0, j1."__ekey_0" IS NOT NULL AS i1, r."year" AS k1_0, j1."industry" AS k1_1
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_1" IS NOT NULL),
base AS (SELECT i0, CASE WHEN i0 THEN k0_0 END AS l0_0, i1, CASE WHEN i1 THEN k1_0 END AS l1_0, CASE WHEN i1 THEN k1_1 END AS l1_1, e, m FROM raw WHERE i0 OR i1),
part AS (SELECT i0, l0_0, i1, l1_0, l1_1, e, sum(m) AS s FROM base GROUP BY i0, l0_0, i1, l1_0, l1_1, e),
ranked AS (SELECT *, dense_rank() OVER (ORDER BY e) AS d FROM part)
SELECT i0, l0_0, i1, l1_0, l1_1, count(*), CASE WHEN count(*) <= 64 THEN string_agg(CAST(d AS VARCHAR), ',') END, coalesce(max(abs(s), 2)[1], 0), coalesce(max(abs(s), 2)[2], 0), coalesce(sum(abs(s)), 0), coalesce(sum(s), 0) FROM ranked GROUP BY i0, l0_0, i1, l1_0, l1_1 LIMIT 50001
-- $1 BIGINT "2024"
