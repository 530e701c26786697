package main

import (
	"errors"
	"io"
	"os"
)

// readFile reads a file of the person's own, of at most limit bytes.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fail(exitUsage, "无法打开文件", "cannot open the file").because(err)
	}
	defer f.Close()
	return readLimited(f, name, limit)
}

// readInput is readFile, where "-" is standard input.
func (a *app) readInput(name string, limit int64) ([]byte, error) {
	if name == "-" {
		return readLimited(a.in, name, limit)
	}
	return readFile(name, limit)
}

func readLimited(r io.Reader, name string, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fail(exitUsage, "无法读取文件 "+name, "cannot read "+name).because(err)
	}
	if int64(len(b)) > limit {
		return nil, fail(exitUsage, "文件过大："+name, "the file is too large: "+name)
	}
	return b, nil
}

// writeNew writes a file that must not exist yet.
func writeNew(name string, content []byte, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, os.ErrExist) {
		return fail(exitUsage, "文件已存在："+name, "the file exists already: "+name).
			hinting("换一个名字，或先移走它", "choose another name, or move it away first")
	}
	if err != nil {
		return fail(exitUsage, "无法创建文件", "cannot create the file").because(err)
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}
