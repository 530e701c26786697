package proposal

import (
	"fmt"
	"math/big"
	"strings"

	"yumen/catalog"
	"yumen/internal/ident"
	"yumen/sandbox/wire"
)

// look reads a column's profile: its type, the kind of identifier that it holds, whether it could be a key.
func (d *draft) look(c *wire.ColumnProfile) guess {
	g := guess{seen: c, Column: catalog.Column{Name: c.Name, Grade: 2}}
	g.typ, _ = catalog.ParseType(c.Type) // the profile was checked
	g.identify()
	g.key, g.strong = keyOf(&g)
	return g
}

// found is the first kind that is likely and that most rows have, or that some rows have inside.
func (g *guess) found() (f wire.Found, ok bool) {
	for _, f := range g.seen.Found {
		if f.Confidence != "possible" && f.Whole >= 50 {
			return f, true
		}
	}
	for _, f := range g.seen.Found {
		if f.Confidence != "possible" && f.Inside > 0 {
			return f, true
		}
	}
	return f, false
}

// identify decides whether the column points at somebody.
func (g *guess) identify() {
	c := g.seen
	named, isNamed := ident.Named(c.Name)
	f, ok := g.found()
	text := g.typ.Name == catalog.TypeVarchar
	many := c.Unique || c.Distinct > wire.MaxListed
	switch {
	case ok && f.Whole >= 50:
		g.kind = f.Kind
		g.Grade = ident.MinimumGrade(f.Kind, f.Individuals)
		l := ident.Label(f.Kind)
		g.say(fmt.Sprintf("%s：约 %d%% 的行（%s）", l.Zh, f.Whole, sure[f.Confidence]), fmt.Sprintf("%s: about %d %% of rows (%s)", l.En, f.Whole, f.Confidence))
		if f.Individuals {
			g.say("含个体工商户代码，按个人信息分级", "codes of individual businesses are among them: graded as personal")
		}
	case ok:
		g.kind = catalog.IdentifierOther
		g.Grade = max(g.kind.MinimumGrade(), ident.MinimumGrade(f.Kind, f.Individuals))
		l := ident.Label(f.Kind)
		g.say(fmt.Sprintf("文本中夹带%s：约 %d%% 的行", l.Zh, max(5, f.Inside)), fmt.Sprintf("some values have a %s inside: about %d %% of rows", l.En, max(5, f.Inside)))
	case isNamed && many && (text || g.wholeNumber() && !ident.Mentions(c.Name, countWords...)):
		g.kind, g.Grade = named, named.MinimumGrade()
		l := ident.Label(named)
		g.say("列名像是"+l.Zh+"，值未能证实", "the name speaks of a "+l.En+"; the values do not prove it")
	case text && c.Words && (many || c.Distinct > 20 && len(c.Values) == 0):
		g.kind, g.Grade = catalog.IdentifierOther, catalog.IdentifierOther.MinimumGrade()
		g.say("自由文本或取值很多：不进入查询。可分类后作为 dimension", "free text, or of many values: it does not meet a query. Classify it to make it a dimension")
	case text && many && (c.Unique || c.Distinct >= 1024):
		g.kind, g.Grade, g.codes = catalog.IdentifierRecord, catalog.IdentifierRecord.MinimumGrade(), true
	}
}

var sure = map[string]string{"possible": "存疑", "likely": "很可能", "certain": "确定"}

func (g *guess) wholeNumber() bool {
	return g.typ.Name == catalog.TypeInteger || g.typ.Name == catalog.TypeBigint
}

