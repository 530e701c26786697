package ident_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/ident"
)

var reader = ident.NewReader(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))

// vectors are those of the project's table of identifiers: published examples and synthetic numbers, valid and invalid.
var vectors = []struct {
	name           string
	is             func(string) bool
	valid, invalid []string
}{
	{"resident", reader.ResidentID,
		[]string{"11010519491231002X", "440524188001010014", "110101199003070003", "110102200002290006", "130102198512010004", "350203197711300002",
			"11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002X", "110105-19491231-002x", " 110101199003070003 ", "110101\u200b199003070003"},
		[]string{"110101199003070004", "110101199002300006", "990101199003070007", "110101209901010009", "11010119900307000", "1101011990030700030", "", "-110101199003070003",
			"110101199003070003.0", "A10101199003070003", "810000199001010000"}},
	{"former resident", reader.FormerResidentID, []string{"110101900307000"}, []string{"990101900307000", "110101900230000", "110101901307000", "11010190030700X", "010101900307000"}},
	{"residence permit", reader.ResidencePermit, []string{"810000199001010000", "830000198512010001"}, []string{"840000199001010006", "810000199001010001", "110101199003070003"}},
	{"foreigner", reader.ForeignerID, []string{"91184019900101000X"}, []string{"911840199001010001", "110101199003070003"}},
	{"uscc", ident.USCC,
		[]string{"91110000600037341L", "91110000MA00000077", "1211000040000000XT", "52130100500000007B", "93110105MA0000AB0W", "92110101MA0000023D", "31110000MD0000008N",
			"N2350203MF0000005E", "Y1110000MA0000015C", "91110000ma00000077", "９１１１００００ＭＡ００００００７７", "91110000-MA0000007-7"},
		[]string{"91110000MA00000078", "91110000MI00000077", "91110000MA0000007", "91110000MA000000777", "91990000MA00000077", "00110000MA00000077"}},
	{"org code", ident.OrgCode, []string{"MA0000007", "40000000X", "500000007", "000000019", "MA000000-7"}, []string{"MA0000008", "MA00000", "40000000x7", "中0000007"}},
	{"card", ident.BankCard, []string{"6200000000000005", "6205500000000000004", "6222000000000000004", "6222 0000 0000 0000 004", "４１１１１１１１１１１１１１１１"},
		[]string{"6200000000000006", "620000000000000", "1000000000000008", "62000000000000050"}},
	{"account", ident.BankAccount, []string{"0200001234567890123", "0200 0012 3456 7890 123"}, []string{"12345", "ABCDEFGH", strings.Repeat("1", 33), "账户"}},
	{"mobile", ident.Mobile, []string{"19912345678", "+8619912345678", "008619912345678", "+86 199 1234 5678", "199-1234-5678", "１９９１２３４５６７８"},
		[]string{"12012345678", "1991234567", "199123456789", "-19912345678", "19912345678.00", "+1 9912345678 90"}},
	{"landline", ident.Landline, []string{"010-12345678", "0311-81234567", "02112345678"}, []string{"10-12345678", "0010-1234567", "010-123456", "0110-12345678"}},
	{"plate", ident.Plate, []string{"京A12345", "粤Z1234港", "沪A1234学", "京AD12345", "京A12345D", "京A·12345", "京a12345", "京Ａ１２３４５"},
		[]string{"京AI2345", "京OA1234", "京A1234", "A12345", "京A123456", "囗A12345", "京A1234好"}},
	{"passport", ident.Passport, []string{"E12345678", "EA1234567", "PE1234567", "e12345678", "G12345678", "DE1234567"}, []string{"EI1234567", "E1234567", "X12345678", "EO1234567"}},
	{"travel permit", ident.TravelPermit, []string{"H12345678", "C12345678", "CA1234567", "W12345678", "M1234567801", "12345678", "1234567890"}, []string{"X12345678", "H1234567", "123456789"}},
	{"adcode", ident.Adcode, []string{"110101", "130100", "350203", "110102"}, []string{"990101", "160000", "11010", "11010A"}},
	{"postcode", ident.Postcode, []string{"100032"}, []string{"10003", "10003A"}},
	{"lei", ident.LEI, []string{"5493001KJTIIGC8Y1R12"}, []string{"5493001KJTIIGC8Y1R13", "5493001KJTIIGC8Y1R1", "00000000000000000098"}},
	{"cnaps", ident.CNAPS, []string{"102100099996"}, []string{"10210009999", "10210009999A"}},
	{"email", ident.Email, []string{"zhang.san@example.com", "z+t@mail.example.com.cn", "Ｚ＠example.com"}, []string{"@example.com", "a@b", "a@example.", "a b@example.com", "a@example.c"}},
	{"property title", ident.PropertyTitle, []string{"京(2021)东不动产权第0000000号", "冀（2021）长安区不动产权第1234567号"}, []string{"京(2021)东不动产权第号", "(2021)东不动产权第0000000号", "不动产权第1234567号"}},
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			for i, s := range v.valid {
				require.True(t, v.is(s), "valid vector %d is refused", i)
			}
			for i, s := range v.invalid {
				require.False(t, v.is(s), "invalid vector %d is taken", i)
			}
		})
	}
}

func TestFormerNumberIsUpgraded(t *testing.T) {
	require.Equal(t, "110101199003070003", reader.UpgradeResidentID("110101900307000"))
	require.Empty(t, reader.UpgradeResidentID("110101199003070003"))
}

func TestIndividualBusinessesArePersons(t *testing.T) {
	require.True(t, ident.Individual("92110101MA0000023D"))
	require.False(t, ident.Individual("91110000MA00000077"))
	require.Equal(t, catalog.Grade(1), ident.MinimumGrade(catalog.IdentifierUSCC, false))
	require.Equal(t, catalog.Grade(3), ident.MinimumGrade(catalog.IdentifierUSCC, true))
	require.Equal(t, catalog.Grade(4), ident.MinimumGrade(catalog.IdentifierBankCard, true))
}

// Every kind of the catalog has a label in both languages and a column name that speaks of it.
func TestEveryKindIsLabelled(t *testing.T) {
	for _, kind := range catalog.IdentifierKinds() {
		l := ident.Label(kind)
		require.NotEmpty(t, l.Zh, kind)
		require.NotEmpty(t, l.En, kind)
		got, ok := ident.Named(l.Zh)
		require.True(t, ok, kind)
		if kind != catalog.IdentifierOther && kind != catalog.IdentifierRecord {
			require.Equal(t, kind, got)
		}
		require.True(t, ident.MinimumGrade(kind, false).Valid(), kind)
	}
}

func TestColumnNames(t *testing.T) {
	for name, want := range map[string]catalog.IdentifierKind{
		"id_card": "resident_id", "idCardNo": "resident_id", "SFZHM": "resident_id", "法定代表人身份证号码": "resident_id", "employer_uscc": "uscc", "tyshxydm": "uscc",
		"mobile": "mobile", "contactPhone": "mobile", "客户手机": "mobile", "e-mail": "email", "备注信息": "other", "bank_card_no": "bank_card", "护照号码": "passport",
		"法定代表人": "person_name", "qymc": "enterprise_name", "home_address": "address", "case_no": "record", "hphm": "plate",
	} {
		got, _ := ident.Named(name)
		require.Equal(t, want, got, name)
	}
	for _, name := range []string{"age", "amount", "district", "PAY_0", "education", "status", "比例", "panel", "spanned", "证件类型", "card_type", "phone_brand", "mobile_count", "legal_rep_id", "address_code"} {
		_, ok := ident.Named(name)
		require.False(t, ok, name)
	}
}
