package sandbox_test

// attack is one attempt of a worker that was taken over.
type attack struct {
	name string
	// full and floor are the answers at these levels: dead, an error of the kernel, or "" for any refusal (which one depends on the user or the kernel).
	full, floor string
	// by lists the layers each of which stops it alone. Without all of them it is done, whatever else there is.
	by []string
	// root replaces by where the gateway is root; nil when there is no difference.
	root []string
	// after is the kernel's answer without any of these layers, where the kernel may refuse by itself: one of several, divided by bars.
	after string
	why   string // the reason for after, or for an attack that no layer stops
}

// What an attack meets beside the layers of the cage: the snapshot's mode, seals, read-only descriptor, and silence about its reading times.
const (
	mode, seals, readonly, noatime = "mode", "seals", "readonly", "noatime"
	ns, root, limits, nocaps       = "namespaces", "private_root", "limits", "no_capabilities"
	undumpable, landlock, calls    = "undumpable", "landlock", "seccomp"
)

const (
	done, dead, crashed  = "done", "dead", "crashed" // dead was ended by the filter, crashed by something else; the gateway took nothing from either
	denied, gone, perm   = "permission denied", "no such file or directory", "operation not permitted"
	badfd, inval, unsupp = "bad file descriptor", "invalid argument", "operation not supported"
	nosys                = "function not implemented"
	privileged           = "it needs a capability of the first user namespace, which a worker never has"
)

func by(layers ...string) []string { return layers }

