package operation

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/invariant"
	"yumen/internal/durable"
	"yumen/internal/faultpoint"
	"yumen/internal/keyring"
	"yumen/internal/metastore/sqlite"
)

// BackupConfig says what to back up, and where to. Everything is required.
type BackupConfig struct {
	Dir      string // of the zone
	Out      string // file that does not exist yet
	Master   keyring.Provider
	Epoch    keyring.Epoch
	Now      func() time.Time
	Progress func(files int, bytes int64)
}

// BackupResult is what was backed up.
type BackupResult struct {
	File    string         `json:"file"`
	Digest  catalog.Digest `json:"digest"`
	Zone    string         `json:"zone"`
	Epoch   string         `json:"epoch"`
	Files   int            `json:"files"`
	Bytes   int64          `json:"bytes"`
	Entries int64          `json:"entries"`
}

// tries is how often a backup begins anew because something that it was about to copy was destroyed meanwhile.
const tries = 5

// errGone: a key or ciphertext that the copy of the store names is not there any more.
var errGone = errors.New("it was destroyed meanwhile")

// Backup writes a backup of a zone, whether a gateway serves it or not. It is the state of one moment: the store is copied first, and
// what the copy names never changes, it can only be destroyed; then the backup begins anew. The log has the backup's entry before the
// file has its name.
func Backup(ctx context.Context, c BackupConfig) (BackupResult, error) {
	var out BackupResult
	if err := place(c.Dir, c.Out); err != nil {
		return out, err
	}
	keys, err := keyring.Open(filepath.Join(c.Dir, keysName), keyring.Config{Master: c.Master})
	if err != nil {
		return out, fmt.Errorf("keyring: %w", err)
	}
	defer keys.Close()
	st, err := sqlite.OpenBeside(ctx, sqlite.Config{Path: filepath.Join(c.Dir, storeName), Readers: 1})
	if err != nil {
		return out, err
	}
	b := &backup{BackupConfig: c, keys: keys, store: st}
	for range tries {
		err = durable.WriteFile(c.Out, 0o600, func(w io.Writer) error {
			out, err = b.write(ctx, w)
			return err
		})
		if !errors.Is(err, errGone) {
			return out, errors.Join(err, st.Close())
		}
	}
	return out, errors.Join(fmt.Errorf("a key or ciphertext is missing: stop the gateway and run yumend check --deep: %w", err), st.Close())
}

// place refuses a file that exists, and one inside the zone's own directory.
func place(dir, out string) error {
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s exists already: a backup overwrites nothing; choose another name", out)
	}
	zone, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return fmt.Errorf("the zone's directory: %w", err)
	}
	parent, err := filepath.EvalSymlinks(filepath.Dir(out))
	if err != nil {
		return fmt.Errorf("the backup's folder: %w", err)
	}
	if zone, err = filepath.Abs(zone); err != nil {
		return err
	}
	if parent, err = filepath.Abs(parent); err != nil {
		return err
	}
	if rel, err := filepath.Rel(zone, parent); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
		return errors.New("a backup does not belong into the directory that it is of: choose another medium")
	}
	return nil
}

type backup struct {
	BackupConfig
	keys  *keyring.Ring
	store *sqlite.Store
}

// write writes a whole backup and its entry.
func (b *backup) write(ctx context.Context, w io.Writer) (BackupResult, error) {
	m := &Manifest{Format: formatV1, Zone: b.keys.Zone(), Epoch: b.Epoch.ID, Created: b.Now().UnixMilli()}
	sum := sha256.New()
	w = io.MultiWriter(faultpoint.Writer(w, faultpoint.BackupHalf), sum)
	head := header(b.Epoch.ID)
	if _, err := w.Write(head); err != nil {
		return BackupResult{}, fmt.Errorf("write the backup: %w", err)
	}
	enc, err := b.Epoch.EncryptTo(w, head)
	if err != nil {
		return BackupResult{}, err
	}
	p := &packer{tar: tar.NewWriter(enc), manifest: m, progress: b.Progress}
	if err := b.pack(ctx, p); err != nil {
		return BackupResult{}, err
	}
	if err := errors.Join(p.finish(), enc.Close()); err != nil {
		return BackupResult{}, fmt.Errorf("write the backup: %w", err)
	}
	out := BackupResult{File: b.Out, Digest: digestOf(sum), Zone: m.Zone, Epoch: m.Epoch, Files: len(m.Files), Bytes: m.bytes(), Entries: m.Entries}
	return out, enter(ctx, b.store, audit.Entry{Time: b.Now().UnixMilli(), Action: audit.ActionBackupMake, Actor: audit.System(), Subject: b.Epoch.ID, Outcome: "made",
		Class: audit.Class3Years, Digests: map[string]catalog.Digest{"file": out.Digest},
		Facts: map[string]string{"files": strconv.Itoa(out.Files), "bytes": strconv.FormatInt(out.Bytes, 10), "size": strconv.FormatInt(out.Entries, 10)}})
}

// pack copies the store, then what the copy names.
func (b *backup) pack(ctx context.Context, p *packer) error {
	copied, err := b.copyStore(ctx, p.manifest)
	if err != nil {
		return err
	}
	defer copied.Close()
	if err := p.addFile(storeName, copied.File); err != nil {
		return err
	}
	ids := slices.Sorted(maps.Keys(copied.named))
	err = b.keys.Export(ids, func(name string, content []byte) error {
		return p.add(keysName+"/"+filepath.ToSlash(name), int64(len(content)), bytes.NewReader(content))
	})
	if errors.Is(err, keyring.ErrNoKey) || errors.Is(err, keyring.ErrDamaged) {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := b.packBlob(p, copied.named[id]); err != nil {
			return err
		}
	}
	return nil
}

func (b *backup) packBlob(p *packer, name string) error {
	f, err := os.Open(filepath.Join(b.Dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return errGone
	}
	if err != nil {
		return fmt.Errorf("read a ciphertext: %w", err)
	}
	defer f.Close()
	return p.addFile(name, f)
}

// storeCopy is a copy of the store that has no name any more.
type storeCopy struct {
	*os.File
	named map[string]string // paths of the ciphertexts that its records name, by id
}

// copyStore takes a copy of one moment beside the store, reads what it names, and unlinks it.
func (b *backup) copyStore(ctx context.Context, m *Manifest) (_ *storeCopy, err error) {
	f, err := os.CreateTemp(b.Dir, "."+storeName+".*.tmp")
	if err != nil {
		return nil, fmt.Errorf("copy the store: %w", err)
	}
	defer func() {
		if err = errors.Join(err, os.Remove(f.Name())); err != nil {
			_ = f.Close()
		}
	}()
	if err := b.store.Backup(ctx, f.Name()); err != nil {
		return nil, err
	}
	faultpoint.Hit(faultpoint.BackupCopied)
	st, err := sqlite.OpenBeside(ctx, sqlite.Config{Path: f.Name(), Readers: 1})
	if err != nil {
		return nil, err
	}
	steps := sqlite.Steps()
	m.Schema = steps[len(steps)-1].Version // the only one that opens
	out := &storeCopy{File: f}
	err = st.View(ctx, func(tx *sqlite.Tx) (err error) {
		if m.Entries, err = tx.AuditSize(); err != nil {
			return err
		}
		out.named, err = invariant.Named(tx)
		return err
	})
	return out, errors.Join(err, st.Close())
}
