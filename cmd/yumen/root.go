package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/locale"
)

// app is what the commands of one invocation share.
type app struct {
	world
	lang   locale.Language
	output render.Format
	flags  struct{ context, output, lang string }
	// started is set once a command's own code runs: an error before that is one of usage.
	started bool
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, w world, args []string) int {
	lang, err := locale.Choose(locale.Asked(args), w.getenv)
	a := &app{world: w, lang: lang}
	if err != nil {
		a.report(fail(exitUsage, "--lang 只能是 zh 或 en", "--lang is zh or en"), "yumen")
		return exitUsage
	}
	root := a.root()
	root.SetArgs(args)
	called, err := root.ExecuteContextC(ctx)
	if err != nil && !a.started {
		err = usage(err)
	}
	if err != nil {
		a.report(err, called.CommandPath())
	}
	return codeOf(err)
}

// usage turns an error of the flag parser into one with the exit code of usage.
func usage(err error) error {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	said := locale.Usage(err)
	return fail(exitUsage, said.Zh, said.En)
}

func (a *app) root() *cobra.Command {
	root := a.group("yumen", catalog.Text{Zh: "域门：公共数据专区安全网关的客户端", En: "the client of Yumen, the gate of a public-data zone"},
		"yumen login --server https://zone.example:8443 --user ann\nyumen query run --grant grant_… --file question.sql",
		a.loginCommand(), a.whoamiCommand(), a.logoutCommand(), a.activateCommand(), a.passwordCommand(), a.sessionCommand(), a.totpCommand(), a.keyCommand(), a.keysCommand(), a.accountCommand(),
		a.applyCommand(), a.getCommand(), a.deleteCommand(), a.datasetCommand(), a.computationCommand(), a.applicationCommand(), a.authorizationCommand(), a.budgetCommand(), a.grantCommand(),
		a.queryCommand(), a.reviewCommand(), a.releaseCommand(), a.receiptCommand(), a.auditCommand(), a.disclosureCommand(), a.freezeCommand(), a.unfreezeCommand(), a.sanctionCommand(), a.instructionCommand(), a.policyCommand(), a.healthCommand(), a.incidentCommand(), a.completionCommand(), a.manCommand(), a.versionCommand())
	flags := root.PersistentFlags()
	flags.StringVar(&a.flags.context, "context", "", a.t("使用哪个上下文（也可用 YUMEN_CONTEXT）", "the context to use (or YUMEN_CONTEXT)"))
	flags.StringVarP(&a.flags.output, "output", "o", string(render.FormatTable), a.t("输出格式：table、json、yaml 或 csv", "output format: table, json, yaml or csv"))
	flags.StringVar(&a.flags.lang, "lang", "", a.t("语言：zh 或 en（默认按 LC_ALL、LC_MESSAGES、LANG）", "language: zh or en (default by LC_ALL, LC_MESSAGES, LANG)"))
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetUsageTemplate(a.usageTemplate())
	root.CompletionOptions.DisableDefaultCmd = true
	a.completions(root)
	return root
}

// command describes one command that does something.
type command struct {
	use     string
	short   catalog.Text
	long    catalog.Text // more than short says; optional
	example string
	args    []string // names of the positional arguments; one in brackets is optional
	run     func(ctx context.Context, args []string) error
}

func (a *app) command(c command) *cobra.Command {
	long := a.lang.Text(c.long)
	if long == "" {
		long = a.lang.Text(c.short)
	}
	return &cobra.Command{
		Use: strings.TrimSpace(c.use + " " + strings.Join(c.args, " ")), Short: a.lang.Text(c.short), Long: long, Example: indent(c.example),
		DisableFlagsInUseLine: false,
		Args:                  func(_ *cobra.Command, args []string) error { return a.checkArgs(c.args, args) },
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if a.output, err = render.Parse(a.flags.output); err != nil {
				return fail(exitUsage, "输出格式是 table、json、yaml 或 csv", err.Error())
			}
			a.started = true
			return c.run(cmd.Context(), args)
		},
	}
}

// group describes a command that only holds others: alone it prints its help.
func (a *app) group(use string, short catalog.Text, example string, children ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: a.lang.Text(short), Example: indent(example), RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return fail(exitUsage, "没有这个命令："+args[0], "there is no such command: "+args[0])
		}
		return cmd.Help()
	}}
	g.Args = cobra.ArbitraryArgs
	g.AddCommand(children...)
	return g
}

func (a *app) checkArgs(names, args []string) error {
	least := 0
	for _, n := range names {
		if !strings.HasPrefix(n, "[") {
			least++
		}
	}
	if len(args) >= least && len(args) <= len(names) {
		return nil
	}
	want := strings.Join(names, " ")
	if want == "" {
		return fail(exitUsage, "这个命令没有参数", "this command takes no arguments")
	}
	return fail(exitUsage, "参数应为："+want, "want the arguments "+want)
}

// print writes a thing to standard output in the chosen format.
func (a *app) print(value any, table render.Table) error {
	return render.Write(a.out, a.output, render.Thing{Value: value, Table: table}, a.terminal(a.out))
}

// people reports whether the output is for reading, so that more than one table may be printed.
func (a *app) people() bool { return a.output == render.FormatTable }

func indent(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }

// usageTemplate is cobra's, with its words in the chosen language.
func (a *app) usageTemplate() string {
	return fmt.Sprintf(`%s:{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [command]{{end}}{{if .HasExample}}

%s:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

%s:{{range .Commands}}{{if (or .IsAvailableCommand (eq .Name "help"))}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

%s:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

%s:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}
`, a.t("用法", "Usage"), a.t("例子", "Examples"), a.t("命令", "Commands"), a.t("选项", "Flags"), a.t("通用选项", "Global flags"))
}
