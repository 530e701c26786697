package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"yumen/internal/keyring"
)

// private: nobody but the owner may use the directory and what is in it.
func (s site) private() item {
	it := entry("private", text("目录和文件仅属主可用（0700/0600）", "the directory and its files are their owner's alone (0700, 0600)"))
	do := text("chmod -R go-rwx，并把文件归还给专区属主", "chmod -R go-rwx, and give the files back to the zone's owner")
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode()&fs.ModeSymlink == 0 && (info.Mode().Perm()&0o077 != 0 || ownerOf(info) != os.Geteuid()) {
			it = it.found(verdictFail, text("其他人可以使用", "others may use them"), do)
			it.Subjects = append(it.Subjects, path)
		}
		return nil
	})
	if err != nil {
		return it.unknown(err)
	}
	return it
}

// remote names the file systems that are on another machine, or may be, by their magic number (statfs(2)).
var remote = map[int64]string{unix.NFS_SUPER_MAGIC: "NFS", unix.SMB_SUPER_MAGIC: "SMB", unix.SMB2_SUPER_MAGIC: "SMB", unix.CIFS_SUPER_MAGIC: "CIFS",
	unix.CEPH_SUPER_MAGIC: "Ceph", unix.AFS_SUPER_MAGIC: "AFS", unix.CODA_SUPER_MAGIC: "Coda", unix.V9FS_MAGIC: "9P", unix.FUSE_SUPER_MAGIC: "FUSE"}

// local: every place where the zone keeps something is on a disk of this machine.
func (s site) local() item {
	it := entry("storage-local", text("存储位置都在本机、在域内", "every storage location is on this machine, inside the domain"))
	places := []string{s.dir, filepath.Dir(s.cfg.MasterKey), filepath.Dir(s.cfg.EpochKey), os.TempDir()}
	for _, p := range places {
		var st unix.Statfs_t
		if err := unix.Statfs(p, &st); err != nil {
			return it.unknown(fmt.Errorf("%s: %w", p, err))
		}
		if name := remote[int64(st.Type)]; name != "" { //nolint:unconvert // its type differs by architecture
			it = it.found(verdictFail, text("远程或用户态文件系统", "a remote or user-space file system"), text("改用本机磁盘", "use a disk of this machine"))
			it.Subjects = append(it.Subjects, p+" "+name)
		}
	}
	return it.noted(text(strings.Join(places, "、"), strings.Join(places, ", ")))
}

// The free space below which a zone is warned about, and in danger.
const (
	littleDisk = 10 << 30
	noDisk     = 1 << 30
)

func (s site) disk() item {
	it := entry("disk-free", text("磁盘有余量", "there is room on the disk"))
	var st unix.Statfs_t
	if err := unix.Statfs(s.dir, &st); err != nil {
		return it.unknown(err)
	}
	free := st.Bavail * uint64(st.Bsize) //nolint:gosec // a block size is positive
	return freeSpace(it, free)
}

func freeSpace(it item, free uint64) item {
	what := textf("剩余 %d MiB", "%d MiB are free", free>>20)
	switch {
	case free < noDisk:
		return it.found(verdictFail, what, text("腾出空间或换用更大的磁盘：磁盘满时一切写入都会被拒绝", "make room or use a greater disk: when it is full every act is refused"))
	case free < littleDisk:
		return it.found(verdictWarn, what, text("尽快扩容", "make room soon"))
	}
	return it.noted(what)
}

func (s site) masterKey() item {
	it := entry("master-key", text("主密钥可读且能打开密钥环", "the master key is readable and opens the keyring"))
	keys, err := keyring.Open(filepath.Join(s.dir, "keys"), keyring.Config{Master: keyring.File{Path: s.cfg.MasterKey}})
	if err != nil {
		return it.found(verdictFail, textf("%v", "%v", err), text("把本专区的主密钥放回原处，权限 0600", "put this zone's master key back, mode 0600"))
	}
	_ = keys.Close()
	if inside(s.dir, s.cfg.MasterKey) {
		return it.found(verdictWarn, text("主密钥与数据在同一目录：得其一即得其二", "it lies with the data: who has the one has the other"),
			text("移到其他介质，并在配置 master_key 中指明", "move it to another medium, and name it with master_key in the configuration"))
	}
	return it
}

func (s site) epochKey() item {
	it := entry("epoch-key", text("备份密钥（纪元密钥）可读", "the key of the backups is readable"))
	if _, err := keyring.ReadEpoch(s.cfg.EpochKey); err != nil {
		return it.found(verdictFail, textf("%v", "%v", err), text("放回纪元密钥（权限 0600）；确已丢失则 yumend keys rotate --epoch", "put the epoch key back, mode 0600; if it is lost: yumend keys rotate --epoch"))
	}
	if inside(s.dir, s.cfg.EpochKey) {
		return it.found(verdictWarn, text("纪元密钥与数据在同一目录", "it lies with the data"),
			text("至少把副本存到别处：没有它，任何备份都打不开", "keep at least a copy elsewhere: without it no backup opens"))
	}
	return it
}

func inside(dir, path string) bool {
	d, err1 := filepath.Abs(dir)
	p, err2 := filepath.Abs(path)
	rel, err3 := filepath.Rel(d, p)
	return errors.Join(err1, err2, err3) == nil && rel != ".." && !strings.HasPrefix(rel, "../")
}

