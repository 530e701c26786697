package main

import (
	"context"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/internal/client"
)

// decision is what --approve and --reject, --reason and --comment say.
type decision struct {
	approve, reject bool
	reason, comment string
}

func (a *app) decide(c *cobra.Command, d *decision) {
	flags := c.Flags()
	flags.BoolVar(&d.approve, "approve", false, a.t("同意", "approve"))
	flags.BoolVar(&d.reject, "reject", false, a.t("不同意", "reject"))
	flags.StringVar(&d.reason, "reason", "", a.t("理由代码", "reason code"))
	flags.StringVar(&d.comment, "comment", "", a.t("意见", "comment"))
	mustGive(c, "comment")
	c.MarkFlagsMutuallyExclusive("approve", "reject")
	c.MarkFlagsOneRequired("approve", "reject")
}

func (d decision) review() api.Review {
	return api.Review{Approve: d.approve, Reason: d.reason, Comment: d.comment}
}

// seenFlag pins what is decided about; without it that is what the gateway shows now.
func (a *app) seenFlag(c *cobra.Command, seen *string) {
	c.Flags().StringVar(seen, "seen", "", a.t("只针对这一版本的摘要（get 所示）", "digest of the version that is meant, as get gave it; another one is not decided about"))
}

// look is the digest of what is decided about: the one that was given, or that of what the gateway shows now, which is said.
func (a *app) look(ctx context.Context, c *client.Client, kind catalog.Kind, name, seen string) (string, error) {
	if seen != "" {
		return seen, nil
	}
	r, err := c.Resource(ctx, string(kind), name)
	if err != nil {
		return "", err
	}
	a.say("%s（%s），摘要 %s", "%s (%s), digest %s", r.Name, r.State, r.Digest)
	return r.Digest, nil
}

// decisionCommand is the command that approves or rejects a resource of a kind by its name: a dataset, a computation.
func (a *app) decisionCommand(kind catalog.Kind, shown command, send func(*client.Client, context.Context, string, api.Review) (*api.Resource, error)) *cobra.Command {
	var d decision
	var seen string
	shown.use, shown.args = "review", []string{"NAME"}
	shown.run = func(ctx context.Context, args []string) error {
		c, err := a.connect()
		if err != nil {
			return err
		}
		review := d.review()
		if review.Digest, err = a.look(ctx, c, kind, args[0], seen); err != nil {
			return err
		}
		r, err := send(c, ctx, args[0], review)
		if err != nil {
			return err
		}
		return a.print(r, a.resourceTable([]api.Resource{*r}))
	}
	c := a.command(shown)
	a.decide(c, &d)
	a.seenFlag(c, &seen)
	return c
}
