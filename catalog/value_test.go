package catalog_test

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
)

func TestParseType(t *testing.T) {
	for _, text := range []string{"VARCHAR", "BOOLEAN", "INTEGER", "BIGINT", "DATE", "DECIMAL(1,0)", "DECIMAL(38,38)", "DECIMAL(12,2)"} {
		typ, err := catalog.ParseType(text)
		require.NoError(t, err, text)
		require.Equal(t, text, typ.String())
	}
	for _, text := range []string{
		"", "varchar", "TEXT", "DOUBLE", "FLOAT", "TIMESTAMP", "DECIMAL", "DECIMAL(39,2)", "DECIMAL(2,3)", "DECIMAL(0,0)",
		"DECIMAL(12, 2)", "DECIMAL(012,2)", "DECIMAL(12,02)", "DECIMAL(12,2) ", "BIGINT[]", "BIGINT); DROP TABLE x; --",
	} {
		_, err := catalog.ParseType(text)
		require.ErrorIs(t, err, catalog.ErrType, text)
	}
}

func TestCanonicalValue(t *testing.T) {
	for _, c := range []struct{ typ, text, want string }{
		{"INTEGER", "7", "7"}, {"INTEGER", "+007", "7"}, {"INTEGER", "-0", "0"}, {"INTEGER", "1.00E+05", "100000"},
		{"INTEGER", "3.0", "3"}, {"INTEGER", "2147483647", "2147483647"}, {"INTEGER", "-2147483648", "-2147483648"},
		{"BIGINT", "9223372036854775807", "9223372036854775807"}, {"BIGINT", "-9223372036854775808", "-9223372036854775808"},
		{"DECIMAL(12,2)", "3", "3.00"}, {"DECIMAL(12,2)", "-.5", "-0.50"}, {"DECIMAL(12,2)", "-0.000", "0.00"},
		{"DECIMAL(12,2)", "1e3", "1000.00"}, {"DECIMAL(12,2)", "12.340", "12.34"}, {"DECIMAL(3,3)", "0.001", "0.001"},
		{"DECIMAL(5,0)", "99999", "99999"}, {"DECIMAL(38,0)", strings.Repeat("9", 38), strings.Repeat("9", 38)},
		{"DATE", "2024-02-29", "2024-02-29"}, {"BOOLEAN", "TRUE", "true"}, {"BOOLEAN", "false", "false"},
		{"VARCHAR", " 中 文 ", " 中 文 "}, {"VARCHAR", "", ""},
	} {
		got, err := catalog.CanonicalValue(c.typ, c.text)
		require.NoError(t, err, "%s %s", c.typ, c.text)
		require.Equal(t, c.want, got, "%s %s", c.typ, c.text)
		again, err := catalog.CanonicalValue(c.typ, got)
		require.NoError(t, err)
		require.Equal(t, got, again, "canonical text is its own canonical text")
	}
}

func TestCanonicalValueRefuses(t *testing.T) {
	for _, c := range []struct{ typ, text string }{
		{"INTEGER", ""}, {"INTEGER", "2147483648"}, {"INTEGER", "-2147483649"}, {"INTEGER", "1.5"}, {"INTEGER", "0x10"},
		{"INTEGER", "1_000"}, {"INTEGER", "1/2"}, {"INTEGER", "1p4"}, {"INTEGER", "NaN"}, {"INTEGER", "Inf"}, {"INTEGER", " 1"},
		{"INTEGER", "1e999"}, {"INTEGER", "1e99999999"}, {"INTEGER", "."}, {"INTEGER", "１"}, {"BIGINT", "9223372036854775808"},
		{"DECIMAL(12,2)", "0.001"}, {"DECIMAL(4,2)", "100"}, {"DECIMAL(4,2)", "-100"}, {"DATE", "2023-02-29"},
		{"DATE", "2024-2-9"}, {"DATE", "0000-01-01"}, {"DATE", "2024-01-01T00:00:00Z"}, {"DATE", "12024-01-01"},
		{"BOOLEAN", "1"}, {"BOOLEAN", "yes"}, {"VARCHAR", "a\x00b"}, {"VARCHAR", "\xff"},
	} {
		_, err := catalog.CanonicalValue(c.typ, c.text)
		require.ErrorIs(t, err, catalog.ErrValue, "%s %q", c.typ, c.text)
		if len(c.text) > 3 {
			require.NotContains(t, err.Error(), c.text)
		}
	}
}

