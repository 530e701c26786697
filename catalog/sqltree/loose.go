package sqltree

// ReadTree reads the answer of json_serialize_sql as plain JSON, as bounded as Decode reads it, for who only wants to suggest another text: what
// is made of it is parsed, decoded and judged anew. An answer that holds no statement is nil.
func ReadTree(text []byte) (statements []any) {
	v, err := readJSON(text)
	if err != nil {
		return nil
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	statements, _ = o["statements"].([]any)
	return statements
}

// ReadConstant reads a constant of such a tree, and false for one of a type that no literal of the closed set has.
func ReadConstant(v any) (l *Literal, ok bool) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case fault:
			l, ok = nil, false
		default:
			panic(r)
		}
	}()
	d := &decoder{}
	e, _ := d.aliased(copied(v), None)
	l, ok = e.(*Literal)
	return l, ok
}

// copied is a value of its own: reading consumes the fields.
func copied(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, x := range v {
			out[name] = copied(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = copied(x)
		}
		return out
	}
	return v
}

// ClassOf is the class of a function of the closed list, or empty.
func ClassOf(name string) Class { return functions[name] }

// Aggregates reports whether a function turns rows into a value, whether or not it has a safe form.
func Aggregates(name string) bool {
	return functions[name] == ClassAggregate || functions[name] == ClassCells || refusedAggregates[name] == ClassAggregate
}

// WindowOf reports whether a function over a window is of the closed list, with that many arguments.
func WindowOf(name string, arguments int) bool {
	n, known := windows[name]
	return known && (n == arguments || name == "count" && arguments <= 1)
}
