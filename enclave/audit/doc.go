// Package audit owns the evidence: the form of a log entry, the append-only Merkle log, its checkpoints, proofs, tiles and exports.
//
// # The log
//
// An entry is canonical JSON (RFC 8785) without data values: who did what to which thing, with which outcome, and the digests of what
// it rests on. Entries are numbered from 0; their RFC 6962 hashes are stored with them, in the transaction of the state that they
// describe, so that there is no effect without evidence. A checkpoint (c2sp.org/tlog-checkpoint) is a signed note of the log's size and
// root; a proof (c2sp.org/tlog-proof) carries an entry, its path to the root and a checkpoint; an export is the log as static files
// (c2sp.org/tlog-tiles):
//
//	checkpoint               the signed note, written last
//	tile/<L>/<N>[.p/<W>]     hashes at level 8·L, 256 a tile
//	tile/entries/<N>[.p/<W>] entries, each with its length in two bytes before it
//
// Package verify proves an export or a proof from public keys alone. It shares the formats of this package and none of its writing.
//
// # Trust
//
// The store below is not trusted with the truth: what it returns is checked against signed checkpoints by whoever verifies. The signer
// is. Whoever holds its key and the store can write another history; a checkpoint kept by somebody else convicts him.
package audit