func TestCompareAndSuccessor(t *testing.T) {
	dec, _ := catalog.ParseType("DECIMAL(6,2)")
	date, _ := catalog.ParseType("DATE")
	integer, _ := catalog.ParseType("INTEGER")
	for _, c := range []struct {
		typ        catalog.Type
		low, above string
	}{
		{dec, "9.99", "10.00"}, {dec, "-0.01", "0.00"}, {integer, "-1", "0"}, {integer, "99", "100"},
		{date, "2024-02-28", "2024-02-29"}, {date, "1999-12-31", "2000-01-01"},
	} {
		got, err := c.typ.Successor(c.low)
		require.NoError(t, err)
		require.Equal(t, c.above, got)
		order, err := c.typ.Compare(c.low, c.above)
		require.NoError(t, err)
		require.Equal(t, -1, order)
	}
	for typ, last := range map[catalog.Type]string{dec: "9999.99", integer: "2147483647", date: "9999-12-31"} {
		_, err := typ.Successor(last)
		require.ErrorIs(t, err, catalog.ErrValue)
	}
	_, err := integer.Compare("1", "x")
	require.True(t, errors.Is(err, catalog.ErrValue))
}

func TestCompareAgreesWithIntegers(t *testing.T) {
	typ, _ := catalog.ParseType("BIGINT")
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		a, b := rng.Int64N(2000)-1000, rng.Int64N(2000)-1000
		got, err := typ.Compare(strconv.FormatInt(a, 10), strconv.FormatInt(b, 10))
		require.NoError(t, err)
		want := 0
		if a < b {
			want = -1
		} else if a > b {
			want = 1
		}
		require.Equal(t, want, got)
	}
}

// Plain spellings take a short way; it must lead where the general way leads.
func TestShortAndGeneralWayAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	types := []string{"INTEGER", "BIGINT", "DECIMAL(4,2)", "DECIMAL(18,2)", "DECIMAL(19,0)", "DECIMAL(38,10)", "DECIMAL(6,6)"}
	for range 3000 {
		text := strconv.FormatInt(rng.Int64()>>rng.IntN(63), 10)
		if cut := rng.IntN(2 * len(text)); cut > 0 && cut < len(text) {
			text = text[:cut] + "." + text[cut:]
		}
		if rng.IntN(2) == 0 {
			text = "-" + text
		}
		for _, typ := range types {
			plain, plainErr := catalog.CanonicalValue(typ, text)
			general, generalErr := catalog.CanonicalValue(typ, text+"e0")
			require.Equal(t, generalErr == nil, plainErr == nil, "%s %s", typ, text)
			require.Equal(t, general, plain, "%s %s", typ, text)
		}
	}
	for _, text := range []string{"2147483648", "-2147483648", "2147483647", "99.99", "100.00", "0.999999", "-0", "-0.0", "00000000000000000007", "1.", ".5", "-", "", ".", "-.", "--1", "1.2.3"} {
		for _, typ := range types {
			plain, plainErr := catalog.CanonicalValue(typ, text)
			general, generalErr := catalog.CanonicalValue(typ, text+"e0")
			require.Equal(t, generalErr == nil, plainErr == nil, "%s %q", typ, text)
			require.Equal(t, general, plain, "%s %q", typ, text)
		}
	}
}

func BenchmarkCanonicalValue(b *testing.B) {
	typ, err := catalog.ParseType("DECIMAL(18,2)")
	require.NoError(b, err)
	for b.Loop() {
		if _, err := typ.Canonical("123456.78"); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzCanonicalValue(f *testing.F) {
	for _, s := range []string{"1", "-1.50", "1e5", "2024-01-31", "true", "x"} {
		f.Add("DECIMAL(10,2)", s)
		f.Add("DATE", s)
	}
	f.Fuzz(func(t *testing.T, typ, text string) {
		got, err := catalog.CanonicalValue(typ, text)
		if err != nil {
			return
		}
		again, err := catalog.CanonicalValue(typ, got)
		require.NoError(t, err)
		require.Equal(t, got, again)
	})
}
