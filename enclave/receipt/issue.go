package receipt

import (
	"fmt"
	"slices"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"yumen/catalog"
	"yumen/internal/canonical"
)

// The names of the files of a bundle beside the data.
const (
	FileLabel   = "LABEL.txt"
	FileReceipt = "receipt.json"
	FileProof   = "receipt.proof"
)

// Issued is a signed receipt and its label, ready to lie beside the data. Digest is what the log entry holds.
type Issued struct {
	Label   []byte         // LABEL.txt
	Receipt []byte         // receipt.json
	Digest  catalog.Digest // digest of Receipt
}

// Issue signs a receipt. It refuses one that would not verify: an incomplete one, or one whose votes are not what its review
// demands. It does not check the data files; whoever calls has just written them.
func Issue(r Receipt, gateway dsse.Signer) (Issued, error) {
	if err := r.Validate(); err != nil {
		return Issued{}, err
	}
	if _, err := r.openVotes(nil); err != nil {
		return Issued{}, fmt.Errorf("receipt: %w", err)
	}
	label := Label(r)
	env, err := signStatement(gateway, newStatement(receiptPredicateType, r, r.subjects(label)...))
	if err != nil {
		return Issued{}, err
	}
	b, err := canonical.Marshal(env)
	if err != nil {
		return Issued{}, err
	}
	b = append(b, '\n')
	return Issued{Label: label, Receipt: b, Digest: catalog.DigestOf(b)}, nil
}

// subjects are all files that the receipt covers: the label, then the data files.
func (r Receipt) subjects(label []byte) []subject {
	out := []subject{newSubject(FileLabel, catalog.DigestOf(label))}
	for _, f := range r.Files {
		out = append(out, newSubject(f.Name, f.Digest))
	}
	return out
}

// open verifies receipt.json against the pinned keys and returns its receipt and votes. The files are not checked here.
func open(b []byte, keys Keys) (Receipt, []Vote, error) {
	if len(b) == 0 || b[len(b)-1] != '\n' {
		return Receipt{}, nil, fmt.Errorf("%w: the receipt is cut", ErrNotGenuine)
	}
	var env dsse.Envelope
	if err := canonical.Unmarshal(b[:len(b)-1], &env); err != nil {
		return Receipt{}, nil, fmt.Errorf("%w: envelope: %w", ErrNotGenuine, err)
	}
	if len(env.Signatures) != 1 {
		return Receipt{}, nil, fmt.Errorf("%w: a receipt has one signature", ErrNotGenuine)
	}
	key, ok := keys.gateway(env.Signatures[0].KeyID)
	if !ok {
		return Receipt{}, nil, fmt.Errorf("%w: the receipt is signed by a key that is not pinned", ErrNotGenuine)
	}
	st, err := openStatement[Receipt](&env, key)
	if err != nil {
		return Receipt{}, nil, err
	}
	r := st.Predicate
	if err := st.checkType(receiptPredicateType); err != nil {
		return Receipt{}, nil, err
	}
	if err := r.Validate(); err != nil {
		return Receipt{}, nil, fmt.Errorf("%w: %w", ErrNotGenuine, err)
	}
	if !slices.Equal(st.Subject, r.subjects(Label(r))) {
		return Receipt{}, nil, fmt.Errorf("%w: the receipt's subjects are not its files", ErrNotGenuine)
	}
	if r.Zone != keys.Zone {
		return Receipt{}, nil, fmt.Errorf("%w: the receipt is of another zone", ErrNotGenuine)
	}
	votes, err := r.openVotes(keys.Reviewers)
	return r, votes, err
}
