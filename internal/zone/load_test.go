package zone_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/zone"
	"yumen/sandbox/sandboxtest"
)

// The real loader takes every table under its declaration: what requireDeclared believes about loading is what loading does.
func TestTablesLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real workers")
	}
	runner := sandboxtest.Runner(t)
	load := func(d catalog.Document, csv []byte) {
		dataset, ok := d.Body.(*catalog.Dataset)
		require.True(t, ok)
		snapshot, err := sandboxtest.Load(t, runner, dataset.Spec, csv)
		require.NoError(t, err, d.Name)
		require.Equal(t, int64(bytes.Count(bytes.TrimSpace(csv), []byte("\n"))), snapshot.Report.Rows, d.Name)
		require.NotNil(t, snapshot.Query)
	}
	documents, err := zone.Documents()
	require.NoError(t, err)
	for _, d := range documents {
		if d.Kind != catalog.KindDataset {
			continue
		}
		var csv bytes.Buffer
		require.NoError(t, zone.Write(&csv, d.Name, zone.Small, seed))
		load(d, csv.Bytes())
	}
	for name, file := range realFiles {
		text, err := os.ReadFile(filepath.Join(testdata, "zone", name+".yaml"))
		require.NoError(t, err)
		documents, err := catalog.DecodeDocuments(bytes.NewReader(text))
		require.NoError(t, err)
		csv, err := os.ReadFile(filepath.Join(testdata, "data", file))
		require.NoError(t, err)
		load(documents[0], csv)
	}
}
