//go:build nightly

package yumen_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// leakMutant is a gateway with one protection taken out. The part of the session that it concerns must then find a canary.
type leakMutant struct {
	name, file string
	old, with  string // the one place in the file, and what stands there instead
	binary     string
	play       func(*stage)
}

// leakMutants take out one protection each: of answers, of logs, of what is stored, of what a reviewer reads.
func leakMutants() []leakMutant {
	load := func(s *stage) {
		s.people("steward", "credit_provider", "analyst_a", "analyst_b")
		s.register()
	}
	review := func(s *stage) {
		s.people("steward", "credit_provider", "analyst_a", "analyst_b", "reviewer_1")
		s.register()
		grant := s.granted()
		s.say("analyst_a", 4, "query", "run", "--grant", grant, "--sql", "SELECT remark, count(*) AS n FROM harbour GROUP BY remark", "-o", "json")
		s.say("reviewer_1", 0, "review", "show", s.id("run", s.say("reviewer_1", 0, "review", "list", "-o", "json")))
	}
	return []leakMutant{
		{name: "the key of a withheld row is shown to reviewers", file: "enclave/riskreport.go", binary: "yumend", play: review,
			old:  "out := make([]*string, t.Keys+len(row.Cells))",
			with: "out := append(append([]*string{}, row.Key...), make([]*string, len(row.Cells))...)"},
		{name: "a fault names what stands where the header should", file: "sandbox/worker/match.go", binary: "yumen-worker", play: load,
			old: `extra[i].Column = ""`, with: `extra[i].Field += 0`},
	}
}

// TestLeakMutants shows that TestLeak would see a protection go.
func TestLeakMutants(t *testing.T) {
	for _, m := range leakMutants() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, m.build(t))
			m.play(s)
			a := newAviary(canaries())
			s.look(a)
			if len(a.found) == 0 {
				t.Error("no canary was found: the search is blind to this")
			}
		})
	}
}

// build makes the binaries with the mutation, without touching the source.
func (m leakMutant) build(t testing.TB) string {
	t.Helper()
	path, err := filepath.Abs(m.file)
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		t.Fatalf("%s has the place %d times: bring the mutant up to date", m.file, n)
	}
	dir := t.TempDir()
	mutated := filepath.Join(dir, "mutated.go")
	if err := os.WriteFile(mutated, []byte(strings.Replace(string(source), m.old, m.with, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {path: mutated}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"yumen", "yumend", "yumen-worker"} {
		if name != m.binary {
			if err := os.Symlink(filepath.Join(bin, name), filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	cgo := "0"
	if m.binary == "yumen-worker" {
		cgo = "1"
	}
	cmd := exec.Command("go", "build", "-tags", "duckdb_arrow", "-overlay", filepath.Join(dir, "overlay.json"), "-o", filepath.Join(dir, m.binary), "./cmd/"+m.binary)
	cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return dir
}
