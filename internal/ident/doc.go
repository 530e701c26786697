// Package ident finds identifiers of persons, firms and records: in a value, inside free text, and in a whole column. It knows the
// numbers in use in China (GB 11643 resident identity numbers, GB 32100 unified social credit codes, GB 11714 organization codes,
// ISO/IEC 7812 card numbers, ISO 17442 legal entity identifiers, GA 36 plates, telephone numbers, passports, permits) and e-mail.
//
// A value is read as a person would read it: full-width letters and digits are letters and digits, spaces and hyphens between
// groups do not matter, nor do invisible characters. A match says where it is and why it is believed; it never holds the value,
// and no function of this package returns an error, so that none can carry one.
package ident

import (
	"time"

	"yumen/catalog"
)

// Kind is a kind of identifier of the catalog's closed list.
type Kind = catalog.IdentifierKind

// Proof is how far a match proves itself.
type Proof uint8

// The proofs, weakest first. Chance is the share of arbitrary values of the same length and alphabet that pass.
const (
	Shaped  Proof = iota + 1 // a form that other numbers have too: it counts under a label, or when a whole column has it
	Formed                   // a form that little else has
	Checked                  // a check digit and what else the standard fixes: chance under 1 in 1,000
)

// Match is one identifier in a text: bytes [Start, End) of it.
type Match struct {
	Kind       Kind
	Proof      Proof
	Start, End int
}

// Reader finds identifiers. It is immutable and may be shared.
type Reader struct {
	today int // yyyymmdd: nobody is born later
}

// NewReader returns a reader for which nobody is born after a day.
func NewReader(today time.Time) *Reader {
	y, m, d := today.Date()
	return &Reader{today: y*10000 + int(m)*100 + d}
}

// candidate is what a compact text may be.
type candidate struct {
	kind  Kind
	proof Proof
}

// candidates appends what a compact text (upper-case letters, digits, no separators) may be, the best proof first.
func (r *Reader) candidates(out []candidate, s string) []candidate {
	switch n := len(s); {
	case n == 18:
		if kind := r.residentKind(s); kind != "" {
			return append(out, candidate{kind, Checked})
		}
		if soundUSCC(s) {
			return append(out, candidate{catalog.IdentifierUSCC, Checked})
		}
		return card(out, s)
	case n == 16 || n == 17 || n == 19:
		return card(out, s)
	case n == 20:
		if soundLEI(s) {
			out = append(out, candidate{catalog.IdentifierLEI, Checked})
		}
		return out
	case n == 9:
		if OrgCode(s) {
			out = append(out, candidate{catalog.IdentifierOrgCode, Shaped})
		}
	case n == 12 && CNAPS(s):
		out = append(out, candidate{catalog.IdentifierCNAPS, Shaped})
	case n == 15 && r.FormerResidentID(s):
		out = append(out, candidate{catalog.IdentifierResidentID, Shaped})
	}
	if mobile(s) {
		return append(out, candidate{catalog.IdentifierMobile, Formed})
	}
	switch {
	case passport(s):
		out = append(out, candidate{catalog.IdentifierPassport, Shaped})
	case permit(s):
		out = append(out, candidate{catalog.IdentifierTravelPermit, Shaped})
	case landline(s):
		out = append(out, candidate{catalog.IdentifierLandline, Shaped})
	}
	return out
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func number(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
