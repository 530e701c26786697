// Package sandbox owns the gateway's side of running anything that touches an engine: it starts one caged worker for one job,
// hands it sealed files by descriptor, and reads its answer as hostile input. A worker is never used twice.
//
// The jobs are Parse (a caller's text to a tree, without data), Run (generated statements over snapshots), Post (a generated
// statement over released cells) and Ingest (a source to the two files of a snapshot). Nothing of the engine's words leaves
// this package: Parse may answer a [SyntaxError], Ingest an [IngestRejected], everything else is one of three sentinels.
//
// The cage is made of layers (see [Runner.Level]); which of them the host allows is found out once, with a real worker, by [New].
// Package sandbox is pure Go; the engine lives in sandbox/worker alone.
package sandbox
