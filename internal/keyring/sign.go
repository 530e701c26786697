package keyring

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"yumen/catalog"
	"yumen/enclave/receipt"
)

// The names of the signing keys.
const (
	signLog     = "log"
	signReceipt = "receipt"
	// algEd25519 is the algorithm byte of the signed-note format.
	algEd25519 = 1
)

// loadSigners opens the signing keys and derives what is public about them.
func (r *Ring) loadSigners() error {
	logKey, err := readKey(r.wrap, r.dir, kindSign, signLog)
	if err != nil {
		return err
	}
	defer clear(logKey)
	signer, vkey, err := noteSigner(r.identity.Origin, logKey)
	if err != nil {
		return err
	}
	seed, err := readKey(r.wrap, r.dir, kindSign, signReceipt)
	if err != nil {
		return err
	}
	defer clear(seed)
	r.log = signer
	if r.receipt, err = receipt.NewSigner(ed25519.NewKeyFromSeed(seed)); err != nil {
		return err
	}
	pub, err := receipt.NewPublicKey(r.receipt.Public())
	if err != nil {
		return err
	}
	r.public = receipt.Keys{
		APIVersion: catalog.APIVersion, Kind: receipt.KindKeys,
		Zone: r.identity.Zone, Log: vkey, Gateway: []receipt.PublicKey{pub},
	}
	return r.public.Validate()
}

// noteSigner makes the signer and the verifier key of signed notes (c2sp.org/signed-note) from a seed.
func noteSigner(origin string, seed []byte) (note.Signer, string, error) {
	pub := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey(origin, pub)
	if err != nil {
		return nil, "", fmt.Errorf("log key: %w", err)
	}
	hash := strings.Split(vkey, "+")[1]
	secret := base64.StdEncoding.EncodeToString(append([]byte{algEd25519}, seed...))
	signer, err := note.NewSigner("PRIVATE+KEY+" + origin + "+" + hash + "+" + secret)
	if err != nil {
		return nil, "", fmt.Errorf("log key: %w", err)
	}
	return signer, vkey, nil
}

// LogSigner signs the log's checkpoints under the zone's origin.
func (r *Ring) LogSigner() note.Signer { return r.log }

// ReceiptSigner signs receipts.
func (r *Ring) ReceiptSigner() *receipt.Signer { return r.receipt }

// PublicKeys returns the zone's public keys, without reviewers, as `yumen keys export` writes them.
func (r *Ring) PublicKeys() receipt.Keys {
	k := r.public
	k.Gateway = append([]receipt.PublicKey(nil), k.Gateway...)
	return k
}
