package yumen_test

import (
	"database/sql"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"
)

// schema DIR N: makes the store of a zone one of schema N, as another version of the program would have left it.
func schema(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: schema DIR N")
	}
	db, err := sql.Open("sqlite", filepath.Join(ts.MkAbs(args[0]), "meta.db"))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec("DELETE FROM goose_db_version WHERE version_id > 0")
	ts.Check(err)
	_, err = db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, 1)", args[1])
	ts.Check(err)
}
