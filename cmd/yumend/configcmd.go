package main

import (
	"os"

	"github.com/spf13/cobra"

	"yumen/internal/locale"
	"yumen/internal/manpage"
)

func configCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "config",
		Short:   "the configuration file and its manual 配置文件及其说明",
		Example: "  yumend config print > yumend.yaml\n  yumend config check --config yumend.yaml",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(configPrintCommand(), configCheckCommand())
	return c
}

func configPrintCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:     "print",
		Short:   "print every field with its meaning and value, as a file to use 打印全部字段、说明与取值",
		Example: "  yumend config print > yumend.yaml\n  yumend config print --lang zh --config yumend.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			lang, err := language(cmd)
			if err != nil {
				return err
			}
			c := standard()
			if file != "" {
				b, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				if err := c.decode(b); err != nil {
					return err
				}
			}
			return printConfig(cmd.OutOrStdout(), c, lang)
		},
	}
	c.Flags().StringVar(&file, "config", "", "configuration file whose values are printed (default: the defaults)")
	return c
}

func configCheckCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:     "check",
		Short:   "read a configuration file and name what is wrong 检查配置文件",
		Example: "  yumend config check --config yumend.yaml",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := readConfig(".", file)
			return err
		},
	}
	c.Flags().StringVar(&file, "config", "", "configuration file")
	_ = c.MarkFlagRequired("config")
	return c
}

func manCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:     "man",
		Short:   "write the manual pages 生成手册页",
		Example: "  yumend man --dir /usr/local/share/man/man1",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return manpage.Write(cmd.Root(), dir, version) },
	}
	c.Flags().StringVar(&dir, "dir", "", "directory to write to")
	_ = c.MarkFlagRequired("dir")
	return c
}

// language is the one that a command speaks.
func language(cmd *cobra.Command) (locale.Language, error) {
	asked := ""
	if f := cmd.Flag("lang"); f != nil {
		asked = f.Value.String()
	}
	l, err := locale.Choose(asked, os.Getenv)
	if err != nil {
		return l, usageError{told("--lang 只能是 zh 或 en", "--lang is zh or en")}
	}
	return l, nil
}
