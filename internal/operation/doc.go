// Package operation owns a zone's directory as an operator handles it while the gateway does not: it proves a zone, backs it up, restores
// it, and sweeps away what a crash left half written.
//
// # The backup's form
//
// A backup is one file: a line in clear, "yumen-backup/v1 EPOCH", then a Tink streaming AEAD (AES-256-GCM-HKDF, 1 MiB segments) under the
// epoch key, which authenticates that line. Inside is a tar archive: a copy of the metastore with the log, the keyring's files, still wrapped
// by the master key, the ciphertexts that the copy names, and at the end a manifest with every file's size and digest. The master key and
// the epoch key are never in it. Destroying the epoch key ends every backup of that epoch.
package operation
