package disclosure

import "fmt"

// Rules are the parameters of the exact mode at one grade: policy data, which a jurisdiction may only tighten. The zero value
// withholds everything. Whoever knows the parameters of a concentration
// rule narrows the withheld amounts: they are never in an answer or a receipt.
type Rules struct {
	// K is the least number of distinct entities of every reference, in a cell and in every difference; at least 1.
	K int64
	// JitterMax bounds what a caller may add to K for a cell's own threshold.
	JitterMax int64
	// Dominance lists the (n,k%) rules; none means none.
	Dominance []Dominance
	// P is the p of the p% rule, zero for none.
	P int64
	// Homogeneity withholds amounts whose entities are all alike, and cells refined by a sensitive column one of whose declared
	// sensitive values is held by at least HomogeneityShare percent of the entities.
	Homogeneity      bool
	HomogeneityShare int64
	// RoundCounts rounds released counts to the nearest multiple, halves up; 0 and 1 leave them exact.
	RoundCounts int64
}

// Dominance is one (n,k%) rule: unsafe when the N largest entities hold Percent of the total or more.
type Dominance struct {
	N       int // 1 or 2
	Percent int64
	// Above makes equality safe (unsafe only above Percent), as some sources have it; the product's rules leave it false.
	Above bool
}

// Unsafe reports whether the rule forbids the concentration. A total of zero is homogeneity's matter.
func (d Dominance) Unsafe(c Concentration) bool {
	if c.Zero() {
		return false
	}
	sign := percent(c.top(d.N), c.Total, d.Percent)
	return sign > 0 || sign == 0 && !d.Above
}

// UnsafeP is the p% rule: the second largest entity could estimate the largest within p percent, X − x1 − x2 < p% · x1.
func UnsafeP(c Concentration, p int64) bool {
	return percent(c.rest(), c.Top1, p) < 0
}

// Validate reports whether the rules can be applied.
func (r Rules) Validate() error {
	if r.K < 1 {
		return fmt.Errorf("rules: k must be at least 1")
	}
	if r.JitterMax < 0 || r.RoundCounts < 0 {
		return fmt.Errorf("rules: jitter and rounding cannot be negative")
	}
	if r.P < 0 || r.P > 100 {
		return fmt.Errorf("rules: p must be a percentage")
	}
	for _, d := range r.Dominance {
		if d.N != 1 && d.N != 2 {
			return fmt.Errorf("rules: dominance is defined for n = 1 and 2")
		}
		if d.Percent < 1 || d.Percent > 100 {
			return fmt.Errorf("rules: dominance needs a percentage")
		}
	}
	if r.Homogeneity && (r.HomogeneityShare < 1 || r.HomogeneityShare > 100) {
		return fmt.Errorf("rules: homogeneity needs a percentage")
	}
	return nil
}

// dominated reports whether a concentration rule forbids the total.
func (r Rules) dominated(c Concentration) bool {
	if s, ok := c.small(); ok {
		return s.dominated(r)
	}
	for _, d := range r.Dominance {
		if d.Unsafe(c) {
			return true
		}
	}
	return UnsafeP(c, r.P)
}

// homogeneous reports whether a share is too large.
func (r Rules) homogeneous(s Share) bool {
	return r.Homogeneity && s.Holders*100 >= r.HomogeneityShare*s.Entities
}
