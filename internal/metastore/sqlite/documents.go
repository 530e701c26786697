package sqlite

import (
	"database/sql"
	"errors"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"yumen/internal/metastore"
)

const recordColumns = "id, name, owner, state, version, created, updated, doc"

// Get returns the record of this kind and identifier, or metastore.ErrNotFound.
func (t *Tx) Get(kind, id string) (metastore.Record, error) {
	return t.record("get", "SELECT "+recordColumns+" FROM documents WHERE kind = ? AND id = ?", kind, id)
}

// GetByName returns the record of this kind and name, or metastore.ErrNotFound. No record has the name "".
func (t *Tx) GetByName(kind, name string) (metastore.Record, error) {
	return t.record("get by name", "SELECT "+recordColumns+" FROM documents WHERE kind = ? AND name = ? AND name <> ''", kind, name)
}

func (t *Tx) record(op, text string, args ...any) (r metastore.Record, err error) {
	if err := t.row(text, args...).Scan(recordFields(&r)...); err != nil {
		return metastore.Record{}, t.fail(op, err)
	}
	return r, nil
}

func recordFields(r *metastore.Record) []any {
	return []any{&r.ID, &r.Name, &r.Owner, &r.State, &r.Version, &r.Created, &r.Updated, &r.Doc}
}

// Put writes a record: version 0 inserts, any other version must equal the stored one. The stored version is one more. It fails with
// metastore.ErrConflict if the version is another (or the identifier exists, or is gone) and with metastore.ErrNameTaken if another
// record of the kind has the name.
func (t *Tx) Put(kind string, r metastore.Record) error {
	if err := errors.Join(metastore.ValidKind(kind), r.Validate()); err != nil {
		return t.failWrite("put", err)
	}
	var n int64
	var err error
	if r.Version == 0 {
		n, err = t.exec("INSERT INTO documents (kind, "+recordColumns+") VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?)",
			kind, r.ID, r.Name, r.Owner, r.State, r.Created, r.Updated, r.Doc)
	} else {
		n, err = t.exec("UPDATE documents SET name = ?, owner = ?, state = ?, version = version + 1, updated = ?, doc = ?"+
			" WHERE kind = ? AND id = ? AND version = ?", r.Name, r.Owner, r.State, r.Updated, r.Doc, kind, r.ID, r.Version)
	}
	switch {
	case taken(err) && r.Version == 0 && t.exists(kind, r.ID):
		err = metastore.ErrConflict
	case taken(err):
		err = metastore.ErrNameTaken
	case err == nil && n != 1:
		err = metastore.ErrConflict
	}
	if err != nil {
		return t.failWrite("put", err)
	}
	return nil
}

func (t *Tx) exists(kind, id string) bool {
	var one int
	return t.row("SELECT 1 FROM documents WHERE kind = ? AND id = ?", kind, id).Scan(&one) == nil
}

// taken reports whether a unique index refused the write.
func taken(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// Delete removes the record if it has this version; otherwise it fails with metastore.ErrConflict, or metastore.ErrNotFound.
func (t *Tx) Delete(kind, id string, version int64) error {
	n, err := t.exec("DELETE FROM documents WHERE kind = ? AND id = ? AND version = ?", kind, id, version)
	if err == nil && n != 1 {
		if err = metastore.ErrNotFound; t.exists(kind, id) {
			err = metastore.ErrConflict
		}
	}
	if err != nil {
		return t.failWrite("delete", err)
	}
	return nil
}

// List returns the records of a kind that the query selects, in the order of their identifiers.
func (t *Tx) List(kind string, q metastore.Query) ([]metastore.Record, error) {
	if err := q.Validate(); err != nil {
		return nil, t.fail("list", err)
	}
	var out []metastore.Record
	text, args := listQuery(kind, q)
	err := t.each(text, args, func(row *sql.Rows) error {
		var r metastore.Record
		if err := row.Scan(recordFields(&r)...); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	})
	if err != nil {
		return nil, t.fail("list", err)
	}
	return out, nil
}

// Kinds lists the kinds of which there is a record, sorted.
func (t *Tx) Kinds() ([]string, error) {
	var out []string
	err := t.each("SELECT DISTINCT kind FROM documents ORDER BY kind", nil, func(row *sql.Rows) error {
		var kind string
		if err := row.Scan(&kind); err != nil {
			return err
		}
		out = append(out, kind)
		return nil
	})
	if err != nil {
		return nil, t.fail("kinds", err)
	}
	return out, nil
}

// listQuery writes one of the few texts of a list. Each condition and the order are the columns of one index, in their order.
func listQuery(kind string, q metastore.Query) (string, []any) {
	var b strings.Builder
	b.WriteString("SELECT " + recordColumns + " FROM documents WHERE kind = ?")
	args := []any{kind}
	where := func(condition, value string) {
		if value != "" {
			b.WriteString(condition)
			args = append(args, value)
		}
	}
	where(" AND owner = ?", q.Owner)
	where(" AND state = ?", q.State)
	if q.Newest {
		where(" AND id < ?", q.After)
		b.WriteString(" ORDER BY id DESC")
	} else {
		where(" AND id > ?", q.After)
		b.WriteString(" ORDER BY id")
	}
	if q.Limit > 0 {
		b.WriteString(" LIMIT ?")
		args = append(args, q.Limit)
	}
	return b.String(), args
}
