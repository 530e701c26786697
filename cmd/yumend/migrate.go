package main

import (
	"encoding/json"
	"path/filepath"

	"github.com/spf13/cobra"

	"yumen/internal/metastore/sqlite"
)

func migrateCommand() *cobra.Command {
	var dir string
	var dry bool
	c := &cobra.Command{
		Use:   "migrate",
		Short: "bring the store of a zone to this version's schema 升级数据库结构",
		Long: "Applies what the store's schema lacks, each step in a transaction of its own. The gateway must not be serving. Make a backup\n" +
			"with the version that wrote the store first: there is no way back but the backup.",
		Example: "  yumend migrate --data /var/lib/yumen --dry-run\n  yumend migrate --data /var/lib/yumen",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path := filepath.Join(dir, "meta.db")
			if err := holdsZone(dir); err != nil {
				return err
			}
			steps, err := sqlite.Migrate(cmd.Context(), sqlite.Config{Path: path}, dry)
			if err != nil {
				return err
			}
			names := []string{}
			for _, s := range steps {
				names = append(names, s.Name)
			}
			have, err := sqlite.Version(cmd.Context(), path)
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"schema": have, "steps": names, "dry_run": dry})
		},
	}
	c.Flags().StringVar(&dir, "data", "", "directory of the zone")
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would be done, and do nothing")
	_ = c.MarkFlagRequired("data")
	return c
}
