package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"yumen/internal/keyring"
	"yumen/internal/metastore"
	"yumen/internal/operation"
)

// remedies say in both languages what to do about the failures that an operator meets.
var remedies = []struct {
	is   error
	told error
}{
	{metastore.ErrLocked, told("专区正由另一个进程使用：请先停止它", "the zone is in use by another process: stop that one first")},
	{metastore.ErrOlderSchema, told("元数据库结构较旧：用写入它的版本做一次备份，然后运行 yumend migrate --data DIR",
		"the store has an older schema: back it up with the version that wrote it, then run yumend migrate --data DIR")},
	{metastore.ErrNewerSchema, told("元数据库由更新的版本写入：请安装那个版本或更新的版本；本程序未作任何改动",
		"the store was written by a newer version: install that one or a newer one; nothing was changed")},
	{keyring.ErrMaster, told("主密钥不可用：请把本专区的 master.key 放回原处（权限 0600），或在配置 master_key 中指明",
		"the master key cannot be used: put this zone's master.key back (mode 0600), or name it with master_key in the configuration")},
	{keyring.ErrEpoch, told("备份密钥不可用：需要备份当时的纪元密钥（epoch.key）", "the epoch key cannot be used: it takes the one of the backup's time (epoch.key)")},
	{operation.ErrBackup, told("备份不真或不完整：请取另一份", "the backup is not genuine or not whole: take another one")},
}

// holdKeys explains a keyring that does not open because the rotation of its master key was interrupted.
func holdKeys(err error, master string) error {
	if errors.Is(err, keyring.ErrMaster) && keyring.Interrupted(master) {
		return fmt.Errorf("%w (%w)", told("主密钥的更换被中断：再运行一次 yumend keys rotate --master", "a rotation of the master key was interrupted: run yumend keys rotate --master again"), err)
	}
	return err
}

// advised puts what to do before an error that an operator can do something about.
func advised(err error) error {
	var already message
	if err == nil || errors.As(err, &already) {
		return err
	}
	for _, r := range remedies {
		if errors.Is(err, r.is) {
			return fmt.Errorf("%w (%w)", r.told, err)
		}
	}
	return err
}

// holdsZone refuses a directory without a zone, one that is half restored, and one of another user: whoever else opened it would leave
// files in it that the gateway cannot use.
func holdsZone(dir string) error {
	if operation.HalfRestored(dir) {
		return told("这个目录里的恢复被中断，内容不完整：请删除它，再次运行 yumend restore",
			"a restore into this directory was interrupted and it is not whole: remove it and run yumend restore again")
	}
	info, err := os.Stat(filepath.Join(dir, "meta.db"))
	if errors.Is(err, os.ErrNotExist) {
		return told("这个目录里没有专区：请先运行 yumend init", "this directory holds no zone: run yumend init first")
	}
	if err != nil {
		return err
	}
	if uid := ownerOf(info); uid != os.Geteuid() {
		return fmt.Errorf("%w (uid %d)", told("专区属于另一个用户：请以该用户运行", "the zone belongs to another user: run this as that user"), uid)
	}
	return nil
}

func ownerOf(info os.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid)
	}
	return os.Geteuid()
}
