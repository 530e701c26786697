package faultpoint_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"yumen/enclave/enclavetest"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/internal/keyring"
	"yumen/sandbox/sandboxtest"
)

// A zone that cannot be served as it is: the gateway says why and what to do, touches nothing, and serves it when the reason is gone.
func TestRefusedStarts(t *testing.T) {
	m := shared(t)
	for _, c := range []struct {
		name  string
		spoil func(s *stage) (mend func())
		says  string
	}{
		{"another gateway serves it", func(s *stage) func() {
			s.mustStart()
			first, ended := s.cmd, s.ended
			return func() { s.cmd, s.ended = first, ended; s.stop() }
		}, "store is in use by another process"},
		{"another master key", func(s *stage) func() {
			return s.swap("master.key", func(path string) { require.NoError(t, keyring.CreateMaster(path)) })
		}, "another master key, or a damaged keyring"},
		{"no master key", func(s *stage) func() { return s.swap("master.key", func(string) {}) }, "no such file"},
		{"a master key that others may read", func(s *stage) func() {
			require.NoError(t, os.Chmod(filepath.Join(s.dir, "master.key"), 0o644))
			return func() { private(t, s.dir) }
		}, "chmod 600"},
		{"keys that others may enter", func(s *stage) func() {
			require.NoError(t, os.Chmod(filepath.Join(s.dir, "keys"), 0o755))
			return func() { private(t, s.dir) }
		}, "chmod 700"},
		{"a newer schema", func(s *stage) func() {
			s.sql("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)")
			return func() { s.sql("DELETE FROM goose_db_version WHERE version_id = 99999") }
		}, "newer schema"},
		{"no zone", func(s *stage) func() {
			return s.swap("meta.db", func(string) {})
		}, "no zone"},
		{"a disk that may not be written", func(s *stage) func() {
			return s.swap("meta.db.lock", func(path string) { require.NoError(t, os.Mkdir(path, 0o700)) })
		}, "lock file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, m)
			mend := c.spoil(s)
			before := s.print()
			out, err := s.command("serve", "--data", s.dir, "--listen", "127.0.0.1:0", "--worker", sandboxtest.Worker(t)).CombinedOutput()
			require.Error(t, err)
			require.Contains(t, string(out), c.says)
			require.NotContains(t, string(out), "goroutine", "it says why, and where in the program is nobody's matter")
			require.Equal(t, before, s.print(), "it touches nothing")
			mend()
			s.mustStart()
			require.Equal(t, 1, s.count("zone.init"))
			s.stop()
		})
	}
}

// swap puts something else in the place of a file.
func (s *stage) swap(name string, put func(path string)) (mend func()) {
	path := filepath.Join(s.dir, name)
	_ = os.Rename(path, s.file("kept"))
	put(path)
	return func() {
		for _, left := range []string{path, path + "-wal", path + "-shm"} {
			require.NoError(s.t, os.RemoveAll(left))
		}
		_ = os.Rename(s.file("kept"), path)
	}
}

// sql changes the store of a zone that nobody serves.
func (s *stage) sql(text string) {
	db, err := sql.Open("sqlite", filepath.Join(s.dir, "meta.db"))
	require.NoError(s.t, err)
	defer db.Close()
	_, err = db.Exec(text)
	require.NoError(s.t, err)
}

// print is every key and ciphertext of the zone, and its declared size of the log.
func (s *stage) print() string {
	var b strings.Builder
	require.NoError(s.t, filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(filepath.Base(path), "meta.db") {
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s %x\n", path, sha256.Sum256(content))
		return err
	}))
	return b.String()
}

// A clock that is set back, while the gateway serves and while it does not: entries keep their order and say what the clock showed, what
// was hidden until a moment stays hidden until it, and nothing is done twice.
func TestClockSetBack(t *testing.T) {
	m := shared(t)
	s := newStage(t, m)
	s.serial = 80 // twenty minutes, so that the grant is in force before and after
	s.tick()
	s.mustStart()
	run := s.inReview()
	vote := s.votes(run, receipt.VerdictApprove)
	late := s.now.Add(time.Duration(s.serial) * 15 * time.Second)
	s.setClock(late.Add(-10 * time.Minute))
	require.Equal(t, 200, vote())
	require.Equal(t, 1, s.count("release.issue"))
	require.Equal(t, "running", s.see(run).State, "what came after shows when the clock has caught up")
	s.setClock(late.Add(time.Minute))
	require.Equal(t, "released", s.see(run).State)
	s.stop()

	s.setClock(s.now.Add(-24 * time.Hour)) // before the zone was made
	s.mustStart()
	status, answer := s.submit(answered, "a day back")
	require.Equal(t, 202, status)
	require.Equal(t, "refused", answer.State, "no grant is in force yet")
	in := must[api.Session](s, "", "POST", "/v1/sessions", api.Login{User: "admin", Password: enclavetest.Password})
	require.NotEmpty(t, in.Token)
	require.Equal(t, 1, s.count("release.issue"))
	s.stop()

	s.setClock(late.Add(2 * time.Minute))
	s.mustStart()
	require.Equal(t, 202, s.asks(answered)())
	require.Equal(t, 2, s.count("release.issue"))
	last, walls := int64(0), 0
	page := must[api.AuditEntries](s, "auditor", "GET", "/v1/audit/entries?limit=1000", nil)
	for _, b := range page.Entries {
		var e struct{ Time, Wall int64 }
		require.NoError(t, json.Unmarshal(b, &e))
		require.GreaterOrEqual(t, e.Time, last)
		if last = e.Time; e.Wall != 0 {
			walls++
		}
	}
	require.Greater(t, walls, 2)
	s.stop()
}
