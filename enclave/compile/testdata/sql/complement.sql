-- statement 0
WITH base AS (SELECT r."__ekey_0" AS e0, r."__ekey_1" AS e1
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."industry" IS NOT NULL AND (r."industry" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR), CAST($3 AS VARCHAR), CAST($4 AS VARCHAR), CAST($5 AS VARCHAR)))) AND (r."registered_capital" IS NOT NULL AND (r."registered_capital" >= CAST($6 AS DECIMAL(18,2)) AND r."registered_capital" < CAST($7 AS DECIMAL(18,2)))))
SELECT count(e0), count(*) FROM base
-- $1 VARCHAR "I0"
-- $2 VARCHAR "I1"
-- $3 VARCHAR "I2"
-- $4 VARCHAR "I3"
-- $5 VARCHAR "I4"
-- $6 DECIMAL(18,2) "1000.00"
-- $7 DECIMAL(18,2) "5000.00"
-- statement 1
WITH base AS (SELECT r."__ekey_0" AS e0, r."__ekey_1" AS e1
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND (r."industry" IS NOT NULL AND (r."industry" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR), CAST($3 AS VARCHAR), CAST($4 AS VARCHAR), CAST($5 AS VARCHAR)))) AND (r."registered_capital" IS NOT NULL AND (r."registered_capital" >= CAST($6 AS DECIMAL(18,2)) AND r."registered_capital" < CAST($7 AS DECIMAL(18,2))))),
entity AS (SELECT e1, count(*) AS r FROM base WHERE e1 IS NOT NULL GROUP BY e1)
SELECT count(*), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0) FROM entity
-- $1 VARCHAR "I0"
-- $2 VARCHAR "I1"
-- $3 VARCHAR "I2"
-- $4 VARCHAR "I3"
-- $5 VARCHAR "I4"
-- $6 DECIMAL(18,2) "1000.00"
-- $7 DECIMAL(18,2) "5000.00"
-- statement 2
WITH base AS (SELECT r."__ekey_0" AS e0
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL)
SELECT count(e0) FROM base
-- statement 3
WITH base AS (SELECT r."__ekey_1" AS e, (r."industry" IS NOT NULL AND (r."industry" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR), CAST($3 AS VARCHAR), CAST($4 AS VARCHAR), CAST($5 AS VARCHAR)))) AND (r."registered_capital" IS NOT NULL AND (r."registered_capital" >= CAST($6 AS DECIMAL(18,2)) AND r."registered_capital" < CAST($7 AS DECIMAL(18,2)))) AS inside
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT e, count(*) AS r FROM base WHERE inside GROUP BY e),
size AS (SELECT count(*) AS n FROM whole)
SELECT coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE
-- $1 VARCHAR "I0"
-- $2 VARCHAR "I1"
-- $3 VARCHAR "I2"
-- $4 VARCHAR "I3"
-- $5 VARCHAR "I4"
-- $6 DECIMAL(18,2) "1000.00"
-- $7 DECIMAL(18,2) "5000.00"
