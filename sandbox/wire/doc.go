// Package wire owns the protocol between the gateway and one sandbox worker: the job frame, the cage plan, the status
// line and the two result streams. It is shared by both sides and links neither the engine nor the gateway.
//
// A worker inherits these descriptors and nothing else:
//
//	3   job     4-byte big-endian length, then one strict JSON document of at most [MaxJob] bytes
//	4   result  one Arrow IPC stream, of the form cells or the form files
//	5   status  one JSON line of at most [MaxStatus] bytes; its code is from a closed list
//	6   plan    the cage plan, read by the C constructor before anything else runs
//	7…  sealed memory files: snapshots, a source, or bulk input
//
// Everything that a worker writes is hostile: the decoders here are capped, recover from malformed streams and are fuzzed.
package wire

// The descriptors of a worker.
const (
	FDJob    = 3
	FDResult = 4
	FDStatus = 5
	FDPlan   = 6
	FDFirst  = 7 // the first sealed file
)

// MaxJob is the largest job document in bytes, MaxStatus the largest status line.
const (
	MaxJob    = 1 << 20
	MaxStatus = 256 << 10
)

// MaxFiles is the number of sealed files a worker can inherit.
const MaxFiles = 32
