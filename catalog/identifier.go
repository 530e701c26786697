package catalog

import (
	"maps"
	"slices"
)

// IdentifierKind names a kind of identifier: a value that points at one person, firm or record.
type IdentifierKind string

// The closed list of identifier kinds.
const (
	IdentifierResidentID      IdentifierKind = "resident_id"      // 居民身份证, GB 11643
	IdentifierResidencePermit IdentifierKind = "residence_permit" // 港澳台居民居住证
	IdentifierForeignerID     IdentifierKind = "foreigner_id"     // 外国人永久居留身份证
	IdentifierPassport        IdentifierKind = "passport"         // 护照
	IdentifierTravelPermit    IdentifierKind = "travel_permit"    // 通行证
	IdentifierPersonName      IdentifierKind = "person_name"      // 姓名
	IdentifierMobile          IdentifierKind = "mobile"           // 手机号
	IdentifierLandline        IdentifierKind = "landline"         // 固话
	IdentifierEmail           IdentifierKind = "email"            // 电子邮箱
	IdentifierAddress         IdentifierKind = "address"          // 住址
	IdentifierPlate           IdentifierKind = "plate"            // 车牌
	IdentifierBankCard        IdentifierKind = "bank_card"        // 银行卡号
	IdentifierBankAccount     IdentifierKind = "bank_account"     // 银行账号
	IdentifierUSCC            IdentifierKind = "uscc"             // 统一社会信用代码, GB 32100
	IdentifierOrgCode         IdentifierKind = "org_code"         // 组织机构代码, GB 11714
	IdentifierLEI             IdentifierKind = "lei"              // ISO 17442
	IdentifierCNAPS           IdentifierKind = "cnaps"            // 联行号
	IdentifierEnterpriseName  IdentifierKind = "enterprise_name"  // 企业名称
	IdentifierPropertyTitle   IdentifierKind = "property_title"   // 不动产权证号
	IdentifierRecord          IdentifierKind = "record"           // number of a record: case, contract, policy
	IdentifierOther           IdentifierKind = "other"            // anything else that points at one subject; free text too
)

// minimumGrades are the least grades that a column with such values should have, unless a steward gives a reason.
var minimumGrades = map[IdentifierKind]Grade{
	IdentifierResidentID: 3, IdentifierResidencePermit: 3, IdentifierForeignerID: 3, IdentifierPassport: 3,
	IdentifierTravelPermit: 3, IdentifierMobile: 3, IdentifierLandline: 3, IdentifierEmail: 3, IdentifierAddress: 3,
	IdentifierPlate: 3, IdentifierPropertyTitle: 3, IdentifierOther: 3, IdentifierPersonName: 2, IdentifierRecord: 2,
	IdentifierBankCard: 4, IdentifierBankAccount: 4,
	IdentifierUSCC: 1, IdentifierOrgCode: 1, IdentifierLEI: 1, IdentifierCNAPS: 1, IdentifierEnterpriseName: 1,
}

// IdentifierKinds lists every kind in alphabetical order.
func IdentifierKinds() []IdentifierKind { return slices.Sorted(maps.Keys(minimumGrades)) }

// Valid reports whether the kind is one of the closed list.
func (k IdentifierKind) Valid() bool { return minimumGrades[k] != 0 }

// MinimumGrade is the least grade that such a column should have; zero for an unknown kind.
func (k IdentifierKind) MinimumGrade() Grade { return minimumGrades[k] }
