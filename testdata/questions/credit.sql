-- Questions of banks to 30,000 credit card clients: limits, bills, payments, default.

-- How many clients are there?
SELECT count(*) AS clients FROM credit;
-- The share that defaults.
SELECT avg("default.payment.next.month") AS rate FROM credit;
-- Default rate by education.
SELECT EDUCATION, count(*) AS n, avg("default.payment.next.month") AS rate FROM credit GROUP BY EDUCATION ORDER BY EDUCATION;
-- Default rate by sex.
SELECT SEX, count(*) AS n, avg("default.payment.next.month") AS rate FROM credit GROUP BY SEX;
-- Default rate by marital status.
SELECT MARRIAGE, count(*) AS n, avg("default.payment.next.month") AS rate FROM credit GROUP BY MARRIAGE;
-- Defaults as a count by education.
SELECT EDUCATION, count(*) FILTER (WHERE "default.payment.next.month" = 1) AS defaults, count(*) AS n FROM credit GROUP BY EDUCATION;
-- Defaults as a sum by sex and education.
SELECT SEX, EDUCATION, sum("default.payment.next.month") AS defaults, count(*) AS n FROM credit GROUP BY SEX, EDUCATION;
-- Clients by age band of ten years.
SELECT floor(AGE / 10) * 10 AS band, count(*) AS n FROM credit GROUP BY band ORDER BY band;
-- Default rate by age band of ten years.
SELECT floor(AGE / 10) * 10 AS band, count(*) AS n, avg("default.payment.next.month") AS rate FROM credit GROUP BY band ORDER BY band;
-- Clients by age band of five years.
SELECT floor(AGE / 5) * 5 AS band, count(*) AS n FROM credit GROUP BY band ORDER BY band;
-- Default rate of the young.
SELECT avg("default.payment.next.month") AS rate, count(*) AS n FROM credit WHERE AGE < 30;
-- Default rate by limit in bands of 100,000.
SELECT floor(LIMIT_BAL / 100000) * 100000 AS band, count(*) AS n, avg("default.payment.next.month") AS rate FROM credit GROUP BY band ORDER BY band;
-- Limit in three classes.
SELECT CASE WHEN LIMIT_BAL < 50000 THEN 'low' WHEN LIMIT_BAL < 200000 THEN 'middle' ELSE 'high' END AS class, count(*) AS n, avg("default.payment.next.month") AS rate FROM credit GROUP BY class;
-- Average limit by education.
SELECT EDUCATION, avg(LIMIT_BAL) AS mean FROM credit GROUP BY EDUCATION;
-- Average limit by sex and marital status.
SELECT SEX, MARRIAGE, avg(LIMIT_BAL) AS mean, count(*) AS n FROM credit GROUP BY SEX, MARRIAGE;
-- Spread of limits by education.
SELECT EDUCATION, avg(LIMIT_BAL) AS mean, stddev_samp(LIMIT_BAL) AS spread FROM credit GROUP BY EDUCATION;
-- Total exposure.
SELECT sum(LIMIT_BAL) AS exposure FROM credit;
-- Exposure by marital status.
SELECT MARRIAGE, sum(LIMIT_BAL) AS exposure FROM credit GROUP BY MARRIAGE;
-- The share of each education in the exposure.
SELECT EDUCATION, sum(LIMIT_BAL) AS exposure, 100.0 * sum(LIMIT_BAL) / sum(sum(LIMIT_BAL)) OVER () AS percent FROM credit GROUP BY EDUCATION;
-- Repayment status in September.
SELECT PAY_0, count(*) AS n FROM credit GROUP BY PAY_0 ORDER BY PAY_0;
-- Default rate by repayment status in September.
SELECT PAY_0, count(*) AS n, avg("default.payment.next.month") AS rate FROM credit GROUP BY PAY_0 ORDER BY PAY_0;
-- Clients two months or more in delay.
SELECT count(*) AS n, avg("default.payment.next.month") AS rate FROM credit WHERE PAY_0 >= 2;
-- Default rate of clients who paid duly.
SELECT avg("default.payment.next.month") AS rate FROM credit WHERE PAY_0 <= 0;
-- In delay by education.
SELECT EDUCATION, 100.0 * count(*) FILTER (WHERE PAY_0 > 0) / count(*) AS percent FROM credit GROUP BY EDUCATION;
-- In delay in September, August and July.
SELECT count(*) FILTER (WHERE PAY_0 > 0) AS september, count(*) FILTER (WHERE PAY_2 > 0) AS august, count(*) FILTER (WHERE PAY_3 > 0) AS july FROM credit;
-- In delay in two months running.
SELECT count(*) AS n FROM credit WHERE PAY_0 > 0 AND PAY_2 > 0;
-- Migration from August to September.
SELECT PAY_2, PAY_0, count(*) AS n FROM credit GROUP BY PAY_2, PAY_0 ORDER BY PAY_2, PAY_0;
-- Default by delay in September and August.
SELECT PAY_0 > 0 AS september, PAY_2 > 0 AS august, count(*) AS n, avg("default.payment.next.month") AS rate FROM credit GROUP BY september, august;
-- Delay by sex and age band.
SELECT SEX, floor(AGE / 10) * 10 AS band, count(*) FILTER (WHERE PAY_0 >= 1) AS late, count(*) AS n FROM credit GROUP BY SEX, band;
-- Bills of September by education.
SELECT EDUCATION, avg(BILL_AMT1) AS mean FROM credit GROUP BY EDUCATION;
-- Bills by month.
SELECT avg(BILL_AMT1) AS september, avg(BILL_AMT2) AS august, avg(BILL_AMT3) AS july, avg(BILL_AMT4) AS june, avg(BILL_AMT5) AS may, avg(BILL_AMT6) AS april FROM credit;
-- Payments by month.
SELECT avg(PAY_AMT1) AS september, avg(PAY_AMT2) AS august, avg(PAY_AMT3) AS july FROM credit;
-- Payments of September by age.
SELECT floor(AGE / 10) * 10 AS band, avg(PAY_AMT1) AS mean FROM credit GROUP BY band ORDER BY band;
-- How much of the bill was paid, by education.
SELECT EDUCATION, sum(PAY_AMT1) / sum(BILL_AMT2) AS ratio FROM credit GROUP BY EDUCATION;
-- Use of the limit by education.
SELECT EDUCATION, sum(BILL_AMT1) / sum(LIMIT_BAL) AS utilisation FROM credit GROUP BY EDUCATION;
-- Use of the limit by default.
SELECT "default.payment.next.month" AS defaulted, sum(BILL_AMT1) / sum(LIMIT_BAL) AS utilisation, count(*) AS n FROM credit GROUP BY defaulted;
-- Bills of those who default.
SELECT sum(BILL_AMT1) AS amount FROM credit WHERE "default.payment.next.month" = 1;
-- Exposure at default by education.
SELECT EDUCATION, sum(BILL_AMT1) FILTER (WHERE "default.payment.next.month" = 1) AS amount FROM credit GROUP BY EDUCATION;
-- Clients with bills of at least 100,000.
SELECT count(*) AS n, avg("default.payment.next.month") AS rate FROM credit WHERE BILL_AMT1 >= 100000;
-- Clients with no bill in September.
SELECT count(*) AS n FROM credit WHERE BILL_AMT1 = 0;
-- Clients who paid nothing in September.
SELECT count(*) AS n, avg("default.payment.next.month") AS rate FROM credit WHERE PAY_AMT1 = 0;
-- Clients who paid at least 10,000.
SELECT EDUCATION, count(*) AS n FROM credit WHERE PAY_AMT1 >= 10000 GROUP BY EDUCATION;
-- Large limits by education.
SELECT EDUCATION, count(*) AS n FROM credit WHERE LIMIT_BAL >= 500000 GROUP BY EDUCATION;
-- Small limits and default.
SELECT avg("default.payment.next.month") AS rate, count(*) AS n FROM credit WHERE LIMIT_BAL < 50000;
-- Limits between 100,000 and 200,000 by sex.
SELECT SEX, count(*) AS n FROM credit WHERE LIMIT_BAL >= 100000 AND LIMIT_BAL < 200000 GROUP BY SEX;
-- Single clients by age.
SELECT floor(AGE / 10) * 10 AS band, count(*) AS n FROM credit WHERE MARRIAGE = 2 GROUP BY band;
-- Graduates by marital status and default.
SELECT MARRIAGE, avg("default.payment.next.month") AS rate FROM credit WHERE EDUCATION IN (1, 2) GROUP BY MARRIAGE;
-- The education groups ordered by default.
SELECT EDUCATION, avg("default.payment.next.month") AS rate FROM credit GROUP BY EDUCATION ORDER BY rate DESC;
-- Groups with more than a thousand clients.
SELECT EDUCATION, MARRIAGE, count(*) AS n FROM credit GROUP BY EDUCATION, MARRIAGE HAVING count(*) > 1000;
-- The three age bands with the largest exposure.
SELECT floor(AGE / 10) * 10 AS band, sum(LIMIT_BAL) AS exposure FROM credit GROUP BY band ORDER BY exposure DESC LIMIT 3;
-- Spread of bills by sex.
SELECT SEX, stddev_samp(BILL_AMT1) AS spread, avg(BILL_AMT1) AS mean FROM credit GROUP BY SEX;
-- Variance of payments by education.
SELECT EDUCATION, var_samp(PAY_AMT1) AS variance FROM credit WHERE EDUCATION IN (1, 2, 3) GROUP BY EDUCATION;
-- Correlation of limit and bill.
SELECT corr(LIMIT_BAL, BILL_AMT1) AS r FROM credit;
-- Slope of bill over limit by sex.
SELECT SEX, regr_slope(BILL_AMT1, LIMIT_BAL) AS slope FROM credit GROUP BY SEX;
-- Weighted default rate by education.
SELECT EDUCATION, sum(LIMIT_BAL * "default.payment.next.month") / sum(LIMIT_BAL) AS rate FROM credit GROUP BY EDUCATION;
-- Average bill over six months by education.
SELECT EDUCATION, avg(BILL_AMT1 + BILL_AMT2 + BILL_AMT3 + BILL_AMT4 + BILL_AMT5 + BILL_AMT6) / 6 AS mean FROM credit GROUP BY EDUCATION;
-- Paid over three months by marital status.
SELECT MARRIAGE, sum(PAY_AMT1 + PAY_AMT2 + PAY_AMT3) AS paid FROM credit GROUP BY MARRIAGE;
-- Default rate where sex and education meet, with HAVING.
SELECT SEX, EDUCATION, avg("default.payment.next.month") AS rate, count(*) AS n FROM credit GROUP BY SEX, EDUCATION HAVING count(*) >= 100;
-- The difference between men's and women's rates.
WITH r AS (SELECT SEX, avg("default.payment.next.month") AS rate FROM credit GROUP BY SEX) SELECT max(rate) - min(rate) AS gap FROM r;
-- Rank of education by limit.
SELECT EDUCATION, mean, rank() OVER (ORDER BY mean DESC) AS place FROM (SELECT EDUCATION, avg(LIMIT_BAL) AS mean FROM credit GROUP BY EDUCATION) e;
-- Default rate with a conditional sum.
SELECT EDUCATION, sum(CASE WHEN "default.payment.next.month" = 1 THEN 1 ELSE 0 END) AS defaults, count(*) AS n FROM credit GROUP BY EDUCATION;
-- Late payers by a conditional average.
SELECT SEX, avg(CASE WHEN PAY_0 > 0 THEN 1.0 ELSE 0.0 END) AS late FROM credit GROUP BY SEX;
-- Exposure of late payers.
SELECT sum(CASE WHEN PAY_0 > 0 THEN LIMIT_BAL ELSE 0 END) AS late, sum(LIMIT_BAL) AS exposure FROM credit;
-- Clients by age class with names.
SELECT CASE WHEN AGE < 30 THEN 'young' WHEN AGE < 50 THEN 'middle' ELSE 'older' END AS class, count(*) AS n, avg("default.payment.next.month") AS rate FROM credit GROUP BY class;
-- Rounded rates for a report.
SELECT EDUCATION, round(100 * avg("default.payment.next.month"), 1) AS percent FROM credit GROUP BY EDUCATION;
-- Clients of known education only.
SELECT EDUCATION, count(*) AS n FROM credit WHERE EDUCATION NOT IN (0, 5, 6) GROUP BY EDUCATION;
-- In delay for two months or more at any time in the quarter.
SELECT count(*) AS n FROM credit WHERE PAY_0 >= 2 OR PAY_2 >= 2 OR PAY_3 >= 2;
-- Neither in delay in September nor in August, by sex.
SELECT SEX, count(*) AS n FROM credit WHERE PAY_0 <= 0 AND PAY_2 <= 0 GROUP BY SEX;
-- Bills in bands.
SELECT CASE WHEN BILL_AMT1 <= 0 THEN 'none' WHEN BILL_AMT1 < 50000 THEN 'to 50,000' ELSE 'more' END AS band, count(*) AS n FROM credit GROUP BY band;
-- Average payment of those who paid at all.
SELECT EDUCATION, avg(PAY_AMT1) AS mean FROM credit WHERE PAY_AMT1 > 0 GROUP BY EDUCATION;
