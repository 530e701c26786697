package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/gowebpki/jcs"
	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/internal/client"
	"yumen/internal/keyfile"
)

func (a *app) reviewCommand() *cobra.Command {
	return a.group("review", catalog.Text{Zh: "出域审核", En: "egress review"},
		"yumen review list\nyumen review vote run_… --approve --comment 'report read, nothing to object'",
		a.reviewListCommand(), a.reviewShowCommand(), a.reviewVoteCommand())
}

func (a *app) reviewListCommand() *cobra.Command {
	return a.command(command{
		use: "list", short: catalog.Text{Zh: "列出待审核的结果", En: "list the artefacts that wait for reviewers"}, example: "yumen review list",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.Reviews(ctx)
			if err != nil {
				return err
			}
			return a.print(list(all), a.reviewTable(all))
		},
	})
}

func (a *app) reviewTable(all []api.ReviewItem) render.Table {
	t := render.Table{Columns: []string{a.t("运行", "RUN"), a.t("状态", "STATE"), a.t("级别", "GRADE"), a.t("机构", "ORGANIZATION"), a.t("票数", "VOTES"), a.t("提交", "SUBMITTED")}}
	for _, i := range all {
		t.Add(i.Run, i.State, grade(i.Grade), i.Organization, fmt.Sprintf("%d/%d", i.Votes, i.Needed), when(i.Created))
	}
	return t
}

func (a *app) reviewShowCommand() *cobra.Command {
	return a.command(command{
		use: "show", args: []string{"RUN"}, short: catalog.Text{Zh: "显示风险报告和投票所绑定的摘要", En: "show the risk report, and the digests that a vote binds to"},
		example: "yumen review show run_…",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			d, err := reviewed(ctx, c, args[0])
			if err != nil {
				return err
			}
			if err := a.print(d, a.digestTable(d)); err != nil || !a.people() {
				return err
			}
			_, err = fmt.Fprintf(a.out, "\n%s\n", render.CleanText(a.lang.Text(d.Text)))
			return err
		},
	})
}

func (a *app) digestTable(d *api.ReviewDetail) render.Table {
	var t render.Table
	t.Add(a.t("运行", "run"), d.Run)
	t.Add(a.t("状态", "state"), d.State)
	t.Add(a.t("级别", "grade"), grade(d.Grade))
	t.Add(a.t("机构", "organization"), d.Organization)
	t.Add(a.t("票数", "votes"), fmt.Sprintf("%d/%d", d.Votes, d.Needed))
	if len(d.Providers) > 0 {
		t.Add(a.t("须有", "needed of"), fmt.Sprintf(a.t("%d 个单位，以及数据提供方 %s", "%d organizations, and the data providers %s"), d.Units, strings.Join(d.Providers, ", ")))
	}
	t.Add(a.t("结果摘要", "artefact"), d.ArtefactDigest)
	t.Add(a.t("报告摘要", "risk report"), d.ReportDigest)
	t.Add(a.t("策略摘要", "policy"), d.PolicyDigest)
	return t
}

// reviewed fetches what a reviewer decides from, and refuses a report that is not the one its digest names: a vote must bind to
// what its voter could read.
func reviewed(ctx context.Context, c *client.Client, run string) (*api.ReviewDetail, error) {
	d, err := c.Review(ctx, run)
	if err != nil {
		return nil, err
	}
	text, err := jcs.Transform(d.Report)
	if err != nil || string(catalog.DigestOf(text)) != d.ReportDigest {
		return nil, fail(exitNotGenuine, "风险报告与其摘要不符", "the risk report is not the one that its digest names").
			hinting("不要投票；通知安全管理员", "do not vote; tell the security administrator")
	}
	return d, nil
}

// reasonCodes are what a requester may be told; the gateway's list decides.
const reasonCodes = "PURPOSE, CONTEXT, SCOPE, FORM, DISCLOSURE, REPETITION, RECIPIENT, INCIDENT, ERROR"

type voteFlags struct {
	approve, back, reject bool
	reasons               []string
	comment               string
	key, passphraseFile   string
	artefact              string
}

