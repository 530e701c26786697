// Package cage owns the shutting-in of a worker: linking it makes the process enter the cage that its plan describes,
// before the Go runtime starts and while there is one thread. A process without a plan on the plan descriptor exits
// with status 71, so only cmd/yumen-worker may import it.
package cage

/*
#include <stdint.h>
extern uint64_t yumen_cage_layers;
*/
import "C"

// Layers is what the constructor has set up, as bits of sandbox/wire.
func Layers() uint64 { return uint64(C.yumen_cage_layers) }
