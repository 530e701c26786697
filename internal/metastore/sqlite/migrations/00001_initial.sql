-- +goose Up

-- Documents: one JSON record by kind and identifier. Text compares with the default collation BINARY, byte by byte.
CREATE TABLE documents (
    kind    TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    owner   TEXT    NOT NULL,
    state   TEXT    NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    doc     BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX documents_id ON documents (kind, id);
CREATE UNIQUE INDEX documents_name ON documents (kind, name) WHERE name <> '';
CREATE INDEX documents_owner_state ON documents (kind, owner, state, id);
CREATE INDEX documents_owner ON documents (kind, owner, id);
CREATE INDEX documents_state ON documents (kind, state, id);

-- The Merkle log: entries by number, hashes by their stored index (x/mod/sumdb/tlog). Rows are added at the end and nowhere else.
CREATE TABLE audit_entries (
    seq   INTEGER PRIMARY KEY CHECK (seq >= 0),
    class TEXT NOT NULL,
    entry BLOB NOT NULL CHECK (length(entry) BETWEEN 1 AND 65535)
) STRICT;
CREATE TABLE audit_hashes (
    idx  INTEGER PRIMARY KEY CHECK (idx >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER audit_entries_dense BEFORE INSERT ON audit_entries
WHEN NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM audit_entries)
BEGIN SELECT raise(ABORT, 'the log grows at its end'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entries_kept BEFORE UPDATE ON audit_entries BEGIN SELECT raise(ABORT, 'the log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit_entries BEGIN SELECT raise(ABORT, 'the log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_hashes_dense BEFORE INSERT ON audit_hashes
WHEN NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM audit_hashes)
BEGIN SELECT raise(ABORT, 'the log grows at its end'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_hashes_kept BEFORE UPDATE ON audit_hashes BEGIN SELECT raise(ABORT, 'the log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_hashes_stay BEFORE DELETE ON audit_hashes BEGIN SELECT raise(ABORT, 'the log is append-only'); END;
-- +goose StatementEnd

-- Answers of idempotent requests, until they expire.
CREATE TABLE responses (
    account TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    request TEXT    NOT NULL,
    body    BLOB    NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (account, key)
) STRICT;
CREATE INDEX responses_expires ON responses (expires);
