package sandbox_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// numbers is a snapshot of n rows with one column x and no entities.
func numbers(t testing.TB, r *sandbox.Runner, n int) *os.File {
	t.Helper()
	var b strings.Builder
	b.WriteString("x\n")
	for i := range n {
		fmt.Fprintln(&b, i)
	}
	s, err := sandboxtest.Load(t, r, catalog.DatasetSpec{Public: true,
		Columns: []catalog.Column{{Name: "x", Type: "BIGINT", Roles: []catalog.Role{catalog.RoleMeasure}}}}, []byte(b.String()))
	require.NoError(t, err)
	return s.Query
}

func one(file *os.File, sql string, timeout time.Duration) sandbox.RunSpec {
	st := sandbox.Statement{SQL: sql}
	if strings.Contains(sql, "main.data") {
		st.Reads = []string{"d"}
	}
	return sandbox.RunSpec{Snapshots: []sandbox.SnapshotRef{{Name: "d", File: file}}, Statements: []sandbox.Statement{st}, Timeout: timeout}
}

// endless runs until it is killed.
const endless = `SELECT sum(a.x * b.x + c.x) FROM "d".main.data a, "d".main.data b, "d".main.data c`

func TestRunRefuses(t *testing.T) {
	r := sandboxtest.Runner(t)
	file := numbers(t, r, 10)
	for _, sql := range []string{
		"", ";", "SELECT 1; SELECT 2", "COPY (SELECT 1) TO '/data/x'", "COPY (SELECT 1) TO '/fd/4'; SELECT 1", "ATTACH '/fd/7' AS y", "ATTACH ':memory:' AS y",
		"INSTALL httpfs", "LOAD httpfs", "SET threads=1", "PRAGMA version", "CREATE TABLE y AS SELECT 1", "INSERT INTO d.main.data VALUES (1)",
		"EXPLAIN SELECT 1", "DESCRIBE d.main.data", "SUMMARIZE d.main.data", "CALL pragma_version()", "EXPORT DATABASE '/data/y'", "CHECKPOINT", "VACUUM",
		"SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_blob('/fd/3')", "SELECT * FROM '/etc/passwd.csv'", "SELECT * FROM glob('/*')",
		"SELECT * FROM read_csv('/proc/self/environ')", "SELECT * FROM duckdb_settings()", "SELECT * FROM duckdb_secrets()", "SELECT * FROM pragma_storage_info('d.main.data')",
		"SELECT * FROM range(10)", "SELECT * FROM generate_series(1, 10)", "SELECT * FROM information_schema.tables", "SELECT * FROM sqlite_master",
		"SELECT * FROM query('SELECT 1')", "SELECT * FROM memory.main.x", "SELECT $1", "SELECT getenv('HOME')",
		"WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT * FROM t LIMIT 3",
		"SELECT x FROM d.main.data ORDER BY error('x')", "SELECT [x] FROM d.main.data", "SELECT {'a': x} FROM d.main.data", "SELECT 'x'::BLOB",
	} {
		out, err := r.Run(soon(t), one(file, sql, 0))
		require.ErrorIs(t, err, sandbox.ErrExecution, sql)
		require.Nil(t, out)
		require.NotContains(t, err.Error(), "passwd")
	}
	require.Equal(t, [][]string{{"10", "45"}}, ask(t, r, file, `SELECT count(*), sum(x) FROM "D".main.data`), "and what is allowed still runs")
}

func TestRunArguments(t *testing.T) {
	r := sandboxtest.Runner(t)
	file := numbers(t, r, 10)
	sql := `SELECT count(*) FROM d.main.data WHERE x >= $1 AND x < $2`
	require.Equal(t, [][]string{{"3"}}, ask(t, r, file, sql, sandbox.Value{Type: "BIGINT", Text: "2"}, sandbox.Value{Type: "DECIMAL(4,1)", Text: "4.5"}))
	for name, args := range map[string][]sandbox.Value{
		"too few": {{Type: "BIGINT", Text: "2"}}, "too many": {{Type: "BIGINT", Text: "2"}, {Type: "BIGINT", Text: "2"}, {Type: "BIGINT", Text: "2"}},
		"type": {{Type: "BIGINT", Text: "2"}, {Type: "BIGINT) --", Text: "2"}}, "value": {{Type: "BIGINT", Text: "2"}, {Type: "BIGINT", Text: "x"}},
		"quote": {{Type: "BIGINT", Text: "2"}, {Type: "BIGINT", Text: "'); SELECT 1; --"}},
	} {
		_, err := r.Run(soon(t), sandbox.RunSpec{Snapshots: []sandbox.SnapshotRef{{Name: "d", File: file}}, Statements: []sandbox.Statement{{SQL: sql, Args: args, Reads: []string{"d"}}}})
		require.ErrorIs(t, err, sandbox.ErrExecution, name)
	}
}

