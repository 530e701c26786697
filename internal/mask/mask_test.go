package mask_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/ident"
	"yumen/internal/mask"
)

var masker = mask.New(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))

// table is the specification: docs/spec/desensitization.md prints it.
var table = []struct {
	data                   mask.Data
	value, display, strict string
}{
	{"person_name", "张三", "张*", "**"},
	{"person_name", "欧阳娜娜", "欧阳**", "**"},
	{"person_name", "欧阳", "欧*", "**"},
	{"resident_id", "110101199003070003", "110************003", "1****************3"},
	{"resident_id", "１１０１０５１９４９１２３１００２ｘ", "110************02X", "1****************X"},
	{"residence_permit", "810000199001010000", "810************000", "8****************0"},
	{"foreigner_id", "91184019900101000X", "911************00X", "9****************X"},
	{"mobile", "19912345678", "199****5678", "199******78"},
	{"mobile", "+86 199-1234-5678", "199****5678", "199******78"},
	{"landline", "010-12345678", "010-******78", "010-********"},
	{"landline", "0311-1234567", "0311-*****67", "0311-*******"},
	{"bank_card", "6200000000000005", "620000******0005", "************0005"},
	{"bank_account", "0200001234567890123", "***************0123", "*****************23"},
	{"uscc", "91110000MA00000077", "91110000MA00000077", "9111**********0077"},
	{"uscc", "92110101MA0000023D", "921************23D", "9****************D"},
	{"org_code", "MA0000007", "MA0000007", "MA*****07"},
	{"lei", "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R12", "5493**************12"},
	{"cnaps", "102100099996", "102100099996", "102*******96"},
	{"enterprise_name", "示例科技有限公司", "示例科技有限公司", "******"},
	{"plate", "京A12345", "京A***45", "京A*****"},
	{"plate", "京AD12345", "京AD***45", "京A******"},
	{"plate", "粤Z1234港", "粤Z***4港", "粤Z*****"},
	{"passport", "E12345678", "E1*****78", "E********"},
	{"travel_permit", "H12345678", "H1*****78", "H********"},
	{"address", "北京市东城区东华门街道1号", "北京市东城区******", "北京市******"},
	{"address", "河北省石家庄市长安区某路2号楼3单元", "河北省石家庄市长安区******", "河北省石家庄市******"},
	{"address", "北京市某某某小区5号楼", "北京市******", "北京市******"},
	{"email", "zhangsan@example.com", "z*******@example.com", "***@***.com"},
	{"email", "z@example.com", "*@example.com", "***@***.com"},
	{"property_title", "京(2021)东不动产权第0000001号", "京(2021)东不动产权第*******号", "******"},
	{"record", "HT-2026-0001", "******", "******"},
	{"other", "anything", "******", "******"},
	{mask.BirthDate, "1990-03-07", "1990-03-**", "1990-**-**"},
	{mask.Moment, "2026-03-07 08:09:10", "2026-03-07", "2026-03"},
	{mask.Amount, "123,456.78", "12.3万", "[10万,20万)"},
	{mask.Amount, "-9876543", "-987.6万", "-[900万,1000万)"},
	{mask.Amount, "123456789012", "1234.5亿", "[1000亿,2000亿)"},
	{mask.Amount, "9999.99", "<1万", "<1万"},
	{mask.Position, "39.9042,116.4074", "39.90,116.41", "******"},
	{mask.Network, "203.0.113.77", "203.0.113.0/24", "203.0.0.0/16"},
	{mask.Network, "2001:db8:1:2::3", "2001:db8:1::/48", "2001:db8::/32"},
	{mask.Diagnosis, "E11.9", "IV", "******"},
	{mask.FreeText, "患者自述", "******", "******"},
	{mask.Secret, "a fingerprint", "******", "******"},
}

