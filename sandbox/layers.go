package sandbox

import (
	"os"
	"slices"
	"strings"
	"syscall"

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
	LayerLandlock     LayerName = "landlock"     // no file but the private ones, no TCP, no signal to the outside
	LayerSeccomp      LayerName = "seccomp"      // the list of system calls
	LayerMemoryFiles  LayerName = "memory_files" // what a load builds never touches a disk
	LayerCgroup       LayerName = "cgroup"       // memory, processor time and processes are bounded for the worker as a whole
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
	filter     []wire.BPF // of a worker that only reads
	builder    []wire.BPF // of a worker that builds files
}

const basic = wire.LayerLimits | wire.LayerNoNewPrivs | wire.LayerCaps | wire.LayerUndumpable | wire.LayerDeathsig

// levels lists what New tries, strongest first. The names are those of an audit record: full is everything; floor has no namespaces and no
// private root, which stand or fall together. Without Landlock or without the filter of system calls there is no level: nothing is run. The
// control group is in none of them: it is delegated by whoever starts the gateway, beside every level (LayerCgroup).
func levels() []level {
	const both = basic | wire.LayerLandlock | wire.LayerSeccomp
	return []level{{name: "full", namespaces: true, bits: both | wire.LayerRoot}, {name: "floor", bits: both}}
}

// Level lists the layers of the cage on this host. It belongs into every audit record of a run.
func (r *Runner) Level() []Layer { return slices.Clone(r.layers) }

// LevelName is the level in one word: full or floor.
func (r *Runner) LevelName() string { return r.level.name }

func describe(l level, why map[uint64]string, noGroups error) []Layer {
	layer := func(name LayerName, bit uint64) Layer {
		if l.bits&bit != 0 {
			return Layer{Name: name, Available: true}
		}
		reason := why[bit]
		if reason == "" {
			reason = "the configured level is without it"
		}
		return Layer{Name: name, Why: reason}
	}
	out := []Layer{
		layer(LayerNamespaces, wire.LayerRoot), layer(LayerPrivateRoot, wire.LayerRoot), layer(LayerLimits, wire.LayerLimits),
		layer(LayerNoNewPrivs, wire.LayerNoNewPrivs), layer(LayerCapabilities, wire.LayerCaps), layer(LayerUndumpable, wire.LayerUndumpable),
		layer(LayerDeathSignal, wire.LayerDeathsig), layer(LayerLandlock, wire.LayerLandlock), layer(LayerSeccomp, wire.LayerSeccomp),
		{Name: LayerMemoryFiles, Available: l.namespaces || onTmpfs(sharedMemory)}, {Name: LayerCgroup, Available: noGroups == nil},
	}
	if files := &out[len(out)-2]; !files.Available {
		files.Why = "there is neither a private root nor a memory file system at " + sharedMemory
	}
	if noGroups != nil {
		out[len(out)-1].Why = noGroups.Error()
	}
	return out
}

// inside is the user that a worker is inside its namespace, outside the one that it is on a host where the gateway is root.
const (
	inside  = 1000
	outside = 64000
)

// attributes are the clone flags and identities of a worker with or without namespaces of its own.
func attributes(namespaces bool) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if !namespaces {
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
	p := &wire.Plan{Layers: l.bits, Files: len(t.files), Open: uint64(64 + len(t.files)),
		// The Go runtime and the allocator's arenas reserve address space beyond what the engine uses.
		AddressMax: uint64(t.memoryMB+2560) * mb,
		CPUSeconds: uint64(t.timeout.Seconds()*float64(max(1, t.threads))) + 2,
		FileMax:    uint64(max(t.spillMB, t.dataMB)) * mb, Filter: l.filter}
	switch {
	case t.dataMB > 0:
		p.Filter = l.builder
	case t.job.Kind == wire.KindProbe && !t.job.Probe.Deadly:
		p.Filter = answering(l.filter)
	}
	if t.early && p.Filter != nil {
		p.Filter = receiving(p.Filter)
	}
	if l.namespaces {
		// Threads are counted per user namespace; without one the limit would count every process of the user.
		p.Processes = uint64(t.processes())
	}
	if l.bits&wire.LayerRoot != 0 {
		p.SpillMax, p.DataMax = uint64(t.spillMB)*mb, uint64(t.dataMB)*mb
	} else {
		p.DataPath = t.job.Data
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
