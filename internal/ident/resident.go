package ident

import (
	"time"

	"yumen/catalog"
)

// ResidentID reports whether a value is an 18-digit resident identity number (GB 11643): a province, a day that has been, and the
// check digit of ISO 7064 MOD 11-2.
func (r *Reader) ResidentID(value string) bool {
	return r.residentKind(compact(value)) == catalog.IdentifierResidentID
}

// ResidencePermit reports whether a value is the number of a residence permit for people from Hong Kong, Macao or Taiwan.
func (r *Reader) ResidencePermit(value string) bool {
	return r.residentKind(compact(value)) == catalog.IdentifierResidencePermit
}

// ForeignerID reports whether a value is the 18-digit number of a foreigner's permanent residence card, form of 2023.
func (r *Reader) ForeignerID(value string) bool {
	return r.residentKind(compact(value)) == catalog.IdentifierForeignerID
}

// FormerResidentID reports whether a value has the form of a 15-digit identity number, which has no check digit.
func (r *Reader) FormerResidentID(value string) bool {
	s := compact(value)
	return len(s) == 15 && digits(s) && s[0] != '0' && resident(s) && r.born(1900+number(s[6:8]), number(s[8:10]), number(s[10:12]))
}

// UpgradeResidentID gives a 15-digit number its 18-digit form, "" for any other value.
func (r *Reader) UpgradeResidentID(value string) string {
	s := compact(value)
	if !r.FormerResidentID(s) {
		return ""
	}
	s = s[:6] + "19" + s[6:]
	return s + string(residentCheck(s))
}

// residentKind is the kind of an 18-character number with a date of birth and a check digit, "" for none.
func (r *Reader) residentKind(s string) Kind {
	if len(s) != 18 || !digits(s[:17]) || s[17] != residentCheck(s) {
		return ""
	}
	if !r.born(number(s[6:10]), number(s[10:12]), number(s[12:14])) {
		return ""
	}
	switch region := s[:2]; {
	case region == "81" || region == "82" || region == "83":
		if s[2:6] == "0000" {
			return catalog.IdentifierResidencePermit
		}
	case s[0] == '9':
		if province(s[1:3]) {
			return catalog.IdentifierForeignerID
		}
	case resident(s):
		return catalog.IdentifierResidentID
	}
	return ""
}

// resident reports whether a number begins with a province whose residents have identity numbers.
func resident(s string) bool { return province(s[:2]) && s[0] != '8' }

func (r *Reader) born(year, month, day int) bool {
	if year < 1800 || month < 1 || month > 12 || day < 1 || year*10000+month*100+day > r.today {
		return false
	}
	return day <= time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// residentCheck is the check digit of the first 17 digits: ISO 7064 MOD 11-2.
func residentCheck(s string) byte {
	sum := 0
	for i, w := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}

// province reports whether two digits are a province-level code of GB/T 2260.
func province(code string) bool {
	switch code[0] {
	case '1':
		return code[1] >= '1' && code[1] <= '5'
	case '2':
		return code[1] >= '1' && code[1] <= '3'
	case '3':
		return code[1] >= '1' && code[1] <= '7'
	case '4':
		return code[1] >= '1' && code[1] <= '6'
	case '5':
		return code[1] >= '0' && code[1] <= '4'
	case '6':
		return code[1] >= '1' && code[1] <= '5'
	case '7':
		return code[1] == '1'
	case '8':
		return code[1] == '1' || code[1] == '2'
	}
	return false
}

// Adcode reports whether a value has the form of an administrative division code (GB/T 2260) of a known province. Counties change
// and are not judged. It identifies a place and nobody.
func Adcode(value string) bool {
	s := compact(value)
	return len(s) == 6 && digits(s) && province(s)
}

// Postcode reports whether a value has the form of a postal code, which adcodes have too.
func Postcode(value string) bool {
	s := compact(value)
	return len(s) == 6 && digits(s)
}
