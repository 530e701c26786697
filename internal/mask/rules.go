package mask

import (
	"regexp"

	"yumen/catalog"
	"yumen/internal/ident"
)

// applying masks a valid value; false where it is none.
type applying func(r *ident.Reader, value string) (string, bool)

// rule is what is done to one kind of data. A level without a function hides. The forms are those of masked values: a value that has
// one already shows no more than the rule.
type rule struct {
	display, strict applying
	forms           [2]*regexp.Regexp
}

// masked reports whether a value has the form that the rule gives.
func (r rule) masked(l Level, value string) bool {
	form := r.forms[0]
	if l == Strict {
		form = r.forms[1]
	}
	return form != nil && form.MatchString(value)
}

// number is a rule for numbers of letters and digits: so many characters are kept at either end of a valid one.
func number(valid func(r *ident.Reader, s string) bool, head, tail, strictHead, strictTail int) rule {
	keep := func(head, tail int) applying {
		return func(r *ident.Reader, value string) (string, bool) {
			s := ident.Compact(value)
			if s == "" || !valid(r, s) {
				return "", false
			}
			return ends(s, head, tail)
		}
	}
	return rule{keep(head, tail), keep(strictHead, strictTail), [2]*regexp.Regexp{starred(head, tail), starred(strictHead, strictTail)}}
}

// starred is the form of a number of which only the ends are left.
func starred(head, tail int) *regexp.Regexp {
	return regexp.MustCompile(`^[0-9A-Z]{` + digit(head) + `}\*{4,32}[0-9A-Z]{` + digit(tail) + `}$`)
}

func digit(n int) string { return string(rune('0' + n)) }

// minHidden is how many characters a mask hides at least; where fewer would be, all are.
const minHidden = 4

// ends keeps the first and the last characters of a text of one-byte characters.
func ends(s string, head, tail int) (string, bool) {
	if len(s)-head-tail < minHidden {
		return "", false
	}
	return s[:head] + stars(len(s)-head-tail) + s[len(s)-tail:], true
}

func stars(n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = '*'
	}
	return string(out)
}

// shown leaves a public identifier as it stands.
func shown(valid func(s string) bool) applying {
	return func(_ *ident.Reader, value string) (string, bool) { return value, valid(value) }
}

func plainly(valid func(string) bool) func(*ident.Reader, string) bool {
	return func(_ *ident.Reader, s string) bool { return valid(s) }
}

