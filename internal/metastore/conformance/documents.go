package conformance

import (
	"strings"

	"github.com/stretchr/testify/require"

	"yumen/internal/metastore"
)

func (s suite[T]) documents() {
	want := metastore.Record{ID: "run_1", Name: "first", Owner: "bank", State: "open", Created: 10, Updated: 11,
		Doc: []byte(`{"b": 1,  "a":"中"}`)}
	s.put("run", want)
	want.Version = 1
	s.view(func(tx T) {
		got, err := tx.Get("run", "run_1")
		require.NoError(s.t, err)
		require.Equal(s.t, want, got, "a document comes back byte for byte")
		got, err = tx.GetByName("run", "first")
		require.NoError(s.t, err)
		require.Equal(s.t, want, got)
		for _, err := range []error{
			second(tx.Get("grant", "run_1")), second(tx.Get("run", "run_2")), second(tx.Get("run", "first")),
			second(tx.GetByName("run", "run_1")), second(tx.GetByName("run", "")), second(tx.GetByName("grant", "first")),
		} {
			require.ErrorIs(s.t, err, metastore.ErrNotFound)
		}
	})
	s.updateFails(metastore.ErrNotFound, func(tx T) error { return tx.Delete("run", "run_2", 1) })
	s.updateFails(metastore.ErrConflict, func(tx T) error { return tx.Delete("run", "run_1", 2) })
	s.update(func(tx T) error { return tx.Delete("run", "run_1", 1) })
	s.view(func(tx T) { require.ErrorIs(s.t, second(tx.Get("run", "run_1")), metastore.ErrNotFound) })
	s.put("run", record("run_1"))
	s.put("grant", record("a"), record("b"))
	s.view(func(tx T) {
		kinds, err := tx.Kinds()
		require.NoError(s.t, err)
		require.Equal(s.t, []string{"grant", "run"}, kinds)
	})
}

func second[A any](_ A, err error) error { return err }

func (s suite[T]) compareAndSwap() {
	s.put("run", record("a"))
	s.updateFails(metastore.ErrConflict, func(tx T) error { return tx.Put("run", record("a")) })
	next := metastore.Record{ID: "a", Owner: "o", State: "s", Version: 1, Created: 99, Updated: 2, Doc: []byte(`[1]`)}
	s.put("run", next)
	s.updateFails(metastore.ErrConflict, func(tx T) error { return tx.Put("run", next) })
	for _, version := range []int64{3, 1 << 60} {
		next.Version = version
		s.updateFails(metastore.ErrConflict, func(tx T) error { return tx.Put("run", next) })
	}
	absent := record("b")
	absent.Version = 1
	s.updateFails(metastore.ErrConflict, func(tx T) error { return tx.Put("run", absent) })
	s.view(func(tx T) {
		got, err := tx.Get("run", "a")
		require.NoError(s.t, err)
		require.Equal(s.t, metastore.Record{ID: "a", Owner: "o", State: "s", Version: 2, Created: 1, Updated: 2, Doc: []byte(`[1]`)}, got)
	})
	s.update(func(tx T) error { // one transaction sees its own writes
		for version := int64(2); version < 5; version++ {
			r := record("a")
			r.Version = version
			if err := tx.Put("run", r); err != nil {
				return err
			}
		}
		got, err := tx.Get("run", "a")
		require.NoError(s.t, err)
		require.Equal(s.t, int64(5), got.Version)
		return nil
	})
}

func named(id, name string) metastore.Record {
	r := record(id)
	r.Name = name
	return r
}

func (s suite[T]) names() {
	s.put("dataset", named("a", "persons"), named("b", ""), named("c", ""))
	s.put("account", named("a", "persons"))
	take := func(tx T) error { return tx.Put("dataset", named("d", "persons")) }
	s.updateFails(metastore.ErrNameTaken, take)
	s.updateFails(metastore.ErrConflict, take)
	rename := named("b", "persons")
	rename.Version = 1
	s.updateFails(metastore.ErrNameTaken, func(tx T) error { return tx.Put("dataset", rename) })
	sameID := s.s.Update(s.t.Context(), func(tx T) error { return tx.Put("dataset", named("a", "persons")) })
	require.ErrorIs(s.t, sameID, metastore.ErrConflict)
	require.NotErrorIs(s.t, sameID, metastore.ErrNameTaken)
	s.update(func(tx T) error { // a name is free as soon as its record gave it up
		r := named("a", "people")
		r.Version = 1
		if err := tx.Put("dataset", r); err != nil {
			return err
		}
		return tx.Put("dataset", rename)
	})
}

