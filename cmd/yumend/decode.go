package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decode reads a configuration over c. An error names the line and the field; of an unknown field also the one that was probably meant.
func (c *Config) decode(b []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(b))
	var doc, more yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return told("不是有效的 YAML："+trimYAML(err), "this is no YAML: "+trimYAML(err))
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return told("配置只有一个 YAML 文档", "a configuration is one YAML document")
	}
	if len(doc.Content) == 1 && doc.Content[0].Tag == "!!null" {
		return nil
	}
	return decodeFields(doc.Content[0], reflect.ValueOf(c).Elem(), "")
}

func trimYAML(err error) string { return strings.TrimPrefix(err.Error(), "yaml: ") }

// decodeFields reads a mapping into a struct.
func decodeFields(n *yaml.Node, v reflect.Value, above string) error {
	if n.Kind != yaml.MappingNode {
		return told(fmt.Sprintf("第 %d 行：应为“字段: 值”", n.Line), fmt.Sprintf("line %d: want fields, as in %s", n.Line, "name: value"))
	}
	known := fieldsOf(v, above)
	given := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		f := find(known, key.Value)
		if f == nil {
			return unknownField(key, known, above)
		}
		if given[f.name] {
			return told(fmt.Sprintf("第 %d 行：字段 %s 出现了两次", key.Line, f.path), fmt.Sprintf("line %d: the field %s is there twice", key.Line, f.path))
		}
		given[f.name] = true
		if f.value.Kind() == reflect.Struct {
			if err := decodeFields(value, f.value, f.path); err != nil {
				return err
			}
			continue
		}
		if f.value.Kind() == reflect.Slice {
			if err := decodeList(value, f); err != nil {
				return err
			}
			continue
		}
		if err := decodeValue(value, f.value, f.path); err != nil {
			return err
		}
	}
	return nil
}

// decodeValue reads a scalar.
func decodeValue(n *yaml.Node, v reflect.Value, path string) error {
	if n.Tag == "!!null" || n.Decode(v.Addr().Interface()) != nil {
		zh, en := wanted(v.Kind())
		return told(fmt.Sprintf("第 %d 行：字段 %s 应为%s", n.Line, path, zh), fmt.Sprintf("line %d: the field %s is %s", n.Line, path, en))
	}
	return nil
}

// decodeList reads a sequence of mappings into a slice of structs, or one of scalars into a slice of them.
func decodeList(n *yaml.Node, f *field) error {
	if n.Kind != yaml.SequenceNode {
		return told(fmt.Sprintf("第 %d 行：字段 %s 应为列表", n.Line, f.path), fmt.Sprintf("line %d: the field %s is a list", n.Line, f.path))
	}
	f.value.SetZero()
	for _, item := range n.Content {
		v, read := reflect.New(f.value.Type().Elem()).Elem(), decodeValue
		if v.Kind() == reflect.Struct {
			read = decodeFields
		}
		if err := read(item, v, f.path); err != nil {
			return err
		}
		f.value.Set(reflect.Append(f.value, v))
	}
	return nil
}

func find(known []field, name string) *field {
	for i := range known {
		if known[i].name == name {
			return &known[i]
		}
	}
	return nil
}

func wanted(k reflect.Kind) (zh, en string) {
	switch k {
	case reflect.Int, reflect.Int64:
		return "整数", "a whole number"
	case reflect.Float64:
		return "数字", "a number"
	case reflect.Bool:
		return " true 或 false", "true or false"
	}
	return "文本", "a text"
}

func unknownField(key *yaml.Node, known []field, above string) error {
	best, least := "", 0
	for _, f := range known {
		if d := distance(key.Value, f.name); best == "" || d < least {
			best, least = f.path, d
		}
	}
	path := strings.TrimPrefix(above+"."+key.Value, ".")
	zh, en := fmt.Sprintf("第 %d 行：没有字段 %q", key.Line, path), fmt.Sprintf("line %d: there is no field %q", key.Line, path)
	if least <= max(2, len(key.Value)/2) {
		return told(zh+"，是否指 "+best+"？", en+"; did you mean "+best+"?")
	}
	return told(zh+"；yumend config print 列出全部字段", en+"; yumend config print lists all fields")
}

// distance is the number of insertions, deletions and replacements between two names (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			next := corner
			if a[i] != b[j] {
				next = 1 + min(corner, row[j], row[j+1])
			}
			corner, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
