package sqlite

import (
	"context"
	"database/sql"
	"io/fs"

	"yumen/internal/metastore"
)

// Exec runs any statement as the writer, past the API.
func (s *Store) Exec(ctx context.Context, text string, args ...any) error {
	sess, err := s.write.take(ctx)
	if err != nil {
		return err
	}
	defer s.write.put(sess)
	_, err = sess.conn.ExecContext(ctx, text, args...)
	return err
}

// Plan returns the query plan of a list, one step a line.
func (s *Store) Plan(ctx context.Context, kind string, q metastore.Query) (lines []string, err error) {
	err = s.View(ctx, func(tx *Tx) error {
		text, args := listQuery(kind, q)
		return tx.each("EXPLAIN QUERY PLAN "+text, args, func(row *sql.Rows) error {
			var id, parent, unused int
			var detail string
			if err := row.Scan(&id, &parent, &unused, &detail); err != nil {
				return err
			}
			lines = append(lines, detail)
			return nil
		})
	})
	return lines, err
}

// With is a configuration of a program that knows these migrations.
func With(path string, steps fs.FS) Config { return Config{Path: path, steps: steps} }

// Migrations are those of this program.
func Migrations() fs.FS { return Config{}.schema() }
