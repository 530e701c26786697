package enclave_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/sandbox"
)

// spy notes whether a job belongs to the part of a run that touches data.
type spy struct {
	enclave.Runner
	inside map[string]bool
}

func (s *spy) Parse(ctx context.Context, sql string) ([]byte, error) {
	s.inside["parse"] = enclave.Inside(ctx)
	return s.Runner.Parse(ctx, sql)
}

func (s *spy) Run(ctx context.Context, spec sandbox.RunSpec) ([][]sandbox.Row, error) {
	s.inside["run"] = enclave.Inside(ctx)
	return s.Runner.Run(ctx, spec)
}

func (s *spy) Post(ctx context.Context, spec sandbox.PostSpec) (*sandbox.PostResult, error) {
	s.inside["post"] = enclave.Inside(ctx)
	return s.Runner.Post(ctx, spec)
}

// Whoever measures the gateway can tell what it must not measure.
func TestInsideARun(t *testing.T) {
	s := &spy{inside: map[string]bool{}}
	z := enclavetest.New(t, func(c *enclave.Config) { s.Runner, c.Runner = c.Runner, s })
	a := enclavetest.As("analyst_a")
	require.Equal(t, "released", z.Ask(t, a, z.Grant(t, a), "SELECT city, count(*) AS n FROM clients GROUP BY city").State)
	require.Equal(t, map[string]bool{"parse": false, "run": true, "post": true}, s.inside)
}

// Figures follow what is visible, and count each state once.
func TestFiguresFollowWhatIsVisible(t *testing.T) {
	z := enclavetest.New(t)
	a := enclavetest.As("analyst_a")
	figures := func() enclave.Figures {
		f, err := z.Service.Figures(t.Context())
		require.NoError(t, err)
		return f
	}
	run, err := z.Service.Submit(t.Context(), a, api.RunRequest{Grant: z.Grant(t, a), SQL: "SELECT heard, count(*) AS n FROM cases GROUP BY heard"}, "")
	require.NoError(t, err)
	z.Executed(t, run.Run)
	require.Equal(t, map[string]int64{"running": 1}, figures().Open, "its tick has not come")
	require.Equal(t, map[string]int64{"running": 1}, figures().Entered)
	require.Zero(t, figures().CacheBytes, "what is in memory tells when a run began")
	require.Equal(t, "in_review", z.See(t, a, run.Run).State)
	require.Equal(t, map[string]int64{"in_review": 1}, figures().Open)
	require.Positive(t, figures().CacheBytes)
	_, err = z.Service.Withdraw(t.Context(), a, run.Run)
	require.NoError(t, err)
	require.Empty(t, figures().Open)
	require.Equal(t, map[string]int64{"running": 1, "in_review": 1, "withdrawn": 1}, figures().Entered)
}
