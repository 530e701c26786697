package telemetry

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"yumen/enclave"
	"yumen/policy"
)

// Decider wraps a decision point.
func (t *Telemetry) Decider(d enclave.Decider) enclave.Decider { return decider{d, t} }

type decider struct {
	enclave.Decider
	t *Telemetry
}

// Decide decides, and measures it outside runs.
func (d decider) Decide(ctx context.Context, in policy.Input) (policy.Decision, error) {
	if enclave.Inside(ctx) {
		return d.Decider.Decide(ctx, in)
	}
	start := time.Now()
	action := string(in.Action())
	ctx, end := d.t.step(ctx, "policy.decide", attribute.String("yumen.action", action))
	out, err := d.Decider.Decide(ctx, in)
	end(err)
	verdict := "refused"
	switch {
	case err != nil:
		verdict = outcome(err)
	case out.Allow:
		verdict = "allowed"
	}
	d.t.m.decisions.WithLabelValues(action, verdict).Inc()
	d.t.m.decideTime.WithLabelValues(action).Observe(time.Since(start).Seconds())
	return out, err
}
