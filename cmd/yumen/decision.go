package main

import (
	"context"

	"github.com/spf13/cobra"

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

// decisionCommand is the command that approves or rejects a resource by its name: a dataset, a computation.
func (a *app) decisionCommand(shown command, send func(*client.Client, context.Context, string, api.Review) (*api.Resource, error)) *cobra.Command {
	var d decision
	shown.use, shown.args = "review", []string{"NAME"}
	shown.run = func(ctx context.Context, args []string) error {
		c, err := a.connect()
		if err != nil {
			return err
		}
		r, err := send(c, ctx, args[0], d.review())
		if err != nil {
			return err
		}
		return a.print(r, a.resourceTable([]api.Resource{*r}))
	}
	c := a.command(shown)
	a.decide(c, &d)
	return c
}
