package policy

import (
	"context"
	"fmt"

	"github.com/open-policy-agent/opa/v1/version"

	"yumen/internal/policyfile"
)

// Candidate is a bundle that was read and compiled and holds the floor. Nothing decides by it before Engine.Activate.
type Candidate struct {
	snapshot *snapshot
	engine   *Engine
}

// Prepare reads and compiles a bundle for the engine's zone: strictly, under the allow list of built-ins, and not below the floor.
// The bundle that decides is not touched.
func (e *Engine) Prepare(files policyfile.Files) (*Candidate, error) {
	b, err := readBundle(files)
	if err != nil {
		return nil, err
	}
	profile, ok := b.profiles[e.jurisdiction]
	if !ok {
		return nil, fmt.Errorf("the policy bundle knows no jurisdiction %q", e.jurisdiction)
	}
	s, err := prepare(b)
	if err != nil {
		return nil, fmt.Errorf("prepare the policy bundle: %w", err)
	}
	s.files = files
	for g := 1; g <= 4; g++ {
		s.noise = append(s.noise, profile.Grades.of(g).Noise)
		s.covered = append(s.covered, profile.Grades.of(g).Computations == string(ModeNoisy))
	}
	s.status = Status{
		Jurisdiction: e.jurisdiction, Title: profile.Title, Lab: profile.Lab, Revision: b.revision.String(), Digest: b.digest,
		Rules: len(s.rules), OPA: version.Version,
	}
	if len(e.salt) > 0 {
		s.status.PublicDigest = salted(e.salt, b.digest)
	}
	return &Candidate{snapshot: s, engine: e}, nil
}

// Activate makes the candidate decide from now on. Decisions that have begun end under the bundle under which they began.
func (e *Engine) Activate(c *Candidate) { e.active.Store(c.snapshot) }

// Files are the files of the bundle that decides. They are not to be changed.
func (e *Engine) Files() policyfile.Files {
	s := e.snapshot()
	if s == nil {
		return nil
	}
	return s.files
}

// Status describes the candidate.
func (c *Candidate) Status() Status { return c.snapshot.status }

// Decide answers an input as the candidate would.
func (c *Candidate) Decide(ctx context.Context, in Input) (Decision, error) {
	return decided(ctx, c.snapshot, c.engine.timeout, in)
}