func TestRunJoinsSnapshots(t *testing.T) {
	r := sandboxtest.Runner(t)
	a, b := numbers(t, r, 10), numbers(t, r, 5)
	spec := sandbox.RunSpec{Snapshots: []sandbox.SnapshotRef{{Name: "a b", File: a}, {Name: `q"x`, File: b}},
		Statements: []sandbox.Statement{{SQL: `SELECT count(*) FROM "a b".main.data JOIN "q""x".main.data USING (x)`, Reads: []string{"a b", `q"x`}}, {SQL: `SELECT max(x) FROM "q""x".main.data`, Reads: []string{`q"x`}}}}
	out, err := r.Run(soon(t), spec)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"5"}}, plain(out[0]))
	require.Equal(t, [][]string{{"4"}}, plain(out[1]))
	for _, name := range []string{"memory", "temp", "system", ""} {
		spec.Snapshots[0].Name = name
		_, err = r.Run(soon(t), spec)
		require.ErrorIs(t, err, sandbox.ErrExecution, name)
	}
}

// A statement runs only if it reads exactly what the gateway says that it reads, and calls nothing outside the dialect, even where the engine
// would never get there.
func TestBJ_FIN_23b_RunReadsWhatItIsSaidTo(t *testing.T) {
	r := sandboxtest.Runner(t)
	a, b := numbers(t, r, 10), numbers(t, r, 5)
	run := func(sql string, reads ...string) error {
		_, err := r.Run(soon(t), sandbox.RunSpec{Snapshots: []sandbox.SnapshotRef{{Name: "a", File: a}, {Name: "b", File: b}}, Statements: []sandbox.Statement{{SQL: sql, Reads: reads}}})
		return err
	}
	require.NoError(t, run("SELECT count(*) FROM a.main.data", "a"))
	require.NoError(t, run("WITH w AS (SELECT x FROM a.main.data WHERE x > 2) SELECT sum(w.x), (SELECT max(x) FROM B.main.data) FROM w", "a", "b"))
	for _, c := range []struct {
		sql   string
		reads []string
	}{
		{"SELECT count(*) FROM a.main.data", nil}, {"SELECT count(*) FROM a.main.data", []string{"b"}}, {"SELECT count(*) FROM a.main.data", []string{"a", "b"}},
		{"SELECT count(*) FROM a.main.data WHERE false", []string{"b"}},
		{"SELECT count(*) FROM a.main.data JOIN b.main.data USING (x)", []string{"a"}},
		{"SELECT count(*) FROM a.main.data WHERE x IN (SELECT x FROM b.main.data)", []string{"a"}},
		{"SELECT count(*) FROM a.main.data WHERE false AND current_setting('threads') = '1'", []string{"a"}},
		{"SELECT count(*), getvariable('v') FROM a.main.data", []string{"a"}}, {"SELECT random() FROM a.main.data", []string{"a"}},
		{"SELECT now(), count(*) FROM a.main.data", []string{"a"}}, {"SELECT nextval('s') FROM a.main.data", []string{"a"}},
		{"SELECT other.sum(x) FROM a.main.data", []string{"a"}}, {"SELECT list_transform([x], lambda y: y) FROM a.main.data", []string{"a"}},
		{"PIVOT a.main.data ON x USING count(*)", []string{"a"}},
	} {
		require.ErrorIs(t, run(c.sql, c.reads...), sandbox.ErrExecution, c.sql)
	}
}

