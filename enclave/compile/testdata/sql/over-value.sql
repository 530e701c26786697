-- statement 0
WITH base AS (SELECT j1."district" AS k0, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, r."tax_paid" AS m1
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL)
SELECT k0, count(*), sum(m1) FROM base GROUP BY k0
-- statement 1
WITH base AS (SELECT j1."district" AS k0, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, r."tax_paid" AS m1
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL),
entity AS (SELECT k0, e0, count(*) AS r, sum(m1) AS s1 FROM base WHERE e0 IS NOT NULL GROUP BY k0, e0)
SELECT k0, count(*), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0), count(s1), coalesce(max(abs(s1), 2)[1], 0), coalesce(max(abs(s1), 2)[2], 0), coalesce(sum(abs(s1)), 0) FROM entity GROUP BY k0
-- statement 2
WITH base AS (SELECT j1."district" AS k0, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, r."tax_paid" AS m1
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL),
entity AS (SELECT k0, e1, count(*) AS r, sum(m1) AS s1 FROM base WHERE e1 IS NOT NULL GROUP BY k0, e1)
SELECT k0, count(*), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0), count(s1), coalesce(max(abs(s1), 2)[1], 0), coalesce(max(abs(s1), 2)[2], 0), coalesce(sum(abs(s1)), 0) FROM entity GROUP BY k0
-- statement 3
WITH base AS (SELECT j1."district" AS k0, r."__ekey_0" AS e, j1."__ekey_0" IS NOT NULL AS inside
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- statement 4
WITH base AS (SELECT j1."district" AS k0, j1."__ekey_1" AS e, j1."__ekey_0" IS NOT NULL AS inside
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_1" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
