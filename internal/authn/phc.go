package authn

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// ErrHash means that a stored password hash is damaged.
var ErrHash = errors.New("not a password hash")

const (
	saltSize = 16
	keySize  = 32
)

// Cost is the work of one password (Argon2id, RFC 9106).
type Cost struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// Validate bounds the cost.
func (c Cost) Validate() error {
	if c.Memory < 8<<10 || c.Memory > 1<<20 || c.Passes < 1 || c.Passes > 16 || c.Threads < 1 || c.Threads > 16 {
		return fmt.Errorf("%w: the cost is out of range", ErrHash)
	}
	return nil
}

// phc is a password hash in the PHC string format: $argon2id$v=19$m=65536,t=3,p=4$salt$hash, base64 without padding.
type phc struct {
	cost Cost
	salt []byte
	key  []byte
}

// String returns the one spelling.
func (p phc) String() string {
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", p.cost.Memory, p.cost.Passes, p.cost.Threads,
		base64.RawStdEncoding.EncodeToString(p.salt), base64.RawStdEncoding.EncodeToString(p.key))
}

// parse reads a hash in the one spelling that String gives.
func parse(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 {
		return phc{}, ErrHash
	}
	var p phc
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.cost.Memory, &p.cost.Passes, &p.cost.Threads); err != nil {
		return phc{}, ErrHash
	}
	if err := p.cost.Validate(); err != nil {
		return phc{}, err
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil || len(p.salt) != saltSize {
		return phc{}, ErrHash
	}
	if p.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(p.key) != keySize {
		return phc{}, ErrHash
	}
	if p.String() != s {
		return phc{}, ErrHash
	}
	return p, nil
}