// TestRunManyStatements asks more than a job document can hold.
func TestRunManyStatements(t *testing.T) {
	r := sandboxtest.Runner(t)
	spec := sandbox.RunSpec{Snapshots: []sandbox.SnapshotRef{{Name: "d", File: numbers(t, r, 10)}}}
	for i := range 300 {
		spec.Statements = append(spec.Statements, sandbox.Statement{SQL: fmt.Sprintf(`SELECT %d, sum(x) FROM d.main.data WHERE x < $1 -- %s`, i, strings.Repeat("é", 2000)),
			Args: []sandbox.Value{{Type: "BIGINT", Text: "3"}}, Reads: []string{"d"}})
	}
	out, err := r.Run(soon(t), spec)
	require.NoError(t, err)
	require.Len(t, out, 300)
	require.Equal(t, [][]string{{"299", "3"}}, plain(out[299]))
}

// TestRunSeenFromOutside looks at a running worker as the host sees it.
func TestRunSeenFromOutside(t *testing.T) {
	r := sandboxtest.Runner(t)
	if r.LevelName() != "full" {
		t.Skip("the host does not allow the full cage")
	}
	file := numbers(t, r, 100_000)
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() { _, _ = r.Run(ctx, one(file, endless, 0)) })
	defer wait.Wait()
	defer cancel()
	var pid string
	require.Eventually(t, func() bool {
		found, _ := filepath.Glob("/proc/self/task/*/children")
		for _, f := range found {
			b, _ := os.ReadFile(f)
			for p := range strings.FieldsSeq(string(b)) {
				if name, _ := os.ReadFile("/proc/" + p + "/comm"); string(name) == "yumen-worker\n" {
					pid = p
				}
			}
		}
		return pid != ""
	}, 10*time.Second, 10*time.Millisecond)
	status, err := os.ReadFile("/proc/" + pid + "/status")
	require.NoError(t, err)
	for _, line := range []string{"CapEff:\t0000000000000000", "CapPrm:\t0000000000000000", "CapAmb:\t0000000000000000", "CapBnd:\t0000000000000000",
		"NoNewPrivs:\t1", "Seccomp:\t2"} {
		require.Contains(t, string(status), line)
	}
	network, err := os.ReadFile("/proc/" + pid + "/net/dev")
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(network), ":"), "one interface")
	require.Contains(t, string(network), "lo:")
}

func TestRunDeadline(t *testing.T) {
	r := sandboxtest.Runner(t)
	file := numbers(t, r, 100_000)
	patient := soon(t)
	_, err := r.Run(patient, one(file, endless, 500*time.Millisecond))
	require.ErrorIs(t, err, sandbox.ErrTimeout)
	require.NoError(t, patient.Err(), "the run's own deadline came first")

	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(300*time.Millisecond, cancel)
	_, err = r.Run(ctx, one(file, endless, 0))
	require.ErrorIs(t, err, context.Canceled)

	ctx, cancel = context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	_, err = r.Run(ctx, one(file, endless, 0))
	require.ErrorIs(t, err, sandbox.ErrTimeout)
}

func TestCloseKills(t *testing.T) {
	r, err := sandbox.New(sandbox.Config{Worker: sandboxtest.Worker(t)})
	require.NoError(t, err)
	file := numbers(t, r, 100_000)
	time.AfterFunc(300*time.Millisecond, r.Close)
	_, err = r.Run(soon(t), one(file, endless, 0))
	require.ErrorIs(t, err, sandbox.ErrClosed)
	_, err = r.Parse(soon(t), "SELECT 1")
	require.ErrorIs(t, err, sandbox.ErrClosed)
}

// TestRunMemory says that what the engine's own limit does not hold back, the address space does.
func TestRunMemory(t *testing.T) {
	r := sandboxtest.Runner(t)
	file := numbers(t, r, 1000)
	long := `SELECT string_agg(a.x::VARCHAR || '` + strings.Repeat("y", 1000) + `', '') = '' FROM d.main.data a, d.main.data b WHERE b.x < `
	spec := one(file, long+"2", 20*time.Second)
	spec.MemoryMB = 128
	_, err := r.Run(soon(t), spec)
	require.NoError(t, err)
	spec.Statements[0].SQL = long + "1000"
	_, err = r.Run(soon(t), spec)
	require.ErrorIs(t, err, sandbox.ErrExecution)
	spec.Statements[0].SQL = `SELECT a.x, count(*) FROM d.main.data a, d.main.data b, d.main.data c GROUP BY a.x, a.x * b.x * c.x`
	_, err = r.Run(soon(t), spec)
	require.ErrorIs(t, err, sandbox.ErrExecution)
}

