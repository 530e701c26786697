package twin

import (
	"cmp"
	"fmt"
	"time"

	"yumen/catalog"
)

// key is the key or identifier of the n-th entity. No two entities have the same, and it is the same in every dataset.
func (m *maker) key(c *column, n uint64) string {
	switch c.typ.Name {
	case catalog.TypeInteger, catalog.TypeBigint:
		return fmt.Sprint(n + 1)
	case catalog.TypeDecimal:
		if c.typ.Scale > 0 {
			return fmt.Sprintf("%d.%0*d", n+1, c.typ.Scale, 0)
		}
		return fmt.Sprint(n + 1)
	case catalog.TypeDate:
		return time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(n%100_000)).Format(time.DateOnly)
	case catalog.TypeBoolean:
		return []string{"false", "true"}[n%2]
	}
	if c.key || c.group {
		return Nobody(cmp.Or(c.form, catalog.IdentifierOther), n)
	}
	return Nobody(catalog.IdentifierKind(c.Identifier), n)
}

// Nobody is the n-th identifier of a kind that nobody has: right in length and check digit, with a region, a prefix or a letter that is not
// given out.
func Nobody(kind catalog.IdentifierKind, n uint64) string {
	switch kind {
	case catalog.IdentifierResidentID: // regions 99…
		return resident("990000", n)
	case catalog.IdentifierResidencePermit: // 81 to 83 are
		return resident("840000", n)
	case catalog.IdentifierForeignerID: // no province has 00
		return resident("900000", n)
	case catalog.IdentifierPassport: // I is not used
		return fmt.Sprintf("EI%07d", n%10_000_000)
	case catalog.IdentifierTravelPermit:
		return fmt.Sprintf("X%08d", n%100_000_000)
	case catalog.IdentifierPersonName:
		stems := []rune("甲乙丙丁戊己庚辛壬癸")
		return "测" + string([]rune{stems[n%10], stems[n/10%10], stems[n/100%10]})
	case catalog.IdentifierMobile: // networks begin with 13
		return fmt.Sprintf("12%09d", n%1_000_000_000)
	case catalog.IdentifierLandline:
		return fmt.Sprintf("000-%08d", n%100_000_000)
	case catalog.IdentifierEmail: // RFC 2606
		return fmt.Sprintf("u%d@example.invalid", n)
	case catalog.IdentifierAddress:
		return fmt.Sprintf("测试省测试市测试区测试路%d号", n)
	case catalog.IdentifierPlate:
		return fmt.Sprintf("测A%05d", n%100_000)
	case catalog.IdentifierBankCard: // no scheme has 00
		return luhn(fmt.Sprintf("00%013d", n%10_000_000_000_000))
	case catalog.IdentifierUSCC: // the authority 9 has no kind 9, nor is there a region 999900
		return uscc(fmt.Sprintf("99999900TW%07d", n%10_000_000))
	case catalog.IdentifierOrgCode:
		return orgCode(fmt.Sprintf("TW%06d", n%1_000_000))
	case catalog.IdentifierLEI:
		return lei(fmt.Sprintf("TWIN%014d", n%100_000_000_000_000))
	case catalog.IdentifierCNAPS:
		return fmt.Sprintf("000%09d", n%1_000_000_000)
	case catalog.IdentifierEnterpriseName:
		return fmt.Sprintf("测试%d有限公司", n)
	case catalog.IdentifierPropertyTitle:
		return fmt.Sprintf("测(2099)测不动产权第%07d号", n%10_000_000)
	}
	return fmt.Sprintf("twin-%d", n)
}

// resident completes a number of the form of GB 11643 with a date of birth and the check digit of ISO 7064 MOD 11-2.
func resident(region string, n uint64) string {
	s := fmt.Sprintf("%s%04d%02d%02d%03d", region, 1950+n%50, 1+n/50%12, 1+n/600%28, n/16_800%1000)
	sum := 0
	for i, w := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + string("10X98765432"[sum%11])
}

// luhn completes a card number (ISO/IEC 7812).
func luhn(s string) string {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return s + string(rune('0'+(10-sum%10)%10))
}

const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// uscc completes a unified social credit code (GB 32100).
func uscc(s string) string {
	sum, weight := 0, 1
	for i := range len(s) {
		sum += weight * at(usccAlphabet, s[i])
		weight = weight * 3 % 31
	}
	return s + string(usccAlphabet[(31-sum%31)%31])
}

// orgCode completes an organization code (GB 11714).
func orgCode(s string) string {
	sum := 0
	for i, w := range [8]int{3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * at("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", s[i])
	}
	return s + string("0X987654321"[sum%11])
}

// lei completes a legal entity identifier: MOD 97-10.
func lei(s string) string {
	rest := 0
	for _, c := range s + "00" {
		v := at("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", byte(c))
		if v > 9 {
			rest = rest*10 + v/10
			rest %= 97
		}
		rest = (rest*10 + v%10) % 97
	}
	return fmt.Sprintf("%s%02d", s, 98-rest)
}

func at(alphabet string, c byte) int {
	for i := range len(alphabet) {
		if alphabet[i] == c {
			return i
		}
	}
	return 0
}
