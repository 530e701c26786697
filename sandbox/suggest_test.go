package sandbox_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
	"yumen/sandbox/wire"
)

func suggest(t testing.TB, r *sandbox.Runner, file []byte) (*sandbox.Profile, error) {
	t.Helper()
	return r.Suggest(t.Context(), sandbox.SuggestSpec{Source: sandboxtest.Seal(t, file), Today: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)})
}

func columnOf(t testing.TB, p *sandbox.Profile, name string) wire.ColumnProfile {
	t.Helper()
	for _, c := range p.Columns {
		if c.Name == name {
			return c
		}
	}
	require.Fail(t, "no column "+name)
	return wire.ColumnProfile{}
}

func TestSuggestRealFiles(t *testing.T) {
	r := sandboxtest.Runner(t)
	p, err := suggest(t, r, testdata(t, "uci-credit-card-default.csv"))
	require.NoError(t, err)
	require.Equal(t, wire.FormatCSV, p.Format)
	require.EqualValues(t, 20000, p.Rows)
	require.Equal(t, wire.ColumnProfile{Name: "ID", Type: "INTEGER", Complete: true, Unique: true, Distinct: 16384, Low: "0", High: "50000"}, columnOf(t, p, "ID"))
	require.Equal(t, wire.ColumnProfile{Name: "SEX", Type: "INTEGER", Complete: true, Distinct: 2, Low: "0", High: "2", Values: []string{"1", "2"}, Closed: true}, columnOf(t, p, "SEX"))
	pay := columnOf(t, p, "PAY_0")
	require.False(t, pay.Closed, "few clients are more than five months late")
	require.Equal(t, []string{"-2", "10"}, []string{pay.Low, pay.High})
	p, err = suggest(t, r, testdata(t, "adult-census.csv"))
	require.NoError(t, err)
	require.Equal(t, []string{"<=50K", ">50K"}, columnOf(t, p, "income-per-year").Values)
	require.NotContains(t, columnOf(t, p, "native-country").Values, "Holand-Netherlands", "one person came from there")
}

// wild is a file with a column of every sort: 2,000 rows of 400 persons.
func wild() [][]string {
	rng := rand.New(rand.NewPCG(3, 3))
	rows := [][]string{{"客户编号", "code", "flag", "joined", "month", "compact", "rate", "big", "place", "grade", "note", "empty", "sparse", "sci", "clock"}}
	for i := range 2000 {
		person := i % 400
		sparse := ""
		if i%10 < 3 {
			sparse = "x"
		}
		rows = append(rows, []string{
			fmt.Sprintf("C%05d", person), fmt.Sprintf("%04d", rng.IntN(300)), []string{"true", "FALSE"}[i%2], fmt.Sprintf("%d/%d/%d", 1990+i%30, 1+i%12, 1+i%28),
			fmt.Sprintf("2024-%02d-01", 1+i%12), fmt.Sprintf("2023%02d%02d", 1+i%12, 1+i%28), fmt.Sprintf("%d.%03d", rng.IntN(90), rng.IntN(1000)),
			fmt.Sprint(3_000_000_000 + rng.Int64N(1e6)), []string{"130102", "130104", "130105", "110101", "350203"}[i%5], []string{"A", "B", "C"}[person%3],
			fmt.Sprintf("客户 %d 的说明，含标点。", i), "", sparse, "1e+05", fmt.Sprintf("2024-01-%02d 12:%02d:00", 1+i%28, i%60),
		})
	}
	return rows
}

func separated(rows [][]string) []byte {
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(strings.Join(row, ",") + "\n")
	}
	return []byte(b.String())
}

func TestSuggestTypes(t *testing.T) {
	r := sandboxtest.Runner(t)
	rows := wild()
	p, err := suggest(t, r, separated(rows))
	require.NoError(t, err)
	types := map[string]string{}
	for _, c := range p.Columns {
		types[c.Name] = c.Type
	}
	require.Equal(t, map[string]string{"客户编号": "VARCHAR", "code": "VARCHAR", "flag": "BOOLEAN", "joined": "DATE", "month": "DATE", "compact": "DATE", "rate": "DECIMAL(38,3)", "big": "BIGINT",
		"place": "VARCHAR", "grade": "VARCHAR", "note": "VARCHAR", "empty": "VARCHAR", "sparse": "VARCHAR", "sci": "INTEGER", "clock": "VARCHAR"}, types)
	require.Equal(t, 4, columnOf(t, p, "code").Code, "leading zeros stay")
	require.True(t, columnOf(t, p, "place").Place)
	require.True(t, columnOf(t, p, "month").Months)
	require.False(t, columnOf(t, p, "joined").Months)
	require.True(t, columnOf(t, p, "note").Words)
	require.Equal(t, 100, columnOf(t, p, "empty").Missing)
	require.Equal(t, 70, columnOf(t, p, "sparse").Missing)
	require.Equal(t, []string{"A", "B", "C"}, columnOf(t, p, "grade").Values)
	require.Equal(t, []string{"0", "5000000000"}, []string{columnOf(t, p, "big").Low, columnOf(t, p, "big").High})

	// The same rows as lines of JSON.
	var lines strings.Builder
	for _, row := range rows[1:] {
		object := map[string]string{}
		for i, v := range row {
			object[rows[0][i]] = v
		}
		b, err := json.Marshal(object)
		require.NoError(t, err)
		lines.Write(append(b, '\n'))
	}
	same, err := suggest(t, r, []byte(lines.String()))
	require.NoError(t, err)
	require.Equal(t, wire.FormatJSONLines, same.Format)
	for _, c := range p.Columns {
		require.Equal(t, c, columnOf(t, same, c.Name))
	}
}

