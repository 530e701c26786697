package locale_test

import (
	"testing"

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
