package policyfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"yumen/catalog"
)

// Manifest is the name of the file that holds a bundle's revision.
const Manifest = ".manifest"

// Limits of a bundle.
const (
	MaxArchive = 4 << 20 // bytes of the packed bundle
	maxFile    = 1 << 20 // bytes of one file
	maxFiles   = 400
	maxName    = 200 // bytes of a path
)

// ErrForm: what should be a bundle is none.
var ErrForm = errors.New("not a policy bundle")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrForm}, args...)...)
}

// Files are the files of a bundle by their slash-separated path.
type Files map[string][]byte

// Read takes the files of a folder. Folders whose name begins with a dot, and files other than the manifest that do, are left out:
// they are the editor's and the version control's.
func Read(folder fs.FS) (Files, error) {
	files := Files{}
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := name != "." && strings.HasPrefix(path.Base(name), ".") && name != Manifest
		if d.IsDir() {
			if hidden {
				return fs.SkipDir
			}
			return nil
		}
		if hidden {
			return nil
		}
		if !d.Type().IsRegular() {
			return malformed("%s is no regular file", name)
		}
		b, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		files[name] = b
		return files.room(name)
	})
	if err != nil {
		return nil, fmt.Errorf("read the policy bundle: %w", err)
	}
	return files, nil
}

// room reports whether the bundle with the file in it is within its limits.
func (f Files) room(name string) error {
	switch {
	case len(name) > maxName || !fs.ValidPath(name):
		return malformed("a path is too long or leaves the bundle")
	case len(f[name]) > maxFile:
		return malformed("%s has more than %d bytes", name, maxFile)
	case len(f) > maxFiles:
		return malformed("more than %d files", maxFiles)
	}
	return nil
}

// Names lists the paths in order.
func (f Files) Names() []string { return slices.Sorted(maps.Keys(f)) }

// Digest names the content of the bundle: every path with the digest of its file. It does not depend on how the bundle is packed.
func (f Files) Digest() catalog.Digest {
	var sums []string
	for name, b := range f {
		sum := sha256.Sum256(b)
		sums = append(sums, hex.EncodeToString(sum[:])+"  "+name+"\n")
	}
	slices.Sort(sums)
	return catalog.DigestOf([]byte(strings.Join(sums, "")))
}

// Revision reads the manifest, in OPA's form: a revision, and the root "yumen".
func (f Files) Revision() (Revision, error) {
	raw, ok := f[Manifest]
	if !ok {
		return Revision{}, malformed("no %s", Manifest)
	}
	var m struct {
		Revision string   `json:"revision"`
		Roots    []string `json:"roots"`
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return Revision{}, malformed("%s: %v", Manifest, err)
	}
	if !slices.Equal(m.Roots, []string{"yumen"}) {
		return Revision{}, malformed("%s: the one root is yumen", Manifest)
	}
	return ParseRevision(m.Revision)
}
