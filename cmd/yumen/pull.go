package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/internal/client"
)

func (a *app) datasetPullCommand() *cobra.Command {
	return a.command(command{
		use: "pull", args: []string{"NAME"}, short: catalog.Text{Zh: "由网关就地读取数据集", En: "have the gateway read a dataset in place"},
		long: catalog.Text{
			Zh: "由网关从声明的域内位置（目录或数据库模式）就地读取，作为一个完整的新快照装载，检查与上传相同。快照有租期，期满即销毁；再次执行本命令重新读取。",
			En: "Has the gateway read the declared location in the domain, a directory or a schema of a database, and load it as a complete new snapshot, checked as an\n" +
				"upload is. The snapshot has a lease and is destroyed when that is over; pull again for another one."},
		example: "yumen dataset pull social_insurance",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			bar, check := a.progress(a.t("读取", "read"), 0), a.progress(a.t("网关校验", "check"), 100)
			check.percent = true
			snapshot, err := c.Pull(ctx, args[0], readBy(bar, check))
			bar.close()
			check.close()
			var e *client.Error
			if errors.As(err, &e) && e.Kind == client.KindQuarantined {
				return a.quarantined(args[0], e)
			}
			if err != nil {
				return err
			}
			return a.printSnapshot(snapshot)
		},
	})
}

// readBy shows how much the gateway has read or made, then how far its check is.
func readBy(bar, check *progress) func(api.Upload) {
	return func(u api.Upload) {
		if u.Percent > 0 {
			check.set(int64(u.Percent))
			return
		}
		bar.amountOf(u.Received, u.Size)
	}
}

func (a *app) datasetDestroyCommand() *cobra.Command {
	var r api.DestroyRequest
	c := a.command(command{
		use: "destroy", args: []string{"NAME"}, short: catalog.Text{Zh: "提前销毁就地读取的快照", En: "destroy snapshots that were read in place, before their lease is over"},
		long: catalog.Text{Zh: "销毁就地读取的快照：密钥与密文一并销毁，正在其上运行的查询终止，此后的查询为 NOT_LOADED，直至再次读取。已出域的结果不受影响。",
			En: "Destroys snapshots that were read in place: key and ciphertext go, what runs over them is ended, and questions are NOT_LOADED until the dataset is\n" +
				"pulled again. What was released stays."},
		example: "yumen dataset destroy social_insurance --reason 'agreement ended'",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.DestroySnapshots(ctx, args[0], r)
			if err != nil {
				return err
			}
			return a.print(all, a.snapshotTable(all))
		},
	})
	c.Flags().StringVar(&r.Snapshot, "snapshot", "", a.t("只销毁这一个（默认全部）", "this one alone (default: all of them)"))
	c.Flags().StringVar(&r.Reason, "reason", "", a.t("原因", "why"))
	mustGive(c, "reason")
	return c
}

// until is when a lease ends, in words.
func until(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format(time.RFC3339)
}
