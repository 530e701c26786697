package proposal

import "yumen/catalog"

// Words in the names of columns, Chinese ones and those in capitals (English, pinyin initials of government tables).
var (
	keyEnds     = []string{"ID", "NO", "KEY", "CODE", "NUM", "编号", "编码", "代码", "号", "标识", "BH", "BM"}
	personWords = []string{"PERSON", "CUSTOMER", "CLIENT", "CUST", "USER", "PATIENT", "EMPLOYEE", "STUDENT", "RESIDENT", "CITIZEN", "BORROWER", "GUARANTOR", "OWNER", "MEMBER", "REP", "HOLDER", "INSURED", "TAXPAYER",
		"人员", "个人", "客户", "用户", "居民", "参保人", "担保人", "借款人", "法人", "法定代表人", "职工", "学生", "患者", "户主", "会员", "RY", "GR"}
	firmWords = []string{"ENTERPRISE", "COMPANY", "FIRM", "CORP", "ORG", "ORGANIZATION", "ORGANISATION", "EMPLOYER", "MERCHANT", "SUPPLIER", "VENDOR", "ENT", "USCC",
		"企业", "单位", "公司", "机构", "商户", "供应商", "主体", "QY", "DW"}
	recordWords = []string{"CASE", "CONTRACT", "ORDER", "POLICY", "INVOICE", "TRANSACTION", "TXN", "SERIAL", "SEQ", "ROW", "INDEX", "RECORD", "VOUCHER", "LOAN",
		"案件", "合同", "订单", "保单", "发票", "流水", "序号", "记录", "凭证", "单据", "借据"}
	aloneKeys   = []string{"ID", "编号", "主键", "标识"}
	countWords  = []string{"COUNT", "CNT", "QTY", "NUM", "NUMBER", "TIMES", "DAYS", "数量", "次数", "人数", "个数", "天数", "笔数"}
	ageWords    = []string{"AGE", "年龄", "NL"}
	yearWords   = []string{"YEAR", "年度", "年份", "ND", "NF"}
	birthWords  = []string{"BIRTH", "BIRTHDAY", "BIRTHDATE", "DOB", "BORN", "出生", "生日", "CSRQ", "CSNY"}
	sinceWords  = []string{"REGISTERED", "ESTABLISHED", "FOUNDED", "INCORPORATED", "OPENED", "成立", "注册", "设立", "CLRQ", "ZCRQ"}
	amountWords = []string{"AMOUNT", "AMT", "BALANCE", "BAL", "INCOME", "SALARY", "WAGE", "TAX", "PAID", "PAY", "PAYMENT", "BASE", "FEE", "PRICE", "COST", "REVENUE", "PROFIT", "CAPITAL", "LIMIT", "DEBT", "LOAN", "PRINCIPAL",
		"ARREARS", "GAIN", "LOSS", "BILL", "金额", "余额", "收入", "工资", "税额", "税款", "缴费", "基数", "费用", "价格", "资本", "额度", "本金", "欠", "JE", "YE"}
)

// hint is a word in a column's name that speaks for a grade, and for marking the column sensitive.
type hint struct {
	grade     catalog.Grade
	sensitive bool
	why       catalog.Text
	words     []string
}

// hints, the highest grades first (reference: minimum grade per detected type, and the sensitive kinds of the law on personal information).
var hints = []hint{
	{4, true, catalog.Text{Zh: "医疗健康", En: "health"}, []string{"DISEASE", "DIAGNOSIS", "ICD", "ICD10", "MEDICAL", "HEALTH", "SYMPTOM", "TREATMENT", "PREGNANCY", "HIV", "BLOOD", "疾病", "诊断", "病情", "病种", "健康", "医疗", "症状", "用药", "手术", "怀孕"}},
	{4, true, catalog.Text{Zh: "残疾", En: "disability"}, []string{"DISABILITY", "DISABLED", "HANDICAP", "残疾", "伤残"}},
	{4, true, catalog.Text{Zh: "生物识别", En: "biometrics"}, []string{"BIOMETRIC", "FINGERPRINT", "FACE", "IRIS", "VOICEPRINT", "GENE", "指纹", "人脸", "虹膜", "声纹", "基因"}},
	{4, true, catalog.Text{Zh: "行踪轨迹", En: "tracks"}, []string{"TRACK", "TRAJECTORY", "LATITUDE", "LONGITUDE", "LAT", "LNG", "LON", "GPS", "行踪", "轨迹", "经度", "纬度"}},
	{4, true, catalog.Text{Zh: "未成年人", En: "minors"}, []string{"MINOR", "CHILD", "CHILDREN", "未成年", "儿童"}},
	{4, true, catalog.Text{Zh: "账户余额", En: "account balances"}, []string{"ACCOUNT_BALANCE", "DEPOSIT_BALANCE", "存款余额", "账户余额"}},
	{4, true, catalog.Text{Zh: "密码或验证码：不应入域", En: "a password or code, which must not enter the zone"}, []string{"PASSWORD", "PASSWD", "PWD", "CVN", "CVV", "PIN", "OTP", "密码", "口令", "验证码"}},
	{3, true, catalog.Text{Zh: "违约与欠款", En: "default and arrears"}, []string{"DEFAULT", "OVERDUE", "ARREARS", "DELINQUENT", "DELINQUENCY", "BAD_DEBT", "NPL", "WRITEOFF", "WRITE_OFF", "逾期", "违约", "欠税", "欠款", "欠费", "拖欠", "不良", "坏账", "核销", "五级分类", "风险分类"}},
	{3, true, catalog.Text{Zh: "处罚与失信", En: "penalties and dishonesty"}, []string{"PENALTY", "PUNISHMENT", "FINE", "VIOLATION", "BLACKLIST", "DISHONEST", "FRAUD", "处罚", "罚款", "违法", "违规", "失信", "黑名单", "欺诈"}},
	{3, true, catalog.Text{Zh: "司法与犯罪", En: "courts and crime"}, []string{"CRIME", "CRIMINAL", "CONVICTION", "LAWSUIT", "LITIGATION", "BANKRUPT", "BANKRUPTCY", "犯罪", "刑事", "诉讼", "被执行", "破产"}},
	{3, true, catalog.Text{Zh: "宗教、民族与政治面貌", En: "religion, ethnicity and politics"}, []string{"RELIGION", "FAITH", "ETHNIC", "ETHNICITY", "RACE", "NATION", "POLITICAL", "宗教", "信仰", "民族", "政治面貌", "MZ", "ZZMM"}},
	{3, true, catalog.Text{Zh: "社会救助", En: "welfare"}, []string{"WELFARE", "SUBSISTENCE", "LOW_INCOME", "POVERTY", "低保", "救助", "困难", "贫困"}},
	{3, true, catalog.Text{Zh: "收入与信用", En: "income and credit"}, []string{"INCOME", "SALARY", "WAGE", "CREDIT_SCORE", "收入", "工资", "薪资", "信用分", "信用评分"}},
}
