package compile

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// region is the set's values but NULL, as spans of marks. The type is that of the column.
func (s Set) region(typ string) []span {
	var spans []span
	for _, v := range s.Values {
		m := mark(typ, v)
		spans = append(spans, span{m, after(m)})
	}
	for _, i := range s.Intervals {
		next := span{}
		if i.Lo != "" {
			next.lo = mark(typ, i.Lo)
		}
		if i.Hi != "" {
			next.hi = mark(typ, i.Hi)
		}
		spans = append(spans, next)
	}
	for _, p := range s.Prefixes {
		spans = append(spans, span{p, beyondPrefix(p)})
	}
	if s.Except {
		return complement(spans)
	}
	return tidy(spans)
}

// setOf is the canonical set of a region: nothing excepted when it is everything, intervals of an ordered type, values and
// prefixes of texts, or all but those. False means that no Set says it.
func setOf(typ string, spans []span, null bool) (Set, bool) {
	spans = tidy(spans)
	if covers(spans, everything()) {
		return Set{Except: true, Null: null}, true
	}
	s := Set{Null: null}
	if numbers(typ) || typ == "DATE" {
		for _, x := range spans {
			var i Interval
			var okLo, okHi = true, true
			if x.lo != "" {
				i.Lo, okLo = unmark(typ, x.lo)
			}
			if x.hi != "" {
				i.Hi, okHi = unmark(typ, x.hi)
			}
			if !okLo || !okHi {
				return pointsOf(typ, spans, null)
			}
			s.Intervals = append(s.Intervals, i)
		}
		return s, true
	}
	var ok bool
	if s.Values, s.Prefixes, ok = textsOf(spans); ok {
		return s, true
	}
	values, prefixes, ok := textsOf(complement(spans))
	return Set{Values: values, Prefixes: prefixes, Except: true, Null: null}, ok
}

// pointsOf is a set of single values of an ordered type.
func pointsOf(typ string, spans []span, null bool) (Set, bool) {
	s := Set{Null: null}
	for _, x := range spans {
		v, ok := unmark(typ, x.lo)
		if !ok || x.hi != after(x.lo) {
			return Set{}, false
		}
		s.Values = append(s.Values, v)
	}
	return s, true
}

// textsOf takes spans of texts apart into single values and shortest prefixes.
func textsOf(spans []span) (values, prefixes []string, ok bool) {
	for _, s := range spans {
		for lo := s.lo; lo != s.hi; {
			next := beyondPrefix(lo)
			switch {
			case s.hi == "" || !utf8.ValidString(lo):
				return nil, nil, false
			case lo != "" && next != "" && next <= s.hi:
				prefixes, lo = append(prefixes, lo), next
			case after(lo) == s.hi:
				values, lo = append(values, lo), s.hi
			default:
				return nil, nil, false
			}
		}
	}
	return values, prefixes, true
}

// Empty reports whether nothing belongs to the set.
func (s Set) Empty() bool {
	return !s.Null && !s.Except && len(s.Values)+len(s.Intervals)+len(s.Prefixes) == 0
}

// Subset reports whether every value of s, NULL included, is in the other set of the same column, whose type is given.
func (s Set) Subset(of Set, typ string) bool {
	return (of.Null || !s.Null) && covers(of.region(typ), s.region(typ))
}

// Disjoint reports whether no value, NULL included, is in both sets of a column of the type.
func (s Set) Disjoint(other Set, typ string) bool {
	return !(s.Null && other.Null) && len(meet(s.region(typ), other.region(typ))) == 0
}

// Intersect is the set of values in both. False means that no Set says it.
func (s Set) Intersect(other Set, typ string) (Set, bool) {
	return setOf(typ, meet(s.region(typ), other.region(typ)), s.Null && other.Null)
}

// condition finds the condition on a column; a column without one is unrestricted.
func (b Box) condition(c ColumnRef) (Condition, bool) {
	i := slices.IndexFunc(b.Conditions, func(x Condition) bool { return x.Column == c })
	if i < 0 {
		return Condition{}, false
	}
	return b.Conditions[i], true
}

// matches reports whether the box requires the match of a path, itself or through a table joined to it.
func (b Box) matches(path string) bool {
	return slices.ContainsFunc(b.Matched, func(p string) bool { return p == path || strings.HasPrefix(p, path+">") })
}

// Empty reports whether the box proves by itself that it holds no row.
func (b Box) Empty() bool {
	return slices.ContainsFunc(b.Conditions, func(c Condition) bool { return c.Set.Empty() })
}

// Subset reports whether the boxes prove by themselves that every row of b is in the other box: the difference b \ of is empty.
// A column may have several conditions in a box; each of the other's must be implied by one of b's, or by all together.
func (b Box) Subset(of Box) bool {
	if b.Empty() {
		return true
	}
	if slices.ContainsFunc(of.Matched, func(p string) bool { return !b.matches(p) }) {
		return false
	}
	return !slices.ContainsFunc(of.Conditions, func(c Condition) bool { return !b.implies(c) })
}

// implies reports whether the conditions of the box on a column lie within a condition.
func (b Box) implies(c Condition) bool {
	null, spans, found := true, everything(), false
	for _, x := range b.Conditions {
		if x.Column == c.Column {
			null, spans, found = null && x.Set.Null, meet(spans, x.Set.region(c.Type)), true
		}
	}
	return found && (c.Set.Null || !null) && covers(c.Set.region(c.Type), spans)
}

// Disjoint reports whether the boxes prove by themselves that no row is in both.
func (b Box) Disjoint(other Box) bool {
	if b.Empty() || other.Empty() {
		return true
	}
	for _, x := range b.Conditions {
		for _, y := range other.Conditions {
			if x.Column == y.Column && x.Set.Disjoint(y.Set, x.Type) {
				return true
			}
		}
	}
	return false
}

// Intersect is the box of the rows in both, in canonical form if both are. False means that a column's set has no form.
func (b Box) Intersect(other Box) (Box, bool) {
	out := Box{}
	for _, x := range b.Conditions {
		if y, both := other.condition(x.Column); both {
			set, ok := x.Set.Intersect(y.Set, x.Type)
			if !ok {
				return Box{}, false
			}
			x.Set = set
		}
		out.Conditions = append(out.Conditions, x)
	}
	for _, y := range other.Conditions {
		if _, both := b.condition(y.Column); !both {
			out.Conditions = append(out.Conditions, y)
		}
	}
	slices.SortFunc(out.Conditions, func(x, y Condition) int { return compareRefs(x.Column, y.Column) })
	out.Matched = slices.Concat(b.Matched, other.Matched)
	slices.Sort(out.Matched)
	out.Matched = slices.Compact(out.Matched)
	return out, true
}

func compareRefs(a, b ColumnRef) int {
	if n := strings.Compare(a.Path, b.Path); n != 0 {
		return n
	}
	return strings.Compare(a.Column, b.Column)
}
