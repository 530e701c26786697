package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"yumen/enclave"
	"yumen/internal/keyring"
	"yumen/internal/policyfile"
	"yumen/policy"
)

func policyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "policy",
		Short:   "the rules, without a gateway 策略（离线）",
		Example: "  yumend policy test ./bundle",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(policyTestCommand(), policyExportCommand(), policyResetCommand())
	return c
}

func policyTestCommand() *cobra.Command {
	var jurisdiction string
	c := &cobra.Command{
		Use:   "test [BUNDLE]",
		Short: "check a bundle: it compiles, the floor, the house rules, its own tests 检查策略包",
		Long: "Checks a bundle (a folder or .tar.gz; without one the program's own) as the gateway does before it decides. Needs no zone.\n" +
			"Exit code 1 when it may not decide.",
		Example: "  yumend policy test\n  yumend policy test ./bundle --jurisdiction sjz",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			engine, err := policy.Open(policy.Config{Jurisdiction: policy.Jurisdiction(jurisdiction)})
			if err != nil {
				return err
			}
			files := engine.Files()
			if len(args) > 0 {
				if files, err = bundleAt(args[0]); err != nil {
					return err
				}
			}
			candidate, err := engine.Prepare(files)
			if err != nil {
				return fmt.Errorf("the bundle may not decide: %w", err)
			}
			report, err := candidate.Test(cmd.Context())
			if err != nil {
				return err
			}
			at := candidate.Status()
			out := map[string]any{"revision": at.Revision, "digest": at.Digest, "rules": at.Rules, "tests": report.Tests, "cases": report.Cases, "problems": report.Problems()}
			if err := json.NewEncoder(cmd.OutOrStdout()).Encode(out); err != nil {
				return err
			}
			if len(report.Problems()) > 0 {
				return errors.New("the bundle may not decide")
			}
			return nil
		},
	}
	c.Flags().StringVar(&jurisdiction, "jurisdiction", string(policy.Strict), "whose parameters")
	return c
}

func bundleAt(path string) (policyfile.Files, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return policyfile.Read(os.DirFS(path))
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return policyfile.Unpack(b)
}

func policyExportCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:     "export",
		Short:   "write the program's own bundle into a folder, to change it 导出程序自带的策略包",
		Example: "  yumend policy export --out ./bundle",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			files, err := policyfile.Read(policy.DefaultBundle())
			if err != nil {
				return err
			}
			if err := os.Mkdir(dir, 0o755); err != nil {
				return err
			}
			for _, name := range files.Names() {
				path := filepath.Join(dir, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					return err
				}
				if err := os.WriteFile(path, files[name], 0o644); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&dir, "out", "", "folder that is made")
	_ = c.MarkFlagRequired("out")
	return c
}

func policyResetCommand() *cobra.Command {
	var dir, file string
	c := &cobra.Command{
		Use:   "reset",
		Short: "take a bundle out of force that cannot be used any more 停用无法使用的策略包",
		Long: "When the gateway does not start because the policy bundle in force cannot be used, the program's own rules decide again after\n" +
			"this, with an entry in the log. A bundle that can be used stays in force: two people go back with yumen policy load --rollback.",
		Example: "  yumend policy reset --data /var/lib/yumen",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := holdsZone(dir); err != nil {
				return err
			}
			cfg, err := readConfig(dir, file)
			if err != nil {
				return err
			}
			keys, err := keyring.Open(filepath.Join(dir, "keys"), keyring.Config{Master: keyring.File{Path: cfg.MasterKey}})
			if err != nil {
				return holdKeys(fmt.Errorf("keyring: %w", err), cfg.MasterKey)
			}
			defer keys.Close()
			st, err := openStore(cmd.Context(), dir)
			if err != nil {
				return err
			}
			defer st.Close()
			jurisdiction, err := enclave.JurisdictionOf(cmd.Context(), st)
			if err != nil {
				return err
			}
			engine, err := openPolicy(keys, jurisdiction)
			if err != nil {
				return err
			}
			revision, err := enclave.ResetPolicy(cmd.Context(), enclave.Config{Store: st, Keys: keys, Clock: newClock(), Log: slog.New(slog.DiscardHandler), Engine: engine})
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"taken_out_of_force": revision, "in_force": engine.Status().Revision})
		},
	}
	c.Flags().StringVar(&dir, "data", "", "directory of the zone")
	c.Flags().StringVar(&file, "config", "", "configuration file")
	_ = c.MarkFlagRequired("data")
	return c
}
