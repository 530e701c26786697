package operation

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"

	"yumen/catalog"
	"yumen/enclave/invariant"
	"yumen/internal/canonical"
	"yumen/internal/faultpoint"
	"yumen/internal/keyring"
)

// ErrBackup means that a file is not a whole backup of this form: changed, cut, extended, or encrypted under another key.
var ErrBackup = errors.New("the backup is not genuine")

const (
	formatV1     = "yumen-backup/v1"
	manifestName = "manifest.json"
	maxHeader    = 128
	maxManifest  = 64 << 20
)

// Manifest says what a backup holds. It is the last file of the archive.
type Manifest struct {
	Format  string `json:"format"`
	Zone    string `json:"zone"`
	Epoch   string `json:"epoch"`
	Created int64  `json:"created"` // Unix milliseconds
	Schema  int64  `json:"schema"`  // of the metastore
	Entries int64  `json:"entries"` // of the log
	Files   []File `json:"files"`   // in the order of the archive
}

// File is one file of a backup, as it lies in the zone's directory.
type File struct {
	Name   string         `json:"name"`
	Size   int64          `json:"size"`
	Digest catalog.Digest `json:"digest"`
}

func (m *Manifest) bytes() (n int64) {
	for _, f := range m.Files {
		n += f.Size
	}
	return n
}

// header is the first line of a backup.
func header(epoch string) []byte { return []byte(formatV1 + " " + epoch + "\n") }

// packer writes the archive and remembers what went into it.
type packer struct {
	tar      *tar.Writer
	manifest *Manifest
	progress func(files int, bytes int64)
	bytes    int64
}

// add copies a file of a known size.
func (p *packer) add(name string, size int64, from io.Reader) error {
	h := &tar.Header{Name: name, Mode: 0o600, Size: size, Typeflag: tar.TypeReg, Format: tar.FormatPAX}
	if err := p.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(p.tar, sum), from)
	if err != nil || n != size {
		return fmt.Errorf("write the backup: %s: %w", name, errors.Join(err, errSize(n, size)))
	}
	p.manifest.Files = append(p.manifest.Files, File{Name: name, Size: size, Digest: digestOf(sum)})
	p.bytes += size
	p.progress(len(p.manifest.Files), p.bytes)
	return nil
}

func errSize(got, want int64) error {
	if got == want {
		return nil
	}
	return fmt.Errorf("%d bytes of %d", got, want)
}

// addFile copies an open file.
func (p *packer) addFile(name string, f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	return p.add(name, info.Size(), f)
}

// finish writes the manifest and ends the archive.
func (p *packer) finish() error {
	b, err := canonical.Marshal(p.manifest)
	if err != nil {
		return err
	}
	h := &tar.Header{Name: manifestName, Mode: 0o600, Size: int64(len(b)), Typeflag: tar.TypeReg, Format: tar.FormatPAX}
	if err := p.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	if _, err := p.tar.Write(b); err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	return p.tar.Close()
}

func digestOf(h hash.Hash) catalog.Digest {
	return catalog.Digest("sha256:" + hex.EncodeToString(h.Sum(nil)))
}

// openArchive decrypts a backup. The archive is whole only when it was read to io.EOF.
func openArchive(in io.Reader, epoch keyring.Epoch) (io.Reader, error) {
	var line []byte
	for len(line) < maxHeader && (len(line) == 0 || line[len(line)-1] != '\n') {
		var b [1]byte
		if _, err := io.ReadFull(in, b[:]); err != nil {
			return nil, fmt.Errorf("%w: it has no first line", ErrBackup)
		}
		line = append(line, b[0])
	}
	id, ok := strings.CutPrefix(string(line), formatV1+" ")
	if !ok {
		return nil, fmt.Errorf("%w: it is not a backup of form %s", ErrBackup, formatV1)
	}
	if strings.TrimSuffix(id, "\n") != epoch.ID {
		return nil, fmt.Errorf("%w: the backup is of another epoch than this key; a backup whose epoch key was destroyed opens for nobody", keyring.ErrEpoch)
	}
	return epoch.DecryptFrom(in, line)
}

// unpack writes the files of an archive below a directory that holds none of them, and returns the manifest, which they fit.
func unpack(archive io.Reader, dir string, progress func(files int, bytes int64)) (*Manifest, error) {
	var have []File
	var m *Manifest
	t := tar.NewReader(archive)
	for bytes := int64(0); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || h.Typeflag != tar.TypeReg || m != nil {
			return nil, errors.Join(ErrBackup, err)
		}
		if h.Name == manifestName {
			if m, err = readManifest(t); err != nil {
				return nil, err
			}
			continue
		}
		f, err := writeOut(dir, h.Name, t)
		if err != nil {
			return nil, err
		}
		faultpoint.Hit(faultpoint.RestoreHalf)
		have, bytes = append(have, f), bytes+f.Size
		progress(len(have), bytes)
	}
	if _, err := io.Copy(io.Discard, archive); err != nil { // authentic to its very end only
		return nil, errors.Join(ErrBackup, err)
	}
	if m == nil || !sameFiles(m.Files, have) {
		return nil, fmt.Errorf("%w: its files are not those of its manifest", ErrBackup)
	}
	return m, nil
}

func readManifest(from io.Reader) (*Manifest, error) {
	b, err := io.ReadAll(io.LimitReader(from, maxManifest))
	if err != nil {
		return nil, errors.Join(ErrBackup, err)
	}
	var m Manifest
	if err := canonical.Unmarshal(b, &m); err != nil || m.Format != formatV1 {
		return nil, fmt.Errorf("%w: its manifest cannot be read", ErrBackup)
	}
	return &m, nil
}

func sameFiles(a, b []File) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// writeOut writes one file of a known name, durably but for its folder.
func writeOut(dir, name string, from io.Reader) (_ File, err error) {
	if !invariant.InBackup(name) {
		return File{}, fmt.Errorf("%w: a file in it does not belong to a zone", ErrBackup)
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return File{}, fmt.Errorf("restore: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return File{}, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), from)
	if errors.Is(err, keyring.ErrCiphertext) {
		err = errors.Join(ErrBackup, err)
	}
	if err != nil {
		return File{}, fmt.Errorf("restore: %w", err)
	}
	return File{Name: name, Size: n, Digest: digestOf(sum)}, f.Sync()
}
