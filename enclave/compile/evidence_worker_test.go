package compile_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// seal copies the corpus into sealed query files.
func (c *corpusWorld) seal(t *testing.T) map[string]*os.File {
	out := map[string]*os.File{}
	for name := range c.specs {
		path := filepath.Join(t.TempDir(), name+".db")
		c.exec(fmt.Sprintf(`ATTACH '%s' AS file`, path))
		c.exec(fmt.Sprintf(`CREATE TABLE file.main.data AS FROM "%s".main.data`, name))
		c.exec(`DETACH file`)
		text, err := os.Open(path)
		require.NoError(t, err)
		f, err := sandbox.SealReader(name, text, 64<<20)
		require.NoError(t, err)
		require.NoError(t, text.Close())
		t.Cleanup(func() { f.Close() })
		out[name] = f
	}
	return out
}

// TestWorker runs the programs of the corpus, ledgers included, in real workers: the engine's own plans pass the worker's check, and
// every cell of every answer is the one of this process.
func TestWorker(t *testing.T) {
	c := newCorpus(t)
	files := c.seal(t)
	runner := sandboxtest.Runner(t)
	view := viewtest.Corpus(t)
	for _, p := range corpus(t) {
		if p.Verdict == "refuse" || p.Machine != nil && !*p.Machine {
			continue
		}
		s := &session{corpusWorld: c}
		for _, text := range p.SQL {
			plan, err := build(t, text, view, noNulls(view))
			require.NoError(t, err)
			program, err := compile.Generate(plan, compile.Inputs{Snapshots: c.pins, Earlier: s.earlier})
			require.NoError(t, err)
			want, err := program.Evidence(c.run(program))
			require.NoError(t, err)
			got, err := program.Evidence(inWorkers(t, runner, files, program))
			require.NoError(t, err)
			require.Equal(t, disclosure.Judge(want, grade2), disclosure.Judge(got, grade2), p.ID)
			require.Equal(t, grade2Released(want), grade2Released(got), p.ID)
			s.ask(t, text)
		}
	}
}

// grade2Released is everything that leaves of a table.
func grade2Released(t *disclosure.Table) []string {
	return words(disclosure.Judge(t, grade2).Released(t))
}

// inWorkers runs a program in small batches.
func inWorkers(t *testing.T, runner *sandbox.Runner, files map[string]*os.File, program *compile.Program) (out [][][]*string) {
	for _, batch := range program.Batches(32 << 10) {
		spec := sandbox.RunSpec{}
		for _, a := range batch.Attachments {
			spec.Snapshots = append(spec.Snapshots, sandbox.SnapshotRef{Name: a.Alias, File: files[a.Alias]})
		}
		for _, s := range batch.Statements {
			w := sandbox.Statement{SQL: s.SQL}
			for _, v := range s.Args {
				w.Args = append(w.Args, sandbox.Value(v))
			}
			spec.Statements = append(spec.Statements, w)
		}
		answers, err := runner.Run(context.Background(), spec)
		require.NoError(t, err)
		out = append(out, answers...)
	}
	return out
}
