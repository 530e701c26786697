package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/cmd/yumen/internal/unpack"
	"yumen/internal/client"
)

// maxPage is the most entries that one call returns.
const maxPage = 1000

func (a *app) auditCommand() *cobra.Command {
	return a.group("audit", catalog.Text{Zh: "审计日志：查看、导出、离线验证", En: "the audit log: look, export, verify offline"},
		"yumen audit tail\nyumen audit export --out log\nyumen audit verify --from log --keys zone-keys.json",
		a.auditTailCommand(), a.auditShowCommand(), a.auditExportCommand(), a.auditVerifyCommand())
}

// entry is what the command shows of a log entry; the entry itself is printed as it is.
type entry struct {
	Seq    int64 `json:"seq"`
	Time   int64 `json:"time"`
	Action string
	Actor  struct {
		Account string `json:"account"`
		Role    string `json:"role"`
	} `json:"actor"`
	Subject string `json:"subject"`
	Outcome string `json:"outcome"`
}

func (e entry) actor() string {
	if e.Actor.Account == "" {
		return "(" + e.Actor.Role + ")"
	}
	return e.Actor.Account
}

func entryOf(raw json.RawMessage) (entry, error) {
	var e entry
	if err := json.Unmarshal(raw, &e); err != nil {
		return e, fmt.Errorf("%w: not a log entry", client.ErrProtocol)
	}
	return e, nil
}

func (a *app) entryTable(entries []json.RawMessage) (render.Table, error) {
	t := render.Table{Columns: []string{a.t("序号", "SEQ"), a.t("时间", "TIME"), a.t("操作", "ACTION"), a.t("操作者", "ACTOR"), a.t("对象", "SUBJECT"), a.t("结果", "OUTCOME")}}
	for _, raw := range entries {
		e, err := entryOf(raw)
		if err != nil {
			return t, err
		}
		t.Add(fmt.Sprint(e.Seq), when(e.Time), e.Action, e.actor(), e.Subject, e.Outcome)
	}
	return t, nil
}

func (a *app) auditTailCommand() *cobra.Command {
	var lines int
	var follow bool
	c := a.command(command{
		use: "tail", short: catalog.Text{Zh: "显示最近的日志条目", En: "show the newest log entries"}, example: "yumen audit tail --lines 50\nyumen audit tail --follow",
		run: func(ctx context.Context, _ []string) error {
			if lines < 1 || lines > maxPage {
				return fail(exitUsage, "--lines 在 1 和 1000 之间", "--lines is between 1 and 1000")
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			return a.tail(ctx, c, int64(lines), follow)
		},
	})
	c.Flags().IntVarP(&lines, "lines", "n", 20, a.t("多少条", "how many entries"))
	c.Flags().BoolVar(&follow, "follow", false, a.t("继续显示新的条目，直到中断", "go on with new entries until interrupted"))
	return c
}

func (a *app) tail(ctx context.Context, c *client.Client, lines int64, follow bool) error {
	page, err := c.AuditEntries(ctx, 0, 1)
	if err != nil {
		return err
	}
	next := max(0, page.Size-lines)
	for {
		if page, err = c.AuditEntries(ctx, next, maxPage); err != nil {
			return err
		}
		if len(page.Entries) > 0 || !follow {
			table, err := a.entryTable(page.Entries)
			if err != nil {
				return err
			}
			if err := a.print(list(page.Entries), table); err != nil {
				return err
			}
			next += int64(len(page.Entries))
		}
		if !follow {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(2 * time.Second):
		}
	}
}

func (a *app) auditShowCommand() *cobra.Command {
	return a.command(command{
		use: "show", args: []string{"N"}, short: catalog.Text{Zh: "显示一个日志条目的全部内容", En: "show one log entry in full"}, example: "yumen audit show 17",
		run: func(ctx context.Context, args []string) error {
			n, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil || n < 0 {
				return fail(exitUsage, "序号是从 0 开始的整数", "an entry's number is 0 or more")
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			page, err := c.AuditEntries(ctx, n, 1)
			if err != nil {
				return err
			}
			if len(page.Entries) == 0 {
				return fail(exitDenied, "日志没有这个条目", "the log has no such entry").
					hinting(fmt.Sprintf("日志有 %d 个条目", page.Size), fmt.Sprintf("the log has %d entries", page.Size))
			}
			if a.people() {
				return render.Write(a.out, render.FormatYAML, render.Thing{Value: page.Entries[0]}, false)
			}
			table, err := a.entryTable(page.Entries)
			if err != nil {
				return err
			}
			return a.print(page.Entries[0], table)
		},
	})
}

func (a *app) auditExportCommand() *cobra.Command {
	var out string
	c := a.command(command{
		use: "export", short: catalog.Text{Zh: "把整个日志导出到文件夹，可离线验证", En: "export the whole log into a folder, to be verified offline"}, example: "yumen audit export --out log",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			n, err := a.export(ctx, c, out)
			if err != nil {
				return err
			}
			var t render.Table
			t.Add(a.t("文件夹", "folder"), out)
			t.Add(a.t("文件数", "files"), fmt.Sprint(n))
			if err := a.print(map[string]any{"folder": out, "files": n}, t); err != nil {
				return err
			}
			a.hint("离线验证：yumen audit verify --from %s", "verify offline: yumen audit verify --from %s", out)
			return nil
		},
	})
	c.Flags().StringVar(&out, "out", "", a.t("写入哪个文件夹", "the folder to write"))
	mustGive(c, "out")
	return c
}

func (a *app) export(ctx context.Context, c *client.Client, dir string) (files int, err error) {
	log, err := c.AuditExport(ctx)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	names, err := unpack.Tar(log, dir, false)
	if err != nil {
		return 0, a.unpackError(err, dir)
	}
	return len(names), nil
}
