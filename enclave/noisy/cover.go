package noisy

import (
	"fmt"

	"yumen/enclave/noise"
)

// Cell is a canonical cell as it is asked: what it means in bytes (tables, row scope, box, group key, monomial, clip) and the scale of its noise.
type Cell struct {
	Canon []byte
	Scale noise.Scale
}

// Drawn is a cell with its exact value, on the way to the noise. One with a Factor is a sum of amounts that were read times factors, in 1/Unit: it is rounded,
// and has no noise.
type Drawn struct {
	Cell
	Exact  noise.Exact
	Factor noise.Factor
	Unit   int64
}

func (d Drawn) cover(source *noise.Source) (noise.Value, error) {
	if d.Factor.Valid() {
		return d.Factor.Round(d.Exact, d.Unit)
	}
	return source.Cover(d.Scale, d.Canon, d.Exact)
}

// Group is the cells over one box and one combination of keys; they stand or fall together. T is Cell, Drawn, noise.Value or Estimate. An answer holds a group for
// every combination of the declared domains, those that nobody is in as well: a group that is missing tells that it is empty.
type Group[T any] struct {
	// Counts count the entities that contribute, of each entity type: the contributors of each column where values may be missing. They
	// decide whether the group is shown, so they are charged whether or not they were asked for.
	Counts []T
	// Universes count the entities of the base before any filter, in the order of Counts; empty for a group that is the universe by its box.
	Universes []T
	// Values are what is shown beside the counts.
	Values []T
}

// each is the group with a function applied to every cell.
func each[A, B any](g Group[A], f func(A) (B, error)) (Group[B], error) {
	var out Group[B]
	for _, part := range []struct {
		from []A
		to   *[]B
	}{{g.Counts, &out.Counts}, {g.Universes, &out.Universes}, {g.Values, &out.Values}} {
		for _, cell := range part.from {
			b, err := f(cell)
			if err != nil {
				return Group[B]{}, err
			}
			*part.to = append(*part.to, b)
		}
	}
	return out, nil
}

// Cover puts noise on every cell of an answer. It is the only function here that is given exact values, and it cannot read them.
func Cover(source *noise.Source, groups []Group[Drawn]) ([]Group[noise.Value], error) {
	out := make([]Group[noise.Value], 0, len(groups))
	for _, g := range groups {
		covered, err := each(g, func(d Drawn) (noise.Value, error) { return d.cover(source) })
		if err != nil {
			return nil, fmt.Errorf("noisy: cover: %w", err)
		}
		out = append(out, covered)
	}
	return out, nil
}

// Estimates are the covered cells as numbers with known spread.
func Estimates(groups []Group[noise.Value]) ([]Group[Estimate], error) {
	out := make([]Group[Estimate], 0, len(groups))
	for _, g := range groups {
		estimated, err := each(g, Of)
		if err != nil {
			return nil, err
		}
		out = append(out, estimated)
	}
	return out, nil
}
