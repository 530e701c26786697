// Package internal_test keeps the shape of the tree: who may import whom, what each binary links, and how long files and
// functions grow. Every rule carries its reason; a rule about a package that does not exist yet holds by itself.
package internal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rule forbids imports. A pattern is an import path; a final "/..." adds what lies below it. Import paths of ours begin
// with "yumen/"; "yumen/..." is all of them.
type rule struct {
	from   []string // packages that the rule binds; with except taken out
	except []string
	never  []string // what they may not import …
	but    []string // … apart from these
	deep   bool     // not even through another package
	why    string
}

const (
	engine  = "github.com/duckdb/duckdb-go/..."
	decider = "github.com/open-policy-agent/opa/..."
)

var doors = []string{"yumen/internal/httpapi/...", "yumen/internal/flightapi/...", "yumen/console/..."}

var stores = []string{"yumen/internal/metastore/...", "yumen/internal/keyring/...", "yumen/internal/artefact/...", "yumen/internal/source/..."}

var rules = []rule{
	{from: []string{"yumen/catalog"}, never: []string{"yumen/..."},
		why: "the vocabulary stands at the bottom, so that both sides of every contract can share it"},
	{from: []string{"yumen/catalog/..."}, never: []string{"yumen/..."}, but: []string{"yumen/catalog/..."},
		why: "facts about a query do not depend on who judges or runs it"},
	{from: []string{"yumen/policy/..."}, never: []string{"yumen/sandbox/...", "yumen/enclave/..."}, deep: true,
		why: "a decision point that knew the engine or the log could begin to act; only enclave knows the order"},
	{from: []string{"yumen/sandbox/..."}, never: []string{"yumen/policy/...", "yumen/enclave/..."}, deep: true,
		why: "what runs a job must not know why it may run; only enclave knows the order"},
	{from: []string{"yumen/enclave/disclosure/..."}, never: []string{"yumen/policy/...", "yumen/sandbox/...", "yumen/enclave/audit/..."}, deep: true,
		why: "disclosure control is a pure function over evidence, so that its vectors and properties test all of it"},
	{from: []string{"yumen/enclave/noise/..."}, never: []string{"yumen/..."}, but: []string{"yumen/enclave/noise/..."},
		why: "the one step of the noisy mode that sees exact values stands alone, so that its law and its secret are read in one place"},
	{from: []string{"yumen/enclave/noisy/...", "yumen/enclave/budget/..."}, never: []string{"yumen/..."}, but: []string{"yumen/enclave/noise/..."},
		why: "what is decided from noisy values, and what it costs, is a pure function of them: nothing that could read the exact ones is in reach"},
	{from: []string{"yumen/enclave/paid/..."}, never: []string{"yumen/..."}, but: []string{"yumen/enclave/noise/...", "yumen/internal/metastore"},
		why: "which cells were charged is kept by keyed names alone: neither a cell nor a value is in reach"},
	{from: []string{"yumen/enclave/audit/..."}, never: []string{"yumen/policy/...", "yumen/sandbox/...", "yumen/enclave/disclosure/..."}, deep: true,
		why: "the log records what others decided and must be verifiable without them"},
	{from: []string{"yumen/enclave/receipt/..."}, never: []string{"yumen/policy/...", "yumen/sandbox/...", "yumen/enclave", "yumen/internal/metastore/..."}, deep: true,
		why: "a receipt is verified offline by the client, without policy, sandbox or store"},
	{from: doors, never: []string{"yumen/..."}, but: append([]string{"yumen/enclave", "yumen/catalog/...", "yumen/internal/api/...", "yumen/internal/authn/...",
		"yumen/internal/locale/..."}, doors...),
		why: "a door can only ask enclave: one that reached policy, sandbox or a store could grow its own order of the steps"},
	{from: []string{"yumen/..."}, except: append([]string{"yumen/cmd/..."}, doors...), never: append([]string{"yumen/cmd/..."}, doors...),
		why: "doors and commands are the outside: nothing inside may need them"},
	{from: stores, never: append([]string{"yumen/policy/...", "yumen/sandbox/...", "yumen/enclave"}, doors...), deep: true,
		why: "a store keeps what it is given and decides nothing"},
	{from: []string{"yumen/..."}, except: []string{"yumen/sandbox/worker/..."}, never: []string{engine, "github.com/duckdb/duckdb-go-bindings/..."},
		why: "the engine is C++: it runs in the worker alone, without keys and network"},
	{from: []string{"yumen/..."}, except: []string{"yumen/policy/..."}, never: []string{decider},
		why: "one package knows how a decision is computed; everyone else sees a decision"},
	{from: []string{"yumen/..."}, except: []string{"yumen/internal/metastore/...", "yumen/internal/source/..."},
		never: []string{"modernc.org/sqlite/...", "github.com/jackc/pgx/...", "github.com/pressly/goose/..."},
		why:   "state changes and their audit entries share a transaction, which only a store can keep"},
	{from: []string{"yumen/..."}, except: []string{"yumen/sandbox/worker/...", "yumen/internal/metastore/...", "yumen/internal/source/..."}, never: []string{"database/sql"},
		why: "SQL text is written where a database is, and nowhere else"},
	{from: []string{"yumen/cmd/yumen"}, never: []string{engine, decider, "yumen/sandbox/...", "yumen/policy/...", "yumen/internal/metastore/...", "yumen/internal/keyring/..."}, deep: true,
		why: "auditors install the client alone; it verifies offline and holds no part of the gateway"},
	{from: []string{"yumen/cmd/yumend"}, never: []string{engine, "github.com/duckdb/duckdb-go-bindings/...", "yumen/sandbox/worker/..."}, deep: true,
		why: "the gateway holds the keys and the network, so it links no C++"},
	{from: []string{"yumen/cmd/yumen-worker"}, never: append([]string{"net/http", "crypto/tls", "yumen/policy/...", "yumen/enclave/...", "yumen/internal/authn/..."}, stores...), deep: true,
		why: "the worker sees data: it has no way to the network, no key, no store and no verdict"},
	{from: []string{"yumen/..."}, except: []string{"yumen/internal/telemetry"}, never: []string{"github.com/prometheus/...", "go.opentelemetry.io/..."},
		why: "one package decides what is measured and traced; what it wraps does not know"},
	{from: []string{"yumen/internal/..."}, except: []string{"yumen/internal/telemetry"}, never: []string{"yumen/internal/telemetry"},
		why: "measuring stands around the parts, where they are wired"},
	{from: []string{"yumen/cmd/yumen", "yumen/cmd/yumen-worker", "yumen/enclave/...", "yumen/sandbox/...", "yumen/policy/..."}, never: []string{"yumen/internal/telemetry", "github.com/prometheus/...", "go.opentelemetry.io/otel/exporters/...", "go.opentelemetry.io/otel/sdk/..."},
		why: "only the gateway's process shows figures, and nothing in it reaches for a collector but the wiring"},
	{from: []string{"yumen/..."}, except: []string{"yumen/internal/metastore/conformance/..."}, never: []string{"github.com/stretchr/testify/..."},
		why: "test helpers stay out of what ships; packages whose name ends in test are theirs"},
}

