package paid_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/noise"
	"yumen/enclave/paid"
	"yumen/internal/metastore"
	"yumen/internal/metastore/sqlite"
)

const kind = "charged"

func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
	require.NoError(t, err)
	return s
}

// some are names: numbers are their meaning, spread as a keyed digest spreads them.
func some(random *rand.Rand, n int) []noise.Name {
	out := make([]noise.Name, n)
	for i := range out {
		for j := range out[i] {
			out[i][j] = byte(random.UintN(256))
		}
	}
	return out
}

// Against a plain set: whatever was added is known to the group that added it and to no other, also in the transaction after, and after a restart.
func TestExactlyWhatWasAddedIsKnown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zone.db")
	random := rand.New(rand.NewPCG(1, 2))
	pool := some(random, 400)
	for i := range 100 { // neighbours in one document
		pool[i+100] = pool[i]
		pool[i+100][31] ^= 1
	}
	model := map[string]map[noise.Name]bool{"group_a": {}, "group_b": {}}
	for round := range 40 {
		s := open(t, path)
		group := []string{"group_a", "group_b"}[round%2]
		var asked []noise.Name
		for range random.IntN(60) {
			asked = append(asked, pool[random.IntN(len(pool))]) // some twice
		}
		require.NoError(t, s.Update(t.Context(), func(tx *sqlite.Tx) error {
			set, err := paid.Read(tx, kind, group, asked)
			if err != nil {
				return err
			}
			for _, n := range asked {
				require.Equal(t, model[group][n], set.Has(n))
			}
			return set.Add(tx, 7, asked)
		}))
		for _, n := range asked {
			model[group][n] = true
		}
		for of, want := range model {
			require.NoError(t, s.View(t.Context(), func(tx *sqlite.Tx) error {
				set, err := paid.Read(tx, kind, of, pool)
				for _, n := range pool {
					require.Equal(t, want[n], set.Has(n))
				}
				return err
			}))
		}
		require.NoError(t, s.Close())
	}
}

// A name that was not read for is neither known nor added.
func TestWhatWasNotReadIsNotKnown(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "zone.db"))
	defer func() { require.NoError(t, s.Close()) }()
	a, b := noise.Name{1}, noise.Name{2}
	require.NoError(t, s.Update(t.Context(), func(tx *sqlite.Tx) error {
		set, err := paid.Read(tx, kind, "group_a", []noise.Name{a})
		require.NoError(t, err)
		require.False(t, set.Has(b))
		require.ErrorIs(t, set.Add(tx, 7, []noise.Name{b}), paid.ErrStored)
		return nil
	}))
}

// A document with anything else than names of its place, in order and each once, answers nothing.
func TestDamagedNamesAreRefused(t *testing.T) {
	name := func(bytes ...byte) []byte { n := noise.Name{}; copy(n[:], bytes); return n[:] }
	joined := func(parts ...[]byte) (out []byte) {
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	for what, doc := range map[string]any{
		"another place": map[string]any{"names": name(2)},
		"half a name":   map[string]any{"names": name(1)[:31]},
		"out of order":  map[string]any{"names": joined(name(1, 2), name(1, 1))},
		"one twice":     map[string]any{"names": joined(name(1), name(1))},
		"no bytes":      map[string]any{"names": 7},
		"a list":        []int{1},
	} {
		s := open(t, filepath.Join(t.TempDir(), "zone.db"))
		raw, err := json.Marshal(doc)
		require.NoError(t, err)
		require.NoError(t, s.Update(t.Context(), func(tx *sqlite.Tx) error {
			return tx.Put(kind, metastore.Record{ID: "group_a/004", Owner: "group_a", Doc: raw})
		}))
		require.NoError(t, s.View(t.Context(), func(tx *sqlite.Tx) error {
			_, err := paid.Read(tx, kind, "group_a", []noise.Name{{1}})
			require.ErrorIs(t, err, paid.ErrStored, what)
			return nil
		}))
		require.NoError(t, s.Close())
	}
}

// BenchmarkLookup looks cells up, and adds them, among 100,000 that a group was charged for.
func BenchmarkLookup(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	s := open(b, filepath.Join(b.TempDir(), "zone.db"))
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	all := some(random, 100_000)
	add := func(names []noise.Name) {
		require.NoError(b, s.Update(b.Context(), func(tx *sqlite.Tx) error {
			set, err := paid.Read(tx, kind, "group_a", names)
			require.NoError(b, err)
			return set.Add(tx, 7, names)
		}))
	}
	add(all)
	for _, n := range []int{1, 10, 100, 5_000} {
		b.Run(fmt.Sprintf("%d cells looked up", n), func(b *testing.B) {
			for b.Loop() {
				at := random.IntN(len(all) - n)
				require.NoError(b, s.View(b.Context(), func(tx *sqlite.Tx) error {
					set, err := paid.Read(tx, kind, "group_a", all[at:at+n])
					for _, name := range all[at : at+n] {
						if err == nil && !set.Has(name) {
							b.Fatal("not known")
						}
					}
					return err
				}))
			}
		})
	}
	for _, n := range []int{10, 5_000} {
		b.Run(fmt.Sprintf("%d cells added", n), func(b *testing.B) {
			for b.Loop() {
				add(some(random, n))
			}
		})
	}
}
