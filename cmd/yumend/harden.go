package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// harden keeps the memory of a process that holds keys to itself: out of core files, and closed to debuggers and to what /proc shows of a
// process to others of its account. Workers are started by a process that holds nothing (sandbox.Spawn).
func harden() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("switch core files off: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("close the process to debuggers: %w", err)
	}
	return nil
}
