package keyring

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"

	"yumen/catalog"
	"yumen/internal/durable"
)

// ErrEpoch means that an epoch key is missing, malformed, readable by others, or not the one of a backup.
var ErrEpoch = errors.New("epoch key")

const (
	epochPrefix = "yumen-epoch-key/v1 "
	prefixEpoch = catalog.Prefix("epoch")
)

// Epoch is the key under which a zone's backups of a time are encrypted. Destroying it ends all of them, and with them every copy of a
// data key that was destroyed since: what is to stay destroyed is not in a backup of the next epoch.
type Epoch struct {
	ID  string // public; names the epoch in a backup
	key [keySize]byte
}

// CreateEpoch writes a fresh epoch key to a new file, mode 0600, and refuses to replace one.
func CreateEpoch(path string) (Epoch, error) {
	if _, err := os.Lstat(path); err == nil {
		return Epoch{}, fmt.Errorf("%w: %s exists already", ErrEpoch, path)
	}
	return writeEpoch(path)
}

// RotateEpoch destroys the epoch key in a file, by overwriting it, and puts a fresh one in its place.
func RotateEpoch(path string) (Epoch, error) {
	if err := overwrite(path); err != nil {
		return Epoch{}, fmt.Errorf("%w: destroy the old one: %w", ErrEpoch, err)
	}
	return writeEpoch(path)
}

func writeEpoch(path string) (Epoch, error) {
	e := Epoch{ID: catalog.NewID(prefixEpoch)}
	if _, err := rand.Read(e.key[:]); err != nil {
		return Epoch{}, fmt.Errorf("%w: %w", ErrEpoch, err)
	}
	return e, durable.WriteFile(path, 0o600, func(w io.Writer) error {
		_, err := io.WriteString(w, epochPrefix+e.ID+" "+base64.StdEncoding.EncodeToString(e.key[:])+"\n")
		return err
	})
}

// ReadEpoch reads an epoch key from a file that only its owner can read.
func ReadEpoch(path string) (Epoch, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return Epoch{}, fmt.Errorf("%w: %w", ErrEpoch, err)
	}
	defer f.Close()
	if err := private(f); err != nil {
		return Epoch{}, fmt.Errorf("%w: %w", ErrEpoch, err)
	}
	text, err := io.ReadAll(io.LimitReader(f, 256))
	if err != nil {
		return Epoch{}, fmt.Errorf("%w: %w", ErrEpoch, err)
	}
	defer clear(text)
	return decodeEpoch(string(text))
}

// decodeEpoch reads the one spelling of an epoch key file.
func decodeEpoch(text string) (Epoch, error) {
	malformed := fmt.Errorf("%w: the file is not an epoch key", ErrEpoch)
	body, ok := strings.CutPrefix(text, epochPrefix)
	id, body, sep := strings.Cut(body, " ")
	body, end := strings.CutSuffix(body, "\n")
	if !ok || !sep || !end || !catalog.ValidID(prefixEpoch, id) || strings.ContainsAny(body, "\r\n") {
		return Epoch{}, malformed
	}
	key, err := base64.StdEncoding.Strict().DecodeString(body)
	defer clear(key)
	if err != nil || len(key) != keySize {
		return Epoch{}, malformed
	}
	e := Epoch{ID: id}
	copy(e.key[:], key)
	return e, nil
}

// EncryptTo returns a writer that encrypts to w; what is authenticated with the data is the header. The stream is complete only
// after Close, which does not close w.
func (e Epoch) EncryptTo(w io.Writer, header []byte) (io.WriteCloser, error) {
	s, err := e.stream()
	if err != nil {
		return nil, err
	}
	out, err := s.NewEncryptingWriter(w, header)
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	return out, nil
}

// DecryptFrom returns a reader of what EncryptTo wrote with this header. Only io.EOF says that it is whole; any damage, and another
// epoch's key, is ErrCiphertext.
func (e Epoch) DecryptFrom(r io.Reader, header []byte) (io.Reader, error) {
	s, err := e.stream()
	if err != nil {
		return nil, err
	}
	in, err := s.NewDecryptingReader(r, header)
	if err != nil {
		return nil, ErrCiphertext
	}
	return &reader{in: in}, nil
}

func (e Epoch) stream() (*subtle.AESGCMHKDF, error) {
	s, err := subtle.NewAESGCMHKDF(e.key[:], streamHash, keySize, streamSegment, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEpoch, err)
	}
	return s, nil
}
