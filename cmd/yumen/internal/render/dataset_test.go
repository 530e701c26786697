package render_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
)

func proposed() *catalog.Dataset {
	no := false
	return &catalog.Dataset{APIVersion: catalog.APIVersion, Kind: catalog.KindDataset, Metadata: catalog.Metadata{Name: "d"}, Spec: catalog.DatasetSpec{
		Sharing: catalog.SharingConditional, Market: catalog.MarketAuthorised, Entities: []catalog.Entity{{Type: "person", Key: []string{"id"}, Unique: true}},
		Columns: []catalog.Column{
			{Name: "id", Type: "BIGINT", Grade: 2, Roles: []catalog.Role{"entity_key"}, Identifier: "record", Nullable: &no},
			{Name: "违约", Type: "INTEGER", Grade: 3, Roles: []catalog.Role{"dimension"}, Sensitive: true, SensitiveValues: []string{"1"}, Domain: []catalog.Scalar{"0", "1"}},
			{Name: "code", Type: "VARCHAR", Grade: 2, Roles: []catalog.Role{"dimension"}, Domain: []catalog.Scalar{"01", "?", "yes", "a: b", "#x", "null", "甲"}},
			{Name: "sum", Type: "DECIMAL(18,2)", Grade: 2, Roles: []catalog.Role{"measure", "dimension"}, Bounds: []catalog.Bound{"-0.05", "2000.00"}, Grid: "1-2-5"},
		}}}
}

func TestProposedDataset(t *testing.T) {
	text, err := render.Dataset(proposed(), render.Notes{"": {"all"}, "违约": {"名称", "a\nb: {"}}, "fill in")
	require.NoError(t, err)
	require.Contains(t, string(text), "  - {name: 违约, type: INTEGER, grade: 3, roles: [dimension], sensitive: true, sensitive_values: [1], domain: [0, 1]}\n")
	require.Contains(t, string(text), "  # a b: {\n")
	_, err = catalog.DecodeDocuments(strings.NewReader(string(text)))
	require.Error(t, err, "empty fields are refused")
	for _, empty := range []string{"zh", "en"} {
		text = []byte(strings.Replace(string(text), empty+": ", empty+": t", 1))
	}
	filled := strings.Replace(string(text), "provider:", "provider: p", 1)
	for _, answer := range []string{"national_security", "public_interest", "source_agreement", "law"} {
		filled = strings.Replace(filled, answer+": ", answer+": false", 1)
	}
	documents, err := catalog.DecodeDocuments(strings.NewReader(filled))
	require.NoError(t, err, filled)
	want := proposed()
	got, ok := documents[0].Body.(*catalog.Dataset)
	require.True(t, ok)
	require.Equal(t, want.Spec.Columns, got.Spec.Columns)
	require.Equal(t, want.Spec.Entities, got.Spec.Entities)
}
