package faultpoint_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"yumen/internal/api"
)

// rooms are how many KiB are left on the disk when the act begins.
func rooms() []int64 {
	if thorough {
		return []int64{0, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048}
	}
	return []int64{0, 24, 384}
}

// A disk that is full, from whatever moment of an act on: the act is wholly done or wholly not, and says so; when there is room again it
// can be done, and the zone is whole.
func TestFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("a small file system is mounted by root alone; TestPageLimit of the store needs nobody")
	}
	m := shared(t)
	for _, name := range []string{"load", "ask", "approve and issue", "send a request again", "declare an account"} {
		for _, room := range rooms() {
			t.Run(fmt.Sprintf("%s, %d KiB left", name, room), func(t *testing.T) {
				t.Parallel()
				s := newStage(t, m)
				small := filepath.Join(s.side, "disk")
				s.mount(small)
				a := acts[name]
				s.mustStart()
				do := a.ready(s)
				before := s.count(a.counts)
				s.fill(filepath.Join(small, "filler"), room)
				status := do()
				require.NoError(t, os.Remove(filepath.Join(small, "filler")))
				effects := s.count(a.counts) - before
				switch {
				case status/100 == 2:
					require.LessOrEqual(t, effects, 1)
				case status == 503:
					require.Zero(t, effects)
				case status == 0 && name == "ask": // its end could not be recorded: the next start does it
					require.Zero(t, effects)
				default:
					t.Fatalf("it answers %d\n%s", status, s.log())
				}
				s.stop1()
				s.mustStart()
				do()
				require.LessOrEqual(t, s.count(a.counts)-before, 2)
				s.stop()
			})
		}
	}
}

// mount moves the zone to a small file system of its own.
func (s *stage) mount(small string) {
	require.NoError(s.t, os.Mkdir(small, 0o700))
	require.NoError(s.t, unix.Mount("tmpfs", small, "tmpfs", 0, "size=24m,mode=0700"))
	s.t.Cleanup(func() {
		if s.up {
			_ = s.cmd.Process.Kill()
			_ = s.end()
		}
		require.NoError(s.t, unix.Unmount(small, 0))
	})
	require.NoError(s.t, os.CopyFS(filepath.Join(small, "zone"), os.DirFS(s.dir)))
	s.dir = filepath.Join(small, "zone")
	private(s.t, s.dir)
}

// fill leaves so many KiB free.
func (s *stage) fill(path string, room int64) {
	var st unix.Statfs_t
	require.NoError(s.t, unix.Statfs(filepath.Dir(path), &st))
	require.NoError(s.t, os.WriteFile(path, make([]byte, int64(st.Bavail)*st.Bsize-room<<10), 0o600))
}

// stop1 ends the gateway, which may leave a run without an end.
func (s *stage) stop1() {
	require.NoError(s.t, s.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(s.t, s.end(), "%s", s.log())
}

// What a person is told about a full disk.
func TestFullDiskIsSaid(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("a small file system is mounted by root alone")
	}
	m := shared(t)
	s := newStage(t, m)
	small := filepath.Join(s.side, "disk")
	s.mount(small)
	s.mustStart()
	s.fill(filepath.Join(small, "filler"), 0)
	for _, do := range []func() (int, []byte){
		func() (int, []byte) {
			return s.call("admin", "POST", "/v1/apply", api.Apply{Documents: organizationYAML + "---\n" + accountYAML})
		},
		func() (int, []byte) { return s.call("provider", "POST", "/v1/datasets/clients/snapshots", nil) },
	} {
		status, b := do()
		require.Equal(t, 503, status, "%s", b)
		var p api.Problem
		require.NoError(t, json.Unmarshal(b, &p))
		require.Equal(t, "unavailable", p.Kind)
		require.Contains(t, p.Text.En, "the disk is full")
		require.Contains(t, p.Text.Zh, "磁盘已满")
	}
	require.NoError(t, os.Remove(filepath.Join(small, "filler")))
	status, _ := s.call("admin", "POST", "/v1/apply", api.Apply{Documents: organizationYAML})
	require.Equal(t, 200, status, "with room again, without a restart")
	s.stop()
}
