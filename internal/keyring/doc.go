// Package keyring owns every secret of a zone: the data keys of snapshots and artefacts, the hash keys of entity types, the
// secrets behind jitter and noise, and the signing keys of the log and of receipts.
//
// One master key, kept outside (a file, later an environment or a key service), wraps all others with AES-256-GCM; each wrapped
// key is a file of its own, so that destroying a data key is removing one file, and what it encrypted is gone with it. What a
// wrapped key is for is part of what is authenticated: a file moved to another name does not open.
//
//	keyring.json        format, zone and origin in clear; bound into every wrapped key
//	root                secret from which Secret derives
//	sign/log            Ed25519 seed of the log's checkpoints
//	sign/receipt        Ed25519 seed of receipts
//	data/<id>           data key of one snapshot or artefact
//	entity/<type>       hash key of one entity type
//
// The ring is no part of the metastore and must not be in its backups: a backup that held data keys would undo destruction.
package keyring
