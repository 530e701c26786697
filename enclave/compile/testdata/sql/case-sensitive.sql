-- statement 0
WITH base AS (SELECT CAST(CASE WHEN (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR)))) THEN 0 WHEN (r."status" IS NOT NULL AND (r."status" IN (CAST($2 AS VARCHAR)))) THEN 1 END AS BIGINT) AS k0, r."__ekey_0" AS e0
  FROM "court_judgments".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL)
SELECT k0, count(*) FROM base GROUP BY k0
-- $1 VARCHAR "executed"
-- $2 VARCHAR "open"
-- statement 1
WITH base AS (SELECT CAST(CASE WHEN (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR)))) THEN 0 WHEN (r."status" IS NOT NULL AND (r."status" IN (CAST($2 AS VARCHAR)))) THEN 1 END AS BIGINT) AS k0, r."__ekey_0" AS e0
  FROM "court_judgments".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL),
entity AS (SELECT k0, e0, count(*) AS r FROM base WHERE e0 IS NOT NULL GROUP BY k0, e0)
SELECT k0, count(*), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0) FROM entity GROUP BY k0
-- $1 VARCHAR "executed"
-- $2 VARCHAR "open"
-- statement 2
WITH base AS (SELECT CAST(CASE WHEN (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR)))) THEN 0 WHEN (r."status" IS NOT NULL AND (r."status" IN (CAST($2 AS VARCHAR)))) THEN 1 END AS BIGINT) AS k0, r."__ekey_0" AS e, TRUE AS inside
  FROM "court_judgments".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- $1 VARCHAR "executed"
-- $2 VARCHAR "open"
-- statement 3
WITH base AS (SELECT r."__ekey_0" AS e0, coalesce(CAST(r."status" AS VARCHAR) = CAST($1 AS VARCHAR), FALSE) AS h0
  FROM "court_judgments".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL)
SELECT count(DISTINCT e0), count(DISTINCT e0) FILTER (WHERE h0) FROM base
-- $1 VARCHAR "executed"
-- statement 4
WITH base AS (SELECT CAST(CASE WHEN (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR)))) THEN 0 WHEN (r."status" IS NOT NULL AND (r."status" IN (CAST($2 AS VARCHAR)))) THEN 1 END AS BIGINT) AS k0, r."__ekey_0" AS e, TRUE AS inside
  FROM "court_judgments".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- $1 VARCHAR "executed"
-- $2 VARCHAR "open"
-- statement 5
WITH raw AS (SELECT r."__ekey_0" AS e, TRUE AS p0, CAST(CASE WHEN (r."status" IS NOT NULL AND (r."status" IN (CAST($1 AS VARCHAR)))) THEN 0 WHEN (r."status" IS NOT NULL AND (r."status" IN (CAST($2 AS VARCHAR)))) THEN 1 END AS BIGINT) AS s0, coalesce(CAST(r."status" AS VARCHAR) = CAST($1 AS VARCHAR), FALSE) AS h0
  FROM "court_judgments".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_0" IS NOT NULL),
base AS (SELECT e, p0, s0, h0 FROM raw WHERE p0),
part AS (SELECT p0, s0, e, bool_or(h0) AS h0 FROM base GROUP BY p0, s0, e),
ranked AS (SELECT *, dense_rank() OVER (ORDER BY e) AS d FROM part)
SELECT count(*), CASE WHEN count(*) <= 64 THEN string_agg(CAST(d AS VARCHAR), ',') END, count(*) FILTER (WHERE h0), p0, s0 FROM ranked GROUP BY p0, s0 LIMIT 200001
-- $1 VARCHAR "executed"
-- $2 VARCHAR "open"
