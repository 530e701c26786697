package sqlite

import (
	"database/sql"
	"errors"

	"yumen/internal/metastore"
)

// Idempotent returns the response kept for the account's key, unless it has expired at the time now (Unix milliseconds).
func (t *Tx) Idempotent(account, key string, now int64) (r metastore.Response, found bool, err error) {
	err = t.row("SELECT account, key, request, body, created, expires FROM responses WHERE account = ? AND key = ? AND expires > ?",
		account, key, now).Scan(&r.Account, &r.Key, &r.Request, &r.Body, &r.Created, &r.Expires)
	switch {
	case err == nil:
		return r, true, nil
	case errors.Is(err, sql.ErrNoRows):
		return metastore.Response{}, false, nil
	}
	return metastore.Response{}, false, t.fail("idempotent", err)
}

// PutIdempotent keeps the response under its account and key. It fails with metastore.ErrConflict while the key holds another that
// has not expired at r.Created.
func (t *Tx) PutIdempotent(r metastore.Response) error {
	if err := r.Validate(); err != nil {
		return t.failWrite("put idempotent", err)
	}
	n, err := t.exec("INSERT INTO responses (account, key, request, body, created, expires) VALUES (?, ?, ?, ?, ?, ?)"+
		" ON CONFLICT (account, key) DO UPDATE SET request = excluded.request, body = excluded.body, created = excluded.created,"+
		" expires = excluded.expires WHERE responses.expires <= excluded.created",
		r.Account, r.Key, r.Request, notNil(r.Body), r.Created, r.Expires)
	if err == nil && n != 1 {
		err = metastore.ErrConflict
	}
	if err != nil {
		return t.failWrite("put idempotent", err)
	}
	return nil
}

// Responses calls fn for every response that is kept, expired or not, in the order of accounts and keys.
func (t *Tx) Responses(fn func(metastore.Response) error) error {
	err := t.each("SELECT account, key, request, body, created, expires FROM responses ORDER BY account, key", nil, func(row *sql.Rows) error {
		var r metastore.Response
		if err := row.Scan(&r.Account, &r.Key, &r.Request, &r.Body, &r.Created, &r.Expires); err != nil {
			return err
		}
		return fn(r)
	})
	if err != nil {
		return t.fail("responses", err)
	}
	return nil
}

// PurgeIdempotent removes the responses that have expired at the time now and returns how many there were.
func (t *Tx) PurgeIdempotent(now int64) (int64, error) {
	n, err := t.exec("DELETE FROM responses WHERE expires <= ?", now)
	if err != nil {
		return 0, t.failWrite("purge idempotent", err)
	}
	return n, nil
}

// notNil keeps an empty body apart from SQL's NULL.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
