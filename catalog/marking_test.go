package catalog_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
)

func TestSJZ_2_MarkingsOfStateSecrets(t *testing.T) {
	hint := regexp.MustCompile(`(?s)` + catalog.MarkHint)
	for _, text := range []string{
		"绝密", "绝密★启封前", "机密★10年", "【机密】", "机密", "秘密", "秘密★5年", "密级：秘密", "秘密级", "机密级文件", "绝 密 ★ 长期", "绝\u200b密", "絕密", "機密★20年", "国家机密",
		"(秘密)", "文件标记 机密★10年 复印", "TOP SECRET", "Top-Secret", "top  secret plans", "SECRET//NOFORN", "SECRET★10", "secret", "Confidential", "[CONFIDENTIAL]", "state secret",
		"ＴＯＰ ＳＥＣＲＥＴ", "秘密10年",
	} {
		require.True(t, catalog.Marked(text), text)
		require.True(t, hint.MatchString(text), "the quick look misses %s", text)
	}
	for _, text := range []string{
		"", "商业秘密", "商业机密", "个人秘密", "不涉及商业秘密的数据", "密云区", "保密协议", "机密码", "Victoria's Secret Store", "secretary", "confidentiality agreement", "the secret garden", "加密", "秘书处", "工作秘密事项",
	} {
		require.False(t, catalog.Marked(text), text)
	}
}

func TestSJZ_2_MarkedFieldsNameTheFieldAlone(t *testing.T) {
	spec := catalog.DatasetSpec{Title: catalog.Text{Zh: "港口（机密★10年）", En: "Harbour"}, Directory: catalog.Directory{Duty: "港务"},
		Columns: []catalog.Column{{Name: "a", Domain: []catalog.Scalar{"x", "绝密"}}, {Name: "b", GradeReason: "商业秘密已脱敏"}}}
	require.Equal(t, []string{"spec.columns[0].domain[1]", "spec.title.zh"}, spec.MarkedFields())
	require.Empty(t, (&catalog.DatasetSpec{Title: catalog.Text{Zh: "港口", En: "Harbour"}}).MarkedFields())
}
