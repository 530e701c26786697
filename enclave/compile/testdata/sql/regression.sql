-- statement 0
WITH base AS (SELECT r."year" AS k0, r."__ekey_0" AS e0, CAST(r."arrears" AS DECIMAL(38,2)) * CAST(r."tax_paid" AS DECIMAL(38,2)) AS m0, CAST(r."arrears" AS DECIMAL(38,2)) * CAST(r."arrears" AS DECIMAL(38,2)) AS m2, CAST(r."tax_paid" AS DECIMAL(38,2)) * CAST(r."tax_paid" AS DECIMAL(38,2)) AS m3, r."arrears" AS m4, r."tax_paid" AS m5
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL)
SELECT k0, sum(m0), count(*), sum(m2), sum(m3), sum(m4), sum(m5) FROM base GROUP BY k0
-- statement 1
WITH base AS (SELECT r."year" AS k0, r."__ekey_0" AS e0, CAST(r."arrears" AS DECIMAL(38,2)) * CAST(r."tax_paid" AS DECIMAL(38,2)) AS m0, CAST(r."arrears" AS DECIMAL(38,2)) * CAST(r."arrears" AS DECIMAL(38,2)) AS m2, CAST(r."tax_paid" AS DECIMAL(38,2)) * CAST(r."tax_paid" AS DECIMAL(38,2)) AS m3, r."arrears" AS m4, r."tax_paid" AS m5
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL),
entity AS (SELECT k0, e0, count(*) AS r, sum(m0) AS s0, sum(m2) AS s2, sum(m3) AS s3, sum(m4) AS s4, sum(m5) AS s5 FROM base WHERE e0 IS NOT NULL GROUP BY k0, e0)
SELECT k0, count(*), count(s0), coalesce(max(abs(s0), 2)[1], 0), coalesce(max(abs(s0), 2)[2], 0), coalesce(sum(abs(s0)), 0), count(nullif(s0, 0)), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0), count(s2), coalesce(max(abs(s2), 2)[1], 0), coalesce(max(abs(s2), 2)[2], 0), coalesce(sum(abs(s2)), 0), count(s3), coalesce(max(abs(s3), 2)[1], 0), coalesce(max(abs(s3), 2)[2], 0), coalesce(sum(abs(s3)), 0), count(s4), coalesce(max(abs(s4), 2)[1], 0), coalesce(max(abs(s4), 2)[2], 0), coalesce(sum(abs(s4)), 0), count(s5), coalesce(max(abs(s5), 2)[1], 0), coalesce(max(abs(s5), 2)[2], 0), coalesce(sum(abs(s5)), 0) FROM entity GROUP BY k0
-- statement 2
WITH base AS (SELECT r."year" AS k0, r."__ekey_0" AS e, TRUE AS inside
  FROM "tax".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
