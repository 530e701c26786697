package operation_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave/enclavetest"
	"yumen/enclave/invariant"
	"yumen/enclave/receipt"
	"yumen/internal/keyring"
	"yumen/internal/metastore"
	"yumen/internal/operation"
)

// kept is a zone with an epoch key and a folder for backups.
type kept struct {
	*enclavetest.Zone
	t      *testing.T
	folder string
	epoch  keyring.Epoch
}

func keep(t *testing.T) *kept {
	k := &kept{Zone: enclavetest.New(t), t: t, folder: t.TempDir()}
	var err error
	k.epoch, err = keyring.CreateEpoch(k.key())
	require.NoError(t, err)
	return k
}

func (k *kept) key() string             { return filepath.Join(k.folder, "epoch.key") }
func (k *kept) master() keyring.File    { return keyring.File{Path: filepath.Join(k.Dir, "master.key")} }
func (k *kept) path(name string) string { return filepath.Join(k.folder, name) }

func (k *kept) backup(name string) error {
	_, err := operation.Backup(k.t.Context(), operation.BackupConfig{Dir: k.Dir, Out: k.path(name), Master: k.master(), Epoch: k.epoch,
		Now: time.Now, Progress: func(int, int64) {}})
	return err
}

func (k *kept) restore(from, to string, drill bool) (operation.RestoreResult, error) {
	return operation.Restore(k.t.Context(), operation.RestoreConfig{In: k.path(from), Dir: k.path(to), Master: k.master(), Epoch: k.key(), Drill: drill,
		Now: time.Now, Progress: func(int, int64) {}})
}

// names is what lies in the folder of backups.
func (k *kept) names() (out []string) {
	es, err := os.ReadDir(k.folder)
	require.NoError(k.t, err)
	for _, e := range es {
		out = append(out, e.Name())
	}
	return out
}

// Backups that are made while answers come and go are each a whole zone.
func TestBackupWhileTheZoneChanges(t *testing.T) {
	k := keep(t)
	p, grant := k.Bank(t)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			run := k.Ask(t, p, grant, fmt.Sprintf("SELECT count(*) AS n FROM cases WHERE heard = %d", 2023+i%3))
			if run.State == "in_review" {
				_, _ = k.Service.Withdraw(t.Context(), p, run.Run)
			}
		}
	}()
	for i := range 4 {
		name := fmt.Sprintf("%d.backup", i)
		require.NoError(t, k.backup(name))
		r, err := k.restore(name, "zone", true)
		require.NoError(t, err)
		require.Positive(t, r.Entries)
		for _, f := range r.Open {
			require.Equal(t, invariant.RunUnfinished, f.Rule)
		}
	}
	close(stop)
	<-stopped
	require.Equal(t, []string{"0.backup", "1.backup", "2.backup", "3.backup", "epoch.key"}, k.names(), "drills leave nothing")
	log := k.Check(t)
	require.Equal(t, 4, enclavetest.Count(log, "backup.make", "made"))
}

// A backup with any byte changed, cut or added restores nothing, and leaves nothing.
func TestDamagedBackupRestoresNothing(t *testing.T) {
	k := keep(t)
	require.NoError(t, k.backup("whole"))
	whole, err := os.ReadFile(k.path("whole"))
	require.NoError(t, err)
	damaged := map[string][]byte{"empty": nil, "cut": whole[:len(whole)-1], "longer": append(bytes.Clone(whole), 0), "header": whole[:40],
		"half": whole[:len(whole)/2]}
	for i := 0; i < len(whole); i += 1 + len(whole)/40 {
		b := bytes.Clone(whole)
		b[i] ^= 1
		damaged[fmt.Sprint("byte ", i)] = b
	}
	for name, b := range damaged {
		require.NoError(t, os.WriteFile(k.path("bad"), b, 0o600))
		_, err := k.restore("bad", "zone", false)
		require.Error(t, err, name)
		require.Equal(t, []string{"bad", "epoch.key", "whole"}, k.names(), name)
	}
	r, err := k.restore("whole", "zone", false)
	require.NoError(t, err)
	require.Empty(t, r.Open)
	_, err = k.restore("whole", "zone", false)
	require.Error(t, err, "over a zone")
}

