package ident_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"yumen/catalog"
)

// generator makes true identifiers and hard near-misses from a seed. What it makes belongs to nobody: the numbers are random.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 1))} }

func (g generator) pick(list ...string) string { return list[g.IntN(len(list))] }

func (g generator) digits(n int) string { return g.from("0123456789", n) }

func (g generator) from(alphabet string, n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = alphabet[g.IntN(len(alphabet))]
	}
	return string(out)
}

func (g generator) region() string {
	return g.pick("110101", "120104", "130102", "210203", "310115", "350203", "440305", "500103", "610113", "650102", "460105", "510104") // province strict
}

func (g generator) day(from, to int) time.Time {
	first := time.Date(from, 1, 1, 0, 0, 0, 0, time.UTC)
	return first.AddDate(0, 0, g.IntN((to-from)*365))
}

func check112(s string) string {
	weight, sum := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}, 0
	for i, w := range weight {
		sum += int(s[i]-'0') * w
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}

func (g generator) resident() string {
	return check112(g.region() + g.day(1930, 2020).Format("20060102") + g.digits(3))
}

const alphabet31 = "0123456789ABCDEFGHJKLMNPQRTUWXY"

func orgCheck(s string) string {
	sum := 0
	for i, w := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		sum += strings.IndexByte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", s[i]) * w
	}
	return s + "0X987654321"[sum%11:sum%11+1]
}

func usccCheck(s string) string {
	weight, sum := 1, 0
	for i := range 17 {
		sum += strings.IndexByte(alphabet31, s[i]) * weight
		weight = weight * 3 % 31
	}
	at := (31 - sum%31) % 31
	return s + alphabet31[at:at+1]
}

func (g generator) uscc() string {
	subject := orgCheck("MA" + g.from(alphabet31, 6))
	if g.IntN(3) == 0 {
		subject = orgCheck(g.digits(8))
	}
	return usccCheck(g.pick("91", "91", "91", "92", "93", "12", "11", "51", "52") + g.region() + subject)
}

func luhnDigit(s string) string {
	for d := range 10 {
		sum, full := 0, s+fmt.Sprint(d)
		for i := range len(full) {
			n := int(full[len(full)-1-i] - '0')
			if i%2 == 1 {
				if n *= 2; n > 9 {
					n -= 9
				}
			}
			sum += n
		}
		if sum%10 == 0 {
			return full
		}
	}
	panic("no digit")
}

func lei(g generator) string {
	s := g.from("0123456789", 4) + "00" + g.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 11) + "Z"
	rest := 0
	for _, c := range s + "00" {
		if c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return fmt.Sprintf("%s%02d", s, 98-rest)
}

// truth makes one identifier of a kind.
func (g generator) truth(kind catalog.IdentifierKind) string {
	switch kind {
	case catalog.IdentifierResidentID:
		return g.resident()
	case catalog.IdentifierResidencePermit:
		return check112(g.pick("810000", "820000", "830000") + g.day(1940, 2010).Format("20060102") + g.digits(3))
	case catalog.IdentifierForeignerID:
		return check112("9" + g.region()[:2] + g.pick("840", "826", "392") + g.day(1940, 2010).Format("20060102") + g.digits(3))
	case catalog.IdentifierUSCC:
		return g.uscc()
	case catalog.IdentifierBankCard:
		return luhnDigit(g.pick("62"+g.digits(13), "62"+g.digits(16), "6229"+g.digits(13)))
	case catalog.IdentifierMobile:
		return g.pick("13", "15", "17", "18", "19") + g.digits(9)
	case catalog.IdentifierLandline:
		return g.pick("010", "021", "0311", "0592", "0755") + "-" + g.pick("6", "8", "5") + g.digits(7)
	case catalog.IdentifierEmail:
		return strings.ToLower(g.from("ABCDEFGHKLMNP", 6)) + g.digits(2) + "@" + g.pick("example.com", "mail.example.com.cn", "example.org")
	case catalog.IdentifierPlate:
		if g.IntN(4) == 0 {
			return g.pick("京", "沪", "粤") + g.pick("A", "B") + g.pick("D", "F") + g.digits(5)
		}
		return g.pick("京", "冀", "闽", "粤", "沪") + g.from("ABCDEFGH", 1) + g.from("ABCDEFGHJKLMN", 1) + g.digits(4)
	case catalog.IdentifierPropertyTitle:
		return g.pick("京", "冀", "沪") + "(" + fmt.Sprint(2015+g.IntN(10)) + ")" + g.pick("东", "长安区", "石家庄市") + "不动产权第" + g.digits(7) + "号"
	case catalog.IdentifierLEI:
		return lei(g)
	case catalog.IdentifierOrgCode:
		return orgCheck(g.from("0123456789", 8))
	case catalog.IdentifierPassport:
		return g.pick("E1", "EA", "G2", "PE") + g.digits(7)
	case catalog.IdentifierTravelPermit:
		return g.pick("C", "H", "M") + g.digits(8)
	case catalog.IdentifierCNAPS:
		return g.pick("102", "103", "104", "105") + g.digits(9)
	case catalog.IdentifierPersonName:
		return g.pick("王", "李", "张", "刘", "陈", "欧阳", "诸葛", "赵") + g.pick("伟", "秀英", "娜", "敏", "静", "丽", "强", "磊", "洋", "建国", "子轩")
	case catalog.IdentifierEnterpriseName:
		return g.pick("石家庄", "厦门", "北京") + g.pick("金鼎", "华信", "瑞丰", "永盛") + g.pick("商贸", "科技", "建材") + g.pick("有限公司", "股份有限公司", "合作社", "集团")
	case catalog.IdentifierAddress:
		return g.pick("河北省石家庄市", "福建省厦门市") + g.pick("长安区", "思明区") + g.pick("中山路", "建设大街", "湖滨南路") + g.digits(3) + "号" + g.digits(1) + "单元" + g.digits(3) + "室"
	}
	panic("no generator for " + kind)
}

