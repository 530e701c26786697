package probe

import "golang.org/x/sys/unix"

// native are the acts of one architecture alone: here the calls of a process with short pointers, which have numbers of their own.
func native() []act {
	const x32 = 0x40000000
	return []act{{name: "make calls of another kind", deadly: true, try: call{number: x32 + unix.SYS_GETPID}.raw}}
}
