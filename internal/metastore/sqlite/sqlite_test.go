package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/metastore/conformance"
	"yumen/internal/metastore/sqlite"
)

func openAt(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
	require.NoError(t, err)
	return s
}

func open(t *testing.T) *sqlite.Store {
	s := openAt(t, filepath.Join(t.TempDir(), "zone.db"))
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestConformance(t *testing.T) {
	conformance.Run(t, func(t *testing.T) conformance.Store[*sqlite.Tx] { return open(t) })
}
