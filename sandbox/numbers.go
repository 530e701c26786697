package sandbox

// numbers are those of the system calls that a filter names, on amd64 and on arm64; -1 where an architecture does not have the call. A test
// compares them with golang.org/x/sys.
var numbers = map[string][2]int32{
	"accept": {43, 202}, "accept4": {288, 242}, "access": {21, -1}, "add_key": {248, 217}, "bind": {49, 200}, "bpf": {321, 280}, "brk": {12, 214},
	"capget": {125, 90}, "capset": {126, 91}, "chroot": {161, 51}, "clock_gettime": {228, 113}, "clock_nanosleep": {230, 115}, "clone": {56, 220},
	"clone3": {435, 435}, "close": {3, 57}, "connect": {42, 203}, "copy_file_range": {326, 285}, "dup": {32, 23}, "dup3": {292, 24},
	"epoll_create1": {291, 20}, "epoll_ctl": {233, 21}, "epoll_pwait": {281, 22}, "epoll_wait": {232, -1}, "eventfd2": {290, 19}, "execve": {59, 221},
	"execveat": {322, 281}, "exit": {60, 93}, "exit_group": {231, 94}, "faccessat": {269, 48}, "faccessat2": {439, 439}, "fadvise64": {221, 223},
	"fallocate": {285, 47}, "fcntl": {72, 25}, "fdatasync": {75, 83}, "finit_module": {313, 273}, "fork": {57, -1}, "fsconfig": {431, 431},
	"fsmount": {432, 432}, "fsopen": {430, 430}, "fspick": {433, 433}, "fstat": {5, 80}, "fstatfs": {138, 44}, "fsync": {74, 82}, "ftruncate": {77, 46},
	"futex": {202, 98}, "get_mempolicy": {239, 236}, "getcpu": {309, 168}, "getdents64": {217, 61}, "getegid": {108, 177}, "geteuid": {107, 175},
	"getgid": {104, 176}, "getpid": {39, 172}, "getrandom": {318, 278}, "getrusage": {98, 165}, "gettid": {186, 178}, "gettimeofday": {96, 169},
	"getuid": {102, 174}, "init_module": {175, 105}, "io_uring_enter": {426, 426}, "io_uring_register": {427, 427}, "io_uring_setup": {425, 425},
	"ioctl": {16, 29}, "kexec_load": {246, 104}, "keyctl": {250, 219}, "kill": {62, 129}, "listen": {50, 201}, "lseek": {8, 62}, "lstat": {6, -1},
	"madvise": {28, 233}, "mbind": {237, 235}, "membarrier": {324, 283}, "memfd_create": {319, 279}, "memfd_secret": {447, 447}, "mkdir": {83, -1},
	"mkdirat": {258, 34}, "mmap": {9, 222}, "mount": {165, 40}, "mount_setattr": {442, 442}, "move_mount": {429, 429}, "mprotect": {10, 226},
	"mremap": {25, 216}, "munmap": {11, 215}, "name_to_handle_at": {303, 264}, "nanosleep": {35, 101}, "newfstatat": {262, 79}, "open": {2, -1},
	"open_by_handle_at": {304, 265}, "open_tree": {428, 428}, "openat": {257, 56}, "perf_event_open": {298, 241}, "pidfd_getfd": {438, 438},
	"pidfd_open": {434, 434}, "pidfd_send_signal": {424, 424}, "pipe2": {293, 59}, "pivot_root": {155, 41}, "poll": {7, -1}, "ppoll": {271, 73},
	"prctl": {157, 167}, "pread64": {17, 67}, "preadv": {295, 69}, "prlimit64": {302, 261}, "process_vm_readv": {310, 270},
	"process_vm_writev": {311, 271}, "ptrace": {101, 117}, "pwrite64": {18, 68}, "pwritev": {296, 70}, "read": {0, 63}, "readlink": {89, -1},
	"readlinkat": {267, 78}, "readv": {19, 65}, "reboot": {169, 142}, "recvfrom": {45, 207}, "recvmsg": {47, 212}, "rename": {82, -1},
	"renameat": {264, 38}, "renameat2": {316, 276}, "request_key": {249, 218}, "restart_syscall": {219, 128}, "rmdir": {84, -1}, "rseq": {334, 293},
	"rt_sigaction": {13, 134}, "rt_sigprocmask": {14, 135}, "rt_sigreturn": {15, 139}, "sched_getaffinity": {204, 123}, "sched_setaffinity": {203, 122},
	"sched_yield": {24, 124}, "sendfile": {40, 71}, "sendmsg": {46, 211}, "sendto": {44, 206}, "set_robust_list": {273, 99}, "setgid": {106, 144},
	"setns": {308, 268}, "setresgid": {119, 149}, "setresuid": {117, 147}, "setuid": {105, 146}, "sigaltstack": {131, 132}, "socket": {41, 198},
	"socketpair": {53, 199}, "splice": {275, 76}, "stat": {4, -1}, "statfs": {137, 43}, "statx": {332, 291}, "sysinfo": {99, 179}, "tgkill": {234, 131},
	"time": {201, -1}, "tkill": {200, 130}, "umount2": {166, 39}, "uname": {63, 160}, "unlink": {87, -1}, "unlinkat": {263, 35}, "unshare": {272, 97},
	"userfaultfd": {323, 282}, "vfork": {58, -1}, "write": {1, 64}, "writev": {20, 66},
}
