package enclave

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"yumen/enclave/disclosure"
)

// jitter raises each cell's threshold by 0..most, keyed by the canonical cell: the same cell always by the same, whoever asks.
func (s *Service) jitter(t *disclosure.Table, most int64) error {
	if most <= 0 {
		return nil
	}
	key, err := s.keys.Secret("threshold-jitter")
	if err != nil {
		return fmt.Errorf("jitter: %w", err)
	}
	for i := range t.Rows {
		for j := range t.Rows[i].Groups {
			g := &t.Rows[i].Groups[j]
			mac := hmac.New(sha256.New, key[:])
			mac.Write([]byte(g.Canon))
			// The modulus is at most 4, which divides 2^64: no bias.
			g.Jitter = int64(binary.BigEndian.Uint64(mac.Sum(nil)) % uint64(most+1))
		}
	}
	return nil
}
