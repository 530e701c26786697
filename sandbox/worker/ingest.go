package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"yumen/sandbox/wire"
)

// rejection is a quarantined batch.
type rejection struct{ faults []wire.Fault }

// Error counts the faults.
func (r *rejection) Error() string { return fmt.Sprintf("%d faults", len(r.faults)) }

// errStage is a source that the fast path could not take: a value broke its declaration, or the engine failed.
var errStage = errors.New("staging failed")

// loader is one ingest.
type loader struct {
	e      *engine
	j      *wire.Job
	decl   *declaration
	source *source
	fields []int // field of the source by declared column
	way    *progress
	pace   float64 // time of this machine per time that is expected
}

// ingest builds the query file and the identity file from a source of any format that is taken (openSource); an empty field is
// NULL. The fast path converts and hashes in one vectorised pass whose first broken value ends it; the checks that need the whole
// table follow on typed columns. Only when one of them fails is the source read again, with row numbers, to say where.
func ingest(ctx context.Context, j *wire.Job, result io.Writer) (*wire.Status, error) {
	decl, err := declare(&j.Ingest.Spec, j.Ingest.Keys)
	if err != nil {
		return nil, fail(wire.CodeJob, err)
	}
	l := &loader{j: j, decl: decl, way: &progress{out: wire.NewFileWriter(result)}}
	may := allowance{dir: j.Data, bytes: j.Ingest.MaxBytes, rows: j.Ingest.MaxRows, way: l.way}
	if l.source, err = openSource(fmt.Sprintf("%s/%d", j.FDs, wire.FDFirst), may); err != nil {
		return nil, err
	}
	if l.source.fields != nil { // known without the engine: what is refused now costs little
		if err := l.accept(); err != nil {
			return nil, err
		}
	}
	if err := l.prepare(ctx); err != nil {
		return nil, err
	}
	if l.source.fields == nil {
		if err := l.source.describe(l.e, may); err != nil {
			return nil, err
		}
		if err := l.accept(); err != nil {
			return nil, err
		}
	}
	report, err := l.load()
	if errors.Is(err, errStage) {
		return nil, l.locate(ctx)
	}
	if err != nil {
		return nil, fail(wire.CodeQuery, err)
	}
	return l.send(report)
}

// accept compares the source's fields with the declaration and checks its records.
func (l *loader) accept() error {
	if len(l.source.faults) == 0 {
		if err := l.match(); err != nil {
			return err
		}
	}
	return l.source.check(l.j.Ingest.MaxRows, l.way)
}

// prepare opens the engine with the files that it writes, and closes it to everything else.
func (l *loader) prepare(ctx context.Context) (err error) {
	if l.e, err = open(ctx, l.j); err != nil {
		return err
	}
	if err := l.decl.register(l.e); err != nil {
		return fail(wire.CodeOpen, err)
	}
	for _, name := range []string{stageFile, wire.FileQuery, wire.FileIdentity} {
		if err := l.e.exec("ATTACH " + literal(l.path(name)) + " AS " + ident(name+"_file")); err != nil {
			return fail(wire.CodeOpen, err)
		}
	}
	spill := filepath.Join(l.j.Data, "spill")
	return l.e.harden(reach{spill: spill, paths: []string{l.source.path}, dir: l.j.Data, loose: true})
}

const stageFile = "stage"

func (l *loader) path(name string) string { return filepath.Join(l.j.Data, name) }

// load stages, checks and writes the files.
func (l *loader) load() (*wire.Report, error) {
	cost := l.decl.expect(l.source.rows)
	l.way.begin(cost.stage, cost.after(1))
	start, stop := time.Now(), l.way.rows(&l.decl.seen, l.source.rows)
	err := l.stage()
	stop()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errStage, err)
	}
	// The other parts do not say how far they are; this machine takes for them what it took for the stage.
	l.pace = float64(time.Since(start)) / max(1, cost.stage)
	if err := l.timed(cost.renumber, cost.after(2), l.renumber); err != nil {
		return nil, err
	}
	var report *wire.Report
	sound := true
	if err := l.timed(cost.profile, cost.after(3), func() (err error) { report, sound, err = l.profile(); return err }); err != nil {
		return nil, err
	}
	if !sound {
		return nil, errStage
	}
	if err := l.timed(cost.identify, cost.after(4), func() error { return errors.Join(l.secrets(), l.identify(report)) }); err != nil {
		return nil, err
	}
	if err := l.timed(cost.query, cost.after(5), func() error { return l.write(wire.FileQuery, l.decl.queryColumns()) }); err != nil {
		return nil, err
	}
	if err := l.timed(cost.identity, cost.after(6), func() error { return l.write(wire.FileIdentity, l.decl.identityColumns()) }); err != nil {
		return nil, err
	}
	l.way.begin(cost.send, 0)
	return report, nil
}

