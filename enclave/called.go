package enclave

import (
	"errors"

	"yumen/catalog"
	"yumen/enclave/compile"
	"yumen/internal/metastore"
	"yumen/policy"
)

// called is the computation that a question calls, as it stands, with the values that it is called with.
type called struct {
	name   string
	state  string
	c      computationRecord
	chosen instance
	proof  *certificateRecord // the newest certificate, if it passed, is of this version and under the policy in force
	stale  []outdated         // what is another since the newest certificate that passed
	// certificate names it once it is known to cover the question.
	certificate string
}

// readComputation finds the computation that a question names. One of another institution does not exist.
func (a *asked) readComputation(tx Tx) error {
	if a.in.Computation == "" {
		return nil
	}
	c, rec, err := load[computationRecord](tx, recComputation, a.in.Computation)
	if errors.Is(err, metastore.ErrNotFound) || err == nil && rec.Owner != a.by.Organization {
		return &catalog.Refusal{Code: catalog.CodeComputationNotApproved, Position: -1, Articles: []string{"BJ-FIN-22b"},
			Message: catalog.Text{Zh: "没有这个计算，或者它不属于贵单位", En: "there is no such computation, or it is not your organization's"},
			Remedy:  catalog.Text{Zh: "用 yumen get Computation 查看，或用 yumen apply 声明后提交审批", En: "see yumen get Computation, or declare it with yumen apply and have it approved"}}
	}
	if err != nil {
		return err
	}
	k := &called{name: rec.ID, state: rec.State, c: c}
	if k.chosen, err = c.choose(a.in.Params); err != nil {
		return err
	}
	a.in.SQL, a.computed = c.Spec.SQL, k
	if c.Certificate == "" {
		return nil
	}
	v, at, err := load[certificateRecord](tx, recCertificate, c.Certificate)
	if err == nil && at.State == certificateFailed && v.Told != nil {
		k.stale, err = v.Told.outdated(tx, c.Version.Digest, a.policy)
	}
	if err != nil || at.State != certificatePassed {
		return err
	}
	if v.Digest == c.Version.Digest && v.Policy == a.policy {
		k.proof = &v
	}
	k.stale, err = v.outdated(tx, c.Version.Digest, a.policy)
	return err
}

// instance is the combination of parameters that is asked about; a statement of the caller's own has none.
func (a *asked) instance() instance {
	if a.computed == nil {
		return instance{}
	}
	return a.computed.chosen
}

// coverage finds out whether the computation's certificate fixed every cell that the plan asks for, on the data that it would read.
func (a *asked) coverage(plan *compile.Plan) error {
	if a.computed == nil || a.computed.proof == nil || plan == nil {
		return nil
	}
	for _, part := range plan.Parts() {
		whole, err := a.computed.proof.covers(part.Families(a.contents(), a.scope()))
		if err != nil || !whole {
			return err
		}
	}
	a.computed.certificate = a.computed.c.Certificate
	return nil
}

// certificate is the one that the question is answered by, empty when there is none.
func (a *asked) certificate() string {
	if a.computed == nil {
		return ""
	}
	return a.computed.certificate
}

// facts are what the policy is told of the call.
func (k *called) facts() *policy.Computation {
	if k == nil {
		return nil
	}
	return k.c.facts(k.name, k.state, k.c.Version.Digest, k.certificate != "")
}

// facts are what the policy is told of a version of a computation, as it stands now.
func (c *computationRecord) facts(name, state string, digest catalog.Digest, certified bool) *policy.Computation {
	out := &policy.Computation{Name: name, State: policy.State(state), Digest: digest, Certified: certified}
	if c.Approved != nil {
		out.Approved, out.Approver = c.Approved.Digest, c.Approved.Person
	}
	return out
}

// ran is what a run records of the computation that it is of.
func (a *asked) ran() *ranComputation {
	if a.computed == nil {
		return nil
	}
	k := a.computed
	out := &ranComputation{Name: k.name, Digest: k.c.Version.Digest, Params: k.chosen.pairs, Certificate: k.certificate}
	if k.c.Approved != nil {
		out.Approver = k.c.Approved.Person
	}
	return out
}

// facts are what the policy is told of a run's computation when it is to leave: as it stands now, with the certificate of then.
func (r *ranComputation) facts(tx Tx) (*policy.Computation, error) {
	if r == nil {
		return nil, nil
	}
	c, rec, err := load[computationRecord](tx, recComputation, r.Name)
	if errors.Is(err, metastore.ErrNotFound) {
		return &policy.Computation{Name: r.Name, State: policy.StateNone, Digest: r.Digest}, nil
	}
	if err != nil {
		return nil, err
	}
	return c.facts(r.Name, rec.State, r.Digest, r.Certificate != ""), nil
}

// approver is the person who approved it, empty for a statement of the caller's own.
func (r *ranComputation) approver() string {
	if r == nil {
		return ""
	}
	return r.Approver
}

// notCertified refuses a computation whose certificate does not cover what it would read any more.
func notCertified() *catalog.Refusal {
	return &catalog.Refusal{Code: catalog.CodeComputationNotApproved, Position: -1, Articles: []string{"BJ-OPS-27d"},
		Message: catalog.Text{Zh: "该计算没有对当前数据有效的认证", En: "no certificate of the computation covers the data as they stand"},
		Remedy:  catalog.Text{Zh: "请出域审核员重新认证：yumen computation certify", En: "have an egress reviewer certify it again: yumen computation certify"}}
}
