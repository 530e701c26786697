-- statement 0
WITH base AS (SELECT r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."__ekey_1" AS m0, r."base" AS m1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."base" IS NOT NULL AND (r."base" >= CAST($1 AS DECIMAL(18,2)) AND r."base" < CAST($2 AS DECIMAL(18,2)))))
SELECT count(DISTINCT m0), sum(m1) FROM base
-- $1 DECIMAL(18,2) "1000.00"
-- $2 DECIMAL(18,2) "5000.00"
-- statement 1
WITH base AS (SELECT r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."__ekey_1" AS m0, r."base" AS m1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."base" IS NOT NULL AND (r."base" >= CAST($1 AS DECIMAL(18,2)) AND r."base" < CAST($2 AS DECIMAL(18,2))))),
entity AS (SELECT e0, count(*) AS r, nullif(count(DISTINCT m0), 0) AS s0, sum(m1) AS s1 FROM base WHERE e0 IS NOT NULL GROUP BY e0)
SELECT count(*), count(s0), coalesce(max(abs(s0), 2)[1], 0), coalesce(max(abs(s0), 2)[2], 0), coalesce(sum(abs(s0)), 0), count(s1), coalesce(max(abs(s1), 2)[1], 0), coalesce(max(abs(s1), 2)[2], 0), coalesce(sum(abs(s1)), 0) FROM entity
-- $1 DECIMAL(18,2) "1000.00"
-- $2 DECIMAL(18,2) "5000.00"
-- statement 2
WITH base AS (SELECT r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."__ekey_1" AS m0, r."base" AS m1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."base" IS NOT NULL AND (r."base" >= CAST($1 AS DECIMAL(18,2)) AND r."base" < CAST($2 AS DECIMAL(18,2))))),
entity AS (SELECT e1, count(*) AS r, sum(m1) AS s1 FROM base WHERE e1 IS NOT NULL GROUP BY e1)
SELECT count(*), count(s1), coalesce(max(abs(s1), 2)[1], 0), coalesce(max(abs(s1), 2)[2], 0), coalesce(sum(abs(s1)), 0) FROM entity
-- $1 DECIMAL(18,2) "1000.00"
-- $2 DECIMAL(18,2) "5000.00"
-- statement 3
WITH base AS (SELECT r."__ekey_0" AS e, (r."base" IS NOT NULL AND (r."base" >= CAST($1 AS DECIMAL(18,2)) AND r."base" < CAST($2 AS DECIMAL(18,2)))) AS inside
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT e, count(*) AS r FROM base WHERE inside GROUP BY e),
size AS (SELECT count(*) AS n FROM whole)
SELECT coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE
-- $1 DECIMAL(18,2) "1000.00"
-- $2 DECIMAL(18,2) "5000.00"
-- statement 4
WITH base AS (SELECT r."__ekey_1" AS e, (r."base" IS NOT NULL AND (r."base" >= CAST($1 AS DECIMAL(18,2)) AND r."base" < CAST($2 AS DECIMAL(18,2)))) AS inside
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT e, count(*) AS r FROM base WHERE inside GROUP BY e),
size AS (SELECT count(*) AS n FROM whole)
SELECT coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE
-- $1 DECIMAL(18,2) "1000.00"
-- $2 DECIMAL(18,2) "5000.00"
