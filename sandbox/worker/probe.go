package worker

import (
	"net"
	"os"
	"sort"
	"strings"

	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
)

// probe reports what the process finds around itself, as the kernel tells it and not as the plan promised it.
func probe(layers uint64) (*wire.Status, error) {
	cage := &wire.Cage{Layers: layers}
	nnp, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	cage.NoNewPrivs = err == nil && nnp == 1
	if mode, err := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0); err == nil {
		cage.Seccomp = mode
	}
	cage.Capable = capable()
	cage.Root = names("/")
	cage.Interfaces = interfaces()
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		cage.Environment = append(cage.Environment, name)
	}
	sort.Strings(cage.Environment)
	return &wire.Status{Code: wire.CodeOK, Cage: cage}, nil
}

// capable reports whether any capability is left; not knowing counts as yes.
func capable() bool {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if unix.Capget(&head, &data[0]) != nil {
		return true
	}
	for _, d := range data {
		if d.Effective|d.Permitted|d.Inheritable != 0 {
			return true
		}
	}
	return false
}

func names(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// interfaces lists the network interfaces; where none can be listed there is no network to speak of.
func interfaces() []string {
	list, err := net.Interfaces()
	if err != nil {
		return nil
	}
	var out []string
	for _, i := range list {
		out = append(out, i.Name)
	}
	return out
}
