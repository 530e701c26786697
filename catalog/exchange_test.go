package catalog_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
)

// declared reads the datasets of the sample files.
func declared(t testing.TB) []*catalog.Dataset {
	t.Helper()
	var out []*catalog.Dataset
	for _, name := range []string{"../testdata/zone/credit.yaml", "../testdata/zone/census.yaml", "../internal/zone/declarations/datasets.yaml"} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		docs, err := catalog.DecodeDocuments(bytes.NewReader(text))
		require.NoError(t, err)
		for _, d := range docs {
			out = append(out, d.Body.(*catalog.Dataset))
		}
	}
	return out
}

func copied(t testing.TB, all []*catalog.Dataset) []*catalog.Dataset {
	t.Helper()
	text, err := catalog.EncodeExchange(all)
	require.NoError(t, err)
	again, err := catalog.DecodeExchange(text)
	require.NoError(t, err)
	return again
}

// What is exported and imported is what was there, whatever of it is exported and in whatever order; a change on one side is exactly one difference.
func TestBJ_FIN_10a_ExchangeFileLosesNothingAndShowsDrift(t *testing.T) {
	all := declared(t)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		some := copied(t, all[:1+rng.IntN(len(all))])
		again := copied(t, some)
		require.Equal(t, some, again)
		drifts, err := catalog.Drifts(some, again)
		require.NoError(t, err)
		require.Empty(t, drifts)

		d := again[rng.IntN(len(again))]
		c := &d.Spec.Columns[rng.IntN(len(d.Spec.Columns))]
		for _, change := range []struct {
			field string
			do    func()
		}{
			{"spec.title.en", func() { d.Spec.Title.En = "Changed" }}, {"spec.catalog_id", func() { d.Spec.CatalogID = fmt.Sprint("UC-", rng.Uint32()) }},
			{"spec.directory.duty", func() { d.Spec.Directory.Duty = "别的职责" }}, {"spec.columns." + c.Name + ".grade", func() { c.Grade = c.Grade%4 + 1 }},
		} {
			before, err := catalog.Drifts(some, again)
			require.NoError(t, err)
			change.do()
			after, err := catalog.Drifts(some, again)
			require.NoError(t, err)
			require.Len(t, after, len(before)+1)
			require.True(t, containsField(after, d.Metadata.Name, change.field), "%s: %v", change.field, after)
		}
	}
	drifts, err := catalog.Drifts(all[:2], all[1:3])
	require.NoError(t, err)
	require.Len(t, drifts, 2, "one is in the zone alone, one in the file alone")
}

func containsField(all []catalog.Drift, dataset, field string) bool {
	for _, d := range all {
		if d.Dataset == dataset && d.Field == field {
			return true
		}
	}
	return false
}

func TestExchangeFilesThatAreRefused(t *testing.T) {
	good, err := catalog.EncodeExchange(declared(t)[:1])
	require.NoError(t, err)
	for name, text := range map[string][]byte{
		"empty": nil, "no JSON": []byte("name,grade\n"), "a tail": append(bytes.Clone(good), "{}"...),
		"another format": bytes.Replace(good, []byte("exchange/v1"), []byte("exchange/v2"), 1),
		"a tampered one": bytes.Replace(good, []byte(`"grade": 2`), []byte(`"grade": 1`), 1),
		"unknown field":  bytes.Replace(good, []byte(`"sharing"`), []byte(`"shared"`), 1),
		"another name":   bytes.Replace(good, []byte(`"name": "credit"`), []byte(`"name": "credits"`), 1),
	} {
		_, err := catalog.DecodeExchange(text)
		require.ErrorIs(t, err, catalog.ErrExchange, name)
	}
}

func FuzzDecodeExchange(f *testing.F) {
	good, err := catalog.EncodeExchange(declared(f)[:1])
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(`{"format":"yumen-catalog-exchange/v1","entries":[]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := catalog.DecodeExchange(text)
		if err != nil {
			require.ErrorIs(t, err, catalog.ErrExchange)
			return
		}
		require.Equal(t, all, copied(t, all))
	})
}
