package main

import (
	"os"
	"testing"

	"yumen/sandbox"
)

// A gateway that is built in a test starts its workers through this program, as a real one does through its own.
func TestMain(m *testing.M) {
	if sandbox.Spawning() {
		os.Exit(sandbox.Spawn())
	}
	os.Exit(m.Run())
}
