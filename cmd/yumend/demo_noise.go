package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"yumen/internal/api"
	"yumen/internal/zone"
)

// underBeijing plays a second zone, of jurisdiction bj, in which free questions over grade 2 are answered with noise. Nothing of the first zone is
// known there: it has keys, people and a log of its own.
func (s *story) underBeijing(ctx context.Context) error {
	s.codes, s.factors = map[string]string{}, true
	s.open("第二个专区按北京的规则运行（bj）：二级数据的自由查询加噪回答，并计入预算",
		"A second zone is under the rules of Beijing (bj): free questions over grade 2 are answered with noise, and charged to a budget")
	if err := s.settleBeijing(ctx); err != nil {
		return err
	}
	if err := s.obtain(ctx, "analyst_a", columns("persons", "person_id", "education", "gender")); err != nil {
		return err
	}
	const asked = "SELECT education, count(*) AS persons\nFROM persons GROUP BY education ORDER BY education"
	a, err := s.as(ctx, "analyst_a")
	if err != nil {
		return err
	}
	check, err := a.CheckQuery(ctx, api.RunRequest{Grant: s.grants["analyst_a"], SQL: asked})
	if err != nil {
		return err
	}
	if err := expect("the check tells what the question costs", check.Cost != nil && check.Cost.Columns == 2 && len(check.Noise) == 1); err != nil {
		return err
	}
	first, err := s.answer(ctx, "analyst_a", asked)
	if err != nil {
		return err
	}
	noise := check.Noise[0].From[0]
	s.done(fmt.Sprintf("每个数的噪声 σ = %s，95%% 区间 ±%s；人数太少的组不出现", noise.Sigma, noise.Interval),
		fmt.Sprintf("each number has noise of σ = %s, within ±%s with 95 %%; groups of few do not appear", noise.Sigma, noise.Interval))
	spent, err := s.budget(ctx)
	if err != nil {
		return err
	}
	again, err := s.answer(ctx, "analyst_a", "WITH x AS (SELECT p.education, count(DISTINCT person_id) AS persons FROM persons p GROUP BY 1)\nSELECT education, persons FROM x ORDER BY education")
	if err != nil {
		return err
	}
	left, err := s.budget(ctx)
	if err != nil {
		return err
	}
	s.done("换一种写法再问：同样的数，不再计费", "The same in other words: the same numbers, at no cost")
	return errors.Join(expect("groups are shown", len(first) > 2), expect("the same numbers", slices.EqualFunc(first, again, slices.Equal)), expect("no cost", spent == left))
}

// settleBeijing makes people, one dataset and its first snapshot.
func (s *story) settleBeijing(ctx context.Context) error {
	orgs, err := zone.File("organizations.yaml")
	if err != nil {
		return err
	}
	accounts, err := zone.File("accounts.yaml")
	if err != nil {
		return err
	}
	offices, rest := splitOffices(string(accounts))
	for _, step := range []struct{ who, documents string }{{"administrator", string(orgs)}, {"administrator", offices}, {"administrator", rest}, {"security", rest}} {
		if _, err := s.apply(ctx, step.who, step.documents); err != nil {
			return err
		}
	}
	doc, err := personsOfGradeTwo()
	if err != nil {
		return err
	}
	if _, err := s.apply(ctx, "provider_data", doc); err != nil {
		return err
	}
	if err := s.approve(ctx, "persons"); err != nil {
		return err
	}
	return s.push(ctx, "persons", "provider_data")
}

// personsOfGradeTwo is the sample declaration of the residents, with what is asked about them at grade 2.
func personsOfGradeTwo() (string, error) {
	doc, err := sampleOf("persons")
	for _, c := range []string{"gender", "education"} {
		doc = strings.Replace(doc, "{name: "+c+", type: VARCHAR, grade: 3", "{name: "+c+", type: VARCHAR, grade: 2", 1)
	}
	return doc, err
}

// budget shows what is spent of the month at grade 2.
func (s *story) budget(ctx context.Context) (string, error) {
	a, err := s.as(ctx, "analyst_a")
	if err != nil {
		return "", err
	}
	b, err := a.Budget(ctx, "")
	if err != nil {
		return "", err
	}
	for _, i := range b.Items {
		if i.Entity == "person" && i.Grade == 2 && i.Days == 30 {
			s.say(fmt.Sprintf("预算（person，2 级，30 天）：已用 %s 列，共 %s 列；任何人猜中一个人的是非事实的概率至多 %s%%", i.Used, i.Allowed, i.Bound),
				fmt.Sprintf("Budget (person, grade 2, 30 days): %s of %s columns; nobody guesses one person's yes/no fact with more than %s %%", i.Used, i.Allowed, i.Bound))
			return i.Used, nil
		}
	}
	return "", errors.New("the budget says nothing of persons")
}
