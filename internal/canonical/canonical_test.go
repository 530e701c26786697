package canonical_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/canonical"
)

type inner struct {
	N int    `json:"n"`
	T string `json:"t,omitempty"`
}

type sample struct {
	Name  string  `json:"name"`
	Items []inner `json:"items,omitempty"`
	Raw   []byte  `json:"raw,omitempty"`
}

func TestMarshalSortsAndKeepsText(t *testing.T) {
	b, err := canonical.Marshal(sample{Name: "域门 <&>", Items: []inner{{N: 1}}})
	require.NoError(t, err)
	require.Equal(t, `{"items":[{"n":1}],"name":"域门 <&>"}`, string(b))
}

func TestUnmarshalRefuses(t *testing.T) {
	cases := map[string]string{
		"unknown member":        `{"name":"a","x":1}`,
		"other case":            `{"Name":"a"}`,
		"member twice":          `{"name":"a","name":"a"}`,
		"white space":           `{"name": "a"}`,
		"order":                 `{"name":"a","items":[]}`,
		"empty where absent":    `{"items":[],"name":"a"}`,
		"escape where none":     `{"name":"\u0061"}`,
		"number spelled longer": `{"items":[{"n":1.0}],"name":"a"}`,
		"trailing value":        `{"name":"a"}{}`,
		"trailing newline":      "{\"name\":\"a\"}\n",
		"null":                  `null`,
		"missing member":        `{}`,
		"loose base64":          `{"name":"a","raw":"YQ=\n="}`,
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			require.Error(t, canonical.Unmarshal([]byte(text), new(sample)))
		})
	}
}

func TestUnmarshalSpacedAllowsLayoutOnly(t *testing.T) {
	var v sample
	require.NoError(t, canonical.UnmarshalSpaced([]byte("{\n \"name\": \"a\",\n \"items\": [ {\"n\": 2} ]\n}\n"), &v))
	require.Equal(t, sample{Name: "a", Items: []inner{{N: 2}}}, v)
	for _, text := range []string{`{"NAME":"a"}`, `{"name":"a","name":"a"}`, `{"name":"a","items":[{"n":1,"N":2}]}`, `{"name":"a"} x`} {
		require.Error(t, canonical.UnmarshalSpaced([]byte(text), new(sample)), text)
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"items":[{"n":1,"t":"x"}],"name":"a","raw":"YQ=="}`))
	f.Add([]byte(`{"name":"a"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var v sample
		if canonical.Unmarshal(b, &v) != nil {
			return
		}
		again, err := canonical.Marshal(v)
		require.NoError(t, err)
		require.Equal(t, b, again)
	})
}
