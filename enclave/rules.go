package enclave

import (
	"fmt"
	"io"
	"time"

	"yumen/catalog/footprint"
	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
	"yumen/policy"
)

// rulesOf are the obligations of the policy as disclosure control applies them. Complement and sensitive distances use the
// strictest of the three thresholds, so that none is judged looser than the policy asks.
func rulesOf(r *policy.RunRules) disclosure.Rules {
	out := disclosure.Rules{K: int64(max(r.K, r.Complement, r.Sensitive)), JitterMax: int64(r.Jitter), P: int64(r.P),
		Homogeneity: r.Homogeneity > 0, HomogeneityShare: int64(r.Homogeneity), RoundCounts: int64(r.Round)}
	for _, d := range r.Dominance {
		out.Dominance = append(out.Dominance, disclosure.Dominance{N: d.N, Percent: int64(d.Percent)})
	}
	return out
}

// scope is the grant's row scope in the form that plans use.
func (a *asked) scope() compile.Scope {
	if a.shown != nil {
		return compile.ScopeOf(*a.shown)
	}
	return compile.ScopeOf(a.view())
}

// methods lists what an application asks for when it names no method.
func methods() []string {
	return []string{footprint.MethodCount, footprint.MethodDistinct, footprint.MethodSum, footprint.MethodAvg, footprint.MethodStddev}
}

func (s *Service) runTime() time.Duration { return time.Duration(s.limits.RunSeconds) * time.Second }

// maxOutcome bounds a decrypted outcome.
const maxOutcome = 64 << 20

func readAll(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxOutcome+1))
	if err == nil && len(b) > maxOutcome {
		err = fmt.Errorf("over %d bytes", maxOutcome)
	}
	return b, err
}