// timed does a part and reports how far it is by the time that it is expected to take.
func (l *loader) timed(cost, rest float64, part func() error) error {
	l.way.begin(cost, rest)
	defer l.way.time(time.Duration(cost * l.pace))()
	return part()
}

// inMemory says whether the stage fits beside the engine's other needs; otherwise it is a file of its own.
func (l *loader) inMemory() bool { return l.source.size < int64(l.j.Memory)<<20/4 }

func (l *loader) table() string {
	if l.inMemory() {
		return "memory.main.stage"
	}
	return ident(stageFile+"_file") + ".main.stage"
}

// stage converts the source into typed columns with hashed keys. A value that does not fit its type ends the statement.
func (l *loader) stage() error {
	typed := make([]string, len(l.decl.columns))
	for i, c := range l.decl.columns {
		typed[i] = c.strict(l.value(i)) + " AS " + ident(c.Name)
	}
	sql := "CREATE TABLE " + l.table() + " AS SELECT *" + l.decl.hashes() + " FROM (SELECT " + strings.Join(typed, ", ") + " FROM " + l.source.reader() + " WHERE " + passing + ")"
	return l.e.exec(sql)
}

// value is the field of the source that holds declared column i.
func (l *loader) value(i int) value {
	f := l.fields[i]
	return value{name: fmt.Sprintf("c%d", f), text: l.source.text(f), native: l.source.fields[f].native}
}

// renumber gives rows of equal content their own keys, where each row is an entity.
func (l *loader) renumber() error {
	for i, entity := range l.decl.entities {
		if !entity.Rows {
			continue
		}
		key := ident(entityColumn(i))
		row, err := l.e.one("SELECT count(*) - count(DISTINCT " + key + ") FROM " + l.table())
		if err != nil {
			return err
		}
		if row[0] == int64(0) {
			continue
		}
		again := "CREATE OR REPLACE TABLE " + l.table() + " AS SELECT * EXCLUDE (__occurrence) REPLACE (CASE WHEN __occurrence = 1 THEN " + key +
			" ELSE " + l.decl.rowHash(i, "CAST(__occurrence AS VARCHAR)") + " END AS " + key + ") FROM (SELECT *, row_number() OVER (PARTITION BY " +
			key + ") AS __occurrence FROM " + l.table() + ")"
		if err := l.e.exec(again); err != nil {
			return err
		}
	}
	return nil
}

// write makes one file from the stage. A file without columns is not made.
func (l *loader) write(name string, columns []string) error {
	file := ident(name + "_file")
	if len(columns) > 0 {
		err := l.e.exec("CREATE TABLE " + file + ".main.data AS SELECT " + strings.Join(columns, ", ") + " FROM " + l.table())
		if err == nil {
			err = l.e.exec("CHECKPOINT " + file)
		}
		if err != nil {
			return err
		}
	}
	return l.e.exec("DETACH " + file)
}

// send streams the files.
func (l *loader) send(report *wire.Report) (*wire.Status, error) {
	out := l.way.out
	files, sent := map[string]*os.File{}, &metered{way: l.way}
	for name, columns := range map[string][]string{wire.FileQuery: l.decl.queryColumns(), wire.FileIdentity: l.decl.identityColumns()} {
		if len(columns) == 0 {
			continue
		}
		f, err := os.Open(l.path(name))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		st, err := f.Stat()
		if err != nil {
			return nil, err
		}
		files[name] = f
		sent.total += st.Size()
	}
	for name, f := range files {
		sent.Reader = f
		if err := out.Copy(name, sent); err != nil {
			return nil, err
		}
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	return &wire.Status{Code: wire.CodeOK, Files: out.Sizes(), Report: report}, nil
}
