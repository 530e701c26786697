package egress_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/egress"
)

func text(s string) *string { return &s }

// sample is a report of grade 3 with one withheld row, one withheld sum and one earlier answer.
func sample() egress.Report {
	id := func(p string) string { return p + "_" + strings.Repeat("0", 31) + "1" }
	return egress.Report{
		Version: egress.ReportVersion,
		Strip: egress.Strip{Run: id("run"), Turn: 2, Grade: 3, Jurisdiction: "bj", Mode: "exact", Shown: 3, Withheld: 3,
			Flags: []string{"sensitive_column"}, Quorum: egress.Quorum{Persons: 2, Units: 2}, Due: time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC).Unix()},
		Leaves: egress.Table{Keys: 1, Columns: []egress.Column{{Name: "district", Type: "VARCHAR"}, {Name: "平均", Type: "DECIMAL(12,2)"}},
			Rows: [][]*string{{text("东城"), text("8123.50")}, {text("D2"), nil}}},
		Files: []egress.File{{Name: "data.csv", Size: 40, Digest: digest("file")}},
		Part: egress.Part{Cells: egress.Table{Keys: 1, Columns: []egress.Column{{Name: "k0", Type: "VARCHAR"}, {Name: "c0", Type: "BIGINT"}, {Name: "c1", Type: "DECIMAL(38,2)"}},
			Rows: [][]*string{{text("东城"), text("63"), text("511780.50")}, {text("D2"), text("41"), nil}, {text("HIDDENKEY"), nil, nil}},
			Masks: []egress.Mask{{Row: 1, Column: 2, Letters: []egress.Letter{egress.LetterDominance}},
				{Row: 2, Column: 1, Letters: []egress.Letter{egress.LetterThreshold, egress.LetterGroup}},
				{Row: 2, Column: 2, Letters: []egress.Letter{egress.LetterThreshold}}}},
			Evidence: []egress.Evidence{
				{Row: 0, Column: 1, Entities: []egress.EntityCount{{Type: "person", N: 7363}}, Checks: []egress.Check{{Rule: "T", Pass: true}, {Rule: "X", Pass: true}}},
				{Row: 2, Column: 1, Entities: []egress.EntityCount{{Type: "person", N: 7004}}, Checks: []egress.Check{{Rule: "T", Pass: false}}},
			}},
		Neighbours: []egress.Neighbour{
			{Release: id("rel"), Issued: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).Unix(), Words: "persons by district, 2025", Minus: 7012, Plus: 7040, Pass: true},
			{Release: id("rel"), Issued: time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC).Unix(), Words: "NEAR one person less", Minus: 7001, Pass: false},
		},
		Query: egress.Query{Text: "select district, avg(base)\nfrom social_insurance\ngroup by district", Words: []string{"rows of social_insurance", "grouped by district"},
			Touched: []egress.Touched{{Dataset: "social_insurance", Column: "base", Grade: 3, Uses: []string{"measure"}}}, Purpose: "credit", Grant: id("grant"),
			Parameters: []egress.Pair{{Name: "year", Value: "2025"}}, Computation: "average_base"},
		Lineage: egress.Lineage{Snapshots: []egress.Snapshot{{Dataset: "social_insurance", ID: id("snap"), Digest: digest("snapshot")}},
			Policy: digest("policy"), Revision: "2026.11.21-7", Plan: digest("plan"), Engine: "duckdb 1.5.5", Sandbox: "full"},
		Requester: egress.History{Organization: "bank", LegalGroup: "group", Account: "alice", Until: 1798761600, Issued: 12, Returned: 1},
		Note:      "for the yearly report\x1b[2J",
	}
}