func TestRules(t *testing.T) {
	t.Run("SJZ-13b: every rule gives its documented result", func(t *testing.T) {
		for _, x := range table {
			require.Equal(t, x.display, masker.Value(x.data, mask.Display, x.value), "%s %s", x.data, x.value)
			require.Equal(t, x.strict, masker.Value(x.data, mask.Strict, x.value), "%s %s", x.data, x.value)
			require.Equal(t, mask.Hidden, masker.Value(x.data, mask.Hide, x.value))
			require.Empty(t, masker.Value(x.data, mask.Display, ""), "what is missing stays missing")
			require.Empty(t, masker.Value(x.data, mask.Hide, ""))
		}
	})
	t.Run("SJZ-13b: what is no valid value is hidden", func(t *testing.T) {
		for _, x := range []struct {
			data  mask.Data
			value string
		}{{"resident_id", "110101199003070004"}, {"resident_id", "11010119900307000"}, {"mobile", "12012345678"}, {"bank_card", "6200000000000006"}, {"uscc", "91110000MA00000078"},
			{"plate", "京AI2345"}, {"passport", "EI1234567"}, {"email", "nobody"}, {"person_name", "not a name"}, {mask.Amount, "a lot"}, {mask.BirthDate, "1990-13-01"},
			{mask.Position, "NaN,1"}, {mask.Network, "300.1.1.1"}, {mask.Diagnosis, "E1"}, {"address", "nowhere"}, {"a kind of tomorrow", "x"}, {"bank_account", "12345"}} {
			for _, l := range mask.Levels() {
				require.Equal(t, mask.Hidden, masker.Value(x.data, l, x.value), "%s", x.data)
			}
		}
		require.Equal(t, mask.Hidden, masker.Value("mobile", "none", "19912345678"), "an unknown level shows nothing")
	})
	t.Run("SJZ-13b: every kind of identifier has a rule or is hidden", func(t *testing.T) {
		for _, k := range catalog.IdentifierKinds() {
			ruled := slices.ContainsFunc(table, func(x struct {
				data                   mask.Data
				value, display, strict string
			}) bool {
				return x.data == mask.Data(k)
			})
			require.True(t, ruled, "%s is in the table", k)
		}
	})
}

// publicly are the kinds that everybody may see at grades 1 and 2.
var publicly = []mask.Data{"uscc", "org_code", "lei", "cnaps", "enterprise_name"}

// requireSound holds every rule to what it promises, for any value.
func requireSound(t *testing.T, d mask.Data, l mask.Level, value string) {
	t.Helper()
	out := masker.Value(d, l, value)
	require.Equal(t, out, masker.Value(d, l, out), "idempotent")
	if value == "" {
		require.Empty(t, out)
		return
	}
	require.True(t, utf8.ValidString(out), "a character is shown whole or not at all")
	if out == mask.Hidden || out == value {
		return
	}
	limit := map[mask.Data]int{"bank_card": 10, "property_title": 20, "address": 40, "email": 260, mask.Position: 16, mask.Network: 24, mask.Amount: 64}[d]
	require.LessOrEqual(t, utf8.RuneCountInString(strings.Trim(strings.ReplaceAll(out, "*", ""), " ")), max(limit, 18), "no rule shows more than this of any value")
}

func TestRulesAreSoundForAnyValue(t *testing.T) {
	t.Run("SJZ-13b: idempotent, whole characters, never the value itself", func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, x := range table {
			for _, l := range mask.Levels() {
				requireSound(t, x.data, l, x.value)
				once := masker.Value(x.data, l, x.value)
				if !(l == mask.Display && slices.Contains(publicly, x.data)) {
					require.NotEqual(t, x.value, once)
				}
				for range 50 {
					requireSound(t, x.data, l, mutate(r, x.value))
					requireSound(t, x.data, l, mutate(r, once))
				}
			}
		}
	})
}

// mutate changes, drops or doubles a few characters.
func mutate(r *rand.Rand, s string) string {
	runes := []rune(s)
	for range 1 + r.IntN(3) {
		if len(runes) == 0 {
			break
		}
		i := r.IntN(len(runes))
		switch r.IntN(4) {
		case 0:
			runes[i] = []rune("*0９张X-@.　市区")[r.IntN(11)]
		case 1:
			runes = slices.Delete(runes, i, i+1)
		case 2:
			runes = slices.Insert(runes, i, runes[i])
		case 3:
			runes = runes[:i]
		}
	}
	return string(runes)
}