var attacks = []attack{
	{name: "read snapshot", full: done, floor: done, why: "it is the job"},
	{name: "write snapshot", full: denied, by: by(mode, seals, limits)},
	{name: "cut snapshot", full: denied, by: by(mode, seals)},
	{name: "pwrite", full: badfd, floor: badfd, by: by(readonly, seals, limits)},
	{name: "ftruncate", full: inval, floor: inval, by: by(readonly, seals)},
	{name: "punch hole", full: badfd, floor: badfd, by: by(readonly, seals)},
	{name: "map writable", full: perm, floor: perm, by: by(readonly, seals, calls)},
	{name: "fchmod", full: perm, floor: perm, by: by(calls), root: by(ns, calls)},
	{name: "seal", full: unsupp, floor: unsupp, by: by(readonly, seals, calls)},
	{name: "flock", full: perm, floor: perm, by: by(calls)},
	{name: "record lock", full: unsupp, floor: unsupp, by: by(calls)},
	{name: "see locks", full: unsupp, floor: unsupp, by: by(calls)},
	{name: "open file lock", full: unsupp, floor: unsupp, by: by(calls)},
	{name: "lease", full: unsupp, floor: unsupp, by: by(calls), root: by(ns, calls)},
	{name: "watch snapshot", full: perm, floor: perm, by: by(calls)},
	{name: "mincore", full: perm, floor: perm, by: by(calls)},
	{name: "cachestat", full: perm, floor: perm, by: by(calls), root: by(ns, calls)},
	{name: "access time", full: "nothing shows", floor: "nothing shows", by: by(noatime)},
	{name: "load time", full: done, floor: done, why: "a file's change time cannot be set: a worker that was taken over knows since when its snapshot is in memory"},
	{name: "wait on snapshot", full: perm, floor: perm, by: by(calls), after: "connection timed out", why: "nobody is there: TestWorkersDoNotMeet"},
	{name: "wake on snapshot", full: perm, floor: perm, by: by(calls), after: "nobody waits", why: "the same"},
	{name: "see offset", full: "nothing was left", floor: "nothing was left"},
	{name: "see flag", full: "nothing was left", floor: "nothing was left"},
	{name: "leave offset", full: done, floor: done, why: "each worker has a description of its own: TestNothingIsLeftInADescription"},
	{name: "leave flag", full: done, floor: done, why: "the same"},

	{name: "passwd", full: gone, floor: denied, by: by(root, landlock)},
	{name: "read outside", full: gone, floor: denied, by: by(root, landlock)},
	{name: "stat outside", full: gone, floor: done, by: by(root), why: "Landlock hides neither existence nor size"},
	{name: "list outside", full: gone, floor: denied, by: by(root, landlock)},
	{name: "list root", full: denied, floor: denied, by: by(landlock), why: "without Landlock it sees the names of its own empty root"},
	{name: "list descriptors", full: denied, floor: gone, by: by(landlock), why: "its own ones"},
	{name: "leave fd", full: gone, floor: gone, by: by(), after: gone, why: "there is nothing of procfs but this directory"},
	{name: "own memory", full: gone, floor: denied, by: by(root, landlock, undumpable)},
	{name: "own maps", full: gone, floor: denied, by: by(root, landlock)},
	{name: "own control group", full: gone, floor: done, by: by(root), why: "the engine aborts where it is there and cannot be read"},
	{name: "first process", full: gone, floor: denied, by: by(ns, landlock), root: by(ns, landlock, nocaps), after: "done|permission denied", why: "to an ordinary gateway it is another user's"},
	{name: "parent environment", full: gone, floor: denied, by: by(ns, landlock), root: by(ns, landlock, nocaps)},
	{name: "parent memory file", full: gone, floor: denied, by: by(ns, landlock), root: by(ns, landlock, nocaps)},
	{name: "parent descriptor", full: gone, floor: denied, by: by(ns, landlock), root: by(ns, landlock, nocaps)},
	{name: "parent status", full: gone, floor: denied, by: by(root, landlock)},
	{name: "sys", full: gone, floor: denied, by: by(root, landlock)},
	{name: "dev", full: gone, floor: denied, by: by(root, landlock)},
	{name: "create", full: "read-only file system", floor: denied},
	{name: "create in fd", floor: gone},
	{name: "create in tmp", full: gone, floor: denied},
	{name: "mkdir", floor: denied},
	{name: "write outside", full: gone, floor: denied, by: by(root, landlock, limits)},
	{name: "mkdir outside", full: gone, floor: denied, by: by(root, landlock)},
	{name: "remove outside", full: gone, floor: denied, by: by(root, landlock)},
	{name: "rename outside", full: gone, floor: denied, by: by(root, landlock)},
	{name: "cut outside", full: perm, floor: perm, by: by(root, landlock, calls)},
	{name: "chmod outside", full: perm, floor: perm, by: by(root, calls), root: by(ns, calls)},
	{name: "symlink outside", full: perm, floor: perm, by: by(root, landlock, calls)},
	{name: "link outside", full: perm, floor: perm, by: by(root, landlock, calls)},
	{name: "fifo outside", full: perm, floor: perm, by: by(root, landlock, calls)},
	{name: "watch outside", full: perm, floor: perm, by: by(root, calls)},
	{name: "times outside", full: perm, floor: perm, by: by(root, calls)},
	{name: "exec", full: dead, floor: dead, by: by(root, landlock, calls)},
	{name: "exec snapshot", full: dead, floor: dead, by: by(mode, calls)},
	{name: "exec by name", full: dead, floor: dead, by: by(mode, calls)},
	{name: "exec memory", full: dead, floor: dead, by: by(limits, calls)},

	{name: "fork", full: dead, floor: dead, by: by(calls)},
	{name: "vfork", full: dead, floor: dead, by: by(calls)},
	{name: "clone", full: dead, floor: dead, by: by(calls)},
	{name: "clone3", full: nosys, floor: nosys, by: by(calls)},
	{name: "new user namespace", full: dead, floor: dead, by: by(calls)},
	{name: "thread in a new namespace", full: dead, floor: dead, by: by(nocaps, calls)},
	{name: "ptrace", full: dead, floor: dead, by: by(ns, landlock, calls), root: by(ns, landlock, nocaps, calls)},
	{name: "process_vm_readv", full: dead, floor: dead, by: by(ns, landlock, calls), root: by(ns, landlock, nocaps, calls)},
	{name: "spy on a worker", full: dead, floor: dead, by: by(ns, landlock, undumpable, calls)},
	{name: "worker memory file", full: gone, floor: gone, by: by(ns, landlock, undumpable)},
	{name: "kill", full: dead, floor: dead, by: by(ns, landlock, calls)},
	{name: "tkill", full: dead, floor: dead, by: by(ns, landlock, calls)},
	{name: "tgkill", full: dead, floor: dead, by: by(ns, landlock, calls)},
	{name: "sigqueue", full: perm, floor: perm, by: by(ns, landlock, calls)},
	{name: "pidfd", full: dead, floor: dead, by: by(ns, calls)},
	{name: "steal descriptor", full: dead, floor: dead, by: by(ns, landlock, calls), root: by(ns, landlock, nocaps, calls)},
	{name: "owner of a pipe", full: unsupp, floor: unsupp, by: by(ns, calls)},
	{name: "parent limits", full: perm, floor: perm, by: by(ns, calls)},
	{name: "parent priority", full: perm, floor: perm, by: by(ns, calls), root: by(ns, nocaps, calls)},
	{name: "parent processor time", full: inval, floor: inval, by: by(ns, calls)},
	{name: "lock of the parent", full: nosys, floor: nosys, by: by(ns, calls)},
	{name: "parent capabilities", full: "no such process", floor: done, by: by(ns), why: "the probe asks for its own with this call, and a filter cannot see whose are meant"},
	{name: "parent affinity", full: perm, floor: perm, by: by(ns, calls)},
	{name: "death signal", full: perm, floor: perm, by: by(calls)},
	{name: "dumpable", full: perm, floor: perm, by: by(calls)},
	{name: "unshare", full: dead, floor: dead, by: by(nocaps, calls)},
	{name: "setns", full: dead, floor: dead, by: by(root, nocaps, calls)},
	{name: "chroot", full: dead, floor: dead, by: by(calls), after: perm, why: privileged},
	{name: "mount", full: dead, floor: dead, by: by(nocaps, landlock, calls)},
	{name: "umount", full: dead, floor: dead, by: by(nocaps, landlock, calls)},
	{name: "open_tree", full: dead, floor: dead, by: by(nocaps, calls)},
	{name: "fsopen", full: dead, floor: dead, by: by(nocaps, calls)},
	{name: "mount_setattr", full: dead, floor: dead, by: by(nocaps, calls)},
	{name: "sethostname", full: perm, floor: perm, by: by(nocaps, calls)},
	{name: "host name", full: "another name", floor: done, by: by(root), why: "without namespaces it is the host's"},
	{name: "host load", full: done, floor: done, why: "the engine asks for it: free memory and load of the whole host can be seen"},
	{name: "setuid", full: dead, floor: dead, by: by(calls), after: inval, why: "no other user exists in its namespace"},
	{name: "shared memory", full: perm, floor: perm, by: by(ns, calls)},
	{name: "message queue", full: perm, floor: perm, by: by(ns, landlock, calls)},
	{name: "keyring", full: dead, floor: dead, by: by(calls)},
	{name: "add_key", full: dead, floor: dead, by: by(calls)},

	{name: "connect tcp", full: dead, floor: dead, by: by(ns, landlock, calls)},
	{name: "send udp", full: dead, floor: dead, by: by(ns, calls)},
	{name: "connect abstract", full: dead, floor: dead, by: by(ns, landlock, calls)},
	{name: "connect path", full: dead, floor: dead, by: by(root, calls)},
	{name: "socket inet", full: dead, floor: dead, by: by(calls)},
	{name: "socket unix", full: dead, floor: dead, by: by(calls)},
	{name: "socket netlink", full: dead, floor: dead, by: by(calls)},
	{name: "socket packet", full: dead, floor: dead, by: by(calls), after: perm, why: privileged},
	{name: "socket vsock", full: dead, floor: dead, by: by(calls), after: "done|address family not supported by protocol", why: "not every kernel has it"},
	{name: "socket alg", full: dead, floor: dead, by: by(calls), after: "done|address family not supported by protocol", why: "not every kernel has it"},
	{name: "socketpair", full: dead, floor: dead, by: by(calls)},
	{name: "send a descriptor", full: dead, floor: dead, by: by(calls), after: "socket operation on non-socket", why: "no socket is handed over"},
	{name: "receive a descriptor", full: dead, floor: dead, by: by(calls), after: "socket operation on non-socket", why: "no socket is handed over"},
	{name: "map code", full: perm, floor: perm, by: by(calls)},
	{name: "map snapshot as code", full: perm, floor: perm, by: by(calls)},
	{name: "mprotect", full: perm, floor: perm, by: by(calls)},
	{name: "pkey_mprotect", full: perm, floor: perm, by: by(calls)},
	{name: "read implies exec", full: perm, floor: perm, by: by(calls)},
	{name: "io_uring", full: dead, floor: dead, by: by(calls), after: "done|cannot allocate memory|operation not permitted", why: "newer kernels count it as locked memory, which the limits forbid; some hosts disable it"},
	{name: "bpf", full: dead, floor: dead, by: by(calls), after: "done|operation not permitted", why: "hosts may disable it for ordinary users"},
	{name: "perf", full: dead, floor: dead, by: by(calls), after: "done|permission denied|operation not permitted", why: "hosts may disable it for ordinary users"},
	{name: "userfaultfd", full: dead, floor: dead, by: by(calls), after: "done|operation not permitted|function not implemented", why: "not every kernel has it"},
	{name: "fanotify", full: perm, floor: perm, by: by(calls)},
	{name: "x32", full: dead, floor: dead, by: by(calls), after: "done|function not implemented", why: "not every kernel has it"},
	{name: "int 0x80", full: dead, floor: dead, by: by(calls), after: "done|crashed", why: "not every kernel has it"},
	{name: "vsyscall", full: done, floor: done, why: "it tells the time, as the filter allows; every entry asks the filter"},
	{name: "seccomp", full: perm, floor: perm, by: by(calls)},
	{name: "unknown call", full: perm, floor: perm, by: by(calls), after: "done|operation not permitted", why: "hosts may disable it for ordinary users"},
	{name: "no such call", full: perm, floor: perm, by: by(calls), after: nosys, why: "there is no such call"},
	{name: "reboot", full: dead, floor: dead, by: by(calls), after: perm, why: privileged},
	{name: "init_module", full: dead, floor: dead, by: by(calls), after: "operation not permitted|function not implemented", why: privileged},
	{name: "kexec_load", full: dead, floor: dead, by: by(calls), after: "operation not permitted|function not implemented", why: privileged},
	{name: "swapon", full: perm, floor: perm, by: by(calls), after: perm, why: privileged},
	{name: "iopl", full: perm, floor: perm, by: by(calls), after: "operation not permitted|function not implemented", why: privileged},
	{name: "set the time", full: perm, floor: perm, by: by(calls), after: perm, why: privileged},
	{name: "open by handle", full: dead, floor: dead, by: by(calls), after: perm, why: privileged},

	{name: "descriptors", full: "too many open files", floor: "too many open files", by: by(limits)},
	{name: "address space", full: "cannot allocate memory", floor: "cannot allocate memory", by: by(limits)},
	{name: "threads", full: "resource temporarily unavailable", floor: done, by: by(limits), why: "at the floor threads would be counted with those of the user: the container limits them"},
	{name: "fork bomb", full: dead, floor: dead, by: by(limits, calls)},
	{name: "lock memory", full: perm, floor: perm, by: by(limits, calls)},
	{name: "raise a limit", full: perm, floor: perm, by: by(calls), after: perm, why: privileged},
	{name: "fill spill", full: "no space left on device after 3 MiB", floor: "no such file or directory after 0 MiB"},
	{name: "many files", full: "no space left on device", floor: gone},
	{name: "inherited", full: "open: ", floor: "open: "},
	{name: "sockets", full: "sockets: ", floor: "sockets: "},
	{name: "environment", full: "GOMAXPROCS GOMEMLIMIT GOTRACEBACK", floor: "GOMAXPROCS GOMEMLIMIT GOTRACEBACK"},
	{name: "capabilities", full: "<nil> 000", floor: "<nil> 000"},
	{name: "core limit", full: "0 0", floor: "0 0"},
}
