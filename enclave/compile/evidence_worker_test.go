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
func inWorkers(t *testing.T, runner *sandbox.Runner, files map[string]*os.File, program interface{ Batches(int) []compile.Batch }) (out [][][]*string) {
	for _, batch := range program.Batches(32 << 10) {
		spec := sandbox.RunSpec{}
		for _, a := range batch.Attachments {
			spec.Snapshots = append(spec.Snapshots, sandbox.SnapshotRef{Name: a.Alias, File: files[a.Alias]})
		}
		for i, s := range batch.Statements {
			w := sandbox.Statement{SQL: s.SQL, Reads: batch.Reads[i]}
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

// TestWorkerOverLoads runs a program over two loads of one dataset in real workers: both are attached beside each other, and
// the engine's own plans pass the worker's check.
func TestWorkerOverLoads(t *testing.T) {
	runner := sandboxtest.Runner(t)
	specs := tinySpecs(t)
	load := func(dataset, text string) *os.File {
		s, err := sandboxtest.Load(t, runner, specs[dataset], []byte(text))
		require.NoError(t, err)
		return s.Query
	}
	people := func(n, raised int) string {
		text := "pid,hid,town,wealth\n"
		for pid := range n {
			text += fmt.Sprintf("%d,%d,%s,%d\n", pid, pid/2, []string{"n", "s"}[pid%2], 10+pid+100*min(1, max(0, raised-pid)))
		}
		return text
	}
	visits := "pid,cid,site,area,kind,result,cost\n"
	for pid := range 20 {
		visits += fmt.Sprintf("%d,%d,1,%s,x,good,%d\n%d,%d,2,%s,y,good,1\n", pid, pid/2, []string{"a", "b"}[pid%2], pid, pid, pid%4, []string{"b", "c", "a"}[pid%3])
	}
	visited := load("visits", visits)
	files := map[string]map[string]*os.File{"people": {"one": load("people", people(20, 0)), "two": load("people", people(22, 3))},
		"visits": {"v": visited}}
	joined := func() *question {
		return ask(specs, "visits").join("visits", "pid", "people", "pid").by("visits", "area", "", 0).rows(0).entities(0, join, 1).
			sum(0, join, "wealth").entities(0, "visits", 0)
	}
	for name, q := range map[string][2]*question{
		"same":   {ask(specs, "people").by("people", "town", "", 0).rows(0).sum(0, "people", "wealth"), ask(specs, "people").by("people", "town", "", 0).rows(0).sum(0, "people", "wealth")},
		"nested": {ask(specs, "people").rows(0).squares(0, "people", "wealth").entities(0, "people", 1), ask(specs, "people").by("people", "town", "", 0).rows(0).squares(0, "people", "wealth").entities(0, "people", 1)},
		"joined": {joined(), joined()},
		"crowd":  {ask(specs, "people").rows(0), joined()},
	} {
		t.Run(name, func(t *testing.T) {
			pins := map[string]string{"people": "one", "visits": "v"}
			in := compile.Inputs{Snapshots: map[string]string{"people": "two", "visits": "v"}}
			first := inFiles(t, runner, files, q[0], compile.Inputs{Snapshots: pins})
			outcomes, err := compile.Outcomes(q[0].plan.Families(pins, nil), disclosure.Judge(first, disclosure.Rules{K: 1}).Released(first), nil)
			require.NoError(t, err)
			for i, f := range q[0].plan.Families(pins, nil) {
				in.Earlier = append(in.Earlier, outcomes[i].Earlier(f)...)
			}
			require.NotEmpty(t, in.Earlier)
			compared := 0
			for _, row := range inFiles(t, runner, files, q[1], in).Rows {
				for _, c := range row.Cells {
					compared += len(c.Before)
					for _, d := range c.Differences {
						if d.Against == disclosure.AgainstEarlier {
							compared++
						}
					}
				}
			}
			require.NotZero(t, compared)
		})
	}
}

// inFiles answers a question in real workers over loads by dataset and snapshot.
func inFiles(t *testing.T, runner *sandbox.Runner, files map[string]map[string]*os.File, q *question, in compile.Inputs) *disclosure.Table {
	program, err := compile.Generate(&q.plan, in)
	require.NoError(t, err)
	named := map[string]*os.File{}
	for _, a := range program.Attachments {
		named[a.Alias] = files[a.Dataset][a.Snapshot]
		require.NotNil(t, named[a.Alias])
	}
	table, err := program.Evidence(inWorkers(t, runner, named, program))
	require.NoError(t, err)
	return table
}
