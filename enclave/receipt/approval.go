package receipt

import (
	"errors"
	"fmt"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"yumen/catalog"
)

// BundleApproval is one person's word that a policy bundle may decide in one zone, in the place of the one that decided when he signed.
// Two people's make it decide. The reason that he gave is no part of it: free text stays inside.
type BundleApproval struct {
	Zone     string         `json:"zone"`
	Bundle   catalog.Digest `json:"bundle"`
	Revision string         `json:"revision"`
	Previous catalog.Digest `json:"previous"` // the bundle that decided when this was signed
	Rollback bool           `json:"rollback"` // an explicit way back to a bundle that decided before
	Signer   Voter          `json:"signer"`
	Key      string         `json:"key"`  // KeyID of the signer's key
	Time     time.Time      `json:"time"` // UTC, whole seconds, by the signer's clock; the log has the order
}

// Validate reports whether the approval is complete.
func (a BundleApproval) Validate() error {
	if !catalog.ValidID(catalog.PrefixZone, a.Zone) {
		return errors.New("approval of a bundle: the zone's identifier is malformed")
	}
	if err := validDigests(a.Bundle, a.Previous); err != nil {
		return fmt.Errorf("approval of a bundle: %w", err)
	}
	if a.Bundle == a.Previous {
		return errors.New("approval of a bundle: it decides already")
	}
	if err := validLines(a.Revision, a.Signer.Account, a.Signer.Person, a.Signer.Organization, a.Key); err != nil {
		return fmt.Errorf("approval of a bundle: %w", err)
	}
	return validTimes(a.Time)
}

// SignBundle signs an approval with the signer's own key, whose id the approval must name.
func SignBundle(s dsse.Signer, a BundleApproval) (*dsse.Envelope, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	id, err := s.KeyID()
	if err != nil {
		return nil, fmt.Errorf("sign a bundle: %w", err)
	}
	if id != a.Key {
		return nil, errors.New("the approval names another key than the one that signs it")
	}
	return signStatement(s, newStatement(bundlePredicateType, a, newSubject("bundle", a.Bundle)))
}

// OpenBundle verifies an approval against the registration of its signer's key.
func OpenBundle(env *dsse.Envelope, by Reviewer) (BundleApproval, error) {
	if err := by.Validate(); err != nil {
		return BundleApproval{}, err
	}
	st, err := openStatement[BundleApproval](env, by.Key)
	if err != nil {
		return BundleApproval{}, fmt.Errorf("approval of a bundle: %w", err)
	}
	if err := st.checkType(bundlePredicateType); err != nil {
		return BundleApproval{}, fmt.Errorf("approval of a bundle: %w", err)
	}
	a := st.Predicate
	if err := a.Validate(); err != nil {
		return BundleApproval{}, fmt.Errorf("%w: %w", ErrNotGenuine, err)
	}
	if len(st.Subject) != 1 || st.Subject[0] != newSubject("bundle", a.Bundle) {
		return BundleApproval{}, fmt.Errorf("%w: an approval is about one bundle", ErrNotGenuine)
	}
	if a.Key != by.Key.ID || a.Signer != (Voter{Account: by.Account, Person: by.Person, Organization: by.Organization}) {
		return BundleApproval{}, fmt.Errorf("%w: an approval is not by the person whose key signed it", ErrNotGenuine)
	}
	return a, nil
}
