package sandbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// BenchmarkParse is a whole parse worker: start, cage, engine, tree, exit.
func BenchmarkParse(b *testing.B) {
	r := sandboxtest.Runner(b)
	for b.Loop() {
		_, err := r.Parse(b.Context(), "SELECT district, count(*) FROM persons GROUP BY district")
		require.NoError(b, err)
	}
}

// BenchmarkRun is a whole run worker with one small snapshot and one row.
func BenchmarkRun(b *testing.B) {
	for _, level := range []string{"full", "floor"} {
		b.Run(level, func(b *testing.B) {
			r := sandboxtest.Runner(b, func(c *sandbox.Config) { c.Level = level })
			spec := one(numbers(b, r, 1000), `SELECT sum(x) FROM d.main.data`, 0)
			for b.Loop() {
				_, err := r.Run(b.Context(), spec)
				require.NoError(b, err)
			}
		})
	}
}
