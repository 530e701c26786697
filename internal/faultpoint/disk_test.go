package faultpoint_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/faultpoint"
)

// A disk that does not sync any more, from one moment of an act on: the gateway tells nobody that something was done and does nothing
// more. Killed and started over a disk that works, the zone is whole, and the act was wholly done or wholly not.
func TestDiskThatDoesNotSync(t *testing.T) {
	m := shared(t)
	for _, c := range []struct {
		point faultpoint.Point
		act   string
	}{
		{"load.received", "load"},
		{"written:snapshot.load", "load"},
		{"written:query.run", "ask"},
		{"run.judged", "ask"},
		{"written:query.reserve", "ask"},
		{"run.posted", "ask"},
		{"written:release.issue", "ask"},
		{"written:release.issue", "approve and issue"},
		{"written:review.vote", "reject a request"},
		{"written:query.resubmit", "send a request again"},
		{"written:query.withdraw", "withdraw a request"},
		{"committed:query.withdraw", "withdraw a request"},
		{"written:release.collect", "collect"},
		{"written:account.apply", "declare an account"},
	} {
		for _, beside := range []bool{false, true} { // another act is tried before the kill
			if beside && !thorough {
				continue
			}
			t.Run(fmt.Sprintf("%s, %s, %v", c.point, c.act, beside), func(t *testing.T) {
				t.Parallel()
				s := newStage(t, m)
				a := acts[c.act]
				s.mustStart()
				do := a.ready(s)
				before := s.count(a.counts)
				s.arm(c.point, 1, "fsync")
				status := do()
				s.hit()
				if c.point != "committed:query.withdraw" {
					require.True(t, status == 0 || status >= 500, "it was said to be done: %d", status)
				}
				if beside {
					status, _ = s.call("admin", "POST", "/v1/apply", map[string]string{"documents": organizationYAML})
					require.GreaterOrEqual(t, status, 500, "nothing can be done any more")
				}
				require.NoError(t, s.cmd.Process.Kill())
				_ = s.end()
				s.mustStart()
				s.stop()
				s.mustStart()
				require.LessOrEqual(t, s.count(a.counts)-before, 1)
				do()
				require.LessOrEqual(t, s.count(a.counts)-before, 2)
				s.stop()
			})
		}
	}
}
