package zone_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/internal/zone"
)

// residentIDValid is GB 11643 by ISO 7064 MOD 11-2 in its recursive form, not by the weights that the generator uses.
func residentIDValid(id string) bool {
	if !regexp.MustCompile(`^[1-9]\d{16}[\dX]$`).MatchString(id) {
		return false
	}
	if _, err := time.Parse("20060102", id[6:14]); err != nil {
		return false
	}
	p := 0
	for _, c := range id[:17] {
		p = (p + int(c-'0')) * 2 % 11
	}
	check := (12 - p) % 11
	return (check == 10 && id[17] == 'X') || (check < 10 && id[17] == byte('0'+check))
}

// usccValid is GB 32100 with the weights as the standard prints them, and the subject code of GB 11714.
func usccValid(code string) bool {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	if len(code) != 18 {
		return false
	}
	sum := 0
	for i, w := range []int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28} {
		v := strings.IndexByte(alphabet, code[i])
		if v < 0 {
			return false
		}
		sum += v * w
	}
	return alphabet[(31-sum%31)%31] == code[17] && subjectValid(code[8:17])
}

func subjectValid(code string) bool {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	sum := 0
	for i, w := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		sum += strings.IndexByte(alphabet, code[i]) * w
	}
	check := 11 - sum%11
	want := string(rune('0' + check))
	if check == 10 {
		want = "X"
	} else if check == 11 {
		want = "0"
	}
	return code[8:] == want
}

// The checks themselves know the published examples.
func TestCheckDigitsOfPublishedExamples(t *testing.T) {
	for id, valid := range map[string]bool{
		"11010519491231002X": true, "440524188001010014": true, "110101199003070003": true, "110102200002290006": true,
		"110101199003070004": false, "110101199002300006": false, "11010119900307000": false,
	} {
		require.Equal(t, valid, residentIDValid(id), id)
	}
	for code, valid := range map[string]bool{
		"91110000MA00000077": true, "1211000040000000XT": true, "52130100500000007B": true, "93110105MA0000AB0W": true,
		"91110000MA00000078": false, "91110000MI00000077": false,
	} {
		require.Equal(t, valid, usccValid(code), code)
	}
}

func TestIdentifiersAreValidAndUnique(t *testing.T) {
	sizes := []zone.Size{zone.Small, zone.Medium}
	if testing.Short() {
		sizes = sizes[:1]
	}
	for _, size := range sizes {
		header, rows := read(t, "persons", size)
		cards, mobiles := map[string]bool{}, map[string]bool{}
		mobile := regexp.MustCompile(`^1[3-9]\d{9}$`)
		for n, r := range rows {
			card := r[column(header, "id_card")]
			if !residentIDValid(card) || cards[card] {
				t.Fatalf("row %d: identity number", n)
			}
			cards[card] = true
			number := r[column(header, "mobile")]
			if !mobile.MatchString(number) || mobiles[number] {
				t.Fatalf("row %d: mobile number", n)
			}
			mobiles[number] = true
			born := strings.ReplaceAll(r[column(header, "birth_date")], "-", "")
			if card[6:14] != born || ((card[16]-'0')%2 == 1) != (r[column(header, "gender")] == "M") {
				t.Fatalf("row %d: the number does not agree with birth date and gender", n)
			}
		}
		header, rows = read(t, "enterprises", size)
		codes := map[string]bool{}
		for n, r := range rows {
			code := r[column(header, "uscc")]
			if !usccValid(code) || codes[code] || code[2:8] != r[column(header, "district")] {
				t.Fatalf("row %d: credit code", n)
			}
			codes[code] = true
		}
	}
}
