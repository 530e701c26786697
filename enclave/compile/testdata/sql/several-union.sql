-- statement 0
WITH base AS (SELECT r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."registered_capital" AS m0
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL)
SELECT count(e0), sum(m0), count(m0), coalesce(max(abs(m0), 2)[1], 0), coalesce(max(abs(m0), 2)[2], 0), coalesce(sum(abs(m0)), 0) FROM base
-- statement 1
WITH base AS (SELECT r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."registered_capital" AS m0
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
entity AS (SELECT e1, count(*) AS r, sum(m0) AS s0 FROM base WHERE e1 IS NOT NULL GROUP BY e1)
SELECT count(*), count(s0), coalesce(max(abs(s0), 2)[1], 0), coalesce(max(abs(s0), 2)[2], 0), coalesce(sum(abs(s0)), 0) FROM entity
-- part 1
-- statement 0
WITH base AS (SELECT r."industry" AS k0, r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."registered_capital" AS m0
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL)
SELECT k0, count(e0), sum(m0), count(m0), coalesce(max(abs(m0), 2)[1], 0), coalesce(max(abs(m0), 2)[2], 0), coalesce(sum(abs(m0)), 0) FROM base GROUP BY k0
-- statement 1
WITH base AS (SELECT r."industry" AS k0, r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."registered_capital" AS m0
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
entity AS (SELECT k0, e1, count(*) AS r, sum(m0) AS s0 FROM base WHERE e1 IS NOT NULL GROUP BY k0, e1)
SELECT k0, count(*), count(s0), coalesce(max(abs(s0), 2)[1], 0), coalesce(max(abs(s0), 2)[2], 0), coalesce(sum(abs(s0)), 0) FROM entity GROUP BY k0
-- statement 2
WITH base AS (SELECT r."__ekey_0" AS e0
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL)
SELECT count(e0) FROM base
-- statement 3
WITH base AS (SELECT r."industry" AS k0, r."__ekey_1" AS e, TRUE AS inside
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
