-- Questions of banks to the sample zone: enterprises, tax, social insurance, court judgments, persons.

-- How many enterprises are registered?
SELECT count(*) AS enterprises FROM enterprises;
-- Enterprises by industry.
SELECT industry, count(*) AS n FROM enterprises GROUP BY industry ORDER BY n DESC;
-- Enterprises by district.
SELECT district, count(*) AS n FROM enterprises GROUP BY district ORDER BY district;
-- Enterprises by size class.
SELECT size_class, count(*) AS n FROM enterprises GROUP BY size_class;
-- Enterprises by industry and size.
SELECT industry, size_class, count(*) AS n FROM enterprises GROUP BY industry, size_class ORDER BY industry, size_class;
-- Employees by industry.
SELECT industry, sum(employees) AS employees, avg(employees) AS mean FROM enterprises GROUP BY industry;
-- Registered capital by size class.
SELECT size_class, avg(registered_capital) AS mean_capital FROM enterprises GROUP BY size_class;
-- Registered capital by industry, small and micro firms only.
SELECT industry, sum(registered_capital) AS capital FROM enterprises WHERE size_class IN ('small', 'micro') GROUP BY industry;
-- Firms by decade of registration.
SELECT decade(registered_on) AS decade, count(*) AS n FROM enterprises GROUP BY decade ORDER BY decade;
-- Firms registered each year since 2010.
SELECT year(registered_on) AS y, count(*) AS n FROM enterprises WHERE registered_on >= DATE '2010-01-01' GROUP BY y ORDER BY y;
-- Young firms by industry.
SELECT industry, count(*) AS young FROM enterprises WHERE registered_on >= DATE '2020-01-01' GROUP BY industry;
-- Listed firms by industry.
SELECT industry, count(*) FILTER (WHERE listed) AS listed, count(*) AS n FROM enterprises GROUP BY industry;
-- Firms with at least 100 employees.
SELECT count(*) AS n FROM enterprises WHERE employees >= 100;
-- Firms by size of workforce.
SELECT CASE WHEN employees < 10 THEN 'to 10' WHEN employees < 50 THEN '10 to 50' WHEN employees < 200 THEN '50 to 200' ELSE '200 and more' END AS workforce, count(*) AS n FROM enterprises GROUP BY workforce;
-- Firms with capital of at least a million, by district.
SELECT district, count(*) AS n FROM enterprises WHERE registered_capital >= 1000000 GROUP BY district;
-- The share of each industry in all firms.
SELECT industry, count(*) AS n, 100.0 * count(*) / sum(count(*)) OVER () AS share FROM enterprises GROUP BY industry ORDER BY n DESC;
-- The five largest industries by employees.
SELECT industry, sum(employees) AS employees FROM enterprises GROUP BY industry ORDER BY employees DESC LIMIT 5;
-- Capital per employee by industry.
SELECT industry, sum(registered_capital) / sum(employees) AS per_head FROM enterprises GROUP BY industry;
-- Spread of employees by size class.
SELECT size_class, avg(employees) AS mean, stddev_samp(employees) AS spread FROM enterprises GROUP BY size_class;
-- Manufacturing and construction together, by district.
SELECT district, count(*) AS n FROM enterprises WHERE industry IN ('C', 'E') GROUP BY district;
-- Firms outside agriculture.
SELECT size_class, count(*) AS n FROM enterprises WHERE industry <> 'A' GROUP BY size_class;
-- Firms whose size class is not known.
SELECT count(*) AS n FROM enterprises WHERE size_class IS NULL;
-- Tax paid by year.
SELECT year, sum(tax_paid) AS paid FROM tax GROUP BY year ORDER BY year;
-- Tax paid by year and rating.
SELECT year, rating, count(DISTINCT uscc) AS firms, sum(tax_paid) AS paid FROM tax GROUP BY year, rating ORDER BY year, rating;
-- Firms by tax rating in 2024.
SELECT rating, count(DISTINCT uscc) AS firms FROM tax WHERE year = 2024 GROUP BY rating;
-- Average tax by rating.
SELECT rating, avg(tax_paid) AS mean FROM tax GROUP BY rating;
-- Arrears by year.
SELECT year, sum(arrears) AS arrears FROM tax GROUP BY year;
-- Firms with arrears by year.
SELECT year, count(DISTINCT uscc) AS firms FROM tax WHERE arrears > 0 GROUP BY year;
-- The share of firms with arrears by rating.
SELECT rating, 100.0 * count(*) FILTER (WHERE arrears > 0) / count(*) AS percent FROM tax WHERE year = 2024 GROUP BY rating;
-- Arrears by industry.
SELECT e.industry, sum(t.arrears) AS arrears FROM tax t JOIN enterprises e ON t.uscc = e.uscc GROUP BY e.industry;
-- Arrears by industry and size.
SELECT e.industry, e.size_class, count(DISTINCT t.uscc) AS firms, sum(t.arrears) AS arrears FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE t.year = 2024 GROUP BY e.industry, e.size_class;
-- Tax paid by district.
SELECT e.district, sum(t.tax_paid) AS paid FROM tax t JOIN enterprises e ON t.uscc = e.uscc GROUP BY e.district;
-- Tax per employee by industry in 2024.
SELECT e.industry, sum(t.tax_paid) / sum(e.employees) AS per_head FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE t.year = 2024 GROUP BY e.industry;
-- Tax paid by small firms over the years.
SELECT t.year, sum(t.tax_paid) AS paid FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE e.size_class = 'small' GROUP BY t.year;
-- Large payers by industry.
SELECT e.industry, count(DISTINCT t.uscc) AS firms FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE t.tax_paid >= 100000 AND t.year = 2024 GROUP BY e.industry;
-- Rating by size class.
SELECT e.size_class, t.rating, count(DISTINCT t.uscc) AS firms FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE t.year = 2024 GROUP BY e.size_class, t.rating;
-- Growth of tax from 2022 to 2024 by industry.
SELECT e.industry, sum(t.tax_paid) FILTER (WHERE t.year = 2022) AS before, sum(t.tax_paid) FILTER (WHERE t.year = 2024) AS after FROM tax t JOIN enterprises e ON t.uscc = e.uscc GROUP BY e.industry;
-- Tax and arrears as a ratio by district.
SELECT e.district, sum(t.arrears) / sum(t.tax_paid) AS ratio FROM tax t JOIN enterprises e ON t.uscc = e.uscc GROUP BY e.district;
-- Firms that paid in all three years.
SELECT count(*) AS firms FROM (SELECT uscc, count(*) AS years FROM tax WHERE tax_paid > 0 GROUP BY uscc) f WHERE years >= 3;
-- Total tax of a firm over three years, in bands.
SELECT CASE WHEN total < 10000 THEN 'low' WHEN total < 100000 THEN 'middle' ELSE 'high' END AS band, count(*) AS firms FROM (SELECT uscc, sum(tax_paid) AS total FROM tax GROUP BY uscc) f GROUP BY band;
-- Judgments by cause.
SELECT cause, count(*) AS judgments FROM court_judgments GROUP BY cause;
-- Firms in court by cause.
SELECT cause, count(DISTINCT party_uscc) AS firms FROM court_judgments GROUP BY cause;
-- Amounts in dispute by cause.
SELECT cause, sum(amount) AS amount, avg(amount) AS mean FROM court_judgments GROUP BY cause;
-- Judgments by year.
SELECT year(judged_on) AS y, count(*) AS n FROM court_judgments GROUP BY y ORDER BY y;
-- Judgments by quarter since 2023.
SELECT date_trunc('quarter', judged_on) AS q, count(*) AS n FROM court_judgments WHERE judged_on >= DATE '2023-01-01' GROUP BY q ORDER BY q;
-- Loan disputes by year.
SELECT year(judged_on) AS y, count(*) AS n, sum(amount) AS amount FROM court_judgments WHERE cause = 'loan' GROUP BY y;
-- Judgments by industry of the party.
SELECT e.industry, count(*) AS n FROM court_judgments c JOIN enterprises e ON c.party_uscc = e.uscc GROUP BY e.industry;
-- Loan disputes by size class.
SELECT e.size_class, count(*) AS n, sum(c.amount) AS amount FROM court_judgments c JOIN enterprises e ON c.party_uscc = e.uscc WHERE c.cause = 'loan' GROUP BY e.size_class;
-- Judgments by status.
SELECT status, count(*) AS n FROM court_judgments GROUP BY status;
-- The share of executed judgments by cause.
SELECT cause, 100.0 * count(*) FILTER (WHERE status = 'executed') / count(*) AS percent FROM court_judgments GROUP BY cause;
-- Disputes of at least 100,000 by district.
SELECT e.district, count(*) AS n FROM court_judgments c JOIN enterprises e ON c.party_uscc = e.uscc WHERE c.amount >= 100000 GROUP BY e.district;
-- Firms with several judgments.
SELECT count(*) AS firms FROM (SELECT party_uscc, count(*) AS n FROM court_judgments GROUP BY party_uscc) f WHERE n >= 2;
-- Labour disputes by industry and year.
SELECT e.industry, year(c.judged_on) AS y, count(*) AS n FROM court_judgments c JOIN enterprises e ON c.party_uscc = e.uscc WHERE c.cause = 'labour' GROUP BY e.industry, y;
-- Firms without any judgment, by industry.
SELECT e.industry, count(*) AS firms FROM enterprises e LEFT JOIN court_judgments c ON e.uscc = c.party_uscc WHERE c.party_uscc IS NULL GROUP BY e.industry;
-- Persons by district.
SELECT district, count(*) AS n FROM persons GROUP BY district;
-- Persons by gender and education.
SELECT gender, education, count(*) AS n FROM persons GROUP BY gender, education;
-- Persons by decade of birth.
SELECT decade(birth_date) AS decade, count(*) AS n FROM persons GROUP BY decade ORDER BY decade;
-- Household registration by district.
SELECT district, household, count(*) AS n FROM persons GROUP BY district, household;
-- Persons of working age by district.
SELECT district, count(*) AS n FROM persons WHERE birth_date >= DATE '1964-01-01' AND birth_date < DATE '2006-01-01' GROUP BY district;
-- Higher education by district.
SELECT district, count(*) AS n FROM persons WHERE education IN ('bachelor', 'master', 'doctor') GROUP BY district;
-- Contributors to social insurance by year.
SELECT year(month) AS y, count(DISTINCT person_id) AS persons FROM social_insurance GROUP BY y;
-- Contribution base by month.
SELECT date_trunc('month', month) AS m, avg(base) AS mean FROM social_insurance GROUP BY m ORDER BY m;
-- Contribution base by quarter.
SELECT date_trunc('quarter', month) AS q, avg(base) AS mean, count(DISTINCT person_id) AS persons FROM social_insurance GROUP BY q ORDER BY q;
-- Contributions by industry of the employer.
SELECT e.industry, avg(s.base) AS mean FROM social_insurance s JOIN enterprises e ON s.employer_uscc = e.uscc GROUP BY e.industry;
-- Insured persons by size of the employer.
SELECT e.size_class, count(DISTINCT s.person_id) AS persons FROM social_insurance s JOIN enterprises e ON s.employer_uscc = e.uscc GROUP BY e.size_class;
-- Base by gender.
SELECT p.gender, avg(s.base) AS mean FROM social_insurance s JOIN persons p ON s.person_id = p.person_id GROUP BY p.gender;
-- Base by education.
SELECT p.education, avg(s.base) AS mean, count(DISTINCT s.person_id) AS persons FROM social_insurance s JOIN persons p ON s.person_id = p.person_id GROUP BY p.education;
-- Base by gender and industry.
SELECT p.gender, e.industry, avg(s.base) AS mean FROM social_insurance s JOIN persons p ON s.person_id = p.person_id JOIN enterprises e ON s.employer_uscc = e.uscc GROUP BY p.gender, e.industry;
-- Contributions of at least 10,000 by district.
SELECT p.district, count(DISTINCT s.person_id) AS persons FROM social_insurance s JOIN persons p ON s.person_id = p.person_id WHERE s.base >= 10000 GROUP BY p.district;
-- Months paid by person, in bands.
SELECT months, count(*) AS persons FROM (SELECT person_id, count(*) AS months FROM social_insurance GROUP BY person_id) f GROUP BY months ORDER BY months;
-- Persons insured for at least a year, by gender.
SELECT p.gender, count(*) AS persons FROM (SELECT person_id, count(*) AS months FROM social_insurance GROUP BY person_id) f JOIN persons p ON f.person_id = p.person_id WHERE f.months >= 12 GROUP BY p.gender;
-- Employers by number of insured persons.
SELECT CASE WHEN heads < 5 THEN 'to 5' WHEN heads < 20 THEN '5 to 20' ELSE '20 and more' END AS staff, count(*) AS employers FROM (SELECT employer_uscc, count(*) AS heads FROM social_insurance GROUP BY employer_uscc) f GROUP BY staff;
-- What was paid in, by year.
SELECT year(month) AS y, sum(paid) AS paid FROM social_insurance GROUP BY y;
-- The share paid of the base by industry.
SELECT e.industry, sum(s.paid) / sum(s.base) AS share FROM social_insurance s JOIN enterprises e ON s.employer_uscc = e.uscc GROUP BY e.industry;
-- Tax of firms that have insured staff.
SELECT e.industry, sum(t.tax_paid) AS paid FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE t.year = 2024 AND e.employees >= 10 GROUP BY e.industry;
-- Firms by education of their representative.
SELECT p.education, count(*) AS firms FROM enterprises e JOIN persons p ON e.legal_rep_id = p.person_id GROUP BY p.education;
-- Concentration: the squares of tax by industry.
SELECT e.industry, sum(t.tax_paid * t.tax_paid) AS squares, sum(t.tax_paid) AS paid FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE t.year = 2024 GROUP BY e.industry;
-- Industries with more than 20 firms.
SELECT industry, count(*) AS n FROM enterprises GROUP BY industry HAVING count(*) > 20 ORDER BY n DESC;
-- Rank of districts by tax.
WITH d AS (SELECT e.district, sum(t.tax_paid) AS paid FROM tax t JOIN enterprises e ON t.uscc = e.uscc GROUP BY e.district) SELECT district, paid, rank() OVER (ORDER BY paid DESC) AS place FROM d;
-- Mean tax of industries, above the mean of all.
WITH i AS (SELECT e.industry, avg(t.tax_paid) AS mean FROM tax t JOIN enterprises e ON t.uscc = e.uscc GROUP BY e.industry) SELECT industry, mean FROM i WHERE mean > (SELECT avg(mean) FROM i);
