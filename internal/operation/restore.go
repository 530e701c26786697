package operation

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/invariant"
	"yumen/internal/durable"
	"yumen/internal/faultpoint"
	"yumen/internal/keyring"
	"yumen/internal/metastore/sqlite"
)

// RestoreConfig says what to restore, and where to. Everything is required unless a field says otherwise.
type RestoreConfig struct {
	In     string // the backup
	Dir    string // a directory that is absent or empty
	Master keyring.File
	Epoch  string // file with the epoch key
	// Apart leaves the two keys where they are; otherwise copies are laid into the directory, as init does.
	Apart bool
	// Drill proves the backup and leaves nothing behind. Dir says where the zone is laid out meanwhile.
	Drill    bool
	Now      func() time.Time
	Progress func(files int, bytes int64)
}

// RestoreResult is what was restored.
type RestoreResult struct {
	Dir      string   `json:"dir,omitempty"` // empty for a drill
	Zone     string   `json:"zone"`
	Epoch    string   `json:"epoch"`
	Created  int64    `json:"created"` // when the backup was made, Unix milliseconds
	Entries  int64    `json:"entries"` // of the log, in the backup
	Files    int      `json:"files"`
	Bytes    int64    `json:"bytes"`
	Migrated []string `json:"migrated,omitempty"`
	// Open are findings of what the next start of the gateway finishes, such as a run that was going on.
	Open []invariant.Finding `json:"open,omitempty"`
}

// FaultyError lists what a restored zone breaks.
type FaultyError struct{ Findings []invariant.Finding }

// Error says how many rules the restored zone breaks, and the first.
func (e *FaultyError) Error() string {
	return fmt.Sprintf("the restored zone breaks %d rules, the first is %s", len(e.Findings), e.Findings[0])
}

// unfinished lies in a directory in which a backup is being laid out. It is of the form that a proof takes for a file being written.
const unfinished = ".restore.tmp"

// HalfRestored reports whether a restore into this very directory never came to its end.
func HalfRestored(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, unfinished))
	return err == nil
}

// Restore lays a backup out beside its directory, proves all of it, and then gives it its name; what fails leaves nothing behind, and what
// is killed leaves a directory that is HalfRestored. The log goes on with an entry that says so.
func Restore(ctx context.Context, c RestoreConfig) (out RestoreResult, err error) {
	if es, err := os.ReadDir(c.Dir); err == nil && len(es) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return out, fmt.Errorf("%s is not an empty directory: choose a new one", c.Dir)
	}
	epoch, err := keyring.ReadEpoch(c.Epoch)
	if err != nil {
		return out, err
	}
	parent, base := filepath.Split(filepath.Clean(c.Dir))
	stage, err := os.MkdirTemp(parentOf(parent), "."+base+".restore-*")
	if err != nil {
		return out, fmt.Errorf("restore: %w", err)
	}
	defer func() {
		if c.Drill || err != nil {
			err = errors.Join(err, os.RemoveAll(stage))
		}
	}()
	if err := durable.WriteFile(filepath.Join(stage, unfinished), 0o600, func(io.Writer) error { return nil }); err != nil {
		return out, fmt.Errorf("restore: %w", err)
	}
	r := &restoring{RestoreConfig: c, stage: stage}
	if out, err = r.lay(ctx, epoch); err != nil {
		return out, err
	}
	if c.Drill {
		return out, nil
	}
	out.Dir = c.Dir
	return out, r.name()
}

func parentOf(dir string) string {
	if dir == "" {
		return "."
	}
	return dir
}

type restoring struct {
	RestoreConfig
	stage  string
	digest catalog.Digest
}

