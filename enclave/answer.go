package enclave

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
	"yumen/internal/api"
	"yumen/sandbox"
)

// answer is what a plan came to, part by part: the cells that may leave, and what the ledger keeps of every family.
type answer struct {
	parts  []*answered
	before *past
	noise  []api.Noise // of a noisy answer
	paid   []byte      // as ledgerRecord has it
}

// answered is what one part of a plan came to.
type answered struct {
	plan     *compile.Plan
	columns  []sandbox.PostColumn
	rows     [][]*string
	outcomes []compile.Outcome // by family
	families []compile.Family
	table    *disclosure.Table // nil when everything was replayed
	verdicts *disclosure.Verdicts
	replayed int // families that were answered before
}

// reserved are the families of all parts with their outcomes.
func (out *answer) reserved() (families []compile.Family, outcomes []compile.Outcome) {
	for _, x := range out.parts {
		families, outcomes = append(families, x.families...), append(outcomes, x.outcomes...)
	}
	return families, outcomes
}

// answer replays what was asked before and runs the rest of the plan over sealed snapshots, with every earlier answer of the legal
// group as a comparator.
func (s *Service) answer(ctx context.Context, a *asked) (*answer, error) {
	before, err := s.readLedger(ctx, a.by.LegalGroup, "")
	if err != nil {
		return nil, err
	}
	return s.answerBeside(ctx, a, before)
}

// answerBeside is answer beside a ledger that was read. The parts are answered as if each had been asked after the one before it, which
// the ledger takes over then.
func (s *Service) answerBeside(ctx context.Context, a *asked, before *past) (*answer, error) {
	if err := s.fits(ctx, a, before); err != nil {
		return nil, err
	}
	out := &answer{before: before}
	for i, part := range a.plan.Parts() {
		if i > 0 {
			if err := before.grow(out.parts[i-1]); err != nil {
				return nil, err
			}
		}
		x, err := s.answerPart(ctx, a, part, before)
		if i > 0 && refused(err) != nil && a.certificate() == "" {
			err = fmt.Errorf("a part was refused after another was judged: %s", refused(err).Code) // a refusal is static, and this is none
		}
		if err != nil {
			return nil, err
		}
		out.parts = append(out.parts, x)
	}
	return out, nil
}

// fits refuses a text whose later parts take too many comparisons if all cells of the earlier ones are answered. What becomes of these is found
// out afterwards, and must not decide whether the text is refused.
func (s *Service) fits(ctx context.Context, a *asked, before *past) error {
	if len(a.plan.More) == 0 || a.certificate() != "" {
		return nil
	}
	assumed := slices.Clone(before.earlier)
	for i, part := range a.plan.Parts() {
		fresh, err := before.unknown(part.Families(a.contents(), a.scope()))
		if err != nil {
			return err
		}
		if i > 0 && len(fresh) > 0 {
			beside, err := s.loads(ctx, a, assumed)
			if err != nil {
				return err
			}
			if _, err := s.generate(a, part, assumed, beside); err != nil {
				return err
			}
		}
		for _, f := range fresh {
			assumed = append(assumed, compile.Earlier{Family: f, Released: [][]*string{make([]*string, len(f.Keys))}})
		}
		if assumed, err = compile.Merge(assumed); err != nil {
			return fmt.Errorf("family: %w", err)
		}
	}
	return nil
}

// unknown are the families that were not answered before.
func (p *past) unknown(families []compile.Family) ([]compile.Family, error) {
	var out []compile.Family
	for _, f := range families {
		d, err := f.Digest()
		if err != nil {
			return nil, fmt.Errorf("family: %w", err)
		}
		if _, stored := p.stored[d]; !stored {
			out = append(out, f)
		}
	}
	return out, nil
}

// generate makes the statements of a part beside earlier answers.
func (s *Service) generate(a *asked, part *compile.Plan, earlier []compile.Earlier, beside *loads) (*compile.Program, error) {
	program, err := compile.Generate(part,
		compile.Inputs{Snapshots: a.contents(), Scope: a.scope(), Earlier: earlier, Lost: beside.lost, Bounds: a.bounds(part)})
	if errors.Is(err, compile.ErrTooLarge) {
		return nil, tooLarge()
	}
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	return program, nil
}

// answerPart answers one part beside everything that came before it. One of a certified computation is answered from its certificate's cells
// alone.
func (s *Service) answerPart(ctx context.Context, a *asked, part *compile.Plan, before *past) (*answered, error) {
	out := &answered{plan: part, families: part.Families(a.contents(), a.scope())}
	known := make([]*compile.Outcome, len(out.families))
	for i, f := range out.families {
		d, err := f.Digest()
		if err != nil {
			return nil, fmt.Errorf("family: %w", err)
		}
		if o, ok := before.stored[d]; ok {
			known[i] = &o
			out.replayed++
		}
	}
	fresh := make([]compile.Outcome, len(out.families))
	if out.replayed < len(out.families) {
		if a.certificate() != "" {
			return nil, notCertified()
		}
		var err error
		if fresh, err = s.evaluate(ctx, a, out, before); err != nil {
			return nil, err
		}
	}
	for i := range out.families {
		if known[i] != nil {
			fresh[i] = *known[i]
		}
	}
	out.outcomes = fresh
	out.cells()
	return out, nil
}
