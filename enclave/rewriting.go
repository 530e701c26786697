package enclave

import (
	"context"
	"time"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
	"yumen/enclave/compile"
	"yumen/enclave/rewrite"
	"yumen/internal/api"
	"yumen/sandbox"
)

// rewriteTime bounds the work on another text.
const rewriteTime = 2 * time.Second

// rewritten is the caller's own query, changed until it would be accepted, or nil. It depends on what the refusal depends on: the text, the
// grant's view of the catalog and the policy. The text that is offered has gone the whole way of a text that is asked: a worker without data
// has parsed it, and it has been decoded, bound, judged and planned; one that would be refused is never shown.
func (s *Service) rewritten(ctx context.Context, a *asked, r *catalog.Refusal) *api.Rewritten {
	if a.computed != nil || !textual(r.Code) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, rewriteTime)
	defer cancel()
	tree, said := s.queryIn(ctx, a)
	if tree == nil {
		return nil
	}
	view := a.view()
	for name, g := range view.Datasets {
		if g.Methods = methodsOf(a.grant.Methods); g.Methods != nil {
			view.Datasets[name] = g
		}
	}
	out, found := rewrite.Of(tree, view, rewrite.Judge{
		Part:  func(tree *sqltree.Select) error { return a.plannable(ctx, tree, view) },
		Whole: func(tree *sqltree.Select) error { return s.acceptable(ctx, a, tree, view) },
	}, said...)
	if !found {
		return nil
	}
	in := a.in
	in.SQL = out.SQL
	if _, err := s.judge(ctx, a.by, in, false); err != nil {
		return nil
	}
	return &api.Rewritten{SQL: out.SQL, Changes: out.Changes}
}

// queryIn is the tree of the text, or of the query inside a text that has none, with what is to be said of that.
func (s *Service) queryIn(ctx context.Context, a *asked) (tree []byte, said []catalog.Text) {
	if len(sqltree.ReadTree(a.tree)) > 0 {
		return a.tree, nil
	}
	text, found := rewrite.Inside(a.in.SQL)
	if !found {
		return nil, nil
	}
	tree, err := s.parse(sandbox.WithTenant(ctx, a.by.LegalGroup), text)
	if err != nil {
		return nil, nil
	}
	return tree, []catalog.Text{rewrite.Kept()}
}

// textual reports whether another text could be accepted where one is refused with this code.
func textual(code catalog.Code) bool {
	return sqltree.OfText(code) || code == catalog.CodeModeNotAllowed
}

// methodsOf is the set of methods that a grant names; one that names none leaves them to the policy.
func methodsOf(names []string) map[string]bool {
	var out map[string]bool
	for _, n := range names {
		if out == nil {
			out = map[string]bool{}
		}
		out[n] = true
	}
	return out
}

// plannable tells whether a tree has a protected plan.
func (a *asked) plannable(ctx context.Context, tree *sqltree.Select, view footprint.View) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	bound, err := footprint.Bind(tree, view)
	if err == nil {
		_, err = compile.Build(bound, a.facts())
	}
	return err
}

// acceptable tells what would be said to a tree if it were asked: the policy and the size of the answer as well.
func (s *Service) acceptable(ctx context.Context, a *asked, tree *sqltree.Select, view footprint.View) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	draft := *a
	var err error
	if draft.bound, err = footprint.Bind(tree, view); err != nil {
		return err
	}
	d, err := s.decider.Decide(ctx, draft.question(s.common(a.by), false))
	if err != nil {
		return err
	}
	if !d.Allow {
		return refusalOf(d)
	}
	draft.decision = d
	if draft.plan, err = compile.Build(draft.bound, draft.facts()); err != nil {
		return err
	}
	return s.answerable(&draft)
}
