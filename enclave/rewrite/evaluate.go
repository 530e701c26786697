package rewrite

import (
	"math/big"
	"regexp"
	"strings"
	"unicode/utf8"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

type kind int

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindText
)

// value is a constant while an expression is computed over declared values.
type value struct {
	kind kind
	yes  bool
	num  *big.Rat
	text string
}

func truth(b bool) value { return value{kind: kindBool, yes: b} }

func textValue(s string) value { return value{kind: kindText, text: s} }

func numberValue(text string) (value, bool) {
	if len(text) > 60 || strings.ContainsAny(text, "eE/") {
		return value{}, false
	}
	r, ok := new(big.Rat).SetString(text)
	return value{kind: kindNumber, num: r}, ok
}

// valueOf is a declared value.
func valueOf(t catalog.Type, text string) value {
	switch {
	case t.Name == catalog.TypeBoolean:
		return truth(text == "true")
	case t.Numeric():
		if v, ok := numberValue(text); ok {
			return v
		}
	}
	return textValue(text)
}

// evaluator computes an expression for one value of its only column. What it does not know it does not compute: what comes out wrong could
// only be a poorer suggestion, but none is better.
type evaluator struct {
	ref   *sqltree.Column
	value value
}

func (v *evaluator) eval(e sqltree.Expr) (value, bool) {
	switch x := e.(type) {
	case *sqltree.Column:
		return v.value, same(x, v.ref)
	case *sqltree.Literal:
		return literalValue(x)
	case *sqltree.Compare:
		a, okA := v.eval(x.Left)
		b, okB := v.eval(x.Right)
		if !okA || !okB {
			return value{}, false
		}
		return compareValues(x.Op, a, b)
	case *sqltree.Between:
		return v.eval(&sqltree.Logic{And: true, Args: []sqltree.Expr{&sqltree.Compare{Op: sqltree.GreaterEqual, Left: x.X, Right: x.Low},
			&sqltree.Compare{Op: sqltree.LessEqual, Left: x.X, Right: x.High}}})
	case *sqltree.Logic:
		return v.logic(x)
	case *sqltree.Not:
		a, ok := v.eval(x.X)
		if a.kind == kindBool {
			a.yes = !a.yes
		}
		return a, ok && a.kind <= kindBool
	case *sqltree.In:
		any := &sqltree.Logic{}
		for _, item := range x.List {
			any.Args = append(any.Args, &sqltree.Compare{Op: sqltree.Equal, Left: x.X, Right: item})
		}
		if x.Negated {
			return v.eval(&sqltree.Not{X: any})
		}
		return v.eval(any)
	case *sqltree.IsNull:
		a, ok := v.eval(x.X)
		return truth((a.kind == kindNull) != x.Negated), ok
	case *sqltree.Case:
		return v.choice(x)
	case *sqltree.Call:
		return v.function(x.Name, x.Args)
	case *open:
		if x.filter != nil || x.query != nil || x.distinct {
			return value{}, false
		}
		return v.function(x.name, x.args)
	}
	return value{}, false
}

func literalValue(l *sqltree.Literal) (value, bool) {
	switch l.Kind {
	case sqltree.LiteralNull:
		return value{}, true
	case sqltree.LiteralBool:
		return truth(l.Text == "true"), true
	case sqltree.LiteralNumber:
		return numberValue(l.Text)
	}
	return textValue(l.Text), true
}

func (v *evaluator) choice(x *sqltree.Case) (value, bool) {
	for _, w := range x.Whens {
		c, ok := v.eval(w.If)
		if !ok {
			return value{}, false
		}
		if c.kind == kindBool && c.yes {
			return v.eval(w.Then)
		}
	}
	return v.eval(x.Else)
}

func (v *evaluator) logic(x *sqltree.Logic) (value, bool) {
	out := truth(x.And)
	for _, part := range x.Args {
		a, ok := v.eval(part)
		switch {
		case !ok || a.kind > kindBool:
			return value{}, false
		case a.kind == kindBool && a.yes != x.And:
			return a, true
		case a.kind == kindNull:
			out = a
		}
	}
	return out, true
}

func compareValues(op sqltree.CompareOp, a, b value) (value, bool) {
	if a.kind == kindNull || b.kind == kindNull {
		switch op {
		case sqltree.DistinctFrom:
			return truth(a.kind != b.kind), true
		case sqltree.NotDistinctFrom:
			return truth(a.kind == b.kind), true
		}
		return value{}, true
	}
	if a.kind != b.kind {
		return value{}, false
	}
	n := 0
	switch a.kind {
	case kindNumber:
		n = a.num.Cmp(b.num)
	case kindText:
		n = strings.Compare(a.text, b.text)
	case kindBool:
		if a.yes != b.yes {
			n = 1
		}
	}
	switch op {
	case sqltree.Equal, sqltree.NotDistinctFrom:
		return truth(n == 0), true
	case sqltree.NotEqual, sqltree.DistinctFrom:
		return truth(n != 0), true
	case sqltree.Less:
		return truth(n < 0), a.kind != kindBool
	case sqltree.LessEqual:
		return truth(n <= 0), a.kind != kindBool
	case sqltree.Greater:
		return truth(n > 0), a.kind != kindBool
	}
	return truth(n >= 0), a.kind != kindBool
}