// rules is the library. Kinds that are not in it are hidden.
var rules = map[Data]rule{
	Data(catalog.IdentifierPersonName):      {name, func(_ *ident.Reader, s string) (string, bool) { return "**", ident.Surname(ident.Folded(s)) > 0 }, [2]*regexp.Regexp{nameForm, regexp.MustCompile(`^\*\*$`)}},
	Data(catalog.IdentifierResidentID):      number((*ident.Reader).ResidentID, 3, 3, 1, 1),
	Data(catalog.IdentifierResidencePermit): number((*ident.Reader).ResidencePermit, 3, 3, 1, 1),
	Data(catalog.IdentifierForeignerID):     number((*ident.Reader).ForeignerID, 3, 3, 1, 1),
	Data(catalog.IdentifierPassport):        number(plainly(ident.Passport), 2, 2, 1, 0),
	Data(catalog.IdentifierTravelPermit):    number(plainly(ident.TravelPermit), 2, 2, 1, 0),
	Data(catalog.IdentifierMobile):          {mobile(3, 4), mobile(3, 2), [2]*regexp.Regexp{starred(3, 4), starred(3, 2)}},
	Data(catalog.IdentifierLandline):        {landline(2), landline(0), [2]*regexp.Regexp{regexp.MustCompile(`^0\d{2,3}-\*{5,6}\d{2}$`), regexp.MustCompile(`^0\d{2,3}-\*{7,8}$`)}},
	Data(catalog.IdentifierEmail):           {email, strictEmail, [2]*regexp.Regexp{emailForm, regexp.MustCompile(`^\*\*\*@\*\*\*\.[a-z]+$`)}},
	Data(catalog.IdentifierAddress):         {address(3), address(2), [2]*regexp.Regexp{addressForm(3), addressForm(2)}},
	Data(catalog.IdentifierPlate):           {plate, strictPlate, [2]*regexp.Regexp{regexp.MustCompile(`^\p{Han}[A-Z]{1,2}[A-Z0-9]?\*{3}[0-9A-Z挂学警港澳]{2}$`), regexp.MustCompile(`^\p{Han}[A-Z]\*{5,6}$`)}},
	Data(catalog.IdentifierBankCard):        number(plainly(ident.BankCard), 6, 4, 0, 4),
	Data(catalog.IdentifierBankAccount):     number(plainly(ident.BankAccount), 0, 4, 0, 2),
	Data(catalog.IdentifierUSCC):            uscc,
	Data(catalog.IdentifierOrgCode):         public(ident.OrgCode, 2, 2),
	Data(catalog.IdentifierLEI):             public(ident.LEI, 4, 2),
	Data(catalog.IdentifierCNAPS):           public(ident.CNAPS, 3, 2),
	Data(catalog.IdentifierEnterpriseName):  {display: shown(func(string) bool { return true })},
	Data(catalog.IdentifierPropertyTitle):   {display: title, forms: [2]*regexp.Regexp{regexp.MustCompile(`^\p{Han}\(\d{4}\)\p{Han}{0,8}不动产权第\*{7}号$`)}},
	BirthDate:                               {day("2006-01-**"), day("2006-**-**"), [2]*regexp.Regexp{regexp.MustCompile(`^\d{4}-\d{2}-\*\*$`), regexp.MustCompile(`^\d{4}-\*\*-\*\*$`)}},
	Moment:                                  {day("2006-01-02"), day("2006-01"), [2]*regexp.Regexp{regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`), regexp.MustCompile(`^\d{4}-\d{2}$`)}},
	Amount:                                  {amount, band, [2]*regexp.Regexp{regexp.MustCompile(`^(<1万|-?\d{1,4}\.\d万|-?\d{1,24}\.\d亿)$`), regexp.MustCompile(`^(<1万|-?\[\d{1,24}[万亿],\d{1,24}[万亿]\))$`)}},
	Position:                                {display: position, forms: [2]*regexp.Regexp{regexp.MustCompile(`^-?\d{1,3}\.\d{2},-?\d{1,3}\.\d{2}$`)}},
	Network:                                 {network(24, 48), network(16, 32), [2]*regexp.Regexp{regexp.MustCompile(`^(\d{1,3}\.\d{1,3}\.\d{1,3}\.0/24|[0-9a-f:]{2,16}::/48|::/48)$`), regexp.MustCompile(`^(\d{1,3}\.\d{1,3}\.0\.0/16|[0-9a-f:]{2,11}::/32|::/32)$`)}},
	Diagnosis:                               {display: chapter, forms: [2]*regexp.Regexp{regexp.MustCompile(`^[IVX]{1,5}$`)}},
}

// public is the rule of a number that everybody may see, and of which the ends are left where it stands beside what is not public.
func public(valid func(string) bool, head, tail int) rule {
	r := number(plainly(valid), 0, 0, head, tail)
	r.display, r.forms[0] = shown(valid), nil
	return r
}

// uscc: the codes of individual businesses (92…) are those of persons.
var uscc = func() rule {
	personal := func(_ *ident.Reader, s string) bool { return ident.USCC(s) }
	as := number(personal, 3, 3, 1, 1)
	firm := public(ident.USCC, 4, 4)
	pick := func(person, other applying) applying {
		return func(r *ident.Reader, value string) (string, bool) {
			if ident.Individual(value) {
				return person(r, value)
			}
			return other(r, value)
		}
	}
	return rule{pick(as.display, firm.display), pick(as.strict, firm.strict),
		[2]*regexp.Regexp{regexp.MustCompile(`^92[0-9A-Z]\*{12}[0-9A-Z]{3}$`), regexp.MustCompile(`^([0-9A-Z]{4}\*{10}[0-9A-Z]{4}|9\*{16}[0-9A-Z])$`)}}
}()
