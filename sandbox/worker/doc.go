// Package worker owns the child side of the sandbox: it reads one job, opens the engine in memory, attaches what was handed
// over, locks the engine down, does the job, reports one status line and exits. It is the only package that imports duckdb-go.
//
// Nothing of the engine's own words leaves: errors become codes of a closed list (sandbox/wire).
package worker
