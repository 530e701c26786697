package ident

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Passport reports whether a value has the form of a passport number.
func Passport(value string) bool { return passport(compact(value)) }

// passport: E and eight digits or a letter and seven; G, D, S, P and eight digits; DE, SE, PE and seven. I and O are not used.
func passport(s string) bool {
	if len(s) != 9 || !digits(s[2:]) {
		return false
	}
	second := s[1] >= '0' && s[1] <= '9'
	switch s[0] {
	case 'E':
		return second || serial(s[1])
	case 'D', 'S', 'P':
		return second || s[1] == 'E'
	case 'G':
		return second
	}
	return false
}

// TravelPermit reports whether a value has the form of a permit to travel between the mainland and Hong Kong, Macao or Taiwan. The
// eight or ten digits of a Taiwan compatriot's permit are the form of many other things.
func TravelPermit(value string) bool {
	s := compact(value)
	return permit(s) || (len(s) == 8 || len(s) == 10) && digits(s)
}

func permit(s string) bool {
	switch {
	case len(s) == 9 && (s[0] == 'C' || s[0] == 'W'):
		return digits(s[1:]) || s[0] == 'C' && s[1] >= 'A' && s[1] <= 'Z' && digits(s[2:])
	case len(s) == 9 || len(s) == 11:
		return (s[0] == 'H' || s[0] == 'M') && digits(s[1:])
	}
	return false
}

// serial reports whether a letter is used in serial numbers: I and O look like digits.
func serial(c byte) bool { return c >= 'A' && c <= 'Z' && c != 'I' && c != 'O' }

const plateProvinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

// Plate reports whether a value is the number of a vehicle's plate (GA 36): ordinary, or of a new-energy vehicle.
func Plate(value string) bool {
	f := fold(value)
	f.trim()
	end, ok := f.plate(0)
	return ok && end == len(f.text)
}

// plate reads a plate that begins at a byte of folded text, and returns where it ends. A dot, hyphen or space may follow the letter.
func (f *folded) plate(start int) (end int, ok bool) {
	r, size := utf8.DecodeRuneInString(f.text[start:])
	if r < utf8.RuneSelf || !strings.ContainsRune(plateProvinces, r) {
		return 0, false
	}
	i := start + size
	if i >= len(f.text) || !serial(f.text[i]) {
		return 0, false
	}
	i++
	for _, sep := range []string{"·", "•", "-", " "} {
		if strings.HasPrefix(f.text[i:], sep) {
			i += len(sep)
			break
		}
	}
	first := i
	for i < len(f.text) && (serial(f.text[i]) || f.text[i] >= '0' && f.text[i] <= '9') {
		i++
	}
	if i < len(f.text) && alphanumeric(f.text[i]) {
		return 0, false
	}
	switch body := f.text[first:i]; len(body) {
	case 4:
		r, size := utf8.DecodeRuneInString(f.text[i:])
		return i + size, strings.ContainsRune("挂学警港澳", r) && numeric(body) > 1
	case 5:
		return i, numeric(body) > 1
	case 6:
		return i, electric(body[0]) && (serial(body[1]) || digits(body[1:2])) && digits(body[2:]) || digits(body[:5]) && electric(body[5])
	}
	return 0, false
}

// electric reports whether a letter marks a new-energy vehicle.
func electric(c byte) bool { return c >= 'A' && c <= 'K' && c != 'I' }

// numeric counts digits; plates have at least two.
func numeric(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}

// PropertyTitle reports whether a value is the number of a real-estate certificate, such as 京(2021)东不动产权第0000000号.
func PropertyTitle(value string) bool {
	f := fold(value)
	f.trim()
	start, end, ok := f.title(strings.Index(f.text, titleMark))
	return ok && start == 0 && end == len(f.text)
}

const titleMark = "不动产权第"

// title finds the bounds of a certificate's number around its mark in folded text.
func (f *folded) title(mark int) (start, end int, ok bool) {
	if mark < 0 {
		return 0, 0, false
	}
	end = mark + len(titleMark)
	first := end
	for end < len(f.text) && f.text[end] >= '0' && f.text[end] <= '9' {
		end++
	}
	if end-first < 4 || end-first > 12 || !strings.HasPrefix(f.text[end:], "号") {
		return 0, 0, false
	}
	end += len("号")
	place, closed := strings.LastIndexByte(f.text[:mark], ')'), false
	if place >= 5 && mark-place <= 1+3*8 && f.text[place-5] == '(' && digits(f.text[place-4:place]) {
		r, size := utf8.DecodeLastRuneInString(f.text[:place-5])
		closed = unicode.Is(unicode.Han, r)
		start = place - 5 - size
	}
	return start, end, closed
}
