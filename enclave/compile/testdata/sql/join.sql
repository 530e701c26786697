-- statement 0
WITH base AS (SELECT r."year" AS k0, j1."industry" AS k1, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, r."tax_paid" AS m0
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL)
SELECT k0, k1, sum(m0) FROM base GROUP BY k0, k1
-- statement 1
WITH base AS (SELECT r."year" AS k0, j1."industry" AS k1, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, r."tax_paid" AS m0
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL),
entity AS (SELECT k0, k1, e0, count(*) AS r, sum(m0) AS s0 FROM base WHERE e0 IS NOT NULL GROUP BY k0, k1, e0)
SELECT k0, k1, count(*), count(s0), coalesce(max(abs(s0), 2)[1], 0), coalesce(max(abs(s0), 2)[2], 0), coalesce(sum(abs(s0)), 0) FROM entity GROUP BY k0, k1
-- statement 2
WITH base AS (SELECT r."year" AS k0, j1."industry" AS k1, r."__ekey_0" AS e0, j1."__ekey_1" AS e1, r."tax_paid" AS m0
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_0" IS NOT NULL),
entity AS (SELECT k0, k1, e1, count(*) AS r, sum(m0) AS s0 FROM base WHERE e1 IS NOT NULL GROUP BY k0, k1, e1)
SELECT k0, k1, count(*), count(s0), coalesce(max(abs(s0), 2)[1], 0), coalesce(max(abs(s0), 2)[2], 0), coalesce(sum(abs(s0)), 0) FROM entity GROUP BY k0, k1
-- statement 3
WITH base AS (SELECT r."year" AS k0, j1."industry" AS k1, r."__ekey_0" AS e, j1."__ekey_0" IS NOT NULL AS inside
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, k1, e, count(*) AS r FROM base WHERE inside GROUP BY k0, k1, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, part.k1, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0, part.k1
-- statement 4
WITH base AS (SELECT r."year" AS k0, j1."industry" AS k1, j1."__ekey_1" AS e, j1."__ekey_0" IS NOT NULL AS inside
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_1" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, k1, e, count(*) AS r FROM base WHERE inside GROUP BY k0, k1, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, part.k1, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0, part.k1
