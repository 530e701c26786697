package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"yumen/internal/keyring"
	"yumen/internal/operation"
)

func backupCommand() *cobra.Command {
	var dir, file, out, key string
	c := &cobra.Command{
		Use:   "backup",
		Short: "write an encrypted backup of a zone, also while it is served 备份专区",
		Long: "Writes the state of one moment into one file, encrypted under the epoch key: metastore, log, wrapped keys, snapshots and artefacts.\n" +
			"Neither the master key nor the epoch key is in it: keep copies of both where the backup is not.",
		Example: "  yumend backup --data /var/lib/yumen --out /mnt/backup/yumen-2026-03-02.backup",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := holdsZone(dir); err != nil {
				return err
			}
			cfg, err := readConfig(dir, file)
			if err != nil {
				return err
			}
			override(&cfg.EpochKey, key)
			epoch, err := keyring.ReadEpoch(cfg.EpochKey)
			if errors.Is(err, fs.ErrNotExist) && key == "" {
				epoch, err = keyring.CreateEpoch(cfg.EpochKey)
				fmt.Fprintf(cmd.ErrOrStderr(), "new epoch key %s: keep a copy where the backups are not 已生成新的纪元密钥，请另行保存副本\n", cfg.EpochKey)
			}
			if err != nil {
				return err
			}
			done, stop := showProgress(cmd.ErrOrStderr())
			result, err := operation.Backup(cmd.Context(), operation.BackupConfig{Dir: dir, Out: out, Master: keyring.File{Path: cfg.MasterKey}, Epoch: epoch,
				Now: newClock().Now, Progress: done})
			stop()
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(result)
		},
	}
	f := c.Flags()
	f.StringVar(&dir, "data", "", "directory of the zone")
	f.StringVar(&file, "config", "", "configuration file")
	f.StringVar(&out, "out", "", "file to write; it must not exist")
	f.StringVar(&key, "key-file", "", "epoch key (default: epoch_key of the configuration)")
	_ = c.MarkFlagRequired("data")
	_ = c.MarkFlagRequired("out")
	return c
}

func restoreCommand() *cobra.Command {
	var in, dir, master, key string
	var drill, apart bool
	c := &cobra.Command{
		Use:   "restore",
		Short: "lay a backup out as a zone, after proving all of it 恢复专区或演练恢复",
		Long: "Lays a backup out beside the new directory, proves all of it as check --deep does, and only then gives it its name. With --drill\n" +
			"nothing stays: the backup is proven, and that is all.",
		Example: "  yumend restore --in yumen.backup --data /var/lib/yumen-new --master-key master.key --key-file epoch.key\n" +
			"  yumend restore --in yumen.backup --drill --master-key master.key --key-file epoch.key",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if drill && dir == "" {
				tmp, err := os.MkdirTemp("", "yumen-drill-*")
				if err != nil {
					return fmt.Errorf("restore: %w", err)
				}
				defer os.RemoveAll(tmp)
				dir = tmp
			}
			if dir == "" {
				return usageError{told("--data 指定新目录；使用 --drill 时可以省略", "--data names the new directory; with --drill it may be left out")}
			}
			done, stop := showProgress(cmd.ErrOrStderr())
			result, err := operation.Restore(cmd.Context(), operation.RestoreConfig{In: in, Dir: dir, Master: keyring.File{Path: master}, Epoch: key, Apart: apart,
				Drill: drill, Now: newClock().Now, Progress: done})
			stop()
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(result)
		},
	}
	f := c.Flags()
	f.StringVar(&in, "in", "", "the backup")
	f.StringVar(&dir, "data", "", "directory of the new zone; must be absent or empty")
	f.StringVar(&master, "master-key", "", "the master key of the time of the backup")
	f.StringVar(&key, "key-file", "", "the epoch key of the time of the backup")
	f.BoolVar(&drill, "drill", false, "prove the backup and leave nothing behind")
	f.BoolVar(&apart, "keys-apart", false, "do not copy the two keys into the directory")
	for _, name := range []string{"in", "master-key", "key-file"} {
		_ = c.MarkFlagRequired(name)
	}
	return c
}

// showProgress keeps one line of a terminal up to date; elsewhere it is silent.
func showProgress(w io.Writer) (done func(files int, bytes int64), stop func()) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func(int, int64) {}, func() {}
	}
	var last time.Time
	return func(files int, bytes int64) {
		if now := time.Now(); now.Sub(last) > 200*time.Millisecond {
			last = now
			fmt.Fprintf(w, "\r%d files, %d MiB", files, bytes>>20)
		}
	}, func() { fmt.Fprint(w, "\r\033[K") }
}
