-- statement 0
WITH base AS (SELECT r."district" AS k0, r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."registered_capital" AS m1
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL)
SELECT k0, count(e0), count(*), sum(m1), count(m1), coalesce(max(abs(m1), 2)[1], 0), coalesce(max(abs(m1), 2)[2], 0), coalesce(sum(abs(m1)), 0) FROM base GROUP BY k0
-- statement 1
WITH base AS (SELECT r."district" AS k0, r."__ekey_0" AS e0, r."__ekey_1" AS e1, r."registered_capital" AS m1
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
entity AS (SELECT k0, e1, count(*) AS r, sum(m1) AS s1 FROM base WHERE e1 IS NOT NULL GROUP BY k0, e1)
SELECT k0, count(*), count(r), coalesce(max(abs(r), 2)[1], 0), coalesce(max(abs(r), 2)[2], 0), coalesce(sum(abs(r)), 0), count(s1), coalesce(max(abs(s1), 2)[1], 0), coalesce(max(abs(s1), 2)[2], 0), coalesce(sum(abs(s1)), 0) FROM entity GROUP BY k0
-- statement 2
WITH base AS (SELECT r."__ekey_0" AS e0
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL)
SELECT count(e0) FROM base
-- statement 3
WITH base AS (SELECT r."district" AS k0, r."__ekey_1" AS e, TRUE AS inside
  FROM "enterprises".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL AND r."__ekey_1" IS NOT NULL AND r."__ekey_1" IS NOT NULL),
whole AS (SELECT e, count(*) AS r FROM base GROUP BY e),
part AS (SELECT k0, e, count(*) AS r FROM base WHERE inside GROUP BY k0, e),
size AS (SELECT count(*) AS n FROM whole)
SELECT part.k0, coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r) FROM part JOIN whole ON part.e = whole.e JOIN size ON TRUE GROUP BY part.k0
-- part 1
-- statement 0
WITH base AS (SELECT r."district" AS k0, r."gender" AS k1, r."__ekey_0" AS e0
  FROM "persons".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL)
SELECT k0, k1, count(e0), count(*) FROM base GROUP BY k0, k1
-- statement 1
WITH base AS (SELECT r."__ekey_0" AS e0
  FROM "persons".main.data AS r
  WHERE r."__ekey_0" IS NOT NULL)
SELECT count(e0) FROM base
