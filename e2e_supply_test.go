package yumen_test

import (
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"yumen/internal/source/sourcetest"
)

// postgres FILE: starts a real PostgreSQL server with an account yumen, runs the statements, and puts the folder of its socket into PGSOCKET and
// its port into PGPORT. It is stopped with the script.
func postgres(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: postgres FILE")
	}
	s, err := sourcetest.Start()
	ts.Check(err)
	ts.Defer(func() { _ = s.Stop() })
	_, err = s.SQL("postgres", ts.ReadFile(args[0]))
	ts.Check(err)
	ts.Setenv("PGSOCKET", s.Socket)
	ts.Setenv("PGPORT", strconv.Itoa(s.Port))
}
