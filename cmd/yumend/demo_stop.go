package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/internal/client"
	"yumen/internal/zone"
)

// otherPurpose asks a question that was answered before, for a purpose that nobody granted.
func (s *story) otherPurpose(ctx context.Context) error {
	s.open("同一问题，换一个用途（营销）：授权不含该用途，拒绝", "The question that was answered, for another purpose (marketing): the grant does not have it")
	run, err := s.submit(ctx, "analyst_a", api.RunRequest{SQL: byIndustry, Purpose: "marketing"})
	if err != nil {
		return err
	}
	return s.refusal(run, catalog.CodePurpose)
}

// seal has a provider seal a dataset: what was answered a moment ago is refused.
func (s *story) seal(ctx context.Context) error {
	s.open("法院封存判决数据，一人决定，当即生效：刚才还能回答的问题被拒绝", "The court seals its judgments; one person does, at once: what was answered a moment ago is refused")
	const asked = "SELECT count(*) AS judgments, sum(amount) AS amount FROM court_judgments"
	rows, err := s.answer(ctx, "analyst_b", asked)
	if err != nil {
		return err
	}
	if err := expect("the open dataset is answered", len(rows) == 1); err != nil {
		return err
	}
	court, err := s.as(ctx, "provider_court")
	if err != nil {
		return err
	}
	if _, err := court.Seal(ctx, "court_judgments", "under review by the court"); err != nil {
		return err
	}
	return s.refused(ctx, "analyst_b", asked, catalog.CodeDatasetSealed)
}

// wideJob is a question of many cells: it is executed for long enough to be stopped.
const wideJob = `SELECT e.district, e.industry, t.year, count(*) AS firms, sum(t.tax_paid) AS tax, sum(t.arrears) AS arrears
FROM tax t JOIN enterprises e ON t.uscc = e.uscc GROUP BY e.district, e.industry, t.year`

// regrade raises the grade of a column while a job reads its dataset: the job ends with the approval, and what it made is nowhere.
func (s *story) regrade(ctx context.Context) error {
	s.open("税务局把欠税余额从二级调为三级。批准时有一项任务正在读取：任务当即终止，结果不可得",
		"The tax bureau grades arrears 3 instead of 2. A job reads them while that is approved: it ends at once, and its answer is nowhere")
	if err := s.declareAnew(ctx, "tax", "provider_tax", "{name: arrears, type: \"DECIMAL(18,2)\", grade: 2", "{name: arrears, type: \"DECIMAL(18,2)\", grade: 3"); err != nil {
		return err
	}
	run, err := s.submit(ctx, "analyst_a", api.RunRequest{SQL: wideJob})
	if err != nil {
		return err
	}
	if err := expect("the job is running", run.State == client.StateRunning); err != nil {
		return err
	}
	began := time.Now()
	if err := s.approve(ctx, "tax"); err != nil {
		return err
	}
	took := time.Since(began).Milliseconds()
	if err := s.nowhere(ctx, run.Run); err != nil {
		return err
	}
	s.done(fmt.Sprintf("批准发出后 %d 毫秒，任务已终止；没有成果，也不进入审核", took), fmt.Sprintf("%d ms after the approval was sent the job has ended; there is no release, and nothing for a reviewer", took))
	if err := s.push(ctx, "tax", "provider_tax"); err != nil {
		return err
	}
	analyst, err := s.as(ctx, "analyst_a")
	if err != nil {
		return err
	}
	const next = "SELECT year, sum(arrears) AS arrears FROM tax GROUP BY year"
	s.code(next)
	check, err := analyst.CheckQuery(ctx, api.RunRequest{Grant: s.grants["analyst_a"], SQL: next})
	if err != nil {
		return err
	}
	if err := expect("the new grade is in force", check.Allowed && check.Grade == 3 && check.Review == "one"); err != nil {
		return err
	}
	s.done("按新声明重新装载后，涉及欠税的问题按三级处理：须经一名出域审核员", "loaded again under the new declaration, what asks for arrears is of grade 3: it takes an egress reviewer")
	return nil
}

