// Package contexts owns the client's context file: which gateways this person uses, as whom, with which token, and which zone
// keys were pinned there. The file is a secret: mode 0600 or it is not read.
package contexts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"

	"go.yaml.in/yaml/v3"
)

// Default is the name of the context that is used when none is named.
const Default = "default"

// maxFile bounds the context file, in bytes.
const maxFile = 4 << 20

// Sentinels of the context file.
var (
	// ErrLoose says that others than its owner may open the file.
	ErrLoose = errors.New("others can read the context file")
	// ErrName says that a context's name is not usable.
	ErrName = errors.New("a context name is 1 to 63 letters, digits, dots, dashes or underscores")
)

// File is the content of the context file.
type File struct {
	// Current names the context that is used when neither a flag nor YUMEN_CONTEXT names one.
	Current  string             `yaml:"current,omitempty"`
	Contexts map[string]Context `yaml:"contexts,omitempty"`
}

// Context is one gateway as one person uses it.
type Context struct {
	Server string `yaml:"server"`
	// CAFile names PEM certificates of the authorities that sign the gateway's certificate. Optional.
	CAFile  string `yaml:"ca_file,omitempty"`
	User    string `yaml:"user,omitempty"`
	Token   string `yaml:"token,omitempty"`
	Expires int64  `yaml:"expires,omitempty"` // of the token, unix seconds
	// Keys is the zone's public keys document as pinned at the first login. Offline verification trusts it and nothing else.
	Keys string `yaml:"keys,omitempty"`
	// Log is the newest state of the zone's log that was verified here. A later log must begin with it.
	Log *Log `yaml:"log,omitempty"`
}

// Log is the state of a log: how many entries, and the root of the tree over them in base64.
type Log struct {
	Size int64  `yaml:"size"`
	Root string `yaml:"root"`
}

// Dir is the folder of the client's files: $XDG_CONFIG_HOME/yumen, or the system's folder for configuration.
func Dir(getenv func(string) string) (string, error) {
	if base := getenv("XDG_CONFIG_HOME"); filepath.IsAbs(base) {
		return filepath.Join(base, "yumen"), nil
	}
	base, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the configuration folder: %w", err)
	}
	return filepath.Join(base, "yumen"), nil
}

// Path is the context file within the folder.
func Path(dir string) string { return filepath.Join(dir, "contexts.yaml") }

// ValidName reports whether a context may be called so.
func ValidName(name string) bool { return nameForm.MatchString(name) }

var nameForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$`)

// Load reads the file. A file that does not exist is an empty one; one that others can open is ErrLoose.
func Load(path string) (*File, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &File{Contexts: map[string]Context{}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open the context file: %w", err)
	}
	defer f.Close()
	if err := private(f); err != nil {
		return nil, err
	}
	return decode(io.LimitReader(f, maxFile))
}

// private looks at the open file, so that what is judged is what is read.
func private(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("look at the context file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: it is not a plain file", ErrLoose)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%w: mode %04o", ErrLoose, info.Mode().Perm())
	}
	return nil
}

func decode(r io.Reader) (*File, error) {
	d := yaml.NewDecoder(r)
	d.KnownFields(true)
	out := &File{}
	if err := d.Decode(out); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the context file: %w", err)
	}
	if out.Contexts == nil {
		out.Contexts = map[string]Context{}
	}
	return out, nil
}

// Save replaces the file: create mode 0600, write, sync, rename, sync the folder. A crash leaves the old file or the new one.
func (f *File) Save(path string) error {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(f); err != nil {
		return fmt.Errorf("encode the context file: %w", err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the configuration folder: %w", err)
	}
	if err := replace(dir, path, b.Bytes()); err != nil {
		return fmt.Errorf("write the context file: %w", err)
	}
	return nil
}

func replace(dir, path string, content []byte) error {
	tmp, err := os.CreateTemp(dir, ".contexts-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(content)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // a folder cannot be synced there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
