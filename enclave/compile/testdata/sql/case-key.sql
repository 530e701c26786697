-- statement 0
WITH base AS (SELECT CAST(CASE WHEN (r."industry" IS NOT NULL AND (r."industry" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR)))) THEN 0 WHEN (r."industry" IS NOT NULL AND (r."industry" IN (CAST($3 AS VARCHAR), CAST($4 AS VARCHAR), CAST($5 AS VARCHAR), CAST($6 AS VARCHAR)))) THEN 1 END AS BIGINT) AS k0, CAST(CASE WHEN (r."registered_capital" IS NOT NULL AND (r."registered_capital" < CAST($7 AS DECIMAL(18,2)))) THEN 0 WHEN (r."registered_capital" IS NOT NULL AND (r."registered_capital" >= CAST($7 AS DECIMAL(18,2)) AND r."registered_capital" < CAST($8 AS DECIMAL(18,2)))) THEN 1 WHEN (r."registered_capital" IS NOT NULL AND (r."registered_capital" >= CAST($8 AS DECIMAL(18,2)))) THEN 2 END AS BIGINT) AS k1, r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."registered_capital" AS m1
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL)
SELECT k0, k1, count(e0), count(*), sum(m1), count(m1), coalesce(max(abs(m1), 2)[1], 0), coalesce(max(abs(m1), 2)[2], 0), coalesce(sum(abs(m1)), 0) FROM base GROUP BY k0, k1
-- $1 VARCHAR "I0"
-- $2 VARCHAR "I1"
-- $3 VARCHAR "I2"
-- $4 VARCHAR "I3"
-- $5 VARCHAR "I4"
-- $6 VARCHAR "rocket"
-- $7 DECIMAL(18,2) "100.00"
-- $8 DECIMAL(18,2) "10000.00"
-- statement 1
WITH base AS (SELECT CAST(CASE WHEN (r."industry" IS NOT NULL AND (r."industry" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR)))) THEN 0 WHEN (r."industry" IS NOT NULL AND (r."industry" IN (CAST($3 AS VARCHAR), CAST($4 AS VARCHAR), CAST($5 AS VARCHAR), CAST($6 AS VARCHAR)))) THEN 1 END AS BIGINT) AS k0, CAST(CASE WHEN (r."registered_capital" IS NOT NULL AND (r."registered_capital" < CAST($7 AS DECIMAL(18,2)))) THEN 0 WHEN (r."registered_capital" IS NOT NULL AND (r."registered_capital" >= CAST($7 AS DECIMAL(18,2)) AND r."registered_capital" < CAST($8 AS DECIMAL(18,2)))) THEN 1 WHEN (r."registered_capital" IS NOT NULL AND (r."registered_capital" >= CAST($8 AS DECIMAL(18,2)))) THEN 2 END AS BIGINT) AS k1, r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."registered_capital" AS m1
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
entity AS (SELECT k0, k1, e1, count(*) AS r, sum(m1) AS s1 FROM base WHERE e1 IS NOT NULL GROUP BY k0, k1, e1)
SELECT k0, k1, count(*), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0), count(s1), coalesce(max(abs(s1), 2)[1], 0), coalesce(max(abs(s1), 2)[2], 0), coalesce(sum(abs(s1)), 0) FROM entity GROUP BY k0, k1
-- $1 VARCHAR "I0"
-- $2 VARCHAR "I1"
-- $3 VARCHAR "I2"
-- $4 VARCHAR "I3"
-- $5 VARCHAR "I4"
-- $6 VARCHAR "rocket"
-- $7 DECIMAL(18,2) "100.00"
-- $8 DECIMAL(18,2) "10000.00"
-- statement 2
WITH base AS (SELECT r."__ekey_0" AS e0
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL)
SELECT count(e0) FROM base
-- statement 3
WITH base AS (SELECT CAST(CASE WHEN (r."industry" IS NOT NULL AND (r."industry" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR)))) THEN 0 WHEN (r."industry" IS NOT NULL AND (r."industry" IN (CAST($3 AS VARCHAR), CAST($4 AS VARCHAR), CAST($5 AS VARCHAR), CAST($6 AS VARCHAR)))) THEN 1 END AS BIGINT) AS k0, CAST(CASE WHEN (r."registered_capital" IS NOT NULL AND (r."registered_capital" < CAST($7 AS DECIMAL(18,2)))) THEN 0 WHEN (r."registered_capital" IS NOT NULL AND (r."registered_capital" >= CAST($7 AS DECIMAL(18,2)) AND r."registered_capital" < CAST($8 AS DECIMAL(18,2)))) THEN 1 WHEN (r."registered_capital" IS NOT NULL AND (r."registered_capital" >= CAST($8 AS DECIMAL(18,2)))) THEN 2 END AS BIGINT) AS k1, r."__ekey_1" AS e, TRUE AS inside
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, k1, e, count(*) AS r FROM base WHERE inside GROUP BY k0, k1, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, part.k1, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0, part.k1
-- $1 VARCHAR "I0"
-- $2 VARCHAR "I1"
-- $3 VARCHAR "I2"
-- $4 VARCHAR "I3"
-- $5 VARCHAR "I4"
-- $6 VARCHAR "rocket"
-- $7 DECIMAL(18,2) "100.00"
-- $8 DECIMAL(18,2) "10000.00"
