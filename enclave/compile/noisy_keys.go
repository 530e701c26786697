package compile

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"

	"yumen/catalog"
)

// everyKey lists all keys that cells can have by the declarations and the conditions of the query's own box, in order. Which of them
// somebody is in is not known here, and the answer is the same list whoever is.
func (p *Plan) everyKey(specs map[string]*catalog.DatasetSpec, most int) ([][]*string, error) {
	out := [][]*string{nil}
	for _, k := range p.Keys {
		values, err := p.keyValues(k, specs, most)
		if err != nil {
			return nil, err
		}
		if len(out)*len(values) > most {
			return nil, &Uncovered{WantNarrower, p.datasetOf(k.Column.Path), k.Column.Column}
		}
		var longer [][]*string
		for _, before := range out {
			for _, v := range values {
				longer = append(longer, append(slices.Clone(before), v))
			}
		}
		out = longer
	}
	return out, nil
}

// keyValues are the values of one key: of a declared domain, of bounds in bands, of the periods that bounds and conditions leave, or of its bins. NULL is
// one of them where the column or the join can leave it empty.
func (p *Plan) keyValues(k Key, specs map[string]*catalog.DatasetSpec, most int) ([]*string, error) {
	want := &Uncovered{WantDomain, p.datasetOf(k.Column.Path), k.Column.Column}
	if k.Func == keyCase {
		var out []*string
		for i := range k.Bins {
			out = append(out, text(strconv.Itoa(i)))
		}
		return out, nil
	}
	spec := specs[p.datasetOf(k.Column.Path)]
	if spec == nil || spec.Column(k.Column.Column) == nil {
		return nil, want
	}
	column := spec.Column(k.Column.Column)
	d, ok := columnDomain(column)
	if !ok {
		return nil, want
	}
	var list []string
	switch k.Func {
	case "quarter":
		list = count(1, 4)
	case "month":
		list = count(1, 12)
	case "year", "decade", "trunc_year", "trunc_quarter", "trunc_month":
		list = p.periods(k, d, most)
	case "band":
		list = p.bands(k, column, most)
	case "prefix":
		for _, v := range d.values {
			list = append(list, prefix(v, int(k.N)))
		}
	default:
		if list = d.values; len(list) == 0 && k.Func == "" {
			list = p.listed(k)
		}
	}
	if len(list) == 0 {
		return nil, want
	}
	if len(list) > most {
		return nil, &Uncovered{WantNarrower, want.Dataset, want.Name}
	}
	return p.possible(k, list, !d.notNull || !p.matches(k.Column.Path))
}

// listed are the values of a text that the conditions of every set list.
func (p *Plan) listed(k Key) []string {
	var out []string
	for _, b := range p.Sets {
		c, limited := b.condition(k.Column)
		if !limited || c.Set.Except || len(c.Set.Values) == 0 || len(c.Set.Prefixes)+len(c.Set.Intervals) > 0 {
			return nil
		}
		out = append(out, c.Set.Values...)
	}
	return out
}

// matches reports whether every row of the base has one of a table, in every set.
func (p *Plan) matches(path string) bool {
	if path == p.Base.Root.Path {
		return true
	}
	return !slices.ContainsFunc(p.Sets, func(b Box) bool { return !slices.Contains(b.Matched, path) })
}

// possible leaves out the values that the conditions of every set exclude, and puts NULL last.
func (p *Plan) possible(k Key, list []string, null bool) ([]*string, error) {
	var out []*string
	add := func(v *string) {
		c, known := keyCondition(k, v)
		excluded := func(b Box) bool { return known && b.Disjoint(Box{Conditions: []Condition{c}}) }
		if slices.ContainsFunc(p.Sets, func(b Box) bool { return !excluded(b) }) {
			out = append(out, v)
		}
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Compare(mark(k.Type, a), mark(k.Type, b)) })
	for _, v := range slices.Compact(list) {
		canonical, err := catalog.CanonicalValue(k.Type, v)
		if err != nil {
			return nil, fmt.Errorf("%w: a key's value", ErrGenerate)
		}
		add(&canonical)
	}
	if null {
		add(nil)
	}
	return out, nil
}

// canonical spells the values of a row's keys as Keys does; one that cannot be spelled stays as it is.
func (p *Plan) canonical(row []*string) []*string {
	out := slices.Clone(row)
	for i, v := range row {
		if v == nil {
			continue
		}
		if same, err := catalog.CanonicalValue(p.Keys[i].Type, *v); err == nil {
			out[i] = &same
		}
	}
	return out
}

func count(from, to int) []string {
	var out []string
	for i := from; i <= to; i++ {
		out = append(out, strconv.Itoa(i))
	}
	return out
}

func text(s string) *string { return &s }

func prefix(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

// bands are the lower edges of the bands between a column's bounds.
func (p *Plan) bands(k Key, c *catalog.Column, most int) []string {
	if len(c.Bounds) != 2 || k.N < 1 {
		return nil
	}
	low, errLow := c.Bounds[0].Rat()
	high, errHigh := c.Bounds[1].Rat()
	if errLow != nil || errHigh != nil {
		return nil
	}
	n := new(big.Rat).SetInt64(k.N)
	q := new(big.Rat).Quo(low, n)
	first := new(big.Int).Div(q.Num(), q.Denom()) // floor, for the denominator is positive
	edge := new(big.Rat).Mul(new(big.Rat).SetInt(first), n)
	var out []string
	for edge.Cmp(high) <= 0 && len(out) <= most {
		out = append(out, edge.FloatString(scaleOf(k.Type)))
		edge = new(big.Rat).Add(edge, n)
	}
	return out
}
