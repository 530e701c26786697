//go:build yumentest

package main

import (
	"os"
	"strings"
	"time"
)

// fileClock reads the time from the file that YUMEN_TEST_CLOCK names (RFC 3339), for tests of expiry. It exists only in binaries
// built with the tag yumentest.
type fileClock struct{ path string }

func newClock() fileClock { return fileClock{path: os.Getenv("YUMEN_TEST_CLOCK")} }

// Now is the time in the file, or the machine's when there is none.
func (c fileClock) Now() time.Time {
	b, err := os.ReadFile(c.path)
	if err != nil {
		return time.Now()
	}
	t, err := time.Parse(time.RFC3339, strings.TrimSpace(string(b)))
	if err != nil {
		return time.Now()
	}
	return t
}
