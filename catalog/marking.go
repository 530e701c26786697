package catalog

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The markings of state secrets (SJZ-2): 绝密, 机密 and 秘密 as a document bears them, alone, with a star or a term, or as a level, in simplified and
// traditional characters and in English. Trade secrets (商业秘密, 商业机密) and other secrets that are none of the state's are not meant.
var (
	markZh = regexp.MustCompile(`绝密|絕密|国家机密|國家機密|` +
		`(?:^|[^业業])[机機]密(?:$|[^\p{Han}]|[级級件]|[0-9]|长期|長期|启封|啟封)|` +
		`(?:^|[^\p{Han}])秘密(?:$|[^\p{Han}])|秘密(?:[★☆▲◆※*]|[级級件]|[0-9]{1,3}[年月]|长期|長期|启封|啟封)`)
	markEn = regexp.MustCompile(`(?i)\btop[\s_-]*secret\b|\bstate\s+secrets?\b|\b(?:secret|confidential)\s*(?://|[★☆▲◆※*])|^\W*(?:secret|confidential)\W*$`)
)

// MarkHint is what every text with a marking holds, as a regular expression that the engine's dialect and Go's share: a quick look before [Marked].
const MarkHint = `[绝絕机機秘].{0,4}密|(?i:s.{0,2}e.{0,2}c.{0,2}r.{0,2}e.{0,2}t|confidential)|[\x{FF21}-\x{FF5A}]{6}`

// Marked reports whether a text bears the marking of a state secret. Width, spaces and invisible characters make no difference.
func Marked(text string) bool {
	plain := norm.NFKC.String(text)
	if markEn.MatchString(plain) {
		return true
	}
	return markZh.MatchString(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Cc) {
			return -1
		}
		return r
	}, plain))
}

// MarkedFields lists the fields of the declaration whose text bears the marking of a state secret, in alphabetical order: never the text.
func (s *DatasetSpec) MarkedFields() []string {
	plain, err := json.Marshal(s)
	var tree any
	if err == nil {
		err = json.Unmarshal(plain, &tree)
	}
	if err != nil {
		return []string{"spec"} // what cannot be read is not known to be free of them
	}
	out := markedIn(nil, "spec", tree)
	slices.Sort(out)
	return slices.Compact(out)
}

func markedIn(found []string, path string, v any) []string {
	switch v := v.(type) {
	case string:
		if Marked(v) {
			return append(found, path)
		}
	case []any:
		for i, item := range v {
			found = markedIn(found, fmt.Sprintf("%s[%d]", path, i), item)
		}
	case map[string]any:
		for name, item := range v {
			found = markedIn(found, path+"."+name, item)
		}
	}
	return found
}
