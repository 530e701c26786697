package main

import (
	"context"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
	"yumen/internal/policyfile"
)

func (a *app) policyCommand() *cobra.Command {
	return a.group("policy", catalog.Text{Zh: "策略：查看、检查、更换、重放", En: "the rules: look at them, check, change and replay them"},
		"yumen policy show --action query.run\nyumen policy load ./bundle --comment 'stricter review'",
		a.policyShowCommand(), a.policyTestCommand(), a.policyLoadCommand(), a.policyReplayCommand(), a.policyShadowCommand())
}

func (a *app) policyShowCommand() *cobra.Command {
	var action string
	var bundles bool
	c := a.command(command{
		use: "show", short: catalog.Text{Zh: "列出规则、所依据的条款和底线标记", En: "list the rules with their articles; those of the floor are marked"},
		example: "yumen policy show\nyumen policy show --action release.decide\nyumen policy show --bundles\nyumen policy show -o json",
		run:     func(ctx context.Context, _ []string) error { return a.policyShow(ctx, action, bundles) },
	})
	c.Flags().StringVar(&action, "action", "", a.t("只列出这个动作的规则", "the rules of this action alone"))
	c.Flags().BoolVar(&bundles, "bundles", false, a.t("列出策略包", "list the bundles instead"))
	return c
}

func (a *app) policyShow(ctx context.Context, action string, bundles bool) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	p, err := c.Policy(ctx)
	if err != nil {
		return err
	}
	a.line("", a.t("策略 ", "policy ")+p.Revision+" "+p.Digest+" ("+p.Jurisdiction+", "+p.Environment+", OPA "+p.OPA+")")
	if bundles {
		return a.print(list(p.Bundles), a.bundleTable(p.Bundles))
	}
	t := render.Table{Columns: []string{a.t("规则", "RULE"), a.t("底线", "FLOOR"), a.t("动作", "ACTIONS"), a.t("条款", "ARTICLES"), a.t("未满足时", "WHEN IT IS NOT PROVEN")}}
	var shown []api.PolicyRule
	for _, r := range p.Rules {
		if action != "" && !contains(r.Actions, action) {
			continue
		}
		shown = append(shown, r)
		floor, text := "", a.lang.Text(r.Message)
		if r.Floor {
			floor = a.t("是", "yes")
		}
		if r.Obligation {
			text = a.t("（义务）", "(obligation) ") + r.Title
		}
		t.Add(r.Rule, floor, strings.Join(r.Actions, " "), strings.Join(r.Articles, " "), text)
	}
	if action != "" && len(shown) == 0 {
		return fail(exitUsage, "没有这个动作："+action, "there is no such action: "+action).hinting("不带 --action 查看全部", "look at all without --action")
	}
	p.Rules = shown
	return a.print(p, t)
}

func contains(all []string, one string) bool {
	for _, x := range all {
		if x == one {
			return true
		}
	}
	return false
}

func (a *app) bundleTable(all []api.PolicyBundle) render.Table {
	t := render.Table{Columns: []string{a.t("版本", "REVISION"), a.t("状态", "STATE"), a.t("生效", "ACTIVATED"), a.t("签署人", "SIGNED BY"), a.t("等待确认", "WAITS"), a.t("摘要", "DIGEST")}}
	for _, b := range all {
		waits := ""
		if q := b.Proposal; q != nil {
			waits = q.By + ": " + q.Reason
			if q.Rollback {
				waits = a.t("回退，", "go back, ") + waits
			}
		}
		t.Add(b.Revision, b.State, when(b.Activated), strings.Join(b.Signers, " "), waits, b.Digest)
	}
	return t
}