// The renderings are kept as files. To write them anew: UPDATE_SPEC=1 go test ./enclave/egress
func TestRenderGolden(t *testing.T) {
	for name, c := range map[string]struct {
		lang   egress.Lang
		viewer egress.Viewer
	}{
		"report.zh.txt": {egress.Zh, egress.Viewer{Clearance: 3}}, "report.en.txt": {egress.En, egress.Viewer{Clearance: 4}},
		"report.redacted.en.txt": {egress.En, egress.Viewer{Clearance: 2}}, "report.redacted.zh.txt": {egress.Zh, egress.Viewer{}},
	} {
		t.Run(name, func(t *testing.T) {
			got := sample().Render(c.lang, c.viewer)
			require.Equal(t, got, sample().Render(c.lang, c.viewer))
			path := "testdata/" + name
			if os.Getenv("UPDATE_SPEC") != "" {
				require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
			require.NotContains(t, got, "\x1b")
		})
	}
}

// A report of several grouped SELECTs shows the cells of each, and hides of each what the viewer is not cleared for.
func TestReportOfSeveralParts(t *testing.T) {
	r := sample()
	second := egress.Part{Cells: egress.Table{Keys: 1, Columns: r.Cells.Columns[:2], Rows: [][]*string{{text("西城"), text("58")}, {text("HIDDENTOO"), nil}},
		Masks: []egress.Mask{{Row: 1, Column: 1, Letters: []egress.Letter{egress.LetterComplement}}}},
		Evidence: []egress.Evidence{{Row: 1, Column: 1, Entities: []egress.EntityCount{{Type: "person", N: 7991}}, Checks: []egress.Check{{Rule: "C", Pass: false}}}}}
	r.More = []egress.Part{second}
	b, digest, err := r.Encode()
	require.NoError(t, err)
	back, err := egress.DecodeReport(b)
	require.NoError(t, err)
	require.Equal(t, r, back)
	_, first, err := sample().Encode()
	require.NoError(t, err)
	require.NotEqual(t, first, digest)
	whole := r.Render(egress.En, egress.Viewer{Clearance: 3})
	for _, want := range []string{"part 1 of 2", "part 2 of 2", "西城", "7991", "HIDDENKEY", "HIDDENTOO"} {
		require.Contains(t, whole, want)
	}
	part := r.Render(egress.Zh, egress.Viewer{})
	require.Contains(t, part, "西城")
	for _, secret := range []string{"7991", "HIDDENKEY", "HIDDENTOO"} {
		require.NotContains(t, part, secret)
	}
	require.Len(t, r.More[0].Cells.Rows, 2, "the report itself is as it was")
	r.More[0].Evidence = []egress.Evidence{{Row: 2, Column: 1}}
	require.Error(t, r.Validate())
}

// Who is not cleared learns nothing about what is withheld: not where, not why, not how much, and no count.
func TestRedaction(t *testing.T) {
	for _, v := range []egress.Viewer{{}, {Clearance: 1}, {Clearance: 2}, {Clearance: 9}} {
		r := sample()
		for _, lang := range []egress.Lang{egress.Zh, egress.En} {
			got := r.Render(lang, v)
			for _, secret := range []string{"HIDDENKEY", "7363", "7004", "7012", "7001", "7040", "NEAR", "[D]", "[TG]", "fail", "未通过"} {
				require.NotContains(t, got, secret)
			}
			require.Contains(t, got, "8123.50", "what leaves is shown to every reviewer")
			require.Contains(t, got, "511780.50")
		}
		red := r.Redact(v)
		require.Empty(t, red.Cells.Masks)
		require.NoError(t, red.Validate())
		require.Equal(t, sample(), r, "redaction does not change the report")
	}
	require.Contains(t, sample().Render(egress.En, egress.Viewer{Clearance: 3}), "[TG]")
}

// Two reports that differ only in what is withheld look the same to who is not cleared.
func TestRedactedReportsAreAlike(t *testing.T) {
	a, b := sample(), sample()
	b.Cells.Rows = b.Cells.Rows[:2]
	b.Cells.Masks = b.Cells.Masks[:1]
	b.Cells.Masks[0].Letters = []egress.Letter{egress.LetterDifferencing}
	b.Evidence = b.Evidence[:1]
	b.Evidence[0].Entities[0].N = 12
	b.Neighbours = b.Neighbours[:1]
	b.Strip.Withheld = 1
	v := egress.Viewer{Clearance: 2}
	require.Equal(t, a.Render(egress.En, v), b.Render(egress.En, v))
	require.NotEqual(t, a.Render(egress.En, egress.Viewer{Clearance: 3}), b.Render(egress.En, egress.Viewer{Clearance: 3}))
}

func TestReportRoundTrip(t *testing.T) {
	b, d, err := sample().Encode()
	require.NoError(t, err)
	require.Equal(t, catalog.DigestOf(b), d)
	got, err := egress.DecodeReport(b)
	require.NoError(t, err)
	require.Equal(t, sample(), got)

	other := sample()
	other.Strip.Turn++
	_, d2, err := other.Encode()
	require.NoError(t, err)
	require.NotEqual(t, d, d2, "a new turn is another report, so old votes are void")
	_, err = egress.DecodeReport(append(b, '\n'))
	require.Error(t, err)
	require.NotContains(t, err.Error(), "8123")
}

func TestReportMustFitTogether(t *testing.T) {
	for name, change := range map[string]func(*egress.Report){
		"version":              func(r *egress.Report) { r.Version = 2 },
		"run":                  func(r *egress.Report) { r.Strip.Run = "run_1" },
		"turn":                 func(r *egress.Report) { r.Strip.Turn = 0 },
		"grade":                func(r *egress.Report) { r.Strip.Grade = 0 },
		"short row":            func(r *egress.Report) { r.Leaves.Rows[0] = r.Leaves.Rows[0][:1] },
		"keys":                 func(r *egress.Report) { r.Cells.Keys = 9 },
		"mask outside":         func(r *egress.Report) { r.Cells.Masks[0].Row = 7 },
		"mask on a key":        func(r *egress.Report) { r.Cells.Masks[0].Column = 0 },
		"mask on a value":      func(r *egress.Report) { r.Cells.Masks[0].Column = 1 },
		"mask without reason":  func(r *egress.Report) { r.Cells.Masks[0].Letters = nil },
		"unknown letter":       func(r *egress.Report) { r.Cells.Masks[0].Letters[0] = "Q" },
		"evidence of no cell":  func(r *egress.Report) { r.Evidence[0].Row = 3 },
		"unknown rule":         func(r *egress.Report) { r.Evidence[0].Checks[0].Rule = "Q" },
		"file without digest":  func(r *egress.Report) { r.Files[0].Digest = "" },
		"policy digest":        func(r *egress.Report) { r.Lineage.Policy = "" },
		"quorum without sense": func(r *egress.Report) { r.Strip.Quorum.Units = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			r := sample()
			change(&r)
			_, _, err := r.Encode()
			require.Error(t, err)
		})
	}
}

func TestLetterOf(t *testing.T) {
	require.Equal(t, egress.LetterThreshold, egress.LetterOf("threshold"))
	require.Equal(t, egress.LetterGroup, egress.LetterOf("homogeneity"))
	require.Equal(t, egress.LetterZero, egress.LetterOf("empty"))
	require.Equal(t, egress.LetterEvidence, egress.LetterOf("evidence"))
	require.Equal(t, egress.LetterEvidence, egress.LetterOf("another"))
}

func FuzzDecodeReport(f *testing.F) {
	b, _, err := sample().Encode()
	require.NoError(f, err)
	f.Add(b)
	f.Add([]byte(`{"v":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := egress.DecodeReport(b)
		if err != nil {
			return
		}
		again, _, err := r.Encode()
		require.NoError(t, err)
		require.Equal(t, b, again)
		for _, clearance := range []catalog.Grade{0, 4} {
			require.NotContains(t, r.Render(egress.En, egress.Viewer{Clearance: clearance}), "\x1b")
		}
	})
}
