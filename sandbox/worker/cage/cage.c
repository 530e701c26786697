// The cage: mounts, limits, capabilities and filters of one worker, set up by a constructor before the Go runtime starts.
// Its plan is declared in sandbox/wire (Plan). Every call is checked: a step that fails ends the process with status 71.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 4
#endif
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

enum { PLAN_FD = 6, FIRST_FD = 7, MAX_FILES = 32, MAX_FILTER = 4096, MAX_PATH = 1024 };
enum { ROOT = 1, LIMITS = 2, NO_NEW_PRIVS = 4, CAPS = 8, UNDUMPABLE = 16, DEATHSIG = 32, LANDLOCK = 64, SECCOMP = 128 };

#define PLAN_MAGIC UINT64_C(0x6e616c506e656d59)
#define PLAN_VERSION 2
#define OWN_PID 0x59504944

struct plan {
	uint64_t magic, version, layers, files, address, cpu, open, processes, file_size, spill, data, filter, path;
};

// struct mount_attr of <linux/mount.h>, which cannot be included beside <sys/mount.h> on every libc.
struct attr {
	uint64_t set, clear, propagation, userns;
};
enum { ATTR_RDONLY = 1, ATTR_NOSUID = 2, ATTR_NODEV = 4, ATTR_NOEXEC = 8 };

static struct sock_filter filter[MAX_FILTER];
static char data_path[MAX_PATH + 1];

uint64_t yumen_cage_layers;

static void die(const char *step) {
	dprintf(2, "cage: %s: errno %d\n", step, errno);
	_exit(71);
}

static void must(long result, const char *step) {
	if (result < 0) die(step);
}

static void read_all(void *into, size_t n) {
	char *p = into;
	while (n > 0) {
		ssize_t got = read(PLAN_FD, p, n);
		if (got < 0 && errno == EINTR) continue;
		if (got <= 0) die("plan");
		p += got;
		n -= (size_t)got;
	}
}

static void mount_private(const char *name, uint64_t size) {
	char options[96];
	if (size == 0) return;
	snprintf(options, sizeof options, "size=%llu,nr_inodes=1024,mode=700", (unsigned long long)size);
	must(mkdir(name, 0700), "mkdir");
	must(mount("tmpfs", name, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options), "private tmpfs");
}

// private_root leaves an empty read-only tmpfs with /fd, the worker's own descriptors and nothing else of procfs. The tmpfs
// is mounted over /proc, the one directory that is there on every host, after the tree of /proc/self/fd has been taken.
static void private_root(const struct plan *p) {
	struct attr ro = {.set = ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC};
	must(mount("", "/", "", MS_REC | MS_PRIVATE, ""), "private mounts");
	// Where systemd or a container's runtime forbids it, the worker sees the name that the gateway sees.
	if (sethostname("worker", 6) < 0 && errno != EPERM) die("sethostname");
	int fds = (int)syscall(SYS_open_tree, AT_FDCWD, "/proc/self/fd", OPEN_TREE_CLONE | O_CLOEXEC);
	must(fds, "open_tree");
	must(mount("tmpfs", "/proc", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=64k,nr_inodes=32,mode=755"), "root tmpfs");
	must(chdir("/proc"), "chdir");
	must(mkdir("fd", 0755), "mkdir fd");
	must(syscall(SYS_move_mount, fds, "", AT_FDCWD, "fd", MOVE_MOUNT_F_EMPTY_PATH), "move_mount");
	must(syscall(SYS_mount_setattr, fds, "", AT_EMPTY_PATH, &ro, sizeof ro), "mount_setattr fd");
	close(fds);
	mount_private("spill", p->spill);
	mount_private("data", p->data);
	must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	must(umount2(".", MNT_DETACH), "detach old root");
	must(chdir("/"), "chdir root");
	must(syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &ro, sizeof ro), "read-only root");
}

static void limit(int what, uint64_t value) {
	struct rlimit r = {.rlim_cur = value, .rlim_max = value};
	must(setrlimit(what, &r), "setrlimit");
}

static void set_limits(const struct plan *p) {
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_MEMLOCK, 0);
	if (p->address) limit(RLIMIT_AS, p->address);
	if (p->cpu) limit(RLIMIT_CPU, p->cpu);
	if (p->open) limit(RLIMIT_NOFILE, p->open);
	if (p->processes) limit(RLIMIT_NPROC, p->processes);
	limit(RLIMIT_FSIZE, p->file_size);
}

