package authn

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Failures of choosing a password.
var (
	ErrTooShort = fmt.Errorf("choose a password of at least %d characters", MinPassword)
	ErrTooLong  = fmt.Errorf("choose a password of at most %d bytes", MaxPassword)
	ErrTrivial  = errors.New("choose a password that is not one character repeated")
)

// ErrBusy means that too many passwords wait to be looked at.
var ErrBusy = errors.New("too many passwords wait to be looked at")

// maxWaiting is how many may wait.
const maxWaiting = 256

// The bounds of a password: characters at least, bytes at most.
const (
	MinPassword = 12
	MaxPassword = 1024
)

// DefaultCost is the second choice of RFC 9106 §4: 64 MiB, three passes, four lanes.
func DefaultCost() Cost { return Cost{Memory: 64 << 10, Passes: 3, Threads: 4} }

// Hasher hashes and verifies passwords at one cost. A few at a time only: each takes Cost.Memory. It is safe for concurrent use.
type Hasher struct {
	cost  Cost
	decoy string
	slots chan struct{}
	queue atomic.Int32 // who waits for a slot
}

// NewHasher makes a hasher that works on at most parallel passwords at once.
func NewHasher(cost Cost, parallel int) (*Hasher, error) {
	if parallel < 1 {
		return nil, errors.New("a hasher works on at least one password at once")
	}
	if err := cost.Validate(); err != nil {
		return nil, err
	}
	decoy := phc{cost: cost, salt: make([]byte, saltSize), key: make([]byte, keySize)} // of no password: verifying one takes the same work
	for _, b := range [][]byte{decoy.salt, decoy.key} {
		if _, err := rand.Read(b); err != nil {
			return nil, fmt.Errorf("make a decoy: %w", err)
		}
	}
	return &Hasher{cost: cost, decoy: decoy.String(), slots: make(chan struct{}, parallel)}, nil
}

// HashPassword hashes a chosen password at a cost, in PHC form. It refuses a password that CheckPassword refuses and a cost that Cost.Validate
// refuses.
func HashPassword(password string, cost Cost) (string, error) {
	if err := cost.Validate(); err != nil {
		return "", err
	}
	if err := CheckPassword(password); err != nil {
		return "", err
	}
	return hash(password, cost)
}

// Hash hashes a chosen password, in PHC form. It refuses one that CheckPassword refuses.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := CheckPassword(password); err != nil {
		return "", err
	}
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	return hash(password, h.cost)
}

// Verify reports whether a password is the one of a stored hash. For an empty hash, of an account that does not exist or was
// never activated, it does the same work and reports false. The error is the context's, or ErrHash for a damaged hash.
func (h *Hasher) Verify(ctx context.Context, stored, password string) (bool, error) {
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	known := stored != ""
	if !known {
		stored = h.decoy
	}
	if len(password) > MaxPassword {
		password = "" // no password is empty; the work stays the same
	}
	p, err := parse(stored)
	if err != nil {
		return false, err
	}
	same := subtle.ConstantTimeCompare(p.derive(password), p.key) == 1
	return same && known, nil
}

// Outdated reports whether a stored hash was made at another cost, and should be made again after the next login.
func (h *Hasher) Outdated(stored string) bool {
	p, err := parse(stored)
	return err != nil || p.cost != h.cost
}

func (h *Hasher) enter(ctx context.Context) error {
	defer h.queue.Add(-1)
	if h.queue.Add(1) > maxWaiting {
		return ErrBusy
	}
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("verify a password: %w", ctx.Err())
	}
}

func (h *Hasher) leave() { <-h.slots }

// CheckPassword reports whether a password may be chosen. Characters are counted after normalisation, and none is demanded.
func CheckPassword(password string) error {
	if len(password) > MaxPassword {
		return ErrTooLong
	}
	text := norm.NFC.String(password)
	if utf8.RuneCountInString(text) < MinPassword {
		return ErrTooShort
	}
	first, _ := utf8.DecodeRuneInString(text)
	for _, c := range text {
		if c != first {
			return nil
		}
	}
	return ErrTrivial
}

// hash makes the PHC form of a password with a fresh salt.
func hash(password string, cost Cost) (string, error) {
	if err := cost.Validate(); err != nil {
		return "", err
	}
	p := phc{cost: cost, salt: make([]byte, saltSize)}
	if _, err := rand.Read(p.salt); err != nil {
		return "", fmt.Errorf("salt: %w", err)
	}
	p.key = p.derive(password)
	return p.String(), nil
}

// derive stretches a password in normalisation form C, so that one typed on another system is the same.
func (p phc) derive(password string) []byte {
	return argon2.IDKey([]byte(norm.NFC.String(password)), p.salt, p.cost.Passes, p.cost.Memory, p.cost.Threads, keySize)
}
