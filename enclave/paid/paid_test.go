package paid_test

import (
	"errors"
	"maps"
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

// Against a plain set: whatever was added is known to the group that added it and to no other, also in the transaction after, beside others, when
// transactions do not take effect, and after a restart.
func TestExactlyWhatWasAddedIsKnown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zone.db")
	random := rand.New(rand.NewPCG(1, 2))
	pool := some(random, 400)
	for i := range 100 { // alike at the beginning
		pool[i+100] = pool[i]
		pool[i+100][15] ^= 1
	}
	model := map[string]map[noise.Name]bool{"group_a": {}, "group_b": {}}
	var s *sqlite.Store
	var books []*paid.Book // two gateways
	for round := range 120 {
		if round%10 == 0 {
			if s != nil {
				require.NoError(t, s.Close())
			}
			s, books = open(t, path), []*paid.Book{paid.NewBook(kind), paid.NewBook(kind)}
		}
		group, book := []string{"group_a", "group_b"}[random.IntN(2)], books[random.IntN(2)]
		var asked []noise.Name
		for range random.IntN(60) {
			asked = append(asked, pool[random.IntN(len(pool))]) // some twice
		}
		if charge(t, s, book, group, asked, model[group], random.IntN(3) == 0) {
			for _, n := range asked {
				model[group][n] = true
			}
		}
		for of, want := range model {
			requireKnown(t, s, books[random.IntN(2)], of, pool, want)
		}
	}
	require.NoError(t, s.Close())
}

// charge asks and adds, in a transaction that may not take effect; it reports whether it did.
func charge(t *testing.T, s *sqlite.Store, book *paid.Book, group string, asked []noise.Name, known map[noise.Name]bool, fails bool) bool {
	t.Helper()
	rolledBack := errors.New("rolled back")
	err := s.Update(t.Context(), func(tx *sqlite.Tx) error {
		set, err := book.Read(tx, group)
		require.NoError(t, err)
		for _, n := range asked {
			require.Equal(t, known[n], set.Has(n))
		}
		require.NoError(t, set.Add(tx, 7, asked))
		if !fails {
			return nil
		}
		again, err := book.Read(tx, group) // what is not to be, as it is seen inside
		require.NoError(t, err)
		for _, n := range asked {
			require.True(t, again.Has(n))
		}
		return rolledBack
	})
	if fails {
		require.ErrorIs(t, err, rolledBack)
		return false
	}
	require.NoError(t, err)
	return true
}

func requireKnown(t *testing.T, s *sqlite.Store, book *paid.Book, group string, pool []noise.Name, want map[noise.Name]bool) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), func(tx *sqlite.Tx) error {
		set, err := book.Read(tx, group)
		require.NoError(t, err)
		for _, n := range pool {
			require.Equal(t, want[n], set.Has(n))
		}
		return nil
	}))
}

// A transaction sees what was there when it began, whatever a later one of the same process has read and added meanwhile.
func TestATransactionSeesItsOwnTime(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "zone.db"))
	defer func() { require.NoError(t, s.Close()) }()
	book, a, b := paid.NewBook(kind), noise.Name{1}, noise.Name{2}
	charge(t, s, book, "group_a", []noise.Name{a}, nil, false)
	both := map[noise.Name]bool{a: true, b: true}
	require.NoError(t, s.View(t.Context(), func(tx *sqlite.Tx) error {
		before, err := book.Read(tx, "group_a")
		require.NoError(t, err)
		require.True(t, before.Has(a))
		charge(t, s, book, "group_a", []noise.Name{b}, nil, false)
		requireKnown(t, s, book, "group_a", []noise.Name{a, b}, both)
		require.True(t, before.Has(a))
		require.False(t, before.Has(b))
		again, err := book.Read(tx, "group_a")
		require.NoError(t, err)
		require.True(t, again.Has(a))
		require.False(t, again.Has(b))
		return nil
	}))
	requireKnown(t, s, book, "group_a", []noise.Name{a, b}, both)
}

// Of two that read the same and both add, one is told of a conflict: nothing is lost, and nothing is charged by half.
func TestParallelChargesConflict(t *testing.T) {
	store := records{}
	for range 2 {
		book := paid.NewBook(kind)
		first, err := book.Read(store, "group_a")
		require.NoError(t, err)
		second, err := book.Read(store, "group_a")
		require.NoError(t, err)
		require.NoError(t, first.Add(store, 7, some(rand.New(rand.NewPCG(1, 2)), 1+len(store))))
		require.ErrorIs(t, second.Add(store, 7, []noise.Name{{2}}), metastore.ErrConflict)
	}
}

