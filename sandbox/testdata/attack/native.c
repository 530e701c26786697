#define _GNU_SOURCE
#include "native.h"

#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int reap(long pid) {
	if (pid < 0) return errno;
	if (pid == 0) syscall(SYS_exit_group, 0);
	while (waitpid((pid_t)pid, NULL, __WALL) < 0 && errno == EINTR) {}
	return 0;
}

int fork_once(void) { return reap(syscall(SYS_fork)); }

int vfork_once(void) {
	pid_t pid = vfork();
	if (pid == 0) _exit(0);
	return reap(pid);
}

int clone_once(unsigned long flags) { return reap(syscall(SYS_clone, flags, 0, 0, 0, 0)); }

int clone3_once(void) {
	struct clone_args args = {.exit_signal = SIGCHLD};
	return reap(syscall(SYS_clone3, &args, sizeof args));
}

static char stack[64 << 10];

static int leave(void *x) { return (int)(long)x; }

// thread_in starts a thread that begins in new namespaces.
int thread_in(unsigned long namespaces) {
	return clone(leave, stack + sizeof stack, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | (int)namespaces, NULL) < 0 ? errno : 0;
}

int fork_bomb(int n) {
	for (int i = 0; i < n; i++) {
		long pid = syscall(SYS_fork);
		if (pid < 0) return errno;
		if (pid == 0)
			for (;;) pause();
	}
	return 0;
}

static void *idle(void *x) {
	for (;;) pause();
	return x;
}

int thread_bomb(int n) {
	pthread_attr_t attr;
	pthread_t t;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	for (int i = 0; i < n; i++) {
		int e = pthread_create(&t, &attr, idle, NULL);
		if (e) return e;
	}
	return 0;
}

// crash ends the process by a signal that nobody handles.
void crash(void) {
	signal(SIGSEGV, SIG_DFL);
	*(volatile int *)8 = 1;
}

// int80 enters as a program of 32 bits: number 20 is getpid there.
int int80(void) {
	long pid;
	__asm__ volatile("int $0x80" : "=a"(pid) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
	return pid < 0 ? (int)-pid : 0;
}

// vsyscall_time calls the kernel's fixed page, which asks the filter like a system call.
int vsyscall_time(void) {
	long (*now)(long *) = (long (*)(long *))(uintptr_t)0xffffffffff600400UL;
	return now(NULL) > 0 ? 0 : EFAULT;
}

void place(unsigned long at, const char *text) { strcpy((char *)at, text); }