static void drop_capabilities(void) {
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2];
	for (int c = 0; c <= 63; c++) {
		int has = prctl(PR_CAPBSET_READ, c, 0, 0, 0);
		if (has < 0) break;
		// Without CAP_SETPCAP the bounding set stays; no_new_privs and the empty sets below bind all the same.
		if (has == 1 && prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0 && errno != EPERM) die("bounding set");
	}
	must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "ambient set");
	memset(none, 0, sizeof none);
	must(syscall(SYS_capset, &head, none), "capset");
}

// Landlock, as in the kernel's user interface; the headers of a build host may be older than its kernel.
struct ruleset {
	uint64_t fs, net, scoped;
};
struct beneath {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));
enum {
	FS_READ_FILE = 1 << 2, FS_V1 = (1 << 13) - 1, FS_REFER = 1 << 13, FS_TRUNCATE = 1 << 14, FS_IOCTL = 1 << 15,
	NET_TCP = 3, SCOPE_ALL = 3,
	// read and write files, list, make and remove files and directories
	FS_PRIVATE = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | FS_TRUNCATE,
};

// allow opens what is beneath a path, if the path is there.
static void allow(int rules, const char *path, uint64_t access) {
	struct beneath b = {.allowed = access, .parent = open(path, O_PATH | O_CLOEXEC)};
	if (b.parent < 0) return;
	must(syscall(SYS_landlock_add_rule, rules, 1, &b, 0), "landlock rule");
	close(b.parent);
}

static void landlock(const struct plan *p) {
	struct ruleset r = {.fs = FS_V1};
	size_t size = 8;
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
	must(abi, "landlock version");
	if (abi >= 2) r.fs |= FS_REFER;
	if (abi >= 3) r.fs |= FS_TRUNCATE;
	if (abi >= 5) r.fs |= FS_IOCTL;
	if (abi >= 4) r.net = NET_TCP, size = 16;
	if (abi >= 6) r.scoped = SCOPE_ALL, size = 24;
	int rules = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0);
	must(rules, "landlock ruleset");
	if (p->layers & ROOT) {
		if (p->data) allow(rules, "/data", FS_PRIVATE & r.fs);
		if (p->spill) allow(rules, "/spill", FS_PRIVATE & r.fs);
	} else {
		// The engine aborts when these exist and cannot be read.
		allow(rules, "/proc/self/cgroup", FS_READ_FILE);
		allow(rules, "/sys/fs/cgroup", FS_READ_FILE);
		if (p->path) allow(rules, data_path, FS_PRIVATE & r.fs);
	}
	must(syscall(SYS_landlock_restrict_self, rules, 0), "landlock");
	close(rules);
}

static void set_filter(const struct plan *p) {
	struct sock_fprog program = {.len = (unsigned short)p->filter, .filter = filter};
	for (size_t i = 0; i < p->filter; i++)
		if (filter[i].k == OWN_PID && BPF_CLASS(filter[i].code) == BPF_JMP) filter[i].k = (uint32_t)getpid();
	must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), "seccomp");
}

__attribute__((constructor)) static void cage(void) {
	struct plan p;
	read_all(&p, sizeof p);
	if (p.magic != PLAN_MAGIC || p.version != PLAN_VERSION || p.files > MAX_FILES || p.filter > MAX_FILTER || p.path > MAX_PATH ||
	    !(p.layers & SECCOMP) != !p.filter) {
		errno = EINVAL;
		die("plan");
	}
	read_all(filter, p.filter * sizeof filter[0]);
	read_all(data_path, p.path);
	close(PLAN_FD);
	must(syscall(SYS_close_range, FIRST_FD + (unsigned)p.files, ~0U, 0), "close_range");
	umask(077);
	if (p.layers & ROOT) private_root(&p);
	if (p.layers & LIMITS) set_limits(&p);
	if (p.layers & UNDUMPABLE) must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "dumpable");
	if (p.layers & NO_NEW_PRIVS) must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
	if (p.layers & CAPS) drop_capabilities();
	if (p.layers & DEATHSIG) must(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "deathsig");
	prctl(PR_SET_NAME, "yumen-worker", 0, 0, 0);
	if (p.layers & LANDLOCK) landlock(&p);
	if (p.layers & SECCOMP) set_filter(&p);
	yumen_cage_layers = p.layers;
}
