package locale

import (
	"regexp"

	"yumen/catalog"
)

// Usage is an error of the flag parser (cobra and pflag) in both languages. What is not known here stays as it is.
func Usage(err error) catalog.Text {
	said := err.Error()
	out := catalog.Text{Zh: said, En: said}
	for _, u := range usages {
		if u.en.MatchString(said) {
			out.Zh = u.en.ReplaceAllString(said, u.zh)
			break
		}
	}
	return out
}

// usages are the forms of such errors, the first that fits wins.
var usages = []struct {
	en *regexp.Regexp
	zh string
}{
	{regexp.MustCompile(`^unknown flag: (\S+)$`), "没有这个选项：$1"},
	{regexp.MustCompile(`^unknown shorthand flag: '(.)' in (\S+)$`), "没有这个选项：-$1（在 $2 中）"},
	{regexp.MustCompile(`^flag needs an argument: '?(.)'? in (\S+)$`), "选项 -$1 需要一个值（在 $2 中）"},
	{regexp.MustCompile(`^flag needs an argument: (\S+)$`), "选项 $1 需要一个值"},
	{regexp.MustCompile(`(?s)^invalid argument (".*") for "([^"]*)" flag: .*$`), "选项 $2 的值 $1 不对"},
	{regexp.MustCompile(`^bad flag syntax: (.*)$`), "选项写法不对：$1"},
	{regexp.MustCompile(`^required flag\(s\) (.+) not set$`), "缺少必需的选项：$1"},
	{regexp.MustCompile(`(?s)^unknown command ("[^"]*") for ("[^"]*").*$`), "$2 没有这个命令：$1"},
	{regexp.MustCompile(`^if any flags in the group \[(.+)\] are set none of the others can be; \[(.+)\] were all set$`), "选项 $1 只能给出一个，现在给了 $2"},
	{regexp.MustCompile(`^if any flags in the group \[(.+)\] are set they must all be set; missing \[(.+)\]$`), "选项 $1 须同时给出，缺少 $2"},
	{regexp.MustCompile(`^at least one of the flags in the group \[(.+)\] is required$`), "选项 $1 至少给出一个"},
	{regexp.MustCompile(`^accepts (\d+) arg\(s\), received (\d+)$`), "应有 $1 个参数，给了 $2 个"},
}
