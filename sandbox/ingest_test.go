package sandbox_test

import (
	"bytes"
	csvpkg "encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// load ingests a text and returns the report and the two files.
func load(t testing.TB, r *sandbox.Runner, spec catalog.DatasetSpec, csv []byte) (*sandbox.IngestReport, *os.File, *os.File, error) {
	t.Helper()
	s, err := sandboxtest.Load(t, r, spec, csv)
	if err != nil {
		return nil, nil, nil, err
	}
	for file, report := range map[*os.File]sandbox.FileReport{s.Query: s.Report.Query, s.Identity: s.Report.Identity} {
		if file != nil {
			b, err := io.ReadAll(io.NewSectionReader(file, 0, 1<<30))
			require.NoError(t, err)
			require.Equal(t, sandbox.FileReport{Size: int64(len(b)), Digest: catalog.DigestOf(b)}, report)
		}
	}
	return s.Report, s.Query, s.Identity, nil
}

// ask runs one statement over one snapshot called d.
func ask(t testing.TB, r *sandbox.Runner, file *os.File, sql string, args ...sandbox.Value) [][]string {
	t.Helper()
	out, err := r.Run(t.Context(), sandbox.RunSpec{Snapshots: []sandbox.SnapshotRef{{Name: "d", File: file}},
		Statements: []sandbox.Statement{{SQL: sql, Args: args, Reads: []string{"d"}}}})
	require.NoError(t, err, sql)
	return plain(out[0])
}

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "testdata", "data", name))
	require.NoError(t, err)
	return b
}

// header turns the header of a real file into plain names.
func header(t testing.TB, b []byte) ([]string, []byte) {
	t.Helper()
	line, rest, ok := bytes.Cut(b, []byte("\n"))
	require.True(t, ok)
	names := strings.Split(strings.ToLower(strings.NewReplacer(".", "_", "-", "_", "\r", "").Replace(string(line))), ",")
	return names, append([]byte(strings.Join(names, ",")+"\n"), rest...)
}

func TestIngestCreditCards(t *testing.T) {
	r := sandboxtest.Runner(t)
	names, csv := header(t, testdata(t, "uci-credit-card-default.csv"))
	spec := catalog.DatasetSpec{Entities: []catalog.Entity{{Type: "person", Key: []string{"id"}, Unique: true}}}
	for _, n := range names {
		c := catalog.Column{Name: n, Type: "BIGINT", Grade: 2, Roles: []catalog.Role{catalog.RoleMeasure}}
		switch n {
		case "id":
			c.Roles = []catalog.Role{catalog.RoleEntityKey}
		case "sex":
			c.Roles, c.Domain = []catalog.Role{catalog.RoleDimension}, []catalog.Scalar{"1", "2"}
		case "limit_bal":
			c.Type, c.Bounds = "DECIMAL(12,2)", []catalog.Bound{"0", "1000000"}
		}
		spec.Columns = append(spec.Columns, c)
	}
	report, query, identity, err := load(t, r, spec, csv)
	require.NoError(t, err)
	require.EqualValues(t, 30000, report.Rows)
	require.Equal(t, sandbox.EntityReport{Type: "person", Distinct: 30000, MaxRows: 1}, report.Entities[0])
	require.Equal(t, [][]string{{"30000", "30000", "2"}}, ask(t, r, query,
		`SELECT count(*), count(DISTINCT __ekey_0), count(DISTINCT sex) FROM "d".main.data`))
	out, err := r.Run(t.Context(), sandbox.RunSpec{Snapshots: []sandbox.SnapshotRef{{Name: "d", File: query}},
		Statements: []sandbox.Statement{{SQL: `SELECT id FROM "d".main.data`, Reads: []string{"d"}}}})
	require.ErrorIs(t, err, sandbox.ErrExecution)
	require.Nil(t, out)

	different := 0
	for _, row := range ask(t, r, identity, `SELECT id, __ekey_0 FROM "d".main.data`) {
		if row[1] != decimalKey(sandboxtest.Key("person"), "person", row[0]) {
			different++
		}
	}
	require.Zero(t, different, "the keys are those of the definition in Go")
}

