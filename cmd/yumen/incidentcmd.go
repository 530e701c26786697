package main

import (
	"context"

	"github.com/spf13/cobra"

	"yumen/catalog"
)

func (a *app) incidentCommand() *cobra.Command {
	var about incident
	var since, until, from, keys, out string
	report := a.command(command{
		use: "report", short: catalog.Text{Zh: "事件报告：由日志列明接收者", En: "name the recipients that the log names"},
		long: catalog.Text{Zh: "先验证日志，再由日志列出谁领取了所述数据集、授权或出域结果的数据，写入文件并给出摘要。不加 --from 时先导出当前日志。",
			En: "Verifies the log and gathers from it who collected what was made of a dataset, under a grant, or as one release; into a new\n" +
				"file, with its digest. Without --from the log is exported first."},
		example: "yumen incident report --dataset credit --since 2026-03-01 --until 2026-03-31 --out incident-7.json\nyumen incident report --from log --keys zone-keys.json --release rel_… --out incident-8.json",
		run: func(ctx context.Context, _ []string) error {
			if err := about.period(since, until); err != nil {
				return err
			}
			r, err := a.incidentReport(ctx, about, from, keys)
			if err != nil {
				return err
			}
			digest, err := r.write(out)
			if err != nil {
				return err
			}
			if err := a.print(r, a.recipientTable(r.Recipients)); err != nil {
				return err
			}
			a.say("%d 次领取；报告 %s，摘要 %s", "%d collections; the report is %s, digest %s", len(r.Recipients), out, digest)
			return nil
		},
	})
	f := report.Flags()
	f.StringVar(&about.Dataset, "dataset", "", a.t("由该数据集得出的", "made of this dataset"))
	f.StringVar(&about.Grant, "grant", "", a.t("该授权下的", "under this grant"))
	f.StringVar(&about.Release, "release", "", a.t("该出域结果", "this release"))
	f.StringVar(&since, "since", "", a.t("领取的首日（UTC）", "collected on this day or later (UTC)"))
	f.StringVar(&until, "until", "", a.t("领取的末日（UTC，含）", "collected on this day or earlier (UTC)"))
	f.StringVar(&from, "from", "", a.t("audit export 写出的文件夹", "a folder that audit export wrote"))
	f.StringVar(&keys, "keys", "", a.t("专区公钥文件（默认为固定的公钥）", "the zone's keys (default the pinned ones)"))
	f.StringVar(&out, "out", "", a.t("新的报告文件", "the new file of the report"))
	report.MarkFlagsOneRequired("dataset", "grant", "release", "since", "until")
	mustGive(report, "out")
	return a.group("incident", catalog.Text{Zh: "安全事件", En: "incidents"}, "yumen incident report --dataset credit --out incident-7.json", report)
}
