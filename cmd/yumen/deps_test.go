package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDependencies keeps the client small: an auditor installs it alone, and it must not be able to decide or to compute.
func TestDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	allowed := map[string]string{
		"yumen/catalog":                        "the vocabulary",
		"yumen/enclave/receipt":                "verifies receipts offline",
		"yumen/enclave/audit":                  "the formats that audit/verify reads",
		"yumen/enclave/audit/verify":           "verifies the log offline",
		"yumen/enclave/disclosure":             "the rules, for results made elsewhere: pure, and it holds nothing",
		"yumen/enclave/disclosure/interval":    "exact ranges",
		"yumen/enclave/disclosure/outside":     "outside results as evidence",
		"yumen/enclave/disclosure/suppression": "withheld cells of outside results",
		"yumen/internal/api":                   "wire types",
		"yumen/internal/canonical":             "canonical JSON of receipts and entries",
		"yumen/internal/client":                "the calls",
		"yumen/internal/contexts":              "the context file",
		"yumen/internal/keyfile":               "the reviewer's key",
		"yumen/internal/locale":                "the language",
		"yumen/internal/manpage":               "the manual pages",
		"yumen/internal/policyfile":            "the form of a policy bundle, without what its rules say",
		"yumen/internal/twin":                  "synthetic twins, from declarations alone",
	}
	for _, p := range strings.Fields(string(out)) {
		ours := strings.HasPrefix(p, "yumen/") && !strings.HasPrefix(p, "yumen/cmd/yumen")
		require.False(t, ours && allowed[p] == "", "the client links %s", p)
		for _, heavy := range []string{"open-policy-agent/", "duckdb", "modernc.org/", "apache/arrow"} {
			require.NotContains(t, p, heavy, "the client links a %s package", heavy)
		}
	}
}
