package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sys/unix"

	"yumen/internal/metastore"
	"yumen/internal/metastore/sqlite"
)

// childEnv names the program that a child of this test binary runs instead of the tests.
const childEnv = "YUMEN_SQLITE_TEST_CHILD"

func TestMain(m *testing.M) {
	var err error
	switch os.Getenv(childEnv) {
	case "":
		os.Exit(m.Run())
	case "steps":
		err = childSteps()
	case "full disk":
		err = childFullDisk()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child(ctx context.Context, program, dir string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], dir)
	cmd.Env = append(os.Environ(), childEnv+"="+program)
	return cmd
}

// step is an effect with its evidence: it counts in a document and appends one log entry, so that both numbers are always equal.
func step(tx *sqlite.Tx) error {
	n, err := tx.AuditSize()
	if err != nil {
		return err
	}
	r, err := tx.Get("counter", "steps")
	if err != nil && !errors.Is(err, metastore.ErrNotFound) {
		return err
	}
	r.ID, r.Doc = "steps", []byte(strconv.FormatInt(n+1, 10))
	if err := tx.Put("counter", r); err != nil {
		return err
	}
	entry := fmt.Appendf(nil, `{"seq":%d,"pad":%0900d}`, n, n)
	hashes, err := tlog.StoredHashes(n, entry, tlog.HashReaderFunc(tx.AuditHashes))
	if err != nil {
		return err
	}
	return tx.AuditAppend(n, entry, "3y", hashes)
}

// state returns the number of steps if document, entries and hashes agree on it.
func state(ctx context.Context, s *sqlite.Store) (size int64, err error) {
	err = s.View(ctx, func(tx *sqlite.Tx) error {
		if size, err = tx.AuditSize(); err != nil || size == 0 {
			return err
		}
		r, err := tx.Get("counter", "steps")
		if err != nil {
			return err
		}
		if string(r.Doc) != strconv.FormatInt(size, 10) || r.Version != size {
			return fmt.Errorf("the document and the log of %d entries disagree", size)
		}
		root, err := tlog.TreeHash(size, tlog.HashReaderFunc(tx.AuditHashes))
		if err != nil {
			return err
		}
		var leaves []tlog.Hash
		reader := tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, err error) {
			for _, i := range indexes {
				out = append(out, leaves[i])
			}
			return out, nil
		})
		n := int64(0)
		for entry, err := range tx.AuditEntries(0, size) {
			if err != nil {
				return err
			}
			hashes, err := tlog.StoredHashes(n, entry, reader)
			if err != nil {
				return err
			}
			leaves = append(leaves, hashes...)
			n++
		}
		if again, err := tlog.TreeHash(size, reader); err != nil || again != root {
			return errors.Join(errors.New("the stored hashes are not those of the entries"), err)
		}
		return nil
	})
	return size, errors.Join(err, s.Check(ctx))
}

func invariant(t *testing.T, s *sqlite.Store) int64 {
	t.Helper()
	n, err := state(t.Context(), s)
	require.NoError(t, err)
	return n
}

