package invariant

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"yumen/catalog"
)

// The folders of ciphertexts and of their keys.
const (
	folderSnapshots = "snapshots"
	folderArtefacts = "artefacts"
	folderKeys      = "keys"
	folderData      = "keys/data"
)

// place is a kind of file that may lie in a zone's directory.
type place struct {
	path *regexp.Regexp
	// begins is what its content begins with; "" asks nothing, because another rule opens the file.
	begins string
	backup bool  // a backup holds it
	max    int64 // most bytes; 0 for no limit, -1 for an empty file
}

// The names of ciphertexts, which their keys share.
const (
	snapshotName = `snap_[0-9a-f]{32}-(query|identity|upload)`
	artefactName = `art_[0-9a-f]{32}`
	uploadName   = `snap_[0-9a-f]{32}-upload`
)

// places is the closed table of files.
var places = []place{
	{path: regexp.MustCompile(`^master\.key$`), begins: "yumen-master-key/v1 ", max: 256},
	{path: regexp.MustCompile(`^epoch\.key$`), begins: "yumen-epoch-key/v1 ", max: 256},
	{path: regexp.MustCompile(`^meta\.db$`), begins: "SQLite format 3\x00", backup: true},
	{path: regexp.MustCompile(`^meta\.db-wal$`), begins: "\x37\x7f\x06"},
	{path: regexp.MustCompile(`^meta\.db-shm$`)},
	{path: regexp.MustCompile(`^meta\.db\.lock$`), max: -1},
	{path: regexp.MustCompile(`^keys/keyring\.json$`), begins: "{", max: 4096, backup: true},
	{path: regexp.MustCompile(`^keys/root$`), backup: true},
	{path: regexp.MustCompile(`^keys/sign/(log|receipt)$`), backup: true},
	{path: regexp.MustCompile(`^keys/data/(` + snapshotName + `|` + artefactName + `)$`), backup: true},
	{path: regexp.MustCompile(`^keys/entity/[a-z][a-z0-9_-]{0,95}$`), backup: true},
	{path: regexp.MustCompile(`^snapshots/` + snapshotName + `$`), backup: true},
	{path: regexp.MustCompile(`^artefacts/` + artefactName + `$`), backup: true},
	// A file that arrives in parts: no record names it, a start removes it, and a backup leaves it out.
	{path: regexp.MustCompile(`^(keys/data|snapshots)/` + uploadName + `$`)},
}

// folders are the directories of a zone.
var folders = map[string]bool{".": true, "keys": true, "keys/sign": true, "keys/data": true, "keys/entity": true, "snapshots": true, "artefacts": true}

// checkDirectory: every file is of a known kind and form, whole, and its owner's alone.
func (c *checker) checkDirectory() error {
	return fs.WalkDir(c.zone.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone since the folder was read
		}
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return nil
		}
		c.must(info.Mode().Perm()&0o077 == 0 || info.Mode()&fs.ModeSymlink != 0, FilePrivate, name)
		switch {
		case d.IsDir():
			if !c.must(folders[name], FileUnknown, name) {
				return fs.SkipDir
			}
		case Partial(name):
			c.report(FilePartial, name)
		default:
			c.must(c.fits(name, info), FileUnknown, name)
			c.noteFile(name)
		}
		return nil
	})
}

// partial is how files are called while they are being written, copies of the store with SQLite's own files among them.
var partial = regexp.MustCompile(`^\..+\.tmp(-wal|-shm|-journal)?$`)

// Partial reports whether a path is that of a file which was being written when its writer died.
func Partial(name string) bool { return partial.MatchString(path.Base(name)) }

// InBackup reports whether a path is one of the files of a zone that a backup holds: everything but the two keys from outside and
// what SQLite keeps beside the store.
func InBackup(name string) bool {
	return slices.ContainsFunc(places, func(p place) bool { return p.backup && p.path.MatchString(name) })
}