func (a *app) reviewVoteCommand() *cobra.Command {
	var f voteFlags
	c := a.command(command{
		use: "vote", args: []string{"RUN"}, short: catalog.Text{Zh: "对出域投票，用自己的密钥在本机签名", En: "vote on what leaves, signed here with your own key"},
		long: catalog.Text{
			Zh: "对出域投票。投票在本机用审核员的密钥签名，绑定结果、风险报告和策略的摘要。先用 review show 阅读报告；\n用 --artefact 指定看到的结果摘要，之后有变化就不投。",
			En: "Votes on what leaves. The vote is signed on this machine with the reviewer's key and binds to the digests of artefact, risk\n" +
				"report and policy. Read the report with review show first; with --artefact, a vote about anything else is not cast."},
		example: "yumen review vote run_… --approve --comment 'report read, nothing to object'\nyumen review vote run_… --return --reason CONTEXT --comment 'which product is it for?'",
		run:     func(ctx context.Context, args []string) error { return a.vote(ctx, args[0], f) },
	})
	flags := c.Flags()
	flags.BoolVar(&f.approve, "approve", false, a.t("同意出域", "let it leave"))
	flags.BoolVar(&f.back, "return", false, a.t("退回申请人补充", "return it to its author"))
	flags.BoolVar(&f.reject, "reject", false, a.t("不同意出域", "reject it"))
	flags.StringSliceVar(&f.reasons, "reason", nil, a.t("理由代码（退回和不同意时必需）：", "reason code (needed to return or reject): ")+reasonCodes)
	flags.StringVar(&f.comment, "comment", "", a.t("意见", "comment"))
	flags.StringVar(&f.key, "key", "", a.t("密钥文件（默认为上下文的）", "the key file (default the context's)"))
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", a.t("从文件读取口令", "read the passphrase from a file"))
	flags.StringVar(&f.artefact, "artefact", "", a.t("只对这个结果摘要投票", "vote on the artefact with this digest alone"))
	mustGive(c, "comment")
	c.MarkFlagsMutuallyExclusive("approve", "return", "reject")
	c.MarkFlagsOneRequired("approve", "return", "reject")
	return c
}

func (a *app) vote(ctx context.Context, run string, f voteFlags) error {
	if !f.approve && len(f.reasons) == 0 {
		return fail(exitUsage, "退回或不同意需要理由代码", "to return or reject takes a reason code").hinting("加上 --reason 代码", "add --reason CODE")
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	d, err := reviewed(ctx, c, run)
	if err != nil {
		return err
	}
	if f.artefact != "" && f.artefact != d.ArtefactDigest {
		return fail(exitDenied, "结果与 --artefact 不同，没有投票", "the artefact is not the one of --artefact, so no vote was cast").
			hinting("重新阅读：yumen review show "+run, "read it again: yumen review show "+run)
	}
	me, err := c.Whoami(ctx)
	if err != nil {
		return err
	}
	envelope, err := a.signVote(d, me, f)
	if err != nil {
		return err
	}
	item, err := c.Vote(ctx, run, api.VoteRequest{Envelope: envelope, Comment: f.comment})
	if err != nil {
		return err
	}
	return a.print(item, a.reviewTable([]api.ReviewItem{*item}))
}

func (a *app) signVote(d *api.ReviewDetail, me *api.Whoami, f voteFlags) (json.RawMessage, error) {
	signer, err := a.signer(f.key, f.passphraseFile)
	if err != nil {
		return nil, err
	}
	id, err := signer.KeyID()
	if err != nil {
		return nil, err
	}
	verdict := receipt.VerdictApprove
	if f.back {
		verdict = receipt.VerdictReturn
	}
	if f.reject {
		verdict = receipt.VerdictReject
	}
	envelope, err := receipt.SignVote(signer, receipt.Vote{
		Run: d.Run, Artefact: catalog.Digest(d.ArtefactDigest), RiskReport: catalog.Digest(d.ReportDigest), Policy: catalog.Digest(d.PolicyDigest),
		Verdict: verdict, Voter: receipt.Voter{Account: me.Account, Person: me.Person, Organization: me.Organization},
		Key: id, Time: a.now().UTC().Truncate(time.Second), Reasons: f.reasons,
	})
	if err != nil {
		return nil, fmt.Errorf("sign the vote: %w", err)
	}
	return json.Marshal(envelope)
}

// signer opens the reviewer's key file.
func (a *app) signer(file, passphraseFile string) (*receipt.Signer, error) {
	path, err := a.keyFile(file)
	if err != nil {
		return nil, err
	}
	b, err := readFile(path, maxKeyFile)
	if err != nil {
		return nil, err
	}
	passphrase, err := a.passphrase(passphraseFile, false)
	if err != nil {
		return nil, err
	}
	defer clear(passphrase)
	key, err := keyfile.Decode(b, passphrase)
	if err != nil {
		return nil, fail(exitUsage, "无法打开签名密钥", "cannot open the signing key").because(err).
			hinting("检查口令和文件 "+path, "check the passphrase and the file "+path)
	}
	return receipt.NewSigner(key)
}
