package packaging_test

import (
	"bufio"
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
	log := filepath.Join(t.TempDir(), "log")
	stderr, err := os.Create(log)
	require.NoError(t, err)
	defer stderr.Close()
	cmd.Stderr = stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
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
	err = cmd.Wait()
	told, readErr := os.ReadFile(log)
	require.NoError(t, readErr)
	require.NoError(t, err, string(told))
	require.Contains(t, string(told), `"msg":"isolation","level":"`+want+`"`)
}

// walled runs a command where no user may make namespaces, as in a container whose runtime forbids it. It is root there, of that place alone.
func (a account) walled(t *testing.T, command string) *exec.Cmd {
	t.Helper()
	return a.command(t, "unshare", "--user", "--map-root-user", "sh", "-c", "echo 0 > /proc/sys/user/max_user_namespaces && exec "+command)
}

// Where namespaces are forbidden the gateway serves at the floor and says what is missing, or refuses when more is demanded.
func TestFloor(t *testing.T) {
	a := newAccount(t)
	a.zone(t)
	for level, code := range map[string]int{"floor": 0, "full": 1} {
		require.NoError(t, os.WriteFile(filepath.Join(a.dir, level+".yaml"), []byte("isolation: "+level+"\n"), 0o644)) //nolint:gosec // read by another user
		out, _ := a.walled(t, yumend+" check --data zone -o json --config "+level+".yaml").Output()
		var report struct{ Items []isolationItem }
		require.NoError(t, json.Unmarshal(out, &report), string(out))
		for _, it := range report.Items {
			if it.ID != "isolation" {
				continue
			}
			require.Equal(t, []string{"warn", "fail"}[code], it.Verdict)
			require.Equal(t, "floor", it.Level)
			missing := map[string]bool{}
			for _, l := range it.Layers {
				missing[l.Name] = !l.Available
				require.NotEmpty(t, l.Stops.Zh, l.Name)
				require.NotEmpty(t, l.Stops.En, l.Name)
				require.Equal(t, l.Available, l.Why == "", l.Name)
			}
			require.True(t, missing["namespaces"] && missing["private_root"])
			require.False(t, missing["landlock"] || missing["seccomp"])
		}
	}
	out, err := a.walled(t, yumend+" check --data zone --lang zh").Output()
	require.Error(t, err) // for other reasons: nobody is in office yet
	require.Regexp(t, `warn +isolation`, string(out))
	require.Contains(t, string(out), "缺 namespaces，本可阻止：")
	out, err = a.walled(t, yumend+" serve --data zone --listen 127.0.0.1:0 --config full.yaml").CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "the required layer namespaces is not available: ")
}

type isolationItem struct {
	ID, Verdict, Level string
	Layers             []struct {
		Name, Why string
		Available bool
		Stops     struct{ Zh, En string }
	}
}
