package main

import (
	"context"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/internal/client"
	"yumen/internal/manpage"
)

// The shells that a completion script can be made for.
var shells = map[string]func(root *cobra.Command, out io.Writer) error{
	"bash":       func(c *cobra.Command, w io.Writer) error { return c.GenBashCompletionV2(w, true) },
	"zsh":        func(c *cobra.Command, w io.Writer) error { return c.GenZshCompletion(w) },
	"fish":       func(c *cobra.Command, w io.Writer) error { return c.GenFishCompletion(w, true) },
	"powershell": func(c *cobra.Command, w io.Writer) error { return c.GenPowerShellCompletionWithDesc(w) },
}

func (a *app) completionCommand() *cobra.Command {
	var c *cobra.Command
	c = a.command(command{
		use: "completion", args: []string{"SHELL"}, short: catalog.Text{Zh: "输出命令补全脚本：bash、zsh、fish 或 powershell", En: "print the completion script of a shell: bash, zsh, fish or powershell"},
		long: catalog.Text{Zh: "输出命令补全脚本。已登录时，数据集、授权、运行等名称由网关补全。",
			En: "Prints the completion script of a shell. Where a context is logged in, names of datasets, grants, runs and the like are completed from the gateway."},
		example: "source <(yumen completion bash)\nyumen completion zsh > \"${fpath[1]}/_yumen\"\nyumen completion fish > ~/.config/fish/completions/yumen.fish",
		run: func(_ context.Context, args []string) error {
			write, ok := shells[args[0]]
			if !ok {
				return fail(exitUsage, "没有这种 shell："+args[0], "there is no such shell: "+args[0]).hinting("可用：bash、zsh、fish、powershell", "use bash, zsh, fish or powershell")
			}
			return write(c.Root(), a.out)
		},
	})
	return c
}

func (a *app) manCommand() *cobra.Command {
	var dir string
	var c *cobra.Command
	c = a.command(command{
		use: "man", short: catalog.Text{Zh: "生成手册页", En: "write the manual pages"}, example: "yumen man --dir /usr/local/share/man/man1\nyumen man --lang zh --dir /usr/local/share/man/zh_CN/man1",
		run: func(context.Context, []string) error {
			name, _ := built()
			return manpage.Write(c.Root(), dir, name)
		},
	})
	c.Flags().StringVar(&dir, "dir", "", a.t("写入的目录", "directory to write to"))
	mustGive(c, "dir")
	return c
}

// names lists what an argument can be the name of.
type names func(ctx context.Context, c *client.Client, args []string) ([]string, error)

// completed says, by group and name of an argument, what it can be completed with; a command that joins a group needs no line here.
// Other arguments are files.
var completed = map[string]names{
	"account NAME": ofKind(catalog.KindAccount), "totp NAME": ofKind(catalog.KindAccount), "application ID": applications, "dataset NAME": ofKind(catalog.KindDataset), "computation NAME": ofKind(catalog.KindComputation),
	"grant ID": grants, "instruction ID": instructions, "key ID": signingKeys, "query ID": runs, "release ID": releases, "review RUN": reviews, "sanction ID": sanctions, "session ID": sessions,
	"yumen KIND": kindNames, "yumen NAME": ofArgument, "yumen SHELL": words("bash", "fish", "powershell", "zsh"),
}

// argument finds the names of arguments in a line of use.
var argument = regexp.MustCompile(`\b[A-Z]+\b`)

// completionOf lists what the arguments of a command can be completed with, up to the first that is a file.
func completionOf(c *cobra.Command) []names {
	var out []names
	for _, name := range argument.FindAllString(c.Use, -1) {
		by := completed[c.Parent().Name()+" "+name]
		if by == nil {
			break
		}
		out = append(out, by)
	}
	return out
}

// completions gives every command of a tree its completions.
func (a *app) completions(root *cobra.Command) {
	for _, c := range root.Commands() {
		a.completions(c)
		if c.Flags().Lookup("grant") != nil {
			_ = c.RegisterFlagCompletionFunc("grant", a.complete([]names{grants}, true))
		}
		if by := completionOf(c); by != nil {
			c.ValidArgsFunction = a.complete(by, false)
		}
	}
}

// patience is how long a person waits for a completion.
const patience = 3 * time.Second

// plain is a name that a shell can take as it is: a gateway's answer never becomes a command.
var plain = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)

// complete asks the gateway for the names of the argument that is being typed. Without an answer there is no completion, and no word.
func (a *app) complete(by []names, flag bool) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		at := len(args)
		if flag {
			at = 0
		}
		if at >= len(by) {
			return nil, cobra.ShellCompDirectiveDefault
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), patience)
		defer cancel()
		c, err := a.connect()
		if err != nil {
			c = nil
		}
		all, err := by[at](ctx, c, args)
		if err != nil {
			all = nil
		}
		var out []string
		for _, name := range all {
			if strings.HasPrefix(name, typed) && plain.MatchString(name) {
				out = append(out, name)
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

func words(all ...string) names {
	return func(context.Context, *client.Client, []string) ([]string, error) { return all, nil }
}

func kindNames(context.Context, *client.Client, []string) ([]string, error) {
	var out []string
	for _, k := range kinds {
		out = append(out, string(k))
	}
	return out, nil
}

// listed turns a list into names. Without a gateway there are none.
func listed[T any](c *client.Client, list func() ([]T, error), name func(T) string) ([]string, error) {
	if c == nil {
		return nil, nil
	}
	all, err := list()
	var out []string
	for _, v := range all {
		out = append(out, name(v))
	}
	return out, err
}

func ofKind(kind catalog.Kind) names {
	return func(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
		return listed(c, func() ([]api.Resource, error) { return c.Resources(ctx, string(kind)) }, func(r api.Resource) string { return r.Name })
	}
}

func ofArgument(ctx context.Context, c *client.Client, args []string) ([]string, error) {
	kind, err := kindOf(args[0])
	if err != nil {
		return nil, err
	}
	return ofKind(catalog.Kind(kind))(ctx, c, nil)
}

func applications(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	return listed(c, func() ([]api.Application, error) { return c.Applications(ctx) }, func(v api.Application) string { return v.ID })
}

func sanctions(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	return listed(c, func() ([]api.Sanction, error) { return c.Sanctions(ctx) }, func(v api.Sanction) string { return v.ID })
}

func instructions(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	return listed(c, func() ([]api.Instruction, error) { return c.Instructions(ctx) }, func(v api.Instruction) string { return v.ID })
}

func grants(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	return listed(c, func() ([]api.Grant, error) { return c.Grants(ctx) }, func(v api.Grant) string { return v.ID })
}

func signingKeys(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	return listed(c, func() ([]api.Key, error) { return c.SigningKeys(ctx) }, func(v api.Key) string { return v.ID })
}

func sessions(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	return listed(c, func() ([]api.OpenSession, error) { return c.Sessions(ctx, "") }, func(v api.OpenSession) string { return v.ID })
}

func runs(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	return listed(c, func() ([]api.Run, error) { return c.Runs(ctx, api.Page{}) }, func(v api.Run) string { return v.Run })
}

func reviews(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	return listed(c, func() ([]api.ReviewItem, error) { return c.Reviews(ctx) }, func(v api.ReviewItem) string { return v.Run })
}

func releases(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	return listed(c, func() ([]api.ReleaseItem, error) { return c.Releases(ctx, api.Page{}) }, func(v api.ReleaseItem) string { return v.ID })
}
