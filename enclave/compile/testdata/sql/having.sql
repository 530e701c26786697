-- statement 0
WITH base AS (SELECT r."district" AS k0, r."__ekey_0" AS e0
  FROM "persons".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND (r."birth_date" IS NOT NULL AND (r."birth_date" >= CAST($1 AS DATE) AND r."birth_date" < CAST($2 AS DATE))) AND (r."gender" IS NOT NULL AND (r."gender" IN (CAST($3 AS VARCHAR)))))
SELECT k0, count(e0), count(*) FROM base GROUP BY k0
-- $1 DATE "1960-01-01"
-- $2 DATE "1970-01-01"
-- $3 VARCHAR "F"
-- statement 1
WITH base AS (SELECT r."__ekey_0" AS e0
  FROM "persons".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL)
SELECT count(e0) FROM base
