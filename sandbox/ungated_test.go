package sandbox_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"yumen/sandbox"
)

// TestCageAroundAnEngineThatObeys lets an engine without a gate and without its own settings do what a text says: the cage alone stops it, and
// each of its layers that is said to.
func TestCageAroundAnEngineThatObeys(t *testing.T) {
	o := newOutside(t)
	w := &weakened{t: t, worker: program(t, "ungated", "-tags=duckdb_arrow", "-ldflags=-s -w"), runners: map[uint64]*sandbox.Runner{}}
	if r, err := sandbox.Weakened(sandbox.Config{Worker: w.worker}, 0); err != nil {
		t.Skip("the host does not allow the full cage")
	} else {
		r.Close()
	}
	for _, c := range []struct {
		sql, done string
		by        []string
	}{
		{"SELECT content FROM read_text('DIR/secret')", string(outsideSecret), by(root, landlock)},
		{"SELECT count(*) FROM glob('DIR/secre*')", "1", by(root, landlock)},
		{"SELECT count(*) > 0 FROM read_csv('/etc/passwd', sep = ':', header = false)", "true", by(root, landlock)},
		{"COPY (SELECT 'x' AS a) TO 'DIR/x'; SELECT 'written'", "written", by(root, landlock, limits, calls)},
		{"ATTACH 'DIR/x' AS x; CREATE TABLE x.t AS SELECT 1 AS a; DETACH x; SELECT 'written'", "written", by(root, landlock, limits, calls)},
	} {
		try := func(off []string) string {
			o.tidy(t)
			got, err := w.without(off).Loose(soon(t), fileWithout(t, nil), sandbox.Statement{SQL: strings.ReplaceAll(c.sql, "DIR", o.Dir)})
			if err != nil {
				require.ErrorIs(t, err, sandbox.ErrExecution)
			}
			return got
		}
		assert.Equal(t, c.done, try(c.by), "%s without %v", c.sql, c.by)
		for i, l := range c.by {
			off := slices.Delete(slices.Clone(c.by), i, i+1)
			assert.NotEqual(t, c.done, try(off), "%s with %s and without %v", c.sql, l, off)
		}
		assert.NotEqual(t, c.done, try(nil), "%s in the whole cage", c.sql)
	}
}
