// Package viewtest owns catalog views for tests: declared documents with every column granted.
package viewtest

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint"
)

// Corpus is the view of the corpus tables.
func Corpus(t testing.TB) footprint.View {
	t.Helper()
	f, err := os.Open(filepath.Join(root(t), "testdata", "corpus", "catalog.yaml"))
	require.NoError(t, err)
	defer f.Close()
	return read(t, f)
}

// View is the view of declarations in YAML.
func View(t testing.TB, yaml string) footprint.View {
	t.Helper()
	return read(t, strings.NewReader(yaml))
}

func read(t testing.TB, r io.Reader) footprint.View {
	t.Helper()
	documents, err := catalog.DecodeDocuments(r)
	require.NoError(t, err)
	v := footprint.View{Datasets: map[string]footprint.Granted{}}
	for _, d := range documents {
		spec := d.Body.(*catalog.Dataset).Spec
		g := footprint.Granted{Spec: spec, Columns: map[string]bool{}}
		for i := range spec.Columns {
			g.Columns[spec.Columns[i].Name] = true
		}
		v.Datasets[d.Name] = g
	}
	return v
}

// root is the folder of the module, above the tested package.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		require.NotEqual(t, dir, parent, "no go.mod above the test")
		dir = parent
	}
}