// miss makes what looks like an identifier and is none.
func (g generator) miss() string {
	wrong := func(s string, at int) string { // another last character of the same alphabet
		return s[:at] + string("0123456789"[(strings.IndexByte("0123456789", s[at])+1+g.IntN(8))%10]) + s[at+1:]
	}
	switch g.IntN(22) {
	case 0: // order numbers that begin with their time
		return g.day(2018, 2026).Format("20060102") + fmt.Sprintf("%02d%02d%02d", g.IntN(24), g.IntN(60), g.IntN(60)) + g.digits(g.IntN(6))
	case 1:
		return g.digits(18)
	case 2:
		return g.digits(16 + g.IntN(4))
	case 3:
		return fmt.Sprintf("%d.%02d", g.IntN(1e9), g.IntN(100))
	case 4:
		return fmt.Sprint(1.5e12 + g.Int64N(3e11)) // milliseconds
	case 5:
		return fmt.Sprint(int64(1.5e18) + g.Int64N(3e17)) // nanoseconds, and the numbers that a clock and a machine make
	case 6:
		sum := sha256.Sum256([]byte(g.digits(9)))
		return hex.EncodeToString(sum[:g.IntN(17)+16])
	case 7:
		return fmt.Sprintf("%s-%s-4%s-a%s-%s", g.from("0123456789abcdef", 8), g.from("0123456789abcdef", 4), g.from("0123456789abcdef", 3), g.from("0123456789abcdef", 3), g.from("0123456789abcdef", 12))
	case 8: // as long as a mobile number
		return g.pick("10", "11", "12", "20", "30", "86") + g.digits(9)
	case 9:
		return "1" + g.pick("3", "5", "8") + g.digits(g.pickInt(8, 10, 12))
	case 10:
		return g.pick("SO", "ORD", "No", "P") + g.digits(11)
	case 11:
		return wrong(g.resident()[:17]+"5", 16)[:17] + "A"
	case 12: // a number of 18 digits with another check digit
		s := g.resident()
		if s[17] == 'X' {
			return s[:17] + g.digits(1)
		}
		return wrong(s, 17)
	case 13: // the thirtieth of February with its right check digit
		return check112(g.region() + fmt.Sprint(1940+g.IntN(60)) + "0230" + g.digits(3))
	case 14:
		return check112(g.pick("99", "16", "28", "78", "00", "60") + g.digits(4) + g.day(1930, 2020).Format("20060102") + g.digits(3))
	case 15:
		s := g.uscc()
		at := strings.IndexByte(alphabet31, s[17])
		return s[:17] + alphabet31[(at+1+g.IntN(29))%31:][:1]
	case 16:
		s := luhnDigit("62" + g.digits(14))
		return wrong(s, len(s)-1)
	case 17:
		return g.pick("京", "沪") + g.pick("I", "O") + g.digits(5)
	case 18:
		return g.pick("user@", "@home", "a@b", "price@9", "www.example.com", "10.20.30.40", "2.3.4-rc1")
	case 19:
		return "978" + g.digits(10)
	case 20:
		return g.day(1990, 2026).Format("2006-01-02 15:04:05.000000")
	default:
		return fmt.Sprintf("%s,%03d,%03d.%s", g.digits(2), g.IntN(1000), g.IntN(1000), g.digits(2))
	}
}

func (g generator) pickInt(list ...int) int { return list[g.IntN(len(list))] }

// written spells a value as people do: in full width, in lower case, in groups, with an invisible character.
func (g generator) written(kind catalog.IdentifierKind, s string) string {
	switch g.IntN(6) {
	case 0:
		return strings.Map(func(r rune) rune {
			if r > ' ' && r <= '~' {
				return r - '!' + '！'
			}
			return r
		}, s)
	case 1:
		return strings.ToLower(s)
	case 2:
		switch kind {
		case catalog.IdentifierMobile:
			return s[:3] + g.pick(" ", "-", "\u2010") + s[3:7] + g.pick(" ", "-") + s[7:]
		case catalog.IdentifierResidentID:
			return s[:6] + g.pick(" ", "-", "\u3000") + s[6:14] + " " + s[14:]
		case catalog.IdentifierBankCard:
			return s[:4] + " " + s[4:8] + " " + s[8:12] + " " + s[12:]
		case catalog.IdentifierUSCC:
			return s[:8] + " " + s[8:17] + "-" + s[17:]
		}
	case 3:
		if kind != catalog.IdentifierEmail && kind != catalog.IdentifierPlate && kind != catalog.IdentifierPropertyTitle {
			return s[:5] + "\u200b" + s[5:]
		}
	}
	return s
}
