package compile_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/compile"
)

// world is every value of a small domain of a type, in order, and how random sets over it look.
type world struct {
	typ    string
	values []string
	number bool
	text   bool
}

var worlds = []world{
	{typ: "INTEGER", number: true, values: []string{"-12", "-11", "-2", "-1", "0", "1", "2", "9", "10", "11", "100"}},
	{typ: "DECIMAL(9,2)", number: true, values: []string{"-10.50", "-1.05", "-1.00", "-0.01", "0.00", "0.01", "0.10", "1.00", "1.05", "9.99", "10.00", "100.00"}},
	{typ: "DATE", values: []string{"1969-12-31", "1970-01-01", "1970-01-02", "1999-12-31", "2000-01-01"}},
	{typ: "VARCHAR", text: true, values: []string{"", "a", "aa", "ab", "abc", "ac", "b", "ba", "é", "éa", "ê", "北", "北京"}},
}

func (w world) set(rng *rand.Rand) compile.Set {
	s := compile.Set{Null: rng.IntN(2) == 0}
	switch rng.IntN(5) {
	case 0:
		return s
	case 1:
		s.Except = true
	}
	if !w.text && !s.Except {
		for rng.IntN(3) > 0 {
			i := compile.Interval{}
			from, to := rng.IntN(len(w.values)+1), rng.IntN(len(w.values)+1)
			if from > 0 {
				i.Lo = w.values[from-1]
			}
			if to > 0 {
				i.Hi = w.values[to-1]
			}
			s.Intervals = append(s.Intervals, i)
		}
		return s
	}
	for range rng.IntN(4) {
		s.Values = append(s.Values, w.values[rng.IntN(len(w.values))])
	}
	if w.text && !s.Except {
		for range rng.IntN(3) {
			s.Prefixes = append(s.Prefixes, w.values[1+rng.IntN(len(w.values)-1)])
		}
	}
	return s
}

// has is membership, value by value; the empty pointer is NULL.
func (w world) has(s compile.Set, v *string) bool {
	if v == nil {
		return s.Null
	}
	if slices.Contains(s.Values, *v) {
		return !s.Except
	}
	if s.Except {
		return true
	}
	at := slices.Index(w.values, *v)
	place := func(text string) int { return slices.Index(w.values, text) }
	return slices.ContainsFunc(s.Prefixes, func(p string) bool { return strings.HasPrefix(*v, p) }) ||
		slices.ContainsFunc(s.Intervals, func(i compile.Interval) bool {
			return (i.Lo == "" || place(i.Lo) <= at) && (i.Hi == "" || at < place(i.Hi))
		})
}

func (w world) all() []*string {
	out := []*string{nil}
	for i := range w.values {
		out = append(out, &w.values[i])
	}
	return out
}

// The algebra agrees with membership: what it proves holds for every value, and over the values it misses nothing but what
// lies between them.
func TestSetAlgebra(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	for _, w := range worlds {
		for range 3000 {
			a, b := w.set(rng), w.set(rng)
			subset, disjoint, empty := true, true, true
			for _, v := range w.all() {
				inA, inB := w.has(a, v), w.has(b, v)
				subset = subset && (!inA || inB)
				disjoint = disjoint && !(inA && inB)
				empty = empty && !inA
			}
			if a.Empty() {
				require.True(t, empty, "%+v", a)
			}
			if a.Subset(b, w.typ) {
				require.True(t, subset, "%s %+v %+v", w.typ, a, b)
			}
			if a.Disjoint(b, w.typ) {
				require.True(t, disjoint, "%s %+v %+v", w.typ, a, b)
			}
			require.True(t, a.Subset(a, w.typ))
			require.True(t, a.Subset(compile.Set{Except: true, Null: true}, w.typ))
			both, ok := a.Intersect(b, w.typ)
			if !ok {
				continue
			}
			for _, v := range w.all() {
				require.Equal(t, w.has(a, v) && w.has(b, v), w.has(both, v), "%s %+v %+v %+v %v", w.typ, a, b, both, v)
			}
			require.True(t, both.Subset(a, w.typ) && both.Subset(b, w.typ))
			require.Equal(t, a.Subset(b, w.typ), a.Null == both.Null && a.Subset(both, w.typ))
			again, ok := b.Intersect(a, w.typ)
			require.True(t, ok)
			require.Equal(t, both, again, "one form")
		}
	}
}

// Over finite lists of values nothing lies between: the algebra is exact.
func TestSetAlgebraIsExactOnLists(t *testing.T) {
	values := []string{"1", "2", "3"}
	var sets []compile.Set
	for mask := range 32 {
		s := compile.Set{Except: mask&8 > 0, Null: mask&16 > 0}
		for i, v := range values {
			if mask&(1<<i) > 0 {
				s.Values = append(s.Values, v)
			}
		}
		sets = append(sets, s)
	}
	w := world{values: []string{"1", "2", "3", "4"}}
	for _, a := range sets {
		for _, b := range sets {
			subset, disjoint := true, true
			for _, v := range w.all() {
				subset = subset && (!w.has(a, v) || w.has(b, v))
				disjoint = disjoint && !(w.has(a, v) && w.has(b, v))
			}
			require.Equal(t, subset, a.Subset(b, "VARCHAR"), "%+v %+v", a, b)
			require.Equal(t, disjoint, a.Disjoint(b, "VARCHAR"), "%+v %+v", a, b)
		}
	}
}

// Boxes agree with membership of rows.
func TestBoxAlgebra(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 13))
	w := worlds[0]
	paths := []string{"r>x:s", "r>x:s>y:t", "r>z:u"}
	random := func() compile.Box {
		var b compile.Box
		for i := range 3 {
			if rng.IntN(3) > 0 {
				b.Conditions = append(b.Conditions, compile.Condition{Column: compile.ColumnRef{Path: "r", Column: "c" + strconv.Itoa(i)}, Type: w.typ, Set: w.set(rng)})
			}
		}
		for _, p := range paths {
			if rng.IntN(3) == 0 {
				b.Matched = append(b.Matched, p)
			}
		}
		return b
	}
	holds := func(b compile.Box, row map[string]*string, matched []string) bool {
		for _, c := range b.Conditions {
			if !w.has(c.Set, row[c.Column.Column]) {
				return false
			}
		}
		for _, p := range b.Matched {
			if !slices.Contains(matched, p) {
				return false
			}
		}
		return true
	}
	values := w.all()
	for range 400 {
		a, b := random(), random()
		subset, disjoint := a.Subset(b), a.Disjoint(b)
		both, ok := a.Intersect(b)
		for range 200 {
			row := map[string]*string{}
			for i := range 3 {
				row["c"+strconv.Itoa(i)] = values[rng.IntN(len(values))]
			}
			matches := [][]string{nil, {paths[0]}, {paths[0], paths[1]}, {paths[2]}, paths}
			matched := matches[rng.IntN(len(matches))]
			inA, inB := holds(a, row, matched), holds(b, row, matched)
			require.False(t, subset && inA && !inB, "%+v %+v", a, b)
			require.False(t, disjoint && inA && inB, "%+v %+v", a, b)
			require.False(t, a.Empty() && inA)
			if ok {
				require.Equal(t, inA && inB, holds(both, row, matched))
			}
		}
	}
}