func TestIngestCensus(t *testing.T) {
	r := sandboxtest.Runner(t)
	names, csv := header(t, testdata(t, "adult-census.csv"))
	spec := catalog.DatasetSpec{Entities: []catalog.Entity{{Type: "person", Rows: true}}}
	for _, n := range names {
		c := catalog.Column{Name: n, Type: "VARCHAR", Grade: 2, Roles: []catalog.Role{catalog.RoleDimension}}
		switch n {
		case "age", "fnlwgt", "education_num", "capital_gain", "capital_loss", "hours_per_week":
			c.Type, c.Roles = "INTEGER", []catalog.Role{catalog.RoleMeasure}
		}
		spec.Columns = append(spec.Columns, c)
	}
	report, query, _, err := load(t, r, spec, csv)
	require.NoError(t, err)
	require.EqualValues(t, 32561, report.Rows)
	require.EqualValues(t, 32561, report.Entities[0].Distinct, "equal rows are different people")

	// The definition in Go over the same rows, equal rows counted.
	seen := map[string]int{}
	want := map[string]bool{}
	records, err := csvpkg.NewReader(bytes.NewReader(csv)).ReadAll()
	require.NoError(t, err)
	for _, rec := range records[1:] {
		id := strings.Join(rec, "\x1f")
		seen[id]++
		cells := make([]*string, len(rec))
		for i := range rec {
			if rec[i] != "" {
				cells[i] = &rec[i]
			}
		}
		want[strconv.FormatUint(catalog.RowKey(sandboxtest.Key("person"), "person", cells, seen[id]), 10)] = true
	}
	require.Greater(t, len(records)-1, len(seen), "the file has equal rows")
	for _, row := range ask(t, r, query, `SELECT __ekey_0 FROM "d".main.data`) {
		delete(want, row[0])
	}
	require.Empty(t, want)
}

// people is a small dataset with one of everything.
func people() catalog.DatasetSpec {
	no := false
	dim, key := []catalog.Role{catalog.RoleDimension}, []catalog.Role{catalog.RoleEntityKey}
	return catalog.DatasetSpec{
		Entities: []catalog.Entity{{Type: "person", Key: []string{"id"}, Unique: true}, {Type: "home", Key: []string{"street", "number"}}},
		Columns: []catalog.Column{
			{Name: "id", Type: "BIGINT", Roles: key},
			{Name: "street", Type: "VARCHAR", Roles: key},
			{Name: "number", Type: "INTEGER", Roles: key},
			{Name: "born", Type: "DATE", Roles: dim, Nullable: &no},
			{Name: "sex", Type: "VARCHAR", Roles: dim, Domain: []catalog.Scalar{"F", "M"}},
			{Name: "income", Type: "DECIMAL(8,2)", Roles: []catalog.Role{catalog.RoleMeasure, catalog.RoleDimension}, Bounds: []catalog.Bound{"0", "1e5"}},
			{Name: "owner", Type: "BOOLEAN", Roles: dim, ConstantPer: "home"},
			{Name: "phone", Type: "VARCHAR", Roles: []catalog.Role{catalog.RoleIdentifier}},
		},
	}
}

const peopleHead = "id,street,number,born,sex,income,owner,phone\n"

func TestIngestConverts(t *testing.T) {
	r := sandboxtest.Runner(t)
	report, query, identity, err := load(t, r, people(), []byte("\xef\xbb\xbfPhone,\"ID\",street,number,born,sex,income,owner\r\n"+
		"\"0,1\",1e+02,\"a \"\"b\"\"\",007,2024-02-29,F,1e3,TRUE\r\n"+
		",9223372036854775807,,3,0001-01-01,,,\r\n"+
		"x,-5,\"a \"\"b\"\"\",7.0,9999-12-31,M,100000.00,true\r\n"))
	require.NoError(t, err)
	require.Equal(t, [][]string{{"0001-01-01", "∅", "∅", "∅", "∅"}, {"2024-02-29", "F", "1000.00", "true", "1"}, {"9999-12-31", "M", "100000.00", "true", "1"}},
		ask(t, r, query, `SELECT born, sex, income, owner, CASE WHEN __ekey_1 IS NOT NULL THEN 1 END FROM "d".main.data ORDER BY 1`))
	home := decimalKey(sandboxtest.Key("home"), "home", `a "b"`, "7")
	require.Equal(t, [][]string{
		{decimalKey(sandboxtest.Key("person"), "person", "-5"), home, "-5", `a "b"`, "7", "x"},
		{decimalKey(sandboxtest.Key("person"), "person", "100"), home, "100", `a "b"`, "7", "0,1"},
		{decimalKey(sandboxtest.Key("person"), "person", "9223372036854775807"), "∅", "9223372036854775807", "∅", "3", "∅"},
	}, ask(t, r, identity, `SELECT * FROM "d".main.data ORDER BY id`))
	require.Equal(t, []sandbox.EntityReport{{Type: "person", Distinct: 3, MaxRows: 1}, {Type: "home", Distinct: 1, MaxRows: 2, Nulls: 1}}, report.Entities)
	require.Equal(t, sandbox.ColumnReport{Name: "sex", Nulls: 1, Distinct: 2}, report.Columns[4])
	require.True(t, report.Columns[3].NotNull)
}

