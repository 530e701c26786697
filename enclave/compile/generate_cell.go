package compile

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yumen/catalog"
)

// cell is one cell of a family by its boxes: the box, with what the values of the keys say. Keys whose values are no set of the
// column (the month of any year) stay beside it.
type cell struct {
	box    Box
	beside []keyValue
}

// keyValue is a key that is no set, with its value.
type keyValue struct {
	Column ColumnRef `json:"column"`
	Func   string    `json:"func"`
	Value  *string   `json:"value"`
}

// at is the cell of a cohort at a key.
func (c cohort) at(key []*string) cell {
	out := cell{}
	var conditions []Condition
	var matched []string
	for i, k := range c.keys {
		if i >= len(key) {
			break
		}
		condition, ok := keyCondition(k, key[i])
		if key[i] != nil && k.Column.Path != c.base.Root.Path && !(ok && condition.Set.Null) {
			matched = append(matched, k.Column.Path) // a value is that of a row that matched
		}
		if ok {
			conditions = append(conditions, condition)
			continue
		}
		out.beside = append(out.beside, keyValue{k.Column, k.split(), key[i]})
	}
	out.box = conjunction(c.box, conditions)
	out.box.Matched = slices.Compact(slices.Sorted(slices.Values(slices.Concat(c.box.Matched, matched))))
	return out
}

// inside reports whether the boxes alone prove that every row of a is one of b.
func (a cell) inside(b cell) bool {
	for _, x := range b.beside {
		if !slices.ContainsFunc(a.beside, x.equal) {
			return false
		}
	}
	return a.box.Subset(b.box)
}

func (x keyValue) equal(y keyValue) bool {
	if x.Column != y.Column || x.Func != y.Func || (x.Value == nil) != (y.Value == nil) {
		return false
	}
	return x.Value == nil || *x.Value == *y.Value
}

// keyCondition is what a key's value says of its column, when that is a set.
func keyCondition(k Key, value *string) (Condition, bool) {
	c := Condition{Column: k.Column, Type: k.Type}
	switch {
	case k.Func == keyCase:
		return k.bin(value)
	case value == nil:
		c.Set = Set{Null: true}
		return c, true
	case k.Func == "":
		text, err := catalog.CanonicalValue(k.Type, *value)
		c.Set = Set{Values: []string{text}}
		return c, err == nil
	case k.Func == "prefix":
		c.Set = Set{Prefixes: []string{*value}}
		if utf8.RuneCountInString(*value) < int(k.N) {
			c.Set = Set{Values: []string{*value}}
		}
		return c, true
	case k.Func == "band":
		hi, ok := addTo(k.Type, *value, k.N)
		c.Set = Set{Intervals: []Interval{{Lo: *value, Hi: hi}}}
		return c, ok
	}
	from, to, ok := period(k.Func, *value)
	c.Type, c.Set = "DATE", Set{Intervals: []Interval{{Lo: from, Hi: to}}}
	return c, ok
}

// bin is what the number of a bin says; any other value says nothing.
func (k Key) bin(value *string) (Condition, bool) {
	if value == nil {
		return Condition{}, false
	}
	i, err := strconv.Atoi(*value)
	if err != nil || i < 0 || i >= len(k.Bins) {
		return Condition{}, false
	}
	return Condition{Column: k.Column, Type: k.Of, Set: k.Bins[i]}, true
}

// addTo is a band's upper edge.
func addTo(typ, text string, n int64) (string, bool) {
	v, ok := new(big.Rat).SetString(text)
	if !ok {
		return "", false
	}
	sum := v.Add(v, new(big.Rat).SetInt64(n))
	out, err := catalog.CanonicalValue(typ, sum.FloatString(scaleOf(typ)))
	return out, err == nil
}

func scaleOf(typ string) int {
	t, err := catalog.ParseType(typ)
	if err != nil {
		return 0
	}
	return t.Scale
}

// period is the half-open range of dates behind a generalised date. The quarter and the month of any year are none.
func period(fn, value string) (from, to string, ok bool) {
	var start, end time.Time
	switch fn {
	case "year", "decade":
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 || n > 9999 {
			return "", "", false
		}
		first, last := n, n+1
		if fn == "decade" {
			first, last = n*10, n*10+10
		}
		start, end = time.Date(first, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(last, 1, 1, 0, 0, 0, 0, time.UTC)
	case "trunc_year", "trunc_quarter", "trunc_month":
		day, err := time.Parse(time.DateOnly, value)
		if err != nil {
			return "", "", false
		}
		months := map[string]int{"trunc_year": 12, "trunc_quarter": 3, "trunc_month": 1}[fn]
		start, end = day, day.AddDate(0, months, 0)
	default:
		return "", "", false
	}
	if start.Year() < 1 || end.Year() > 9999 {
		return "", "", false
	}
	return start.Format(time.DateOnly), end.Format(time.DateOnly), true
}

// rerooted reads a box as one over a table that it joins: the conditions on that table and on those joined to it, with the
// table as root. Rows of the box join rows of the result.
func (c cell) rerooted(path, dataset string) Box {
	move := func(p string) (string, bool) {
		rest, ok := strings.CutPrefix(p, path)
		return dataset + rest, ok && (rest == "" || rest[0] == '>')
	}
	out := Box{}
	for _, x := range c.box.Conditions {
		if p, ok := move(x.Column.Path); ok {
			x.Column.Path = p
			out.Conditions = append(out.Conditions, x)
		}
	}
	for _, m := range c.box.Matched {
		if p, ok := move(m); ok && p != dataset {
			out.Matched = append(out.Matched, p)
		}
	}
	return out
}
