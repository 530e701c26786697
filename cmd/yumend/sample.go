package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"yumen/internal/zone"
)

func sampleCommand() *cobra.Command {
	var size, dir string
	var seed uint64
	c := &cobra.Command{
		Use:     "sample",
		Short:   "write the sample zone: declarations and CSV files 生成样例专区",
		Example: "  yumend sample --size small --out sample",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			n, err := zone.ParseSize(size)
			if err != nil {
				return usageError{err}
			}
			return sample(dir, n, seed)
		},
	}
	f := c.Flags()
	f.StringVar(&size, "size", "small", "small (seconds), medium (1 M rows) or large (20 M rows)")
	f.StringVar(&dir, "out", "", "directory to write; must be absent or empty")
	f.Uint64Var(&seed, "seed", demoSeed, "the same seed gives the same bytes on every machine")
	_ = c.MarkFlagRequired("out")
	return c
}

// sample writes the declarations of the sample zone and one CSV file a table.
func sample(dir string, size zone.Size, seed uint64) error {
	if es, err := os.ReadDir(dir); err == nil && len(es) > 0 {
		return fmt.Errorf("%s is not empty: choose a new directory", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	for _, name := range zone.Files() {
		b, err := zone.File(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return fmt.Errorf("sample: %w", err)
		}
	}
	for _, table := range zone.Tables() {
		if err := sampleTable(filepath.Join(dir, table+".csv"), table, size, seed); err != nil {
			return err
		}
	}
	return nil
}

func sampleTable(path, table string, size zone.Size, seed uint64) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := zone.Write(w, table, size, seed); err != nil {
		return err
	}
	return w.Flush()
}
