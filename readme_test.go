package yumen_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var shellBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// commands are the shell blocks of a page, in order.
func commands(t *testing.T, page string) string {
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range shellBlock.FindAllStringSubmatch(string(b), -1) {
		out = append(out, m[1])
	}
	if len(out) == 0 {
		t.Fatalf("%s has no commands", page)
	}
	return strings.Join(out, "\n")
}

// TestReadme runs every command of README, in order, in a new directory, as its reader would. Both languages hold the same commands.
func TestReadme(t *testing.T) {
	script := commands(t, "README.md")
	if commands(t, "README.zh-CN.md") != script {
		t.Fatal("README.md and README.zh-CN.md do not hold the same commands")
	}
	out := follow(t, script)
	for _, want := range []string{"EDUCATION", "Prof-school", "genuine", "intact"} {
		if !strings.Contains(out, want) {
			t.Errorf("the commands should have printed %q:\n%s", want, out)
		}
	}
}

// TestSetUp runs the commands of the page that tells an operator how to set a zone up, under every jurisdiction: each is made, with its people,
// second factors, keys, first data and first grant, and answers a free question as the page's table says.
func TestSetUp(t *testing.T) {
	const chosen = "jurisdiction=bj "
	script := commands(t, "docs/setup.md")
	if !strings.Contains(script, chosen) {
		t.Fatalf("the page does not choose a jurisdiction: %s", chosen)
	}
	for j, mode := range map[string]string{"bj": "noisy", "xc": "noisy", "sjz": "MODE_NOT_ALLOWED", "xm": "MODE_NOT_ALLOWED", "strict": "MODE_NOT_ALLOWED", "lab": "exact"} {
		t.Run(j, func(t *testing.T) {
			t.Parallel()
			out := follow(t, strings.Replace(script, chosen, "jurisdiction="+j+" ", 1))
			if demanded := strings.Contains(out, "yumen totp enrol"); demanded != (j != "lab") {
				t.Errorf("a second factor is demanded: %v\n%s", demanded, out)
			}
			for _, want := range []string{mode, "drill: in effect after", "emergency handling", "intact"} {
				if !strings.Contains(out, want) {
					t.Errorf("the commands should have printed %q:\n%s", want, out)
				}
			}
		})
	}
}

// follow runs the commands of a page in a new directory, as its reader would, and returns what they print.
func follow(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	data, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"testdata": data, app: self} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	// The address is the test's own, so that two of them can run at once.
	script = strings.ReplaceAll(script, "127.0.0.1:8443", "127.0.0.1:"+freePort(t))
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", "trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n"+script)
	cmd.Dir = dir
	cmd.WaitDelay = 10 * time.Second
	cmd.Env = append(os.Environ(), "PATH="+strings.Join([]string{dir, bin, os.Getenv("PATH")}, string(os.PathListSeparator)), "HOME="+dir,
		"XDG_CONFIG_HOME="+filepath.Join(dir, "config"), "YUMEN_WORKER="+filepath.Join(bin, "yumen-worker"), "LC_ALL=en_US.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the page does not tell the truth: %v\n%s", err, out)
	}
	return string(out)
}

// TestDemo plays the demo in both languages.
func TestDemo(t *testing.T) {
	for lang, end := range map[string]string{"en": "every step did what it said", "zh": "每一步都做到了所说的"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(filepath.Join(bin, "yumend"), "demo", "--lang", lang)
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), end) {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, want := range []string{"NO_AGGREGATE", "ID_PREDICATE", "PURPOSE", "GRADE_FORBIDS", "BJ-OPS-27d", "DATASET_SEALED", "NOT_LOADED", "BJ-OPS-27a", "FROZEN", "BJ-FIN-32a"} {
				if !strings.Contains(string(out), want) {
					t.Errorf("the demo does not show %s:\n%s", want, out)
				}
			}
		})
	}
}
