package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"

	"github.com/pressly/goose/v3"

	"yumen/internal/metastore"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Step is one migration.
type Step struct {
	Version int64
	Name    string // of its file
}

// Version returns the schema's number of the store at path, which another process may be serving: 0 for an empty one.
func Version(ctx context.Context, path string) (n int64, err error) {
	path, err = filepath.Abs(path) // in a URI the first part of another one is a host
	if err != nil {
		return 0, fmt.Errorf("metadata store: %w", err)
	}
	p, err := openPool(path, 1, url.Values{"_query_only": {"1"}, "mode": {"rw"}})
	if err != nil {
		return 0, fmt.Errorf("metadata store: %w", err)
	}
	defer func() { err = errors.Join(err, p.close()) }()
	return version(ctx, p.db)
}

// schema is the folder of migrations.
func (c Config) schema() fs.FS {
	if c.steps != nil {
		return c.steps
	}
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return steps
}

// Steps lists all migrations that this program knows, oldest first. The last one is its schema.
func Steps() []Step { return stepsOf(Config{}.schema()) }

func stepsOf(schema fs.FS) []Step {
	names, err := fs.Glob(schema, "*.sql")
	if err != nil {
		return nil
	}
	var out []Step
	for _, name := range names { // sorted
		base := filepath.Base(name)
		n, err := goose.NumericComponent(base)
		if err == nil {
			out = append(out, Step{Version: n, Name: base})
		}
	}
	return out
}

// Migrate brings the store at cfg.Path to this program's schema, each step in its own transaction, and returns the steps that it took.
// With dry it takes none and returns those that it would take. It fails with metastore.ErrLocked while a process serves the store.
func Migrate(ctx context.Context, cfg Config, dry bool) (taken []Step, err error) {
	path, err := filepath.Abs(cfg.Path)
	if err != nil {
		return nil, fmt.Errorf("metadata store: %w", err)
	}
	s := &Store{path: path}
	defer func() { err = errors.Join(err, s.Close()) }()
	if s.lock, err = lockFile(path + ".lock"); err != nil {
		return nil, err
	}
	have, err := Version(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := fits(have, cfg.schema()); errors.Is(err, metastore.ErrNewerSchema) {
		return nil, fmt.Errorf("metadata store: %w", err)
	}
	for _, step := range stepsOf(cfg.schema()) {
		if step.Version > have {
			taken = append(taken, step)
		}
	}
	if dry || len(taken) == 0 {
		return taken, nil
	}
	if s.write, err = openPool(path, 1, url.Values{"_txlock": {"immediate"}}); err != nil {
		return nil, err
	}
	return taken, up(ctx, s.write.db, cfg.schema())
}

// version reads the schema's number and writes nothing.
func version(ctx context.Context, db *sql.DB) (n int64, err error) {
	var tables int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = 'goose_db_version'").Scan(&tables); err != nil {
		return 0, fmt.Errorf("read the schema version: %w", err)
	}
	if tables == 0 {
		return 0, nil
	}
	if err := db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&n); err != nil {
		return 0, fmt.Errorf("read the schema version: %w", err)
	}
	return n, nil
}

// fits compares a schema with this program's.
func fits(have int64, schema fs.FS) error {
	steps := stepsOf(schema)
	switch want := steps[len(steps)-1].Version; {
	case have > want:
		return fmt.Errorf("schema %d, program knows %d: %w", have, want, metastore.ErrNewerSchema)
	case have < want:
		return fmt.Errorf("schema %d, program needs %d: %w", have, want, metastore.ErrOlderSchema)
	}
	return nil
}

// settle makes the schema of a store that is empty, and refuses every other one that is not of this program. A database ahead of the
// program, or behind it, is left alone.
func settle(ctx context.Context, db *sql.DB, schema fs.FS) error {
	var tables int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return fmt.Errorf("read the schema version: %w", err)
	}
	if tables == 0 {
		return up(ctx, db, schema)
	}
	have, err := version(ctx, db)
	if err != nil {
		return err
	}
	return fits(have, schema)
}

// up applies what the schema lacks.
func up(ctx context.Context, db *sql.DB, schema fs.FS) error {
	p, err := goose.NewProvider(goose.DialectSQLite3, db, schema, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate the schema: %w", err)
	}
	return nil
}
