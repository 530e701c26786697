package compile

import (
	"fmt"
	"slices"
	"strings"
)

// member says whether a row belongs to a box. It is TRUE or FALSE, never NULL.
func (r *relation) member(w *writer, b Box) string {
	var out []string
	for _, p := range b.Matched {
		out = append(out, r.matched(w, p))
	}
	for _, c := range b.Conditions {
		out = append(out, r.condition(w, c))
	}
	return all(out...)
}

func (r *relation) condition(w *writer, c Condition) string {
	if sum, number, ok := r.average(c.Column); ok {
		return averageIn(w, sum, number, c)
	}
	return withNull(r.column(w, c.Column), c.Set.Null, r.ranges(w, c))
}

// ranges are the parts of a set, of which a value that is there is in one.
func (r *relation) ranges(w *writer, c Condition) []string {
	x := r.column(w, c.Column)
	if c.Set.Except {
		return []string{all(outside(w, x, c)...)}
	}
	var any []string
	if len(c.Set.Values) > 0 {
		any = append(any, valuesOf(w, x, c))
	}
	for _, i := range c.Set.Intervals {
		any = append(any, between(w, x, "", c.Type, i))
	}
	for _, p := range c.Set.Prefixes {
		any = append(any, startsWith(w, x, p))
	}
	return any
}

func startsWith(w *writer, x, prefix string) string {
	return fmt.Sprintf("starts_with(%s, %s)", x, w.bind("VARCHAR", prefix))
}

// outside says that a value is none of those that the set excepts.
func outside(w *writer, x string, c Condition) []string {
	var out []string
	if len(c.Set.Values) > 0 {
		out = append(out, "NOT "+valuesOf(w, x, c))
	}
	for _, p := range c.Set.Prefixes {
		out = append(out, "NOT "+startsWith(w, x, p))
	}
	return out
}

func valuesOf(w *writer, x string, c Condition) string {
	var values []string
	for _, v := range c.Set.Values {
		values = append(values, w.bind(c.Type, v))
	}
	return fmt.Sprintf("%s IN (%s)", x, strings.Join(values, ", "))
}

// between is a half-open interval, of x or of x/number.
func between(w *writer, x, number, typ string, i Interval) string {
	var out []string
	if i.Lo != "" {
		out = append(out, fmt.Sprintf("%s >= %s%s", x, w.bind(typ, i.Lo), number))
	}
	if i.Hi != "" {
		out = append(out, fmt.Sprintf("%s < %s%s", x, w.bind(typ, i.Hi), number))
	}
	return all(out...)
}

// withNull says whether NULL belongs to the set, and that at least one of its parts holds.
func withNull(x string, null bool, any []string) string {
	parts := strings.Join(any, " OR ")
	switch {
	case len(any) == 0 && null:
		return x + " IS NULL"
	case len(any) == 0:
		return "FALSE"
	case null:
		return fmt.Sprintf("(%s IS NULL OR %s)", x, parts)
	default:
		return fmt.Sprintf("(%s IS NOT NULL AND (%s))", x, parts)
	}
}

// average finds the sum and the number of values behind a roll-up's average.
func (r *relation) average(c ColumnRef) (sum, number string, ok bool) {
	i := slices.IndexFunc(r.rollups, func(u Rollup) bool { return u.Path == c.Path })
	if i < 0 {
		return "", "", false
	}
	j := slices.IndexFunc(r.rollups[i].Columns, func(x RollupColumn) bool { return x.Name == c.Column && x.Func == "avg" })
	if j < 0 {
		return "", "", false
	}
	a := r.name(c.Path)
	return fmt.Sprintf("%s.v%d", a, j), fmt.Sprintf("%s.w%d", a, j), true
}

// averageIn compares an average with the edges of intervals without dividing: sum ≥ edge · number.
func averageIn(w *writer, sum, number string, c Condition) string {
	if c.Set.Except || len(c.Set.Values) > 0 || len(c.Set.Prefixes) > 0 {
		return w.fail("an average is compared with intervals only")
	}
	var any []string
	for _, i := range c.Set.Intervals {
		any = append(any, between(w, sum, " * "+number, c.Type, i))
	}
	return withNull(sum, c.Set.Null, any)
}

