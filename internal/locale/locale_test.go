package locale_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/locale"
)

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		name, asked string
		env         map[string]string
		want        locale.Language
	}{
		{"nothing set", "", nil, locale.En},
		{"LANG", "", map[string]string{"LANG": "zh_CN.UTF-8"}, locale.Zh},
		{"LC_MESSAGES over LANG", "", map[string]string{"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB"}, locale.En},
		{"LC_ALL over all", "", map[string]string{"LANG": "en_US", "LC_MESSAGES": "en_GB", "LC_ALL": "zh"}, locale.Zh},
		{"an empty variable does not decide", "", map[string]string{"LC_ALL": "", "LANG": "zh-Hans"}, locale.Zh},
		{"C locale", "", map[string]string{"LC_ALL": "C", "LANG": "zh_CN"}, locale.En},
		{"a language that begins alike", "", map[string]string{"LANG": "zhx_XX"}, locale.En},
		{"asked wins", "zh", map[string]string{"LC_ALL": "en_US"}, locale.Zh},
		{"asked in capitals", "EN", map[string]string{"LC_ALL": "zh"}, locale.En},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := locale.Choose(c.asked, func(k string) string { return c.env[k] })
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
	_, err := locale.Choose("fr", func(string) string { return "" })
	require.ErrorIs(t, err, locale.ErrUnknown)
}

func TestAsked(t *testing.T) {
	require.Equal(t, "zh", locale.Asked([]string{"query", "--lang", "zh"}))
	require.Equal(t, "en", locale.Asked([]string{"--lang=en", "whoami"}))
	require.Empty(t, locale.Asked([]string{"whoami", "--", "--lang", "zh"}))
	require.Empty(t, locale.Asked([]string{"whoami", "--lang"}))
}

func TestText(t *testing.T) {
	both := catalog.Text{Zh: "域门", En: "gate"}
	require.Equal(t, "域门", locale.Zh.Text(both))
	require.Equal(t, "gate", locale.En.Text(both))
	require.Equal(t, "gate", locale.Zh.Text(catalog.Text{En: "gate"}))
	require.Equal(t, "域门", locale.En.Text(catalog.Text{Zh: "域门"}))
}

// The flag parser's errors, made by it, in both languages.
func TestUsage(t *testing.T) {
	for line, want := range map[string]string{
		"--nonsense": "没有这个选项：--nonsense", "-x": "没有这个选项：-x（在 -x 中）", "--count": "选项 --count 需要一个值", "--count=many": `选项 -n, --count 的值 "many" 不对`,
		"-n": "选项 -n 需要一个值（在 -n 中）", "--=1": "选项写法不对：--=1", "": `缺少必需的选项："count"`, "extra": `"tool" 没有这个命令："extra"`,
		"--count 1 --one --two": "选项 one two 只能给出一个，现在给了 one two",
	} {
		c := &cobra.Command{Use: "tool", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error { return nil }, SilenceErrors: true, SilenceUsage: true}
		c.Flags().IntP("count", "n", 0, "")
		c.Flags().Bool("one", false, "")
		c.Flags().Bool("two", false, "")
		require.NoError(t, c.MarkFlagRequired("count"))
		c.MarkFlagsMutuallyExclusive("one", "two")
		c.SetArgs(strings.Fields(line))
		err := c.Execute()
		require.Error(t, err, line)
		said := locale.Usage(err)
		require.Equal(t, want, said.Zh)
		require.Equal(t, err.Error(), said.En)
	}
	require.Equal(t, catalog.Text{Zh: "anything else", En: "anything else"}, locale.Usage(errors.New("anything else")))
}
