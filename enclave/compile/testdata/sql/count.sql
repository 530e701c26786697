-- statement 0
WITH base AS (SELECT r."__ekey_0" AS e0
  FROM "persons".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL)
SELECT count(e0), count(*) FROM base