func TestRunCaps(t *testing.T) {
	r := sandboxtest.Runner(t, func(c *sandbox.Config) { c.MaxRows = 100 })
	file := numbers(t, r, 101)
	_, err := r.Run(soon(t), one(file, `SELECT x FROM d.main.data LIMIT 100`, 0))
	require.NoError(t, err)
	_, err = r.Run(soon(t), one(file, `SELECT x FROM d.main.data`, 0))
	require.ErrorIs(t, err, sandbox.ErrExecution)

	r = sandboxtest.Runner(t, func(c *sandbox.Config) { c.MaxResultBytes = 1 << 20 })
	_, err = r.Run(soon(t), one(file, "SELECT '"+strings.Repeat("x", 100_000)+"' FROM d.main.data", 0))
	require.ErrorIs(t, err, sandbox.ErrExecution)
}

func TestRunSpills(t *testing.T) {
	r := sandboxtest.Runner(t, func(c *sandbox.Config) { c.SpillMB = 512 })
	file := numbers(t, r, 1_000_000)
	spec := one(file, `SELECT count(*), max(n) FROM (SELECT x, row_number() OVER (ORDER BY x * 7919 % 1000003) AS n, x::VARCHAR || '`+strings.Repeat("y", 100)+
		`' AS y FROM d.main.data ORDER BY x * 7907 % 1000003) WHERE y <> ''`, 0)
	spec.MemoryMB = 96
	if r.LevelName() != "full" {
		t.Skip("spilling needs the private root")
	}
	out, err := r.Run(soon(t), spec)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"1000000", "1000000"}}, plain(out[0]))
}

func TestAdmission(t *testing.T) {
	r := sandboxtest.Runner(t, func(c *sandbox.Config) { c.Workers, c.MemoryMB, c.AdmissionWait = 1, 1024, 200*time.Millisecond })
	file := numbers(t, r, 100_000)
	spec := one(file, "SELECT 1", 0)
	spec.MemoryMB = 4096
	_, err := r.Run(soon(t), spec)
	require.ErrorIs(t, err, sandbox.ErrCapacity, "never fits")

	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() { _, _ = r.Run(ctx, one(file, endless, 0)) })
	time.Sleep(300 * time.Millisecond)
	_, err = r.Parse(soon(t), "SELECT 1")
	require.ErrorIs(t, err, sandbox.ErrCapacity, "waited in vain")
	cancel()
	wait.Wait()
	_, err = r.Parse(soon(t), "SELECT 1")
	require.NoError(t, err)
}

func TestOnlySealedFiles(t *testing.T) {
	r := sandboxtest.Runner(t)
	f, err := os.Open("/etc/passwd")
	require.NoError(t, err)
	defer f.Close()
	for _, file := range []*os.File{f, nil} {
		_, err = r.Run(soon(t), one(file, "SELECT 1", 0))
		require.ErrorIs(t, err, sandbox.ErrExecution)
		_, err = r.Ingest(soon(t), sandbox.IngestSpec{Source: file})
		require.ErrorIs(t, err, sandbox.ErrExecution)
	}
	_, err = r.Run(soon(t), one(sandboxtest.Seal(t, []byte("not a database")), "SELECT 1", 0))
	require.ErrorIs(t, err, sandbox.ErrExecution)
}

func TestConcurrentRuns(t *testing.T) {
	r := sandboxtest.Runner(t)
	file := numbers(t, r, 1000)
	var wait sync.WaitGroup
	errs := make(chan error, 12)
	for range cap(errs) {
		wait.Go(func() {
			out, err := r.Run(context.Background(), one(file, `SELECT sum(x) FROM d.main.data`, 0))
			if err == nil && *out[0][0][0] != "499500" {
				err = sandbox.ErrExecution
			}
			errs <- err
		})
	}
	wait.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
}

func TestSealedFilesDoNotChange(t *testing.T) {
	f := sandboxtest.Seal(t, []byte("abc"))
	_, err := f.Write([]byte("x"))
	require.Error(t, err)
	require.Error(t, f.Truncate(0))
	_, err = os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", f.Fd()), os.O_RDWR, 0)
	if err == nil {
		w, _ := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", f.Fd()), os.O_RDWR, 0)
		_, err = w.WriteAt([]byte("x"), 0)
	}
	require.Error(t, err)
	_, err = sandbox.SealReader("x", strings.NewReader("abcd"), 3)
	require.ErrorIs(t, err, sandbox.ErrCapacity)
}
