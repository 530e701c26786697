package worker_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"yumen/sandbox/worker"
)

// FuzzOpenSource opens anything at all: it ends in a source or in a rule, and what it writes is bounded.
func FuzzOpenSource(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "\xef\xbb\xbfa;b\r\n\"x\n\";2\r\n", "a\rb\r", "{\"a\":1}\n{\"b\":null}\n", "\xff\xfea\x00,\x00b\x00\n\x00", "\xb5\xd8\xc7\xf8,n\n\xba\xa3\xb5\xed,1\n",
		"\x1f\x8b\x08\x00\x00\x00\x00\x00", "\x28\xb5\x2f\xfd\x00", "PAR1", "[", "\n\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "in")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		private := filepath.Join(dir, "private")
		if err := os.Mkdir(private, 0o700); err != nil {
			t.Fatal(err)
		}
		const limit = 1 << 20
		if err := worker.OpenSource(path, private, limit, 100); err != nil && !worker.Rejected(err) {
			t.Fatalf("neither a source nor a rule: %v", err)
		}
		left, _ := filepath.Glob(private + "/*")
		for _, name := range left {
			if st, err := os.Stat(name); err == nil && st.Size() > limit {
				t.Fatal("a copy is over its limit")
			}
		}
	})
}

// FuzzScanObject compares the scanner of JSON lines with encoding/json: what it takes is JSON, with the same keys and the same values.
func FuzzScanObject(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a":1}`, `{"a":"\u00e9\ud834\udd1e\n","b":null,"c":true,"d":-1.5e+3}`, `{"a":1,"a":2}`, `{"a":{}}`, ` { "a" : "" } `, `{"a":01}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if bytes.ContainsAny(line, "\r\n\x00") || !utf8.Valid(line) {
			return // found before a line is scanned
		}
		got, rule := worker.ScanObject(line)
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		var want map[string]any
		err := json.Unmarshal(line, &map[string]any{})
		if rule != "" {
			if err == nil && rule == "json" {
				t.Fatalf("encoding/json takes %q", line)
			}
			return
		}
		if err != nil || d.Decode(&want) != nil || len(want) != len(got) {
			t.Fatalf("encoding/json does not take %q", line)
		}
		for k, v := range want {
			text := ""
			switch x := v.(type) {
			case string:
				text = x
			case json.Number:
				text = x.String()
			case bool:
				text = map[bool]string{true: "true", false: "false"}[x]
			}
			if got[k] != text {
				t.Fatalf("%q differs", k)
			}
		}
	})
}
