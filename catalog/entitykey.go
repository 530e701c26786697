package catalog

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
)

// EntityHasher computes the hashed keys of one entity type in one zone. It is immutable and safe for concurrent use.
type EntityHasher struct {
	prefix []byte // key ‖ length of the type ‖ type
}

// NewEntityHasher returns the hasher of an entity type under the zone's 32-byte key for that type.
func NewEntityHasher(key [32]byte, entityType string) *EntityHasher {
	b := append(make([]byte, 0, 36+len(entityType)), key[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(entityType)))
	return &EntityHasher{prefix: append(b, entityType...)}
}

// Key is the hashed key of an entity: the first 8 bytes, big endian, of SHA-256 over the 32-byte key and the type and each
// part of the full key in canonical text, where the type and every part follow their length in 4 bytes, big endian.
// Canonical text is the value itself for VARCHAR, decimal digits for integers, all declared decimals for DECIMAL, ISO 8601
// for DATE, true or false for BOOLEAN.
func (h *EntityHasher) Key(parts ...string) uint64 {
	var stack [256]byte
	b := append(stack[:0], h.prefix...)
	for _, p := range parts {
		b = binary.BigEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	sum := sha256.Sum256(b)
	return binary.BigEndian.Uint64(sum[:8])
}

// EntityKey is the hashed key of one entity (see [EntityHasher.Key]).
func EntityKey(key [32]byte, entityType string, parts ...string) uint64 {
	return NewEntityHasher(key, entityType).Key(parts...)
}

// RowKey is the hashed key of a row that is an entity of its own: the entity key of its content and its occurrence among
// rows of equal content, counted from 1. The content has one part for each declared column in declared order, "=" and the
// canonical text, or the empty part for NULL; the last part is the occurrence in decimal digits.
func RowKey(key [32]byte, entityType string, columns []*string, occurrence int) uint64 {
	parts := make([]string, 0, len(columns)+1)
	for _, c := range columns {
		if c == nil {
			parts = append(parts, "")
			continue
		}
		parts = append(parts, "="+*c)
	}
	return EntityKey(key, entityType, append(parts, strconv.Itoa(occurrence))...)
}
