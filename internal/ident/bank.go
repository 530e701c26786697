package ident

import (
	"strings"

	"yumen/catalog"
)

// BankCard reports whether a value is a card number: 16 to 19 digits of a payment scheme, with the Luhn digit of ISO/IEC 7812.
func BankCard(value string) bool { return len(card(nil, compact(value))) > 0 }

// card appends a card number. Numbers of UnionPay (62) are rare among numbers of their length; those of other schemes are not,
// so alone they prove little, and neither do those of 17 and 18 digits, which hardly a bank but one (6229) has.
func card(out []candidate, s string) []candidate {
	if len(s) < 16 || len(s) > 19 || !digits(s) || !luhn(s) {
		return out
	}
	switch {
	case s[:2] == "62" && (len(s) == 16 || len(s) == 19 || s[:4] == "6229"):
		return append(out, candidate{catalog.IdentifierBankCard, Checked})
	case s[0] >= '3' && s[0] <= '6' || s[:4] == "9558" || s[0] == '2' && s[:4] >= "2221" && s[:4] <= "2720":
		return append(out, candidate{catalog.IdentifierBankCard, Shaped})
	}
	return out
}

func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// BankAccount reports whether a value could be an account number: 6 to 32 digits or letters, at least one a digit. So could almost
// anything else: ask only where a label says so.
func BankAccount(value string) bool {
	s := compact(value)
	return len(s) >= 6 && len(s) <= 32 && strings.ContainsAny(s, "0123456789") && strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// CNAPS reports whether a value has the form of a bank's number in the national payment system.
func CNAPS(value string) bool {
	s := compact(value)
	return len(s) == 12 && digits(s)
}
