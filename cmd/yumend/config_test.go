package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"yumen/internal/locale"
)

// everyField calls visit for each field of the configuration, groups included.
func everyField(v reflect.Value, above string, visit func(field)) {
	for _, f := range fieldsOf(v, above) {
		visit(f)
		switch f.value.Kind() {
		case reflect.Struct:
			everyField(f.value, f.path, visit)
		case reflect.Slice: // of one
			f.value.Set(reflect.Append(f.value, reflect.New(f.value.Type().Elem()).Elem()))
			if entry := f.value.Index(0); entry.Kind() == reflect.Struct {
				everyField(entry, f.path, visit)
			} else {
				entry.SetString("a: 'b' #\t" + f.path)
			}
		}
	}
}

func TestEveryFieldIsInTheManual(t *testing.T) {
	c := standard()
	seen := map[string]bool{}
	everyField(reflect.ValueOf(&c).Elem(), "", func(f field) {
		text := manual[f.path]
		require.True(t, strings.ContainsFunc(text.Zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }), f.path)
		require.Regexp(t, `^[A-Z].*\.$`, text.En, f.path)
		require.Regexp(t, `^[a-z_]+$`, f.name)
		seen[f.path] = true
	})
	for path := range manual {
		require.True(t, seen[path], "%s is no field", path)
	}
}

// What is printed is a file that means what was printed, in either language.
func TestPrintedConfigurationRoundTrips(t *testing.T) {
	other := standard()
	everyField(reflect.ValueOf(&other).Elem(), "", func(f field) {
		switch f.value.Kind() {
		case reflect.String:
			f.value.SetString("a: 'b' #\t" + f.path)
		case reflect.Int, reflect.Int64:
			f.value.SetInt(f.value.Int() + 7)
		case reflect.Float64:
			f.value.SetFloat(0.25)
		}
	})
	for _, want := range []Config{standard(), other} {
		for _, lang := range []locale.Language{locale.Zh, locale.En} {
			var b strings.Builder
			require.NoError(t, printConfig(&b, want, lang))
			var got Config
			require.NoError(t, got.decode([]byte(b.String())), b.String())
			require.Equal(t, want, got)
			for _, line := range strings.Split(b.String(), "\n") {
				require.LessOrEqual(t, len([]rune(line)), 110, line)
			}
		}
	}
}

func TestConfigurationErrors(t *testing.T) {
	for text, want := range map[string][2]string{
		"lissen: x":                   {"第 1 行：没有字段 \"lissen\"，是否指 listen？", "line 1: there is no field \"lissen\"; did you mean listen?"},
		"workers: 4\nrun_second: 1":   {"第 2 行", "did you mean run_seconds?"},
		"zzzzzzzzzzzzzzzzzzzz: 1":     {"yumend config print", "yumend config print lists all fields"},
		"tracing:\n  endpont: x":      {"是否指 tracing.endpoint？", "line 2: there is no field \"tracing.endpont\"; did you mean tracing.endpoint?"},
		"workers: many":               {"第 1 行：字段 workers 应为整数", "line 1: the field workers is a whole number"},
		"workers: ~":                  {"应为整数", "is a whole number"},
		"listen: [a]":                 {"字段 listen 应为文本", "the field listen is a text"},
		"workers: 1\nworkers: 2":      {"出现了两次", "the field workers is there twice"},
		"tracing: 4":                  {"第 1 行", "want fields"},
		"- a":                         {"第 1 行", "want fields"},
		"locations: here":             {"应为列表", "line 1: the field locations is a list"},
		"locations: [{nam: x}]":       {"是否指 locations.name？", "did you mean locations.name?"},
		"locations: [{port: x}]":      {"字段 locations.port 应为整数", "the field locations.port is a whole number"},
		"a: b: c":                     {"不是有效的 YAML", "this is no YAML"},
		"workers: 1\n---\nworkers: 2": {"只有一个", "one YAML document"},
	} {
		c := standard()
		err := c.decode([]byte(text))
		require.Error(t, err, text)
		require.Contains(t, spoken(err, locale.Zh), want[0], text)
		require.Contains(t, spoken(err, locale.En), want[1], text)
	}
	for _, text := range []string{"", "# nothing\n", "---\n", "{}"} {
		c := standard()
		require.NoError(t, c.decode([]byte(text)), text)
		require.Equal(t, standard(), c)
	}
}

// FuzzConfiguration: no file breaks the decoder, and whatever it takes means the same when it is printed.
func FuzzConfiguration(f *testing.F) {
	f.Add("workers: 3\ntracing: {fraction: 0.5}")
	f.Add("a: &x [*x]")
	f.Add("listen: !!binary aGk=")
	f.Fuzz(func(t *testing.T, text string) {
		c := standard()
		if c.decode([]byte(text)) != nil {
			return
		}
		var b strings.Builder
		require.NoError(t, printConfig(&b, c, locale.En))
		var again Config
		require.NoError(t, again.decode([]byte(b.String())), b.String())
		if c.Tracing.Fraction == c.Tracing.Fraction { // not NaN
			require.Equal(t, c, again)
		}
	})
}

func TestConfigurationOfAZone(t *testing.T) {
	dir := t.TempDir()
	require.Equal(t, filepath.Join(dir, "master.key"), defaults(dir).MasterKey)
	path := filepath.Join(dir, "c.yaml")
	require.NoError(t, os.WriteFile(path, []byte("master_key: /other/key\ntracing: {fraction: 2}"), 0o600))
	_, err := readConfig(dir, path)
	require.ErrorContains(t, err, "fraction")
	require.NoError(t, os.WriteFile(path, []byte("master_key: /other/key"), 0o600))
	c, err := readConfig(dir, path)
	require.NoError(t, err)
	require.Equal(t, "/other/key", c.MasterKey)
}

func TestLoopback(t *testing.T) {
	for addr, want := range map[string]bool{"127.0.0.1:1": true, "[::1]:0": true, "localhost:9": true, "0.0.0.0:1": false, ":1": false, "10.0.0.1:1": false, "example.org:1": false, "127.0.0.1": false, "": false} {
		require.Equal(t, want, loopback(addr), addr)
	}
}