func FuzzValue(f *testing.F) {
	for _, x := range table {
		f.Add(string(x.data), x.value)
		f.Add(string(x.data), x.display)
	}
	f.Fuzz(func(t *testing.T, d, value string) {
		for _, l := range mask.Levels() {
			if utf8.ValidString(value) {
				requireSound(t, mask.Data(d), l, value)
			}
			masker.Text(l, value)
		}
	})
}

func TestTextsAreMaskedInside(t *testing.T) {
	t.Run("SJZ-13b: identifiers inside a text are masked, the rest stays", func(t *testing.T) {
		got, found := masker.Text(mask.Strict, "客户110101199003070003的电话是 199 1234 5678，邮箱 zhangsan@example.com")
		require.Equal(t, "客户1****************3的电话是 199******78，邮箱 ***@***.com", got)
		require.Equal(t, []ident.Kind{"resident_id", "mobile", "email"}, found)
		again, found := masker.Text(mask.Strict, got)
		require.Equal(t, got, again)
		require.Empty(t, found)
		for _, harmless := range []string{"高中", "金融", "北京市东城区", "2026-03", "350203", "other", "", "50-60"} {
			same, found := masker.Text(mask.Strict, harmless)
			require.Equal(t, harmless, same)
			require.Empty(t, found)
		}
	})
}

// A mask must not be a riddle: of what the strict rules leave, many values are possible even for somebody who searches all of them.
func TestMasksCannotBeTurnedBack(t *testing.T) {
	t.Run("SJZ-13b: a search finds many values behind a strict mask", func(t *testing.T) {
		behind := map[string]int{}
		count := 0
		for y := 1985; y < 1990; y++ {
			for n := range 365 * 20 {
				day := time.Date(y, 1, 1+n%365, 0, 0, 0, 0, time.UTC)
				id := resident(fmt.Sprintf("110101%s%03d", day.Format("20060102"), n/365))
				behind[masker.Value("resident_id", mask.Strict, id)]++
				count++
			}
		}
		require.LessOrEqual(t, len(behind), 11, "the check digit is all that is left of %d numbers of one district", count)
		for shown, n := range behind {
			require.Greater(t, n, 1000, shown)
		}
	})
	t.Run("SJZ-13b: a token is no plain hash", func(t *testing.T) {
		key := [32]byte{1}
		token := catalog.EntityKey(key, "person", "19912340000")
		for n := range 10_000 {
			text := fmt.Sprintf("1991234%04d", n)
			plain := sha256.Sum256([]byte(text))
			require.NotEqual(t, token, binary.BigEndian.Uint64(plain[:8]))
			require.NotEqual(t, token, catalog.EntityKey([32]byte{2}, "person", text))
		}
	})
}

// resident completes a resident identity number.
func resident(s string) string {
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}

func TestDataOfColumns(t *testing.T) {
	for _, x := range []struct {
		column catalog.Column
		want   mask.Data
	}{
		{catalog.Column{Name: "id", Identifier: "mobile"}, "mobile"},
		{catalog.Column{Name: "finger", Category: catalog.CategoryBiometric}, mask.Secret},
		{catalog.Column{Name: "icd", Type: "VARCHAR", Category: catalog.CategoryHealth}, mask.Diagnosis},
		{catalog.Column{Name: "birth_date", Type: "DATE"}, mask.BirthDate},
		{catalog.Column{Name: "paid", Type: "DATE"}, mask.Moment},
		{catalog.Column{Name: "amount", Type: "DECIMAL(12,2)", Roles: []catalog.Role{catalog.RoleMeasure}}, mask.Amount},
		{catalog.Column{Name: "remark", Type: "VARCHAR"}, mask.FreeText},
	} {
		require.Equal(t, x.want, mask.Of(&x.column), x.column.Name)
	}
}
