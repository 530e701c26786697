package sandbox

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"yumen/sandbox/wire"
)

// LayerName names one layer of the cage.
type LayerName string

// The layers of the cage, outermost first.
const (
	LayerNamespaces   LayerName = "namespaces"   // user, mount, pid, network, ipc, uts and cgroup namespaces
	LayerPrivateRoot  LayerName = "private_root" // an empty read-only root with the worker's own descriptors
	LayerLimits       LayerName = "limits"       // resource limits
	LayerNoNewPrivs   LayerName = "no_new_privs"
	LayerCapabilities LayerName = "no_capabilities"
	LayerUndumpable   LayerName = "undumpable"
	LayerDeathSignal  LayerName = "death_signal" // the worker dies with the gateway
)

// Layer is one layer of the cage as New found it on this host.
type Layer struct {
	Name      LayerName `json:"name"`
	Available bool      `json:"available"`
	Why       string    `json:"why,omitempty"` // why it is not available
}

// level is a set of layers that goes together.
type level struct {
	name       string
	namespaces bool
	bits       uint64
}

const floorBits = wire.LayerLimits | wire.LayerNoNewPrivs | wire.LayerCaps | wire.LayerUndumpable | wire.LayerDeathsig

// levels lists what New tries, strongest first. Namespaces and the private root stand or fall together.
var levels = []level{
	{name: "full", namespaces: true, bits: floorBits | wire.LayerRoot},
	{name: "floor", bits: floorBits},
}

// Level lists the layers of the cage on this host. It belongs into every audit record of a run.
func (r *Runner) Level() []Layer { return slices.Clone(r.layers) }

// LevelName is "full" when every layer is there, otherwise "floor".
func (r *Runner) LevelName() string { return r.level.name }

// probe starts a real worker per level until one comes up and confirms what was set up.
func (r *Runner) probe(ctx context.Context) error {
	var why string
	for _, l := range levels {
		r.level = l
		err := r.probeLevel(ctx)
		if err == nil {
			r.layers = describe(l, why)
			return r.required()
		}
		if l.namespaces {
			why = err.Error()
			continue
		}
		return fmt.Errorf("sandbox: no level of the cage works here: full: %s; floor: %w", why, err)
	}
	return nil
}

func (r *Runner) probeLevel(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	t := &task{job: wire.Job{Kind: wire.KindProbe}, timeout: 20 * time.Second, memoryMB: 64, threads: 1, words: true}
	status, err := r.execute(ctx, t)
	if err != nil {
		return err
	}
	c := status.Cage
	switch {
	case c == nil || c.Layers != r.level.bits:
		return fmt.Errorf("the worker did not confirm its layers")
	case !c.NoNewPrivs:
		return fmt.Errorf("no_new_privs is not set")
	case c.Capable:
		return fmt.Errorf("capabilities are left")
	}
	if !r.level.namespaces {
		return nil
	}
	for _, name := range c.Root {
		if name != "fd" && name != "data" && name != "spill" {
			return fmt.Errorf("the private root is not empty")
		}
	}
	for _, name := range c.Interfaces {
		if name != "lo" {
			return fmt.Errorf("the network namespace is not empty")
		}
	}
	return nil
}

func describe(l level, why string) []Layer {
	out := []Layer{
		{Name: LayerNamespaces, Available: l.namespaces},
		{Name: LayerPrivateRoot, Available: l.bits&wire.LayerRoot != 0},
		{Name: LayerLimits, Available: l.bits&wire.LayerLimits != 0},
		{Name: LayerNoNewPrivs, Available: l.bits&wire.LayerNoNewPrivs != 0},
		{Name: LayerCapabilities, Available: l.bits&wire.LayerCaps != 0},
		{Name: LayerUndumpable, Available: l.bits&wire.LayerUndumpable != 0},
		{Name: LayerDeathSignal, Available: l.bits&wire.LayerDeathsig != 0},
	}
	for i := range out {
		if !out[i].Available {
			out[i].Why = why
		}
	}
	return out
}

func (r *Runner) required() error {
	for _, name := range r.config.Require {
		i := slices.IndexFunc(r.layers, func(l Layer) bool { return l.Name == name })
		if i < 0 || !r.layers[i].Available {
			why := "it does not exist"
			if i >= 0 {
				why = r.layers[i].Why
			}
			return fmt.Errorf("sandbox: the required layer %s is not available: %s", name, why)
		}
	}
	return nil
}

// inside is the user that a worker is inside its namespace, outside the one that it is on a host where the gateway is root.
const (
	inside  = 1000
	outside = 64000
)

// attributes are the clone flags and identities of a worker at a level.
func (l level) attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if !l.namespaces {
		return a
	}
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 {
		uid, gid = outside, outside
	}
	a.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET |
		syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS | syscall.CLONE_NEWCGROUP
	a.UidMappings = []syscall.SysProcIDMap{{ContainerID: inside, HostID: uid, Size: 1}}
	a.GidMappings = []syscall.SysProcIDMap{{ContainerID: inside, HostID: gid, Size: 1}}
	a.Credential = &syscall.Credential{Uid: inside, Gid: inside, NoSetGroups: true}
	const capSetpcap, capDacOverride, capSysAdmin = 8, 1, 21
	a.AmbientCaps = []uintptr{capSysAdmin, capSetpcap, capDacOverride}
	return a
}

// fds is the directory that shows a worker its own descriptors.
func (l level) fds() string {
	if l.bits&wire.LayerRoot != 0 {
		return "/fd"
	}
	return "/proc/self/fd"
}

// plan is the cage of one task at this level.
func (l level) plan(t *task) *wire.Plan {
	const mb = 1 << 20
	p := &wire.Plan{Layers: l.bits, Files: len(t.files), Open: 64,
		// The Go runtime and the allocator's arenas reserve address space beyond what the engine uses.
		AddressMax: uint64(t.memoryMB+2560) * mb,
		CPUSeconds: uint64(t.timeout.Seconds()*float64(max(1, t.threads))) + 2,
		FileMax:    uint64(max(t.spillMB, t.dataMB)) * mb}
	if l.namespaces {
		// Threads are counted per user namespace; without one the limit would count every process of the user.
		p.Processes = uint64(48 + t.threads)
	}
	if l.bits&wire.LayerRoot != 0 {
		p.SpillMax, p.DataMax = uint64(t.spillMB)*mb, uint64(t.dataMB)*mb
	}
	return p
}

// printable keeps the first line of a worker's words, for the reason of a layer alone.
func printable(b []byte) string {
	line, _, _ := strings.Cut(string(b), "\n")
	line = strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return -1
		}
		return c
	}, line)
	return line[:min(len(line), 120)]
}
