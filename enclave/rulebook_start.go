package enclave

import (
	"context"
	"errors"
	"fmt"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/metastore"
	"yumen/internal/policyfile"
	"yumen/policy"
)

// ErrPolicy: the bundle that two people made decide cannot be used. Nothing decides in its place by itself.
var ErrPolicy = errors.New("the policy bundle in force cannot be used: go back to the program's own rules with yumend policy reset, then load a bundle that this version accepts")

// policyDigest is the salted digest of the bundle that decides: it names the rules without telling their parameters.
func (s *Service) policyDigest() catalog.Digest { return s.engine.Status().PublicDigest }

// adoptBundle makes the bundle decide that two people loaded, if they did, after everything about it was verified again.
func (s *Service) adoptBundle(ctx context.Context) error {
	var active *bundleRecord
	var digest catalog.Digest
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recBundle, metastore.Query{State: bundleActive}, func(r metastore.Record, v bundleRecord) error {
			if active != nil {
				return fmt.Errorf("%w: two bundles are in force", ErrPolicy)
			}
			active, digest = &v, catalog.Digest(r.ID)
			return nil
		})
	})
	if err != nil || active == nil {
		return err
	}
	c, err := s.verified(ctx, active, digest)
	if err != nil {
		return fmt.Errorf("%w: revision %s: %w", ErrPolicy, active.Revision, err)
	}
	own := s.engine.Status()
	s.engine.Activate(c)
	if mine, err := policyfile.ParseRevision(own.Revision); err == nil && mine.Order() > int64(orderOf(active.Revision)) {
		s.log.Warn("the program brings newer rules than those in force: look at them with yumend policy export", "program", own.Revision, "in_force", active.Revision)
	}
	return nil
}

// verified is a kept bundle made ready again: content, both signatures, floor, and its tests where another engine would run it.
func (s *Service) verified(ctx context.Context, v *bundleRecord, digest catalog.Digest) (*policy.Candidate, error) {
	files, err := policyfile.Unpack(v.Archive)
	if err != nil {
		return nil, err
	}
	if files.Digest() != digest {
		return nil, errors.New("its content is not what was signed")
	}
	if len(v.Signatures) != 2 || v.Signatures[0].By.Person == v.Signatures[1].By.Person || v.Signatures[0].By.Account == v.Signatures[1].By.Account {
		return nil, errors.New("it is not signed by two people")
	}
	for _, x := range v.Signatures {
		a, err := openSignature(x, x.By)
		if err != nil {
			return nil, err
		}
		if a.Bundle != digest || a.Zone != s.keys.PublicKeys().Zone {
			return nil, errors.New("a signature is about something else")
		}
	}
	c, err := s.engine.Prepare(files)
	if err != nil || c.Status().OPA == v.OPA {
		return c, err
	}
	report, err := c.Test(ctx)
	if err != nil {
		return nil, err
	}
	return c, report.Err()
}

// ResetPolicy takes out of force a bundle that cannot be used any more, so that the program's own rules decide again: the way back when
// the gateway does not start with ErrPolicy. A bundle that can be used is left in force. It returns the revision that was in force.
func ResetPolicy(ctx context.Context, cfg Config) (string, error) {
	s := &Service{store: certain{Store: cfg.Store}, keys: cfg.Keys, clock: cfg.Clock, log: cfg.Log, engine: cfg.Engine.Clone()}
	broken := s.adoptBundle(ctx)
	if broken == nil {
		return "", errors.New("the bundle in force can be used, or none was loaded: go back to earlier rules with yumen policy load --rollback")
	}
	if !errors.Is(broken, ErrPolicy) {
		return "", broken
	}
	var revision string
	err := s.store.Update(ctx, func(tx Tx) error {
		return each(tx, recBundle, metastore.Query{State: bundleActive}, func(r metastore.Record, v bundleRecord) error {
			revision, r.State = v.Revision, bundleReplaced
			if err := save(tx, recBundle, r, s.nowMS(), v); err != nil {
				return err
			}
			return s.record(tx, entry{action: audit.ActionPolicyActivate, outcome: "reset", class: retention5, facts: map[string]string{"revision": v.Revision},
				digests: map[string]catalog.Digest{"bundle": s.engine.Status().Digest, "previous": catalog.Digest(r.ID)}})
		})
	})
	return revision, err
}
