package sandbox_test

import (
	"crypto/sha256"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"yumen/sandbox"
)

// hostileSQL is what a broken compiler could let through. TABLE stands for the data of the job, DIR for a directory of the host that everybody may
// read and write, FD for the worker's own descriptors.
var hostileSQL = []string{
	// files of the host
	"SELECT * FROM read_csv('DIR/secret')", "SELECT * FROM read_csv_auto('DIR/secret')", "SELECT content FROM read_text('DIR/secret')", "SELECT content FROM read_blob('DIR/secret')",
	"SELECT * FROM read_json('DIR/secret')", "SELECT * FROM read_ndjson_objects('DIR/secret')", "SELECT * FROM read_parquet('DIR/secret')", "SELECT * FROM parquet_scan('DIR/secret')",
	"SELECT * FROM parquet_metadata('DIR/secret')", "SELECT * FROM parquet_schema('DIR/secret')", "SELECT * FROM parquet_kv_metadata('DIR/secret')", "SELECT * FROM parquet_file_metadata('DIR/secret')",
	"SELECT * FROM sniff_csv('DIR/secret')", "SELECT * FROM glob('DIR/*')", "FROM 'DIR/secret.csv'", "FROM 'DIR/secret.parquet'", "SELECT * FROM 'DIR/*.csv'", "SELECT * FROM '/etc/passwd'",
	"SELECT content FROM read_text('/proc/self/environ')", "SELECT content FROM read_text('/proc/self/cmdline')", "SELECT content FROM read_text('FD/3')", "SELECT content FROM read_blob('FD/7')",
	"SELECT (SELECT content FROM read_text('DIR/secret')) FROM TABLE", "SELECT count(*) FROM TABLE WHERE EXISTS (FROM read_text('DIR/secret'))",
	"WITH t AS (FROM read_text('DIR/secret')) SELECT content FROM t", "SELECT * FROM TABLE UNION ALL SELECT length(content) FROM read_text('DIR/secret')",
	// writing
	"COPY (SELECT 1) TO 'DIR/out'", "COPY TABLE TO 'DIR/out' (FORMAT parquet)", "COPY (SELECT 1) TO 'FD/4'", "COPY TABLE FROM 'DIR/secret'", "COPY FROM DATABASE d TO memory",
	"EXPORT DATABASE 'DIR/out'", "IMPORT DATABASE 'DIR'", "INSERT INTO TABLE VALUES (1)", "UPDATE TABLE SET x = 0", "DELETE FROM TABLE", "TRUNCATE TABLE", "DROP TABLE TABLE", "ALTER TABLE TABLE ADD COLUMN y INT",
	"CREATE TABLE y AS FROM TABLE", "CREATE TEMP TABLE y AS FROM TABLE", "CREATE OR REPLACE VIEW v AS FROM TABLE", "CREATE INDEX i ON TABLE (x)", "CREATE SCHEMA s", "CREATE SEQUENCE s", "MERGE INTO TABLE USING (SELECT 1 AS x) t ON true WHEN MATCHED THEN DELETE",
	"CHECKPOINT", "FORCE CHECKPOINT d", "VACUUM", "ANALYZE", "BEGIN TRANSACTION", "COMMENT ON TABLE TABLE IS 'x'",
	// databases, extensions and the network
	"ATTACH 'DIR/secret' AS s", "ATTACH 'DIR/new.db' AS s", "ATTACH 'FD/7' AS again", "ATTACH ':memory:' AS m", "DETACH d", "USE d", "INSTALL httpfs", "LOAD httpfs", "LOAD 'DIR/secret'", "UPDATE EXTENSIONS",
	"FORCE INSTALL spatial FROM 'http://127.0.0.1:9'", "SELECT * FROM read_csv('http://127.0.0.1:9/x')", "SELECT * FROM read_parquet('s3://bucket/x')", "SELECT * FROM 'https://127.0.0.1:9/x.csv'",
	"CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET 'y')", "CREATE PERSISTENT SECRET s (TYPE http)", "DROP SECRET s",
	// settings and what the engine knows of itself
	"SET enable_external_access = true", "SET lock_configuration = false", "SET memory_limit = '100GB'", "SET threads = 64", "SET temp_directory = 'DIR'", "SET allowed_directories = ['/']",
	"SET allowed_paths = ['DIR/secret']", "SET autoinstall_known_extensions = true", "SET autoload_known_extensions = true", "SET allow_unsigned_extensions = true", "SET allow_community_extensions = true",
	"SET extension_directory = 'DIR'", "SET secret_directory = 'DIR'", "SET home_directory = 'DIR'", "SET log_query_path = 'DIR/log'", "SET profiling_output = 'DIR/profile'", "SET search_path = 'd'", "SET SESSION schema = 'd.main'",
	"SET VARIABLE v = 1", "RESET lock_configuration", "RESET enable_external_access", "PRAGMA enable_profiling", "PRAGMA profiling_output = 'DIR/profile'", "PRAGMA database_list", "PRAGMA version", "PRAGMA table_info('TABLE')",
	"PRAGMA enable_logging", "CALL enable_logging('QueryLog', storage = 'stdout')", "CALL pragma_version()", "CALL duckdb_settings()",
	"SELECT * FROM duckdb_settings()", "SELECT * FROM duckdb_secrets()", "SELECT * FROM which_secret('s3://x', 's3')", "SELECT * FROM duckdb_databases()", "SELECT * FROM duckdb_extensions()", "SELECT * FROM duckdb_temporary_files()",
	"SELECT * FROM duckdb_memory()", "SELECT * FROM duckdb_tables()", "SELECT * FROM duckdb_columns()", "SELECT * FROM duckdb_functions()", "SELECT * FROM duckdb_logs()", "SELECT * FROM pragma_database_size()",
	"SELECT * FROM pragma_storage_info('TABLE')", "SELECT * FROM pragma_platform()", "SELECT * FROM information_schema.tables", "SELECT * FROM sqlite_master", "SELECT * FROM pg_catalog.pg_settings", "SELECT * FROM main.duckdb_views",
	"SELECT getenv('PATH')", "SELECT getvariable('v')", "SELECT current_setting('memory_limit')", "SELECT version()", "SELECT current_database(), current_schema(), current_user", "SELECT txid_current()", "SELECT current_query()",
	"SELECT in_search_path('d', 'main')", "SELECT now(), random(), uuid()", "SELECT pg_typeof(1)", "SELECT stats(x) FROM TABLE", "SELECT write_log('x')", "SELECT getenv('YUMEN_MASTER_KEY') FROM TABLE",
	// texts within texts
	"SELECT * FROM query('FROM duckdb_settings()')", "SELECT * FROM query_table('TABLE')", "SELECT * FROM query_table(['TABLE'])", "CREATE MACRO m(a) AS a", "CREATE MACRO m() AS TABLE FROM read_text('DIR/secret')",
	"PREPARE p AS SELECT 1", "EXECUTE s1", "DEALLOCATE s1", "EXPLAIN FROM TABLE", "EXPLAIN ANALYZE FROM TABLE", "DESCRIBE FROM TABLE", "SHOW ALL TABLES", "SHOW DATABASES", "SUMMARIZE TABLE",
	"SELECT 1; SELECT 2", "SELECT 1; DROP TABLE TABLE", "DROP TABLE TABLE; SELECT 1", "SELECT 1;; COPY (SELECT 1) TO 'DIR/out'", "SELECT 1 /* ; */; ATTACH 'DIR/new.db'", "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
	"SELECT json_serialize_sql('SELECT 1')", "SELECT json_serialize_plan('SELECT 1')", "PIVOT TABLE ON x", "SELECT * FROM TABLE TABLESAMPLE 10%", "SELECT * FROM TABLE POSITIONAL JOIN read_text('DIR/secret')",
	// failures that quote a value
	"SELECT CAST(x || 'v' AS INTEGER) FROM TABLE", "SELECT error('value ' || x) FROM TABLE", "SELECT (SELECT x FROM TABLE)::DATE", "SELECT no_such_column FROM TABLE", "SELECT x FROM no_such_table", "SELECT strptime(x::VARCHAR, '%Q') FROM TABLE",
	// results that do not travel
	"SELECT 'x'::BLOB", "SELECT [x] FROM TABLE", "SELECT {'a': x} FROM TABLE", "SELECT MAP {x: x} FROM TABLE", "SELECT TABLE FROM TABLE", "SELECT '1 day'::INTERVAL", "SELECT uuid()",
	// functions outside the dialect that eat memory or time
	"SELECT length(repeat('x', 10000000000))", "SELECT len(range(10000000000))", "SELECT * FROM range(100000000000)", "SELECT count(*) FROM generate_series(1, 1000000000000)", "SELECT unnest(range(1000000000))", "SELECT rpad('x', 2000000000, 'y')",
	"SELECT printf('%2000000000d', 1)", "SELECT format('{:>2000000000}', 'x')", "SELECT regexp_matches(repeat('a', 100), '(a*)*b')", "SELECT regexp_replace('aaaa', '(a|aa)+$', 'x', 'g')", "SELECT levenshtein(repeat('a', 100000), repeat('b', 100000))",
	"SELECT list_transform(range(1000000000), lambda x: x)", "SELECT sleep_ms(60000)", "SELECT pg_sleep(60)", "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t",
	"WITH RECURSIVE t(n) USING KEY (n) AS (SELECT 1 UNION SELECT n + 1 FROM t) SELECT max(n) FROM t", "SELECT bitstring('1', 2000000000)", "SELECT array_value(1)::INTEGER[100000000]",
	// texts that eat the parser or the binder
	"SELECT " + strings.Repeat("(", 20_000) + "1" + strings.Repeat(")", 20_000), "SELECT " + strings.Repeat("NOT ", 20_000) + "true", "SELECT " + strings.Repeat("-", 3) + "1 FROM", "SELECT " + strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000),
	strings.Repeat("SELECT * FROM (", 3_000) + "TABLE" + strings.Repeat(")", 3_000), "SELECT '" + strings.Repeat("x", 50_000), "SELECT $" + strings.Repeat("9", 400), "SELECT 1 AS \"" + strings.Repeat("a", 60_000), "/*" + strings.Repeat("/*", 1000),
	"SELECT " + strings.Repeat("x.", 5_000) + "x FROM TABLE x", "", ";", "\x01\x02", "\ufeffSELECT", "SELECT \u202e1",
}

