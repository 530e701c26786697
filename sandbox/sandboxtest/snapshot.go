package sandboxtest

import (
	"bytes"
	"crypto/sha256"
	"os"
	"testing"

	"yumen/catalog"
	"yumen/sandbox"
)

// Snapshot is a loaded dataset: the sealed files of a snapshot and what the load found out.
type Snapshot struct {
	Query    *os.File // nil when the dataset has none
	Identity *os.File // nil when the dataset has none
	Report   *sandbox.IngestReport
}

// Key is the hash key that Load uses for an entity type.
func Key(entityType string) [32]byte { return sha256.Sum256([]byte("test key of " + entityType)) }

// Load ingests a CSV text under a declaration, with Key for every entity type. The files are closed with the test.
func Load(t testing.TB, r *sandbox.Runner, spec catalog.DatasetSpec, csv []byte) (*Snapshot, error) {
	t.Helper()
	keys := map[string][32]byte{}
	for _, e := range spec.Entities {
		keys[e.Type] = Key(e.Type)
	}
	var query, identity bytes.Buffer
	report, err := r.Ingest(t.Context(), sandbox.IngestSpec{Declaration: spec, Source: Seal(t, csv), Keys: keys, Query: &query, Identity: &identity})
	if err != nil {
		return nil, err
	}
	s := &Snapshot{Report: report}
	if query.Len() > 0 {
		s.Query = Seal(t, query.Bytes())
	}
	if identity.Len() > 0 {
		s.Identity = Seal(t, identity.Bytes())
	}
	return s, nil
}

// Seal returns a sealed file with this content, closed with the test.
func Seal(t testing.TB, content []byte) *os.File {
	t.Helper()
	f, err := sandbox.Seal("test", func(w *os.File) error {
		_, err := w.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}
