// Package catalog owns the vocabulary of the zone: datasets, columns, grades, identifiers, entity types, snapshots,
// computations, digests and typed identifiers. It imports nothing of ours, so both sides of every contract can share it.
package catalog
