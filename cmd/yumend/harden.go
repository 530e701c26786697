package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// harden keeps the memory of a process that holds keys out of core files. As root it also closes the process to debuggers and to
// /proc of others; as an ordinary user it must stay dumpable, or it could not write the identity maps of its workers' namespaces.
func harden() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("switch core files off: %w", err)
	}
	if os.Geteuid() != 0 {
		return nil
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("close the process to debuggers: %w", err)
	}
	return nil
}