// childSteps commits steps for ever and reports each after its commit.
func childSteps() error {
	s, err := sqlite.Open(context.Background(), sqlite.Config{Path: filepath.Join(os.Args[1], "zone.db")})
	if err != nil {
		return err
	}
	for {
		if err := s.Update(context.Background(), step); err != nil {
			return err
		}
		n, err := state(context.Background(), s)
		if err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// A killed process loses no step that it reported, keeps no half of one, and leaves no lock.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "zone.db")
	for round := range 12 {
		cmd := child(t.Context(), "steps", dir)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		cmd.Stderr = os.Stderr
		require.NoError(t, cmd.Start())
		lines := bufio.NewReader(out)
		_, err = lines.ReadString('\n') // it is at work
		require.NoError(t, err)
		time.Sleep(time.Duration(round*700) * time.Microsecond)
		require.NoError(t, cmd.Process.Kill())
		rest, err := io.ReadAll(lines)
		require.NoError(t, err)
		var signalled *exec.ExitError
		require.ErrorAs(t, cmd.Wait(), &signalled)
		require.Equal(t, syscall.SIGKILL, signalled.Sys().(syscall.WaitStatus).Signal())

		s := openAt(t, path)
		n := invariant(t, s)
		require.GreaterOrEqual(t, n, lastLine(t, rest))
		require.NoError(t, s.Update(t.Context(), step), "the store goes on")
		require.NoError(t, s.Close())
	}
}

// lastLine is the greatest number in the complete lines, or 0.
func lastLine(t *testing.T, out []byte) (n int64) {
	t.Helper()
	start := 0
	for i, c := range out {
		if c == '\n' {
			var err error
			n, err = strconv.ParseInt(string(out[start:i]), 10, 64)
			require.NoError(t, err)
			start = i + 1
		}
	}
	return n
}

// A damaged or cut tail of the write-ahead log takes whole steps from the end, and nothing else.
func TestDamagedWriteAheadLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zone.db")
	s := openAt(t, path)
	for range 30 {
		require.NoError(t, s.Update(t.Context(), step))
	}
	db, err := os.ReadFile(path)
	require.NoError(t, err)
	wal, err := os.ReadFile(path + "-wal")
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NotEmpty(t, wal, "the steps must be in the write-ahead log")

	reopen := func(wal []byte) int64 {
		path := filepath.Join(t.TempDir(), "zone.db")
		require.NoError(t, os.WriteFile(path, db, 0o600))
		require.NoError(t, os.WriteFile(path+"-wal", wal, 0o600))
		s := openAt(t, path)
		n := invariant(t, s)
		require.NoError(t, s.Update(t.Context(), step))
		require.Equal(t, n+1, invariant(t, s))
		require.NoError(t, s.Close())
		return n
	}
	require.Equal(t, int64(30), reopen(wal))
	lost := false
	for i := 1; i <= 20; i++ {
		at := len(wal) - i*len(wal)/45 - 1
		require.LessOrEqual(t, reopen(wal[:at]), int64(30))
		flipped := append([]byte(nil), wal...)
		flipped[at] ^= 0x10
		lost = reopen(flipped) < 30 || lost
	}
	require.True(t, lost, "a flipped byte must be noticed")
}

// childFullDisk runs in a mount namespace of its own on a small file system.
func childFullDisk() error {
	ctx, dir := context.Background(), os.Args[1]
	if err := unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		return err
	}
	s, err := sqlite.Open(ctx, sqlite.Config{Path: filepath.Join(dir, "zone.db")})
	if err != nil {
		return err
	}
	committed, failures := int64(0), 0
	for failures < 5 {
		if err := s.Update(ctx, step); err != nil {
			failures++
		} else if failures == 0 {
			committed++
		}
	}
	n, err := state(ctx, s)
	if err != nil {
		return err
	}
	if committed == 0 || n < committed {
		return fmt.Errorf("%d of %d committed steps are left", n, committed)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size=16m"); err != nil {
		return err
	}
	for range 3 {
		if err := s.Update(ctx, step); err != nil {
			return fmt.Errorf("with room again: %w", err)
		}
	}
	if after, err := state(ctx, s); err != nil || after != n+3 {
		return errors.Join(fmt.Errorf("%d steps, want %d", after, n+3), err)
	}
	return s.Close()
}

// On a full disk updates fail as a whole; with room again the store goes on without a restart.
func TestFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting a small file system needs root; TestPageLimit covers the store's side")
	}
	cmd := child(t.Context(), "full disk", t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

// The same through SQLite's own limit, which needs no privilege.
func TestPageLimit(t *testing.T) {
	s := open(t)
	require.NoError(t, s.Update(t.Context(), step))
	require.NoError(t, s.Exec(t.Context(), "PRAGMA max_page_count = 60"))
	n := int64(1)
	for s.Update(t.Context(), step) == nil {
		n++
	}
	require.Equal(t, n, invariant(t, s))
	require.NoError(t, s.Exec(t.Context(), "PRAGMA max_page_count = 100000"))
	require.NoError(t, s.Update(t.Context(), step))
	require.Equal(t, n+1, invariant(t, s))
}