func (a *app) policyTestCommand() *cobra.Command {
	return a.command(command{
		use: "test", args: []string{"BUNDLE"}, short: catalog.Text{Zh: "检查策略包：编译、底线、写法、自带测试", En: "check a bundle: it compiles, the floor, the house rules, its own tests"},
		long: catalog.Text{Zh: "由网关检查一个策略包（目录或 .tar.gz），不保存。没有网关时可用 yumend policy test。",
			En: "Has the gateway check a bundle (a folder or .tar.gz) and keeps nothing of it. Without a gateway: yumend policy test."},
		example: "yumen policy test ./bundle\nyumen policy test bundle.tar.gz -o json",
		run: func(ctx context.Context, args []string) error {
			_, archive, err := readBundle(args[0])
			if err != nil {
				return err
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			r, err := c.TestPolicy(ctx, archive)
			if err != nil {
				return err
			}
			var t render.Table
			t.Add(a.t("版本", "revision"), r.Revision)
			t.Add(a.t("摘要", "digest"), r.Digest)
			t.Add(a.t("测试", "tests"), strconv.Itoa(r.Tests)+" / "+strconv.Itoa(r.Cases))
			for _, p := range r.Problems {
				t.Add(a.t("问题", "problem"), p)
			}
			if err := a.print(r, t); err != nil {
				return err
			}
			if !r.OK {
				return status(exitDenied)
			}
			return nil
		},
	})
}

// readBundle reads a bundle from a folder or a packed file, and packs it.
func readBundle(path string) (policyfile.Files, []byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fail(exitUsage, "无法打开策略包", "cannot open the bundle").because(err)
	}
	var files policyfile.Files
	if info.IsDir() {
		files, err = policyfile.Read(os.DirFS(path))
	} else {
		var b []byte
		if b, err = readFile(path, policyfile.MaxArchive); err != nil {
			return nil, nil, err
		}
		files, err = policyfile.Unpack(b)
	}
	if err != nil {
		return nil, nil, fail(exitUsage, "不是策略包："+err.Error(), err.Error())
	}
	archive, err := files.Pack()
	if err != nil {
		return nil, nil, fail(exitUsage, "不是策略包："+err.Error(), err.Error())
	}
	return files, archive, nil
}

func (a *app) policyReplayCommand() *cobra.Command {
	var in api.PolicyReplay
	c := a.command(command{
		use: "replay", short: catalog.Text{Zh: "按各自的策略包重放以往的决定", En: "ask decisions of the past again, each under its own bundle"},
		example: "yumen policy replay\nyumen policy replay --from 1000 --limit 5000",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			r, err := c.ReplayPolicy(ctx, in)
			if err != nil {
				return err
			}
			return a.replayed(r, exitNotGenuine)
		},
	})
	a.replayFlags(c, &in)
	return c
}

func (a *app) replayFlags(c *cobra.Command, in *api.PolicyReplay) {
	c.Flags().IntVar(&in.From, "from", 0, a.t("从第几个决定开始", "the number of the first decision"))
	c.Flags().IntVar(&in.Limit, "limit", 0, a.t("最多多少个（默认 1000）", "how many at most (default 1000)"))
}

func (a *app) policyShadowCommand() *cobra.Command {
	var in api.PolicyReplay
	c := a.command(command{
		use: "shadow", args: []string{"BUNDLE"}, short: catalog.Text{Zh: "用另一个策略包试算以往的决定，列出会改变的", En: "ask decisions of the past under another bundle and list what would change"},
		example: "yumen policy shadow ./bundle\nyumen policy shadow bundle.tar.gz --limit 10000 -o json",
		run: func(ctx context.Context, args []string) error {
			_, archive, err := readBundle(args[0])
			if err != nil {
				return err
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			in.Archive = archive
			r, err := c.ShadowPolicy(ctx, in)
			if err != nil {
				return err
			}
			return a.replayed(r, 0)
		},
	})
	a.replayFlags(c, &in)
	return c
}

// replayed prints what asking again came to; differences end with the code.
func (a *app) replayed(r *api.PolicyReplayed, differs int) error {
	t := render.Table{Columns: []string{a.t("序号", "NUMBER"), a.t("决定", "DECISION"), a.t("动作", "ACTION"), a.t("时间", "AT"), a.t("当时", "WAS"), a.t("现在", "WOULD BE")}}
	for _, x := range r.Changes {
		now := a.verdict(x.Now)
		switch {
		case x.Problem != "":
			now = x.Problem
		case x.Duties:
			now = a.t("允许，义务不同", "allowed, under other obligations")
		}
		t.Add(strconv.Itoa(x.Number), x.Decision, x.Action, when(x.At), a.verdict(x.Was), now)
	}
	if err := a.print(r, t); err != nil {
		return err
	}
	a.hint("%d 个决定，%d 个相同，%d 个不同", "%d decisions, %d the same, %d different", r.Checked, r.Same, len(r.Changes))
	if r.Next > 0 {
		a.hint("还有更多：--from %d", "there are more: --from %d", r.Next)
	}
	if len(r.Changes) > 0 && differs != 0 {
		return status(differs)
	}
	return nil
}

func (a *app) verdict(v api.PolicyVerdict) string {
	if v.Allow {
		return a.t("允许", "allowed")
	}
	return a.t("拒绝 ", "refused ") + strings.Join(v.Missing, " ")
}
