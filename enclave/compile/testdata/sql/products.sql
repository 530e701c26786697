-- statement 0
WITH base AS (SELECT j1."industry" AS k0, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, CAST(r."arrears" AS DECIMAL(38,2)) * CAST(r."tax_paid" AS DECIMAL(38,2)) AS m0, CAST(r."arrears" AS DECIMAL(38,2)) * CAST(j1."registered_capital" AS DECIMAL(38,2)) AS m1, CAST(r."arrears" AS DECIMAL(38,2)) * CAST(r."arrears" AS DECIMAL(38,2)) AS m3, CAST(r."tax_paid" AS DECIMAL(38,2)) * CAST(r."tax_paid" AS DECIMAL(38,2)) AS m4, r."arrears" AS m5, r."tax_paid" AS m6, j1."registered_capital" AS m7
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL)
SELECT k0, sum(m0), sum(m1), count(*), sum(m3), sum(m4), sum(m5), sum(m6), sum(m7) FROM base GROUP BY k0
-- statement 1
WITH base AS (SELECT j1."industry" AS k0, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, CAST(r."arrears" AS DECIMAL(38,2)) * CAST(r."tax_paid" AS DECIMAL(38,2)) AS m0, CAST(r."arrears" AS DECIMAL(38,2)) * CAST(j1."registered_capital" AS DECIMAL(38,2)) AS m1, CAST(r."arrears" AS DECIMAL(38,2)) * CAST(r."arrears" AS DECIMAL(38,2)) AS m3, CAST(r."tax_paid" AS DECIMAL(38,2)) * CAST(r."tax_paid" AS DECIMAL(38,2)) AS m4, r."arrears" AS m5, r."tax_paid" AS m6, j1."registered_capital" AS m7
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL),
entity AS (SELECT k0, e0, count(*) AS r, sum(m0) AS s0, sum(m1) AS s1, sum(m3) AS s3, sum(m4) AS s4, sum(m5) AS s5, sum(m6) AS s6, sum(m7) AS s7 FROM base WHERE e0 IS NOT NULL GROUP BY k0, e0)
SELECT k0, count(*), count(s0), coalesce(max(abs(s0), 2)[1], 0), coalesce(max(abs(s0), 2)[2], 0), coalesce(sum(abs(s0)), 0), count(nullif(s0, 0)), count(s1), coalesce(max(abs(s1), 2)[1], 0), coalesce(max(abs(s1), 2)[2], 0), coalesce(sum(abs(s1)), 0), count(nullif(s1, 0)), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0), count(s3), coalesce(max(abs(s3), 2)[1], 0), coalesce(max(abs(s3), 2)[2], 0), coalesce(sum(abs(s3)), 0), count(s4), coalesce(max(abs(s4), 2)[1], 0), coalesce(max(abs(s4), 2)[2], 0), coalesce(sum(abs(s4)), 0), count(s5), coalesce(max(abs(s5), 2)[1], 0), coalesce(max(abs(s5), 2)[2], 0), coalesce(sum(abs(s5)), 0), count(s6), coalesce(max(abs(s6), 2)[1], 0), coalesce(max(abs(s6), 2)[2], 0), coalesce(sum(abs(s6)), 0), count(s7), coalesce(max(abs(s7), 2)[1], 0), coalesce(max(abs(s7), 2)[2], 0), coalesce(sum(abs(s7)), 0) FROM entity GROUP BY k0
-- statement 2
WITH base AS (SELECT j1."industry" AS k0, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, CAST(r."arrears" AS DECIMAL(38,2)) * CAST(r."tax_paid" AS DECIMAL(38,2)) AS m0, CAST(r."arrears" AS DECIMAL(38,2)) * CAST(j1."registered_capital" AS DECIMAL(38,2)) AS m1, CAST(r."arrears" AS DECIMAL(38,2)) * CAST(r."arrears" AS DECIMAL(38,2)) AS m3, CAST(r."tax_paid" AS DECIMAL(38,2)) * CAST(r."tax_paid" AS DECIMAL(38,2)) AS m4, r."arrears" AS m5, r."tax_paid" AS m6, j1."registered_capital" AS m7
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL),
entity AS (SELECT k0, e1, count(*) AS r, sum(m0) AS s0, sum(m1) AS s1, sum(m3) AS s3, sum(m4) AS s4, sum(m5) AS s5, sum(m6) AS s6, sum(m7) AS s7 FROM base WHERE e1 IS NOT NULL GROUP BY k0, e1)
SELECT k0, count(*), count(s0), coalesce(max(abs(s0), 2)[1], 0), coalesce(max(abs(s0), 2)[2], 0), coalesce(sum(abs(s0)), 0), count(nullif(s0, 0)), count(s1), coalesce(max(abs(s1), 2)[1], 0), coalesce(max(abs(s1), 2)[2], 0), coalesce(sum(abs(s1)), 0), count(nullif(s1, 0)), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0), count(s3), coalesce(max(abs(s3), 2)[1], 0), coalesce(max(abs(s3), 2)[2], 0), coalesce(sum(abs(s3)), 0), count(s4), coalesce(max(abs(s4), 2)[1], 0), coalesce(max(abs(s4), 2)[2], 0), coalesce(sum(abs(s4)), 0), count(s5), coalesce(max(abs(s5), 2)[1], 0), coalesce(max(abs(s5), 2)[2], 0), coalesce(sum(abs(s5)), 0), count(s6), coalesce(max(abs(s6), 2)[1], 0), coalesce(max(abs(s6), 2)[2], 0), coalesce(sum(abs(s6)), 0), count(s7), coalesce(max(abs(s7), 2)[1], 0), coalesce(max(abs(s7), 2)[2], 0), coalesce(sum(abs(s7)), 0) FROM entity GROUP BY k0
-- statement 3
WITH base AS (SELECT j1."industry" AS k0, r."__ekey_0" AS e, j1."__ekey_0" IS NOT NULL AS inside
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- statement 4
WITH base AS (SELECT j1."industry" AS k0, j1."__ekey_1" AS e, j1."__ekey_0" IS NOT NULL AS inside
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_1" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- statement 5
WITH x AS (SELECT j1."industry" AS a0, r."__ekey_0" AS e, coalesce(sum(j1."registered_capital"), 0) AS s
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL GROUP BY ALL),
y AS (SELECT j1."industry" AS b0, r."__ekey_0" AS e, coalesce(sum(j1."registered_capital"), 0) AS s
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL GROUP BY ALL),
rank_x AS (SELECT *, row_number() OVER (PARTITION BY a0 ORDER BY abs(s) DESC, e) AS h FROM x),
rank_y AS (SELECT *, row_number() OVER (PARTITION BY b0 ORDER BY abs(s) DESC, e) AS h FROM y),
size_x AS (SELECT a0, count(*) AS n, coalesce(sum(abs(s)), 0) AS t FROM x GROUP BY a0),
size_y AS (SELECT b0, count(*) AS n, coalesce(sum(abs(s)), 0) AS t FROM y GROUP BY b0),
common AS (SELECT x.a0, y.b0, x.e, x.s AS sa, y.s AS sb, CASE WHEN x.s <> 0 AND y.s <> 0 THEN 2 * CAST(round(10000000 * ln(abs(CAST(x.s AS DOUBLE) / CAST(y.s AS DOUBLE)))) AS BIGINT) + CASE WHEN (x.s > 0) = (y.s > 0) THEN 0 ELSE 1 END END AS z, CASE WHEN x.s <> 0 AND y.s <> 0 THEN 2 * CAST(floor(10000000 * ln(abs(CAST(x.s AS DOUBLE) / CAST(y.s AS DOUBLE)))) AS BIGINT) + CASE WHEN (x.s > 0) = (y.s > 0) THEN 0 ELSE 1 END END AS zz, x.h - row_number() OVER (PARTITION BY x.a0, y.b0 ORDER BY x.h) AS ga, y.h - row_number() OVER (PARTITION BY x.a0, y.b0 ORDER BY y.h) AS gb FROM rank_x AS x JOIN rank_y AS y ON x.e = y.e WHERE NOT (x.a0 IS NOT DISTINCT FROM y.b0)),
pairs AS (SELECT a0, b0, count(*) AS n, count(*) - count(*) FILTER (WHERE sa = 0 AND sb = 0) - greatest(coalesce(list_max(map_values(histogram(z))), 0), coalesce(list_max(map_values(histogram(zz))), 0)) AS apart, coalesce(sum(abs(sa)), 0) AS ma, 1 + count(*) FILTER (WHERE ga = 0) AS fa, 2 + count(*) FILTER (WHERE ga <= 1) AS la, coalesce(sum(abs(sb)), 0) AS mb, 1 + count(*) FILTER (WHERE gb = 0) AS fb, 2 + count(*) FILTER (WHERE gb <= 1) AS lb FROM common GROUP BY a0, b0)
SELECT pairs.a0, pairs.b0, pairs.apart, size_x.n - pairs.n, size_x.t - pairs.ma, coalesce(abs(fa.s), 0), coalesce(abs(la.s), 0), size_y.n - pairs.n, size_y.t - pairs.mb, coalesce(abs(fb.s), 0), coalesce(abs(lb.s), 0) FROM pairs JOIN size_x ON pairs.a0 IS NOT DISTINCT FROM size_x.a0 JOIN size_y ON pairs.b0 IS NOT DISTINCT FROM size_y.b0 LEFT JOIN rank_x AS fa ON pairs.a0 IS NOT DISTINCT FROM fa.a0 AND fa.h = pairs.fa LEFT JOIN rank_x AS la ON pairs.a0 IS NOT DISTINCT FROM la.a0 AND la.h = pairs.la LEFT JOIN rank_y AS fb ON pairs.b0 IS NOT DISTINCT FROM fb.b0 AND fb.h = pairs.fb LEFT JOIN rank_y AS lb ON pairs.b0 IS NOT DISTINCT FROM lb.b0 AND lb.h = pairs.lb WHERE pairs.n > 0 LIMIT 200001
-- statement 6
WITH x AS (SELECT j1."industry" AS a0, j1."__ekey_1" AS e, coalesce(sum(j1."registered_capital"), 0) AS s
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_1" IS NOT NULL AND j1."__ekey_0" IS NOT NULL GROUP BY ALL),
y AS (SELECT j1."industry" AS b0, j1."__ekey_1" AS e, coalesce(sum(j1."registered_capital"), 0) AS s
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_1" IS NOT NULL AND j1."__ekey_0" IS NOT NULL GROUP BY ALL),
rank_x AS (SELECT *, row_number() OVER (PARTITION BY a0 ORDER BY abs(s) DESC, e) AS h FROM x),
rank_y AS (SELECT *, row_number() OVER (PARTITION BY b0 ORDER BY abs(s) DESC, e) AS h FROM y),
size_x AS (SELECT a0, count(*) AS n, coalesce(sum(abs(s)), 0) AS t FROM x GROUP BY a0),
size_y AS (SELECT b0, count(*) AS n, coalesce(sum(abs(s)), 0) AS t FROM y GROUP BY b0),
common AS (SELECT x.a0, y.b0, x.e, x.s AS sa, y.s AS sb, CASE WHEN x.s <> 0 AND y.s <> 0 THEN 2 * CAST(round(10000000 * ln(abs(CAST(x.s AS DOUBLE) / CAST(y.s AS DOUBLE)))) AS BIGINT) + CASE WHEN (x.s > 0) = (y.s > 0) THEN 0 ELSE 1 END END AS z, CASE WHEN x.s <> 0 AND y.s <> 0 THEN 2 * CAST(floor(10000000 * ln(abs(CAST(x.s AS DOUBLE) / CAST(y.s AS DOUBLE)))) AS BIGINT) + CASE WHEN (x.s > 0) = (y.s > 0) THEN 0 ELSE 1 END END AS zz, x.h - row_number() OVER (PARTITION BY x.a0, y.b0 ORDER BY x.h) AS ga, y.h - row_number() OVER (PARTITION BY x.a0, y.b0 ORDER BY y.h) AS gb FROM rank_x AS x JOIN rank_y AS y ON x.e = y.e WHERE NOT (x.a0 IS NOT DISTINCT FROM y.b0)),
pairs AS (SELECT a0, b0, count(*) AS n, count(*) - count(*) FILTER (WHERE sa = 0 AND sb = 0) - greatest(coalesce(list_max(map_values(histogram(z))), 0), coalesce(list_max(map_values(histogram(zz))), 0)) AS apart, coalesce(sum(abs(sa)), 0) AS ma, 1 + count(*) FILTER (WHERE ga = 0) AS fa, 2 + count(*) FILTER (WHERE ga <= 1) AS la, coalesce(sum(abs(sb)), 0) AS mb, 1 + count(*) FILTER (WHERE gb = 0) AS fb, 2 + count(*) FILTER (WHERE gb <= 1) AS lb FROM common GROUP BY a0, b0)
SELECT pairs.a0, pairs.b0, pairs.apart, size_x.n - pairs.n, size_x.t - pairs.ma, coalesce(abs(fa.s), 0), coalesce(abs(la.s), 0), size_y.n - pairs.n, size_y.t - pairs.mb, coalesce(abs(fb.s), 0), coalesce(abs(lb.s), 0) FROM pairs JOIN size_x ON pairs.a0 IS NOT DISTINCT FROM size_x.a0 JOIN size_y ON pairs.b0 IS NOT DISTINCT FROM size_y.b0 LEFT JOIN rank_x AS fa ON pairs.a0 IS NOT DISTINCT FROM fa.a0 AND fa.h = pairs.fa LEFT JOIN rank_x AS la ON pairs.a0 IS NOT DISTINCT FROM la.a0 AND la.h = pairs.la LEFT JOIN rank_y AS fb ON pairs.b0 IS NOT DISTINCT FROM fb.b0 AND fb.h = pairs.fb LEFT JOIN rank_y AS lb ON pairs.b0 IS NOT DISTINCT FROM lb.b0 AND lb.h = pairs.lb WHERE pairs.n > 0 LIMIT 200001
-- statement 7
WITH u AS (SELECT 0 AS f, e, n, x, CAST(k0 AS VARCHAR) AS k0 FROM (SELECT j1."industry" AS k0, r."__ekey_0" AS e, count(*) AS n, max(j1."registered_capital") AS x
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL AND j1."registered_capital" IS NOT NULL AND j1."__ekey_0" IS NOT NULL GROUP BY ALL)),
cell AS (SELECT *, dense_rank() OVER (ORDER BY f, k0, n) AS d FROM u),
mark AS (SELECT e, string_agg(CAST(d AS VARCHAR), ',' ORDER BY d) AS s, max(x) AS x FROM cell GROUP BY e),
atom AS (SELECT s, count(*) AS n, min(e) AS e, coalesce(sum(abs(x)), 0) AS t, coalesce(max(abs(x), 2)[1], 0) AS t1, coalesce(max(abs(x), 2)[2], 0) AS t2, coalesce(sum(x), 0) AS x FROM mark GROUP BY s)
SELECT atom.s, atom.n, u.n, atom.t, atom.t1, atom.t2, atom.x, u.f, u.k0 FROM atom JOIN u ON u.e = atom.e LIMIT 200001