// column completes column i, once the entities are known.
func (d *draft) column(i int) {
	g := &d.guesses[i]
	key := g.Has(catalog.RoleEntityKey)
	switch {
	case key && g.kind == "" && alone(g.Name):
		g.kind = catalog.IdentifierRecord
	case key && g.codes && g.strong: // a number of one's own points at nobody outside
		g.kind = ""
	case !key && g.kind != "":
		g.Roles = []catalog.Role{catalog.RoleIdentifier}
		if g.codes {
			g.say("取值很多的编码：按业务编号处理，不进入查询", "codes of many values: taken for numbers of records, which do not meet a query")
		}
	case !key && g.key != "" && g.seen.Unique:
		g.Roles, g.kind = []catalog.Role{catalog.RoleIdentifier}, catalog.IdentifierRecord
	}
	g.Identifier = string(g.kind)
	if len(g.Roles) > 0 {
		g.pointing()
	} else {
		g.computed()
		g.grade(d.person)
	}
	g.Type = g.typ.String()
	g.missing()
}

// pointing settles the type of a key or an identifier: whole numbers grow, everything else is text.
func (g *guess) pointing() {
	if g.wholeNumber() && (g.kind == "" || g.kind == catalog.IdentifierRecord) {
		g.typ = catalog.Type{Name: catalog.TypeBigint}
		return
	}
	g.typ = catalog.Type{Name: catalog.TypeVarchar}
}

// computed settles what a column that points at nobody is for.
func (g *guess) computed() {
	g.Roles = []catalog.Role{catalog.RoleDimension}
	switch g.typ.Name {
	case catalog.TypeDate:
		g.date()
	case catalog.TypeBoolean:
		g.domain()
	case catalog.TypeVarchar:
		g.text()
	default:
		g.number()
	}
}

func (g *guess) date() {
	switch {
	case ident.Mentions(g.Name, birthWords...):
		g.Generalise, g.GeneralisedOnly, g.Grid = []string{"year", "decade"}, true, "year"
	case g.seen.Months:
		g.Generalise, g.Grid = []string{"year", "quarter", "month"}, "month"
	case ident.Mentions(g.Name, sinceWords...):
		g.Generalise, g.Grid = []string{"year", "decade"}, "year"
	default:
		g.Generalise, g.Grid = []string{"year", "quarter"}, "quarter"
	}
}

func (g *guess) text() {
	g.domain()
	switch {
	case g.seen.Place && g.seen.Code == 6:
		g.Generalise = []string{"prefix(2)", "prefix(4)"}
		g.say("行政区划代码", "administrative division codes")
	case len(g.Domain) == 0 && g.seen.Code > 2:
		g.Generalise = []string{fmt.Sprintf("prefix(%d)", (g.seen.Code+1)/2)}
	}
}

// domain declares the values when all of them may be shown.
func (g *guess) domain() {
	c := g.seen
	if c.Closed {
		for _, v := range c.Values {
			g.Domain = append(g.Domain, catalog.Scalar(v))
		}
		return
	}
	if c.Distinct <= wire.MaxListed {
		g.say(fmt.Sprintf("约 %d 个取值，其中有不足 %d 行的，故不列出值域：请按字典填写 domain", c.Distinct, wire.HeldBy),
			fmt.Sprintf("about %d values, some in fewer than %d rows, so that no domain is declared: fill it in from the dictionary", c.Distinct, wire.HeldBy))
		if len(c.Values) > 0 {
			list := strings.Join(c.Values, ", ")
			g.say("常见取值："+list, "the frequent ones: "+list)
		}
	}
}

// number settles a number: few values are codes, ages are bands, years are codes, the rest is measured.
func (g *guess) number() {
	c := g.seen
	low, high := catalog.Bound(c.Low), catalog.Bound(c.High)
	switch {
	case ident.Mentions(g.Name, ageWords...) && g.wholeNumber():
		g.Bounds, g.Grid = []catalog.Bound{low, high}, "step(5)"
		g.Generalise, g.GeneralisedOnly = []string{"band(5)", "band(10)"}, true
	case g.wholeNumber() && (c.Distinct <= 20 || ident.Mentions(g.Name, yearWords...)):
		if g.domain(); len(g.Domain) == 0 {
			g.Bounds = []catalog.Bound{low, high}
		}
	default:
		g.Bounds, g.Grid = []catalog.Bound{low, high}, "1-2-5"
		g.Roles = []catalog.Role{catalog.RoleMeasure, catalog.RoleDimension}
		g.say("上下界已向外取整到 1-2-5 档", "the bounds are rounded outward to steps of 1-2-5")
	}
	g.fit()
}

