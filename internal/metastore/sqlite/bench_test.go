package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/metastore"
	"yumen/internal/metastore/sqlite"
)

// BenchmarkDocuments reads and lists among 100,000 documents of a kind.
func BenchmarkDocuments(b *testing.B) {
	s, err := sqlite.Open(b.Context(), sqlite.Config{Path: filepath.Join(b.TempDir(), "zone.db")})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	id := func(i int) string { return fmt.Sprintf("run_%032x", i) }
	require.NoError(b, s.Update(b.Context(), func(tx *sqlite.Tx) error {
		for i := range 100_000 {
			r := metastore.Record{ID: id(i), Name: fmt.Sprint(i), Owner: fmt.Sprint("o", i%50), State: fmt.Sprint("s", i%7), Doc: []byte(`{"x":1}`)}
			if err := tx.Put("run", r); err != nil {
				return err
			}
		}
		return nil
	}))
	n := 0
	for name, read := range map[string]func(tx *sqlite.Tx) error{
		"get":     func(tx *sqlite.Tx) error { _, err := tx.Get("run", id(n*7919%100_000)); return err },
		"by name": func(tx *sqlite.Tx) error { _, err := tx.GetByName("run", fmt.Sprint(n*7919%100_000)); return err },
		"page of 50 of an owner and state": func(tx *sqlite.Tx) error {
			_, err := tx.List("run", metastore.Query{Owner: "o7", State: "s3", Limit: 50, Newest: true})
			return err
		},
		"page of 50 of a state": func(tx *sqlite.Tx) error {
			_, err := tx.List("run", metastore.Query{State: "s3", After: id(50_000), Limit: 50})
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				n++
				if err := s.View(b.Context(), read); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
