package paid_test

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave/budget"
	"yumen/enclave/noise"
	"yumen/enclave/paid"
	"yumen/internal/metastore"
	"yumen/internal/metastore/sqlite"
)

// BenchmarkReserve is what a question of so many cells does in the transaction that accepts it, from the beginning of the transaction until it is durable:
// names and account are read, the charge is applied, and both are written. The group was charged for 100,000 cells before.
func BenchmarkReserve(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	s := open(b, filepath.Join(b.TempDir(), "zone.db"))
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	book := paid.NewBook(kind)
	all := some(random, 100_000)
	charged := func(group string, each int) {
		for names := range slices.Chunk(all, each) {
			reserve(b, s, book, group, names)
		}
	}
	charged("group_a", 500)
	for _, n := range []int{1, 10, 100, 5_000} {
		b.Run(fmt.Sprintf("%d cells that were charged before", n), func(b *testing.B) {
			measured(b, func() []noise.Name { at := random.IntN(len(all) - n); return all[at : at+n] }, func(asked []noise.Name) { reserve(b, s, book, "group_a", asked) })
		})
	}
	b.Run("the first question after a restart", func(b *testing.B) {
		measured(b, func() []noise.Name { return all[:10] }, func(asked []noise.Name) { reserve(b, s, paid.NewBook(kind), "group_a", asked) })
	})
	for _, n := range []int{1, 10, 100, 5_000} {
		b.Run(fmt.Sprintf("%d new cells", n), func(b *testing.B) {
			group := 0
			another := func() []noise.Name { // one that was charged for so many, not for those of the turns before
				group++
				charged(fmt.Sprint("group_", n, "_", group), 10_000)
				reserve(b, s, book, fmt.Sprint("group_", n, "_", group), all[:1])
				return some(random, n)
			}
			measured(b, another, func(fresh []noise.Name) { reserve(b, s, book, fmt.Sprint("group_", n, "_", group), fresh) })
		})
	}
}

// measured reports the median of wall time and of processor time, which other work on the machine does not lengthen.
func measured(b *testing.B, names func() []noise.Name, do func([]noise.Name)) {
	var wall, cpu []time.Duration
	for b.Loop() {
		n := names()
		start, used := time.Now(), processor(b)
		do(n)
		wall, cpu = append(wall, time.Since(start)), append(cpu, processor(b)-used)
	}
	for unit, all := range map[string][]time.Duration{"wall-ms": wall, "processor-ms": cpu} {
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, unit)
	}
}

// processor is the time that the processor has worked for this process.
func processor(b *testing.B) time.Duration {
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// reserve charges a group for a column.
func reserve(b *testing.B, s *sqlite.Store, book *paid.Book, group string, names []noise.Name) {
	b.Helper()
	scale, err := noise.NewScale(big.NewRat(10, 1), 1)
	require.NoError(b, err)
	rules := budget.Rules{{Grade: 2, Sigma: big.NewRat(10, 1), Month: 1 << 30, Year: 1 << 30}}
	event := budget.Event{Kind: budget.Charging, Day: 20000, Grade: 2, Columns: []budget.Column{{Names: names, Scale: scale, Units: 1, Touched: 1}}}
	require.NoError(b, s.Update(b.Context(), func(tx *sqlite.Tx) error {
		set, err := book.Read(tx, group)
		require.NoError(b, err)
		account, rec := budget.Account{}, metastore.Record{ID: group}
		if stored, err := tx.Get("budget", group); !errors.Is(err, metastore.ErrNotFound) {
			require.NoError(b, err)
			rec = stored
			account, err = budget.Decode(rec.Doc)
			require.NoError(b, err)
		}
		event.Known = set.Has
		after, outcome, err := account.Apply(rules, event)
		require.NoError(b, err)
		rec.Doc, err = after.Encode()
		require.NoError(b, err)
		require.NoError(b, tx.Put("budget", rec))
		return set.Add(tx, 7, outcome.Fresh)
	}))
}