// function computes the functions that texts apply to values of a closed list.
func (v *evaluator) function(name string, exprs []sqltree.Expr) (value, bool) {
	var args []value
	for _, e := range exprs {
		a, ok := v.eval(e)
		if !ok {
			return value{}, false
		}
		if a.kind == kindNull {
			return value{}, name != "coalesce" && name != "ifnull" && name != "concat"
		}
		args = append(args, a)
	}
	switch {
	case kinds(args, kindText):
		f := textFunctions[name]
		if f == nil {
			return value{}, false
		}
		return f(args[0].text)
	case kinds(args, kindText, kindText):
		return ofTexts(name, args[0].text, args[1].text)
	case kinds(args, kindText, kindNumber):
		return cutText(name, args[0].text, 1, args[1])
	case kinds(args, kindText, kindNumber, kindNumber) && (name == "substr" || name == "substring"):
		from, _ := args[1].num.Float64()
		return cutText("left", args[0].text, int(from), args[2])
	case kinds(args, kindNumber, kindNumber):
		return arithmetic(name, args[0].num, args[1].num)
	}
	return value{}, false
}

func kinds(args []value, want ...kind) bool {
	if len(args) != len(want) {
		return false
	}
	for i, a := range args {
		if a.kind != want[i] {
			return false
		}
	}
	return true
}

var textFunctions = map[string]func(string) (value, bool){
	"upper": func(s string) (value, bool) { return textValue(strings.ToUpper(s)), true },
	"ucase": func(s string) (value, bool) { return textValue(strings.ToUpper(s)), true },
	"lower": func(s string) (value, bool) { return textValue(strings.ToLower(s)), true },
	"lcase": func(s string) (value, bool) { return textValue(strings.ToLower(s)), true },
	"trim":  func(s string) (value, bool) { return textValue(strings.Trim(s, " ")), true },
	"length": func(s string) (value, bool) {
		return value{kind: kindNumber, num: new(big.Rat).SetInt64(int64(utf8.RuneCountInString(s)))}, true
	},
	"len": func(s string) (value, bool) {
		return value{kind: kindNumber, num: new(big.Rat).SetInt64(int64(utf8.RuneCountInString(s)))}, true
	},
}

// maxPattern is the longest pattern that is matched with declared values.
const maxPattern = 200

// ofTexts computes functions of two texts. Patterns are matched in time that grows with their length alone.
func ofTexts(name, a, b string) (value, bool) {
	if len(b) > maxPattern {
		return value{}, false
	}
	switch name {
	case "~~", "!~~", "~~*", "!~~*":
		if strings.HasSuffix(name, "*") {
			a, b = strings.ToLower(a), strings.ToLower(b)
		}
		re, err := regexp.Compile("(?s)^" + likePattern(b) + "$")
		return truth(err == nil && re.MatchString(a) != strings.HasPrefix(name, "!")), err == nil
	case "regexp_matches", "regexp_full_match", "~":
		if name != "regexp_matches" {
			b = "^(?:" + b + ")$"
		}
		re, err := regexp.Compile(b)
		return truth(err == nil && re.MatchString(a)), err == nil
	case "contains":
		return truth(strings.Contains(a, b)), true
	case "starts_with", "^@", "prefix":
		return truth(strings.HasPrefix(a, b)), true
	case "ends_with", "suffix":
		return truth(strings.HasSuffix(a, b)), true
	case "||", "concat":
		return textValue(a + b), len(a)+len(b) <= maxText
	}
	return value{}, false
}

// likePattern is a LIKE pattern as a regular expression.
func likePattern(p string) string {
	var b strings.Builder
	for _, r := range p {
		switch r {
		case '%':
			b.WriteString(".*")
		case '_':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return b.String()
}

// cutText computes left and right.
func cutText(name, s string, from int, n value) (value, bool) {
	if !n.num.IsInt() || !n.num.Num().IsInt64() || from < 1 {
		return value{}, false
	}
	runes := []rune(s)
	count := n.num.Num().Int64()
	if count < 0 || count > 1000 {
		return value{}, false
	}
	switch name {
	case "left", "prefix", "substr":
		runes = runes[min(from-1, len(runes)):]
		if name == "substr" { // of two arguments: from a place on
			return textValue(string([]rune(s)[min(max(int(count)-1, 0), len([]rune(s))):])), true
		}
		return textValue(string(runes[:min(int(count), len(runes))])), true
	case "right":
		return textValue(string(runes[max(0, len(runes)-int(count)):])), true
	}
	return value{}, false
}

func arithmetic(name string, a, b *big.Rat) (value, bool) {
	out := new(big.Rat)
	switch name {
	case "+":
		out.Add(a, b)
	case "-":
		out.Sub(a, b)
	case "*":
		out.Mul(a, b)
	case "/":
		if b.Sign() == 0 {
			return value{}, true
		}
		out.Quo(a, b)
	case "%", "mod":
		if b.Sign() == 0 || !a.IsInt() || !b.IsInt() {
			return value{}, b.Sign() == 0
		}
		out.SetInt(new(big.Int).Rem(a.Num(), b.Num()))
	default:
		return value{}, false
	}
	return value{kind: kindNumber, num: out}, out.Num().BitLen()+out.Denom().BitLen() <= maxBits
}

// maxBits is the longest number, and maxText the longest text, that is computed.
const (
	maxBits = 2048
	maxText = 4096
)
