package receipt

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"yumen/catalog"
	"yumen/internal/canonical"
)

const promotionPredicateType = "urn:yumen:promotion:v1"

// maxPromotion bounds a promotion in bytes.
const maxPromotion = 1 << 20

// Promotion says that a zone has approved a computation, and under which declarations: what another zone needs to take it over. It proves
// where the text comes from, and lets nothing run.
type Promotion struct {
	Zone         string         `json:"zone"`        // of origin
	Environment  string         `json:"environment"` // of that zone
	Jurisdiction string         `json:"jurisdiction"`
	Computation  string         `json:"computation"` // its name
	Document     string         `json:"document"`    // canonical JSON of its declaration
	Digest       catalog.Digest `json:"digest"`      // of the version that was approved: the document with its domains
	// Declarations are those of its datasets that it was developed against, sorted by dataset.
	Declarations []Declaration `json:"declarations"`
	Approved     time.Time     `json:"approved"` // UTC, whole seconds
	Issued       time.Time     `json:"issued"`
	Key          string        `json:"key"` // KeyID of the gateway's key that signs
}

// Declaration names one version of a dataset's declaration.
type Declaration struct {
	Dataset string         `json:"dataset"`
	Digest  catalog.Digest `json:"digest"`
}

// Validate reports whether the promotion is complete.
func (p Promotion) Validate() error {
	if !catalog.ValidID(catalog.PrefixZone, p.Zone) {
		return errors.New("promotion: the zone's identifier is malformed")
	}
	if err := errors.Join(validLines(p.Environment, p.Jurisdiction, p.Computation, p.Key), validDigests(p.Digest), validTimes(p.Approved, p.Issued)); err != nil {
		return fmt.Errorf("promotion: %w", err)
	}
	if p.Document == "" || len(p.Declarations) == 0 {
		return errors.New("promotion: no document, or no declaration")
	}
	for _, d := range p.Declarations {
		if err := errors.Join(validLines(d.Dataset), validDigests(d.Digest)); err != nil {
			return fmt.Errorf("promotion: %w", err)
		}
	}
	if !slices.IsSortedFunc(p.Declarations, func(a, b Declaration) int { return strings.Compare(a.Dataset, b.Dataset) }) {
		return errors.New("promotion: declarations are sorted")
	}
	return nil
}

func (p Promotion) subject() []subject {
	return []subject{newSubject("computation", p.Digest)}
}

// SignPromotion signs a promotion with the key that it names: canonical JSON of the envelope and one newline.
func SignPromotion(s dsse.Signer, p Promotion) ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if id, err := s.KeyID(); err != nil || id != p.Key {
		return nil, errors.New("promotion: it names another key")
	}
	env, err := signStatement(s, newStatement(promotionPredicateType, p, p.subject()...))
	if err != nil {
		return nil, err
	}
	b, err := canonical.Marshal(env)
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

// OpenPromotion verifies a promotion against the keys of the zones that are trusted, and returns it with the key that signed it. What is
// signed by no such key, or says that it comes from another zone than the key's, is ErrNotGenuine.
func OpenPromotion(text []byte, trusted []Keys) (Promotion, PublicKey, error) {
	none := func(why string) (Promotion, PublicKey, error) {
		return Promotion{}, PublicKey{}, fmt.Errorf("%w: %s", ErrNotGenuine, why)
	}
	if len(text) == 0 || len(text) > maxPromotion || text[len(text)-1] != '\n' {
		return none("the promotion is cut or too long")
	}
	var env dsse.Envelope
	if err := canonical.Unmarshal(text[:len(text)-1], &env); err != nil || len(env.Signatures) != 1 {
		return none("no envelope with one signature")
	}
	for _, zone := range trusted {
		key, known := zone.gateway(env.Signatures[0].KeyID)
		if !known {
			continue
		}
		st, err := openStatement[Promotion](&env, key)
		if err != nil {
			return Promotion{}, PublicKey{}, err
		}
		if err := st.checkType(promotionPredicateType); err != nil {
			return Promotion{}, PublicKey{}, err
		}
		p := st.Predicate
		if err := p.Validate(); err != nil || p.Zone != zone.Zone || p.Key != key.ID || !slices.Equal(st.Subject, p.subject()) {
			return none("the promotion is incomplete, or of another zone than its key")
		}
		return p, key, nil
	}
	return none("it is signed by a key that is not trusted")
}
