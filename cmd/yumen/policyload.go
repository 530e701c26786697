package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/internal/client"
	"yumen/internal/policyfile"
)

// loadFlags say what is to decide.
type loadFlags struct {
	confirm, rollback, reason string
	key, passphraseFile       string
}

func (a *app) policyLoadCommand() *cobra.Command {
	var f loadFlags
	c := a.command(command{
		use: "load", args: []string{"[BUNDLE]"}, short: catalog.Text{Zh: "更换策略：一人签署提出，另一人签署确认", En: "change the rules: one person signs and proposes, another signs and confirms"},
		long: catalog.Text{
			Zh: "更换策略包（目录或 .tar.gz）。第一人签署并提出，第二人用 --confirm 签署并确认；其中一人为安全管理员。\n" +
				"确认人给出自己手中的策略包时，只有摘要相同才签署。--rollback 回到曾经生效的版本，同样须两人。",
			En: "Changes the policy bundle (a folder or .tar.gz). The first person signs and proposes it, the second signs and confirms with\n" +
				"--confirm; one of them is the security administrator. A second person who names a bundle of his own signs only if its digest\n" +
				"is the proposed one. --rollback goes back to a revision that decided before, and takes two people as well."},
		example: "yumen policy load ./bundle --comment 'two reviewers from grade 2'\nyumen policy load ./bundle --confirm 2026.12.01-1\n" +
			"yumen policy load --rollback 2026.11.22-1 --reason 'the new rules refuse too much'\nyumen policy load --rollback 2026.11.22-1 --confirm 2026.11.22-1",
		run: func(ctx context.Context, args []string) error { return a.policyLoad(ctx, args, f) },
	})
	flags := c.Flags()
	flags.StringVar(&f.confirm, "confirm", "", a.t("确认另一人提出的这个版本", "confirm this revision, which another person proposed"))
	flags.StringVar(&f.rollback, "rollback", "", a.t("回到曾经生效的这个版本", "go back to this revision, which decided before"))
	flags.StringVar(&f.reason, "comment", "", a.t("原因", "why"))
	flags.StringVar(&f.reason, "reason", "", a.t("原因（同 --comment）", "why (as --comment)"))
	flags.StringVar(&f.key, "key", "", a.t("密钥文件（默认为上下文的）", "the key file (default the context's)"))
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", a.t("从文件读取口令", "read the passphrase from a file"))
	return c
}

func (a *app) policyLoad(ctx context.Context, args []string, f loadFlags) error {
	load := api.PolicyLoad{Rollback: f.rollback != "", Reason: f.reason}
	var digest catalog.Digest
	switch {
	case f.rollback != "" && len(args) > 0:
		return fail(exitUsage, "回退时不给出策略包", "a way back names a revision, not a bundle")
	case f.rollback != "" && f.confirm != "" && f.confirm != f.rollback:
		return fail(exitUsage, "--confirm 与 --rollback 应为同一版本", "--confirm and --rollback name the same revision")
	case f.rollback == "" && f.confirm == "" && len(args) == 0:
		return fail(exitUsage, "请给出策略包、--confirm 或 --rollback", "name a bundle, --confirm or --rollback")
	case f.confirm == "" && f.reason == "":
		return fail(exitUsage, "请用 --comment 说明原因", "say why with --comment")
	}
	if len(args) > 0 {
		files, archive, err := readBundle(args[0])
		if err != nil {
			return err
		}
		revision, err := files.Revision()
		if err != nil {
			return fail(exitUsage, "不是策略包："+err.Error(), err.Error())
		}
		digest, load.Revision = files.Digest(), revision.String()
		if f.confirm == "" {
			load.Archive = archive
		}
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	now, err := c.Policy(ctx)
	if err != nil {
		return err
	}
	if len(load.Archive) == 0 {
		if digest, err = named(now, f, digest, load.Revision); err != nil {
			return err
		}
		load.Revision = f.confirm
		if load.Revision == "" {
			load.Revision = f.rollback
		}
	}
	return a.sendLoad(ctx, c, load, now, digest, f)
}

// named finds the bundle that is confirmed or gone back to. A bundle that the caller holds himself must be the same.
func named(now *api.Policy, f loadFlags, own catalog.Digest, revision string) (catalog.Digest, error) {
	want := f.confirm
	if want == "" {
		want = f.rollback
	}
	if own != "" && revision != want {
		return "", fail(exitDenied, "手中的策略包是另一个版本："+revision, "the bundle at hand has another revision: "+revision)
	}
	for _, b := range now.Bundles {
		waits := b.Proposal != nil && b.Proposal.Rollback == (f.rollback != "")
		if b.Revision != want || f.confirm != "" && !waits || f.confirm == "" && b.State == "proposed" {
			continue
		}
		if own != "" && string(own) != b.Digest {
			return "", fail(exitDenied, "提出的策略包与手中的不同，没有签署", "the proposed bundle is not the one at hand, so nothing was signed")
		}
		return catalog.Digest(b.Digest), nil
	}
	return "", fail(exitDenied, "没有这个版本："+want, "there is no such revision: "+want).hinting("查看：yumen policy show --bundles", "look at them: yumen policy show --bundles")
}

func (a *app) sendLoad(ctx context.Context, c *client.Client, load api.PolicyLoad, now *api.Policy, digest catalog.Digest, f loadFlags) error {
	if _, err := policyfile.ParseRevision(load.Revision); err != nil {
		return fail(exitUsage, "版本形如 2026.11.22-1", "a revision is like 2026.11.22-1")
	}
	if string(digest) == now.Digest {
		return fail(exitDenied, "这个策略包已经生效", "this bundle decides already")
	}
	me, err := c.Whoami(ctx)
	if err != nil {
		return err
	}
	if load.Envelope, err = a.signBundle(now, me, load, digest, f); err != nil {
		return err
	}
	b, err := c.LoadPolicy(ctx, load)
	if err != nil {
		return err
	}
	if err := a.print(b, a.bundleTable([]api.PolicyBundle{*b})); err != nil {
		return err
	}
	if b.State == "active" && b.Proposal == nil {
		return nil
	}
	how := "yumen policy load --confirm " + b.Revision
	if load.Rollback {
		how = "yumen policy load --rollback " + b.Revision + " --confirm " + b.Revision
	}
	a.hint("须由另一人确认：%s", "another person confirms it: %s", how)
	return status(exitWaiting)
}

// signBundle signs the change with the caller's own key, for the zone whose keys are pinned.
func (a *app) signBundle(now *api.Policy, me *api.Whoami, load api.PolicyLoad, digest catalog.Digest, f loadFlags) (json.RawMessage, error) {
	keys, err := a.trusted("")
	if err != nil {
		return nil, err
	}
	if keys.Zone != now.Zone {
		return nil, fail(exitNotGenuine, "网关不是固定公钥的专区", "the gateway is not the zone whose keys are pinned")
	}
	signer, err := a.signer(f.key, f.passphraseFile)
	if err != nil {
		return nil, err
	}
	id, err := signer.KeyID()
	if err != nil {
		return nil, err
	}
	envelope, err := receipt.SignBundle(signer, receipt.BundleApproval{
		Zone: keys.Zone, Bundle: digest, Revision: load.Revision, Previous: catalog.Digest(now.Digest), Rollback: load.Rollback,
		Signer: receipt.Voter{Account: me.Account, Person: me.Person, Organization: me.Organization}, Key: id, Time: a.now().UTC().Truncate(time.Second),
	})
	if err != nil {
		return nil, fmt.Errorf("sign the bundle: %w", err)
	}
	return json.Marshal(envelope)
}
