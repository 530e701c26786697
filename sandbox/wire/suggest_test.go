package wire_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/sandbox/wire"
)

func goodProfile() *wire.Profile {
	return &wire.Profile{Format: wire.FormatCSV, Rows: 20000, Repeated: 5, Columns: []wire.ColumnProfile{
		{Name: "id", Type: "INTEGER", Complete: true, Unique: true, Distinct: 16384, Low: "0", High: "50000"},
		{Name: "状态", Type: "VARCHAR", Missing: 10, Distinct: 2, Values: []string{"甲", "乙"}, Closed: true},
		{Name: "remark", Type: "VARCHAR", Distinct: 8192, Words: true, Found: []wire.Found{{Kind: "mobile", Inside: 5, Confidence: "likely"}}},
	}}
}

func TestProfileRoundTrip(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, wire.WriteProfile(&b, goodProfile()))
	p, err := wire.ReadProfile(&b)
	require.NoError(t, err)
	require.Equal(t, goodProfile(), p)
}

// What a worker could use to say more than a profile may, or to break its reader, is refused.
func TestProfileIsNotTrusted(t *testing.T) {
	for name, change := range map[string]func(p *wire.Profile){
		"an exact count":           func(p *wire.Profile) { p.Rows = 30001 },
		"an exact share":           func(p *wire.Profile) { p.Columns[1].Missing = 7 },
		"exact repetitions":        func(p *wire.Profile) { p.Repeated = 3 },
		"an exact number":          func(p *wire.Profile) { p.Columns[0].Distinct = 30000 },
		"an extreme":               func(p *wire.Profile) { p.Columns[0].High = "49999" },
		"bounds of a text":         func(p *wire.Profile) { p.Columns[1].High = "1" },
		"a number without bounds":  func(p *wire.Profile) { p.Columns[0].Low = "" },
		"a long value":             func(p *wire.Profile) { p.Columns[1].Values[0] = string(bytes.Repeat([]byte("x"), 65)) },
		"a control character":      func(p *wire.Profile) { p.Columns[1].Values[0] = "a\x1b[2J" },
		"a value twice":            func(p *wire.Profile) { p.Columns[1].Values[0] = "乙" },
		"a value of another type":  func(p *wire.Profile) { p.Columns[0].Values = []string{"x"} },
		"too many values":          func(p *wire.Profile) { p.Columns[1].Values = make([]string, 101) },
		"nothing that is closed":   func(p *wire.Profile) { p.Columns[0].Closed = true },
		"a name of control":        func(p *wire.Profile) { p.Columns[0].Name = "a\nb" },
		"a reserved name":          func(p *wire.Profile) { p.Columns[0].Name = "__ekey" },
		"a name twice":             func(p *wire.Profile) { p.Columns[0].Name = "REMARK" },
		"an unknown type":          func(p *wire.Profile) { p.Columns[0].Type = "BLOB" },
		"another spelling of one":  func(p *wire.Profile) { p.Columns[0].Type = "integer" },
		"an unknown kind":          func(p *wire.Profile) { p.Columns[2].Found[0].Kind = "x" },
		"an unknown confidence":    func(p *wire.Profile) { p.Columns[2].Found[0].Confidence = "x" },
		"an exact share of a kind": func(p *wire.Profile) { p.Columns[2].Found[0].Inside = 1 },
		"complete and missing":     func(p *wire.Profile) { p.Columns[1].Complete = true },
		"no columns":               func(p *wire.Profile) { p.Columns = nil },
		"an unknown format":        func(p *wire.Profile) { p.Format = "x" },
	} {
		p := goodProfile()
		change(p)
		b, err := json.Marshal(p)
		require.NoError(t, err)
		_, err = wire.DecodeProfile(b)
		require.Error(t, err, name)
	}
	_, err := wire.DecodeProfile([]byte(`{"format":"csv","rows":1,"columns":[],"more":1}`))
	require.Error(t, err)
}

func TestOutward(t *testing.T) {
	for in, want := range map[string]string{"0": "0", "1": "1", "3": "5", "6": "10", "49999": "50000", "50000": "50000", "50001": "100000", "-3": "-5", "0.03": "1/20", "0.1": "1/10", "123456789": "200000000"} {
		r, ok := new(big.Rat).SetString(in)
		require.True(t, ok)
		require.Equal(t, want, wire.Outward(r).RatString(), in)
	}
}

func FuzzProfile(f *testing.F) {
	b, _ := json.Marshal(goodProfile())
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := wire.DecodeProfile(b)
		if err != nil {
			return
		}
		again, err := wire.EncodeProfile(p)
		if err != nil {
			t.Fatal("a profile that was read cannot be written")
		}
		if _, err := wire.DecodeProfile(again); err != nil {
			t.Fatal("nor read again")
		}
	})
}
