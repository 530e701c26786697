package keyring

import (
	"errors"
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
)

// ErrCiphertext means that a stream is not what was encrypted under its id: changed, cut, extended, or another id's.
var ErrCiphertext = errors.New("the ciphertext does not open")

// Streams are AES-256-GCM segments of 1 MiB under a key derived per stream (Tink AES256-GCM-HKDF-1MB, HMAC-SHA256).
const (
	streamHash    = "SHA256"
	streamSegment = 1 << 20
)

// EncryptTo returns a writer that encrypts to w under the data key of id; id is authenticated with the data. The stream is
// complete only after Close, which does not close w.
func (r *Ring) EncryptTo(id string, w io.Writer) (io.WriteCloser, error) {
	s, err := r.stream(id)
	if err != nil {
		return nil, err
	}
	out, err := s.NewEncryptingWriter(w, []byte(id))
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	return out, nil
}

// DecryptFrom returns a reader of what EncryptTo wrote under id. Each segment is authentic when it is returned, but only
// io.EOF says that the stream is whole: a caller acts on nothing before it. Any damage is ErrCiphertext, for good.
func (r *Ring) DecryptFrom(id string, rd io.Reader) (io.Reader, error) {
	s, err := r.stream(id)
	if err != nil {
		return nil, err
	}
	in, err := s.NewDecryptingReader(rd, []byte(id))
	if err != nil {
		return nil, ErrCiphertext
	}
	return &reader{in: in}, nil
}

// stream makes the primitive for one id.
func (r *Ring) stream(id string) (*subtle.AESGCMHKDF, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.wrap == nil {
		return nil, ErrClosed
	}
	if !validName(id) {
		return nil, errors.New("data key: the name is malformed")
	}
	key, err := readKey(r.wrap, r.dir, kindData, id)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	s, err := subtle.NewAESGCMHKDF(key, streamHash, keySize, streamSegment, 0)
	if err != nil {
		return nil, fmt.Errorf("data key: %w", err)
	}
	return s, nil
}

// reader keeps the first failure: the library's reader reports io.EOF after a last segment that did not open.
type reader struct {
	in  io.Reader
	err error
}

// Read decrypts; whatever goes wrong in the stream is ErrCiphertext.
func (r *reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.in.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		r.err = io.EOF
	case err != nil:
		r.err = ErrCiphertext
	}
	return n, r.err
}
