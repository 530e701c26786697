package sqlite

import (
	"database/sql"
	"fmt"
	"strings"

	"yumen/internal/metastore"
)

const ledgerColumns = "owner, seq, id, state, version, created, updated, doc"

func ledgerFields(r *metastore.LedgerRow) []any {
	return []any{&r.Owner, &r.Seq, &r.ID, &r.State, &r.Version, &r.Created, &r.Updated, &r.Doc}
}

// AppendLedger writes the row at the end of its owner's ledger and returns its number: 1 for the first, without gaps. Seq and Version
// of the argument must be 0. It fails with metastore.ErrConflict if any ledger holds the identifier.
func (t *Tx) AppendLedger(r metastore.LedgerRow) (seq int64, err error) {
	if err = r.Validate(); err == nil && (r.Seq != 0 || r.Version != 0) {
		err = fmt.Errorf("a new row has no number and no version: %w", metastore.ErrInvalid)
	}
	if err != nil {
		return 0, t.failWrite("append to ledger", err)
	}
	if err := t.row("SELECT coalesce(max(seq), 0) + 1 FROM ledger WHERE owner = ?", r.Owner).Scan(&seq); err != nil {
		return 0, t.failWrite("append to ledger", err)
	}
	_, err = t.exec("INSERT INTO ledger ("+ledgerColumns+") VALUES (?, ?, ?, ?, 1, ?, ?, ?)",
		r.Owner, seq, r.ID, r.State, r.Created, r.Updated, r.Doc)
	if taken(err) {
		err = metastore.ErrConflict
	}
	if err != nil {
		return 0, t.failWrite("append to ledger", err)
	}
	return seq, nil
}

// UpdateLedger changes state, time and document of the row with this identifier if its version is the stored one; otherwise it
// fails with metastore.ErrConflict. Owner and number stay.
func (t *Tx) UpdateLedger(r metastore.LedgerRow) error {
	err := r.Validate()
	if err == nil {
		var n int64
		n, err = t.exec("UPDATE ledger SET state = ?, version = version + 1, updated = ?, doc = ? WHERE id = ? AND owner = ? AND version = ?",
			r.State, r.Updated, r.Doc, r.ID, r.Owner, r.Version)
		if err == nil && n != 1 {
			err = metastore.ErrConflict
		}
	}
	if err != nil {
		return t.failWrite("update ledger", err)
	}
	return nil
}

// GetLedger returns the row with this identifier, or metastore.ErrNotFound.
func (t *Tx) GetLedger(id string) (r metastore.LedgerRow, err error) {
	if err := t.row("SELECT "+ledgerColumns+" FROM ledger WHERE id = ?", id).Scan(ledgerFields(&r)...); err != nil {
		return metastore.LedgerRow{}, t.fail("get ledger row", err)
	}
	return r, nil
}

// ListLedger returns the rows of one owner that the query selects, in the order of their numbers.
func (t *Tx) ListLedger(owner string, q metastore.LedgerQuery) ([]metastore.LedgerRow, error) {
	if err := q.Validate(); err != nil {
		return nil, t.fail("list ledger", err)
	}
	var b strings.Builder
	b.WriteString("SELECT " + ledgerColumns + " FROM ledger WHERE owner = ?")
	args := []any{owner}
	if q.State != "" {
		b.WriteString(" AND state = ?")
		args = append(args, q.State)
	}
	b.WriteString(" AND seq > ? ORDER BY seq")
	args = append(args, q.After)
	if q.Limit > 0 {
		b.WriteString(" LIMIT ?")
		args = append(args, q.Limit)
	}
	var out []metastore.LedgerRow
	err := t.each(b.String(), args, func(row *sql.Rows) error {
		var r metastore.LedgerRow
		if err := row.Scan(ledgerFields(&r)...); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	})
	if err != nil {
		return nil, t.fail("list ledger", err)
	}
	return out, nil
}
