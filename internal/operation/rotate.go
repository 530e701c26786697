package operation

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"yumen/enclave/audit"
	"yumen/internal/keyring"
	"yumen/internal/metastore/sqlite"
)

// EpochSubject and MasterSubject are what an entry key.rotate is about.
const (
	EpochSubject  = "epoch"
	MasterSubject = "master"
)

// RotateEpoch ends an epoch: no backup that was made before opens any more. The gateway may be serving. The log has the entry before the
// key is destroyed; a call that fails afterwards can be repeated.
func RotateEpoch(ctx context.Context, dir, file string, now func() time.Time) (keyring.Epoch, error) {
	if err := enterRotation(ctx, dir, EpochSubject, now); err != nil {
		return keyring.Epoch{}, err
	}
	next, err := keyring.RotateEpoch(file)
	if errors.Is(err, fs.ErrNotExist) {
		return keyring.CreateEpoch(file) // the old one is lost, and its backups with it
	}
	return next, err
}

// RotateMaster makes a fresh master key, wraps every key anew and destroys the old one. It fails with metastore.ErrLocked while a gateway
// serves the zone. A call that was interrupted is finished by the next one.
func RotateMaster(ctx context.Context, dir, file string, now func() time.Time) (err error) {
	held, err := sqlite.Hold(filepath.Join(dir, storeName))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	if err := enterRotation(ctx, dir, MasterSubject, now); err != nil {
		return err
	}
	return keyring.RotateMaster(filepath.Join(dir, keysName), file)
}

func enterRotation(ctx context.Context, dir, subject string, now func() time.Time) (err error) {
	st, err := sqlite.OpenBeside(ctx, sqlite.Config{Path: filepath.Join(dir, storeName), Readers: 1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return enter(ctx, st, audit.Entry{Time: now().UnixMilli(), Action: audit.ActionKeyRotate, Actor: audit.System(), Subject: subject, Outcome: "rotated",
		Class: audit.Class5Years})
}
