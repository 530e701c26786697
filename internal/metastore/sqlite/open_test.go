package sqlite_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"yumen/internal/metastore"
	"yumen/internal/metastore/sqlite"
)

func TestSecondOpenIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zone.db")
	s := openAt(t, path)
	_, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
	require.ErrorIs(t, err, metastore.ErrLocked)
	require.NoError(t, s.Close())
	require.NoError(t, openAt(t, path).Close())
}

func TestClosedStoreRefuses(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "zone.db"))
	require.NoError(t, s.Close())
	require.Error(t, s.Update(t.Context(), step))
	require.Error(t, s.View(t.Context(), func(*sqlite.Tx) error { return nil }))
	require.Error(t, s.Check(t.Context()))
	require.Error(t, s.Backup(t.Context(), filepath.Join(t.TempDir(), "copy.db")))
}

func TestNewerSchemaIsRefusedAndLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zone.db")
	s := openAt(t, path)
	require.NoError(t, s.Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)"))
	require.NoError(t, s.Close())
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = sqlite.Open(t.Context(), sqlite.Config{Path: path})
	require.ErrorIs(t, err, metastore.ErrNewerSchema)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after))
}

// An older store is left alone until somebody migrates it, step by step; an interrupted or failing step leaves the schema that it found.
func TestOlderSchemaIsMigratedWhenAsked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zone.db")
	s := openAt(t, path)
	require.NoError(t, s.Update(t.Context(), step))
	require.NoError(t, s.Close())
	first, err := fs.ReadFile(sqlite.Migrations(), "00001_initial.sql")
	require.NoError(t, err)
	next := fstest.MapFS{"00001_initial.sql": {Data: first}, "00002_notes.sql": {Data: []byte("-- +goose Up\nALTER TABLE documents ADD COLUMN note TEXT;\n")},
		"00003_bad.sql": {Data: []byte("-- +goose Up\nALTER TABLE nowhere ADD COLUMN note TEXT;\n")}}
	for _, open := range []func(context.Context, sqlite.Config) (*sqlite.Store, error){sqlite.Open, sqlite.OpenBeside} {
		_, err = open(t.Context(), sqlite.With(path, next))
		require.ErrorIs(t, err, metastore.ErrOlderSchema)
	}
	steps, err := sqlite.Migrate(t.Context(), sqlite.With(path, next), true)
	require.NoError(t, err)
	require.Equal(t, []sqlite.Step{{Version: 2, Name: "00002_notes.sql"}, {Version: 3, Name: "00003_bad.sql"}}, steps)
	require.Equal(t, int64(1), schema(t, path), "a dry run changes nothing")

	_, err = sqlite.Migrate(t.Context(), sqlite.With(path, next), false)
	require.Error(t, err)
	require.Equal(t, int64(2), schema(t, path), "the step that failed left nothing")
	delete(next, "00003_bad.sql")
	steps, err = sqlite.Migrate(t.Context(), sqlite.With(path, next), false)
	require.NoError(t, err)
	require.Empty(t, steps)
	newer, err := sqlite.Open(t.Context(), sqlite.With(path, next))
	require.NoError(t, err)
	_, err = sqlite.Migrate(t.Context(), sqlite.With(path, next), false)
	require.ErrorIs(t, err, metastore.ErrLocked)
	require.NoError(t, newer.Check(t.Context()))
	require.NoError(t, newer.Close())
	_, err = sqlite.Migrate(t.Context(), sqlite.Config{Path: path}, false)
	require.ErrorIs(t, err, metastore.ErrNewerSchema)
}

func schema(t *testing.T, path string) int64 {
	n, err := sqlite.Version(t.Context(), path)
	require.NoError(t, err)
	return n
}

// Beside a process that serves a store, another one reads it, adds to it and copies it.
func TestOpenBeside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zone.db")
	_, err := sqlite.OpenBeside(t.Context(), sqlite.Config{Path: path})
	require.ErrorIs(t, err, os.ErrNotExist)
	s := openAt(t, path)
	beside, err := sqlite.OpenBeside(t.Context(), sqlite.Config{Path: path})
	require.NoError(t, err)
	require.NoError(t, s.Update(t.Context(), step))
	require.NoError(t, beside.Update(t.Context(), step))
	require.NoError(t, s.Update(t.Context(), step))
	require.Equal(t, int64(3), invariant(t, beside))
	require.NoError(t, beside.Close())
	_, err = sqlite.Hold(path)
	require.ErrorIs(t, err, metastore.ErrLocked)
	require.Equal(t, int64(3), invariant(t, s))
	require.NoError(t, s.Close())
	held, err := sqlite.Hold(path)
	require.NoError(t, err)
	_, err = sqlite.Open(t.Context(), sqlite.Config{Path: path})
	require.ErrorIs(t, err, metastore.ErrLocked)
	require.NoError(t, held.Close())
}

