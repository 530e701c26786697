//go:build !yumentest

package main

import "time"

// systemClock is the one source of time of a release binary.
type systemClock struct{}

func newClock() systemClock { return systemClock{} }

// Now is the time of the machine.
func (systemClock) Now() time.Time { return time.Now() }
