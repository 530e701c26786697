package sqltree

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"yumen/catalog"
)

// constant reads a literal; its value is an object {type, is_null, value}.
func (d *decoder) constant(o *object) Expr {
	v := o.object("value")
	l := &Literal{Pos: o.at}
	id, info := d.typeOf(v.object("type"), o.at)
	if v.bool("is_null") {
		v.done()
		l.Kind = LiteralNull
		return l
	}
	value := v.take("value")
	v.done()
	switch id {
	case "VARCHAR":
		l.Kind = LiteralText
		l.Text, _ = value.(string)
		if _, ok := value.(string); !ok {
			refuse(ReasonUnknownNode, o.at)
		}
	case "BOOLEAN":
		b, ok := value.(bool)
		if !ok {
			refuse(ReasonUnknownNode, o.at)
		}
		l.Kind, l.Text = LiteralBool, strconv.FormatBool(b)
	default:
		l.Kind, l.Type = LiteralNumber, id
		if id == "DECIMAL" {
			l.Type = fmt.Sprintf("DECIMAL(%d,%d)", info.Precision, info.Scale)
		}
		l.Text = d.number(value, id, info.Scale, o.at)
	}
	return l
}

// number is the decimal text of a number: integers plain, DECIMAL from its unscaled value, 128 bits from two halves.
func (d *decoder) number(v any, id string, scale int, at Pos) string {
	if id == "DOUBLE" {
		n, ok := v.(json.Number)
		if !ok || len(n) > 40 {
			refuse(ReasonLiteralType, at)
		}
		return string(n)
	}
	switch id {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UHUGEINT", "UBIGINT", "UINTEGER", "DECIMAL":
	default:
		refuse(ReasonLiteralType, at)
	}
	n, ok := wholeNumber(v)
	if !ok {
		refuse(ReasonLiteralType, at)
	}
	return point(n, scale)
}

// wholeNumber reads an integer, or {upper, lower} for upper·2^64 + lower.
func wholeNumber(v any) (*big.Int, bool) {
	if n, ok := v.(json.Number); ok {
		return new(big.Int).SetString(string(n), 10)
	}
	halves, ok := v.(map[string]any)
	if !ok || len(halves) != 2 {
		return nil, false
	}
	upper, okUpper := halves["upper"].(json.Number)
	lower, okLower := halves["lower"].(json.Number)
	if !okUpper || !okLower || len(upper) > 20 || len(lower) > 20 {
		return nil, false
	}
	hi, okHi := new(big.Int).SetString(string(upper), 10)
	lo, okLo := new(big.Int).SetString(string(lower), 10)
	if !okHi || !okLo {
		return nil, false
	}
	return hi.Lsh(hi, 64).Add(hi, lo), true
}

// point writes n with scale digits after the point.
func point(n *big.Int, scale int) string {
	digits := new(big.Int).Abs(n).String()
	if scale > 0 {
		if len(digits) <= scale {
			digits = strings.Repeat("0", scale-len(digits)+1) + digits
		}
		digits = digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
	}
	if n.Sign() < 0 {
		return "-" + digits
	}
	return digits
}

var plainType = regexp.MustCompile(`^[A-Z][A-Z _]{0,30}$`)

// typeOf reads a logical type: a plain name, or DECIMAL with width and scale.
func (d *decoder) typeOf(o *object, at Pos) (string, catalog.Type) {
	id := o.text("id")
	info := o.take("type_info")
	o.done()
	if !plainType.MatchString(id) {
		refuse(ReasonLiteralType, at)
	}
	if info == nil {
		return id, catalog.Type{}
	}
	i := asObject(info, at)
	i.must("type", "DECIMAL_TYPE_INFO", ReasonLiteralType)
	i.empty(ReasonLiteralType, "alias", "extension_info")
	t := catalog.Type{Name: catalog.TypeDecimal, Precision: d.small(i, "width"), Scale: d.small(i, "scale")}
	i.done()
	if id != "DECIMAL" || t.Precision < 1 || t.Scale > t.Precision {
		refuse(ReasonLiteralType, at)
	}
	return id, t
}

func (d *decoder) small(o *object, name string) int {
	n, ok := o.take(name).(json.Number)
	if !ok {
		refuse(ReasonUnknownNode, o.at)
	}
	i, err := strconv.ParseUint(string(n), 10, 6)
	if err != nil || i > 38 {
		refuse(ReasonUnknownNode, o.at)
	}
	return int(i)
}

// cast reads a conversion. DATE '…' and TRUE arrive as casts of constants: they are literals. A cast without a position of
// its own over anything else is the parser's (IS TRUE), not the text's.
func (d *decoder) cast(o *object) Expr {
	c := &Cast{Pos: o.at, X: d.expr(o.take("child"), o.at), Try: o.bool("try_cast"), Implicit: !o.own}
	id, info := d.typeOf(o.object("cast_type"), o.at)
	c.Type = id
	if info.Name != "" {
		c.Type = info.String()
	}
	l, constant := c.X.(*Literal)
	if !constant || l.Kind != LiteralText || c.Try {
		return c
	}
	switch {
	case id == "DATE":
		return d.date(l)
	case id == "BOOLEAN" && (l.Text == "t" || l.Text == "f"):
		return &Literal{Pos: l.Pos, Kind: LiteralBool, Text: strconv.FormatBool(l.Text == "t")}
	case c.Implicit: // TIMESTAMP '…', TIME '…'
		refuse(ReasonLiteralType, o.at)
	}
	return c
}

func (d *decoder) date(l *Literal) Expr {
	text, err := catalog.CanonicalValue(string(catalog.TypeDate), l.Text)
	if err != nil {
		refuse(ReasonDate, l.Pos)
	}
	return &Literal{Pos: l.Pos, Kind: LiteralDate, Text: text}
}
