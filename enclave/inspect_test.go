package enclave_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/compile"
	"yumen/enclave/egress"
	"yumen/sandbox"
)

func answerOf(name, typ string, values ...any) *sandbox.PostResult {
	p := &sandbox.PostResult{Columns: []sandbox.PostColumn{{Name: "n", Type: "BIGINT"}, {Name: name, Type: typ}}}
	for i, v := range values {
		p.Rows = append(p.Rows, []any{json.Number(fmt.Sprint(i)), v})
	}
	return p
}

func TestAnswersAreInspected(t *testing.T) {
	today := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	planted := []struct {
		kind  string
		value string
		grade catalog.Grade
	}{
		{"resident_id", "110101199003070003", 3}, {"resident_id", "１１０１０５１９４９１２３１００２ｘ", 3}, {"resident_id", "X110101199003070003Y", 3}, {"resident_id", "440524 18800101 0014", 3},
		{"residence_permit", "810000199001010000", 3}, {"mobile", "19912345678", 3}, {"mobile", "call 199-1234-5678", 3}, {"bank_card", "6200000000000005", 4},
		{"uscc", "91110000MA00000077", 1}, {"uscc", "92110101MA0000023D", 3}, {"email", "a person's a@example.com", 3}, {"plate", "京A12345", 3}, {"landline", "010-12345678", 3},
		{"address", "北京市东城区东华门街道1号", 3}, {"passport", "护照号 E12345678", 3}, {"property_title", "京(2021)东不动产权第0000001号", 3}, {"lei", "5493001KJTIIGC8Y1R12", 1},
	}
	t.Run("BJ-FIN-9: a planted identifier is found in a key, a text, a name", func(t *testing.T) {
		for _, x := range planted {
			want := []egress.Identifier{{Column: 2, Kind: x.kind, Grade: x.grade}}
			require.Equal(t, want, enclave.Inspect(today, answerOf("place", "VARCHAR", "北京", x.value, nil, "other")), x.kind)
			if x.kind != "address" { // told by its levels as a whole value, and a column's name is none
				require.Equal(t, want, enclave.Inspect(today, answerOf(x.value, "BIGINT", json.Number("3"))), "%s as a name", x.kind)
			}
		}
		require.Equal(t, []egress.Identifier{{Column: 2, Kind: "resident_id", Grade: 3}}, enclave.Inspect(today, answerOf("x", "BIGINT", json.Number("110101199003070003"))))
	})
	t.Run("BJ-FIN-9: recall over many made-up numbers", func(t *testing.T) {
		missed := 0
		for n := range 2000 {
			if len(enclave.Inspect(today, answerOf("k", "VARCHAR", resident(n)))) != 1 || len(enclave.Inspect(today, answerOf("k", "VARCHAR", fmt.Sprintf("1%d%09d", 3+n%7, n*7919%1_000_000_000)))) != 1 {
				missed++
			}
		}
		require.Zero(t, missed)
	})
	t.Run("BJ-FIN-9: figures and classes are none", func(t *testing.T) {
		for _, v := range []string{"高中", "金融", "350203", "北京市东城区", "有限责任公司", "[18, 25)", "2026-01-01", "other", "P2P", "A00-B99", "12345678901"} {
			require.Empty(t, enclave.Inspect(today, answerOf("class", "VARCHAR", v)), v)
		}
		for _, v := range []string{"13912345678", "6200000000000005", "123456789012345678", "1234.56"} {
			require.Empty(t, enclave.Inspect(today, answerOf("total", "DECIMAL(38,2)", v)), v)
		}
	})
	t.Run("BJ-FIN-9: a statement that brings a person's is refused as it stands", func(t *testing.T) {
		for _, x := range planted {
			p := &compile.Plan{Post: compile.Post{Args: []compile.Value{{Type: "VARCHAR", Text: x.value}}}}
			q := &compile.Plan{Post: compile.Post{Columns: []compile.PostColumn{{Name: x.value}}}}
			if x.grade >= 3 && x.kind != "address" && x.value != "92110101MA0000023D" {
				require.Error(t, enclave.Unspoken(p, today), x.kind)
				require.Error(t, enclave.Unspoken(q, today), x.kind)
			}
		}
		require.NoError(t, enclave.Unspoken(&compile.Plan{Post: compile.Post{Columns: []compile.PostColumn{{Name: "n"}}, Args: []compile.Value{{Type: "VARCHAR", Text: "high"}, {Type: "BIGINT", Text: "15000000000"}}}}, today))
	})
}

// resident is a made-up resident identity number.
func resident(n int) string {
	day := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n*7)
	s := fmt.Sprintf("%02d0101%s%03d", []int{11, 13, 31, 44, 65}[n%5], day.Format("20060102"), n%1000)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}
