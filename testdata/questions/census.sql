-- Questions to a census sample of 32,561 persons: work, education, income.

-- How many persons are there?
SELECT count(*) AS persons FROM census;
-- Persons by sex.
SELECT sex, count(*) AS n FROM census GROUP BY sex;
-- Persons by education.
SELECT education, count(*) AS n FROM census GROUP BY education ORDER BY n DESC;
-- Persons by years of education.
SELECT "education-num" AS years, count(*) AS n FROM census GROUP BY years ORDER BY years;
-- Persons by class of work.
SELECT workclass, count(*) AS n FROM census GROUP BY workclass;
-- Persons by occupation.
SELECT occupation, count(*) AS n FROM census GROUP BY occupation ORDER BY n DESC;
-- Persons by marital status and sex.
SELECT "marital-status" AS status, sex, count(*) AS n FROM census GROUP BY status, sex;
-- The share of high incomes.
SELECT 100.0 * count(*) FILTER (WHERE "income-per-year" = '>50K') / count(*) AS percent FROM census;
-- The share of high incomes by sex.
SELECT sex, 100.0 * count(*) FILTER (WHERE "income-per-year" = '>50K') / count(*) AS percent FROM census GROUP BY sex;
-- The share of high incomes by education.
SELECT education, 100.0 * count(*) FILTER (WHERE "income-per-year" = '>50K') / count(*) AS percent, count(*) AS n FROM census GROUP BY education;
-- High incomes by occupation.
SELECT occupation, count(*) FILTER (WHERE "income-per-year" = '>50K') AS high, count(*) AS n FROM census GROUP BY occupation;
-- Income by class of work.
SELECT workclass, "income-per-year" AS income, count(*) AS n FROM census GROUP BY workclass, income;
-- Persons by age band of ten years.
SELECT floor(age / 10) * 10 AS band, count(*) AS n FROM census GROUP BY band ORDER BY band;
-- High incomes by age band.
SELECT floor(age / 10) * 10 AS band, count(*) FILTER (WHERE "income-per-year" = '>50K') AS high, count(*) AS n FROM census GROUP BY band ORDER BY band;
-- Persons by age band and sex.
SELECT floor(age / 5) * 5 AS band, sex, count(*) AS n FROM census GROUP BY band, sex ORDER BY band, sex;
-- Hours a week by sex.
SELECT sex, avg("hours-per-week") AS hours FROM census GROUP BY sex;
-- Hours a week by occupation.
SELECT occupation, avg("hours-per-week") AS hours, count(*) AS n FROM census GROUP BY occupation ORDER BY hours DESC;
-- Hours a week by education, and their spread.
SELECT education, avg("hours-per-week") AS hours, stddev_samp("hours-per-week") AS spread FROM census GROUP BY education;
-- Full-time and part-time work.
SELECT CASE WHEN "hours-per-week" < 35 THEN 'part' ELSE 'full' END AS work, count(*) AS n FROM census GROUP BY work;
-- Long hours by class of work.
SELECT workclass, count(*) AS n FROM census WHERE "hours-per-week" >= 50 GROUP BY workclass;
-- Capital gain by education.
SELECT education, avg("capital-gain") AS gain FROM census GROUP BY education;
-- Persons with any capital gain.
SELECT sex, count(*) AS n FROM census WHERE "capital-gain" > 0 GROUP BY sex;
-- Persons with capital loss by income.
SELECT "income-per-year" AS income, count(*) AS n FROM census WHERE "capital-loss" > 0 GROUP BY income;
-- Gain and loss by income.
SELECT "income-per-year" AS income, avg("capital-gain") AS gain, avg("capital-loss") AS loss FROM census GROUP BY income;
-- Persons by country of birth.
SELECT "native-country" AS country, count(*) AS n FROM census GROUP BY country ORDER BY n DESC;
-- Persons born abroad by education.
SELECT education, count(*) AS n FROM census WHERE "native-country" <> 'United-States' GROUP BY education;
-- Born in Mexico by occupation.
SELECT occupation, count(*) AS n FROM census WHERE "native-country" = 'Mexico' GROUP BY occupation;
-- Persons by race and income.
SELECT race, "income-per-year" AS income, count(*) AS n FROM census GROUP BY race, income;
-- Persons by relationship and sex.
SELECT relationship, sex, count(*) AS n FROM census GROUP BY relationship, sex;
-- Married persons by education.
SELECT education, count(*) AS n FROM census WHERE "marital-status" = 'Married-civ-spouse' GROUP BY education;
-- Never married by age band.
SELECT floor(age / 10) * 10 AS band, count(*) AS n FROM census WHERE "marital-status" = 'Never-married' GROUP BY band;
-- Self-employed by sex.
SELECT sex, count(*) AS n FROM census WHERE workclass IN ('Self-emp-inc', 'Self-emp-not-inc') GROUP BY sex;
-- Public servants by education.
SELECT education, count(*) AS n FROM census WHERE workclass IN ('Federal-gov', 'Local-gov', 'State-gov') GROUP BY education;
-- Class of work not known.
SELECT count(*) AS n FROM census WHERE workclass = '?';
-- Doctors and masters by income.
SELECT "income-per-year" AS income, count(*) AS n FROM census WHERE education IN ('Doctorate', 'Masters') GROUP BY income;
-- At least twelve years of education by sex.
SELECT sex, count(*) AS n FROM census WHERE "education-num" >= 12 GROUP BY sex;
-- Occupations with more than 500 persons.
SELECT occupation, count(*) AS n FROM census GROUP BY occupation HAVING count(*) > 500;
-- The share of each occupation.
SELECT occupation, 100.0 * count(*) / sum(count(*)) OVER () AS percent FROM census GROUP BY occupation;
-- The share of women in each occupation.
SELECT occupation, 100.0 * count(*) FILTER (WHERE sex = 'Female') / count(*) AS percent FROM census GROUP BY occupation;
-- The gap of high incomes between the sexes by education.
SELECT education, count(*) FILTER (WHERE sex = 'Male' AND "income-per-year" = '>50K') AS men, count(*) FILTER (WHERE sex = 'Female' AND "income-per-year" = '>50K') AS women FROM census GROUP BY education;
-- Hours of high and low incomes.
SELECT "income-per-year" AS income, avg("hours-per-week") AS hours FROM census GROUP BY income;
-- Hours by age band.
SELECT floor(age / 10) * 10 AS band, avg("hours-per-week") AS hours FROM census GROUP BY band ORDER BY band;
-- Three age classes and income.
SELECT CASE WHEN age < 30 THEN 'to 30' WHEN age < 50 THEN '30 to 50' ELSE '50 and more' END AS class, "income-per-year" AS income, count(*) AS n FROM census GROUP BY class, income;
-- Weights by sex.
SELECT sex, sum(fnlwgt) AS weight FROM census GROUP BY sex;
-- The weighted share of high incomes.
SELECT sum(fnlwgt) FILTER (WHERE "income-per-year" = '>50K') / sum(fnlwgt) AS share FROM census;
-- The weighted mean of hours.
SELECT sum(fnlwgt * "hours-per-week") / sum(fnlwgt) AS hours FROM census;
-- The five occupations with the longest hours.
SELECT occupation, avg("hours-per-week") AS hours FROM census GROUP BY occupation ORDER BY hours DESC LIMIT 5;
-- Educations ranked by their share of high incomes.
WITH e AS (SELECT education, avg(CASE WHEN "income-per-year" = '>50K' THEN 1.0 ELSE 0.0 END) AS share FROM census GROUP BY education) SELECT education, share, rank() OVER (ORDER BY share DESC) AS place FROM e;
-- A conditional count by sex and class of work.
SELECT sex, workclass, sum(CASE WHEN "hours-per-week" >= 40 THEN 1 ELSE 0 END) AS full_time, count(*) AS n FROM census GROUP BY sex, workclass;
-- Persons by education in three levels.
SELECT CASE WHEN "education-num" <= 8 THEN 'no degree' WHEN "education-num" <= 12 THEN 'school' ELSE 'university' END AS level, count(*) AS n FROM census GROUP BY level;