// What was destroyed after a backup stays destroyed when its epoch ends: the backup opens for nobody.
func TestRotationEndsAnEpoch(t *testing.T) {
	k := keep(t)
	require.NoError(t, k.backup("old"))
	next, err := keyring.RotateEpoch(k.key())
	require.NoError(t, err)
	_, err = k.restore("old", "zone", true)
	require.ErrorIs(t, err, keyring.ErrEpoch)
	k.epoch = next
	require.NoError(t, k.backup("new"))
	_, err = k.restore("new", "zone", true)
	require.NoError(t, err)
}

// A backup holds no master key, no epoch key, and nothing in clear but its first line.
func TestBackupHoldsNoKeyFromOutside(t *testing.T) {
	k := keep(t)
	require.NoError(t, k.backup("b"))
	b, err := os.ReadFile(k.path("b"))
	require.NoError(t, err)
	for _, text := range []string{"yumen-master-key", "SQLite format", "yumen-wrapped-key", "clients", "keyring"} {
		require.NotContains(t, string(b), text)
	}
	_, err = k.restore("b", "zone", false)
	require.NoError(t, err)
	require.NoError(t, os.Remove(k.path("zone/master.key")))
	require.NoError(t, os.Remove(k.path("zone/epoch.key")))
	require.False(t, slices.ContainsFunc(walk(t, k.path("zone")), func(name string) bool { return !invariant.InBackup(name) && name != "meta.db.lock" }))
}

func walk(t *testing.T, dir string) (out []string) {
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			out = append(out, filepath.ToSlash(name))
		}
		return err
	}))
	return out
}

// A zone whose key is gone is not backed up, and no file takes the backup's name.
func TestBackupOfADamagedZone(t *testing.T) {
	k := keep(t)
	keys, err := filepath.Glob(filepath.Join(k.Dir, "keys/data/*-query"))
	require.NoError(t, err)
	require.NoError(t, os.Remove(keys[0]))
	require.ErrorContains(t, k.backup("b"), "check --deep")
	require.Equal(t, []string{"epoch.key"}, k.names())
	require.Error(t, k.backup("../"+filepath.Base(k.folder)+"/epoch.key"), "over a file")
}

func TestProveWantsTheZoneForItself(t *testing.T) {
	k := keep(t)
	_, err := operation.Prove(t.Context(), k.Dir, k.master())
	require.ErrorIs(t, err, metastore.ErrLocked)
	p, grant := k.Bank(t)
	run := k.Ask(t, p, grant, "SELECT count(*) AS n FROM cases WHERE kind = 'civil'")
	require.NoError(t, k.Vote(t, "reviewer_1", run.Run, receipt.VerdictApprove))
	k.Shut(t)
	found, err := operation.Prove(t.Context(), k.Dir, k.master())
	require.NoError(t, err)
	require.Empty(t, found)

	// What a crash leaves half written is swept away; nothing else is.
	for _, name := range []string{"keys/data/.art_1.77.tmp", ".meta.db.5.tmp", ".meta.db.5.tmp-wal", "snapshots/.snap.1.tmp"} {
		require.NoError(t, os.WriteFile(filepath.Join(k.Dir, name), []byte("x"), 0o600))
	}
	found, err = operation.Prove(t.Context(), k.Dir, k.master())
	require.NoError(t, err)
	require.Len(t, found, 4)
	before := len(walk(t, k.Dir))
	require.NoError(t, operation.Sweep(k.Dir))
	require.Len(t, walk(t, k.Dir), before-4)
	found, err = operation.Prove(t.Context(), k.Dir, k.master())
	require.NoError(t, err)
	require.Empty(t, found)
}
