package catalog

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	resourceName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	personNumber = regexp.MustCompile(`^[a-z][a-z0-9_.-]{0,62}$`)
)

// Longest titles and free texts of a declaration, in bytes.
const (
	maxTitle = 200
	maxValue = 1000
)

// ResourceName reports whether a resource can have the name.
func ResourceName(name string) bool { return resourceName.MatchString(name) }

// head checks what every document has.
func (c *checker) head(b Body, want Kind) {
	version, kind, name := b.header()
	c.require(version == APIVersion, "apiVersion", "请写 apiVersion: "+APIVersion, "write apiVersion: "+APIVersion)
	c.require(kind == want, "kind", "请写 kind: "+string(want), "write kind: "+string(want))
	c.name("metadata.name", name)
}

// name checks the name of a resource, an organization or an entity type.
func (c *checker) name(field, name string) {
	c.require(resourceName.MatchString(name), field,
		"名称应以小写字母开头，只含小写字母、数字和下划线，最长 63 个字符",
		"a name begins with a lower-case letter and holds lower-case letters, digits and underscores, at most 63")
}

// title checks a text that people see in both languages.
func (c *checker) title(field string, t Text) {
	for _, part := range []struct{ field, text string }{{field + ".zh", t.Zh}, {field + ".en", t.En}} {
		ok := strings.TrimSpace(part.text) != "" && printable(part.text, maxTitle)
		c.require(ok, part.field, "请用中文和英文各写一行标题，最长 200 字节", "give a title in zh and en, one line each, at most 200 bytes")
	}
}

// line checks an optional text of one line.
func (c *checker) line(field, text string) {
	c.require(printable(text, maxTitle), field, "请写成一行，最长 200 字节", "write one line of at most 200 bytes")
}

// printable reports whether the text is valid UTF-8 without control or invisible format characters.
func printable(text string, limit int) bool {
	if len(text) > limit || !utf8.ValidString(text) {
		return false
	}
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// Validate checks the declaration of an organization.
func (o *Organization) Validate() error {
	var c checker
	c.head(o, KindOrganization)
	c.title("spec.title", o.Spec.Title)
	_, known := rolesOf[o.Spec.Type]
	c.require(known, "spec.type", "类型应为 operator、provider、institution、public_body 或 regulator", "the type is operator, provider, institution, public_body or regulator")
	switch {
	case o.Spec.LegalGroup != "":
		c.name("spec.legalGroup", o.Spec.LegalGroup)
	case o.Spec.Type == OrganizationInstitution || o.Spec.Type == OrganizationPublicBody:
		c.add("spec.legalGroup", "应用单位必须声明所属法人集团；没有集团时写本单位名称",
			"an institution declares its legal group: give its own name when it belongs to none")
	}
	if k := o.Spec.Credit; k != nil {
		c.require(slices.Contains([]string{"A", "B", "C", "D"}, k.Level), "spec.credit.level", "信用等级应为 A、B、C 或 D", "the credit level is A, B, C or D")
		c.require(strings.TrimSpace(k.Reason) != "", "spec.credit.reason", "请写明评定信用等级的理由", "give the reason of the decision about the credit level")
	}
	c.require(o.Spec.USCC == "" || creditCode.MatchString(o.Spec.USCC), "spec.uscc", "统一社会信用代码为 18 位大写字母和数字", "the credit code is 18 upper-case letters and digits")
	return c.problems.orNil()
}

// creditCode is the form of a unified social credit code; who declares it checks the check character.
var creditCode = regexp.MustCompile(`^[0-9A-HJ-NPQRTUWXY]{18}$`)

// Validate checks the declaration of an account.
func (a *Account) Validate() error {
	var c checker
	c.head(a, KindAccount)
	c.name("spec.organization", a.Spec.Organization)
	c.require(personNumber.MatchString(a.Spec.Person), "spec.person",
		"请填本单位人员编号：以小写字母开头，只含小写字母、数字和 _ . -，不得使用身份证号",
		"give the organization's own number of the person: a lower-case letter, then lower-case letters, digits and _ . -; never an identity number")
	c.require(a.Spec.Role.Valid(), "spec.role", "未知角色："+roleList, "the role is unknown: use one of "+roleList)
	c.title("spec.title", a.Spec.Title)
	return c.problems.orNil()
}

const roleList = "administrator, security_administrator, auditor, provider, steward, analyst, egress_reviewer, regulator"

func (o *Organization) normalise() {}
func (a *Account) normalise()      {}
