-- statement 0
WITH base AS (SELECT r."district" AS k0, r."__ekey_0" AS e0
  FROM "persons".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL)
SELECT k0, count(e0), count(*) FROM base GROUP BY k0
-- statement 1
WITH base AS (SELECT r."__ekey_0" AS e0
  FROM "persons".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL)
SELECT count(e0) FROM base
