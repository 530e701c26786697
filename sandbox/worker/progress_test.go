package worker_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
	"yumen/sandbox/worker"
)

// The parts of the work share the way by what they and the rest cost; what is said only grows, and stays below a hundred.
func TestProgressInParts(t *testing.T) {
	p := worker.NewProgress()
	p.Begin(1, 3) // a quarter
	p.Reach(1, 2)
	p.Reach(1, 4) // less than before
	p.Reach(9, 4) // more than there is
	p.Begin(0, 0) // costs nothing
	p.Begin(2, 1) // half of all
	p.Reach(1, 2)
	p.Begin(1, 0)
	p.Reach(0, 0)
	p.Reach(5, 5)
	require.Equal(t, []int{12, 25, 50, 75}, p.Told(t))
}

// Every kind of table says more than once how far its stage is, also one without entities, and keeps all its rows.
func TestProgressOfAnyTable(t *testing.T) {
	const rows = 300_000
	csv, spec := contributions(rows)
	for i := range spec.Columns {
		spec.Columns[i].Roles = spec.Columns[6].Roles
	}
	spec.Entities, spec.Public = nil, true
	var told []int
	report, err := sandboxtest.Runner(t).Ingest(t.Context(), sandbox.IngestSpec{Declaration: spec, Source: sandboxtest.Seal(t, csv), Query: io.Discard,
		Identity: io.Discard, Progress: func(p int) { told = append(told, p) }})
	require.NoError(t, err)
	require.EqualValues(t, rows, report.Rows)
	require.Greater(t, len(told), 10)
	require.IsIncreasing(t, told)
}
