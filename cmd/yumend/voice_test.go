package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/locale"
	"yumen/internal/metastore"
)

func TestErrorsAreSpokenInBothLanguages(t *testing.T) {
	for _, c := range []struct {
		err    error
		zh, en string
	}{
		{usageError{told("甲", "a")}, "甲", "a"},
		{fmt.Errorf("configuration c.yaml: %w", told("第 1 行", "line 1")), "configuration c.yaml: 第 1 行", "configuration c.yaml: line 1"},
		{fmt.Errorf("metastore: %w", metastore.ErrLocked), "该专区正由另一个进程使用：请先停止它（metastore: store is in use by another process）", "metastore: store is in use by another process"},
		{&fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}, "没有这个文件或目录（open x: file does not exist）", "open x: file does not exist"},
		{errors.New("anything"), "anything", "anything"},
	} {
		require.Equal(t, c.zh, spoken(c.err, locale.Zh))
		require.Equal(t, c.en, spoken(c.err, locale.En))
	}
	root := command()
	for line, want := range map[string]string{
		"serve --nonsense": "没有这个选项：--nonsense", "serve": `缺少必需的选项："data"`, "serve --data": "选项 --data 需要一个值", "config print extra": `"yumend config print" 没有这个命令："extra"`,
	} {
		root.SetArgs(strings.Fields(line))
		err := usage(root.ExecuteContext(context.Background()))
		var u usageError
		require.ErrorAs(t, err, &u, line)
		require.Equal(t, want, spoken(err, locale.Zh))
	}
}
