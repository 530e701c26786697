// Package receipt owns the format of a release's receipt: who signed what about which bytes, and how anybody with the zone's
// public keys checks it without the zone. It is a leaf, so that the client can verify without policy, sandbox or store.
//
// A bundle is a directory:
//
//	data.<format>   the files that left, one per format
//	LABEL.txt       the label, made from the receipt alone
//	receipt.json    an in-toto Statement v1 in a DSSE envelope, signed by the gateway
//	receipt.proof   the log entry that holds the digest of receipt.json, its inclusion proof and a signed checkpoint
//
// The receipt names every other file by digest and carries the reviewers' votes, each an envelope of its own by the
// reviewer's key. It cannot hold its own place in the log; receipt.proof does.
package receipt