// Texts that a locale, a collation or a pattern would hold to be equal or order otherwise.
func (s suite[T]) bytewise() {
	texts := []string{"", " ", "%", "A", "A ", "B", "_", "a", "a\t", "a ", "aa", "b", "e\u0301", "i", "ß", "é", "İ", "ı", "ﬁ", "域", "\U0001F600"}
	s.update(func(tx T) error {
		for _, x := range texts {
			r := metastore.Record{ID: "x" + x, Name: "n" + x, Owner: "o" + x, State: "s" + x, Doc: []byte(`null`)}
			if err := tx.Put("kind", r); err != nil {
				return err
			}
		}
		return nil
	})
	s.view(func(tx T) {
		all, err := tx.List("kind", metastore.Query{})
		require.NoError(s.t, err)
		sorted := make([]string, len(all))
		for i, x := range texts { // texts above is in the order of its bytes, but for "\t" < " "
			sorted[i] = "x" + x
		}
		require.IsIncreasing(s.t, ids(all))
		require.ElementsMatch(s.t, sorted, ids(all))
		for _, x := range texts {
			got, err := tx.GetByName("kind", "n"+x)
			require.NoError(s.t, err)
			require.Equal(s.t, "x"+x, got.ID)
			for _, q := range []metastore.Query{{Owner: "o" + x}, {State: "s" + x}, {Owner: "o" + x, State: "s" + x, Newest: true}} {
				list, err := tx.List("kind", q)
				require.NoError(s.t, err)
				require.Equal(s.t, []string{"x" + x}, ids(list))
			}
		}
	})
}

func (s suite[T]) hostileTexts() {
	for _, x := range []string{`'; DROP TABLE documents; --`, `"`, `\`, "\n", "$1", "?", ":a", "\uFFFD", strings.Repeat("x", metastore.MaxText)} {
		s.put("kind", metastore.Record{ID: x, Name: x, Owner: x, State: x, Doc: []byte(`"` + "x" + `"`)})
		s.view(func(tx T) {
			got, err := tx.Get("kind", x)
			require.NoError(s.t, err)
			require.Equal(s.t, x, got.Name)
		})
	}
}

func (s suite[T]) invalid() {
	bad := map[string]func(r *metastore.Record){
		"no identifier":     func(r *metastore.Record) { r.ID = "" },
		"long identifier":   func(r *metastore.Record) { r.ID = strings.Repeat("x", metastore.MaxText+1) },
		"NUL in a name":     func(r *metastore.Record) { r.Name = "a\x00b" },
		"not UTF-8":         func(r *metastore.Record) { r.Owner = "\xff" },
		"negative version":  func(r *metastore.Record) { r.Version = -1 },
		"negative time":     func(r *metastore.Record) { r.Updated = -1 },
		"no document":       func(r *metastore.Record) { r.Doc = nil },
		"not JSON":          func(r *metastore.Record) { r.Doc = []byte(`{`) },
		"two JSON values":   func(r *metastore.Record) { r.Doc = []byte(`{}{}`) },
		"NUL in a state":    func(r *metastore.Record) { r.State = "\x00" },
		"long owner":        func(r *metastore.Record) { r.Owner = strings.Repeat("x", metastore.MaxText+1) },
		"broken identifier": func(r *metastore.Record) { r.ID = "\xc3\x28" },
	}
	for name, spoil := range bad {
		r := record("a")
		spoil(&r)
		err := s.s.Update(s.t.Context(), func(tx T) error { return tx.Put("kind", r) })
		require.ErrorIs(s.t, err, metastore.ErrInvalid, name)
	}
	for _, kind := range []string{"", "Kind", "1kind", "ki nd", "kïnd", strings.Repeat("k", metastore.MaxKind+1)} {
		s.updateFails(metastore.ErrInvalid, func(tx T) error { return tx.Put(kind, record("a")) })
	}
	s.view(func(tx T) {
		_, err := tx.List("kind", metastore.Query{Limit: -1})
		require.ErrorIs(s.t, err, metastore.ErrInvalid)
		list, err := tx.List("kind", metastore.Query{})
		require.NoError(s.t, err)
		require.Empty(s.t, list)
	})
}

func (s suite[T]) lists() {
	owned := func(id, owner, state string) metastore.Record {
		r := record(id)
		r.Owner, r.State = owner, state
		return r
	}
	s.put("run", owned("c", "x", "open"), owned("a", "x", "done"), owned("e", "y", "open"), owned("b", "y", "done"), owned("d", "x", "open"))
	s.put("grant", owned("z", "x", "open"))
	for _, c := range []struct {
		q    metastore.Query
		want []string
	}{
		{metastore.Query{}, []string{"a", "b", "c", "d", "e"}},
		{metastore.Query{Newest: true}, []string{"e", "d", "c", "b", "a"}},
		{metastore.Query{Limit: 2}, []string{"a", "b"}},
		{metastore.Query{Limit: 2, After: "b"}, []string{"c", "d"}},
		{metastore.Query{Limit: 2, After: "bb"}, []string{"c", "d"}},
		{metastore.Query{Limit: 2, After: "d"}, []string{"e"}},
		{metastore.Query{After: "e"}, []string{}},
		{metastore.Query{Limit: 2, After: "c", Newest: true}, []string{"b", "a"}},
		{metastore.Query{Owner: "x"}, []string{"a", "c", "d"}},
		{metastore.Query{Owner: "x", State: "open", Newest: true}, []string{"d", "c"}},
		{metastore.Query{State: "open"}, []string{"c", "d", "e"}},
		{metastore.Query{State: "open", After: "c", Limit: 1}, []string{"d"}},
		{metastore.Query{Owner: "x", State: "done", After: "a"}, []string{}},
		{metastore.Query{Owner: "z"}, []string{}},
	} {
		s.view(func(tx T) {
			got, err := tx.List("run", c.q)
			require.NoError(s.t, err)
			require.Equal(s.t, c.want, ids(got), "%+v", c.q)
		})
	}
}
