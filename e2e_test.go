// Package yumen_test runs the scripts of testdata/script against the three real binaries.
package yumen_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"yumen/internal/buildtest"
)

// bin is where the binaries of this run lie. YUMEN_E2E_BIN names a folder with all three, to test what is shipped; otherwise they
// are built.
var bin = os.Getenv("YUMEN_E2E_BIN")

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

// app is the name under which this program shows the code of a second factor, as an authenticator app does: oathtool --totp --base32 SECRET.
const app = "oathtool"

func testMain(m *testing.M) int {
	if filepath.Base(os.Args[0]) == app {
		code, err := totp.GenerateCode(os.Args[len(os.Args)-1], time.Now())
		if err != nil {
			return 1
		}
		fmt.Println(code)
		return 0
	}
	if err := flag.Set("test.parallel", "4"); err != nil { // scripts wait more than they work: for ticks, locks and what starts
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if bin != "" {
		return m.Run()
	}
	for _, name := range []string{"yumen", "yumend", buildtest.Worker} {
		path, err := buildtest.Command(name, "")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		bin = filepath.Dir(path)
	}
	return m.Run()
}

// A script runs to its end: the words that end one early, as passed, are not used.
func TestScriptsHaveNoEarlyEnd(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		require.NotRegexp(t, `(?m)^(\[[^\]]*\] )*(stop|skip)\b`, string(text), f)
	}
}

func TestScripts(t *testing.T) {
	data, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("BIN", bin)
			env.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("LC_ALL", "en_US.UTF-8")
			env.Setenv("DATA", filepath.Join(data, "data"))
			env.Setenv("ZONE", filepath.Join(data, "zone"))
			env.Setenv("YUMEN_WORKER", filepath.Join(bin, "yumen-worker"))
			env.Values[zoneKey{}] = &zone{codes: map[string]string{}}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "eventually": eventually, "field": field, "flip": flip, "serve": serve, "halt": halt, "totp": totpCode, "codes": codes, "enter": enter, "zone": makeZone, "postgres": postgres, "schema": schema, "fetch": fetch,
			"watch": watch, "untouched": untouched,
		},
	})
}

// code runs a program and returns its exit code; what it printed is there for stdout and stderr.
func code(ts *testscript.TestScript, args []string) int {
	err := ts.Exec(args[0], args[1:]...)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	if exit != nil {
		return exit.ExitCode()
	}
	return 0
}

// exits CODE PROGRAM ARGS…: the program must end with exactly this exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS…")
	}
	if got := code(ts, args[1:]); strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// eventually SECONDS CODE PROGRAM ARGS…: the program is repeated until it ends with this exit code.
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: eventually SECONDS CODE PROGRAM ARGS…")
	}
	seconds, err := strconv.Atoi(args[0])
	ts.Check(err)
	for end := time.Now().Add(time.Duration(seconds) * time.Second); ; time.Sleep(300 * time.Millisecond) {
		got := code(ts, args[2:])
		if strconv.Itoa(got) == args[1] {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("exit code still %d, want %s", got, args[1])
		}
	}
}

// field NAME PATH: puts a member of the JSON that was just printed into the environment. PATH has names and indexes, with dots.
func field(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: field NAME PATH")
	}
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	for _, step := range strings.Split(args[1], ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			ts.Check(err)
			if i >= len(at) {
				ts.Fatalf("there is no element %d", i)
			}
			v = at[i]
		default:
			v = nil
		}
	}
	if v == nil || v == "" {
		ts.Fatalf("the output has no %s", args[1])
	}
	ts.Setenv(args[0], fmt.Sprint(v))
}

// totpCode FILE SECRET PERIODS: writes the code that an authenticator app shows so many periods of 30 seconds from now.
func totpCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: totp FILE SECRET PERIODS")
	}
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	if left := 30 - time.Now().Unix()%30; left < 5 { // one of a period that is about to end may be two periods old when it is used
		time.Sleep(time.Until(time.Now().Truncate(30 * time.Second).Add(30 * time.Second)))
	}
	code, err := totp.GenerateCode(args[1], time.Now().Add(time.Duration(n)*30*time.Second))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(code+"\n"), 0o600))
}

// flip FILE BYTE: turns one bit of the byte at that place; a negative place counts from the end. FILE may be a pattern of one file.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flip FILE BYTE")
	}
	names, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(names) != 1 {
		ts.Fatalf("%s names %d files", args[0], len(names))
	}
	b, err := os.ReadFile(names[0])
	ts.Check(err)
	i, err := strconv.Atoi(args[1])
	ts.Check(err)
	if i < 0 {
		i += len(b)
	}
	b[i] ^= 1
	ts.Check(os.WriteFile(names[0], b, 0o600))
}
