package enclave

import (
	"context"
	"fmt"
	"math/big"
	"strings"

	"yumen/enclave/compile"
	"yumen/enclave/noise"
	"yumen/enclave/noisy"
	"yumen/internal/api"
)

// noisyAnswer answers all parts of a question with noise. Exact figures are read from workers and go to the noise; everything after that, what
// is shown among it, is a function of what came back covered. No earlier answer is looked at, so nothing about one can be told from this one.
func (s *Service) noisyAnswer(ctx context.Context, a *asked) (*answer, error) {
	before, err := s.readLedger(ctx, a.by.LegalGroup, "")
	if err != nil {
		return nil, err
	}
	out := &answer{before: before}
	rules := rulesOf(a.decision.Obligations.Run)
	var relations []relation
	for i, plan := range a.plan.Parts() {
		part := a.covered.parts[i]
		if part.open != nil {
			if part, err = s.merged(ctx, a, part); err != nil {
				return nil, err
			}
			out.paid = append(out.paid, part.names()...)
		}
		rows, err := s.runNoisy(ctx, a, part.program)
		if err != nil {
			return nil, err
		}
		figures, err := part.program.Figures(rows)
		if err != nil {
			return nil, fmt.Errorf("figures: %w", err)
		}
		groups, err := part.cover(figures)
		if err != nil {
			return nil, err
		}
		x, shown := &answered{plan: plan}, noisy.Judge(noisy.Rules{K: rules.K}, groups)
		x.lay(part.released(groups, shown))
		relations = append(relations, relation{part, groups, shown})
		out.parts = append(out.parts, x)
	}
	if out.noise, err = a.covered.told(a.plan, relations); err != nil {
		return nil, err
	}
	return out, nil
}

// runNoisy runs the statements of a program.
func (s *Service) runNoisy(ctx context.Context, a *asked, p *compile.NoisyProgram) ([][][]*string, error) {
	var rows [][][]*string
	for _, b := range p.Batches(batchBytes) {
		answers, err := s.runBatch(ctx, a, b, &loads{})
		if err != nil {
			return nil, err
		}
		rows = append(rows, texts(answers)...)
	}
	return rows, nil
}

// cover puts noise on every figure: one group for each set of rows and each key, sets first.
func (p *coveredPart) cover(figures [][]*big.Int) ([]noisy.Group[noisy.Estimate], error) {
	var drawn []noisy.Group[noisy.Drawn]
	at := func(statistic, key int) noisy.Drawn {
		out := noisy.Drawn{Cell: noisy.Cell{Canon: p.at(statistic, key), Scale: p.scales[statistic]}, Exact: noise.Seal(figures[key][statistic])}
		if f := p.program.Statistics[statistic].Factored; f != nil {
			out.Factor, out.Unit = p.factors[statistic], f.Reading.Unit
		}
		return out
	}
	for _, set := range p.sets() {
		for key := range p.program.Keys {
			var g noisy.Group[noisy.Drawn]
			for i, st := range p.program.Statistics {
				switch {
				case st.Set != set:
				case st.Decides:
					g.Counts = append(g.Counts, at(i, key))
					if st.Universe >= 0 {
						g.Universes = append(g.Universes, at(st.Universe, key))
					}
				default:
					g.Values = append(g.Values, at(i, key))
				}
			}
			drawn = append(drawn, g)
		}
	}
	covered, err := noisy.Cover(p.source, drawn)
	if err != nil {
		return nil, fmt.Errorf("noise: %w", err)
	}
	out, err := noisy.Estimates(covered)
	if err != nil {
		return nil, fmt.Errorf("noise: %w", err)
	}
	return out, nil
}

// sets are the sets of rows that some statistic is of, but for the universe.
func (p *coveredPart) sets() []int {
	var out []int
	for _, st := range p.program.Statistics {
		if st.Set >= 0 && (len(out) == 0 || out[len(out)-1] != st.Set) {
			out = append(out, st.Set)
		}
	}
	return out
}

// released are the rows of the groups that are shown: keys, then cells; a row of which nothing is shown is absent.
func (p *coveredPart) released(groups []noisy.Group[noisy.Estimate], shown []bool) [][]*string {
	var out [][]*string
	keys := len(p.program.Keys)
	for k, key := range p.program.Keys {
		row := append(p.shownAs(key), make([]*string, p.columns())...)
		any := false
		for i, set := range p.sets() {
			g := groups[i*keys+k]
			if !shown[i*keys+k] {
				continue
			}
			any = true
			counts, values := g.Counts, g.Values
			for _, st := range p.program.Statistics {
				if st.Set != set {
					continue
				}
				from := &values
				if st.Decides {
					from = &counts
				}
				if st.Column >= 0 {
					text := decimal((*from)[0].Amount(), st.Places)
					row[len(key)+st.Column] = &text
				}
				*from = (*from)[1:]
			}
		}
		if any {
			out = append(out, row)
		}
	}
	return out
}

// columns is how many cells a row has.
func (p *coveredPart) columns() int {
	n := 0
	for _, st := range p.program.Statistics {
		n = max(n, st.Column+1)
	}
	return n
}

// lay makes the relation of an answered part from rows of keys and cells.
func (out *answered) lay(rows [][]*string) {
	out.head()
	out.rows = rows
}

// decimal writes a whole number of the last place.
func decimal(n *big.Int, places int) string {
	if places == 0 {
		return n.String()
	}
	text := new(big.Int).Abs(n).String()
	if len(text) <= places {
		text = strings.Repeat("0", places-len(text)+1) + text
	}
	text = text[:len(text)-places] + "." + text[len(text)-places:]
	if n.Sign() < 0 {
		return "-" + text
	}
	return text
}

// confidence is the probability of the intervals that answers carry.
var confidence = big.NewRat(95, 100)

// noise says of every column of the answer how far its figures may lie from the truth. It follows from the plan alone.
func (c *covering) noise(plan *compile.Plan) ([]api.Noise, error) {
	level, err := noise.NewLevel(confidence)
	if err != nil {
		return nil, fmt.Errorf("noise: %w", err)
	}
	var out []api.Noise
	for i, column := range plan.Post.Columns {
		n := api.Noise{Column: column.Name, From: []api.Spread{}}
		for _, source := range plan.Post.Sources[i] {
			if source.Key {
				continue
			}
			spread, err := c.parts[source.Part].spread(source.Index, level)
			if err != nil {
				return nil, err
			}
			n.From = append(n.From, spread)
		}
		if len(n.From) > 0 {
			out = append(out, n)
		}
	}
	return out, nil
}

// spread is the noise of a cell column.
func (p *coveredPart) spread(column int, level noise.Level) (api.Spread, error) {
	for i, st := range p.program.Statistics {
		if st.Column != column {
			continue
		}
		if p.factors[i].Valid() { // how far they move a sum is known when it is there
			part := new(big.Rat).Mul(p.factors[i].Part(), big.NewRat(100, 1))
			return api.Spread{Figure: st.Measure.Figure(), Factor: part.RatString()}, nil
		}
		half, err := p.scales[i].HalfWidth(level)
		if err != nil {
			return api.Spread{}, fmt.Errorf("noise: %w", err)
		}
		unit := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(st.Places)), nil))
		return api.Spread{Figure: st.Measure.Figure(), Sigma: new(big.Rat).Quo(p.scales[i].Deviation(), unit).FloatString(st.Places), Interval: decimal(half, st.Places)}, nil
	}
	return api.Spread{}, fmt.Errorf("noise: no figure of column %d", column)
}