// A copy of the store that is put back is answered by what it holds, not by what a process has read of a later one: names that were charged after the
// copy was made are not known, also when as many others were charged since.
func TestAnEarlierStoreIsNotAnsweredFromMemory(t *testing.T) {
	store, book, gateway := records{}, paid.NewBook(kind), paid.NewBook(kind)
	add := func(b *paid.Book, n noise.Name) {
		set, err := b.Read(store, "group_a")
		require.NoError(t, err)
		require.NoError(t, set.Add(store, 7, []noise.Name{n}))
	}
	has := func(n noise.Name) bool {
		set, err := book.Read(store, "group_a")
		require.NoError(t, err)
		return set.Has(n)
	}
	a, b, c := noise.Name{1}, noise.Name{2}, noise.Name{3}
	add(book, a)
	copied := maps.Clone(store)
	add(book, b)
	require.True(t, has(b))
	clear(store)
	maps.Copy(store, copied)
	require.True(t, has(a))
	require.False(t, has(b))
	add(book, b)
	require.True(t, has(b))
	clear(store)
	maps.Copy(store, copied)
	add(gateway, c)
	require.True(t, has(c))
	require.False(t, has(b), "as many parts, and others")
}

// What is stored and is not what was added answers nothing.
func TestDamagedNamesAreRefused(t *testing.T) {
	intact := func() records {
		store := records{}
		for _, n := range []noise.Name{{1}, {2}} {
			set, err := paid.NewBook(kind).Read(store, "group_a")
			require.NoError(t, err)
			require.NoError(t, set.Add(store, 7, []noise.Name{n}))
		}
		return store
	}
	name := func(b byte) []byte { return append([]byte{b}, make([]byte, 15)...) }
	first, second := "group_a/part00000001", "group_a/part00000002"
	for what, spoil := range map[string]func(records){
		"another name":     func(r records) { r.doc(first, map[string]any{"names": name(3)}) },
		"half a name":      func(r records) { r.doc(second, map[string]any{"names": name(2)[:15]}) },
		"one name more":    func(r records) { r.doc(second, map[string]any{"names": append(name(2), name(3)...)}) },
		"no bytes":         func(r records) { r.doc(second, map[string]any{"names": 7}) },
		"a list":           func(r records) { r.doc(second, []int{1}) },
		"a part is gone":   func(r records) { delete(r, first) },
		"the head is gone": func(r records) { delete(r, "group_a/head") },
		"fewer parts":      func(r records) { r.head("parts", 1) },
		"more parts":       func(r records) { r.head("parts", 3) },
		"no parts":         func(r records) { r.head("parts", 0) },
		"another digest":   func(r records) { r.head("digest", make([]byte, 32)) },
		"half a digest":    func(r records) { r.head("digest", make([]byte, 16)) },
		"another group's": func(r records) {
			rec := r[first]
			rec.Owner = "group_b"
			r[first] = rec
		},
	} {
		store := intact()
		spoil(store)
		_, err := paid.NewBook(kind).Read(store, "group_a")
		require.ErrorIs(t, err, paid.ErrStored, what)
	}
	_, err := paid.NewBook(kind).Read(intact(), "group_a")
	require.NoError(t, err)
}

// Parts whose head is gone are no beginning: somebody took it away.
func TestPartsWithoutAHead(t *testing.T) {
	store := records{}
	store.doc("group_a/part00000001", map[string]any{"names": make([]byte, 16)})
	_, err := paid.NewBook(kind).Read(store, "group_a")
	require.ErrorIs(t, err, paid.ErrStored)
}

// No record grows without end: a question of very many cells is kept in several.
func TestPartsAreBounded(t *testing.T) {
	store, book := records{}, paid.NewBook(kind)
	all := some(rand.New(rand.NewPCG(5, 6)), 40_000)
	set, err := book.Read(store, "group_a")
	require.NoError(t, err)
	require.NoError(t, set.Add(store, 7, all))
	require.Len(t, store, 4)
	for _, r := range store {
		require.Less(t, len(r.Doc), 400_000)
	}
	set, err = paid.NewBook(kind).Read(store, "group_a")
	require.NoError(t, err)
	for _, n := range all {
		require.True(t, set.Has(n))
	}
}
