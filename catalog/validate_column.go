package catalog

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
)

// MaxOpenText is how many characters a value has at most in a column that declares max_values; a load proves it.
const MaxOpenText = 200

// maxDomain is the longest declared list of values.
const maxDomain = 10_000

// sumDigits bounds the digits of a measure so that a sum of ten thousand million values still fits DECIMAL(38).
const sumDigits = 28

// columnName admits what real tables have (dots, hyphens, spaces inside, Chinese) and nothing that quoting could not carry.
var columnName = regexp.MustCompile(`^[\p{L}\p{N}_]([\p{L}\p{N}_. -]{0,61}[\p{L}\p{N}_])?$`)

// reservedColumns are names that snapshots, labels and the engine use themselves; a leading "__" is reserved too.
var reservedColumns = []string{"_grade", "_receipt", "rowid"}

var columnRoles = []Role{RoleEntityKey, RoleIdentifier, RoleDimension, RoleMeasure}

// ColumnName reports whether a column can be declared under a name.
func ColumnName(name string) bool {
	low := strings.ToLower(name)
	return columnName.MatchString(name) && !strings.HasPrefix(low, "__") && !slices.Contains(reservedColumns, low)
}

func (c *checker) columns(s *DatasetSpec) {
	seen := map[string]bool{}
	for i := range s.Columns {
		col := &s.Columns[i]
		at := fmt.Sprintf("spec.columns[%d]", i)
		name := strings.ToLower(col.Name)
		c.require(!seen[name], at+".name", "字段重名（不区分大小写）", "another column has this name (upper and lower case are the same)")
		seen[name] = true
		c.column(at, col)
	}
}

func (c *checker) column(at string, col *Column) {
	name := strings.ToLower(col.Name)
	c.require(columnName.MatchString(col.Name), at+".name", "字段名含字母、数字、下划线、点、连字符或中间的空格，最长 63 个字符",
		"a column name has letters, digits, underscores, dots, hyphens or inner spaces, at most 63")
	c.require(!strings.HasPrefix(name, "__") && !slices.Contains(reservedColumns, name), at+".name",
		"字段名为系统保留：请换一个", "the column name is reserved: choose another")
	c.require(col.Grade.Valid(), at+".grade", "缺少分级：请填 1 至 4", "the grade is missing: give 1 to 4")
	c.require(col.Category == "" || col.Category.MinimumGrade() > 0, at+".category",
		"敏感个人信息类别应为 property、health、biometric、identity 或 network_identity", "a category is property, health, biometric, identity or network_identity")
	c.line(at+".grade_reason", col.GradeReason)
	c.downgrade(at+".downgrade", col)
	c.require(col.GradeReason == "" || col.Grade < col.LeastGrade(), at+".grade_reason",
		"级别不低于最低级别，不需要理由：请去掉 grade_reason", "the grade is not below the least one, so it needs no reason: remove grade_reason")
	if col.Title != nil {
		c.title(at+".title", *col.Title)
	}
	c.roles(at, col)
	t, err := ParseType(col.Type)
	if err != nil {
		c.add(at+".type", "类型应为 VARCHAR、BOOLEAN、INTEGER、BIGINT、DATE 或 DECIMAL(p,s)（p 不超过 38）",
			"the type is VARCHAR, BOOLEAN, INTEGER, BIGINT, DATE or DECIMAL(p,s) with p at most 38")
		return
	}
	c.coarsening(at, col, t)
	c.bounds(at, col, t)
	c.clip(at, col, t)
	c.values(at, col, t)
	c.open(at, col, t)
	c.sensitive(at, col, t)
}

// roles checks that what a column is for is clear: it points at someone, or it is computed on, never both.
func (c *checker) roles(at string, col *Column) {
	c.require(len(col.Roles) > 0, at+".roles", "请至少填一个角色", "give at least one role")
	for i, r := range col.Roles {
		field := fmt.Sprintf("%s.roles[%d]", at, i)
		c.require(slices.Contains(columnRoles, r), field, "角色应为 entity_key、identifier、dimension 或 measure",
			"a role is entity_key, identifier, dimension or measure")
		c.require(!slices.Contains(col.Roles[:i], r), field, "角色重复", "the role is given twice")
	}
	c.require(!points(col) || !computed(col), at+".roles", "主体键和标识符不进入查询：不能同时为 dimension 或 measure",
		"keys and identifiers never meet a query: they cannot be dimension or measure too")
	switch kind := IdentifierKind(col.Identifier); {
	case kind == "":
		c.require(!col.Has(RoleIdentifier), at+".identifier", "标识符应写明种类，例如 resident_id、uscc、mobile、record",
			"an identifier names its kind, such as resident_id, uscc, mobile or record")
	case !kind.Valid():
		c.add(at+".identifier", "未知的标识符种类：不在列表内时写 other", "the identifier kind is unknown: write other when none fits")
	default:
		c.require(points(col), at+".identifier", "有标识符种类的字段应有角色 identifier 或 entity_key",
			"a column with an identifier kind needs the role identifier or entity_key")
	}
	c.require(col.ConstantPer == "" || col.Has(RoleDimension), at+".constant_per", "constant_per 只用于 dimension", "constant_per is for dimensions")
}