// swap: memory does not reach a disk in clear.
func (s site) swap() item {
	it := entry("swap", text("没有未加密的交换空间", "no swap that is not encrypted"))
	table, err := os.ReadFile("/proc/swaps")
	if errors.Is(err, fs.ErrNotExist) {
		return it // a kernel without swap
	}
	if err != nil {
		return it.unknown(err)
	}
	for _, device := range clearSwap(string(table), func(device string) string {
		uuid, err := os.ReadFile("/sys/class/block/" + filepath.Base(device) + "/dm/uuid")
		if err != nil {
			return ""
		}
		return string(uuid)
	}) {
		it = it.found(verdictFail, text("解密后的快照和密钥可能被写到磁盘", "decrypted snapshots and keys can be written to a disk"),
			text("swapoff -a，或换用加密的交换空间", "swapoff -a, or encrypt it"))
		it.Subjects = append(it.Subjects, device)
	}
	return it
}

// clearSwap lists the swap of a table like /proc/swaps that neither stays in memory nor is encrypted by the device mapper. uuid gives the
// mapper's identity of a device, or "".
func clearSwap(table string, uuid func(device string) string) (out []string) {
	lines := strings.Split(strings.TrimSpace(table), "\n")
	for _, line := range lines[min(1, len(lines)):] {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(filepath.Base(fields[0]), "zram") {
			continue
		}
		device := fields[0]
		if real, err := filepath.EvalSymlinks(device); err == nil {
			device = real
		}
		if !strings.HasPrefix(uuid(device), "CRYPT-") {
			out = append(out, fields[0])
		}
	}
	return out
}

// core: memory does not reach a core file. The program's own limit is 0; a pipe takes cores all the same.
func (s site) core() item {
	it := entry("core-dumps", text("不产生内存转储", "no core dumps"))
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil || limit.Cur != 0 {
		return it.found(verdictFail, text("转储上限不为 0", "the limit of core files is not 0"), text("ulimit -c 0", "ulimit -c 0"))
	}
	pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern")
	if err == nil && strings.HasPrefix(string(pattern), "|") && os.Geteuid() != 0 {
		return it.found(verdictWarn, text("本机把转储交给程序处理，不受上限约束", "this machine pipes cores to a program, which the limit does not stop"),
			text("sysctl kernel.core_pattern=core，或停用该程序", "sysctl kernel.core_pattern=core, or switch that program off"))
	}
	return it
}

// budget: what the configuration promises to workers and snapshots is there.
func (s site) budget() item {
	it := entry("budget", text("内存与处理器够配置所需", "the machine has the memory and processors that the configuration gives away"))
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return it.unknown(err)
	}
	total := int64(info.Totalram) * int64(info.Unit) >> 20 //nolint:gosec // in MiB it is small
	if limit := cgroupMB(); limit > 0 {
		total = min(total, limit)
	}
	return fitsMachine(it, s.cfg, total, runtime.NumCPU())
}

// cgroupMB is the memory limit of this process's control group in MiB, or 0.
func cgroupMB() int64 {
	b, err := os.ReadFile("/sys/fs/cgroup/memory.max")
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	if err != nil {
		return 0
	}
	return n >> 20
}

func fitsMachine(it item, c Config, totalMB int64, cpus int) item {
	need := int64(c.MemoryMB) + c.SnapshotCacheMB
	what := textf("配置 %d MiB，本机 %d MiB；%d 个处理器", "%d MiB configured of %d MiB; %d processors", need, totalMB, cpus)
	do := text("减小 memory_mb 或 snapshot_cache_mb，或增加内存", "lower memory_mb or snapshot_cache_mb, or add memory")
	switch {
	case need > totalMB:
		return it.found(verdictFail, what, do)
	case need > totalMB*9/10:
		return it.found(verdictWarn, what, do)
	case c.WorkerThreads > cpus:
		return it.found(verdictWarn, what, text("worker_threads 不要超过处理器数", "worker_threads should not exceed the processors"))
	}
	return it.noted(what)
}

// soon is how long before its end a certificate is warned about.
const soon = 30 * 24 * time.Hour

// tls: what leaves this machine is encrypted, under a certificate that holds.
func (s site) tls() item {
	it := entry("tls", text("对外监听使用 TLS，证书有效", "a door to other machines has TLS, and its certificate holds"))
	if s.cfg.TLSCert == "" {
		if !loopback(s.cfg.Listen) {
			return it.found(verdictFail, text("未配置 TLS", "there is no TLS"), text("配置 tls_cert 与 tls_key", "give tls_cert and tls_key"))
		}
		return it.noted(text("仅监听回环地址", "it listens on loopback alone"))
	}
	pair, err := tls.LoadX509KeyPair(s.cfg.TLSCert, s.cfg.TLSKey)
	if err != nil {
		return it.unknown(err)
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return it.unknown(err)
	}
	return certificate(it, leaf.NotBefore, leaf.NotAfter, s.now)
}

func certificate(it item, from, to, now time.Time) item {
	what := textf("有效期至 %s", "it holds until %s", to.UTC().Format(time.DateOnly))
	do := text("更换证书", "renew the certificate")
	switch {
	case now.Before(from) || !now.Before(to):
		return it.found(verdictFail, what, do)
	case to.Sub(now) < soon:
		return it.found(verdictWarn, what, do)
	}
	return it.noted(what)
}
