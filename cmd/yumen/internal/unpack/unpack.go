// Package unpack owns the safe writing of a received tar archive: whatever the archive says, nothing is written outside the
// folder, nothing that exists is followed or replaced, and nothing but plain files comes out.
package unpack

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// Sentinels of an archive or a place that is refused.
var (
	// ErrExists says that the target holds something already.
	ErrExists = errors.New("the folder is not empty")
	// ErrName says that the archive names a file in a way that is refused.
	ErrName = errors.New("the archive holds a file name that is refused")
	// ErrShape says that the archive holds something else than plain files, or too many of them.
	ErrShape = errors.New("the archive holds more than plain files, or too many")
)

// Limits of one archive.
const (
	maxFiles = 200_000
	maxDepth = 8
)

// part is one component of a name: no leading dot, no separator, nothing a terminal or another system would take amiss.
var part = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)

// Tar writes the archive's files into dir and returns their names. It fails when dir holds something, unless force is set; then
// files of the same names are replaced and others stay. The files come up in a folder beside dir first, so a broken archive
// leaves dir as it was.
func Tar(r io.Reader, dir string, force bool) ([]string, error) {
	if err := free(dir, force); err != nil {
		return nil, err
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	staging, err := os.MkdirTemp(parent, ".yumen-*")
	if err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	defer os.RemoveAll(staging)
	names, err := extract(r, staging)
	if err != nil {
		return nil, err
	}
	return names, move(staging, dir, names)
}

func free(dir string, force bool) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the folder: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%w: %s is a file", ErrExists, dir)
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look at the folder: %w", err)
	}
	if len(left) > 0 && !force {
		return fmt.Errorf("%w: %s", ErrExists, dir)
	}
	return nil
}

func extract(r io.Reader, dir string) ([]string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open folder: %w", err)
	}
	defer root.Close()
	archive, names := tar.NewReader(r), []string(nil)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return names, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read archive: %w", err)
		}
		if h.Typeflag == tar.TypeDir {
			continue
		}
		if h.Typeflag != tar.TypeReg || len(names) == maxFiles {
			return nil, ErrShape
		}
		if err := checkName(h.Name); err != nil {
			return nil, err
		}
		if err := writeFile(root, h.Name, archive); err != nil {
			return nil, err
		}
		names = append(names, h.Name)
	}
}

func checkName(name string) error {
	parts := strings.Split(name, "/")
	if len(parts) > maxDepth {
		return ErrName
	}
	for _, p := range parts {
		if !part.MatchString(p) {
			return ErrName
		}
	}
	return nil
}

// writeFile creates the file anew: a name that comes twice is an error.
func writeFile(root *os.Root, name string, r io.Reader) error {
	if err := root.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	f, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: it comes twice", ErrName)
	}
	if err != nil {
		return fmt.Errorf("create file: %w", err)
	}
	_, err = io.Copy(f, r)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	return nil
}

func move(staging, dir string, names []string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	for _, name := range names {
		name = filepath.FromSlash(name)
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
		if err := os.Rename(filepath.Join(staging, name), to); err != nil {
			return fmt.Errorf("put file in place: %w", err)
		}
	}
	return nil
}