// lay unpacks the backup into the stage and proves it.
func (r *restoring) lay(ctx context.Context, epoch keyring.Epoch) (out RestoreResult, err error) {
	m, err := r.unpack(epoch)
	if err != nil {
		return out, err
	}
	out = RestoreResult{Zone: m.Zone, Epoch: m.Epoch, Created: m.Created, Entries: m.Entries, Files: len(m.Files), Bytes: m.bytes()}
	steps, err := sqlite.Migrate(ctx, sqlite.Config{Path: filepath.Join(r.stage, storeName)}, false)
	if err != nil {
		return out, err
	}
	for _, s := range steps {
		out.Migrated = append(out.Migrated, s.Name)
	}
	if err := r.enter(ctx, m); err != nil {
		return out, err
	}
	if err := r.layKeys(); err != nil {
		return out, err
	}
	found, err := Prove(ctx, r.stage, r.Master)
	if err != nil {
		return out, err
	}
	for _, f := range found {
		if f.Rule.Unfinished() && f.Subject != unfinished {
			out.Open = append(out.Open, f)
		}
	}
	if found = slices.DeleteFunc(found, func(f invariant.Finding) bool { return f.Rule.Unfinished() }); len(found) > 0 {
		return out, &FaultyError{found}
	}
	return out, nil
}

// unpack decrypts the backup into the stage, and makes the folders that were empty.
func (r *restoring) unpack(epoch keyring.Epoch) (*Manifest, error) {
	f, err := os.Open(r.In)
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	defer f.Close()
	sum := sha256.New()
	archive, err := openArchive(io.TeeReader(f, sum), epoch)
	if errors.Is(err, keyring.ErrCiphertext) {
		err = errors.Join(ErrBackup, err)
	}
	if err != nil {
		return nil, err
	}
	m, err := unpack(archive, r.stage, r.Progress)
	if err != nil {
		return nil, err
	}
	r.digest = digestOf(sum)
	for _, folder := range []string{"keys/data", "keys/entity", "keys/sign", "snapshots", "artefacts"} {
		if err := os.MkdirAll(filepath.Join(r.stage, folder), 0o700); err != nil {
			return nil, fmt.Errorf("restore: %w", err)
		}
	}
	return m, nil
}

// enter goes on with the log: the zone was restored from this backup.
func (r *restoring) enter(ctx context.Context, m *Manifest) (err error) {
	st, err := sqlite.Open(ctx, sqlite.Config{Path: filepath.Join(r.stage, storeName)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return enter(ctx, st, audit.Entry{Time: r.Now().UnixMilli(), Action: audit.ActionRestore, Actor: audit.System(), Subject: m.Epoch, Outcome: "restored",
		Class: audit.Class3Years, Digests: map[string]catalog.Digest{"file": r.digest},
		Facts: map[string]string{"files": strconv.Itoa(len(m.Files)), "size": strconv.FormatInt(m.Entries, 10)}})
}

// layKeys copies the two keys into the stage.
func (r *restoring) layKeys() error {
	if r.Apart {
		return nil
	}
	for from, name := range map[string]string{r.Master.Path: "master.key", r.Epoch: "epoch.key"} {
		b, err := os.ReadFile(from)
		if err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		err = durable.WriteFile(filepath.Join(r.stage, name), 0o600, func(w io.Writer) error {
			_, err := w.Write(b)
			return err
		})
		clear(b)
		if err != nil {
			return fmt.Errorf("restore: %w", err)
		}
	}
	return nil
}

// name gives the stage the directory's name, when everything in it is on the disk.
func (r *restoring) name() error {
	faultpoint.Hit(faultpoint.RestoreProven)
	if err := durable.RemoveFile(filepath.Join(r.stage, unfinished)); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	err := filepath.WalkDir(r.stage, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return syncDir(path)
	})
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := os.Rename(r.stage, r.Dir); err != nil { // over an empty directory, or a name that is free
		return fmt.Errorf("restore: %w", err)
	}
	faultpoint.Hit(faultpoint.RestoreNamed)
	return syncDir(parentOf(filepath.Dir(filepath.Clean(r.Dir))))
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
