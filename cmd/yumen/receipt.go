package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/enclave/receipt"
)

func (a *app) receiptCommand() *cobra.Command {
	var keys string
	verify := a.command(command{
		use: "verify", args: []string{"DIR"}, short: catalog.Text{Zh: "离线验证下载的发布", En: "verify a downloaded release offline"},
		long: catalog.Text{
			Zh: "离线验证一个下载的发布：网关的签名、每个文件、审核员的投票、在日志中的位置。只信任固定的公钥或 --keys 的公钥。\n退出码 0 为真，6 为不真。",
			En: "Verifies a downloaded release without a network: the gateway's signature, every file, the reviewers' votes, its place in the\n" +
				"log. It trusts the pinned keys, or those of --keys, and nothing in the folder. Exit code 0 genuine, 6 not."},
		example: "yumen receipt verify bundle\nyumen receipt verify bundle --keys zone-keys.json -o json",
		run:     func(_ context.Context, args []string) error { return a.verifyReceipt(args[0], keys) },
	})
	verify.Flags().StringVar(&keys, "keys", "", a.t("专区公钥文件（默认为固定的公钥）", "the zone's keys (default the pinned ones)"))
	return a.group("receipt", catalog.Text{Zh: "发布的回执", En: "receipts of releases"}, "yumen receipt verify bundle", verify)
}

// genuine is what receipt verify prints when it is.
type genuine struct {
	Genuine bool             `json:"genuine"`
	Valid   bool             `json:"valid"` // its term has begun and is not over
	Entry   int64            `json:"entry"` // place of its issue in the log
	Size    int64            `json:"log_size"`
	Votes   []receipt.Vote   `json:"votes"`
	Receipt *receipt.Receipt `json:"receipt"`
}

func (a *app) verifyReceipt(dir, keysFile string) error {
	keys, err := a.trusted(keysFile)
	if err != nil {
		return err
	}
	report, err := receipt.VerifyDir(dir, keys, a.now())
	stale := errors.Is(err, receipt.ErrExpired) || errors.Is(err, receipt.ErrNotYet)
	switch {
	case errors.Is(err, receipt.ErrNotGenuine):
		return fail(exitNotGenuine, "不真", "not genuine").because(err).
			hinting("不要使用这些文件；重新下载，或通知运营方", "do not use these files; download them again, or tell the operator")
	case err != nil && !stale:
		return fail(exitUsage, "无法读取发布的文件夹", "cannot read the folder of the release").because(err)
	}
	r := &report.Receipt
	out := genuine{Genuine: true, Valid: !stale, Entry: report.Logged.Index, Size: report.Logged.Size, Votes: report.Votes, Receipt: r}
	if out.Votes == nil {
		out.Votes = []receipt.Vote{}
	}
	if err := a.print(out, a.receiptTable(report)); err != nil {
		return err
	}
	a.say("真：签名、%d 个文件、%d 张票和日志条目 %d 都已验证", "genuine: the signature, %d files, %d votes and log entry %d were verified", len(r.Files), len(report.Votes), report.Logged.Index)
	if stale {
		a.warn("回执有效期为 %s 至 %s，现在无效", "the receipt holds from %s until %s, not now", moment(r.NotBefore), moment(r.NotAfter))
	}
	if report.Lab {
		a.warn("辖区规则 lab：仅供演示，对真实数据不证明任何事", "jurisdiction lab: for demonstration; it proves nothing about real data")
	}
	if report.Development {
		a.warn("开发环境：数据为合成孪生数据，结果与任何人无关", "development: the data are synthetic twins; the figures are about nobody")
	}
	return nil
}

func (a *app) receiptTable(report receipt.Report) render.Table {
	r := report.Receipt
	var t render.Table
	t.Add(a.t("发布", "release"), r.Release)
	t.Add(a.t("专区", "zone"), r.Zone)
	t.Add(a.t("辖区规则", "jurisdiction"), r.Jurisdiction)
	if r.Environment != "" {
		t.Add(a.t("环境", "environment"), a.environment(r.Environment))
	}
	t.Add(a.t("级别", "grade"), grade(r.Grade))
	t.Add(a.t("方式", "mode"), r.Mode)
	for _, n := range r.Noise {
		t.Add(a.t("噪声", "noise"), a.t("列 ", "column ")+n.Text())
	}
	t.Add(a.t("隔离", "sandbox"), r.Sandbox)
	t.Add(a.t("接收方", "recipient"), r.Recipient.Organization+" / "+r.Recipient.Account)
	t.Add(a.t("用途", "purpose"), r.Purpose)
	if r.Computation != "" {
		t.Add(a.t("计算", "computation"), r.Computation+" "+string(r.ComputationDigest))
	}
	t.Add(a.t("授权", "grant"), r.Grant)
	t.Add(a.t("签发", "issued"), moment(r.Issued))
	t.Add(a.t("有效至", "valid until"), moment(r.NotAfter))
	for _, s := range r.Snapshots {
		t.Add(a.t("快照", "snapshot"), s.Dataset+" "+s.ID)
	}
	for _, f := range r.Files {
		t.Add(a.t("文件", "file"), fmt.Sprintf("%s %s", f.Name, f.Digest))
	}
	for _, v := range report.Votes {
		t.Add(a.t("投票", "vote"), strings.TrimSpace(fmt.Sprintf("%s %s/%s %s", v.Verdict, v.Voter.Organization, v.Voter.Account, strings.Join(v.Reasons, ","))))
	}
	t.Add(a.t("日志条目", "log entry"), fmt.Sprintf("%d / %d", report.Logged.Index, report.Logged.Size))
	return t
}

func moment(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }
