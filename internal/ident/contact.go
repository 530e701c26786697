package ident

import "strings"

// Mobile reports whether a value is a mobile number of the mainland, with or without the country code.
func Mobile(value string) bool { return mobile(compact(value)) }

func mobile(s string) bool {
	switch len(s) {
	case 13:
		s = strings.TrimPrefix(s, "86")
	case 15:
		s = strings.TrimPrefix(s, "0086")
	}
	return len(s) == 11 && s[0] == '1' && s[1] >= '3' && digits(s)
}

// Landline reports whether a value is a fixed-line number with its area code.
func Landline(value string) bool { return landline(compact(value)) }

// landline knows the area codes: 010, 02x, and four digits from 03 to 09.
func landline(s string) bool {
	if len(s) < 10 || len(s) > 12 || !digits(s) || s[0] != '0' {
		return false
	}
	if s[1] == '1' || s[1] == '2' {
		return len(s) < 12 && (s[1] == '2' || s[2] == '0')
	}
	return s[1] >= '3' && len(s) > 10
}

// Email reports whether a value is an address of e-mail.
func Email(value string) bool {
	f := fold(value)
	f.trim()
	at := strings.IndexByte(f.text, '@')
	start, end, ok := f.email(at)
	return ok && start == 0 && end == len(f.text)
}

// email finds the bounds of the address around an @ in folded text.
func (f *folded) email(at int) (start, end int, ok bool) {
	if at <= 0 {
		return 0, 0, false
	}
	start = at
	for start > 0 && at-start < 64 && strings.IndexByte("._%+-", f.text[start-1]) >= 0 || start > 0 && at-start < 64 && alphanumeric(f.text[start-1]) {
		start--
	}
	for start < at && !alphanumeric(f.text[start]) {
		start++
	}
	end = at + 1
	dot, label := -1, 0
	for end < len(f.text) && end-at <= 254 {
		c := f.text[end]
		if c == '.' && label > 0 {
			dot, label = end, 0
		} else if alphanumeric(c) || c == '-' && label > 0 {
			label++
		} else {
			break
		}
		end++
	}
	if label == 0 && dot == end-1 { // a full stop behind the address
		end--
		dot = strings.LastIndexByte(f.text[at:end], '.')
		if dot < 0 {
			return 0, 0, false
		}
		dot += at
	}
	return start, end, start < at && dot > 0 && end-dot > 2 && letters(f.text[dot+1:end])
}

func alphanumeric(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' }

func letters(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return s != ""
}
