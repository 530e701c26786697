// Command ungated is a worker without a gate: it runs whatever text it gets, in an engine that nothing was taken from. Only the cage is left.
// It is built by the tests of package sandbox.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"

	_ "github.com/duckdb/duckdb-go/v2"

	"yumen/sandbox/wire"
	"yumen/sandbox/worker/cage"
	"yumen/sandbox/worker/probe"
)

func main() {
	layers := cage.Layers()
	status, result := os.NewFile(wire.FDStatus, "status"), os.NewFile(wire.FDResult, "result")
	job, err := wire.TakeJob(func(*wire.Job) error { return nil })
	if err != nil {
		os.Exit(70)
	}
	if job.Kind == wire.KindProbe {
		_ = wire.WriteStatus(status, probe.Report(layers, job))
		return
	}
	answer := run(job.Run.Statements[0].SQL)
	out := wire.NewCellWriter(result)
	_ = out.Write(0, wire.Row{&answer})
	_ = out.Close()
	_ = result.Close()
	_ = wire.WriteStatus(status, &wire.Status{Code: wire.CodeOK, Rows: 1})
}

// run returns the one value of the last statement, or the engine's words.
func run(text string) string {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err.Error()
	}
	var value any
	if err := db.QueryRowContext(context.Background(), text).Scan(&value); err != nil {
		return err.Error()
	}
	return fmt.Sprint(value)
}
