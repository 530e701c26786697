package source

import (
	"context"
	"errors"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"yumen/catalog"
)

// directory is a folder that a provider writes to and the gateway reads. Every reading looks at it anew: nothing of an earlier look is believed.
type directory struct {
	path  string
	owner string
}

// maxManifest is one byte over the longest manifest.
const maxManifest = 64<<10 + 1

// local are the file systems of this machine, by the magic number of statfs(2); a remote one could be anywhere (XM-63).
var local = []int64{unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, unix.TMPFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC, zfsMagic}

const zfsMagic = 0x2fc12fc1

// The faults of a directory.
var (
	errNoDirectory = fault("目录不存在、不是目录，或路径中有符号链接", "the directory is not there, is none, or a symbolic link is on its path")
	errForeign     = fault("目录或其上级属于他人：应属 root、网关账户或配置中的 owner", "the directory or one above it is somebody else's: root, the gateway's account or the configured owner must own it")
	errOpen        = fault("目录或其上级任何人可写：去掉其他用户的写权限", "everybody may write to the directory or to one above it: take that permission away")
	errRemote      = fault("目录不在本机文件系统上：远程与未知文件系统不可用", "the directory is on no file system of this machine: remote and unknown ones are not used")
	errOwner       = fault("配置中的 owner 不是本机用户", "the configured owner is no user of this machine")
	errNoFile      = fault("目录中没有这个文件，或路径经过符号链接、挂载点或目录之外", "there is no such file in the directory, or its path goes through a symbolic link, a mount or the outside")
	errFile        = fault("该文件不是普通文件、有多个名字（硬链接）、属于他人或任何人可写", "it is no plain file, has several names (hard links), is somebody else's, or everybody may write to it")
	errChanged     = fault("读取期间文件被改动：写完后以改名方式放入，再读取一次", "the file changed while it was read: write it under another name, rename it when it is whole, and pull again")
	errRead        = fault("读取文件失败", "the file cannot be read")
)

func (d directory) takes(s *catalog.Supply) bool { return s.Path != "" }

func (d directory) check(context.Context) error {
	f, _, err := d.open()
	if err == nil {
		err = f.Close()
	}
	return err
}

// open opens the directory without following a link anywhere on its path, and looks at it and at everything above it.
func (d directory) open() (*os.File, []uint32, error) {
	owners, err := d.owners()
	if err != nil {
		return nil, nil, err
	}
	for at := d.path; ; at = filepath.Dir(at) {
		if err := ownedDirectory(at, owners, at != d.path); err != nil {
			return nil, nil, err
		}
		if at == "/" {
			break
		}
	}
	fd, err := unix.Openat2(unix.AT_FDCWD, d.path, &unix.OpenHow{Flags: unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS})
	if err != nil {
		return nil, nil, errNoDirectory.because(code(err))
	}
	f := os.NewFile(uintptr(fd), "location")
	var fs unix.Statfs_t
	if err := unix.Fstatfs(fd, &fs); err != nil || !slices.Contains(local, int64(fs.Type)) {
		_ = f.Close()
		return nil, nil, errRemote
	}
	return f, owners, nil
}

// owners are the users whose directories and files are believed.
func (d directory) owners() ([]uint32, error) {
	out := []uint32{0, uint32(os.Geteuid())}
	if d.owner == "" {
		return out, nil
	}
	text := d.owner
	if _, err := strconv.ParseUint(text, 10, 32); err != nil {
		u, err := user.Lookup(text)
		if err != nil {
			return nil, errOwner
		}
		text = u.Uid
	}
	uid, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return nil, errOwner
	}
	return append(out, uint32(uid)), nil
}

// ownedDirectory refuses a directory that others could exchange. One above may be open to all where it is sticky, as /tmp is.
func ownedDirectory(path string, owners []uint32, above bool) error {
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return errNoDirectory
	}
	if !slices.Contains(owners, st.Uid) {
		return errForeign
	}
	if st.Mode&unix.S_IWOTH != 0 && !(above && st.Mode&unix.S_ISVTX != 0) {
		return errOpen
	}
	return nil
}

// file opens a plain file below the directory: on its own file system, through no link, and nobody's who is not believed.
func (d directory) file(path string) (*os.File, unix.Stat_t, error) {
	var st unix.Stat_t
	dir, owners, err := d.open()
	if err != nil {
		return nil, st, err
	}
	defer dir.Close()
	fd, err := unix.Openat2(int(dir.Fd()), path, &unix.OpenHow{Flags: unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS | unix.RESOLVE_NO_XDEV})
	if err != nil {
		return nil, st, errNoFile.because(code(err))
	}
	f := os.NewFile(uintptr(fd), "batch")
	if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || st.Nlink != 1 || !slices.Contains(owners, st.Uid) || st.Mode&unix.S_IWOTH != 0 {
		_ = f.Close()
		return nil, st, errFile
	}
	return f, st, nil
}

func (d directory) read(ctx context.Context, spec *catalog.DatasetSpec, size func(int64), w io.Writer) error {
	f, before, err := d.file(spec.Supply.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	size(before.Size)
	n, err := pour(ctx, w, f)
	if err != nil {
		return err
	}
	var after unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &after); err != nil || n != before.Size || !same(before, after) {
		return errChanged
	}
	return nil
}

// same reports whether nobody wrote to a file, or renamed or removed it, between two looks.
func same(a, b unix.Stat_t) bool {
	return a.Size == b.Size && a.Mtim == b.Mtim && a.Ctim == b.Ctim && a.Ino == b.Ino && a.Nlink == b.Nlink
}

// pour copies until the end or the end of the context. The buffer is wiped: what it held is data.
func pour(ctx context.Context, w io.Writer, r io.Reader) (int64, error) {
	buf := make([]byte, 256<<10)
	defer clear(buf)
	for n := int64(0); ; {
		got, err := r.Read(buf)
		if got > 0 {
			if _, err := w.Write(buf[:got]); err != nil {
				return n, err
			}
			n += int64(got)
		}
		switch {
		case err == io.EOF:
			return n, nil
		case err != nil:
			return n, errRead.because(code(err))
		case ctx.Err() != nil:
			return n, ctx.Err()
		}
	}
}

func (d directory) manifest(_ context.Context, s *catalog.Supply) ([]byte, error) {
	f, before, err := d.file(s.Manifest)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxManifest))
	if err != nil {
		return nil, errRead.because(code(err))
	}
	var after unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &after); err != nil || !same(before, after) {
		return nil, errChanged
	}
	return b, nil
}

// code is the name of a system's error, such as ENOENT.
func code(err error) string {
	var e syscall.Errno
	if errors.As(err, &e) {
		return unix.ErrnoName(e)
	}
	return ""
}
