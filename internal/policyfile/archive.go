package policyfile

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Pack writes the files as a tar archive under gzip: the same bytes for the same files, wherever they are packed.
func (f Files) Pack() ([]byte, error) {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	t := tar.NewWriter(zip)
	for _, name := range f.Names() {
		h := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(f[name])), Typeflag: tar.TypeReg, Format: tar.FormatUSTAR}
		if err := t.WriteHeader(h); err != nil {
			return nil, fmt.Errorf("pack the policy bundle: %w", err)
		}
		if _, err := t.Write(f[name]); err != nil {
			return nil, fmt.Errorf("pack the policy bundle: %w", err)
		}
	}
	if err := errors.Join(t.Close(), zip.Close()); err != nil {
		return nil, fmt.Errorf("pack the policy bundle: %w", err)
	}
	if out.Len() > MaxArchive {
		return nil, malformed("more than %d bytes when packed", MaxArchive)
	}
	return out.Bytes(), nil
}

// Unpack reads an archive: regular files with paths inside the bundle, each once, within the limits, and nothing behind them.
func Unpack(archive []byte) (Files, error) {
	if len(archive) > MaxArchive {
		return nil, malformed("more than %d bytes", MaxArchive)
	}
	zip, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, malformed("no gzip: pack a folder, or give a .tar.gz")
	}
	whole := io.LimitReader(zip, maxFiles*maxFile)
	t := tar.NewReader(whole)
	files := Files{}
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, malformed("no tar archive")
		}
		if err := files.take(h, t); err != nil {
			return nil, err
		}
	}
	if _, err := io.Copy(io.Discard, whole); err != nil {
		return nil, malformed("the archive is damaged")
	}
	return files, nil
}

// take reads one member of an archive. Folders are passed over.
func (f Files) take(h *tar.Header, r io.Reader) error {
	name := strings.TrimPrefix(h.Name, "./")
	if h.Typeflag == tar.TypeDir {
		return nil
	}
	if h.Typeflag != tar.TypeReg || h.Size > maxFile {
		return malformed("a member is no regular file of at most %d bytes", maxFile)
	}
	if _, twice := f[name]; twice {
		return malformed("a file is there twice")
	}
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return malformed("the archive is damaged")
	}
	f[name] = b
	return f.room(name)
}
