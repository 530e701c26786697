package ident

import "strings"

// usccAlphabet are the characters of a unified social credit code; their values are their positions.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// usccKinds are the kinds of organization by registering authority (GB 32100, table 1, and what was added since).
var usccKinds = map[byte]string{
	'1': "1239", '2': "19", '3': "123459", '4': "19", '5': "123459", '6': "129", '7': "129", '8': "19", '9': "123", 'A': "19", 'N': "1239", 'Y': "1",
}

// USCC reports whether a value is a unified social credit code (GB 32100).
func USCC(value string) bool {
	s := compact(value)
	return len(s) == 18 && soundUSCC(s)
}

// Individual reports whether a unified social credit code is that of an individual business (个体工商户), which is personal.
func Individual(value string) bool {
	s := compact(value)
	return len(s) == 18 && s[0] == '9' && s[1] == '2' && soundUSCC(s)
}

// soundUSCC checks authority, kind, province and check character. A code of digits alone could be any long number, so there the
// check digit of the organization code inside must hold too, which elsewhere old codes may lack.
func soundUSCC(s string) bool {
	if !strings.ContainsRune(usccKinds[s[0]], rune(s[1])) || !digits(s[2:8]) || !province(s[2:4]) && s[2:8] != "100000" {
		return false
	}
	weight, sum := 1, 0
	for i := range 17 {
		v := strings.IndexByte(usccAlphabet, s[i])
		if v < 0 {
			return false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	if s[17] != usccAlphabet[(31-sum%31)%31] {
		return false
	}
	return !digits(s) || OrgCode(s[8:17])
}

// OrgCode reports whether a value is an organization code (GB 11714). One in eleven numbers of nine digits is.
func OrgCode(value string) bool {
	s := compact(value)
	if len(s) != 9 {
		return false
	}
	sum := 0
	for i, w := range [8]int{3, 7, 9, 10, 5, 8, 4, 2} {
		v := base36(s[i])
		if v < 0 {
			return false
		}
		sum += v * w
	}
	return s[8] == "0X987654321"[sum%11]
}

// LEI reports whether a value is a legal entity identifier (ISO 17442): MOD 97-10 over 20 characters.
func LEI(value string) bool {
	s := compact(value)
	return len(s) == 20 && soundLEI(s)
}

// soundLEI asks for a letter too: those in use have one, and long numbers do not.
func soundLEI(s string) bool {
	rest := 0
	for i := range len(s) {
		v := base36(s[i])
		switch {
		case v < 0:
			return false
		case v < 10:
			rest = (rest*10 + v) % 97
		default:
			rest = (rest*100 + v) % 97
		}
	}
	return rest == 1 && digits(s[18:]) && !digits(s)
}

func base36(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	}
	return -1
}
