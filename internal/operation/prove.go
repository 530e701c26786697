package operation

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"yumen/enclave/invariant"
	"yumen/internal/durable"
	"yumen/internal/keyring"
	"yumen/internal/metastore/sqlite"
)

// The parts of a zone's directory.
const (
	storeName = "meta.db"
	keysName  = "keys"
)

// StoreFinding is the finding of a store whose pages, indexes or constraints are damaged.
const StoreFinding invariant.Rule = "store-whole"

// Prove lists everything in a zone that breaks a rule (package invariant). It holds the zone's lock meanwhile, and fails with
// metastore.ErrLocked while a gateway serves it. It changes nothing.
func Prove(ctx context.Context, dir string, master keyring.Provider) (found []invariant.Finding, err error) {
	path := filepath.Join(dir, storeName)
	held, err := sqlite.Hold(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	keys, err := keyring.Open(filepath.Join(dir, keysName), keyring.Config{Master: master})
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	defer func() { err = errors.Join(err, keys.Close()) }()
	st, err := sqlite.OpenBeside(ctx, sqlite.Config{Path: path, Readers: 1})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := st.Check(ctx); errors.Is(err, sqlite.ErrDamaged) {
		found = append(found, invariant.Finding{Rule: StoreFinding, Subject: storeName})
	} else if err != nil {
		return nil, err
	}
	err = st.View(ctx, func(tx *sqlite.Tx) error {
		more, err := invariant.Check(invariant.Zone{Records: tx, Keys: keys, Files: os.DirFS(dir)})
		found = append(found, more...)
		return err
	})
	return found, err
}

// Sweep removes the files of a zone that were being written when their writer died. Nobody else may write to the zone meanwhile.
func Sweep(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Type().IsRegular() && invariant.Partial(path) {
			if err := durable.RemoveFile(path); err != nil {
				return fmt.Errorf("remove an unfinished file: %w", err)
			}
		}
		return nil
	})
}
