package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"golang.org/x/mod/sumdb/note"
)

// FileCheckpoint is the name of the signed checkpoint in an export.
const FileCheckpoint = "checkpoint"

// Export hands every file of the log, as it is in this transaction, to write: path with slashes, and content. The checkpoint comes
// last, so that an export that was cut short has none. Public keys are not part of an export: they reach whoever verifies another way.
func Export(tx Reader, signer note.Signer, write func(name string, content []byte) error) error {
	signed, err := SignCheckpoint(tx, signer)
	if err != nil {
		return err
	}
	size, err := tx.AuditSize()
	if err != nil {
		return fmt.Errorf("audit: size: %w", err)
	}
	for t := range Tiles(size) {
		b, err := ReadTile(tx, t)
		if err != nil {
			return err
		}
		if err := write(t.Path(), b); err != nil {
			return fmt.Errorf("audit: export: %w", err)
		}
	}
	if err := write(FileCheckpoint, signed); err != nil {
		return fmt.Errorf("audit: export: %w", err)
	}
	return nil
}

// ExportDir writes an export into a directory, which it makes if need be and which must be empty.
func ExportDir(tx Reader, signer note.Signer, dir string) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("audit: export: %w", err)
	}
	if old, err := os.ReadDir(dir); err != nil || len(old) > 0 {
		return errors.Join(errors.New("audit: export: the directory is not empty"), err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("audit: export: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	return Export(tx, signer, WriterTo(root))
}

// WriterTo returns a function that writes the files of an export below a directory.
func WriterTo(root *os.Root) func(name string, content []byte) error {
	return func(name string, content []byte) error {
		if !fs.ValidPath(name) {
			return invalid("not a path of an export")
		}
		if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
			return err
		}
		return root.WriteFile(name, content, 0o600)
	}
}
