package enclave

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"yumen/enclave/compile"
	"yumen/enclave/noise"
	"yumen/enclave/noisy"
)

// opened is how the values of a part's open key get their names: by noisy counts of the entities of every value, which are charged as columns of
// their own. What follows from them is a function of noisy values.
type opened struct {
	key    *compile.OpenKey
	plan   *compile.Plan
	in     compile.NoisyInputs
	counts *coveredPart // of whole columns; which values there are is not known before the run
	rules  noisy.Rules
}

// coverOpen prepares a part with an open key. Its columns are charged by names of whole columns, which say by what the values of the key are
// named: the same counts, number of entities and room name the same values.
func (a *asked) coverOpen(plan *compile.Plan, key *compile.OpenKey, in compile.NoisyInputs, source *noise.Source) (*coveredPart, error) {
	in.Keys = key.Keys()
	o := &opened{key: key, plan: plan, in: in, rules: noisy.Rules{K: rulesOf(a.decision.Obligations.Run).K}}
	var err error
	if o.counts, err = a.coverProgram(plan, key.Counts, source); err != nil {
		return nil, err
	}
	var decided []string
	for i, scale := range o.counts.scales {
		column, err := key.Column(key.Counts, i, nil, 0)
		if err != nil {
			return nil, fmt.Errorf("column: %w", err)
		}
		o.counts.cells[i] = [][]byte{column}
		name := source.Name(scale, column)
		decided = append(decided, hex.EncodeToString(name[:]))
	}
	program, err := compile.GenerateNoisy(key.Merged(nil), in)
	if err != nil {
		return nil, err
	}
	part, err := a.coverProgram(plan, program, source)
	if err != nil {
		return nil, err
	}
	for i, st := range program.Statistics {
		if st.Set < 0 {
			continue
		}
		column, err := key.Column(program, i, decided, o.rules.K)
		if err != nil {
			return nil, fmt.Errorf("column: %w", err)
		}
		part.cells[i] = [][]byte{column}
	}
	part.open = o
	return part, nil
}

// merged is a part with an open key once its values have their names: what is asked is the question with the key in classes.
func (s *Service) merged(ctx context.Context, a *asked, p *coveredPart) (*coveredPart, error) {
	o := p.open
	rows, err := s.runNoisy(ctx, a, o.key.Counts)
	if err != nil {
		return nil, err
	}
	program, values, figures, err := o.key.Read(rows)
	if err != nil {
		return nil, fmt.Errorf("values: %w", err)
	}
	counts, err := a.coverProgram(o.plan, program, p.source)
	if err != nil {
		return nil, err
	}
	groups, err := counts.cover(figures)
	if err != nil {
		return nil, err
	}
	named := o.names(values, groups)
	if program, err = compile.GenerateNoisy(o.key.Merged(named), o.in); err != nil {
		return nil, err
	}
	out, err := a.coverProgram(o.plan, program, p.source)
	if err != nil {
		return nil, err
	}
	out.open, out.named = o, named
	return out, nil
}

// names are the values that have enough entities of every type by noisy counts, in order: those of the largest ones where there are more than may
// have a name.
func (o *opened) names(values []string, groups []noisy.Group[noisy.Estimate]) []string {
	var enough []int
	for i, shown := range noisy.Judge(o.rules, groups) {
		if shown {
			enough = append(enough, i)
		}
	}
	slices.SortFunc(enough, func(i, j int) int {
		return cmp.Or(groups[j].Counts[0].Amount().Cmp(groups[i].Counts[0].Amount()), cmp.Compare(values[i], values[j]))
	})
	var out []string
	for _, i := range enough[:min(len(enough), o.key.Room)] {
		out = append(out, values[i])
	}
	slices.Sort(out)
	return out
}

// shownAs is a key as it is shown.
func (p *coveredPart) shownAs(key []*string) []*string {
	if p.open == nil {
		return slices.Clone(key)
	}
	return p.open.key.Named(p.named, key)
}

// names are those of all cells of a part, one after the other.
func (p *coveredPart) names() []byte {
	var out []byte
	for _, c := range p.charges() {
		for _, n := range c.Names {
			out = append(out, n[:]...)
		}
	}
	return out
}

// pay keeps the names of the cells of a collected answer that were charged by the names of whole columns, so that each of them costs nothing again.
// Before somebody has collected it, what a question would cost tells nothing of the answer, nor when it was there.
func (s *Service) pay(tx Tx, run *runRecord) error {
	v, _, err := load[ledgerRecord](tx, recLedger, run.LedgerID)
	if err != nil || len(v.Paid) == 0 {
		return err
	}
	known, err := s.paid.Read(tx, run.LegalGroup)
	if err != nil {
		return fmt.Errorf("budget: %w", err)
	}
	fresh := map[noise.Name]bool{}
	for n := range slices.Chunk(v.Paid, len(noise.Name{})) {
		if name := noise.Name(n); !known.Has(name) {
			fresh[name] = true
		}
	}
	if err := known.Add(tx, s.nowMS(), slices.Collect(maps.Keys(fresh))); err != nil {
		return fmt.Errorf("budget: %w", err)
	}
	return nil
}
