-- statement 0
WITH base AS (SELECT CAST(CASE WHEN (j1."district" IS NOT NULL AND (j1."district" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR)))) THEN 0 WHEN (j1."district" IS NULL OR j1."district" IN (CAST($3 AS VARCHAR), CAST($4 AS VARCHAR), CAST($5 AS VARCHAR), CAST($6 AS VARCHAR), CAST($7 AS VARCHAR), CAST($8 AS VARCHAR))) THEN 1 END AS BIGINT) AS k0, r."__ekey_0" AS e0, j1."__ekey_0" AS e1, j1."__ekey_1" AS e2
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL)
SELECT k0, count(*) FROM base GROUP BY k0
-- $1 VARCHAR "D0"
-- $2 VARCHAR "D1"
-- $3 VARCHAR "D2"
-- $4 VARCHAR "D3"
-- $5 VARCHAR "D4"
-- $6 VARCHAR "D5"
-- $7 VARCHAR "D6"
-- $8 VARCHAR "D7"
-- statement 1
WITH base AS (SELECT CAST(CASE WHEN (j1."district" IS NOT NULL AND (j1."district" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR)))) THEN 0 WHEN (j1."district" IS NULL OR j1."district" IN (CAST($3 AS VARCHAR), CAST($4 AS VARCHAR), CAST($5 AS VARCHAR), CAST($6 AS VARCHAR), CAST($7 AS VARCHAR), CAST($8 AS VARCHAR))) THEN 1 END AS BIGINT) AS k0, r."__ekey_0" AS e0, j1."__ekey_0" AS e1, j1."__ekey_1" AS e2
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL),
entity AS (SELECT k0, e0, count(*) AS r FROM base WHERE e0 IS NOT NULL GROUP BY k0, e0)
SELECT k0, count(*), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0) FROM entity GROUP BY k0
-- $1 VARCHAR "D0"
-- $2 VARCHAR "D1"
-- $3 VARCHAR "D2"
-- $4 VARCHAR "D3"
-- $5 VARCHAR "D4"
-- $6 VARCHAR "D5"
-- $7 VARCHAR "D6"
-- $8 VARCHAR "D7"
-- statement 2
WITH base AS (SELECT CAST(CASE WHEN (j1."district" IS NOT NULL AND (j1."district" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR)))) THEN 0 WHEN (j1."district" IS NULL OR j1."district" IN (CAST($3 AS VARCHAR), CAST($4 AS VARCHAR), CAST($5 AS VARCHAR), CAST($6 AS VARCHAR), CAST($7 AS VARCHAR), CAST($8 AS VARCHAR))) THEN 1 END AS BIGINT) AS k0, r."__ekey_0" AS e0, j1."__ekey_0" AS e1, j1."__ekey_1" AS e2
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL),
entity AS (SELECT k0, e1, count(*) AS r FROM base WHERE e1 IS NOT NULL GROUP BY k0, e1)
SELECT k0, count(*), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0) FROM entity GROUP BY k0
-- $1 VARCHAR "D0"
-- $2 VARCHAR "D1"
-- $3 VARCHAR "D2"
-- $4 VARCHAR "D3"
-- $5 VARCHAR "D4"
-- $6 VARCHAR "D5"
-- $7 VARCHAR "D6"
-- $8 VARCHAR "D7"
-- statement 3
WITH base AS (SELECT CAST(CASE WHEN (j1."district" IS NOT NULL AND (j1."district" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR)))) THEN 0 WHEN (j1."district" IS NULL OR j1."district" IN (CAST($3 AS VARCHAR), CAST($4 AS VARCHAR), CAST($5 AS VARCHAR), CAST($6 AS VARCHAR), CAST($7 AS VARCHAR), CAST($8 AS VARCHAR))) THEN 1 END AS BIGINT) AS k0, r."__ekey_0" AS e0, j1."__ekey_0" AS e1, j1."__ekey_1" AS e2
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL),
entity AS (SELECT k0, e2, count(*) AS r FROM base WHERE e2 IS NOT NULL GROUP BY k0, e2)
SELECT k0, count(*), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0) FROM entity GROUP BY k0
-- $1 VARCHAR "D0"
-- $2 VARCHAR "D1"
-- $3 VARCHAR "D2"
-- $4 VARCHAR "D3"
-- $5 VARCHAR "D4"
-- $6 VARCHAR "D5"
-- $7 VARCHAR "D6"
-- $8 VARCHAR "D7"
-- statement 4
WITH base AS (SELECT CAST(CASE WHEN (j1."district" IS NOT NULL AND (j1."district" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR)))) THEN 0 WHEN (j1."district" IS NULL OR j1."district" IN (CAST($3 AS VARCHAR), CAST($4 AS VARCHAR), CAST($5 AS VARCHAR), CAST($6 AS VARCHAR), CAST($7 AS VARCHAR), CAST($8 AS VARCHAR))) THEN 1 END AS BIGINT) AS k0, r."__ekey_0" AS e, TRUE AS inside
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- $1 VARCHAR "D0"
-- $2 VARCHAR "D1"
-- $3 VARCHAR "D2"
-- $4 VARCHAR "D3"
-- $5 VARCHAR "D4"
-- $6 VARCHAR "D5"
-- $7 VARCHAR "D6"
-- $8 VARCHAR "D7"
-- statement 5
WITH base AS (SELECT CAST(CASE WHEN (j1."district" IS NOT NULL AND (j1."district" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR)))) THEN 0 WHEN (j1."district" IS NULL OR j1."district" IN (CAST($3 AS VARCHAR), CAST($4 AS VARCHAR), CAST($5 AS VARCHAR), CAST($6 AS VARCHAR), CAST($7 AS VARCHAR), CAST($8 AS VARCHAR))) THEN 1 END AS BIGINT) AS k0, j1."__ekey_1" AS e, TRUE AS inside
  FROM "tax".main.data AS r
  LEFT JOIN "enterprises".main.data AS j1 ON j1."__ekey_0" = r."__ekey_0"
  WHERE r."__ekey_0" IS NOT NULL AND j1."__ekey_1" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- $1 VARCHAR "D0"
-- $2 VARCHAR "D1"
-- $3 VARCHAR "D2"
-- $4 VARCHAR "D3"
-- $5 VARCHAR "D4"
-- $6 VARCHAR "D5"
-- $7 VARCHAR "D6"
-- $8 VARCHAR "D7"
