package ident

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yumen/catalog"
)

// entry is what people call a kind of identifier: its label, and the words that stand before its numbers in texts and in the names
// of columns. Words in capitals are English, pinyin or the initials that government tables use, divided by underscores.
type entry struct {
	kind  Kind
	label catalog.Text
	words []string
}

var entries = []entry{
	{catalog.IdentifierResidentID, catalog.Text{Zh: "居民身份证号", En: "resident identity number"}, []string{"身份证", "公民身份号码", "证件号", "ID_CARD", "ID_CARD_NO", "IDCARD",
		"ID_NO", "IDNO", "ID_NUMBER", "CERT_NO", "CERTNO", "IDENTITY_NO", "IDENTITY_NUMBER", "IDENTITY_CARD", "RESIDENT_ID", "CITIZEN_ID", "NATIONAL_ID", "SFZ", "SFZH", "SFZHM", "GMSFHM", "ZJHM"}},
	{catalog.IdentifierResidencePermit, catalog.Text{Zh: "港澳台居民居住证号", En: "residence permit number"}, []string{"居住证", "RESIDENCE_PERMIT", "JZZ", "JZZH"}},
	{catalog.IdentifierForeignerID, catalog.Text{Zh: "外国人永久居留身份证号", En: "foreigner's permanent residence number"},
		[]string{"永久居留", "永久居留身份证", "FOREIGNER_ID", "PERMANENT_RESIDENCE"}},
	{catalog.IdentifierPassport, catalog.Text{Zh: "护照号", En: "passport number"}, []string{"护照", "PASSPORT", "PASSPORT_NO", "HZH", "HZHM"}},
	{catalog.IdentifierTravelPermit, catalog.Text{Zh: "通行证号", En: "travel permit number"}, []string{"通行证", "回乡证", "台胞证", "TRAVEL_PERMIT", "TXZ", "TXZH"}},
	{catalog.IdentifierPersonName, catalog.Text{Zh: "姓名", En: "name of a person"}, []string{"姓名", "法定代表人", "法人代表", "联系人", "户主", "FULL_NAME", "PERSON_NAME",
		"CUSTOMER_NAME", "CLIENT_NAME", "LEGAL_REP", "LEGAL_REPRESENTATIVE", "CONTACT_PERSON", "XM", "XINGMING", "FRDB", "FRXM", "LXR"}},
	{catalog.IdentifierMobile, catalog.Text{Zh: "手机号", En: "mobile number"}, []string{"手机", "联系电话", "移动电话", "电话", "微信", "MOBILE", "MOBILE_NO", "CELLPHONE", "PHONE", "PHONE_NO",
		"TEL", "TELEPHONE", "MSISDN", "SJH", "SJHM", "LXDH", "WX", "WECHAT"}},
	{catalog.IdentifierLandline, catalog.Text{Zh: "固定电话", En: "fixed-line number"}, []string{"固定电话", "固话", "座机", "传真", "电话", "LANDLINE", "FAX", "TEL", "PHONE", "GDDH", "CZDH"}},
	{catalog.IdentifierEmail, catalog.Text{Zh: "电子邮箱", En: "e-mail address"}, []string{"邮箱", "电子邮件", "EMAIL", "E_MAIL", "MAIL", "DZYX", "YX"}},
	{catalog.IdentifierAddress, catalog.Text{Zh: "地址", En: "address"}, []string{"地址", "住址", "住所", "ADDRESS", "ADDR", "STREET", "DZ", "ZZ", "JTZZ", "TXDZ"}},
	{catalog.IdentifierPlate, catalog.Text{Zh: "车牌号", En: "vehicle plate"}, []string{"车牌", "号牌", "PLATE", "PLATE_NO", "LICENSE_PLATE", "CPH", "CPHM", "HPHM"}},
	{catalog.IdentifierBankCard, catalog.Text{Zh: "银行卡号", En: "bank card number"}, []string{"银行卡", "卡号", "BANK_CARD", "BANKCARD", "CARD_NO", "CARD_NUMBER", "YHKH"}},
	{catalog.IdentifierBankAccount, catalog.Text{Zh: "银行账号", En: "bank account number"}, []string{"银行账号", "银行帐号", "账号", "帐号", "账户号", "BANK_ACCOUNT", "ACCOUNT_NO", "ACCOUNT_NUMBER",
		"ACCT_NO", "ACCT", "IBAN", "YHZH"}},
	{catalog.IdentifierUSCC, catalog.Text{Zh: "统一社会信用代码", En: "unified social credit code"}, []string{"社会信用代码", "信用代码", "统一代码", "USCC", "CREDIT_CODE", "SOCIAL_CREDIT_CODE",
		"TYSHXYDM", "SHXYDM", "XYDM", "TYDM"}},
	{catalog.IdentifierOrgCode, catalog.Text{Zh: "组织机构代码", En: "organization code"}, []string{"组织机构代码", "机构代码", "ORG_CODE", "ORGANIZATION_CODE", "ORGANISATION_CODE", "ZZJGDM"}},
	{catalog.IdentifierLEI, catalog.Text{Zh: "法人机构识别编码", En: "legal entity identifier"}, []string{"法人机构识别编码", "LEI", "LEI_CODE"}},
	{catalog.IdentifierCNAPS, catalog.Text{Zh: "联行号", En: "bank's payment-system number"}, []string{"联行号", "行号", "CNAPS", "BANK_NO", "LHH"}},
	{catalog.IdentifierEnterpriseName, catalog.Text{Zh: "企业名称", En: "name of an enterprise"}, []string{"企业名称", "单位名称", "公司名称", "机构名称", "商户名称", "COMPANY", "COMPANY_NAME", "ENTERPRISE_NAME",
		"CORP_NAME", "ORG_NAME", "EMPLOYER_NAME", "QYMC", "DWMC", "GSMC", "JGMC"}},
	{catalog.IdentifierPropertyTitle, catalog.Text{Zh: "不动产权证号", En: "real-estate certificate number"}, []string{"不动产权", "房产证", "产权证", "PROPERTY_TITLE", "TITLE_DEED", "BDCQZH"}},
	{catalog.IdentifierRecord, catalog.Text{Zh: "业务编号", En: "record number"}, []string{"业务编号", "案号", "合同号", "合同编号", "保单号", "订单号", "流水号", "单号", "凭证号", "发票号", "CASE_NO", "CONTRACT_NO",
		"POLICY_NO", "ORDER_NO", "ORDER_ID", "SERIAL_NO", "INVOICE_NO", "RECORD_NO", "RECORD_ID", "TRANSACTION_ID", "TXN_ID", "UUID", "GUID", "AH", "HTBH", "LSH", "DDH"}},
	{catalog.IdentifierOther, catalog.Text{Zh: "自由文本或其他标识", En: "free text or another identifier"}, []string{"自由文本", "其他标识", "备注", "说明", "描述", "摘要", "REMARK", "REMARKS", "MEMO", "NOTE", "NOTES", "COMMENT",
		"COMMENTS", "DESCRIPTION", "FREE_TEXT", "BZ"}},
}

