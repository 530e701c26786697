package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"yumen/internal/operation"
)

func keysCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "keys",
		Short:   "the keys of a zone 专区密钥",
		Example: "  yumend keys rotate --data /var/lib/yumen",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(rotateCommand())
	return c
}

func rotateCommand() *cobra.Command {
	var dir, file string
	var epoch, master bool
	c := &cobra.Command{
		Use:   "rotate",
		Short: "replace the master key and the epoch key, and destroy the old ones 更换主密钥与纪元密钥",
		Long: "A new master key wraps every key of the zone anew; the gateway must not be serving. A new epoch key ends every backup that was\n" +
			"made before: none of them opens any more. Copy the new keys to where you keep them, destroy the old copies, and back up anew.",
		Example: "  yumend keys rotate --data /var/lib/yumen\n  yumend keys rotate --data /var/lib/yumen --epoch",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := holdsZone(dir); err != nil {
				return err
			}
			cfg, err := readConfig(dir, file)
			if err != nil {
				return err
			}
			if !epoch && !master {
				epoch, master = true, true
			}
			if master {
				if err := operation.RotateMaster(cmd.Context(), dir, cfg.MasterKey, newClock().Now); err != nil {
					return err
				}
			}
			out := map[string]any{"master": master}
			if epoch {
				next, err := operation.RotateEpoch(cmd.Context(), dir, cfg.EpochKey, newClock().Now)
				if err != nil {
					return err
				}
				out["epoch"] = next.ID
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(out)
		},
	}
	f := c.Flags()
	f.StringVar(&dir, "data", "", "directory of the zone")
	f.StringVar(&file, "config", "", "configuration file")
	f.BoolVar(&epoch, "epoch", false, "the epoch key alone")
	f.BoolVar(&master, "master", false, "the master key alone")
	_ = c.MarkFlagRequired("data")
	return c
}
