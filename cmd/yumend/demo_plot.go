package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/internal/client"
	"yumen/internal/zone"
)

// play is the whole story, in order. A step that does not do what it says is an error.
func (s *story) play(ctx context.Context) error {
	s.codes = map[string]string{}
	s.line(s.lang.Pick("域门演示：原始数据不出域，数据可用不可见", "Yumen: raw data never leaves the domain; it can be used, not seen"))
	for _, step := range []func(context.Context) error{s.bootstrap, s.declare, s.load, s.quarantine, s.admit, s.firstAnswer,
		s.rowRequest, s.otherPurpose, s.gradeFour, s.differencing, s.seal, s.review, s.bundle, s.regrade, s.freeze, s.log} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("scene %d: %w", s.scene, err)
		}
	}
	return nil
}

func (s *story) bootstrap(ctx context.Context) error {
	s.open("建立专区，三权分立：管理员登记账号，安全管理员确认角色，审计员只看日志",
		"A zone is made. Three offices: the administrator declares accounts, the security administrator confirms roles, the auditor reads the log")
	orgs, err := zone.File("organizations.yaml")
	if err != nil {
		return err
	}
	accounts, err := zone.File("accounts.yaml")
	if err != nil {
		return err
	}
	if _, err := s.apply(ctx, "administrator", string(orgs)); err != nil {
		return err
	}
	first, rest := splitOffices(string(accounts))
	if n, err := s.apply(ctx, "administrator", first); err != nil || n["created"] != 2 {
		return errors.Join(err, expect("two officers in effect", n["created"] == 2))
	}
	n, err := s.apply(ctx, "administrator", rest)
	if err != nil {
		return err
	}
	s.say(fmt.Sprintf("管理员登记了 %d 个账号，均待确认", n["pending"]), fmt.Sprintf("The administrator declares %d accounts; every one waits for confirmation", n["pending"]))
	if err := expect("accounts wait for confirmation", n["pending"] > 5 && n["created"] == 0); err != nil {
		return err
	}
	m, err := s.apply(ctx, "security", rest)
	if err != nil {
		return err
	}
	s.done(fmt.Sprintf("安全管理员确认了 %d 个角色", m["confirmed"]), fmt.Sprintf("The security administrator confirms %d roles", m["confirmed"]))
	return expect("all are confirmed", m["confirmed"] == n["pending"])
}

// splitOffices separates the two officers whom the administrator may name himself from the other accounts; his own is there already.
func splitOffices(accounts string) (offices, rest string) {
	var a, b []string
	for _, doc := range strings.Split(accounts, "\n---\n") {
		switch {
		case strings.Contains(doc, "role: administrator,"):
		case strings.Contains(doc, "role: security_administrator,"), strings.Contains(doc, "role: auditor,"):
			a = append(a, doc)
		default:
			b = append(b, doc)
		}
	}
	return strings.Join(a, "\n---\n"), strings.Join(b, "\n---\n")
}

func expect(what string, ok bool) error {
	if !ok {
		return fmt.Errorf("expected: %s", what)
	}
	return nil
}

// providers maps a provider's organization to the account that speaks for it in the demo.
var providers = map[string]string{"data_bureau": "provider_data", "tax_bureau": "provider_tax", "hrss": "provider_hrss", "court": "provider_court"}

func (s *story) declare(ctx context.Context) error {
	s.open("数据提供部门声明数据集（字段、分级、实体、口径），数据管理员审核", "Providers declare their datasets (columns, grades, entities, domains); a steward reviews them")
	docs, err := zone.File("datasets.yaml")
	if err != nil {
		return err
	}
	for _, doc := range strings.Split(string(docs), "\n---\n") {
		parsed, err := catalog.DecodeDocuments(strings.NewReader(doc))
		if err != nil {
			return err
		}
		ds, ok := parsed[0].Body.(*catalog.Dataset)
		if !ok {
			return errors.New("not a dataset")
		}
		if _, err := s.apply(ctx, providers[ds.Spec.Provider], doc); err != nil {
			return err
		}
		if err := s.approve(ctx, parsed[0].Name); err != nil {
			return err
		}
		s.done(fmt.Sprintf("%s %s（%d 级）", parsed[0].Name, ds.Spec.Title.Zh, ds.Spec.Grade()), fmt.Sprintf("%s: %s, grade %d", parsed[0].Name, ds.Spec.Title.En, ds.Spec.Grade()))
	}
	return nil
}