// heavySQL is what the list of functions allows: only limits hold it.
var heavySQL = map[string]string{
	"a text that doubles":     doubled(40),
	"a sum over a product":    "SELECT sum(a.x * b.x + c.x * e.x) FROM TABLE a, TABLE b, TABLE c, TABLE e",
	"an endless text":         "SELECT string_agg(a.x::VARCHAR || '" + strings.Repeat("y", 1000) + "', '') FROM TABLE a, TABLE b, TABLE c",
	"an endless list":         "SELECT list_max(list(a.x + b.x + c.x)) FROM TABLE a, TABLE b, TABLE c",
	"groups without end":      "SELECT a.x + b.x * 1000 + c.x * 1000000 AS k, count(*) FROM TABLE a, TABLE b, TABLE c GROUP BY k",
	"an order without end":    "SELECT x FROM (SELECT a.x + b.x * c.x AS x FROM TABLE a, TABLE b, TABLE c) ORDER BY x LIMIT 3 OFFSET 100000000",
	"windows without end":     "SELECT max(r) FROM (SELECT rank() OVER (ORDER BY a.x + b.x + c.x) AS r FROM TABLE a, TABLE b, TABLE c)",
	"distinct without end":    "SELECT count(DISTINCT a.x + b.x * 1000 + c.x * 1000000) FROM TABLE a, TABLE b, TABLE c",
	"rows without end":        "SELECT a.x FROM TABLE a, TABLE b, TABLE c",
	"a histogram without end": "SELECT list_max(map_values(histogram(a.x + b.x * 1000 + c.x * 1000000))) FROM TABLE a, TABLE b, TABLE c",
}

