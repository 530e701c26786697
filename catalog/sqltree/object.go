package sqltree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"yumen/catalog"
)

// maxNesting bounds the nesting of the JSON text, which has several levels for one level of the tree.
const maxNesting = 6 * MaxDepth

// errTree says that a text is no tree: worker and gateway disagree, or the worker is hostile. It carries nothing of the text.
var errTree = errors.New("not a serialised parse tree")

// object is one JSON object whose fields must all be consumed: a field that nothing asks for is a fault.
type object struct {
	fields map[string]any
	at     Pos
	own    bool // the position is the node's own, not that of a leaf
}

// fault carries a refusal out of the recursion of the decoder; Decode turns it into its result.
type fault struct{ refusal *catalog.Refusal }

func refuse(why Reason, at Pos, args ...any) {
	panic(fault{Refuse(why, int(at), args...)})
}

// readJSON reads one JSON value with numbers as text, refusing duplicate fields, deep nesting and trailing bytes.
func readJSON(text []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	v, err := readValue(dec, 0)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errTree
	}
	return v, nil
}

func readValue(dec *json.Decoder, depth int) (any, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("nesting: %w", errTree)
	}
	tok, err := dec.Token()
	if err != nil {
		return nil, errTree
	}
	switch tok {
	case json.Delim('{'):
		return readObject(dec, depth)
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			v, err := readValue(dec, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := dec.Token()
		return list, err
	}
	return tok, nil
}

func readObject(dec *json.Decoder, depth int) (any, error) {
	fields := map[string]any{}
	for dec.More() {
		tok, err := dec.Token()
		name, ok := tok.(string)
		if err != nil || !ok {
			return nil, errTree
		}
		if _, twice := fields[name]; twice {
			return nil, errTree
		}
		if fields[name], err = readValue(dec, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := dec.Token()
	return fields, err
}

func asObject(v any, at Pos) *object {
	fields, ok := v.(map[string]any)
	if !ok {
		refuse(ReasonUnknownNode, at)
	}
	o := &object{fields: fields, at: at}
	if own := position(fields["query_location"]); own != None {
		o.at, o.own = own, true
	} else if leaf := leafPosition(fields); leaf != None {
		o.at = leaf
	}
	return o
}

// position reads a query_location: 2^64−1 and whatever is no position mean None.
func position(v any) Pos {
	n, ok := v.(json.Number)
	if !ok {
		return None
	}
	p, err := strconv.ParseUint(string(n), 10, 64)
	if err != nil || p > math.MaxInt32 {
		return None
	}
	return Pos(p)
}

// leafPosition is the smallest position inside a node that has none of its own.
func leafPosition(v any) Pos {
	best := Pos(None)
	better := func(p Pos) {
		if p != None && (best == None || p < best) {
			best = p
		}
	}
	switch v := v.(type) {
	case map[string]any:
		better(position(v["query_location"]))
		for _, child := range v {
			better(leafPosition(child))
		}
	case []any:
		for _, child := range v {
			better(leafPosition(child))
		}
	}
	return best
}

// take consumes a field; a missing one is a fault.
func (o *object) take(name string) any {
	v, ok := o.fields[name]
	if !ok {
		refuse(ReasonUnknownNode, o.at)
	}
	delete(o.fields, name)
	return v
}

// done refuses the node if a field was not consumed.
func (o *object) done() {
	if len(o.fields) > 0 {
		refuse(ReasonUnknownNode, o.at)
	}
}

func (o *object) text(name string) string {
	s, ok := o.take(name).(string)
	if !ok {
		refuse(ReasonUnknownNode, o.at)
	}
	return s
}

func (o *object) bool(name string) bool {
	b, ok := o.take(name).(bool)
	if !ok {
		refuse(ReasonUnknownNode, o.at)
	}
	return b
}

func (o *object) list(name string) []any {
	l, ok := o.take(name).([]any)
	if !ok {
		refuse(ReasonUnknownNode, o.at)
	}
	return l
}

func (o *object) texts(name string) []string {
	var out []string
	for _, v := range o.list(name) {
		s, ok := v.(string)
		if !ok {
			refuse(ReasonUnknownNode, o.at)
		}
		out = append(out, s)
	}
	return out
}

func (o *object) object(name string) *object { return asObject(o.take(name), o.at) }

// empty consumes fields that must hold their default: null, "", false or an empty list; otherwise the reason is refused.
func (o *object) empty(why Reason, names ...string) {
	for _, name := range names {
		switch v := o.take(name).(type) {
		case nil:
			continue
		case string:
			if v == "" {
				continue
			}
		case bool:
			if !v {
				continue
			}
		case []any:
			if len(v) == 0 {
				continue
			}
		}
		refuse(why, o.at)
	}
}

// must consumes a field that has to hold exactly this text.
func (o *object) must(name, want string, why Reason) {
	if o.text(name) != want {
		refuse(why, o.at)
	}
}