func TestIngestQuarantines(t *testing.T) {
	r := sandboxtest.Runner(t)
	good := "1,s,1,2000-01-01,F,1,true,p\n"
	cases := map[string]struct {
		csv  string
		want []sandbox.Fault
	}{
		"missing column":     {"id,street,number,born,sex,income,owner\n1,s,1,2000-01-01,F,1,true\n", []sandbox.Fault{{Column: "phone", Rule: "missing_column"}}},
		"extra column":       {strings.ReplaceAll(peopleHead, "phone", "phone,Card_No") + "1,s,1,2000-01-01,F,1,true,p,x\n", []sandbox.Fault{{Column: "Card_No", Field: 9, Rule: "extra_column"}}},
		"extra odd column":   {strings.ReplaceAll(peopleHead, "phone", "phone,13800000000") + "1,s,1,2000-01-01,F,1,true,p,x\n", []sandbox.Fault{{Field: 9, Rule: "extra_column"}}},
		"column twice":       {strings.ReplaceAll(peopleHead, "phone", "phone,ID") + "1,s,1,2000-01-01,F,1,true,p,x\n", []sandbox.Fault{{Column: "id", Field: 9, Rule: "twice_column"}}},
		"too few fields":     {peopleHead + good + "2,s\n", []sandbox.Fault{{Row: 2, Rule: "fields"}}},
		"too many fields":    {peopleHead + "2,s,1,2000-01-01,F,1,true,p,q\n" + good, []sandbox.Fault{{Row: 1, Rule: "fields"}}},
		"open quote":         {peopleHead + good + "2,\"s,1,2000-01-01,F,1,true,p\n", []sandbox.Fault{{Row: 2, Rule: "quote"}}},
		"text after quote":   {peopleHead + good + "2,\"s\"x,1,2000-01-01,F,1,true,p\n", []sandbox.Fault{{Row: 2, Rule: "quote"}}},
		"not UTF-8":          {peopleHead + good + "2,\xff,1,2000-01-01,F,1,true,p\n", []sandbox.Fault{{Row: 2, Rule: "encoding"}}},
		"NUL":                {peopleHead + good + "2,a\x00,1,2000-01-01,F,1,true,p\n", []sandbox.Fault{{Row: 2, Rule: "nul"}}},
		"lone CR":            {peopleHead + good + "2,a\rb,1,2000-01-01,F,1,true,p\n", []sandbox.Fault{{Row: 2, Rule: "line_end"}}},
		"empty source":       {"", []sandbox.Fault{{Rule: "empty"}}},
		"integer":            {peopleHead + good + "2x,s,1,2000-01-01,F,1,true,p\n", []sandbox.Fault{{Row: 2, Column: "id", Rule: "type"}}},
		"inexact integer":    {peopleHead + good + "2.5,s,1,2000-01-01,F,1,true,p\n", []sandbox.Fault{{Row: 2, Column: "id", Rule: "type"}}},
		"integer range":      {peopleHead + good + "2,s,2147483648,2000-01-01,F,1,true,p\n", []sandbox.Fault{{Row: 2, Column: "number", Rule: "type"}}},
		"separators":         {peopleHead + good + "2_000,s,1,2000-01-01,F,1,true,p\n", []sandbox.Fault{{Row: 2, Column: "id", Rule: "type"}}},
		"inexact decimal":    {peopleHead + good + "2,s,1,2000-01-01,F,1.005,true,p\n", []sandbox.Fault{{Row: 2, Column: "income", Rule: "type"}}},
		"no such day":        {peopleHead + good + "2,s,1,2023-02-29,F,1,true,p\n", []sandbox.Fault{{Row: 2, Column: "born", Rule: "type"}}},
		"other date":         {peopleHead + good + "2,s,1,01/02/2000,F,1,true,p\n", []sandbox.Fault{{Row: 2, Column: "born", Rule: "type"}}},
		"boolean":            {peopleHead + good + "2,s,1,2000-01-01,F,1,1,p\n", []sandbox.Fault{{Row: 2, Column: "owner", Rule: "type"}}},
		"below bounds":       {peopleHead + good + "2,s,1,2000-01-01,F,-0.01,true,p\n", []sandbox.Fault{{Row: 2, Column: "income", Rule: "bounds"}}},
		"above bounds":       {peopleHead + good + "2,s,1,2000-01-01,F,100000.01,true,p\n", []sandbox.Fault{{Row: 2, Column: "income", Rule: "bounds"}}},
		"domain":             {peopleHead + good + "2,s,1,2000-01-01,f,1,true,p\n", []sandbox.Fault{{Row: 2, Column: "sex", Rule: "domain"}}},
		"null":               {peopleHead + good + "2,s,1,,F,1,true,p\n", []sandbox.Fault{{Row: 2, Column: "born", Rule: "null"}}},
		"null in unique key": {peopleHead + good + ",s,1,2000-01-01,F,1,true,p\n", []sandbox.Fault{{Row: 2, Column: "id", Rule: "null"}}},
		"duplicate":          {peopleHead + good + "2,s,1,2000-01-01,F,1,true,p\n1.0,s,1,2000-01-01,F,1,true,p\n", []sandbox.Fault{{Row: 3, Column: "id", Rule: "duplicate"}}},
		"not constant":       {peopleHead + good + "2,s,1.0,2000-01-01,F,1,false,p\n", []sandbox.Fault{{Row: 2, Column: "owner", Rule: "constant"}}},
		"constant or NULL":   {peopleHead + good + "2,s,1,2000-01-01,F,1,,p\n", []sandbox.Fault{{Row: 2, Column: "owner", Rule: "constant"}}},
		"several": {peopleHead + "1,s,1,2000-01-01,X,x,true,p\n1,s,1,2000-01-01,Y,1,true,p\n", []sandbox.Fault{
			{Row: 1, Column: "sex", Rule: "domain"}, {Row: 1, Column: "income", Rule: "type"}, {Row: 2, Column: "id", Rule: "duplicate"}, {Row: 2, Column: "sex", Rule: "domain"}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, _, _, err := load(t, r, people(), []byte(c.csv))
			var quarantined *sandbox.IngestRejected
			require.ErrorAs(t, err, &quarantined)
			require.ElementsMatch(t, c.want, quarantined.Faults)
		})
	}
}

