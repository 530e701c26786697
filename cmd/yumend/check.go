package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/enclave/invariant"
	"yumen/internal/keyring"
	"yumen/internal/locale"
	"yumen/internal/operation"
)

// verdict is what became of an item.
type verdict string

// The verdicts. A warning does not fail the check.
const (
	verdictOK   verdict = "ok"
	verdictWarn verdict = "warn"
	verdictFail verdict = "fail"
)

// item is one thing that was checked.
type item struct {
	ID      string       `json:"id"`
	What    catalog.Text `json:"what"`
	Verdict verdict      `json:"verdict"`
	// Found says what is the case, where that is worth a word; Do what to do about it.
	Found catalog.Text `json:"found,omitzero"`
	Do    catalog.Text `json:"do,omitzero"`
	// Subjects are the records and files that break a rule.
	Subjects []string `json:"subjects,omitempty"`
	// Level is the level of the cage that was reached, Layers what it is made of and what each would stop; of the item isolation alone.
	Level  string       `json:"level,omitempty"`
	Layers []layerState `json:"layers,omitempty"`
}

// errCheckFailed: at least one item failed. The report names it.
var errCheckFailed = told("检查未通过", "the check failed")

func checkCommand() *cobra.Command {
	var dir, file, output string
	var deep bool
	c := &cobra.Command{
		Use:   "check",
		Short: "compare a zone with the baseline, or prove all of it 自检",
		Long: "Compares the configuration of a zone and its machine with the baseline; the gateway may be serving meanwhile.\n" +
			"With --deep it proves the whole zone instead: log, records, keys and files against each other. Stop the gateway first.",
		Example: "  yumend check --data /var/lib/yumen --config /etc/yumen/yumend.yaml\n  yumend check --data /var/lib/yumen --deep -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			lang, err := language(cmd)
			if err != nil {
				return err
			}
			if output != "table" && output != "json" {
				return usageError{told("--output 是 table 或 json", "--output is table or json")}
			}
			if err := holdsZone(dir); err != nil {
				return err
			}
			cfg, err := readConfig(dir, file)
			if err != nil {
				return err
			}
			items, err := checkZone(cmd.Context(), dir, cfg, deep)
			if err != nil {
				return err
			}
			return printItems(cmd.OutOrStdout(), items, output, lang)
		},
	}
	f := c.Flags()
	f.StringVar(&dir, "data", "", "directory of the zone")
	f.StringVar(&file, "config", "", "configuration file")
	f.BoolVar(&deep, "deep", false, "prove the whole zone; the gateway must not be serving")
	f.StringVarP(&output, "output", "o", "table", "table or json")
	_ = c.MarkFlagRequired("data")
	return c
}

func checkZone(ctx context.Context, dir string, cfg Config, deep bool) ([]item, error) {
	if deep {
		return deepCheck(ctx, dir, cfg)
	}
	return baseline(ctx, dir, cfg), nil
}

// deepCheck proves a zone that nobody serves: one item for each rule, with the subjects that break it.
func deepCheck(ctx context.Context, dir string, cfg Config) ([]item, error) {
	found, err := operation.Prove(ctx, dir, keyring.File{Path: cfg.MasterKey})
	if err != nil {
		return nil, err
	}
	whole := invariant.Explained{Rule: operation.StoreFinding, What: catalog.Text{Zh: "元数据库的页、索引和约束完好", En: "the metastore's pages, indexes and constraints are whole"},
		Remedy: catalog.Text{Zh: "从备份恢复；见 docs/operations.md“恢复”", En: "restore a backup; see docs/operations.md, restore"}}
	var out []item
	for _, r := range append([]invariant.Explained{whole}, invariant.Rules()...) {
		it := item{ID: string(r.Rule), What: r.What, Verdict: verdictOK}
		for _, f := range found {
			if f.Rule == r.Rule {
				it.Verdict, it.Do = verdictFail, r.Remedy
				it.Subjects = append(it.Subjects, f.Subject)
			}
		}
		out = append(out, it)
	}
	return out, nil
}

// printItems prints the report and fails if an item did.
func printItems(w io.Writer, items []item, output string, l locale.Language) error {
	var failed []string
	for _, it := range items {
		if it.Verdict == verdictFail {
			failed = append(failed, it.ID)
		}
	}
	if output == "json" {
		if err := json.NewEncoder(w).Encode(map[string]any{"ok": len(failed) == 0, "baseline": baselineVersion, "items": items}); err != nil {
			return fmt.Errorf("print: %w", err)
		}
	} else if err := tableOf(w, items, l); err != nil {
		return err
	}
	if len(failed) > 0 {
		return fmt.Errorf("%w: %s", errCheckFailed, strings.Join(failed, ", "))
	}
	return nil
}

// most is how many subjects of an item a table names.
const most = 8

func tableOf(w io.Writer, items []item, l locale.Language) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, it := range items {
		fmt.Fprintf(t, "%s\t%s\t%s\n", it.Verdict, it.ID, l.Text(it.What))
		for _, line := range []string{l.Text(it.Found), l.Text(it.Do)} {
			if line != "" {
				fmt.Fprintf(t, "\t\t  %s\n", line)
			}
		}
		for _, layer := range it.Layers {
			if !layer.Available {
				fmt.Fprintf(t, "\t\t  %s\n\t\t    %s\n", l.Pick("缺 "+string(layer.Name)+"，本可阻止："+layer.Stops.Zh, "without "+string(layer.Name)+", which would stop "+layer.Stops.En),
					layer.Why)
			}
		}
		for i, s := range it.Subjects {
			if i == most {
				fmt.Fprintf(t, "\t\t  … %d\n", len(it.Subjects)-most)
				break
			}
			fmt.Fprintf(t, "\t\t  %s\n", s)
		}
	}
	return t.Flush()
}