// Named lists the ciphertexts that the records of a store name: their paths by id.
func Named(r Records) (map[string]string, error) {
	c := newChecker(Zone{Records: r})
	for _, step := range []func() error{c.readRecords, c.checkSnapshots, c.checkRuns, c.checkLedger, c.checkCertificates} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	out := map[string]string{}
	for id, b := range c.blobs {
		out[id] = b.folder + "/" + id
	}
	return out, nil
}

// fits reports whether a file is of a known kind and begins as its kind does.
func (c *checker) fits(name string, info fs.FileInfo) bool {
	for _, p := range places {
		if !p.path.MatchString(name) {
			continue
		}
		if !info.Mode().IsRegular() || p.max < 0 && info.Size() > 0 || p.max > 0 && info.Size() > p.max {
			return false
		}
		if p.begins == "" || info.Size() == 0 && strings.HasSuffix(name, "-wal") {
			return true
		}
		f, err := c.zone.Files.Open(name)
		if err != nil {
			return false
		}
		defer f.Close()
		head := make([]byte, len(p.begins))
		_, err = io.ReadFull(f, head)
		return err == nil && string(head) == p.begins
	}
	return false
}

// noteFile remembers data keys and ciphertexts.
func (c *checker) noteFile(name string) {
	switch folder := path.Dir(name); folder {
	case folderData:
		c.keys[path.Base(name)] = true
	case folderSnapshots, folderArtefacts:
		c.stored[name] = true
	}
}

// checkKeys: every key opens, belongs to a record, and no record lacks its key.
func (c *checker) checkKeys() error {
	damaged, err := c.zone.Keys.Damaged()
	if err != nil {
		return err
	}
	for _, name := range damaged {
		c.report(KeyOpens, folderKeys+"/"+name)
	}
	for id := range c.keys {
		_, named := c.blobs[id]
		c.must(named, KeyOrphan, id)
	}
	for id := range c.blobs {
		c.must(c.keys[id], KeyMissing, id)
	}
	return nil
}

// blob is a ciphertext that a record names.
type blob struct {
	folder string
	digest catalog.Digest // of the plaintext, "" if the record has none
	stamp  *stampDoc      // of an artefact: the files that it must hold
}

// checkBlobs: every ciphertext belongs to a record, no record lacks its own, and each opens to its end and is what the record says.
func (c *checker) checkBlobs() error {
	named := map[string]bool{}
	for id, b := range c.blobs {
		name := b.folder + "/" + id
		named[name] = true
		if c.must(c.stored[name], FileMissing, id) && c.keys[id] {
			c.must(c.whole(name, id, b) == nil, FileWhole, id)
		}
	}
	for name := range c.stored {
		c.must(named[name], FileOrphan, name)
	}
	return nil
}

var errOther = errors.New("not what its record says")

// whole decrypts a ciphertext to its end and compares its content.
func (c *checker) whole(name, id string, b blob) error {
	f, err := c.zone.Files.Open(name)
	if err != nil {
		return fmt.Errorf("open a ciphertext: %w", err)
	}
	defer f.Close()
	plain, err := c.zone.Keys.DecryptFrom(id, f)
	if err != nil {
		return err
	}
	sum := sha256.New()
	in := io.TeeReader(plain, sum)
	if b.stamp != nil {
		if err := b.stamp.holds(in); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return err
	}
	if b.digest != "" && b.digest != of(sum) {
		return errOther
	}
	return nil
}

func of(h hash.Hash) catalog.Digest {
	return catalog.Digest("sha256:" + hex.EncodeToString(h.Sum(nil)))
}

// holds compares the archive of an artefact with its stamp: every stamped file is there, byte for byte, and so is the risk report.
func (s *stampDoc) holds(in io.Reader) error {
	found := map[string]catalog.Digest{}
	for t := tar.NewReader(in); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		var content bytes.Buffer
		if _, err := io.Copy(&content, t); err != nil {
			return err
		}
		found[h.Name] = catalog.DigestOf(content.Bytes())
	}
	if found["report.json"] != s.ReportDigest {
		return errOther
	}
	for _, f := range s.Files {
		if found[f.Name] != f.Digest {
			return errOther
		}
	}
	return nil
}