// maxMeasured is how many digits the bounds of a measure may have.
const maxMeasured = 28

// fit widens the type until it holds the bounds.
func (g *guess) fit() {
	digits := 1
	for _, n := range []string{g.seen.Low, g.seen.High} {
		whole, _, _ := strings.Cut(strings.TrimPrefix(n, "-"), ".")
		digits = max(digits, len(whole))
	}
	whole, _ := new(big.Int).SetString(strings.Repeat("9", digits), 10)
	switch {
	case g.typ.Name == catalog.TypeDecimal:
		g.typ.Precision = 18
		if digits+g.typ.Scale > 18 {
			g.typ.Precision = 38
		}
	case digits >= 19 || !whole.IsInt64():
		g.typ = catalog.Type{Name: catalog.TypeDecimal, Precision: 38}
	case digits >= 10 && g.over():
		g.typ = catalog.Type{Name: catalog.TypeBigint}
	}
	if digits+g.typ.Scale > maxMeasured && g.Has(catalog.RoleMeasure) {
		g.Roles = []catalog.Role{catalog.RoleDimension}
		g.say("数值过大，不宜求和", "too large to be summed")
	}
}

// over reports whether a bound is outside INTEGER.
func (g *guess) over() bool {
	for _, n := range []string{g.seen.Low, g.seen.High} {
		v, ok := new(big.Int).SetString(n, 10)
		if !ok || v.BitLen() > 31 {
			return true
		}
	}
	return false
}

// grade raises the grade for what the name speaks of.
func (g *guess) grade(aboutPersons bool) {
	for _, h := range hints {
		if !ident.Mentions(g.Name, h.words...) {
			continue
		}
		g.Grade = max(g.Grade, h.grade)
		g.Sensitive = h.sensitive
		g.say("列名涉及"+h.why.Zh+"：标为敏感", "the name speaks of "+h.why.En+": marked sensitive")
		if len(g.Domain) == 2 && g.Domain[0] == "0" && g.Domain[1] == "1" {
			g.SensitiveValues = []string{"1"}
		}
		break
	}
	birth := g.typ.Name == catalog.TypeDate && ident.Mentions(g.Name, birthWords...)
	amount := g.Has(catalog.RoleMeasure) && ident.Mentions(g.Name, amountWords...)
	if birth || aboutPersons && amount {
		g.Grade = max(g.Grade, 3)
	}
}

// missing says how much is missing and how many values there are.
func (g *guess) missing() {
	c := g.seen
	switch {
	case c.Complete:
	case c.Missing == 0:
		g.say("有少量缺失", "a few values are missing")
	default:
		g.say(fmt.Sprintf("约 %d%% 缺失", c.Missing), fmt.Sprintf("about %d %% are missing", c.Missing))
	}
	if c.Unique && len(g.Roles) > 0 && g.Roles[0] != catalog.RoleDimension {
		g.say("值无重复", "no value is there twice")
	}
}

// whole says what there is to say about the file.
func (d *draft) whole() {
	p := d.profile
	d.say(fmt.Sprintf("文件：%s，至少约 %d 行，%d 列", p.Format, p.Rows, len(p.Columns)), fmt.Sprintf("the file: %s, about %d rows or more, %d columns", p.Format, p.Rows, len(p.Columns)))
	if p.Repeated > 0 {
		d.say(fmt.Sprintf("约 %d%% 的行与其他行完全相同", p.Repeated), fmt.Sprintf("about %d %% of the rows repeat another one", p.Repeated))
	}
}
