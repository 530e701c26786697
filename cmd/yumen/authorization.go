package main

import (
	"context"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
	"yumen/internal/client"
)

// maxList is the largest list of subjects, in bytes.
const maxList = 4 << 20

func (a *app) authorizationCommand() *cobra.Command {
	list := a.command(command{
		use: "list", short: catalog.Text{Zh: "列出已登记的主体授权", En: "list what subjects authorized"}, example: "yumen authorization list",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.Registers(ctx)
			if err != nil {
				return err
			}
			t := render.Table{Columns: []string{a.t("数据集", "DATASET"), a.t("机构", "ORGANIZATION"), a.t("场景", "SCENARIO"), a.t("用途", "PURPOSE"), a.t("状态", "STATE"), a.t("主体数", "SUBJECTS")}}
			for _, r := range all {
				t.Add(r.Dataset, r.Organization, r.Scenario, r.Purpose, r.State, told(r.Subjects))
			}
			return a.print(list(all), t)
		},
	})
	return a.group("authorization", catalog.Text{Zh: "主体授权", En: "authorizations of subjects"},
		"yumen authorization import --dataset persons --organization bank_a --scenario 'inclusive credit' --purpose 'credit risk model' --in authorized.csv", list,
		a.authorizationListCommand("import", catalog.Text{Zh: "登记主体授权", En: "record authorizations of subjects"},
			catalog.Text{Zh: "登记一个数据集、机构、场景和用途的主体授权。文件是 CSV：主体的 key 字段、evidence（证据文件的摘要 sha256:…）、not_after\n" +
				"（最后一天，YYYY-MM-DD）。域门以本专区密钥计算散列后丢弃标识，不保存原文。",
				En: "Records the authorizations of subjects for one dataset, organization, scenario and purpose. The file is CSV: the key columns of the\n" +
					"subject, evidence (digest of the document, sha256:…), not_after (the last day, YYYY-MM-DD). The gateway hashes the identifiers\n" +
					"under the zone's key and keeps the hashes alone."}, (*client.Client).RecordAuthorizations),
		a.authorizationListCommand("withdraw", catalog.Text{Zh: "撤回主体授权，立即生效", En: "withdraw authorizations of subjects, in force at once"},
			catalog.Text{Zh: "撤回主体授权：文件是 CSV，只需主体的 key 字段。此后该场景和用途不能使用这些数据，直到数据重新装载。",
				En: "Withdraws authorizations: the file is CSV with the key columns of the subject. From then on the data are not used for the scenario\n" +
					"and purpose, until they are loaded anew."}, (*client.Client).WithdrawAuthorizations),
		a.authorizationBasisCommand())
}

// use adds the flags that name one dataset, organization, scenario and purpose.
func (a *app) use(c *cobra.Command, in *api.Authorizations) {
	flags := c.Flags()
	flags.StringVar(&in.Dataset, "dataset", "", a.t("数据集", "the dataset"))
	flags.StringVar(&in.Organization, "organization", "", a.t("被授权的机构", "the organization that may use it"))
	flags.StringVar(&in.Scenario, "scenario", "", a.t("一个场景，与授权一致", "one scenario, as the grant says it"))
	flags.StringVar(&in.Purpose, "purpose", "", a.t("一个用途，与授权一致", "one purpose, as the grant says it"))
	mustGive(c, "dataset")
	mustGive(c, "organization")
	mustGive(c, "scenario")
	mustGive(c, "purpose")
}

func (a *app) authorizationListCommand(use string, short, long catalog.Text, act func(*client.Client, context.Context, api.Authorizations) (*api.Register, error)) *cobra.Command {
	var in api.Authorizations
	var file string
	c := a.command(command{
		use: use, short: short, long: long,
		example: "yumen authorization " + use + " --dataset persons --organization bank_a --scenario 'inclusive credit' --purpose 'credit risk model' --in list.csv",
		run: func(ctx context.Context, _ []string) error {
			text, err := a.readInput(file, maxList)
			if err != nil {
				return err
			}
			in.Document = string(text)
			c, err := a.connect()
			if err != nil {
				return err
			}
			r, err := act(c, ctx, in)
			if err != nil {
				return err
			}
			return a.printRegister(r)
		},
	})
	a.use(c, &in)
	c.Flags().StringVar(&file, "in", "", a.t("CSV 文件，- 为标准输入", "CSV file, - for standard input"))
	mustGive(c, "in")
	return c
}

func (a *app) authorizationBasisCommand() *cobra.Command {
	var in api.Authorizations
	var file, until string
	c := a.command(command{
		use: "basis", short: catalog.Text{Zh: "登记法定依据（无需逐个授权）", En: "record a legal basis in the place of authorizations"},
		example: "yumen authorization basis --dataset persons --organization tax_office --scenario 'duty' --purpose 'duty' --evidence order.pdf --until 2027-12-31",
		run: func(ctx context.Context, _ []string) error {
			text, err := a.readInput(file, maxList)
			if err != nil {
				return err
			}
			end, err := parseDay(until, 1)
			if err != nil || end == 0 {
				return fail(exitUsage, "截止日期应为 YYYY-MM-DD", "the last day is YYYY-MM-DD").because(err)
			}
			in.Basis = &api.LegalBasis{Evidence: string(catalog.DigestOf(text)), NotAfter: end}
			c, err := a.connect()
			if err != nil {
				return err
			}
			r, err := c.RecordAuthorizations(ctx, in)
			if err != nil {
				return err
			}
			return a.printRegister(r)
		},
	})
	a.use(c, &in)
	c.Flags().StringVar(&file, "evidence", "", a.t("依据文件；只发送其摘要", "the document; its digest alone is sent"))
	c.Flags().StringVar(&until, "until", "", a.t("最后一天，YYYY-MM-DD", "the last day, YYYY-MM-DD"))
	mustGive(c, "evidence")
	mustGive(c, "until")
	return c
}

func (a *app) printRegister(r *api.Register) error {
	var t render.Table
	t.Add(a.t("登记", "register"), r.ID)
	t.Add(a.t("数据集", "dataset"), r.Dataset)
	t.Add(a.t("机构", "organization"), r.Organization)
	t.Add(a.t("场景", "scenario"), r.Scenario)
	t.Add(a.t("用途", "purpose"), r.Purpose)
	t.Add(a.t("状态", "state"), r.State)
	t.Add(a.t("主体数", "subjects"), told(r.Subjects))
	if r.Until != 0 {
		t.Add(a.t("最早到期", "first ends"), time.Unix(r.Until-1, 0).In(zoneTime).Format(time.DateOnly))
	}
	if r.Withdrawn != 0 {
		t.Add(a.t("最近撤回", "last withdrawal"), when(r.Withdrawn))
	}
	if r.Basis != nil {
		t.Add(a.t("法定依据", "legal basis"), r.Basis.Evidence+" … "+day(r.Basis.NotAfter))
	}
	return a.print(r, t)
}

// told is a number of authorizations, or a dash where there is none or it is not told.
func told(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}
