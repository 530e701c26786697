package mask

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"yumen/internal/ident"
)

var nameForm = regexp.MustCompile(`^(\p{Han}\*{1,3}|(欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|夏侯|端木|长孙|宇文|闻人|南宫|申屠|独孤|呼延)\*{1,2})$`)

// name keeps the surname.
func name(_ *ident.Reader, value string) (string, bool) {
	s := ident.Folded(value)
	n := ident.Surname(s)
	if n == 0 {
		return "", false
	}
	runes := []rune(s)
	return string(runes[:n]) + stars(len(runes)-n), true
}

// mobile keeps the network and the last digits.
func mobile(head, tail int) applying {
	return func(_ *ident.Reader, value string) (string, bool) {
		s := ident.Compact(value)
		if !ident.Mobile(s) {
			return "", false
		}
		return ends(s[len(s)-11:], head, tail)
	}
}

// landline keeps the area code.
func landline(tail int) applying {
	return func(_ *ident.Reader, value string) (string, bool) {
		s := ident.Compact(value)
		if !ident.Landline(s) {
			return "", false
		}
		area := 4
		if s[1] == '1' || s[1] == '2' {
			area = 3
		}
		rest, ok := ends(s[area:], 0, tail)
		return s[:area] + "-" + rest, ok && (len(rest) == 7 || len(rest) == 8)
	}
}

var emailForm = regexp.MustCompile(`^[a-z0-9]?\*{1,63}@[a-z0-9.-]{1,254}$`)

// email keeps the first letter and the domain.
func email(_ *ident.Reader, value string) (string, bool) {
	local, domain, ok := mailbox(value)
	if !ok {
		return "", false
	}
	if len(local) < 2 || !strings.Contains("abcdefghijklmnopqrstuvwxyz0123456789", local[:1]) {
		return stars(len(local)) + "@" + domain, true
	}
	return local[:1] + stars(len(local)-1) + "@" + domain, true
}

func strictEmail(_ *ident.Reader, value string) (string, bool) {
	_, domain, ok := mailbox(value)
	return "***@***." + domain[strings.LastIndexByte(domain, '.')+1:], ok
}

func mailbox(value string) (local, domain string, ok bool) {
	s := strings.ToLower(ident.Folded(value))
	local, domain, ok = strings.Cut(s, "@")
	return local, domain, ok && ident.Email(s) && len(local) < 64
}

// plate keeps the place of registration and the last two characters.
func plate(_ *ident.Reader, value string) (string, bool) {
	r, ok := plateRunes(value)
	if !ok {
		return "", false
	}
	head := len(r) - 5 // one more letter of a new-energy plate
	return string(r[:head]) + "***" + string(r[len(r)-2:]), true
}

func strictPlate(_ *ident.Reader, value string) (string, bool) {
	r, ok := plateRunes(value)
	if !ok {
		return "", false
	}
	return string(r[:2]) + stars(len(r)-2), true
}

var plateSign = strings.NewReplacer("·", "", "•", "", "-", "", " ", "")

func plateRunes(value string) ([]rune, bool) {
	r := []rune(plateSign.Replace(ident.Folded(value)))
	return r, ident.Plate(value) && (len(r) == 7 || len(r) == 8)
}

// title hides the number of a real-estate certificate.
func title(_ *ident.Reader, value string) (string, bool) {
	s := ident.Folded(value)
	if !ident.PropertyTitle(s) {
		return "", false
	}
	head, _, _ := strings.Cut(s, "第")
	return head + "第*******号", utf8.ValidString(head)
}

// The levels of an address: province, city, district.
const (
	provincePart = `(?:\p{Han}{2,8}?(?:省|自治区|特别行政区))`
	cityPart     = `(?:\p{Han}{2,10}?(?:市|自治州|地区|盟))`
	districtPart = `(?:\p{Han}{1,5}?(?:区|县|旗|市))`
)

var (
	toCity     = regexp.MustCompile(`^(?:` + provincePart + `?` + cityPart + `)`)
	toDistrict = regexp.MustCompile(`^(?:` + provincePart + `?` + cityPart + `)?` + districtPart)
)

// addressForm is the form of an address of which so many levels are left.
func addressForm(levels int) *regexp.Regexp {
	if levels == 3 {
		return regexp.MustCompile(toDistrict.String() + `\*{6}$`)
	}
	return regexp.MustCompile(toCity.String() + `\*{6}$`)
}

// address keeps the levels down to the district, or to the city.
func address(levels int) applying {
	keep := toDistrict
	if levels == 2 {
		keep = toCity
	}
	return func(_ *ident.Reader, value string) (string, bool) {
		head := keep.FindString(strings.TrimSpace(value))
		if estate.MatchString(head) {
			head = toCity.FindString(head)
		}
		return head + Hidden, head != ""
	}
}

// estate is the end of what is called 区 and is no district.
var estate = regexp.MustCompile(`(小|社|园|街|校|厂)区$`)
