package compile

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"

	"yumen/catalog"
	"yumen/enclave/noise"
)

// Factored says that a sum is of amounts that are each read times the factor of its entity, and neither cut nor covered with noise. It promises less than noise does:
// an amount is not known better than by p percent, but that somebody with a large one takes part can be seen.
type Factored struct {
	Reading noise.Reading
	// Most is what one entity adds to a cell at most by what is declared, in the last place.
	Most *big.Int
	// high is the largest amount of a row, in the last place too.
	high *big.Int
	key  EntityRef
}

// Bounds of what factors cover, in the last place of a column: whole numbers below the first are known in spite of p percent, and a sum over the
// second could exceed what the engine adds up in.
var (
	leastAmount = big.NewInt(1000)
	mostAmount  = power(18)
)

// factored is how a sum is read, or nil where noise covers it: where factors are not allowed, where another entity would see them average out, where
// amounts can be negative, or where who takes part says more than that he does. It follows from what the statistic names, and but for
// cutBeside not from what it is asked beside.
func (n *NoisyProgram) factored(s Statistic, reach reaching) (*Factored, error) {
	m := s.Measure
	if n.in.Reading == nil || m.Kind != MeasureSum {
		return nil, nil
	}
	key, ok := n.onlyEntity(reach)
	if !ok || !n.admits(s) {
		return nil, nil
	}
	column, err := n.declared(m.Column)
	if err != nil {
		return nil, err
	}
	if column.Sensitive || len(column.SensitiveValues) > 0 || len(column.Bounds) != 2 {
		return nil, nil
	}
	low, errLow := column.Bounds[0].Rat()
	high, errHigh := column.Bounds[1].Rat()
	if errLow != nil || errHigh != nil || low.Sign() < 0 {
		return nil, nil
	}
	amount := new(big.Int).Div(new(big.Int).Mul(high.Num(), power(scaleOf(m.Type))), high.Denom())
	if amount.Cmp(leastAmount) < 0 || amount.Cmp(mostAmount) >= 0 {
		return nil, nil
	}
	if n.cutBeside(m.Column, column, amount) {
		return nil, nil
	}
	reading, err := n.in.Reading(key.Type, column.Name)
	if err != nil {
		return nil, err
	}
	return &Factored{Reading: reading, Most: new(big.Int).Mul(amount, reach.of(key.Type)), high: amount, key: key}, nil
}

// cutBeside reports whether squares or products of a column are asked for as well, and a clip cuts these: what is derived of both, as a variance is, would be of two
// columns if the sum were not cut too.
func (n *NoisyProgram) cutBeside(ref ColumnRef, column *catalog.Column, high *big.Int) bool {
	clip, err := column.Clip.Rat()
	if err != nil || column.Clip == "" {
		return false // then they are refused
	}
	if clip.Mul(clip, new(big.Rat).SetInt(power(scaleOf(column.Type)))).Cmp(new(big.Rat).SetInt(high)) >= 0 {
		return false
	}
	return slices.ContainsFunc(n.plan.Cells, func(c Cell) bool {
		return c.Measure.Kind != MeasureSum && slices.ContainsFunc(c.Measure.factors(), func(f Factor) bool { return f.Column == ref })
	})
}

// onlyEntity is the one reference that all entities of the base are: factors of one of two would average out over the rows of the other. An entity that is its row has
// another key as soon as anything in the row changes, and a key beside the root may be missing.
func (n *NoisyProgram) onlyEntity(reach reaching) (EntityRef, bool) {
	if len(reach.own) != 1 {
		return EntityRef{}, false
	}
	for e := range reach.own {
		return e, e.Path == n.plan.Base.Root.Path && !e.Rows && e.GroupOf == 0
	}
	return EntityRef{}, false
}

// admits reports whether nothing decides who is in the cells of a statistic but conditions and keys that are neither sensitive nor on an amount: who takes part in a sum
// shows in it, and conditions on amounts would then find one as closely as they are allowed.
func (n *NoisyProgram) admits(s Statistic) bool {
	box, keys := n.setOf(s)
	base, box := n.scoped().alone(n.bounded(box), keys, s.Measure)
	if len(base.Rollups) > 0 {
		return false
	}
	for _, k := range keys {
		if c := n.behind(k); c == nil || !harmless(c) {
			return false
		}
	}
	conditions := box.Conditions
	for _, t := range base.Joins {
		conditions = append(slices.Clone(conditions), own(n.in.Scope[t.Dataset], t.Path)...)
	}
	for _, c := range conditions {
		column := n.behind(c.Column)
		if column != nil {
			c = c.as(column.Type)
			if _, whole := c.declared(n.domainOf(column)); whole {
				continue // nothing fails it
			}
		}
		if column == nil || column.Sensitive || c.Sensitive || !harmless(column) && !c.filled(n.domainOf(column)) {
			return false
		}
	}
	return true
}

// filled reports whether a condition says no more than that there is a value.
func (c Condition) filled(d *domain) bool {
	c.Set.Null = true
	_, whole := c.declared(d)
	return whole || c.Set.Except && len(c.Set.Values)+len(c.Set.Prefixes)+len(c.Set.Intervals) == 0
}

// harmless reports whether a column is neither sensitive nor an amount.
func harmless(c *catalog.Column) bool {
	return !c.Sensitive && len(c.SensitiveValues) == 0 && !c.Has(catalog.RoleMeasure)
}

// drawn is the number from which the factor of an entity follows, as noise.Reading.Of has it: in whole numbers that no step can overflow.
func (f *Factored) drawn(w *writer, key string) string {
	return fmt.Sprintf("((CAST(%s >> %d AS BIGINT) * %s + %s) >> %d) & %d", key, noise.KeyShift, whole64(w, f.Reading.Multiplier), whole64(w, f.Reading.Offset),
		noise.DrawShift, noise.DrawMask)
}

// factor is that of a drawn number, in Unit.
func (f *Factored) factor(w *writer, drawn, typ string) string {
	text := fmt.Sprintf("%s + CASE WHEN %s < %d THEN %s ELSE %s END", drawn, drawn, noise.SignBit, whole64(w, f.Reading.More()), whole64(w, f.Reading.Less()))
	if scale := scaleOf(typ); scale > 0 || typ != "INTEGER" && typ != "BIGINT" {
		return fmt.Sprintf("CAST(%s AS %s)", text, w.typ("DECIMAL(7,0)"))
	}
	return "(" + text + ")"
}

// amount is a value in a type that holds it times any factor. What is declared of it bounds it, so a wide type may be made narrower, which the engine multiplies faster.
func (f *Factored) amount(w *writer, x, typ string) string {
	switch {
	case typ == "INTEGER":
		return fmt.Sprintf("CAST(%s AS BIGINT)", x)
	case typ == "BIGINT":
		if new(big.Int).Mul(f.high, big.NewInt(2*f.Reading.Unit)).IsInt64() {
			return x
		}
		return fmt.Sprintf("CAST(%s AS HUGEINT)", x)
	}
	digits := max(len(f.high.String()), scaleOf(typ))
	if digits+7 > 18 {
		digits = max(digits, 19) // the engine multiplies what is no wider than 18 to no more than 18
	}
	return fmt.Sprintf("CAST(%s AS %s)", x, w.typ(fmt.Sprintf("DECIMAL(%d,%d)", digits, scaleOf(typ))))
}

func whole64(w *writer, n int64) string { return w.bind("BIGINT", strconv.FormatInt(n, 10)) }
