package disclosure_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// vector is one entry of testdata/sdc.
type vector struct {
	ID       string          `json:"id"`
	Rule     string          `json:"rule"`
	Params   json.RawMessage `json:"params"`
	Input    json.RawMessage `json:"input"`
	Expected json.RawMessage `json:"expected"`
	Source   string          `json:"source"`
}

// runners run a vector's rule through the product.
var runners = map[string]func(*testing.T, vector){
	"threshold":                  runThreshold,
	"threshold_entities":         runEntities,
	"threshold_global_aggregate": runEntities,
	"entities_per_level":         runLevel,
	"dominance":                  runDominance,
	"dominance_by_entity":        runDominanceByEntity,
	"within_group":               runWithinGroup,
	"group_disclosure":           runGroupDisclosure,
	"all_values_same":            runAllSame,
	"zeros":                      runZeros,
	"moments":                    runMoments,
	"redact_then_round":          runRedactThenRound,
	"differencing":               runDifferencing,
	"differencing_mean":          runDifferencingMean,
	"differencing_recode":        runRecode,
	"differencing_geo":           runGeo,
	"linking":                    runLinking,
	"interval_audit":             runInterval,
	"protection_level":           runProtection,
	"primary_plus_audit":         runPrimary,
	"singleton_insider":          runInsider,
}

// notOffered lists the rules of other systems that the product does not have, and why.
var notOffered = map[string]string{
	"weights_tauargus":              "no sampling weights: the zone holds full populations",
	"means_beside_perturbed_counts": "no raw mean leaves: avg is derived from the released sum and the released count",
	"min_max_safe":                  "min and max are refused until their safe forms exist",
	"quantile_count":                "quantiles are refused until their safe forms exist",
	"quantile_tail":                 "quantiles are refused until their safe forms exist",
	"dof":                           "no fitted statistic is an aggregate of the product",
	"saturation":                    "no fitted statistic is an aggregate of the product",
	"midpoint6":                     "counts are rounded to the nearest multiple, never to midpoints",
	"cell_key":                      "the exact mode adds no noise; the noisy mode keys its own by the canonical cell",
}

// TestVectors runs every vector of the repository and of YUMEN_VECTORS.
func TestVectors(t *testing.T) {
	paths := []string{filepath.Join("..", "..", "testdata", "sdc")}
	if more := os.Getenv("YUMEN_VECTORS"); more != "" {
		paths = append(paths, filepath.SplitList(more)...)
	}
	for _, path := range paths {
		vectors := load(t, path)
		require.NotEmpty(t, vectors, "no vectors in %s", path)
		for _, v := range vectors {
			t.Run(v.ID, func(t *testing.T) { run(t, v) })
		}
	}
}

func run(t *testing.T, v vector) {
	if notOffered[v.Rule] != "" {
		require.NotContains(t, runners, v.Rule)
		return // a statistic that the product refuses has nothing to judge
	}
	runner, ok := runners[v.Rule]
	require.True(t, ok, "rule %q is neither run nor listed as not offered", v.Rule)
	runner(t, v)
}

func load(t *testing.T, path string) []vector {
	files := []string{path}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		files, err = filepath.Glob(filepath.Join(path, "*.json"))
		require.NoError(t, err)
	}
	var out []vector
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		var doc struct {
			Vectors []vector `json:"vectors"`
		}
		require.NoError(t, json.Unmarshal(text, &doc), f)
		out = append(out, doc.Vectors...)
	}
	return out
}

// decode reads a part of a vector strictly, with numbers as text.
func decode[T any](t *testing.T, raw json.RawMessage) T {
	var out T
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&out))
	return out
}
