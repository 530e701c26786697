package enclave_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/sandbox"
)

// stuck is a runner whose runs end when they are told to, and say when that was.
type stuck struct {
	enclave.Runner
	begun, ended chan time.Time
}

func (s stuck) Run(ctx context.Context, _ sandbox.RunSpec) ([][]sandbox.Row, error) {
	s.begun <- time.Now()
	<-ctx.Done()
	s.ended <- time.Now()
	return nil, ctx.Err()
}

// BenchmarkEndedRuns is the time from the call that ends a run to the moment at which its worker is killed: the record with its entry is
// durable before. What the kill takes then is BenchmarkKill of package sandbox.
func BenchmarkEndedRuns(b *testing.B) {
	for name, end := range map[string]func(z *enclavetest.Zone, grant string) (back func()){
		"freeze": func(z *enclavetest.Zone, _ string) func() {
			require.NoError(b, freeze(z, "admin", "runs", ""))
			return func() {
				require.NoError(b, unfreeze(z, "admin", "runs", "", "lift_pending"))
				require.NoError(b, unfreeze(z, "security", "runs", "", "lifted"))
			}
		},
		"suspend": func(z *enclavetest.Zone, grant string) func() {
			_, err := z.Service.SuspendGrant(context.Background(), enclavetest.As("steward"), grant, api.GrantAct{Reason: "benchmark"})
			require.NoError(b, err)
			return func() {
				_, err := z.Service.ResumeGrant(context.Background(), enclavetest.As("steward"), grant, api.GrantAct{Reason: "benchmark"})
				require.NoError(b, err)
			}
		},
	} {
		b.Run(name, func(b *testing.B) {
			s := stuck{begun: make(chan time.Time, 1), ended: make(chan time.Time, 1)}
			z := enclavetest.New(b, func(c *enclave.Config) {
				s.Runner = c.Runner
				c.Runner, c.Log = s, slog.New(slog.DiscardHandler)
			})
			p, grant := z.Bank(b)
			var took []time.Duration
			for b.Loop() {
				_, err := z.Service.Submit(context.Background(), p, api.RunRequest{Grant: grant, SQL: north}, "")
				require.NoError(b, err)
				<-s.begun
				start := time.Now()
				back := end(z, grant)
				took = append(took, (<-s.ended).Sub(start))
				back()
			}
			slices.Sort(took)
			for _, percent := range []int{50, 90, 100} {
				b.ReportMetric(float64(took[(len(took)-1)*percent/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", percent))
			}
		})
	}
}
