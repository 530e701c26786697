package mask

import (
	"fmt"
	"math/big"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"yumen/internal/ident"
)

// dayLayouts are how days and moments are written.
var dayLayouts = []string{"2006-01-02", "20060102", "2006/1/2", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", time.RFC3339Nano}

// day keeps of a day or a moment what the layout shows; stars stand for themselves.
func day(layout string) applying {
	return func(_ *ident.Reader, value string) (string, bool) {
		for _, l := range dayLayouts {
			if t, err := time.Parse(l, strings.TrimSpace(value)); err == nil && t.Year() > 0 {
				return t.Format(layout), true
			}
		}
		return "", false
	}
}

// The units in which amounts are shown.
const (
	tenThousand    = 10_000
	hundredMillion = 100_000_000
	maxAmount      = 32 // characters
)

// amount keeps the ten-thousands with one decimal, of large ones the hundred-millions, rounded toward zero.
func amount(_ *ident.Reader, value string) (string, bool) {
	whole, sign, ok := magnitude(value)
	if !ok {
		return "", false
	}
	unit, name := int64(tenThousand), "万"
	if whole.Cmp(big.NewInt(hundredMillion)) >= 0 {
		unit, name = hundredMillion, "亿"
	}
	if whole.Cmp(big.NewInt(tenThousand)) < 0 {
		return "<1万", true
	}
	tenths := new(big.Int).Quo(whole, big.NewInt(unit/10))
	head, tail := new(big.Int).QuoRem(tenths, big.NewInt(10), new(big.Int))
	return fmt.Sprintf("%s%s.%s%s", sign, head, tail, name), true
}

// band keeps the first digit: 123,456 is in [10万,20万).
func band(_ *ident.Reader, value string) (string, bool) {
	whole, sign, ok := magnitude(value)
	if !ok {
		return "", false
	}
	if whole.Cmp(big.NewInt(tenThousand)) < 0 {
		return "<1万", true
	}
	unit, name := int64(tenThousand), "万"
	if whole.Cmp(big.NewInt(hundredMillion)) >= 0 {
		unit, name = hundredMillion, "亿"
	}
	n := new(big.Int).Quo(whole, big.NewInt(unit))
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(len(n.String())-1)), nil)
	low := n.Quo(n, power)
	return fmt.Sprintf("%s[%s%s,%s%s)", sign, new(big.Int).Mul(low, power), name, new(big.Int).Mul(low.Add(low, big.NewInt(1)), power), name), true
}

// magnitude is the whole part of a decimal number and its sign.
func magnitude(value string) (whole *big.Int, sign string, ok bool) {
	s := strings.ReplaceAll(ident.Folded(value), ",", "")
	if s = strings.TrimPrefix(s, "+"); strings.HasPrefix(s, "-") {
		s, sign = s[1:], "-"
	}
	head, tail, point := strings.Cut(s, ".")
	if !digits(head) || len(head) > maxAmount || point && !digits(tail) {
		return nil, "", false
	}
	whole, ok = new(big.Int).SetString(head, 10)
	return whole, sign, ok
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// position rounds a latitude and a longitude to about a kilometre.
func position(_ *ident.Reader, value string) (string, bool) {
	a, b, ok := strings.Cut(value, ",")
	lat, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	lon, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	if !ok || err1 != nil || err2 != nil || !(lat >= -90 && lat <= 90) || !(lon >= -180 && lon <= 180) {
		return "", false
	}
	return fmt.Sprintf("%.2f,%.2f", lat, lon), true
}

// network keeps the network of an address, by so many bits of version 4 and of version 6.
func network(four, six int) applying {
	return func(_ *ident.Reader, value string) (string, bool) {
		a, err := netip.ParseAddr(strings.TrimSpace(value))
		if err != nil {
			return "", false
		}
		a = a.Unmap().WithZone("")
		bits := six
		if a.Is4() {
			bits = four
		}
		p, err := a.Prefix(bits)
		return p.String(), err == nil
	}
}

// chapters of ICD-10 by the last code of each.
var chapters = []struct{ last, roman string }{
	{"B99", "I"}, {"D48", "II"}, {"D89", "III"}, {"E90", "IV"}, {"F99", "V"}, {"G99", "VI"}, {"H59", "VII"}, {"H95", "VIII"}, {"I99", "IX"}, {"J99", "X"}, {"K93", "XI"},
	{"L99", "XII"}, {"M99", "XIII"}, {"N99", "XIV"}, {"O99", "XV"}, {"P96", "XVI"}, {"Q99", "XVII"}, {"R99", "XVIII"}, {"T98", "XIX"}, {"Y98", "XX"}, {"Z99", "XXI"},
}

// chapter keeps the chapter of a diagnosis in ICD-10.
func chapter(_ *ident.Reader, value string) (string, bool) {
	s := ident.Folded(value)
	code, rest, _ := strings.Cut(s, ".")
	if len(code) != 3 || code[0] < 'A' || code[0] > 'Z' || !digits(code[1:]) || len(rest) > 4 {
		return "", false
	}
	for _, c := range chapters {
		if code <= c.last {
			return c.roman, true
		}
	}
	return "", false
}
