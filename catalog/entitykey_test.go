package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
)

// The vectors were computed with an independent implementation: printf of the bytes into sha256sum.
func TestEntityKeyVectors(t *testing.T) {
	var zero [32]byte
	one := zero
	one[31] = 1
	cases := []struct {
		key   [32]byte
		typ   string
		parts []string
		want  uint64
	}{
		{zero, "person", []string{"1"}, 0x06078b8b70e34613},
		{one, "enterprise", []string{"91110108MA01", "2024-02-29"}, 0x6d704c4ae591f771},
	}
	for _, c := range cases {
		require.Equal(t, c.want, catalog.EntityKey(c.key, c.typ, c.parts...), c.typ)
	}
}

func TestEntityKeySeparatesParts(t *testing.T) {
	var key [32]byte
	seen := map[uint64]string{}
	for _, c := range []struct {
		name  string
		typ   string
		parts []string
	}{
		{"ab|c", "t", []string{"ab", "c"}}, {"a|bc", "t", []string{"a", "bc"}}, {"abc", "t", []string{"abc"}},
		{"abc|", "t", []string{"abc", ""}}, {"type", "ta", []string{"bc"}}, {"none", "t", nil},
	} {
		k := catalog.EntityKey(key, c.typ, c.parts...)
		require.Empty(t, seen[k], c.name)
		seen[k] = c.name
	}
}

func TestRowKey(t *testing.T) {
	var key [32]byte
	empty, n := "", "n"
	null := catalog.RowKey(key, "person", []*string{nil}, 1)
	require.NotEqual(t, null, catalog.RowKey(key, "person", []*string{&empty}, 1))
	require.NotEqual(t, null, catalog.RowKey(key, "person", []*string{&n}, 1))
	require.NotEqual(t, null, catalog.RowKey(key, "person", []*string{nil}, 2))
	require.Equal(t, catalog.EntityKey(key, "person", "=n", "", "3"), catalog.RowKey(key, "person", []*string{&n, nil}, 3))
}
