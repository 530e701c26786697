//go:build !amd64

package probe

// native are the acts of one architecture alone.
func native() []act { return nil }
