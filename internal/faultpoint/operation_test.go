package faultpoint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// operations are the moments of what an operator does beside the gateway. The effects are entries of the zone; of a restore, of the zone
// that it made.
var operations = []moment{
	{"backup.copied", 1, "back up", 0, 1},
	{"backup.half", 1, "back up", 0, 1},
	{"backup.half", 2, "back up", 0, 1},
	{"written:backup.make", 1, "back up", 0, 1},
	{"committed:backup.make", 1, "back up", 1, 2},
	{"file.synced", 2, "back up", 1, 2}, // the first is the new epoch key,
	{"file.renamed", 2, "back up", 1, 2},

	{"restore.half", 1, "restore", 0, 1},
	{"restore.half", 7, "restore", 0, 1},
	{"written:restore", 1, "restore", 0, 1},
	{"committed:restore", 1, "restore", 0, 1},
	{"restore.proven", 1, "restore", 0, 1},
	{"restore.named", 1, "restore", 1, 1},

	{"written:key.rotate", 1, "rotate the master key", 0, 1},
	{"committed:key.rotate", 1, "rotate the master key", 1, 2},
	{"file.renamed", 2, "rotate the master key", 1, 2},
	{"written:key.rotate", 1, "rotate the epoch key", 0, 1},
	{"committed:key.rotate", 1, "rotate the epoch key", 1, 2},
}

// A killed backup, restore or rotation is repeated: there is never a file that passes for a backup and is none, and never a directory that
// is served and is half a zone.
func TestKilledBesideTheGateway(t *testing.T) {
	m := shared(t)
	for _, c := range operations {
		t.Run(fmt.Sprintf("%s %d, %s", c.point, c.n, c.act), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, m)
			switch c.act {
			case "back up":
				killedBackup(s, c)
			case "restore":
				killedRestore(s, c)
			default:
				killedRotation(s, c)
			}
		})
	}
}

// yumend runs a command of the operator's, and returns what it says.
func (s *stage) yumend(args ...string) (string, error) {
	out, err := s.command(args...).CombinedOutput()
	return string(out), err
}

// dies runs a command that is killed where it was to be.
func (s *stage) dies(c moment, args ...string) {
	s.arm(c.point, c.n, "kill")
	s.cmd, s.ended = s.command(args...), make(chan error, 1)
	s.ended <- s.cmd.Run()
	s.killed()
}

func (s *stage) backup(name string) []string {
	return []string{"backup", "--data", s.dir, "--out", s.file(name)}
}

func (s *stage) restore(from, to string, more ...string) []string {
	return append([]string{"restore", "--in", s.file(from), "--data", s.file(to), "--master-key", filepath.Join(s.dir, "master.key"), "--key-file", filepath.Join(s.dir, "epoch.key")}, more...)
}

func killedBackup(s *stage, c moment) {
	s.dies(c, s.backup("zone.backup")...)
	_, err := os.Lstat(s.file("zone.backup"))
	require.Equal(s.t, c.point == "file.renamed", err == nil, "it has its name when it is whole")
	left, err := filepath.Glob(s.file(".zone.backup.*"))
	require.NoError(s.t, err)
	for _, name := range left {
		out, err := s.yumend(s.restore(filepath.Base(name), "drill", "--drill")...)
		if strings.HasPrefix(string(c.point), "backup.") {
			require.Error(s.t, err)
			require.Contains(s.t, out, "not genuine or not whole")
		} else {
			require.NoError(s.t, err, out)
		}
	}
	s.mustStart()
	require.Equal(s.t, c.after, s.count("backup.make"))
	out, err := s.yumend(s.backup("again.backup")...) // while the gateway serves
	require.NoError(s.t, err, out)
	require.Equal(s.t, c.again, s.count("backup.make"))
	s.stop()
	for _, name := range []string{"zone.backup", "again.backup"} {
		if _, err := os.Lstat(s.file(name)); err == nil {
			out, err := s.yumend(s.restore(name, "drill", "--drill")...)
			require.NoError(s.t, err, out)
		}
	}
}

func killedRestore(s *stage, c moment) {
	out, err := s.yumend(s.backup("zone.backup")...)
	require.NoError(s.t, err, out)
	s.dies(c, s.restore("zone.backup", "zone")...)
	zone := s.dir
	s.dir = s.file("zone")
	left, err := filepath.Glob(s.file(".zone.restore-*"))
	require.NoError(s.t, err)
	require.Len(s.t, left, 1-c.after, "what is laid out, unless it has its name")
	for _, s.dir = range left {
		require.False(s.t, s.start(), "half a zone is not served")
		for _, of := range []string{"check", "backup", "migrate"} {
			out, err := s.yumend(append([]string{of, "--data", s.dir}, map[string][]string{"backup": {"--out", s.file("half.backup")}}[of]...)...)
			require.Error(s.t, err)
			require.Contains(s.t, out, "run yumend restore again")
		}
		require.NoError(s.t, os.RemoveAll(s.dir))
	}
	s.dir = zone
	if c.after == 0 {
		_, err = os.Lstat(s.file("zone"))
		require.ErrorIs(s.t, err, os.ErrNotExist)
		out, err := s.yumend(s.restore("zone.backup", "zone")...)
		require.NoError(s.t, err, out)
	}
	s.dir = s.file("zone")
	s.mustStart()
	require.Equal(s.t, c.again, s.count("restore"))
	s.stop()
}

func killedRotation(s *stage, c moment) {
	args := []string{"keys", "rotate", "--data", s.dir, map[bool]string{true: "--master", false: "--epoch"}[c.act == "rotate the master key"]}
	s.dies(c, args...)
	out, err := s.yumend(args...)
	require.NoError(s.t, err, out)
	s.mustStart()
	require.Equal(s.t, c.again, s.count("key.rotate"))
	s.stop()
}
