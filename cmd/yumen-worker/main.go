// Command yumen-worker is the sandbox child: it enters its cage, does the one job on its descriptors, and exits.
// It is started by the gateway alone; without a plan on descriptor 6 it exits with status 71.
package main

import (
	"os"

	"yumen/sandbox/worker"
	"yumen/sandbox/worker/cage"
)

func main() { os.Exit(worker.Main(cage.Layers())) }