func points(col *Column) bool   { return col.Has(RoleEntityKey) || col.Has(RoleIdentifier) }
func computed(col *Column) bool { return col.Has(RoleDimension) || col.Has(RoleMeasure) }

// coarsening checks generalisers and the filter grid.
func (c *checker) coarsening(at string, col *Column, t Type) {
	c.require(len(col.Generalise) == 0 || col.Has(RoleDimension), at+".generalise", "概化只用于 dimension", "generalisers are for dimensions")
	for i, text := range col.Generalise {
		field := fmt.Sprintf("%s.generalise[%d]", at, i)
		g, err := ParseGeneraliser(text)
		c.require(err == nil, field, "未知的概化方式：用 year、quarter、month、decade、band(n) 或 prefix(n)",
			"the generaliser is unknown: use year, quarter, month, decade, band(n) or prefix(n)")
		c.require(err != nil || g.Fits(t), field, "该概化方式不适用于此类型：日期用时段，数值用 band(n)，文本用 prefix(n)",
			"the generaliser does not fit the type: periods for dates, band(n) for numbers, prefix(n) for texts")
		c.require(!slices.Contains(col.Generalise[:i], text), field, "概化方式重复", "the generaliser is given twice")
	}
	c.require(!col.GeneralisedOnly || len(col.Generalise) > 0, at+".generalised_only", "只许概化使用时请声明 generalise",
		"generalised_only needs at least one generaliser")
	if col.Grid == "" {
		return
	}
	c.require(computed(col), at+".grid", "网格只用于 dimension 或 measure", "a grid is for dimensions and measures")
	_, err := ParseGrid(col.Grid, t)
	c.require(err == nil, at+".grid", `网格应为数值的 "1-2-5"、"step(n)"，或日期的 year、quarter、month、decade`,
		`the grid is "1-2-5" or "step(n)" for numbers; year, quarter, month or decade for dates`)
}

// bounds checks the declared range: measures need one, because it keeps sums from overflowing on purpose.
func (c *checker) bounds(at string, col *Column, t Type) {
	if len(col.Bounds) == 0 {
		c.require(!col.Has(RoleMeasure), at+".bounds", "度量必须声明上下界：bounds: [低, 高]", "a measure declares its bounds: [low, high]")
	}
	c.require(!col.Has(RoleMeasure) || t.Numeric(), at+".type", "度量应为数值类型", "a measure has a numeric type")
	if len(col.Bounds) == 0 {
		return
	}
	if !c.require(len(col.Bounds) == 2 && t.Ordered() && computed(col), at+".bounds",
		"上下界为两个数或两个日期，只用于数值或日期的 dimension 或 measure", "bounds are two numbers or two days, for dimensions and measures that are numbers or dates") {
		return
	}
	if t.Name == TypeDate {
		order, err := t.Compare(string(col.Bounds[0]), string(col.Bounds[1]))
		c.require(err == nil, at+".bounds", "日期的上下界写作 2024-12-31", "the bounds of a date are days such as 2024-12-31")
		c.require(err != nil || order <= 0, at+".bounds", "下界大于上界", "the low bound is above the high one")
		return
	}
	low, errLow := t.scaled(string(col.Bounds[0]))
	high, errHigh := t.scaled(string(col.Bounds[1]))
	if !c.require(errLow == nil && errHigh == nil, at+".bounds", "上下界超出类型的范围或精度", "the bounds do not fit the type") {
		return
	}
	c.require(low.Cmp(high) <= 0, at+".bounds", "下界大于上界", "the low bound is above the high one")
	digits := max(len(new(big.Int).Abs(low).String()), len(new(big.Int).Abs(high).String()))
	c.require(!col.Has(RoleMeasure) || digits <= sumDigits, at+".bounds", "上下界过大，求和会溢出：请缩小", "the bounds are so wide that a sum could overflow: narrow them")
}

// clip checks what one entity adds to a noisy sum at most.
func (c *checker) clip(at string, col *Column, t Type) {
	if col.Clip == "" {
		return
	}
	c.require(col.Has(RoleMeasure), at+".clip", "clip 只用于 measure", "clip is for measures")
	n, err := t.scaled(string(col.Clip))
	c.require(t.Numeric() && err == nil && n.Sign() > 0, at+".clip", "clip 为字段类型可表示的正数", "clip is a positive number that the type holds")
}

