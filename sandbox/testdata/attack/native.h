// What Go cannot do safely by itself: children, threads and foreign entries into the kernel. Each returns 0 or an error number.
int fork_once(void);
int vfork_once(void);
int clone_once(unsigned long flags);
int clone3_once(void);
int thread_in(unsigned long namespaces);
int fork_bomb(int n);
int thread_bomb(int n);
void crash(void);
int int80(void);
int vsyscall_time(void);
void place(unsigned long at, const char *text);