// doubled is a text that is twice as long on every level.
func doubled(levels int) string {
	return "SELECT s = '' FROM " + strings.Repeat("(SELECT s || s AS s FROM ", levels) + "(SELECT x::VARCHAR AS s FROM TABLE)" + strings.Repeat(")", levels)
}

// hostileJobs asks one statement in every kind of job that takes SQL.
type hostileJobs struct {
	t     *testing.T
	r     *sandbox.Runner
	file  *os.File
	dir   string
	rows  [][]*string
	limit time.Duration
}

func (h *hostileJobs) text(sql, table string) string {
	fds := "/fd"
	if h.r.LevelName() == "floor" {
		fds = "/proc/self/fd"
	}
	// TABLE is also a word of the language.
	return strings.NewReplacer("DIR", h.dir, "FD/", fds+"/", "ALTER TABLE ", "ALTER TABLE ", "DROP TABLE ", "DROP TABLE ", "COMMENT ON TABLE ", "COMMENT ON TABLE ", "CREATE TABLE ", "CREATE TABLE ",
		"TEMP TABLE ", "TEMP TABLE ", "AS TABLE ", "AS TABLE ", "TABLE", table).Replace(sql)
}

func (h *hostileJobs) run(sql string) (any, error) {
	spec := one(h.file, h.text(sql, "d.main.data"), h.limit)
	out, err := h.r.Run(soon(h.t), spec)
	if out == nil {
		return nil, err
	}
	return out, err
}