// values checks the declared domain.
func (c *checker) values(at string, col *Column, t Type) {
	if len(col.Domain) == 0 {
		return
	}
	c.require(computed(col), at+".domain", "值域只用于 dimension 或 measure", "a domain is for dimensions and measures")
	c.require(len(col.Domain) <= maxDomain, at+".domain", "值域最多 10000 个值", "a domain has at most 10000 values")
	c.list(at+".domain", col.Domain, t)
	if len(col.Bounds) != 2 || !t.Ordered() {
		return
	}
	for i, v := range col.Domain {
		low, errLow := t.Compare(string(v), string(col.Bounds[0]))
		high, errHigh := t.Compare(string(v), string(col.Bounds[1]))
		c.require(errLow != nil || errHigh != nil || low >= 0 && high <= 0, fmt.Sprintf("%s.domain[%d]", at, i),
			"值在上下界之外", "the value lies outside the bounds")
	}
}

// open checks the declared number of values of a text whose values nobody lists.
func (c *checker) open(at string, col *Column, t Type) {
	c.require(col.MaxValues == 0 || col.MaxValues > 0 && col.MaxValues <= maxDomain && t.Name == TypeVarchar && col.Has(RoleDimension) && len(col.Domain) == 0,
		at+".max_values", "max_values 为无值域的文本 dimension 的最多取值数，1 至 10000",
		"max_values is how many values a text that is a dimension without a domain has at most, 1 to 10000")
}

// list checks that values are canonical texts of the type, each once.
func (c *checker) list(field string, values []Scalar, t Type) {
	seen := map[Scalar]bool{}
	for i, v := range values {
		at := fmt.Sprintf("%s[%d]", field, i)
		canonical, err := t.Canonical(string(v))
		c.require(err == nil && printable(string(v), maxValue), at, "值不符合字段类型", "the value does not fit the column's type")
		c.require(err != nil || canonical == string(v), at, "值不是规范写法", "the value is not in its canonical spelling")
		c.require(!seen[v], at, "值重复", "the value is given twice")
		seen[v] = true
	}
}

func (c *checker) sensitive(at string, col *Column, t Type) {
	c.require(!col.Sensitive || computed(col), at+".sensitive", "敏感标记只用于 dimension 或 measure；标识符本就不进入查询",
		"sensitive is for dimensions and measures; keys and identifiers never meet a query")
	c.require(len(col.SensitiveValues) == 0 || col.Sensitive, at+".sensitive_values", "有敏感值的字段应写 sensitive: true", "sensitive_values need sensitive: true")
	c.list(at+".sensitive_values", scalars(col.SensitiveValues), t)
	for i, v := range col.SensitiveValues {
		c.require(len(col.Domain) == 0 || slices.Contains(col.Domain, Scalar(v)), fmt.Sprintf("%s.sensitive_values[%d]", at, i),
			"敏感值不在值域内", "the value is not in the domain")
	}
}

func scalars(texts []string) []Scalar {
	out := make([]Scalar, len(texts))
	for i, t := range texts {
		out[i] = Scalar(t)
	}
	return out
}

// normalise gives every declared value its canonical spelling; what does not fit its type stays, for Validate to name.
func (d *Dataset) normalise() {
	for i := range d.Spec.Columns {
		col := &d.Spec.Columns[i]
		t, err := ParseType(col.Type)
		if err != nil {
			continue
		}
		normaliseValues(t, col.Domain)
		normaliseValues(t, col.SensitiveValues)
		normaliseValues(t, col.Bounds)
		if text, err := t.Canonical(string(col.Clip)); err == nil && col.Clip != "" {
			col.Clip = Number(text)
		}
	}
}

func normaliseValues[S ~string](t Type, values []S) {
	for i, v := range values {
		if text, err := t.Canonical(string(v)); err == nil {
			values[i] = S(text)
		}
	}
}

// downgrade checks the form of the record of a lower grade; whether one is needed depends on what was approved before.
func (c *checker) downgrade(at string, col *Column) {
	d := col.Downgrade
	if d == nil {
		return
	}
	c.line(at+".method", d.Method)
	c.line(at+".risk", d.Risk)
	c.line(at+".approval", d.Approval)
	c.require(d.Method != "" && d.Risk != "" && d.Approval != "" && d.From.Valid() && d.From > col.Grade, at,
		"降级记录应写明原级别（高于现级别）、脱敏方法、剩余风险和批准文号", "a downgrade says the grade before (above the present one), the method, the risk that is left and the approval")
}
