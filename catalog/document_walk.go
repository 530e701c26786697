package catalog

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// walker compares the nodes of one document with the Go type they are to fill, so that every fault of form has a field,
// a line and words of ours. It also remembers the line of every field for the faults of meaning found later.
type walker struct {
	checker
	budget *aliasBudget
	lines  map[string]int
}

// aliasBudget bounds what a file may expand to; it is shared by all documents of the file.
type aliasBudget struct{ aliases, nodes int }

// fieldName is what a mistyped field may look like to be repeated in a problem; anything else could be a value.
var fieldName = regexp.MustCompile(`^[A-Za-z_]{1,40}$`)

var (
	scalarType = reflect.TypeFor[Scalar]()
	numberType = reflect.TypeFor[Number]()
	boundType  = reflect.TypeFor[Bound]()

	prohibitedType = reflect.TypeFor[Prohibited]()
)

func (w *walker) walkBody(n *yaml.Node, body Body) { w.walk(n, reflect.TypeOf(body).Elem(), "") }

func (w *walker) fault(n *yaml.Node, path, zh, en string) {
	w.problems = append(w.problems, Problem{Line: n.Line, Field: path, Message: Text{Zh: zh, En: en}})
}

func (w *walker) walk(n *yaml.Node, t reflect.Type, path string) {
	w.lines[path] = n.Line
	if w.budget.nodes--; w.budget.nodes < 0 {
		if w.budget.nodes == -1 {
			w.fault(n, path, "文件展开后过大：请拆分", "the file expands to too much: split it")
		}
		return
	}
	if n.Kind == yaml.AliasNode {
		if w.budget.aliases--; w.budget.aliases < 0 {
			w.fault(n, path, "别名过多：请直接写出内容", "too many aliases: write the content out")
			return
		}
		n = n.Alias
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if n.Tag == "!!null" {
		w.fault(n, path, "值为空：请填写，或删去该行", "the value is empty: fill it in or leave the line out")
		return
	}
	switch {
	case t.Kind() == reflect.Struct:
		w.walkMapping(n, t, path)
	case t.Kind() == reflect.Slice:
		w.walkSequence(n, t, path)
	default:
		w.walkScalar(n, t, path)
	}
}

func (w *walker) walkMapping(n *yaml.Node, t reflect.Type, path string) {
	if n.Kind != yaml.MappingNode {
		w.fault(n, path, "这里应为若干“字段: 值”", "fields are expected here: write name: value")
		return
	}
	fields := fieldsOf(t)
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name := key.Value
		fieldType, known := fields[name]
		switch {
		case key.Kind != yaml.ScalarNode || !known:
			zh, en := unknownField(name, fields)
			w.fault(key, path, zh, en)
		case seen[name]:
			w.fault(key, join(path, name), "字段重复：请只保留一个", "the field is given twice: keep one")
		default:
			seen[name] = true
			w.walk(value, fieldType, join(path, name))
			w.lines[join(path, name)] = key.Line
		}
	}
	if t == prohibitedType && len(seen) < len(fields) {
		w.fault(n, path, "四项禁止情形须逐项答复", "answer each of the four prohibitions: none has a default")
	}
}

func (w *walker) walkSequence(n *yaml.Node, t reflect.Type, path string) {
	if n.Kind != yaml.SequenceNode {
		w.fault(n, path, "这里应为列表", "a list is expected here: write [a, b] or lines that begin with a dash")
		return
	}
	for i, item := range n.Content {
		w.walk(item, t.Elem(), path+"["+strconv.Itoa(i)+"]")
	}
}

func (w *walker) walkScalar(n *yaml.Node, t reflect.Type, path string) {
	if n.Kind != yaml.ScalarNode {
		w.fault(n, path, "这里应为单个值", "a single value is expected here")
		return
	}
	tag := n.ShortTag()
	switch {
	case t == numberType:
		if _, err := Number(strings.ReplaceAll(n.Value, "_", "")).Rat(); err != nil {
			w.fault(n, path, "这里应为十进制数", "a decimal number is expected here")
		}
	case t == boundType:
		if _, err := readBound(n.Value); err != nil {
			w.fault(n, path, "这里应为十进制数或日期（2024-12-31）", "a decimal number or a day such as 2024-12-31 is expected here")
		}
	case t == scalarType:
		if !strings.HasPrefix(tag, "!!") || tag == "!!binary" {
			w.fault(n, path, "这里应为单个值", "a plain value is expected here")
		}
	case t.Kind() == reflect.Bool:
		if tag != "!!bool" {
			w.fault(n, path, "这里应为 true 或 false", "true or false is expected here")
		}
	case t.Kind() == reflect.String:
		if !strings.HasPrefix(tag, "!!") || tag == "!!binary" {
			w.fault(n, path, "这里应为文本", "a text is expected here")
		}
	default: // unsigned integers: Grade
		if _, err := strconv.ParseUint(n.Value, 10, t.Bits()); err != nil || tag != "!!int" {
			w.fault(n, path, "这里应为非负整数", "a whole number is expected here")
		}
	}
}

// lineOf is the line of a field, or of the nearest enclosing one that the file has.
func (w *walker) lineOf(path string) int {
	for {
		if line, ok := w.lines[path]; ok {
			return line
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// fieldsOf maps the YAML names of a struct's fields to their types.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := make(map[string]reflect.Type, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		fields[name] = t.Field(i).Type
	}
	return fields
}

// unknownField words the refusal of a field, with the nearest known name when there is one. The field's own name is
// repeated only when it looks like one.
func unknownField(name string, fields map[string]reflect.Type) (zh, en string) {
	if name == "<<" {
		return "不支持合并键：请写出字段", "merge keys are not supported: write the fields out"
	}
	zh, en = "未知字段", "unknown field"
	if fieldName.MatchString(name) {
		zh, en = fmt.Sprintf("未知字段 %s", name), fmt.Sprintf("unknown field %s", name)
	}
	best, distance := "", 4
	for known := range fields {
		if d := editDistance(name, known); d < distance || d == distance && known < best {
			best, distance = known, d
		}
	}
	if best == "" {
		return zh + "：请删去", en + ": remove it"
	}
	return fmt.Sprintf("%s：是否为 %s？", zh, best), fmt.Sprintf("%s: did you mean %s?", en, best)
}

// editDistance is the Levenshtein distance of two short names, 99 for long ones.
func editDistance(a, b string) int {
	if len(a) > 40 || len(b) > 40 {
		return 99
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