func (h *hostileJobs) post(sql string) (any, error) {
	out, err := h.r.Post(soon(h.t), sandbox.PostSpec{Relations: cells("x", "BIGINT", h.rows), SQL: h.text(sql, "cells"), Formats: []string{"parquet"}, Timeout: h.limit})
	if out == nil {
		return nil, err
	}
	return out, err
}

// refused requires that an answer is none and that its error tells nothing.
func (h *hostileJobs) refused(out any, err error, sql string) {
	if !assert.True(h.t, errors.Is(err, sandbox.ErrExecution) || errors.Is(err, sandbox.ErrTimeout), "%.100s: %v", sql, err) {
		return
	}
	assert.Nil(h.t, out, sql)
	assert.Regexp(h.t, `^sandbox: (deadline exceeded|execution failed: (worker reports [a-z_]+|result|status|exit: [a-z0-9 ():]+|out of memory))$`, err.Error(), "%.100s", sql)
}

// seen is everything that a statement could have changed.
func (h *hostileJobs) seen() []string {
	content, err := io.ReadAll(io.NewSectionReader(h.file, 0, 1<<30))
	require.NoError(h.t, err)
	sum := sha256.Sum256(content)
	out := []string{string(sum[:])}
	for _, dir := range []string{h.dir, "."} {
		names, err := filepath.Glob(dir + "/*")
		require.NoError(h.t, err)
		out = append(out, names...)
	}
	return out
}

// works requires that the next worker answers.
func (h *hostileJobs) works(after string) {
	out, err := h.r.Run(soon(h.t), one(h.file, "SELECT count(*), sum(x) FROM d.main.data", 0))
	if assert.NoError(h.t, err, "%.100s", after) {
		assert.Equal(h.t, [][]string{{"1000", "499500"}}, plain(out[0]))
	}
}

func newHostileJobs(t *testing.T, level string) *hostileJobs {
	r := at(t, level)
	h := &hostileJobs{t: t, r: r, file: numbers(t, r, 1000), dir: newOutside(t).Dir}
	for range 1000 {
		h.rows = append(h.rows, []*string{text("7")})
	}
	for _, name := range []string{"secret.csv", "secret.parquet"} {
		require.NoError(t, os.WriteFile(filepath.Join(h.dir, name), outsideSecret, 0o644))
	}
	return h
}

// TestHostileSQL hands statements to the worker as if the compiler were broken.
func TestHostileSQL(t *testing.T) {
	for _, level := range []string{"full", "floor"} {
		t.Run(level, func(t *testing.T) {
			h := newHostileJobs(t, level)
			before := h.seen()
			statements := hostileSQL
			if level != "full" { // the first ones are about files, of which the floor shows more
				statements = statements[:60]
			}
			each(statements, func(sql string) {
				out, err := h.run(sql)
				h.refused(out, err, sql)
				if level != "full" {
					return
				}
				out, err = h.post(sql)
				h.refused(out, err, sql)
				h.parse(sql)
				h.works(sql)
			})
			require.Equal(t, before, h.seen())
		})
	}
}

// parse requires that the tree of a text, if it has one, holds nothing but the text.
func (h *hostileJobs) parse(sql string) {
	tree, err := h.r.Parse(soon(h.t), h.text(sql, "cells"))
	var syntax *sandbox.SyntaxError
	if err != nil && !errors.As(err, &syntax) {
		assert.ErrorIs(h.t, err, sandbox.ErrExecution, "%.100s", sql)
	}
	assert.NotContains(h.t, string(tree), string(outsideSecret), sql)
}

// TestHeavySQL asks for more than a worker may have.
func TestHeavySQL(t *testing.T) {
	h := newHostileJobs(t, "full")
	h.limit = 500 * time.Millisecond
	before := h.seen()
	each(slices.Sorted(maps.Keys(heavySQL)), func(name string) {
		for _, ask := range []func(string) (any, error){h.run, h.post} {
			out, err := ask(heavySQL[name])
			h.refused(out, err, name)
			assert.NotContains(t, err.Error(), "refused", "the list of functions allows it")
		}
		h.works(name)
	})
	require.Equal(t, before, h.seen())
}
