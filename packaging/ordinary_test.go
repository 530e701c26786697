package packaging_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/sandbox/sandboxtest"
)

// ordinary is a user that the host knows nothing of.
const ordinary = 1001

// account runs commands as an ordinary user, with a directory of its own.
type account struct{ dir string }

func newAccount(t *testing.T) account {
	t.Helper()
	dir, err := os.MkdirTemp("", "yumen-ordinary-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if os.Getuid() == 0 {
		require.NoError(t, os.Chown(dir, ordinary, ordinary))
	}
	return account{dir}
}

func (a account) command(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = a.dir, []string{"PATH=/usr/bin:/bin", "HOME=" + a.dir, "TMPDIR=" + a.dir, "LC_ALL=C.UTF-8", "YUMEN_WORKER=" + sandboxtest.Worker(t)}
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: ordinary, Gid: ordinary}}
	}
	return cmd
}

// zone makes a zone.
func (a account) zone(t *testing.T) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(a.dir, "ada.pw"), []byte("correct horse of ada\n"), 0o644)) //nolint:gosec // read by another user
	out, err := a.command(t, yumend, "init", "--data", "zone", "--admin", "ada", "--password-file", "ada.pw", "--jurisdiction", "bj").CombinedOutput()
	require.NoError(t, err, string(out))
}

// A gateway of an ordinary user reaches the level that root reaches on this host, and is closed to everybody else of its account.
func TestGatewayOfAnOrdinaryUser(t *testing.T) {
	want := sandboxtest.Runner(t).LevelName()
	a := newAccount(t)
	a.zone(t)
	require.NoError(t, os.WriteFile(filepath.Join(a.dir, "yumend.yaml"), []byte("isolation: "+want+"\n"), 0o644)) //nolint:gosec // read by another user
	cmd := a.command(t, yumend, "serve", "--data", "zone", "--config", "yumend.yaml", "--listen", "127.0.0.1:0")
	var log bytes.Buffer
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err, log.String())
	require.Contains(t, line, "listening")

	for name, look := range map[string]string{"environ": "cat", "maps": "cat", "fd": "ls"} {
		path := fmt.Sprintf("/proc/%d/%s", cmd.Process.Pid, name)
		out, err := a.command(t, look, path).CombinedOutput()
		require.Error(t, err, path)
		require.Contains(t, string(out), "Permission denied")
	}
	out, _ := a.command(t, yumend, "check", "--data", "zone", "--config", "yumend.yaml", "-o", "json").Output()
	var report struct {
		Items []struct{ ID, Verdict string }
	}
	require.NoError(t, json.Unmarshal(out, &report), string(out))
	verdicts := map[string]string{}
	for _, it := range report.Items {
		verdicts[it.ID] = it.Verdict
	}
	require.Equal(t, "ok", verdicts["worker"])
	require.NotEqual(t, "fail", verdicts["isolation"])

	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, cmd.Wait(), log.String())
	require.Contains(t, log.String(), `"msg":"isolation","level":"`+want+`"`)
}
