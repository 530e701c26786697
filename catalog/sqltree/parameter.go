package sqltree

import (
	"fmt"
	"strings"

	"yumen/catalog"
)

// Values are the literals that stand in the places of named parameters, by lower-case name.
type Values map[string]*Literal

// Bound is the literal of a value of a declared type, as the parser would read it from a text. The value is never part of a text.
func Bound(typ, text string) (*Literal, error) {
	t, err := catalog.ParseType(typ)
	if err != nil {
		return nil, fmt.Errorf("bind a parameter: %w", err)
	}
	canonical, err := t.Canonical(text)
	if err != nil {
		return nil, fmt.Errorf("bind a parameter: %w", err)
	}
	l := &Literal{Pos: None, Text: canonical}
	switch t.Name {
	case catalog.TypeVarchar:
		l.Kind = LiteralText
	case catalog.TypeBoolean:
		l.Kind = LiteralBool
	case catalog.TypeDate:
		l.Kind = LiteralDate
	default:
		l.Kind, l.Type = LiteralNumber, t.String()
	}
	return l, nil
}

// parameter is the value in its place. It is a literal, so it may stand where a literal may, and nowhere else.
func (d *decoder) parameter(o *object, kind string) Expr {
	name := strings.ToLower(o.text("identifier"))
	switch value, known := d.values[name]; {
	case d.values == nil:
		refuse(ReasonParameter, o.at)
	case !known || kind != "VALUE_PARAMETER":
		refuse(ReasonNoParameter, o.at)
	default:
		d.placed[name] = true
		l := *value
		return &l
	}
	return nil
}

// parameterNames consumes the parser's own list of parameters; what counts is where they stand.
func (d *decoder) parameterNames(o *object) {
	if d.values == nil {
		o.empty(ReasonParameter, "named_param_map")
		return
	}
	for _, v := range o.list("named_param_map") {
		entry := asObject(v, o.at)
		if _, known := d.values[strings.ToLower(entry.text("key"))]; !known {
			refuse(ReasonNoParameter, o.at)
		}
		entry.take("value")
		entry.done()
	}
}

// allPlaced refuses a declared parameter that stands nowhere.
func (d *decoder) allPlaced() {
	for name := range d.values {
		if !d.placed[name] {
			refuse(ReasonUnplaced, None)
		}
	}
}