// key is a group key's value.
func (r *relation) key(w *writer, k Key) string {
	if k.Func == keyCase {
		return r.bins(w, k)
	}
	x := r.column(w, k.Column)
	switch k.Func {
	case "":
		return x
	case "year", "quarter", "month", "decade":
		x = fmt.Sprintf("%s(%s)", k.Func, x)
	case "trunc_year", "trunc_quarter", "trunc_month":
		x = fmt.Sprintf("date_trunc('%s', %s)", strings.TrimPrefix(k.Func, "trunc_"), x)
	case "band":
		n := w.bind("BIGINT", fmt.Sprint(k.N))
		x = fmt.Sprintf("%s - ((%s %% %s + %s) %% %s)", x, x, n, n, n)
	case "prefix":
		x = fmt.Sprintf("left(%s, %s)", x, w.bind("BIGINT", fmt.Sprint(k.N)))
	default:
		return w.fail("a generaliser")
	}
	return fmt.Sprintf("CAST(%s AS %s)", x, w.typ(k.Type))
}

// bins is the number of the bin that holds a key's value.
func (r *relation) bins(w *writer, k Key) string {
	sql := "CASE"
	for i, set := range k.Bins {
		sql += fmt.Sprintf(" WHEN %s THEN %d", r.condition(w, Condition{Column: k.Column, Type: k.Of, Set: set}), i)
	}
	return fmt.Sprintf("CAST(%s END AS %s)", sql, w.typ(k.Type))
}

// named gives each expression its numbered name.
func named(prefix string, expressions []string) []string {
	out := make([]string, len(expressions))
	for i, x := range expressions {
		out[i] = fmt.Sprintf("%s AS %s%d", x, prefix, i)
	}
	return out
}

// keysOf are the expressions of a cohort's group keys.
func (r *relation) keysOf(w *writer, keys []Key) []string {
	var out []string
	for _, k := range keys {
		out = append(out, r.key(w, k))
	}
	return out
}

// contribution is what a row adds to a measure, in a type that cannot overflow when it is multiplied or negated.
func (r *relation) contribution(w *writer, m Measure) string {
	switch {
	case m.Kind == MeasureProducts:
		return fmt.Sprintf("%s * %s", r.factor(w, m.Column, m.Type), r.factor(w, m.Other.Column, m.Other.Type))
	case m.Kind == MeasureSquares:
		x := r.factor(w, m.Column, m.Type)
		return fmt.Sprintf("%s * %s", x, x)
	case m.Kind == MeasureSum:
		return r.number(w, m.Column, m.Type)
	case m.Kind == MeasureEntities:
		return r.entity(w, m.Entity)
	default:
		return "1"
	}
}

// number is a column's value in a type that can be negated and added up.
func (r *relation) number(w *writer, c ColumnRef, typ string) string {
	x := r.column(w, c)
	if typ == "BIGINT" || w.typ(typ) == "INTEGER" {
		return fmt.Sprintf("CAST(%s AS HUGEINT)", x)
	}
	return x
}

// factor is a column's value in a type that holds products: the engine multiplies decimals of up to 18 digits in 64 bits, and fails where the
// product needs more.
func (r *relation) factor(w *writer, c ColumnRef, typ string) string {
	if _, scale, ok := strings.Cut(typ, ","); ok {
		return fmt.Sprintf("CAST(%s AS %s)", r.column(w, c), w.typ("DECIMAL(38,"+scale))
	}
	return r.number(w, c, typ)
}

// factors are the columns that an amount is computed from.
func (m Measure) factors() []Factor {
	if !m.adds() {
		return nil
	}
	out := []Factor{{Column: m.Column, Type: m.Type, SensitiveValues: m.SensitiveValues}}
	if m.Other != nil {
		out = append(out, *m.Other)
	}
	return out
}

// second is the second factor of a product.
func (m Measure) second() ColumnRef {
	if m.Other == nil {
		return ColumnRef{}
	}
	return m.Other.Column
}
