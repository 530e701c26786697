package audit

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	proofHeader = "c2sp.org/tlog-proof@v1\n"
	maxProof    = 1 << 20
	maxPath     = 63 // hashes in a path: a tree has fewer than 2^63 leaves
)

// Proof is a proof of inclusion that needs nothing but public keys (c2sp.org/tlog-proof). Its text is
//
//	c2sp.org/tlog-proof@v1
//	extra <base64 of the entry>
//	index <decimal>
//	<base64 of a hash, from the leaf's sibling upwards>    any number of lines
//	                                                       an empty line
//	<the signed checkpoint>
type Proof struct {
	Index      int64
	Entry      []byte // carried as the format's extra data; nil when whoever checks has the entry
	Path       tlog.RecordProof
	Checkpoint []byte // signed note, verbatim
}

// Prove makes the proof of entry n, with the entry in it, against a checkpoint of this transaction's log signed now.
func Prove(tx Reader, n int64, signer note.Signer) (Proof, error) {
	signed, err := SignCheckpoint(tx, signer)
	if err != nil {
		return Proof{}, err
	}
	size, err := tx.AuditSize()
	if err != nil {
		return Proof{}, fmt.Errorf("audit: size: %w", err)
	}
	path, err := Inclusion(tx, n, size)
	if err != nil {
		return Proof{}, err
	}
	entry, err := tx.AuditEntry(n)
	if err != nil {
		return Proof{}, fmt.Errorf("audit: entry: %w", err)
	}
	return Proof{Index: n, Entry: entry, Path: path, Checkpoint: signed}, nil
}

// Encode returns the text of the proof.
func (p Proof) Encode() []byte {
	var b bytes.Buffer
	b.WriteString(proofHeader)
	if p.Entry != nil {
		b.WriteString("extra " + base64.StdEncoding.EncodeToString(p.Entry) + "\n")
	}
	b.WriteString("index " + strconv.FormatInt(p.Index, 10) + "\n")
	for _, h := range p.Path {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteString("\n")
	b.Write(p.Checkpoint)
	return b.Bytes()
}

// ParseProof reads exactly what Encode writes. It proves nothing; see package verify.
func ParseProof(text []byte) (Proof, error) {
	if len(text) > maxProof {
		return Proof{}, invalid("proof is too large")
	}
	rest, ok := strings.CutPrefix(string(text), proofHeader)
	head, checkpoint, ok2 := strings.Cut(rest, "\n\n")
	if !ok || !ok2 || checkpoint == "" {
		return Proof{}, invalid("proof has not its form")
	}
	p := Proof{Checkpoint: []byte(checkpoint)}
	lines := strings.Split(head, "\n")
	var err error
	if encoded, ok := strings.CutPrefix(lines[0], "extra "); ok {
		if p.Entry, err = base64.StdEncoding.Strict().DecodeString(encoded); err != nil || len(p.Entry) == 0 {
			return Proof{}, invalid("proof has no entry in its extra line")
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || len(lines) > maxPath+1 {
		return Proof{}, invalid("proof has no index or too many hashes")
	}
	if p.Index, err = strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64); err != nil || p.Index < 0 {
		return Proof{}, invalid("proof has no index")
	}
	for _, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return Proof{}, invalid("proof has a hash that has not its form")
		}
		p.Path = append(p.Path, h)
	}
	if !bytes.Equal(p.Encode(), text) {
		return Proof{}, invalid("proof is not spelled strictly")
	}
	return p, nil
}
