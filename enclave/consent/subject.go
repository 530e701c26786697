package consent

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"yumen/catalog"
)

// MaxRows is the most rows of one file.
const MaxRows = 20_000

// Authorization is what one row of a file says. The subject is a keyed hash: the identifier stays in the row that was read.
type Authorization struct {
	Subject  string         `json:"subject"` // 64 hexadecimal digits
	Evidence catalog.Digest `json:"evidence"`
	NotAfter int64          `json:"not_after"` // unix seconds, first second after it
}

// Hasher turns identifiers of one entity type into keyed hashes.
type Hasher struct {
	Key     [32]byte
	Type    string // of the entity
	Columns []*catalog.Column
}

// Subject is HMAC-SHA-256 under the zone's key over the entity type and each part of the key in canonical text, each after its length in
// 4 bytes: without the key nobody can try identifiers.
func (h *Hasher) Subject(parts []string) string {
	mac := hmac.New(sha256.New, h.Key[:])
	for _, p := range append([]string{h.Type}, parts...) {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(p))))
		mac.Write([]byte(p))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// RowError is a row that cannot be taken. It names the line and the column, never a value.
type RowError struct {
	Line   int
	Column string
}

// Error names the place.
func (e *RowError) Error() string { return fmt.Sprintf("line %d: column %s", e.Line, e.Column) }

// Columns that a file has beside the subject's.
const (
	ColumnEvidence = "evidence"
	ColumnUntil    = "not_after"
)

var zoneTime = time.FixedZone("CST", 8*60*60)

// Read reads a CSV file of authorizations: the key columns of the subject, the digest of the evidence, and the last day (+08:00). Without
// ends, the file names subjects alone, for a withdrawal. An empty subject, or a wildcard, is refused (BJ-OPS-25d).
func (h *Hasher) Read(text string, ends bool) ([]Authorization, error) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix([]byte(text), []byte("\xef\xbb\xbf"))))
	in.ReuseRecord = true
	head, err := in.Read()
	if err != nil {
		return nil, &RowError{Line: 1, Column: "header"}
	}
	want := []string{}
	for _, c := range h.Columns {
		want = append(want, c.Name)
	}
	if ends {
		want = append(want, ColumnEvidence, ColumnUntil)
	}
	at := make([]int, len(want))
	for i, name := range want {
		if at[i] = slices.IndexFunc(head, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), name) }); at[i] < 0 {
			return nil, &RowError{Line: 1, Column: name}
		}
	}
	var out []Authorization
	for line := 2; ; line++ {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil || len(out) == MaxRows {
			return nil, &RowError{Line: line, Column: "row"}
		}
		a, column := h.row(row, at, ends)
		if column != "" {
			return nil, &RowError{Line: line, Column: column}
		}
		out = append(out, a)
	}
}

// row reads one row; the column is the one that cannot be taken.
func (h *Hasher) row(row []string, at []int, ends bool) (a Authorization, column string) {
	parts := make([]string, len(h.Columns))
	for i, c := range h.Columns {
		text := row[at[i]]
		if strings.TrimSpace(text) == "" || strings.ContainsAny(text, "*%?") {
			return a, c.Name
		}
		canon, err := catalog.CanonicalValue(c.Type, text)
		if err != nil {
			return a, c.Name
		}
		parts[i] = canon
	}
	a.Subject = h.Subject(parts)
	if !ends {
		return a, ""
	}
	n := len(h.Columns)
	a.Evidence = catalog.Digest(strings.TrimSpace(row[at[n]]))
	if a.Evidence.Validate() != nil {
		return a, ColumnEvidence
	}
	day, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(row[at[n+1]]), zoneTime)
	if err != nil {
		return a, ColumnUntil
	}
	a.NotAfter = day.AddDate(0, 0, 1).Unix()
	return a, ""
}
