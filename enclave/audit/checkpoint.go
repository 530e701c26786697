package audit

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is a state of the log: the text of a signed note (c2sp.org/tlog-checkpoint), three lines with origin, size in decimal
// and root in base64. Extension lines are not used and not accepted.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// Text returns the text of the note.
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + base64.StdEncoding.EncodeToString(c.Root[:]) + "\n"
}

// ParseCheckpoint reads exactly what Text writes.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] == "" {
		return Checkpoint{}, invalid("checkpoint has not three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := tlog.ParseHash(lines[2])
	c := Checkpoint{Origin: lines[0], Size: size, Root: root}
	if err != nil || err2 != nil || size < 0 || c.Text() != text {
		return Checkpoint{}, invalid("checkpoint has not its form")
	}
	return c, nil
}

// Head returns the log's state in this transaction, under an origin.
func Head(tx Reader, origin string) (Checkpoint, error) {
	size, err := tx.AuditSize()
	if err != nil {
		return Checkpoint{}, fmt.Errorf("audit: size: %w", err)
	}
	return headOf(tx, origin, size)
}

// headOf is the state that the log had with its first size entries.
func headOf(tx Reader, origin string, size int64) (Checkpoint, error) {
	root, err := tlog.TreeHash(size, tlog.HashReaderFunc(tx.AuditHashes))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("audit: root: %w", err)
	}
	return Checkpoint{Origin: origin, Size: size, Root: root}, nil
}

// SignCheckpoint returns the log's state as a note signed by signer, whose name is the log's origin. A signed checkpoint is a promise
// for ever: sign in a view, or let nobody have the note until the transaction has committed.
func SignCheckpoint(tx Reader, signer note.Signer) ([]byte, error) {
	if signer == nil {
		return nil, errors.New("audit: no signer")
	}
	c, err := Head(tx, signer.Name())
	if err != nil {
		return nil, err
	}
	return c.sign(signer)
}

// SignCheckpointBefore is SignCheckpoint of the state that the log had before a moment, in Unix milliseconds.
func SignCheckpointBefore(tx Reader, signer note.Signer, moment int64) ([]byte, error) {
	if signer == nil {
		return nil, errors.New("audit: no signer")
	}
	size, err := SizeBefore(tx, moment)
	if err != nil {
		return nil, err
	}
	c, err := headOf(tx, signer.Name(), size)
	if err != nil {
		return nil, err
	}
	return c.sign(signer)
}

// SizeBefore is how many entries the log had before a moment, in Unix milliseconds.
func SizeBefore(tx Reader, moment int64) (int64, error) {
	size, err := tx.AuditSize()
	if err != nil {
		return 0, fmt.Errorf("audit: size: %w", err)
	}
	var fault error
	before := sort.Search(int(size), func(i int) bool { // times are in the order of the entries
		at, err := timeOf(tx, int64(i))
		fault = errors.Join(fault, err)
		return at >= moment
	})
	return int64(before), fault
}

func (c Checkpoint) sign(signer note.Signer) ([]byte, error) {
	signed, err := note.Sign(&note.Note{Text: c.Text()}, signer)
	if err != nil {
		return nil, fmt.Errorf("audit: sign the checkpoint: %w", err)
	}
	return signed, nil
}

// OpenCheckpoint verifies a signed checkpoint: a key among keys that bears the name of the origin must have signed it, and the note
// must be spelled in the one way that its content allows. Signatures by unknown keys, as of witnesses, are left aside.
func OpenCheckpoint(signed []byte, keys note.Verifiers) (Checkpoint, error) {
	n, err := note.Open(signed, keys)
	if err != nil {
		return Checkpoint{}, invalid("checkpoint is not signed by a known key")
	}
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if !slices.ContainsFunc(n.Sigs, func(s note.Signature) bool { return s.Name == c.Origin }) {
		return Checkpoint{}, invalid("checkpoint is not signed by its own log")
	}
	if err := strictSignatures(signed[len(n.Text):], len(n.Sigs)+len(n.UnverifiedSigs)); err != nil {
		return Checkpoint{}, err
	}
	return c, nil
}

// strictSignatures refuses the spellings that note.Open overlooks: spare bits at the end of base64, and a signature given twice.
func strictSignatures(block []byte, want int) error {
	lines := strings.Split(strings.TrimSuffix(string(block), "\n"), "\n")
	if lines[0] != "" || len(lines)-1 != want {
		return invalid("checkpoint has a signature twice")
	}
	for _, line := range lines[1:] {
		_, encoded, _ := strings.Cut(strings.TrimPrefix(line, "— "), " ")
		if _, err := base64.StdEncoding.Strict().DecodeString(encoded); err != nil {
			return invalid("checkpoint has a signature in loose base64")
		}
	}
	return nil
}
