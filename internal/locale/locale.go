// Package locale owns the choice of the language in which the command speaks: Chinese or English.
package locale

import (
	"errors"
	"strings"

	"yumen/catalog"
)

// Language is one of the two languages of the product.
type Language string

// The languages.
const (
	Zh Language = "zh"
	En Language = "en"
)

// ErrUnknown is returned by Choose for a language that the product does not speak.
var ErrUnknown = errors.New("the language is zh or en")

// Choose returns the language that asked names; when asked is empty, the one that the first non-empty of LC_ALL, LC_MESSAGES
// and LANG names, as POSIX orders them. Whatever is not Chinese is English; only an explicit unknown choice is an error.
func Choose(asked string, getenv func(string) string) (Language, error) {
	if asked != "" {
		return parse(asked)
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if isChinese(v) {
				return Zh, nil
			}
			return En, nil
		}
	}
	return En, nil
}

// Asked returns the value of --lang among the arguments, or "". The command needs it before it parses its flags, because
// the descriptions of the flags are themselves in one language.
func Asked(args []string) string {
	for i, a := range args {
		switch {
		case a == "--":
			return ""
		case a == "--lang" && i+1 < len(args):
			return args[i+1]
		case strings.HasPrefix(a, "--lang="):
			return strings.TrimPrefix(a, "--lang=")
		}
	}
	return ""
}

// Pick returns the text of this language.
func (l Language) Pick(zh, en string) string { return l.Text(catalog.Text{Zh: zh, En: en}) }

// Text returns the message in this language, or in the other one when it is missing.
func (l Language) Text(t catalog.Text) string {
	if l == Zh && t.Zh != "" || t.En == "" {
		return t.Zh
	}
	return t.En
}

func parse(s string) (Language, error) {
	switch l := Language(strings.ToLower(s)); l {
	case Zh, En:
		return l, nil
	}
	return En, ErrUnknown
}

func isChinese(tag string) bool {
	base := strings.FieldsFunc(strings.ToLower(tag), func(r rune) bool { return r == '_' || r == '-' || r == '.' || r == '@' })
	return len(base) > 0 && base[0] == string(Zh)
}