// Canaries in every place where a profile could show one: rare values, values of one person in many rows, extremes, identifiers as
// categories, long and strange texts, the key itself. None is in the profile.
func TestSuggestShowsNoValue(t *testing.T) {
	r := sandboxtest.Runner(t)
	rows := [][]string{{"客户编号", "city", "status", "amount", "owner", "day", "text", "level"}}
	for i := range 3000 {
		row := []string{fmt.Sprintf("CANARYKEY%04d", i%700), []string{"北京", "上海"}[i%2], "open", fmt.Sprint(1000 + i%7000), "91110000MA00000077", "2024-03-05", "普通", fmt.Sprint(i % 3)}
		switch {
		case i%700 == 5: // several rows of one person
			row[1], row[2] = "CANARYCITY", "CANARYSTATUS"
		case i == 7:
			row[3], row[7] = "87654321", "77"
		case i == 8:
			row[3], row[5] = "-7654321", "1931-07-19"
		case i < 49:
			row[6] = "CANARYRARE"
		}
		rows = append(rows, row)
	}
	for i := range 120 { // 120 rows of one person
		rows = append(rows, []string{"CANARYKEY0005", "CANARYCITY", "CANARYSTATUS", "1234", "92110101MA0000023D", "2024-03-05", "普通", "1"}, rows[1+i])
	}
	p, err := suggest(t, r, separated(rows))
	require.NoError(t, err)
	b, err := json.Marshal(p)
	require.NoError(t, err)
	for _, canary := range []string{"CANARY", "9111", "9211", "87654321", "7654321", "1931", "07-19", `"77"`, "3240"} {
		require.NotContains(t, string(b), canary)
	}
	require.Equal(t, []string{"上海", "北京"}, columnOf(t, p, "city").Values)
	require.False(t, columnOf(t, p, "city").Closed)
	require.Equal(t, "-10000000", columnOf(t, p, "amount").Low)
	require.Equal(t, "uscc", string(columnOf(t, p, "owner").Found[0].Kind))
}

func TestSuggestRefusals(t *testing.T) {
	r := sandboxtest.Runner(t)
	body := strings.Repeat("A,3,x\nB,4,y\n", 30)
	for name, c := range map[string]struct {
		file string
		rule wire.Rule
	}{
		"no header: numbers":     {"1,2,x\n3,4,y\n", wire.RuleHeader},
		"no header: categories":  {body, wire.RuleHeader},
		"an identifier as name":  {"a,11010519491231002X,b\n1,2,3\n", wire.RuleHeader},
		"a name without letters": {"a,(%),b\n1,2,3\n", wire.RuleColumnName},
		"an empty name":          {"a,,b\n1,2,3\n", wire.RuleColumnName},
		"a name twice":           {"a,b,A\n1,2,3\n", wire.RuleTwiceColumn},
		"a row of four":          {"a,b,c\n1,2,3,4\n", wire.RuleFields},
		"an archive":             {"PK\x03\x04xxxxxxxxxxxxxxxxxx", wire.RuleFormat},
		"no header: a date":      {"C7,张三,1990-01-05\nC8,李四,1991-02-06\n", wire.RuleHeader},
		"no header: an amount":   {"C7,张三,17.5\nC8,李四,18.5\n", wire.RuleHeader},
		"no header: a code":      {"C00001,张三,x\nC00002,李四,y\nC00003,王五,x\n", wire.RuleHeader},
		"no rows":                {"a,b\n", wire.RuleEmpty},
		"nothing":                {"", wire.RuleEmpty},
	} {
		_, err := suggest(t, r, []byte(c.file))
		var rejected *sandbox.IngestRejected
		require.True(t, errors.As(err, &rejected), name)
		require.Equal(t, c.rule, rejected.Faults[0].Rule, name)
		require.Empty(t, rejected.Faults[0].Column, name)
	}
}
