-- statement 0
WITH base AS (SELECT r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."__ekey_0" AS m0, r."paid" AS m1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL)
SELECT count(DISTINCT m0), sum(m1) FROM base
-- statement 1
WITH base AS (SELECT r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."__ekey_0" AS m0, r."paid" AS m1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
entity AS (SELECT e0, count(*) AS r, sum(m1) AS s1 FROM base WHERE e0 IS NOT NULL GROUP BY e0)
SELECT count(*), count(s1), coalesce(max(abs(s1), 2)[1], 0), coalesce(max(abs(s1), 2)[2], 0), coalesce(sum(abs(s1)), 0) FROM entity
-- statement 2
WITH base AS (SELECT r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."__ekey_0" AS m0, r."paid" AS m1
  FROM "social_insurance".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
entity AS (SELECT e1, count(*) AS r, nullif(count(DISTINCT m0), 0) AS s0, sum(m1) AS s1 FROM base WHERE e1 IS NOT NULL GROUP BY e1)
SELECT count(*), count(s0), coalesce(max(abs(s0), 2)[1], 0), coalesce(max(abs(s0), 2)[2], 0), coalesce(sum(abs(s0)), 0), count(s1), coalesce(max(abs(s1), 2)[1], 0), coalesce(max(abs(s1), 2)[2], 0), coalesce(sum(abs(s1)), 0) FROM entity