// A date has bounds as a number has: both ends are inside.
func TestIngestDatesWithBounds(t *testing.T) {
	r, spec := sandboxtest.Runner(t), people()
	spec.Columns[3].Bounds = []catalog.Bound{"2000-01-01", "2000-12-31"}
	const ends = peopleHead + "1,s,1,2000-01-01,F,1,true,p\n2,s,1,2000-12-31,F,1,true,p\n"
	_, _, _, err := load(t, r, spec, []byte(ends))
	require.NoError(t, err)
	_, _, _, err = load(t, r, spec, []byte(ends+"3,s,1,1999-12-31,F,1,true,p\n4,s,1,2001-01-01,F,1,true,p\n"))
	var quarantined *sandbox.IngestRejected
	require.ErrorAs(t, err, &quarantined)
	require.ElementsMatch(t, []sandbox.Fault{{Row: 3, Column: "born", Rule: "bounds"}, {Row: 4, Column: "born", Rule: "bounds"}}, quarantined.Faults)
}

// A text without a domain has no more values than are declared, and none that is long; one that is missing is none of them.
func TestIngestCountsValues(t *testing.T) {
	r, spec := sandboxtest.Runner(t), people()
	spec.Columns[4].Domain, spec.Columns[4].MaxValues = nil, 2
	line := func(id int, sex string) string { return fmt.Sprintf("%d,s,1,2000-01-01,%s,1,true,p\n", id, sex) }
	head := peopleHead + line(1, "a") + line(2, "b") + line(3, "") + line(4, "a")
	_, _, _, err := load(t, r, spec, []byte(head+line(5, "b")))
	require.NoError(t, err)
	for csv, want := range map[string][]sandbox.Fault{
		head + line(5, "c") + line(6, "c") + line(7, "d"):             {{Row: 5, Column: "sex", Rule: "max_values"}, {Row: 7, Column: "sex", Rule: "max_values"}},
		peopleHead + line(1, "a") + line(2, strings.Repeat("值", 201)): {{Row: 2, Column: "sex", Rule: "max_values"}},
	} {
		_, _, _, err = load(t, r, spec, []byte(csv))
		var quarantined *sandbox.IngestRejected
		require.ErrorAs(t, err, &quarantined)
		require.ElementsMatch(t, want, quarantined.Faults)
	}
}

