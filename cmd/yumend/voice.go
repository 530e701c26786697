package main

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/internal/locale"
	"yumen/internal/metastore"
)

// message is an error that a person reads, in both languages.
type message catalog.Text

func told(zh, en string) error { return message{Zh: zh, En: en} }

func (m message) Error() string { return m.En }

// usage makes what cobra says of a command line, before any command of ours runs, an error of usage.
func usage(err error) error {
	if err != nil && locale.Usage(err).Zh != err.Error() {
		return usageError{saidBy(err)}
	}
	return err
}

// saidBy is an error of the flag parser, in both languages.
func saidBy(err error) error { return message(locale.Usage(err)) }

// spoken is an error as a person reads it who speaks this language.
func spoken(err error, lang locale.Language) string {
	var m message
	if lang != locale.Zh {
		return err.Error()
	}
	if errors.As(err, &m) {
		return strings.Replace(err.Error(), m.En, m.Zh, 1)
	}
	for _, s := range sentinels {
		if errors.Is(err, s.is) {
			return s.zh + "（" + err.Error() + "）"
		}
	}
	return err.Error()
}

// sentinels are the errors of what lies below that a person can do something about. Their own words, which name the place, follow.
var sentinels = []struct {
	is error
	zh string
}{
	{enclave.ErrPolicy, "生效的策略包无法使用：请用 yumend policy reset 回到程序自带的规则，再装入本版本接受的策略包"},
	{enclave.ErrNoZone, "该目录中没有专区：请先运行 yumend init"},
	{metastore.ErrLocked, "该专区正由另一个进程使用：请先停止它"},
	{metastore.ErrNewerSchema, "元数据库由更新版本的程序写成：请使用该版本或更新的版本"},
	{syscall.EADDRINUSE, "该地址已被占用：请另选 --listen"},
	{fs.ErrPermission, "没有权限"},
	{fs.ErrNotExist, "没有这个文件或目录"},
	{fs.ErrExist, "文件或目录已存在"},
}