// Label is the name of a kind in both languages; of an unknown kind it is empty.
func Label(kind Kind) catalog.Text {
	for i := range entries {
		if entries[i].kind == kind {
			return entries[i].label
		}
	}
	return catalog.Text{}
}

// Named returns the kind that the name of a column speaks of. In both languages the last word says what it is: 法定代表人身份证号 is
// an identity number, 证件类型 is none. Of words that end together the longest counts.
func Named(column string) (Kind, bool) {
	name := words(column)
	var kind Kind
	last, longest := 0, 0
	for i := range entries {
		for _, w := range entries[i].words {
			if end := find(name, w); end > last || end == last && end > 0 && len(w) > longest {
				kind, last, longest = entries[i].kind, end, len(w)
			}
		}
	}
	rest := strings.Trim(name[last:], "_0123456789")
	switch {
	case last == 0:
		return "", false
	case rest == "" || slices.Contains(textWords, rest):
		return kind, true
	}
	switch kind {
	case catalog.IdentifierPersonName, catalog.IdentifierEnterpriseName, catalog.IdentifierAddress, catalog.IdentifierOther:
		return "", false // the number of a person is no name
	}
	return kind, slices.Contains(numberWords, rest)
}

// Words that may follow the word for a kind: any, and one that is a number.
var (
	textWords   = []string{"信息", "内容", "原文", "明文", "TEXT", "VALUE"}
	numberWords = []string{"号", "号码", "编号", "代码", "码", "地址", "NO", "NUM", "NUMBER", "CODE", "ID"}
)

// Mentions reports whether the name of a column has one of the words: Chinese ones anywhere, those in capitals between underscores,
// changes of case or Chinese characters.
func Mentions(column string, list ...string) bool {
	name := words(column)
	return slices.ContainsFunc(list, func(w string) bool { return find(name, w) >= 0 })
}

// words is a name with its English words in capitals between underscores: idCardNo, id-card.no -> _ID_CARD_NO_.
func words(name string) string {
	out := []byte{'_'}
	low := false
	for _, r := range name {
		switch {
		case r >= 'A' && r <= 'Z':
			if low {
				out = append(out, '_')
			}
			out, low = append(out, byte(r)), false
		case r >= 'a' && r <= 'z':
			out, low = append(out, byte(r-'a'+'A')), true
		case r >= '0' && r <= '9':
			out, low = append(out, byte(r)), true
		case unicode.Is(unicode.Han, r):
			out, low = utf8.AppendRune(out, r), false
		case out[len(out)-1] != '_':
			out, low = append(out, '_'), false
		}
	}
	return string(append(out, '_'))
}

// find is where a word ends in a name, -1 when it is not there. A Chinese word may stand anywhere, any other between underscores or
// Chinese characters.
func find(name, word string) int {
	for from := 0; ; {
		i := strings.Index(name[from:], word)
		if i < 0 {
			return -1
		}
		start, end := from+i, from+i+len(word)
		if word[0] >= utf8.RuneSelf || !alphanumeric(name[start-1]) && !alphanumeric(name[end]) {
			return end
		}
		from = end
	}
}

// A label stands at most so many characters before its number, with no other number between.
const labelReach = 12

// labelled reports whether a label of the kind stands at the end of a text.
func labelled(before string, kind Kind) bool {
	const window = 96
	if cut := len(before) - window; cut > 0 {
		for !utf8.RuneStart(before[cut]) {
			cut++
		}
		before = before[cut:]
	}
	if i := strings.LastIndexAny(before, "0123456789"); i >= 0 {
		before = before[i+1:]
	}
	tail := words(before)
	for i := range entries {
		if entries[i].kind != kind {
			continue
		}
		for _, w := range entries[i].words {
			if end := find(tail, w); end >= 0 && utf8.RuneCountInString(tail[end:]) <= labelReach {
				return true
			}
		}
	}
	return false
}

// MinimumGrade is the least grade of a column with such identifiers. The codes of individual businesses are those of persons.
func MinimumGrade(kind Kind, individuals bool) catalog.Grade {
	if kind == catalog.IdentifierUSCC && individuals {
		return catalog.IdentifierResidentID.MinimumGrade()
	}
	return kind.MinimumGrade()
}
