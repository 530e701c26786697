package noise

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
)

// Labels that separate what is derived from one noise secret. They are part of the noise: a changed label changes every answer.
const (
	saltNoise = "yumen/noise/v1"
	infoDraw  = "draw\x00"
	infoName  = "name\x00"
	// infoFactor is followed by p, the length of an entity type, the type and a column.
	infoFactor = "factor\x00"
)

// SecretSize is the length of a noise secret in bytes.
const SecretSize = 32

// Secret is the zone's noise secret. It never leaves the gateway; who has it can take the noise off every answer.
type Secret [SecretSize]byte

// String shows nothing, so that no log line can.
func (Secret) String() string { return "(secret)" }

// GoString shows nothing.
func (Secret) GoString() string { return "(secret)" }

// derive is HKDF-SHA256 (RFC 5869): extract under the package's salt, expand under a label and a context.
func (s Secret) derive(label, context string) ([]byte, error) {
	prk, err := hkdf.Extract(sha256.New, s[:], []byte(saltNoise))
	if err != nil {
		return nil, fmt.Errorf("noise: extract: %w", err)
	}
	key, err := hkdf.Expand(sha256.New, prk, label+context, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("noise: expand: %w", err)
	}
	return key, nil
}

// Source makes the noise of one snapshot. It is not safe for concurrent use; a second one for the same snapshot makes the same noise.
type Source struct {
	draw, name hash.Hash
	stream     stream
	secret     Secret // of the factors, which are the same for every snapshot
}

// New is the source of the noise over one snapshot, or over one set of them: the canonical bytes that name what the rows were read from.
func New(secret Secret, snapshot []byte) (*Source, error) {
	draw, err := secret.derive(infoDraw, string(snapshot))
	if err != nil {
		return nil, err
	}
	name, err := secret.derive(infoName, string(snapshot))
	if err != nil {
		return nil, err
	}
	return &Source{draw: hmac.New(sha256.New, draw), name: hmac.New(sha256.New, name), secret: secret}, nil
}

// Name is what a ledger of charged cells keeps of a cell at a scale: equal names are equal noise. It is keyed, so that nobody finds a cell by
// trying what it might have been.
type Name [sha256.Size]byte

// Name of a canonical cell at a scale, over the source's snapshot.
func (s *Source) Name(scale Scale, cell []byte) Name {
	var out Name
	s.name.Reset()
	s.name.Write(scale.encode())
	s.name.Write(cell)
	s.name.Sum(out[:0])
	return out
}

// stream is the coin tosses of one cell: block i is HMAC-SHA256 over i, the scale and the cell, read from its most significant bit.
type stream struct {
	mac     hash.Hash
	message []byte // counter (8 bytes), scale, cell
	block   [sha256.Size]byte
	word    uint64 // what is left of the word being read, at the top
	left    uint   // bits left in word
	next    int    // bytes of block that have been read
	counter uint64
}

// open starts the stream of a cell. The scale is in it, for the same draw at two scales would be two equations for one value.
func (b *stream) open(mac hash.Hash, scale Scale, cell []byte) {
	b.mac = mac
	b.message = append(append(append(b.message[:0], make([]byte, 8)...), scale.encode()...), cell...)
	b.left, b.next, b.counter = 0, len(b.block), 0
}

// refill reads the next word, from the next block when the last one is used up.
func (b *stream) refill() {
	if b.next == len(b.block) {
		binary.BigEndian.PutUint64(b.message, b.counter)
		b.counter++
		b.mac.Reset()
		b.mac.Write(b.message)
		b.mac.Sum(b.block[:0])
		b.next = 0
	}
	b.word, b.left = binary.BigEndian.Uint64(b.block[b.next:]), 64
	b.next += 8
}

// bit is the next bit.
func (b *stream) bit() bool {
	if b.left == 0 {
		b.refill()
	}
	out := b.word>>63 == 1
	b.word, b.left = b.word<<1, b.left-1
	return out
}