func TestIngestListsTwentyFaults(t *testing.T) {
	r := sandboxtest.Runner(t)
	csv := peopleHead
	for i := range 3000 {
		csv += strconv.Itoa(i) + ",s,1,bad,Z,-1,true,p\n"
	}
	_, _, _, err := load(t, r, people(), []byte(csv))
	var quarantined *sandbox.IngestRejected
	require.ErrorAs(t, err, &quarantined)
	require.Len(t, quarantined.Faults, 20)
	rules := map[string]bool{}
	for _, f := range quarantined.Faults {
		rules[string(f.Rule)] = true
	}
	require.Len(t, rules, 3, "every rule is shown")
}

// TestIngestFaultRows says that row numbers are those of the source also when it is read in many pieces.
func TestIngestFaultRows(t *testing.T) {
	r := sandboxtest.Runner(t)
	var b bytes.Buffer
	b.WriteString(peopleHead)
	for i := 1; i <= 300_000; i++ {
		sex := "F"
		if i == 123_456 || i == 299_999 {
			sex = "?"
		}
		fmt.Fprintf(&b, "%d,\"some, street\",1,2000-01-01,%s,1,true,p\n", i, sex)
	}
	_, _, _, err := load(t, r, people(), b.Bytes())
	var quarantined *sandbox.IngestRejected
	require.ErrorAs(t, err, &quarantined)
	require.Equal(t, []sandbox.Fault{{Row: 123_456, Column: "sex", Rule: "domain"}, {Row: 299_999, Column: "sex", Rule: "domain"}}, quarantined.Faults)
}

// TestIngestReadsCSV compares the engine's reading with encoding/csv over random texts full of quotes, commas and newlines.
func TestIngestReadsCSV(t *testing.T) {
	r := sandboxtest.Runner(t)
	dim := []catalog.Role{catalog.RoleDimension}
	spec := catalog.DatasetSpec{Public: true, Columns: []catalog.Column{{Name: "a", Type: "VARCHAR", Roles: dim}, {Name: "b", Type: "VARCHAR", Roles: dim},
		{Name: "n", Type: "INTEGER", Roles: dim}}}
	rng := rand.New(rand.NewPCG(1, 2))
	pieces := []string{`"`, `""`, ",", "\n", "\r\n", "x", "é", "域", " ", "'", ";", "\t", "#", "\\", "abc", ""}
	for _, crlf := range []bool{false, true} {
		var b bytes.Buffer
		w := csvpkg.NewWriter(&b)
		w.UseCRLF = crlf
		require.NoError(t, w.Write([]string{"a", "b", "n"}))
		for i := range 20_000 {
			text := func() string {
				s := ""
				for range rng.IntN(6) {
					s += pieces[rng.IntN(len(pieces))]
				}
				return s
			}
			require.NoError(t, w.Write([]string{text(), text(), strconv.Itoa(i)}))
		}
		w.Flush()
		records, err := csvpkg.NewReader(bytes.NewReader(b.Bytes())).ReadAll()
		require.NoError(t, err)
		_, query, _, err := load(t, r, spec, b.Bytes())
		require.NoError(t, err)
		got := ask(t, r, query, `SELECT coalesce(a, ''), coalesce(b, '') FROM "d".main.data ORDER BY n`)
		require.Len(t, got, len(records)-1)
		for i, row := range got {
			for c := range row { // encoding/csv reads CRLF inside quotes as LF
				if records[i+1][c] != strings.ReplaceAll(row[c], "\r\n", "\n") {
					t.Fatalf("row %d differs", i+1)
				}
			}
		}
	}
}

// TestIngestTellsHowFarItIs says that what a load tells grows and comes close to the end, and that nothing else does.
func TestIngestTellsHowFarItIs(t *testing.T) {
	r := sandboxtest.Runner(t)
	var b bytes.Buffer
	b.WriteString(peopleHead)
	for i := range 300_000 {
		fmt.Fprintf(&b, "%d,street %d,%d,2000-01-01,F,1,true,p\n", i, i%1000, i%7)
	}
	var told []int
	_, err := r.Ingest(t.Context(), sandbox.IngestSpec{Declaration: people(), Source: sandboxtest.Seal(t, b.Bytes()), Query: io.Discard, Identity: io.Discard,
		Keys: map[string][32]byte{"person": sandboxtest.Key("person"), "home": sandboxtest.Key("home")}, Progress: func(percent int) { told = append(told, percent) }})
	require.NoError(t, err)
	require.IsIncreasing(t, told)
	require.Greater(t, len(told), 5)
	require.GreaterOrEqual(t, told[len(told)-1], 80)
	require.Less(t, told[len(told)-1], 100)
}
