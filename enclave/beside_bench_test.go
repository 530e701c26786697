package enclave_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/policy"
)

// switched decides as the gateway does, or evaluates every question.
type switched struct {
	enclave.Decider
	plain    *policy.Candidate
	evaluate bool
}

// Decide decides.
func (s *switched) Decide(ctx context.Context, in policy.Input) (policy.Decision, error) {
	if s.evaluate {
		return s.plain.Decide(ctx, in)
	}
	return s.Decider.Decide(ctx, in)
}

// crowd copies the zone's one grant into the store until there are n more, of a thousand organizations.
func crowd(b *testing.B, z *enclavetest.Zone, n int) {
	model := z.Records(b, "grant")[0]
	require.True(b, json.Valid(model.Doc))
	for from := 0; from < n; from += 5000 {
		require.NoError(b, z.Store.Update(b.Context(), func(tx enclave.Tx) error {
			for i := from; i < from+5000; i++ {
				r := model
				r.ID, r.Version, r.Owner = catalog.NewID(catalog.PrefixGrant), 0, fmt.Sprintf("other%d", i%1000)
				if err := tx.Put("grant", r); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// BenchmarkBesideOthers asks for the same decision in a zone of two datasets and one grant, and in one that also holds 10,000 datasets
// and 100,000 grants, in turns: the whole check of a statement; and what is read and decided again when a run's turn has come, as it is
// and with every decision evaluated.
func BenchmarkBesideOthers(b *testing.B) {
	var zones [2]*enclavetest.Zone
	var again [2]map[string]func() error
	for i := range zones {
		z := enclavetest.New(b, func(c *enclave.Config) {
			plain, err := c.Engine.Prepare(c.Engine.Files())
			require.NoError(b, err)
			c.Decider = &switched{Decider: c.Decider, plain: plain}
		})
		zones[i] = z
		bank := enclavetest.As("analyst_a")
		in := api.RunRequest{Grant: z.Grant(b, bank), SQL: "SELECT city, count(*) FROM clients GROUP BY city"}
		if i == 1 {
			fill(b, z, 10_000)
			crowd(b, z, 100_000)
		}
		turn, err := enclave.Judged(b.Context(), z.Service, bank, in)
		require.NoError(b, err)
		decider := z.Config.Decider.(*switched)
		again[i] = map[string]func() error{
			"check":          func() error { _, err := z.Service.Check(b.Context(), bank, in); return err },
			"turn":           func() error { decider.evaluate = false; return turn() },
			"turn-evaluated": func() error { decider.evaluate = true; return turn() },
		}
	}
	took := [2]map[string][]float64{{}, {}}
	for b.Loop() {
		for _, what := range []string{"check", "turn", "turn-evaluated"} {
			for i := range zones {
				start := time.Now()
				require.NoError(b, again[i][what]())
				took[i][what] = append(took[i][what], float64(time.Since(start).Nanoseconds())/1000)
			}
		}
	}
	for what := range took[0] {
		slices.Sort(took[0][what])
		slices.Sort(took[1][what])
		few, many := took[0][what][len(took[0][what])/2], took[1][what][len(took[1][what])/2]
		b.ReportMetric(few, what+"-few-µs")
		b.ReportMetric(many, what+"-many-µs")
		b.ReportMetric(many/few, what+"-ratio")
	}
}