// nowhere insists that a stopped job says why it ended, and that neither its author nor a reviewer can reach what it made.
func (s *story) nowhere(ctx context.Context, id string) error {
	analyst, err := s.as(ctx, "analyst_a")
	if err != nil {
		return err
	}
	reviewer, err := s.as(ctx, "reviewer_1")
	if err != nil {
		return err
	}
	run, err := analyst.Run(ctx, id)
	if err != nil {
		return err
	}
	if err := s.refusal(run, catalog.CodeNotLoaded); err != nil {
		return err
	}
	_, err = reviewer.Review(ctx, id)
	return errors.Join(expect("no release and no rows", run.Release == "" && run.Rows == nil), expect("nothing to review", client.IsKind(err, client.KindNotFound)))
}

// declareAnew has a provider declare a sample dataset with one difference.
func (s *story) declareAnew(ctx context.Context, name, provider, before, after string) error {
	doc, err := sampleOf(name)
	if err != nil {
		return err
	}
	n, err := s.apply(ctx, provider, strings.Replace(doc, before, after, 1))
	return errors.Join(err, expect("the declaration changes", n["changed"] == 1))
}

// sampleOf is the declaration of a dataset of the sample zone.
func sampleOf(name string) (string, error) {
	docs, err := zone.File("datasets.yaml")
	if err != nil {
		return "", err
	}
	for _, doc := range strings.Split(string(docs), "\n---\n") {
		if strings.Contains(doc, "metadata: {name: "+name+"}") {
			return doc, nil
		}
	}
	return "", fmt.Errorf("the sample zone has no %s", name)
}

// approve has the steward approve what waits.
func (s *story) approve(ctx context.Context, name string) error {
	steward, err := s.as(ctx, "steward")
	if err != nil {
		return err
	}
	seen, err := steward.Resource(ctx, string(catalog.KindDataset), name)
	if err != nil {
		return err
	}
	_, err = steward.ReviewDataset(ctx, name, api.Review{Approve: true, Digest: seen.Digest, Comment: "reviewed against the directory"})
	return err
}

// freeze stops everything at one person's word; it takes two to go on.
func (s *story) freeze(ctx context.Context) error {
	s.open("怀疑泄露：审计员一人即可冻结出域；解除须两人", "A leak is suspected: the auditor alone stops all that leaves; it takes two to go on")
	auditor, err := s.as(ctx, "auditor")
	if err != nil {
		return err
	}
	if _, err := auditor.Freeze(ctx, api.FreezeRequest{Kind: "egress", Reason: "a leak is suspected"}); err != nil {
		return err
	}
	if err := s.refused(ctx, "analyst_a", byIndustry, catalog.CodeFrozen); err != nil {
		return err
	}
	if err := expect("nothing is collected", client.IsKind(s.collect(ctx), client.KindForbidden)); err != nil {
		return err
	}
	s.done("已签发的成果也取不走", "what was issued before cannot be collected either")
	if err := s.lift(ctx, "administrator", "lift_pending"); err != nil {
		return err
	}
	if err := expect("one person lifts nothing", client.IsKind(s.collect(ctx), client.KindForbidden)); err != nil {
		return err
	}
	s.done("管理员提出解除：仍然冻结", "the administrator proposes to lift the freeze: it stays in force")
	if err := s.lift(ctx, "security", "lifted"); err != nil {
		return err
	}
	if err := s.collect(ctx); err != nil {
		return err
	}
	s.done("安全管理员同意：冻结解除，成果可以取走", "the security administrator agrees: it is lifted, and what was issued can be collected")
	return nil
}

func (s *story) lift(ctx context.Context, who, state string) error {
	p, err := s.as(ctx, who)
	if err != nil {
		return err
	}
	f, err := p.Unfreeze(ctx, api.FreezeRequest{Kind: "egress", Reason: "cleared"})
	if err != nil {
		return err
	}
	return expect("the freeze is "+state, f.State == state)
}

// collect downloads the release of the story.
func (s *story) collect(ctx context.Context) error {
	p, err := s.as(ctx, "analyst_b")
	if err != nil {
		return err
	}
	body, err := p.Bundle(ctx, s.released)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, body)
	return errors.Join(err, body.Close())
}