func (s *story) load(ctx context.Context) error {
	s.open("数据提供部门推送数据：在隔离的工作进程中校验、假名化、加密入库", "Providers push their data: a caged worker checks it, replaces identifiers by keyed hashes, and it is stored encrypted")
	docs, err := zone.Documents()
	if err != nil {
		return err
	}
	for _, d := range docs {
		ds, ok := d.Body.(*catalog.Dataset)
		if !ok {
			continue
		}
		err := s.push(ctx, d.Name, providers[ds.Spec.Provider])
		if ds.Spec.Grade() == 4 {
			if !client.IsKind(err, client.KindForbidden) {
				return fmt.Errorf("a batch of grade 4 should have been refused: %w", err)
			}
			s.done(d.Name+"：四级数据原则上不予供给，须逐批书面例外，已拒绝", d.Name+": grade 4 is not supplied without a written exception for the batch; refused")
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// push has a provider send the sample rows of a dataset.
func (s *story) push(ctx context.Context, name, provider string) error {
	p, err := s.as(ctx, provider)
	if err != nil {
		return err
	}
	var csv bytes.Buffer
	if err := zone.Write(&csv, name, zone.Small, demoSeed); err != nil {
		return err
	}
	size := int64(csv.Len())
	snap, err := p.LoadSnapshot(ctx, name, client.Upload{Body: &csv, Size: size, Type: "text/csv", Progress: func(n int64) {
		if n < size {
			s.bar(name, n, size)
		}
	}})
	if err != nil {
		return err
	}
	s.bar(name, size, size)
	return expect("rows were loaded", snap.Rows > 0)
}

func (s *story) quarantine(ctx context.Context) error {
	s.open("坏批次被隔离：只指出行与列，从不出现数值", "A bad batch is quarantined: rows and columns are named, values never")
	var csv bytes.Buffer
	if err := zone.Write(&csv, "tax", zone.Small, demoSeed); err != nil {
		return err
	}
	lines := strings.SplitAfter(csv.String(), "\n")
	fields := strings.Split(lines[7], ",")
	fields[1] = "tomorrow"
	lines[7] = strings.Join(fields, ",")
	body := strings.Join(lines, "")
	p, err := s.as(ctx, "provider_tax")
	if err != nil {
		return err
	}
	_, err = p.LoadSnapshot(ctx, "tax", client.Upload{Body: strings.NewReader(body), Size: int64(len(body)), Type: "text/csv"})
	var problem *client.Error
	if !errors.As(err, &problem) || len(problem.Problem.Faults) == 0 {
		return fmt.Errorf("the batch should have been quarantined: %w", err)
	}
	f := problem.Problem.Faults[0]
	if strings.Contains(fmt.Sprint(problem.Problem), "tomorrow") {
		return errors.New("the quarantine shows a value")
	}
	s.done(fmt.Sprintf("整批隔离：第 %d 行，字段 %s，规则 %s", f.Row, f.Column, f.Rule), fmt.Sprintf("quarantined: row %d, column %s, rule %s", f.Row, f.Column, f.Rule))
	return expect("row and column are right", f.Row == 7 && f.Column == "year")
}

func (s *story) admit(ctx context.Context) error {
	s.open("甲银行提交需求申请（一场景一申请，逐字段说明必要性），经批准得到授权", "Bank A applies for one scenario, column by column; one approval makes the grant")
	if err := s.obtain(ctx, "analyst_a",
		columns("enterprises", "uscc", "district", "industry", "size_class", "registered_capital", "employees"),
		columns("tax", "uscc", "year", "tax_paid", "arrears"),
		columns("persons", "person_id", "district", "education"),
		columns("loans", "uscc", "product", "principal")); err != nil {
		return err
	}
	s.done("授权 "+s.grants["analyst_a"], "grant "+s.grants["analyst_a"])
	return nil
}

// columns asks for some columns of a dataset.
func columns(name string, names ...string) api.ApplicationDataset {
	d := api.ApplicationDataset{Dataset: name, Columns: map[string]string{}}
	for _, c := range names {
		d.Columns[c] = "credit risk by segment"
	}
	return d
}

// obtain applies for a grant and has the steward approve it.
func (s *story) obtain(ctx context.Context, who string, datasets ...api.ApplicationDataset) error {
	a, err := s.as(ctx, who)
	if err != nil {
		return err
	}
	app, err := a.SubmitApplication(ctx, api.Application{Scenario: "sme_credit", Purpose: "credit risk analysis of small firms", Datasets: datasets})
	if err != nil {
		return err
	}
	steward, err := s.as(ctx, "steward")
	if err != nil {
		return err
	}
	app, err = steward.ReviewApplication(ctx, app.ID, api.Review{Approve: true, Version: app.Version, Comment: "necessary for the scenario"})
	if err != nil {
		return err
	}
	s.grants[who] = app.Grant
	return expect("a grant was made", app.Grant != "")
}

// byIndustry is the first question.
const byIndustry = "SELECT industry, count(*) AS firms, sum(registered_capital) AS capital\nFROM enterprises GROUP BY industry ORDER BY industry"

func (s *story) firstAnswer(ctx context.Context) error {
	s.open("甲银行提问：各行业企业数与注册资本。结果自动放行；只有两家企业的采矿业（B）整行不出现",
		"Bank A asks: firms and registered capital by industry. The answer is issued by itself; mining (B), with two firms, is withheld")
	rows, err := s.answer(ctx, "analyst_a", byIndustry)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r[0] == "B" {
			return errors.New("the small cell was released")
		}
	}
	s.done("小于最小人数的单元格没有离开", "the cell under the minimum did not leave")
	dominant := zone.Plant(zone.Small, demoSeed).Dominant[0]
	s.say(fmt.Sprintf("再问纳税：%s 区制造业中一家企业占 %d%%，该合计不予展示", dominant.Where["district"][0], dominant.SharePercent),
		fmt.Sprintf("Then taxes: in one district a single manufacturer pays %d%%; that sum is withheld", dominant.SharePercent))
	rows, err = s.answer(ctx, "analyst_a", fmt.Sprintf("SELECT e.district, count(*) AS firms, sum(t.tax_paid) AS tax\nFROM tax t JOIN enterprises e ON t.uscc = e.uscc\nWHERE e.industry = '%s' AND t.year = %s GROUP BY e.district ORDER BY e.district",
		dominant.Where["industry"][0], dominant.Where["year"][0]))
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r[0] == dominant.Where["district"][0] && r[2] != "NULL" {
			return errors.New("the dominated sum was released")
		}
	}
	s.done("被一家企业支配的合计没有离开", "the sum that one firm dominates did not leave")
	return expect("other districts are answered", len(rows) > 2)
}

func (s *story) rowRequest(ctx context.Context) error {
	s.open("有人要原始行：一律静态拒绝，什么都没有运行", "Somebody asks for rows: refused before anything runs")
	if err := s.refused(ctx, "analyst_a", "SELECT district, education FROM persons LIMIT 10", catalog.CodeNoAggregate); err != nil {
		return err
	}
	return s.refused(ctx, "analyst_a", "SELECT count(*) FROM persons WHERE person_id = 'P0000007'", catalog.CodeIDPredicate)
}

func (s *story) differencing(ctx context.Context) error {
	pair := zone.Plant(zone.Small, demoSeed).Pairs[0]
	s.open(fmt.Sprintf("乙银行做差分攻击：两次提问都很大，相差只有 %d 家企业", pair.DifferEntities),
		fmt.Sprintf("Bank B tries a differencing attack: both cohorts are large, but they differ in %d firm", pair.DifferEntities))
	if err := s.obtain(ctx, "analyst_b", columns("enterprises", "uscc", "district", "industry", "employees"), columns("court_judgments", "party_uscc", "amount"),
		columns("persons", "person_id", "education", "gender")); err != nil {
		return err
	}
	rows, err := s.answer(ctx, "analyst_b", "SELECT count(*) AS firms, sum(employees) AS staff FROM enterprises WHERE "+pair.Wide.SQL())
	if err != nil {
		return err
	}
	if err := expect("the wide cohort is answered", len(rows) == 1); err != nil {
		return err
	}
	rows, err = s.answer(ctx, "analyst_b", "SELECT count(*) AS firms, sum(employees) AS staff FROM enterprises WHERE "+pair.Narrow.SQL())
	if err != nil {
		return err
	}
	s.done("第二问没有任何行：与此前的回答之差会暴露一家企业", "The second answer has no row: its difference to the first would expose one firm")
	return expect("the narrow cohort is withheld", len(rows) == 0)
}

func (s *story) gradeFour(ctx context.Context) error {
	s.open("四级数据（贷款台账）：自由查询一律拒绝", "Grade 4 (loans): every free question is refused")
	return s.refused(ctx, "analyst_a", "SELECT product, sum(principal) FROM loans GROUP BY product", catalog.CodeGradeForbids)
}

func (s *story) review(ctx context.Context) error {
	s.open("三级数据需要一名出域审核员：他看风险报告，用自己的密钥签名投票", "Grade 3 waits for an egress reviewer: he reads a risk report and signs his vote with his own key")
	if err := s.newReviewerKey(ctx, "reviewer_1", "security"); err != nil {
		return err
	}
	s.say("三级任务的状态每 15 秒才更新一次（从提交算起），时间不透露任何信息：请稍候", "What is seen of a run of grade 3 changes every 15 s after it was submitted, so that time tells nothing: please wait")
	run, err := s.ask(ctx, "analyst_b", "SELECT education, gender, count(*) AS persons\nFROM persons GROUP BY education, gender ORDER BY education, gender")
	if err != nil {
		return err
	}
	if err := expect("the answer waits in review", run.State == "in_review"); err != nil {
		return err
	}
	reviewer, err := s.as(ctx, "reviewer_1")
	if err != nil {
		return err
	}
	d, err := reviewer.Review(ctx, run.Run)
	if err != nil {
		return err
	}
	s.code(strings.TrimRight(s.lang.Text(d.Text), "\n"))
	if err := s.vote(ctx, reviewer, d); err != nil {
		return err
	}
	s.say("审核员同意：结果在下一个 15 秒可见", "He approves: the answer is seen at the next 15 s")
	analyst, err := s.as(ctx, "analyst_b")
	if err != nil {
		return err
	}
	for end := time.Now().Add(time.Minute); run.State != "released" && time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		if run, err = analyst.Run(ctx, run.Run); err != nil {
			return err
		}
	}
	if err := expect("the answer is released", run.State == "released" && len(run.Rows) > 0); err != nil {
		return err
	}
	s.released = run.Release
	s.done("已签发 "+run.Release, "issued "+run.Release)
	return nil
}