func TestOpenRefuses(t *testing.T) {
	_, err := sqlite.Open(t.Context(), sqlite.Config{})
	require.ErrorIs(t, err, metastore.ErrInvalid)
	_, err = sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(t.TempDir(), "absent", "zone.db")})
	require.ErrorIs(t, err, os.ErrNotExist)
	garbage := filepath.Join(t.TempDir(), "zone.db")
	require.NoError(t, os.WriteFile(garbage, bytes.Repeat([]byte("garbage "), 1024), 0o600))
	_, err = sqlite.Open(t.Context(), sqlite.Config{Path: garbage})
	require.Error(t, err)
}

func TestPathIsTakenLiterally(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a?mode=memory&b#c %41 域")
	require.NoError(t, os.Mkdir(dir, 0o700))
	path := filepath.Join(dir, "zone.db")
	s := openAt(t, path)
	require.NoError(t, s.Update(t.Context(), func(tx *sqlite.Tx) error {
		return tx.Put("run", metastore.Record{ID: "a", Doc: []byte(`1`)})
	}))
	require.NoError(t, s.Close())
	s = openAt(t, path)
	require.NoError(t, s.View(t.Context(), func(tx *sqlite.Tx) error { _, err := tx.Get("run", "a"); return err }))
	require.NoError(t, s.Close())
}

func TestFilesArePrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zone.db")
	s := openAt(t, path)
	defer func() { require.NoError(t, s.Close()) }()
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(path + suffix)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), suffix)
	}
}

// Not even SQL past the API changes the log or leaves a gap in it.
func TestEvidenceIsAppendOnly(t *testing.T) {
	s := open(t)
	require.NoError(t, s.Update(t.Context(), func(tx *sqlite.Tx) error { return step(tx) }))
	for _, text := range []string{
		"UPDATE audit_entries SET entry = x'00'", "DELETE FROM audit_entries", "UPDATE audit_hashes SET hash = zeroblob(32)",
		"DELETE FROM audit_hashes", "INSERT INTO audit_entries VALUES (7, '3y', x'00')", "INSERT INTO audit_hashes VALUES (7, zeroblob(32))",
		"REPLACE INTO audit_entries VALUES (0, '3y', x'00')", "REPLACE INTO audit_hashes VALUES (0, zeroblob(32))",
	} {
		require.Error(t, s.Exec(t.Context(), text), text)
	}
	require.NoError(t, s.Check(t.Context()))
}

func TestListsUseAnIndex(t *testing.T) {
	s := open(t)
	for _, owner := range []string{"", "o"} {
		for _, state := range []string{"", "s"} {
			for _, after := range []string{"", "a"} {
				for _, newest := range []bool{false, true} {
					q := metastore.Query{Owner: owner, State: state, After: after, Newest: newest, Limit: 10}
					plan, err := s.Plan(t.Context(), "run", q)
					require.NoError(t, err)
					require.Len(t, plan, 1, "%+v", q)
					require.Contains(t, plan[0], "SEARCH documents USING INDEX", "%+v", q)
					if owner != "" && state != "" {
						require.Contains(t, plan[0], "owner=? AND state=?")
					}
				}
			}
		}
	}
}

func TestBackup(t *testing.T) {
	s := open(t)
	for range 20 {
		require.NoError(t, s.Update(t.Context(), step))
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	require.NoError(t, s.Backup(t.Context(), path))
	require.Error(t, s.Backup(t.Context(), path), "a backup overwrites nothing")
	require.NoError(t, s.Update(t.Context(), step))
	copied := openAt(t, path)
	require.Equal(t, int64(20), invariant(t, copied))
	require.NoError(t, copied.Close())
	require.Equal(t, int64(21), invariant(t, s))
}

// Closing again is no fault, whoever does it.
func TestCloseTwice(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "zone.db"))
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.Error(t, s.View(t.Context(), func(*sqlite.Tx) error { return nil }))
}
