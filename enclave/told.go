package enclave

import (
	"fmt"
	"math/big"
	"slices"

	"yumen/enclave/compile"
	"yumen/enclave/noisy"
	"yumen/internal/api"
)

// relation is a part that was answered: every group that there can be, and which are shown.
type relation struct {
	part   *coveredPart
	groups []noisy.Group[noisy.Estimate] // by set and key, sets first
	shown  []bool
}

// told is what an answer says of its columns: what follows from the plan, how far factors move a sum where they move it most, and the columns that are
// computed from several figures.
func (c *covering) told(plan *compile.Plan, parts []relation) ([]api.Noise, error) {
	level, err := noisy.NewLevel(confidence)
	if err != nil {
		return nil, fmt.Errorf("noise: %w", err)
	}
	out := slices.Clone(c.spreads)
	at := -1 // in the order of the columns, without those of keys alone, as covering.noise has them
	for i := range plan.Post.Columns {
		figures := slices.DeleteFunc(slices.Clone(plan.Post.Sources[i]), func(s compile.Source) bool { return s.Key })
		if len(figures) == 0 {
			continue
		}
		at++
		out[at].From = slices.Clone(out[at].From)
		for j, source := range figures {
			if spread := &out[at].From[j]; spread.Factor != "" {
				if spread.Sigma, spread.Interval, err = parts[source.Part].widest(source.Index, level); err != nil {
					return nil, fmt.Errorf("noise: %w", err)
				}
			}
		}
	}
	return parts[0].derived(plan, out)
}

// widest is the deviation and the half width of a sum that factors cover, in the row where they are largest; empty where no row is shown.
func (r relation) widest(column int, level noisy.Level) (sigma, interval string, err error) {
	deviation, half := new(big.Rat), new(big.Int)
	for key := range r.part.program.Keys {
		e, there := r.row(key)[column]
		if !there {
			continue
		}
		d, err := e.Deviation()
		if err != nil {
			return "", "", err
		}
		h, err := e.HalfWidth(level)
		if err != nil {
			return "", "", err
		}
		if d.Cmp(deviation) > 0 {
			deviation = d
		}
		if h.Cmp(half) > 0 {
			half = h
		}
	}
	if half.Sign() == 0 {
		return "", "", nil
	}
	unit := r.part.unit(column)
	return significant(deviation.Mul(deviation, unit)), significant(new(big.Rat).Mul(new(big.Rat).SetInt(half), unit)), nil
}

// row is the estimates of a key's shown cells, by the plan's column.
func (r relation) row(key int) map[int]noisy.Estimate {
	p, groups, shown := r.part, r.groups, r.shown
	out := map[int]noisy.Estimate{}
	for i, set := range p.sets() {
		at := i*len(p.program.Keys) + key
		if !shown[at] {
			continue
		}
		counts, values := groups[at].Counts, groups[at].Values
		for _, st := range p.program.Statistics {
			if st.Set != set {
				continue
			}
			from := &values
			if st.Decides {
				from = &counts
			}
			if st.Column >= 0 {
				out[st.Column] = (*from)[0]
			}
			*from = (*from)[1:]
		}
	}
	return out
}