// unit is one package as "go list" describes it; imports of tests are not in it.
type unit struct {
	ImportPath string
	Dir        string
	Name       string
	Imports    []string
	Deps       []string
	CgoFiles   []string
	DepOnly    bool
}

func list(t *testing.T) []unit {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-deps", "-tags", "duckdb_arrow", "-json=ImportPath,Dir,Name,Imports,Deps,CgoFiles,DepOnly", "./...")
	cmd.Dir = root(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	var units []unit
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var u unit
		err := dec.Decode(&u)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		units = append(units, u)
	}
	require.NotEmpty(t, units)
	return units
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("..")
	require.NoError(t, err)
	_, err = os.Stat(filepath.Join(dir, "go.mod"))
	require.NoError(t, err)
	return dir
}

func matches(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		base, below := strings.CutSuffix(p, "/...")
		return path == base || below && strings.HasPrefix(path, base+"/")
	})
}

// testSupport reports whether a package exists for tests alone.
func testSupport(path string) bool { return strings.HasSuffix(path, "test") }

// broken lists what a package imports against a rule.
func (r rule) broken(u unit) []string {
	if !matches(u.ImportPath, r.from) || matches(u.ImportPath, r.except) || testSupport(u.ImportPath) {
		return nil
	}
	imports := u.Imports
	if r.deep {
		imports = u.Deps
	}
	var out []string
	for _, path := range imports {
		if matches(path, r.never) && !matches(path, r.but) && path != u.ImportPath {
			out = append(out, path)
		}
	}
	return out
}

func TestImports(t *testing.T) {
	units := list(t)
	for _, u := range units {
		for _, r := range rules {
			for _, path := range r.broken(u) {
				t.Errorf("%s must not import %s: %s", u.ImportPath, path, r.why)
			}
		}
	}
}

// The rules themselves: what they forbid and what they allow.
func TestRulesForbidWhatTheySay(t *testing.T) {
	for _, c := range []struct {
		from, to string
		broken   bool
	}{
		{"yumen/catalog", "yumen/internal/canonical", true},
		{"yumen/catalog", "github.com/google/uuid", false},
		{"yumen/catalog/footprint", "yumen/catalog/sqltree", false},
		{"yumen/catalog/footprint", "yumen/enclave/compile", true},
		{"yumen/internal/httpapi", "yumen/enclave", false},
		{"yumen/internal/httpapi", "yumen/enclave/compile", true},
		{"yumen/internal/httpapi", "yumen/internal/metastore/sqlite", true},
		{"yumen/enclave", "yumen/internal/httpapi", true},
		{"yumen/cmd/yumend", "yumen/internal/httpapi", false},
		{"yumen/enclave", "github.com/duckdb/duckdb-go/v2", true},
		{"yumen/sandbox/worker", "github.com/duckdb/duckdb-go/v2", false},
		{"yumen/enclave", "github.com/open-policy-agent/opa/v1/rego", true},
		{"yumen/policy", "yumen/sandbox", true},
		{"yumen/cmd/yumen-worker", "net/http", true},
		{"yumen/cmd/yumen", "github.com/open-policy-agent/opa/v1/ast", true},
		{"yumen/internal/metastore/sqlite", "modernc.org/sqlite", false},
		{"yumen/enclave", "database/sql", true},
		{"yumen/enclave", "github.com/prometheus/client_golang/prometheus", true},
		{"yumen/enclave", "yumen/internal/telemetry", true},
		{"yumen/internal/telemetry", "github.com/prometheus/client_golang/prometheus", false},
		{"yumen/cmd/yumend", "yumen/internal/telemetry", false},
	} {
		u := unit{ImportPath: c.from, Imports: []string{c.to}, Deps: []string{c.to}}
		found := slices.ContainsFunc(rules, func(r rule) bool { return len(r.broken(u)) > 0 })
		require.Equal(t, c.broken, found, "%s -> %s", c.from, c.to)
	}
}

func TestGatewayAndClientHaveNoCgo(t *testing.T) {
	units := map[string]unit{}
	for _, u := range list(t) {
		units[u.ImportPath] = u
	}
	for _, command := range []string{"yumen/cmd/yumend", "yumen/cmd/yumen"} {
		for _, path := range units[command].Deps {
			if u := units[path]; strings.Contains(path, ".") || strings.HasPrefix(path, "yumen/") {
				require.Empty(t, u.CgoFiles, "%s links C through %s", command, path)
			}
		}
	}
}

// The gateway and the client are static: they build without a C compiler.
func TestGatewayAndClientBuildWithoutCgo(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two binaries")
	}
	for _, command := range []string{"yumend", "yumen"} {
		if _, err := os.Stat(filepath.Join(root(t), "cmd", command)); errors.Is(err, os.ErrNotExist) {
			continue
		}
		cmd := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(t.TempDir(), command), "./cmd/"+command)
		cmd.Dir = root(t)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
	}
}
